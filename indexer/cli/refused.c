#include "refused.h"

#include "code_point.h"
#include "index_command.h"
#include "json_writer.h"
#include "status.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

bf_status refused_open(struct refused *refused, const char *path, struct progress *progress, bf_error *error)
{
    *refused = (struct refused){.path = path, .progress = progress};
    if (!path) return BF_OK;
    refused->file = fopen(path, "wb");
    return refused->file ? BF_OK : fail_system(error, errno, "%s", path);
}

static void append_base64(struct buffer *out, bf_text text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"; /* RFC 4648, section 4 */
    const uint8_t *bytes = (const uint8_t *)text.bytes;
    for (size_t i = 0; i < text.length; i += 3) {
        const size_t left = text.length - i;
        const uint32_t second = left > 1 ? bytes[i + 1] : 0, third = left > 2 ? bytes[i + 2] : 0;
        const uint32_t group = (uint32_t)bytes[i] << 16 | second << 8 | third;
        char *place = (char *)buffer_extend(out, 4);
        if (!place) return;
        place[0] = digits[group >> 18];
        place[1] = digits[group >> 12 & 63];
        place[2] = left > 1 ? digits[group >> 6 & 63] : '=';
        place[3] = left > 2 ? digits[group & 63] : '=';
    }
}

static bool is_utf8(bf_text text)
{
    size_t taken;
    for (size_t at = 0; at < text.length; at += taken)
        if (code_point_read(text.bytes + at, text.length - at, &taken) == CODE_POINT_INVALID) return false;
    return true;
}

static void write_object(struct refused *refused, const struct refusal *refusal)
{
    struct buffer out = {0};
    json_open(&out, '{');
    json_append_key(&out, "path");
    json_append_c_string(&out, refusal->path);
    const struct {
        const char *key;
        bool known;
        uint64_t value;
    } places[] = {
        {"record", refusal->record > 0, refusal->record},
        {"line", refusal->line > 0, refusal->line},
        {"byte", true, refusal->byte},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (!places[i].known) continue;
        json_append_key(&out, places[i].key);
        json_append_u64(&out, places[i].value);
    }
    if (refusal->id.length > 0) {
        json_append_key(&out, "id");
        json_append_string(&out, refusal->id);
    }
    json_append_key(&out, "rule");
    json_append_c_string(&out, refusal->rule);
    if (refusal->bytes.length > 0 && is_utf8(refusal->bytes)) {
        json_append_key(&out, "bytes");
        json_append_string(&out, refusal->bytes);
    } else if (refusal->bytes.length > 0) {
        json_append_key(&out, "bytes_base64");
        buffer_append_u8(&out, '"');
        append_base64(&out, refusal->bytes);
        buffer_append_u8(&out, '"');
    }
    json_close(&out, '}');
    buffer_append_u8(&out, '\n');
    if (out.failed) refused->errnum = ENOMEM;
    else if (fwrite(out.bytes, 1, out.length, refused->file) != out.length) refused->errnum = errno;
    buffer_free(&out);
}

/* "path: record 3, line 12, byte 4711: rule", with what is known. */
static void say_line(const struct refusal *refusal)
{
    struct buffer place = {0};
    const char *before = "";
    if (refusal->record > 0) {
        buffer_append_format(&place, "record %" PRIu64, refusal->record);
        before = ", ";
    }
    if (refusal->line > 0) {
        buffer_append_format(&place, "%sline %" PRIu64, before, refusal->line);
        before = ", ";
    }
    if (refusal->byte > 0) buffer_append_format(&place, "%sbyte %" PRIu64, before, refusal->byte);
    const char *text = buffer_string(&place);
    if (text && *text) index_say("%s: %s: %s", refusal->path, text, refusal->rule);
    else index_say("%s: %s", refusal->path, refusal->rule);
    buffer_free(&place);
}

void refused_record(struct refused *refused, const struct refusal *refusal)
{
    refused->count++;
    if (refused->file) {
        if (refused->errnum == 0) write_object(refused, refusal);
        return;
    }
    progress_clear(refused->progress);
    say_line(refusal);
}

bf_status refused_close(struct refused *refused, bf_error *error)
{
    if (!refused->file) return BF_OK;
    if (fclose(refused->file) != 0 && refused->errnum == 0) refused->errnum = errno;
    refused->file = NULL;
    return refused->errnum ? fail_system(error, refused->errnum, "%s", refused->path) : BF_OK;
}
