/*
 * Patched frames: up to 128 integers packed to the width that makes the whole smallest, the few that don't fit keeping their
 * low bits there and their high bits in a list of exceptions (Zukowski, Heman, Nes, Boncz: Super-scalar RAM-CPU cache
 * compression, 2006; the widths chosen as in Yan, Ding, Suel: Inverted index compression and query processing with optimized
 * document ordering, 2009).
 *
 * A frame is a header of 16 bits, kept wherever the record likes, and a body whose size the header and the count give:
 *
 *   header   bits 0-5 width, 6-10 exceptions, 11-15 width of the high bits less one
 *   body     the low bits, packed (bitpack.h); the index of each exception, a byte each, ascending; their high bits, packed
 */
#ifndef CODEC_PFOR_H
#define CODEC_PFOR_H

#include "bitpack.h"
#include "buffer.h"

enum {
    PFOR_COUNT = BITPACK_COUNT,
    PFOR_EXCEPTIONS = 31, /* at most */
    PFOR_BODY_MAX = PFOR_COUNT * BITPACK_WIDTH / 8,
};

static inline uint32_t pfor_width(uint16_t header) { return header & 63U; }
static inline uint32_t pfor_exceptions(uint16_t header) { return header >> 6 & 31U; }
static inline uint32_t pfor_high_width(uint16_t header) { return (header >> 11) + 1U; }

/* Bytes of the body. */
static inline size_t pfor_size(uint16_t header, uint32_t count)
{
    uint32_t exceptions = pfor_exceptions(header);
    return bitpack_size(count, pfor_width(header)) + exceptions + bitpack_size(exceptions, pfor_high_width(header));
}

/* An upper bound of the bits of any integer in the frame. */
static inline uint32_t pfor_bits(uint16_t header)
{
    return pfor_width(header) + (pfor_exceptions(header) ? pfor_high_width(header) : 0);
}

/* Appends the body of 1 to 128 integers and returns its header. */
uint16_t pfor_encode(const uint32_t *values, uint32_t count, struct buffer *out);

/* `length` bytes at `bytes` hold the body, and 64 readable ones follow. Writes `count` values, and may write anything after
 * them up to a multiple of 16. Returns NULL or the rule broken. */
const char *pfor_decode(const uint8_t *bytes, size_t length, uint16_t header, uint32_t count, uint32_t values[PFOR_COUNT]);

/* Only the values [first, first + wanted) of the `count`, exactly. */
const char *pfor_decode_range(const uint8_t *bytes, size_t length, uint16_t header, uint32_t count, uint32_t first,
                              uint32_t wanted, uint32_t *values);

#endif
