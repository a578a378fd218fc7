/*
 * Counting in the bytes of a page, the same in all instruction sets but for how a word's bits are counted: always inlined, so that
 * each file's own instructions do it.
 */
#ifndef CODEC_PAGE_COUNTS_H
#define CODEC_PAGE_COUNTS_H

#include "bytes.h"

#define PAGE_COUNT_INLINE static inline __attribute__((always_inline))

/* How many numbers below `low`, itself below 256, are in the bitmap. */
PAGE_COUNT_INLINE uint32_t page_count_below(const uint8_t bits[32], uint32_t low)
{
    uint32_t count = (uint32_t)__builtin_popcountll(load_u64(bits + low / 64 * 8) & ((UINT64_C(1) << low % 64) - 1));
    for (uint32_t i = 0; i < low / 64; i++) count += (uint32_t)__builtin_popcountll(load_u64(bits + 8 * i));
    return count;
}

PAGE_COUNT_INLINE uint32_t page_count_set(const uint64_t bits[4])
{
    return (uint32_t)(__builtin_popcountll(bits[0]) + __builtin_popcountll(bits[1]) + __builtin_popcountll(bits[2]) +
                      __builtin_popcountll(bits[3]));
}

/* How many of the first `count` half bytes are 15. */
PAGE_COUNT_INLINE uint32_t page_count_fifteens(const uint8_t *packed, uint32_t count)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i += 16) {
        uint64_t word = load_u64(packed + i / 2), all = word & word >> 1;
        if (count - i < 16) all &= (UINT64_C(1) << (count - i) * 4) - 1;
        found += (uint32_t)__builtin_popcountll(all & all >> 2 & UINT64_C(0x1111111111111111));
    }
    return found;
}

#endif
