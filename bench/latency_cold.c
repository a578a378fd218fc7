/*
 * Cold latency: before every query the searcher is closed, the index's files are evicted from memory, and the index is opened
 * anew. The program itself, its libraries and its heap stay as warm as they are: it is the index that is cold, not the
 * machine. What of it is in memory afterwards tells how much was read, with what the system read ahead.
 */
#include "latency_plan.h"

#include "page_cache.h"
#include "resources.h"

static bf_status query_cold(const struct latency_plan *plan, const struct bench_query *query, double *open, double *search,
                            struct latency_eviction *eviction, bf_error *error)
{
    uint64_t pages = 0;
    struct query_timer timer = {.work = &plan->work};
    uint64_t took = 0;
    bf_status status = page_cache_evict(plan->index_path, &eviction->pages, &eviction->left, error);
    if (status != BF_OK) return status;
    const uint64_t start = resources_now_ns();
    status = bf_searcher_open(plan->index_path, &timer.searcher, error);
    *open = (double)(resources_now_ns() - start) / 1e3;
    if (status == BF_OK) status = page_cache_count(plan->index_path, &pages, &eviction->opened, error);
    if (status == BF_OK) status = query_timer_run(&timer, query, &took, error);
    if (status == BF_OK) status = page_cache_count(plan->index_path, &pages, &eviction->searched, error);
    *search = (double)took / 1e3;
    query_timer_free(&timer);
    return status;
}

bf_status latency_cold(const struct latency_plan *plan, struct latency_samples *open, struct latency_samples *search,
                       struct latency_eviction *eviction, bf_error *error)
{
    bf_status status = BF_OK;
    *eviction = (struct latency_eviction){0};
    for (uint64_t pass = 0; pass < plan->passes && status == BF_OK; pass++) {
        for (size_t i = 0; i < plan->set.count && status == BF_OK; i++)
            status = query_cold(plan, &plan->set.queries[i], latency_sample(open, i, pass), latency_sample(search, i, pass),
                                eviction, error);
    }
    if (status == BF_OK) status = latency_samples_settle(open, error);
    return status == BF_OK ? latency_samples_settle(search, error) : status;
}
