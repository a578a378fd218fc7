/*
 * Up to 128 integers of one width, 0 to 32 bits each, as a stream of bits: integer i stands in bits [i * width, (i + 1) *
 * width), bit n being bit n % 8 of byte n / 8. Nothing but the last byte is padded, any integer can be read alone, and eight
 * integers always end on a byte, so that a vector register takes eight or sixteen at a time with one byte shuffle and one
 * shift for each lane.
 *
 * One file for each instruction set; all give the same results from the same bytes.
 */
#ifndef CODEC_BITPACK_H
#define CODEC_BITPACK_H

#include "bytes.h"
#include "cpu.h"

#include <stddef.h>
#include <stdint.h>

enum {
    BITPACK_COUNT = 128, /* integers, at most */
    BITPACK_WIDTH = 32,
};

struct bitpack {
    /* 1 <= count <= 128, width <= 32. Writes count rounded up to a multiple of 16; those past count may be anything. May
     * read, and ignore, 64 bytes past the last one that holds an integer. */
    void (*unpack)(const uint8_t *bytes, uint32_t count, uint32_t width, uint32_t values[BITPACK_COUNT]);

    /* Turns gaps less one into numbers, in place: values[i] becomes before + the sum of (values[j] + 1) for j <= i, modulo 2^32;
     * before is UINT32_MAX where nothing stands before. Writes as far as unpack does. */
    void (*sum_gaps)(uint32_t values[BITPACK_COUNT], uint32_t count, uint32_t before);
};

/* Those of a level; NULL where this build has none. Call only what the processor has. */
const struct bitpack *bitpack_at(enum cpu_level level);

/* Those of cpu_level(). */
const struct bitpack *bitpack_best(void);

static inline size_t bitpack_size(uint32_t count, uint32_t width) { return ((size_t)count * width + 7) / 8; }

/* Writes bitpack_size(count, width) bytes; every value is below 2^width. */
void bitpack_pack(const uint32_t *values, uint32_t count, uint32_t width, uint8_t *bytes);

/* Integer i alone; reads eight bytes from the one it begins in. */
static inline uint32_t bitpack_get(const uint8_t *bytes, uint32_t width, uint32_t i)
{
    size_t bit = (size_t)i * width;
    return (uint32_t)(load_u64(bytes + bit / 8) >> bit % 8 & ((UINT64_C(1) << width) - 1));
}

extern const struct bitpack bitpack_scalar;
#if defined(__x86_64__)
extern const struct bitpack bitpack_avx2, bitpack_avx512;
#elif defined(__aarch64__)
extern const struct bitpack bitpack_neon;
#endif

#endif
