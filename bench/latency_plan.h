/* What `latency` and `growth` were asked to measure, and the times they took. */
#ifndef BENCH_LATENCY_PLAN_H
#define BENCH_LATENCY_PLAN_H

#include "query_timer.h"
#include "spread.h"

/* The queries and how they are run. */
struct latency_plan {
    const char *index_path;
    struct query_set set;
    struct query_work work;
    uint64_t passes, seed;
};

/* Every query's times, in microseconds: `passes` of the first query, of the second, ... */
struct latency_samples {
    const char *what; /* of a query: "search", "open", "first search" */
    size_t query_count, passes;
    double *times;
    double *minima, *medians; /* of each query, once settled */
    bf_work *done;            /* by each query; all zero where it wasn't asked */
};

/* Room for all times; BF_BAD_ARGUMENT when that is more than there can be. */
bf_status latency_samples_make(const struct latency_plan *plan, const char *what, struct latency_samples *samples,
                               bf_error *error);
void latency_samples_free(struct latency_samples *samples);

static inline double *latency_sample(const struct latency_samples *samples, size_t query, size_t pass)
{
    return &samples->times[query * samples->passes + pass];
}

/* Finds each query's minimum and median. The times stay in the order of the passes. */
bf_status latency_samples_settle(struct latency_samples *samples, bf_error *error);

/* One class of queries, or all. */
struct latency_row {
    const char *name;
    struct spread minima;
    double median_mean;
    double blocks, kilobytes, documents; /* read and scored, mean of a query; 0: not known */
};

/* One row a class in the order of their names, then one for all; free() them. */
bf_status latency_rows_make(const struct latency_plan *plan, const struct latency_samples *samples, struct latency_row **rows,
                            size_t *row_count, bf_error *error);

/* One searcher, open all the time; one pass that is not timed, then `passes`. */
bf_status latency_warm(const struct latency_plan *plan, struct latency_samples *search, bf_error *error);

/* Pages of the index's files, as the system tells (mincore), summed over all queries: how many there are, were still in memory
 * after all was to be evicted, were there once the index was open, and once it was searched. */
struct latency_eviction {
    uint64_t pages, left, opened, searched;
};

/* A searcher opened anew for every query, on an index whose files were evicted: the time to open it, and then to search. */
bf_status latency_cold(const struct latency_plan *plan, struct latency_samples *open, struct latency_samples *search,
                       struct latency_eviction *eviction, bf_error *error);

/* What queries met that came to a number of threads, each with a searcher of its own. */
struct latency_load {
    uint64_t threads;
    double rate;               /* queries a second that were to arrive; 0: each thread asks as fast as it is answered */
    double seconds;            /* from the first arrival to the last answer */
    double busy;               /* share of the threads' time that was spent in searching */
    size_t count;              /* of queries answered */
    double *times;             /* microseconds of each answer, from the arrival on; sorted once `spread` is there */
    struct spread spread, service; /* service: without the waiting */
};

/* Every thread runs all queries `passes` times, in an order of its own, as fast as it can. */
bf_status latency_threads(const struct latency_plan *plan, uint64_t threads, struct latency_load *load, bf_error *error);

/* All queries `passes` times in random order, arriving at random (a Poisson process) whether there is a thread free or not. */
bf_status latency_arrivals(const struct latency_plan *plan, uint64_t threads, double rate, struct latency_load *load,
                           bf_error *error);
void latency_load_free(struct latency_load *load);

#endif
