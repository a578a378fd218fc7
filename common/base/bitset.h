/* Sets of small numbers as plain bits, in 64-bit words. The caller owns the words. */
#ifndef BASE_BITSET_H
#define BASE_BITSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t bitset_words(size_t bits) { return (bits + 63) / 64; }

static inline bool bitset_has(const uint64_t *words, size_t bit) { return words[bit >> 6] >> (bit & 63) & 1; }

static inline void bitset_add(uint64_t *words, size_t bit) { words[bit >> 6] |= UINT64_C(1) << (bit & 63); }

static inline size_t bitset_count(const uint64_t *words, size_t word_count)
{
    size_t count = 0;
    for (size_t i = 0; i < word_count; i++) count += (size_t)__builtin_popcountll(words[i]);
    return count;
}

#endif
