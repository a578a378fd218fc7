/* Two sets of times, class by class. */
#ifndef BENCH_COMPARISON_H
#define BENCH_COMPARISON_H

#include "latency_times.h"
#include "paired_bootstrap.h"

struct comparison_row {
    const char *name; /* a class, or "all" */
    size_t queries;
    struct paired_verdict verdict;
};

struct comparison {
    struct latency_times a, b;
    bool interleaved;
    struct comparison_row *rows;
    size_t row_count;
};

/* From `a` and `b`, which match: a row a class in order of their names, then one for all. */
bf_status comparison_make(struct comparison *comparison, uint64_t seed, bf_error *error);
bf_status comparison_print_table(const struct comparison *comparison, bf_error *error);
bf_status comparison_print_json(const struct comparison *comparison, bf_error *error);
bf_status comparison_plot(const struct comparison *comparison, const char *path, bf_error *error);
void comparison_free(struct comparison *comparison);

#endif
