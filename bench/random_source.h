/* Random numbers that are the same on every machine for the same seed: SplitMix64 (Steele, Lea and Flood 2014). */
#ifndef BENCH_RANDOM_SOURCE_H
#define BENCH_RANDOM_SOURCE_H

#include <stdint.h>

struct random_source {
    uint64_t state; /* the seed, to begin with */
};

/* A good 64-bit hash of a number (the finalizer of SplitMix64). */
static inline uint64_t random_hash(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

static inline uint64_t random_u64(struct random_source *source)
{
    const uint64_t value = random_hash(source->state);
    source->state += UINT64_C(0x9e3779b97f4a7c15);
    return value;
}

/* Of [0, 1), in steps of 2^-53. */
static inline double random_unit_of(uint64_t bits) { return (double)(bits >> 11) * 0x1p-53; }
static inline double random_unit(struct random_source *source) { return random_unit_of(random_u64(source)); }

/* Of 0 .. count - 1 (Lemire's multiply; the bias of at most count / 2^32 does not matter here). */
static inline uint32_t random_below(struct random_source *source, uint32_t count)
{
    return (uint32_t)((random_u64(source) >> 32) * count >> 32);
}

#endif
