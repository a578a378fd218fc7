/* How a set of measured values is spread. */
#ifndef BENCH_SPREAD_H
#define BENCH_SPREAD_H

#include <stddef.h>

struct spread {
    size_t count;
    double mean, p50, p90, p99, p999, max; /* p999: of 99.9 per cent */
};

/* Sorts the values. A percentile is the smallest value that at least so many per cent of them do not exceed (nearest rank). */
struct spread spread_of(double *values, size_t count);

/* The value in the middle, or the mean of the two there; sorts the values, of which there is one at least. */
double spread_median(double *values, size_t count);

#endif
