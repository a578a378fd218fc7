/*
 * The pieces of a page as whole numbers: one file for each instruction set, all with the same results. Arrays have room for a
 * page, 256 numbers; what is written past `count` may be anything. `count` is 1 to 256, and 64 bytes past those that hold it
 * may be read.
 */
#ifndef CODEC_PAGE_UNPACK_H
#define CODEC_PAGE_UNPACK_H

#include "cpu.h"

#include <stdint.h>

struct page_unpack {
    /* docs[i] = base + bytes[i]. count < 32. */
    void (*bytes)(const uint8_t *bytes, uint32_t count, uint32_t base, uint32_t docs[256]);

    /* base + each number in the bitmap of 256 bits, ascending; returns how many. */
    uint32_t (*bitmap)(const uint8_t bitmap[32], uint32_t base, uint32_t docs[256]);

    /* How many numbers below `low`, itself below 256, are in the bitmap. */
    uint32_t (*rank)(const uint8_t bitmap[32], uint32_t low);

    /* How many numbers are in the bitmap. */
    uint32_t (*count)(const uint64_t bits[4]);

    /* How many of the first `count` half bytes are 15. */
    uint32_t (*fifteens)(const uint8_t *halves, uint32_t count);

    /* tfs[i] = half byte i, the low half of each byte first. */
    void (*halves)(const uint8_t *halves, uint32_t count, uint32_t tfs[256]);
};

/* Those of a level; NULL where this build has none. Call only what the processor has. */
const struct page_unpack *page_unpack_at(enum cpu_level level);

/* Those of cpu_level(). */
const struct page_unpack *page_unpack_best(void);

extern const struct page_unpack page_unpack_scalar;
#if defined(__x86_64__)
extern const struct page_unpack page_unpack_avx2, page_unpack_avx512;
#elif defined(__aarch64__)
extern const struct page_unpack page_unpack_neon;
#endif

#endif
