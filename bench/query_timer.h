/* One query, run and timed. */
#ifndef BENCH_QUERY_TIMER_H
#define BENCH_QUERY_TIMER_H

#include "query_set.h"

#include <stdint.h>

/* What is asked of every query. */
struct query_work {
    uint64_t k;
    const char *ranker; /* NULL: auto */
    bool exact_total, count_only;
};

/* One a thread. `{.searcher = ..., .work = ...}` is ready. */
struct query_timer {
    bf_searcher *searcher;
    const struct query_work *work;
    struct buffer scratch;
    bf_work done;       /* by the query that was run last */
};

/* The time of the one call bf_search, in nanoseconds: reading the query, analysing it, finding the best. */
bf_status query_timer_run(struct query_timer *timer, const struct bench_query *query, uint64_t *took_ns, bf_error *error);
void query_timer_free(struct query_timer *timer);

#endif
