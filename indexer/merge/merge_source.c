#include "merge_source.h"

#include "status.h"

#include <stdlib.h>

static bf_status merge_source_open(struct merge_source *source, struct segment *segment, bool alternates, bf_error *error)
{
    *source = (struct merge_source){.segment = segment};
    bf_status status = segment_arrived(segment, &source->arrived, error);
    if (status != BF_OK || (!source->arrived && !segment->deleted && !alternates)) return status;
    source->numbers = malloc(segment->meta.doc_count * sizeof *source->numbers);
    return source->numbers ? BF_OK : fail_memory(error);
}

/* What arrived as numbers [first, end) gets the next numbers. */
static void merge_source_number_run(struct merge_source *source, uint32_t first, uint32_t end, uint32_t *next)
{
    if (!source->numbers) { /* the whole source */
        source->first = *next;
        *next += end - first;
        return;
    }
    for (uint32_t i = first; i < end; i++) {
        uint32_t doc = merge_source_arrived(source, i);
        source->numbers[doc] = segment_is_deleted(source->segment, doc) ? NO_DOCUMENT : (*next)++;
    }
}

bf_status merge_sources_open(struct merge_source *sources, struct segment *const *segments, uint32_t count,
                             const struct snapshot_order *order, uint32_t *doc_count, bf_error *error)
{
    bf_status status = BF_OK;
    uint64_t total = 0;
    *doc_count = 0;
    for (uint32_t i = 0; status == BF_OK && i < count; i++) {
        total += segments[i]->meta.doc_count - segments[i]->listed.deleted_count;
        status = merge_source_open(&sources[i], segments[i], order->runs != NULL, error);
    }
    if (status != BF_OK) return status;
    if (total > NO_DOCUMENT - 1) return fail(error, BF_BAD_ARGUMENT, "the segments have more articles than one can hold");
    for (uint32_t i = 0; !order->runs && i < count; i++)
        merge_source_number_run(&sources[i], 0, segments[i]->meta.doc_count, doc_count);
    for (uint32_t i = 0; order->runs && i < order->run_count; i++) {
        const struct snapshot_run *run = &order->runs[i];
        merge_source_number_run(&sources[run->segment], run->first, run->end, doc_count);
    }
    return BF_OK;
}

void merge_source_close(struct merge_source *source)
{
    free(source->numbers);
    free(source->arrived);
}

void merge_source_passed(const struct merge_source *sources, uint32_t count, uint64_t length, uint64_t *mapped)
{
    *mapped += length;
    if (*mapped < MERGE_MAPPED) return;
    *mapped = 0;
    for (uint32_t i = 0; i < count; i++) segment_store_forget(sources[i].segment->store);
}

void merge_sources_keep_order(const struct merge_source *sources, uint32_t count, uint32_t *renumbered)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t doc = 0; doc < sources[i].segment->meta.doc_count; doc++) {
            uint32_t number = merge_source_number(&sources[i], doc);
            if (number != NO_DOCUMENT) renumbered[number] = next++;
        }
}

bf_status merge_source_renumber(struct merge_source *source, const uint32_t *renumbered, bf_error *error)
{
    uint32_t doc_count = source->segment->meta.doc_count;
    uint32_t *numbers = source->numbers ? source->numbers : malloc(doc_count * sizeof *numbers);
    if (!numbers) return fail_memory(error);
    for (uint32_t doc = 0; doc < doc_count; doc++) {
        uint32_t number = merge_source_number(source, doc);
        numbers[doc] = number == NO_DOCUMENT ? NO_DOCUMENT : renumbered[number];
    }
    source->numbers = numbers;
    return BF_OK;
}
