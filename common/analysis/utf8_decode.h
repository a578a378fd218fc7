/* Decoding for inner loops: the body of utf8_decode, to be compiled into them. */
#ifndef ANALYSIS_UTF8_DECODE_H
#define ANALYSIS_UTF8_DECODE_H

#include <stddef.h>
#include <stdint.h>

/* The code point at `at` (< length) of valid text. What should not be there (the text was not valid after all) is
 * U+FFFD and one byte long, so that no walk ever reads past the end or stands still. */
static inline uint32_t utf8_take(const char *text, size_t length, size_t at, size_t *next)
{
    const uint8_t *p = (const uint8_t *)text + at;
    size_t left = length - at;
    *next = at + 1;
    if (p[0] < 0x80) return p[0];
    if (p[0] < 0xe0 && left >= 2) {
        *next = at + 2;
        return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
    }
    if (p[0] >= 0xe0 && p[0] < 0xf0 && left >= 3) {
        *next = at + 3;
        return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
    }
    if (p[0] >= 0xf0 && left >= 4) {
        *next = at + 4;
        return (p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
    }
    return 0xfffd;
}

#endif
