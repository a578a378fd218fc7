/*
 * Reading UTF-8 that nobody has vouched for (arguments, lines of a file) on its way out of the program. Text inside an
 * index is valid already and has faster readers.
 */
#ifndef BASE_CODE_POINT_H
#define BASE_CODE_POINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CODE_POINT_INVALID UINT32_MAX

/* The code point at the start of `length` (> 0) bytes; *taken is how many bytes it has. Where the bytes are not UTF-8
 * (RFC 3629): CODE_POINT_INVALID, and one byte is taken. */
static inline uint32_t code_point_read(const char *bytes, size_t length, size_t *taken)
{
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *at = (const unsigned char *)bytes;
    *taken = 1;
    if (at[0] < 0x80) return at[0];
    size_t size = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
    if (at[0] < 0xC2 || at[0] > 0xF4 || size > length) return CODE_POINT_INVALID;
    uint32_t value = at[0] & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xC0) != 0x80) return CODE_POINT_INVALID;
        value = value << 6 | (at[i] & 0x3Fu);
    }
    if (value < smallest[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return CODE_POINT_INVALID;
    *taken = size;
    return value;
}

/* Characters that steer a terminal or turn the reading order of what surrounds them: C0 and C1 controls, DEL, line and
 * paragraph separators, bidirectional embeddings, overrides and isolates ("Trojan Source", CVE-2021-42574). */
static inline bool code_point_is_hostile(uint32_t value)
{
    return value < 0x20 || (value >= 0x7F && value <= 0x9F) || (value >= 0x2028 && value <= 0x202E) ||
           (value >= 0x2066 && value <= 0x2069);
}

#endif
