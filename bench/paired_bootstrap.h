/* Is B faster than A? Both answered the same queries, each several times. */
#ifndef BENCH_PAIRED_BOOTSTRAP_H
#define BENCH_PAIRED_BOOTSTRAP_H

#include "backfile.h"

#include <stddef.h>

/* `rounds` times of each of `queries` queries, one query's after the other's. */
struct paired_times {
    const double *a, *b;
    size_t queries, a_rounds, b_rounds;
    bool interleaved; /* the rounds of A and B took turns, the i-th of both together: as many of A as of B */
};

struct ratio_interval {
    double ratio, low, high; /* B / A, and where it lies with a confidence of 95 % */
};

struct paired_verdict {
    double a_mean, b_mean, a_median, b_median; /* over queries, of the least time of each */
    struct ratio_interval means, medians;
    size_t b_faster, a_faster; /* queries whose least time is less */
    const char *word;          /* "faster", "slower" (B than A), "mixed", "no difference shown"; static */
};

enum { BOOTSTRAP_ROUNDS = 2000 };

bf_status paired_bootstrap(const struct paired_times *times, uint64_t seed, struct paired_verdict *verdict, bf_error *error);

#endif
