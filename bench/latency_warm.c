/*
 * Warm latency. One pass over the queries is not timed; then every pass runs all of them once, one after the other, so
 * that a query never meets the caches its own last run left. A query's figure is its minimum over the passes: what it takes
 * when nothing else on the machine gets in the way.
 */
#include "latency_plan.h"

bf_status latency_warm(const struct latency_plan *plan, struct latency_samples *search, bf_error *error)
{
    struct query_timer timer = {.work = &plan->work};
    bf_status status = bf_searcher_open(plan->index_path, &timer.searcher, error);
    for (uint64_t pass = 0; pass <= plan->passes && status == BF_OK; pass++) { /* pass 0 warms up */
        for (size_t i = 0; i < plan->set.count && status == BF_OK; i++) {
            uint64_t took = 0;
            status = query_timer_run(&timer, &plan->set.queries[i], &took, error);
            if (pass == 0) search->done[i] = timer.done;
            else *latency_sample(search, i, pass - 1) = (double)took / 1e3;
        }
    }
    query_timer_free(&timer);
    return status == BF_OK ? latency_samples_settle(search, error) : status;
}
