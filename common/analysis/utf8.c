#include "utf8.h"

#include "bytes.h"
#include "unicode_table.h"
#include "utf8_decode.h"

#include <utf8proc.h>

/* Skips ASCII: 64 bytes a step, written so that compilers make vectors of it. */
static size_t utf8_skip_ascii(const char *text, size_t length, size_t at)
{
    while (length - at >= 64) {
        uint64_t high = 0;
        for (size_t i = 0; i < 64; i += 8) high |= load_u64(text + at + i);
        if (high & UINT64_C(0x8080808080808080)) break;
        at += 64;
    }
    while (length - at >= 8 && !(load_u64(text + at) & UINT64_C(0x8080808080808080))) at += 8;
    while (at < length && (uint8_t)text[at] < 0x80) at++;
    return at;
}

static bool utf8_is_tail(char byte) { return ((uint8_t)byte & 0xc0) == 0x80; }

/* Bytes of the well-formed sequence (the Unicode Standard, table 3-7) at `text`, or 0. */
static size_t utf8_sequence(const char *text, size_t left)
{
    uint8_t lead = (uint8_t)text[0];
    if (lead < 0x80) return 1;
    if (lead < 0xc2 || lead > 0xf4 || left < 2) return 0;
    uint8_t second = (uint8_t)text[1], low = 0x80, high = 0xbf;
    if (lead == 0xe0) low = 0xa0;  /* overlong */
    if (lead == 0xed) high = 0x9f; /* surrogates */
    if (lead == 0xf0) low = 0x90;  /* overlong */
    if (lead == 0xf4) high = 0x8f; /* above U+10FFFF */
    if (second < low || second > high) return 0;
    if (lead < 0xe0) return 2;
    if (left < 3 || !utf8_is_tail(text[2])) return 0;
    if (lead < 0xf0) return 3;
    return left >= 4 && utf8_is_tail(text[3]) ? 4 : 0;
}

size_t utf8_valid_prefix(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length) {
        if ((uint8_t)text[at] < 0x80) {
            at = utf8_skip_ascii(text, length, at);
            continue;
        }
        size_t size = utf8_sequence(text + at, length - at);
        if (size == 0) break;
        at += size;
    }
    return at;
}

uint32_t utf8_decode(const char *text, size_t length, size_t at, size_t *next)
{
    return utf8_take(text, length, at, next);
}

size_t utf8_back(const char *text, size_t at)
{
    size_t begin = at - 1;
    while (begin > 0 && at - begin < 4 && utf8_is_tail(text[begin])) begin--;
    return begin;
}

size_t utf8_put(uint32_t code_point, char out[4])
{
    if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point < 0xe000)) code_point = 0xfffd;
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (char)(0xc0 | code_point >> 6);
        out[1] = (char)(0x80 | (code_point & 0x3f));
        return 2;
    }
    if (code_point < 0x10000) {
        out[0] = (char)(0xe0 | code_point >> 12);
        out[1] = (char)(0x80 | (code_point >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code_point & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code_point >> 18);
    out[1] = (char)(0x80 | (code_point >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code_point >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code_point & 0x3f));
    return 4;
}

size_t utf8_grapheme_end(const char *text, size_t length, size_t at)
{
    size_t end;
    uint32_t before = utf8_take(text, length, at, &end);
    struct character kind = character_of(before);
    utf8proc_int32_t state = 0;
    while (end < length) {
        size_t next;
        uint32_t after = utf8_take(text, length, end, &next);
        struct character next_kind = character_of(after);
        /* GB999, and most of all text */
        if (kind.flags & next_kind.flags & CHARACTER_SIMPLE_CLUSTER) break;
        if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)before, (utf8proc_int32_t)after, &state)) break;
        before = after;
        kind = next_kind;
        end = next;
    }
    return end;
}

/* A cluster is as wide as its widest code point: marks add nothing, and neither do the parts of an emoji sequence. A
 * variation selector 16 and a pair of regional indicators make a picture of two columns. */
static size_t utf8_cluster_columns(const char *text, size_t length)
{
    size_t columns = 0, at = 0, count = 0;
    while (at < length) {
        size_t next;
        uint32_t code_point = utf8_take(text, length, at, &next);
        int width = utf8proc_charwidth((utf8proc_int32_t)code_point);
        bool flag = count == 1 && character_of(code_point).word_break == WB_REGIONAL_INDICATOR;
        if (flag || (code_point == 0xfe0f && columns > 0)) width = 2;
        if (width > 0 && (size_t)width > columns) columns = (size_t)width;
        at = next;
        count++;
    }
    return columns;
}

size_t utf8_columns(const char *text, size_t length)
{
    size_t columns = 0;
    for (size_t at = 0; at < length;) {
        size_t end = utf8_grapheme_end(text, length, at);
        columns += end - at == 1 ? 1 : utf8_cluster_columns(text + at, end - at);
        at = end;
    }
    return columns;
}
