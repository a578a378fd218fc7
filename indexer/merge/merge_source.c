#include "merge_source.h"

#include "status.h"

/* Room for a number a document. */
static uint32_t *merge_source_room(const struct merge_source *source, struct buffer *room)
{
    return (uint32_t *)(void *)buffer_extend(room, source->segment->meta.doc_count * sizeof(uint32_t));
}

static bf_status merge_source_open(struct merge_source *source, struct segment *segment, bool alternates,
                                   const struct scratch *scratch, bf_error *error)
{
    *source = (struct merge_source){
        .segment = segment, .numbers_room = buffer_in_scratch(scratch), .arrived_room = buffer_in_scratch(scratch)};
    if (segment_is_reordered(segment)) {
        source->arrived = merge_source_room(source, &source->arrived_room);
        bf_status status = source->arrived ? segment_arrived_into(segment, source->arrived, error) : fail_memory(error);
        if (status != BF_OK) return status;
    }
    if (!source->arrived && !segment->deleted && !alternates) return BF_OK;
    source->numbers = merge_source_room(source, &source->numbers_room);
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
                             const struct snapshot_order *order, const struct scratch *scratch, uint32_t *doc_count,
                             bf_error *error)
{
    bf_status status = BF_OK;
    uint64_t total = 0;
    *doc_count = 0;
    for (uint32_t i = 0; status == BF_OK && i < count; i++) {
        total += segments[i]->meta.doc_count - segments[i]->listed.deleted_count;
        status = merge_source_open(&sources[i], segments[i], order->runs != NULL, scratch, error);
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
    buffer_free(&source->numbers_room);
    buffer_free(&source->arrived_room);
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
    uint32_t *numbers = source->numbers ? source->numbers : merge_source_room(source, &source->numbers_room);
    if (!numbers) return fail_memory(error);
    for (uint32_t doc = 0; doc < doc_count; doc++) {
        uint32_t number = merge_source_number(source, doc);
        numbers[doc] = number == NO_DOCUMENT ? NO_DOCUMENT : renumbered[number];
    }
    source->numbers = numbers;
    return BF_OK;
}
