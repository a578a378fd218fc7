#include "json_parse.h"

#include "json_string.h"
#include "status.h"

#include <jansson.h>
#include <string.h>

enum { LONG = 32 }; /* bytes from which on a string is left out */

/* Whether a colon follows, so that the string before it is a name. */
static bool colon_follows(bf_text text, size_t at)
{
    while (at < text.length && memchr(" \t\r\n", text.bytes[at], 4)) at++;
    return at < text.length && text.bytes[at] == ':';
}

/* Appends the text with "" for each long and valid string that is no name. A string that is not valid stays, for jansson to say
 * what is wrong with it. Stops at offset `limit` of what is appended, and returns which offset of the text that is. */
static size_t reduce(bf_text text, struct buffer *out, size_t limit)
{
    size_t at = 0, appended = 0;
    while (at < text.length) {
        const char *quote = memchr(text.bytes + at, '"', text.length - at);
        size_t start = quote ? (size_t)(quote - text.bytes) : text.length, end;
        if (start - at >= limit - appended) return at + (limit - appended);
        if (out) buffer_append(out, text.bytes + at, start - at);
        appended += start - at;
        at = start;
        if (!quote) break;
        end = json_string_end(text.bytes, text.length, start);
        if (end == 0) end = text.length; /* nothing behind it can be told apart any more */
        bool left_out = end - start >= LONG && end < text.length && !colon_follows(text, end);
        size_t kept = left_out ? 2 : end - start;
        if (kept > limit - appended) return at + (left_out ? 0 : limit - appended);
        if (out && left_out) buffer_append(out, "\"\"", 2);
        if (out && !left_out) buffer_append(out, text.bytes + start, end - start);
        appended += kept;
        at = end;
    }
    return at;
}

/* The library's words without what could not be shown: they quote the text. */
static bf_status refuse_json(const json_error_t *parse, bf_error *error)
{
    char words[sizeof parse->text + 1];
    size_t length = strnlen(parse->text, sizeof parse->text), i = 0;
    for (; i < length; i++) words[i] = (uint8_t)parse->text[i] < 0x20 || parse->text[i] == 0x7f ? ' ' : parse->text[i];
    words[i] = '\0';
    return fail(error, BF_REFUSED, "broken JSON: %s", words);
}

bf_status json_parse(bf_text text, struct buffer *scratch, struct json_t **value, size_t *at, bf_error *error)
{
    json_error_t parse;
    buffer_clear(scratch);
    reduce(text, scratch, SIZE_MAX);
    if (scratch->failed) return fail_memory(error);
    /* Numbers too large for an integer are kept as they are written, whatever double the library makes of them. */
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL;
    *value = json_loadb((const char *)scratch->bytes, scratch->length, flags, &parse);
    if (*value) return BF_OK;
    /* Where memory is refused the library mostly says nothing at all. */
    if (parse.text[0] == '\0' || json_error_code(&parse) == json_error_out_of_memory) return fail_memory(error);
    /* The position is behind the byte in question, except where that is a control character in a string. */
    size_t position = parse.position > 0 ? (size_t)parse.position - 1 : 0;
    if (strncmp(parse.text, "control character", 17) == 0) position++;
    *at = reduce(text, NULL, position);
    if (*at >= text.length) *at = text.length ? text.length - 1 : 0;
    return refuse_json(&parse, error);
}
