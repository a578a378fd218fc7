#include "query_timer.h"

#include "resources.h"
#include "status.h"

bf_status query_timer_run(struct query_timer *timer, const struct bench_query *query, uint64_t *took_ns, bf_error *error)
{
    const struct query_work *work = timer->work;
    bf_results *results = NULL;
    bf_search_options options = {
        .k = (uint32_t)work->k,
        .ranker = work->ranker,
        .count_only = work->count_only,
        .no_total = !work->exact_total && !work->count_only,
    };
    const char *text = query_prepare(query, &timer->scratch, &options);
    if (!text) return fail_memory(error);
    const uint64_t start = resources_now_ns();
    const bf_status status = bf_search(timer->searcher, text, &options, &results, error);
    *took_ns = resources_now_ns() - start;
    timer->done = (bf_work){0};
    if (status == BF_OK) bf_results_work(results, &timer->done); /* the clock has stopped */
    bf_results_free(results);
    return status == BF_OK ? BF_OK : fail_within(error, status, "query %s", query->id);
}

void query_timer_free(struct query_timer *timer)
{
    bf_searcher_close(timer->searcher);
    buffer_free(&timer->scratch);
    *timer = (struct query_timer){0};
}
