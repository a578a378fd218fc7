/*
 * A 64-bit hash of bytes for tables in memory, and a second use on disk: the order of article ids
 * (FORMAT.md), so the function never changes within a format version.
 *
 * Multiply-fold over 16 bytes at a time, after Wang Yi's wyhash; not meant to resist an adversary who
 * knows it, so tables using it must stay correct, only slower, under collisions.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "bytes.h"

#include <stddef.h>

__extension__ typedef unsigned __int128 hash_product;

static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
    hash_product product = (hash_product)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t hash_bytes(const void *bytes, size_t length)
{
    const uint64_t k0 = UINT64_C(0x9e3779b97f4a7c15), k1 = UINT64_C(0xd1b54a32d192ed03);
    const uint8_t *p = bytes;
    uint64_t a, b, h = k0 ^ (uint64_t)length * k1;
    size_t left = length;
    while (left > 16) {
        h = hash_fold(load_u64(p) ^ k1, load_u64(p + 8) ^ h);
        p += 16;
        left -= 16;
    }
    if (left >= 8) {
        a = load_u64(p);
        b = load_u64(p + left - 8);
    } else if (left >= 4) {
        a = load_u32(p);
        b = load_u32(p + left - 4);
    } else if (left > 0) {
        a = (uint64_t)p[0] << 16 | (uint64_t)p[left >> 1] << 8 | p[left - 1];
        b = 0;
    } else {
        a = b = 0;
    }
    return hash_fold(k1 ^ (uint64_t)length, hash_fold(a ^ k1, b ^ h));
}

#endif
