#include "snapshot_order.h"

#include "status.h"

#include <stdlib.h>

bool snapshot_order_is_plain(struct segment *const *segments, uint32_t count)
{
    for (uint32_t i = 0; i + 1 < count; i++)
        if (segments[i]->meta.end_arrival > segments[i + 1]->meta.first_arrival) return false;
    return true;
}

static int compare_runs(const void *a, const void *b)
{
    const struct snapshot_run *x = a, *y = b;
    return x->arrival < y->arrival ? -1 : x->arrival > y->arrival;
}

bf_status snapshot_order_make(struct segment *const *segments, uint32_t count, struct snapshot_order *order, bf_error *error)
{
    *order = (struct snapshot_order){.run_count = count};
    return snapshot_order_is_plain(segments, count) ? BF_OK : snapshot_order_list(segments, count, order, error);
}

bf_status snapshot_order_list(struct segment *const *segments, uint32_t count, struct snapshot_order *order, bf_error *error)
{
    uint32_t run_count = 0;
    bf_status status = BF_OK;
    *order = (struct snapshot_order){0};
    for (uint32_t i = 0; status == BF_OK && i < count; i++) {
        free(segments[i]->runs);
        segments[i]->runs = NULL;
        status = segment_arrival_runs(segments[i], &segments[i]->runs, &segments[i]->run_count, error);
        run_count += segments[i]->run_count;
    }
    if (status != BF_OK) return status;
    struct snapshot_run *runs = malloc(run_count * sizeof *runs), *run = runs;
    if (!runs) return fail_memory(error);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < segments[i]->run_count; j++)
            *run++ = (struct snapshot_run){i, segments[i]->runs[j].first,
                                           j + 1 < segments[i]->run_count ? segments[i]->runs[j + 1].first
                                                                          : segments[i]->meta.doc_count,
                                           segments[i]->runs[j].arrival};
    qsort(runs, run_count, sizeof *runs, compare_runs);
    for (uint32_t i = 0; i < run_count; i++) {
        const struct segment *segment = segments[runs[i].segment];
        segment->runs[arrival_run_of(segment->runs, segment->run_count, runs[i].first) - segment->runs].place = i;
    }
    *order = (struct snapshot_order){runs, run_count};
    return BF_OK;
}
