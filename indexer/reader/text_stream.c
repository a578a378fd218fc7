#include "text_stream.h"

#include "status.h"
#include "utf8.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

enum { PREFIX = 64 * 1024 }; /* bytes looked at to decide on the encoding */

bf_status text_stream_open(struct text_stream *stream, struct byte_source *source, const char *encoding,
                           struct reader_counts *counts, bf_error *error)
{
    const uint8_t *bytes;
    size_t length;
    *stream = (struct text_stream){.source = source, .counts = counts, .line = 1, .converter = (iconv_t)-1};
    bf_status status = byte_source_peek(source, PREFIX, &bytes, &length, error);
    if (status != BF_OK) return status;
    charset_decide(bytes, length, encoding, &stream->charset);
    stream->mark = stream->charset.mark;
    const char *name = stream->charset.name;
    if (stream->mark) count_add(&counts->byte_order_marks, 1);
    if (!name) {
        /* What the prefix shows of the encoding counts for the first record too. A sequence cut at its end is no evidence. */
        size_t end = length;
        while (end > 0 && length - end < 4 && (uint8_t)bytes[end - 1] >= 0x80) end--;
        if (length < PREFIX) end = length;
        if (end < stream->mark) end = stream->mark;
        charset_weigh((const char *)bytes + stream->mark, end - stream->mark, &stream->evidence);
        stream->weighed = end - stream->mark;
        if (encoding) stream->evidence.sequences = UINT64_MAX / 2; /* the user's word weighs more than any byte */
        return BF_OK;
    }
    stream->converter = iconv_open("UTF-8", name);
    if (stream->converter == (iconv_t)-1) {
        /* A name the text itself declares but no one knows is no reason to stop: the bytes decide. */
        if (name == stream->charset.declared) return BF_OK;
        return fail(error, BF_BAD_ARGUMENT, "encoding \"%s\" is not known to the C library's iconv", name);
    }
    bool latin1 = strcasecmp(name, "windows-1252") == 0 || strcasecmp(name, "cp1252") == 0 || strcasecmp(name, "latin1") == 0 ||
                  strcasecmp(name, "iso-8859-1") == 0;
    count_add(strncasecmp(name, "utf-16", 6) == 0 ? &counts->converted_utf16
              : latin1                            ? &counts->converted_latin1
                                                  : &counts->converted_other,
              1);
    return BF_OK;
}

void text_stream_close(struct text_stream *stream)
{
    if (stream->converter != (iconv_t)-1) iconv_close(stream->converter);
    stream->converter = (iconv_t)-1;
    buffer_free(&stream->window);
    buffer_free(&stream->pending);
}

/* Converts the block, with what is pending from the one before, onto the end of the window. `last` says that nothing follows. */
static bf_status text_stream_convert(struct text_stream *stream, const uint8_t *bytes, size_t length, bool last, bf_error *error)
{
    buffer_append(&stream->pending, bytes, length);
    if (stream->pending.failed) return fail_memory(error);
    char *in = (char *)stream->pending.bytes;
    size_t in_left = stream->pending.length;
    while (in_left > 0) {
        size_t room = in_left * 2 + 64, out_left = room;
        char *out = (char *)buffer_reserve(&stream->window, room);
        if (!out) return fail_memory(error);
        size_t result = iconv(stream->converter, &in, &in_left, &out, &out_left);
        int reason = errno;
        stream->window.length += room - out_left;
        if (result != (size_t)-1 || reason == E2BIG) continue;
        if (reason == EINVAL && !last) break;
        buffer_append_u8(&stream->window, 0xff);
        size_t skip = in_left < stream->charset.unit ? in_left : stream->charset.unit;
        in += skip;
        in_left -= skip;
    }
    if (in_left > 0) memmove(stream->pending.bytes, in, in_left);
    stream->pending.length = in_left;
    return stream->window.failed ? fail_memory(error) : BF_OK;
}

bf_status text_stream_more(struct text_stream *stream, bf_error *error)
{
    if (stream->ended) return BF_END;
    if (stream->at > 0 && stream->at >= stream->window.length / 2) {
        stream->window.length -= stream->at;
        if (stream->window.length) memmove(stream->window.bytes, stream->window.bytes + stream->at, stream->window.length);
        stream->at = 0;
    }
    size_t before = stream->window.length;
    while (stream->window.length == before && !stream->ended) {
        const uint8_t *bytes = NULL;
        size_t length = 0;
        bf_error reason = {0};
        bf_status status = byte_source_take(stream->source, &bytes, &length, &reason);
        if (status == BF_END || status == BF_CORRUPT) {
            stream->ended = true;
            stream->broken = status == BF_CORRUPT;
            stream->reason = reason;
            length = 0;
        } else if (status != BF_OK) {
            if (error) *error = reason;
            return status;
        }
        size_t skip = stream->mark < length ? stream->mark : length;
        stream->mark -= skip;
        if (stream->converter != (iconv_t)-1) {
            status = text_stream_convert(stream, length ? bytes + skip : NULL, length - skip, stream->ended, error);
            if (status != BF_OK) return status;
        } else if (length > skip) {
            buffer_append(&stream->window, bytes + skip, length - skip);
            if (stream->window.failed) return fail_memory(error);
        }
    }
    count_add(&stream->counts->bytes, stream->window.length - before);
    return stream->window.length > before ? BF_OK : BF_END;
}

bf_status text_stream_want(struct text_stream *stream, size_t want, bf_error *error)
{
    bf_status status = BF_OK;
    while (status == BF_OK && stream->window.length - stream->at < want) status = text_stream_more(stream, error);
    return status == BF_END ? BF_OK : status;
}

uint64_t text_count_lines(const char *text, size_t length)
{
    uint64_t lines = 0;
    for (size_t i = 0; i < length; i++) lines += text[i] == '\n';
    return lines;
}

void text_stream_consume(struct text_stream *stream, size_t length)
{
    if (length == 0) return;
    stream->line += text_count_lines((const char *)stream->window.bytes + stream->at, length);
    stream->at += length;
    stream->offset += length;
}

bf_status text_stream_settle(struct text_stream *stream, size_t from, size_t length, struct arena *arena, bf_text *text,
                             size_t *bad, bf_error *error)
{
    const char *bytes = text_stream_window(stream).bytes + from;
    if (stream->converter != (iconv_t)-1) {
        *bad = utf8_valid_prefix(bytes, length);
        *text = (bf_text){bytes, length};
        if (*bad == length) return BF_OK;
        return fail(error, BF_REFUSED, "invalid encoding: bytes that are not %s", stream->charset.name);
    }
    uint64_t end = stream->offset + from + length;
    bool weighed = end <= stream->weighed, converted;
    bf_status status = charset_settle(bytes, length, weighed, &stream->evidence, arena, text, &converted, bad, error);
    if (!weighed) stream->weighed = end;
    if (converted && !stream->counted_conversion) {
        stream->counted_conversion = true;
        count_add(&stream->counts->converted_latin1, 1);
    }
    return status;
}
