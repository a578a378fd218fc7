/* The times of a latency report, read back from its JSON. */
#ifndef BENCH_LATENCY_TIMES_H
#define BENCH_LATENCY_TIMES_H

#include "arena.h"

#include "backfile.h"

#include <stdio.h>

struct timed_query {
    const char *id, *class_name;
    double *times;
};

struct latency_times {
    const char *index;
    const char *ranker;
    char asked[64]; /* warm or cold, k: reports that differ in it measured different things */
    struct timed_query *queries;
    size_t count, rounds; /* every query has as many times */
    struct arena arena;
};

/* Reads one report; `name` is what messages call it. */
bf_status latency_times_read(FILE *in, const char *name, struct latency_times *times, bf_error *error);

/* Adds another report's times of the same queries as further rounds. */
bf_status latency_times_extend(struct latency_times *times, const struct latency_times *more, bf_error *error);

/* BF_BAD_ARGUMENT when the reports are not of the same queries, asked in the same way. */
bf_status latency_times_match(const struct latency_times *a, const struct latency_times *b, bf_error *error);
void latency_times_free(struct latency_times *times);

#endif
