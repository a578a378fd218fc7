/* What the codec tests share: numbers that look random and can be had again, and records with nothing readable after their
 * slack. */
#ifndef TEST_CODEC_H
#define TEST_CODEC_H

#include "buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Marsaglia's xorshift64*. */
struct chance {
    uint64_t state;
};

static inline uint64_t chance_next(struct chance *chance)
{
    chance->state ^= chance->state >> 12;
    chance->state ^= chance->state << 25;
    chance->state ^= chance->state >> 27;
    return chance->state * UINT64_C(2685821657736338717);
}

/* 0 to below - 1. */
static inline uint32_t chance_below(struct chance *chance, uint32_t below)
{
    return (uint32_t)((chance_next(chance) >> 32) * below >> 32);
}

/* The seed, printed: that of the environment's SEED, or a fixed one. */
static inline struct chance chance_begin(const char *name)
{
    const char *wish = getenv("SEED");
    uint64_t seed = wish ? strtoull(wish, NULL, 0) : 20240229;
    print_message("%s: seed %llu\n", name, (unsigned long long)seed);
    return (struct chance){seed * 2 + 1};
}

/* A copy of its own with `slack` bytes of 0xFF after it and not one more, so that the address sanitizer sees a read past them. */
static inline uint8_t *guarded_copy(const void *bytes, size_t length, size_t slack)
{
    uint8_t *copy = malloc(length + slack ? length + slack : 1);
    assert_non_null(copy);
    if (length) memcpy(copy, bytes, length);
    memset(copy + length, 0xff, slack);
    return copy;
}

/* Changes the copy somehow: some bits, some bytes, or a run of them. */
static inline void damage(struct chance *chance, uint8_t *bytes, size_t length)
{
    if (!length) return;
    for (uint32_t times = 1 + chance_below(chance, 3); times > 0; times--) {
        /* heads are hit more often */
        size_t at = chance_below(chance, (uint32_t)(length < 64 || chance_below(chance, 2) ? length : 64));
        switch (chance_below(chance, 4)) {
        case 0: bytes[at] ^= (uint8_t)(1U << chance_below(chance, 8)); break;
        case 1: bytes[at] = (uint8_t)chance_next(chance); break;
        case 2: bytes[at] = chance_below(chance, 2) ? 0xff : 0; break;
        default:
            for (size_t i = at; i < length && i < at + 8; i++) bytes[i] = (uint8_t)chance_next(chance);
            break;
        }
    }
}

#endif
