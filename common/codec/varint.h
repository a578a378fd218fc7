/* Unsigned integers in groups of seven bits, least significant first; a set high bit says that more follow (LEB128). */
#ifndef CODEC_VARINT_H
#define CODEC_VARINT_H

#include "buffer.h"

#include <stddef.h>
#include <stdint.h>

enum { VARINT_MAX = 10 }; /* bytes of a 64-bit number, at most */

static inline size_t varint_write(uint8_t *out, uint64_t value)
{
    size_t length = 0;
    while (value >= 0x80) {
        out[length++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    out[length++] = (uint8_t)value;
    return length;
}

static inline void varint_append(struct buffer *buffer, uint64_t value)
{
    uint8_t *place = buffer_reserve(buffer, VARINT_MAX);
    if (place) buffer->length += varint_write(place, value);
}

/* Reads one number in [*at, end) and moves *at past it. False, with *at unchanged: cut short, longer than 64 bits. */
static inline bool varint_read(const uint8_t **at, const uint8_t *end, uint64_t *value)
{
    uint64_t result = 0;
    const uint8_t *p = *at;
    for (unsigned shift = 0; shift < 64 && p < end; shift += 7) {
        uint8_t byte = *p++;
        if (shift == 63 && byte > 1) return false;
        result |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *at = p;
            *value = result;
            return true;
        }
    }
    return false;
}

static inline bool varint_read_u32(const uint8_t **at, const uint8_t *end, uint32_t *value)
{
    const uint8_t *start = *at;
    uint64_t wide;
    if (!varint_read(at, end, &wide)) return false;
    if (wide > UINT32_MAX) {
        *at = start;
        return false;
    }
    *value = (uint32_t)wide;
    return true;
}

#endif
