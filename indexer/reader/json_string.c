#include "json_string.h"

#include "byte_run.h"
#include "utf8.h"

#include <string.h>

/* Four hexadecimal digits at `at`; -1 when they are not there. */
static int32_t hex4(const char *text, size_t length, size_t at)
{
    int32_t value = 0;
    if (length - at < 4) return -1;
    for (size_t i = at; i < at + 4; i++) {
        char c = text[i], low = (char)(c | 0x20);
        if (c >= '0' && c <= '9') {
            value = value * 16 + (c - '0');
        } else if (low >= 'a' && low <= 'f') {
            value = value * 16 + (low - 'a') + 10;
        } else {
            return -1;
        }
    }
    return value;
}

/* Reads the escape whose backslash is at `at`; returns where it ends, or 0. A character beyond U+FFFF is written as a pair of
 * surrogates; one alone is no character. */
static size_t escape_read(const char *text, size_t length, size_t at, uint32_t *code_point)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    if (length - at < 2) return 0;
    const char *letter = memchr(letters, text[at + 1], sizeof letters - 1);
    if (letter) {
        *code_point = (uint8_t)meanings[letter - letters];
        return at + 2;
    }
    if (text[at + 1] != 'u') return 0;
    int32_t first = hex4(text, length, at + 2);
    if (first < 0 || (first >= 0xdc00 && first <= 0xdfff)) return 0;
    *code_point = (uint32_t)first;
    if (first < 0xd800 || first > 0xdbff) return at + 6;
    if (length - at < 12 || text[at + 6] != '\\' || text[at + 7] != 'u') return 0;
    int32_t second = hex4(text, length, at + 8);
    if (second < 0xdc00 || second > 0xdfff) return 0;
    *code_point = 0x10000 + ((uint32_t)(first - 0xd800) << 10) + (uint32_t)(second - 0xdc00);
    return at + 12;
}

size_t json_string_end(const char *text, size_t length, size_t at)
{
    uint32_t code_point;
    for (at++; at < length;) {
        at = byte_run_string(text, length, at);
        if (at == length) break;
        uint8_t c = (uint8_t)text[at];
        if (c == '"') return at + 1;
        if (c < 0x20) return 0;
        if (c == '\\') {
            at = escape_read(text, length, at, &code_point);
            if (at == 0) return 0;
        } else {
            at++;
        }
    }
    return 0;
}

bool json_string_decode(bf_text string, struct arena *arena, bf_text *out)
{
    bf_text inside = {string.bytes + 1, string.length - 2};
    *out = inside;
    if (!memchr(inside.bytes, '\\', inside.length)) return true;
    char *decoded = arena_take(arena, inside.length); /* no escape is shorter than what it stands for */
    if (!decoded) return false;
    size_t length = 0, at = 0;
    while (at < inside.length) {
        const char *escape = memchr(inside.bytes + at, '\\', inside.length - at);
        size_t end = escape ? (size_t)(escape - inside.bytes) : inside.length;
        memcpy(decoded + length, inside.bytes + at, end - at);
        length += end - at;
        at = end;
        if (!escape) break;
        uint32_t code_point;
        at = escape_read(inside.bytes, inside.length, end, &code_point);
        if (at == 0) break; /* the string was not valid */
        char utf8[4];
        size_t bytes = utf8_put(code_point, utf8);
        memcpy(decoded + length, utf8, bytes);
        length += bytes;
    }
    *out = (bf_text){decoded, length};
    return true;
}
