#include "json_writer.h"

#include "code_point.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void json_open(struct buffer *out, char bracket)
{
    buffer_append_u8(out, (uint8_t)bracket);
}

void json_close(struct buffer *out, char bracket)
{
    buffer_append_u8(out, (uint8_t)bracket);
}

void json_append_separator(struct buffer *out)
{
    if (!out->length) return;
    uint8_t last = out->bytes[out->length - 1];
    if (last != '{' && last != '[' && last != '\n') buffer_append_u8(out, ',');
}

void json_append_key(struct buffer *out, const char *key)
{
    json_append_separator(out);
    buffer_append_u8(out, '"');
    buffer_append_string(out, key);
    buffer_append(out, "\":", 2);
}

static void json_append_escape(struct buffer *out, uint32_t value)
{
    switch (value) {
    case '"': buffer_append(out, "\\\"", 2); break;
    case '\\': buffer_append(out, "\\\\", 2); break;
    case '\n': buffer_append(out, "\\n", 2); break;
    case '\r': buffer_append(out, "\\r", 2); break;
    case '\t': buffer_append(out, "\\t", 2); break;
    default: buffer_append_format(out, "\\u%04" PRIx32, value); break;
    }
}

void json_append_string(struct buffer *out, bf_text text)
{
    buffer_append_u8(out, '"');
    size_t written = 0; /* everything before is in the buffer; plain runs go in whole */
    size_t taken;
    for (size_t at = 0; at < text.length; at += taken) {
        unsigned char byte = (unsigned char)text.bytes[at];
        taken = 1;
        if (byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\') continue;
        uint32_t value = code_point_read(text.bytes + at, text.length - at, &taken);
        bool special = value == '"' || value == '\\' || value == CODE_POINT_INVALID || code_point_is_hostile(value);
        if (!special) continue;
        buffer_append(out, text.bytes + written, at - written);
        if (value == CODE_POINT_INVALID) buffer_append_string(out, "\xEF\xBF\xBD");
        else json_append_escape(out, value);
        written = at + taken;
    }
    buffer_append(out, text.bytes ? text.bytes + written : NULL, text.length - written);
    buffer_append_u8(out, '"');
}

void json_append_c_string(struct buffer *out, const char *string)
{
    if (!string) buffer_append(out, "null", 4);
    else json_append_string(out, (bf_text){string, strlen(string)});
}

void json_append_u64(struct buffer *out, uint64_t value)
{
    buffer_append_format(out, "%" PRIu64, value);
}

void json_append_i64(struct buffer *out, int64_t value)
{
    buffer_append_format(out, "%" PRId64, value);
}

void json_append_bool(struct buffer *out, bool value)
{
    buffer_append_string(out, value ? "true" : "false");
}

/* A program that called setlocale may print a comma for the point. */
static void json_point(char *text)
{
    char *comma = strchr(text, ',');
    if (comma) *comma = '.';
}

void json_append_double(struct buffer *out, double value)
{
    if (!isfinite(value)) {
        buffer_append(out, "null", 4);
        return;
    }
    char text[32];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (!(strtod(text, NULL) < value) && !(strtod(text, NULL) > value)) break;
    }
    json_point(text);
    buffer_append_string(out, text);
}

size_t json_format_float(float value, char text[32])
{
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, 32, "%.*g", digits, (double)value);
        float again = strtof(text, NULL);
        if (!(again < value) && !(again > value)) break;
    }
    json_point(text);
    return strlen(text);
}

void json_append_float(struct buffer *out, float value)
{
    if (!isfinite(value)) {
        buffer_append(out, "null", 4);
        return;
    }
    char text[32];
    json_format_float(value, text);
    buffer_append_string(out, text);
}
