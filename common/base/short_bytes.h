/*
 * Up to sixteen bytes as two numbers, zeros behind them: what a word is, for tables of words.
 *
 * Lengths of words can't be foretold, and a branch on one that was foretold wrong costs more than all else about a word. So
 * where sixteen bytes may be read, these are loaded whatever the length and the rest is masked off; hash and comparison then ask
 * for the length no more. In memory only: nothing on disk follows from these hashes.
 */
#ifndef BASE_SHORT_BYTES_H
#define BASE_SHORT_BYTES_H

#include "bytes.h"
#include "hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHORT_MOST = 16 };

struct short_bytes {
    uint64_t first, second;
};

/* Reads no more than the bytes. */
static inline struct short_bytes short_bytes_exactly(const uint8_t *bytes, size_t length)
{
    if (length > 8) return (struct short_bytes){load_u64(bytes), load_u64(bytes + length - 8) >> (8 * (16 - length))};
    if (length == 8) return (struct short_bytes){load_u64(bytes), 0};
    if (length >= 4)
        return (struct short_bytes){load_u32(bytes) | (uint64_t)load_u32(bytes + length - 4) << (8 * (length - 4)), 0};
    uint64_t first = 0;
    for (size_t i = 0; i < length; i++) first |= (uint64_t)bytes[i] << (8 * i);
    return (struct short_bytes){first, 0};
}

/* The same of 1 to SHORT_MOST bytes with others behind them, `readable` in all. */
static inline struct short_bytes short_bytes_of(const uint8_t *bytes, size_t length, size_t readable)
{
    if (readable < SHORT_MOST) return short_bytes_exactly(bytes, length);
    bool is_long = length > 8;
    uint64_t mask = UINT64_MAX >> (8 * ((is_long ? 16 : 8) - length) & 63);
    uint64_t first = load_u64(bytes), second = load_u64(bytes + 8);
    return (struct short_bytes){is_long ? first : first & mask, is_long ? second & mask : 0};
}

static inline uint64_t short_bytes_hash(struct short_bytes bytes, size_t length)
{
    return hash_fold(bytes.first ^ UINT64_C(0x9e3779b97f4a7c15), bytes.second ^ UINT64_C(0xd1b54a32d192ed03) ^ (uint64_t)length);
}

#endif
