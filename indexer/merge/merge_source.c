#include "merge_source.h"

#include "status.h"

#include <stdlib.h>

bf_status merge_source_open(struct merge_source *source, struct segment *segment, uint32_t *next, bf_error *error)
{
    uint32_t doc_count = segment->meta.doc_count;
    *source = (struct merge_source){.segment = segment, .first = *next};
    if (doc_count > NO_DOCUMENT - 1 - *next)
        return fail(error, BF_BAD_ARGUMENT, "the segments have more articles than one can hold");
    bf_status status = segment_arrived(segment, &source->arrived, error);
    if (status != BF_OK) return status;
    if (!source->arrived && !segment->deleted) {
        *next += doc_count;
        return BF_OK;
    }
    source->numbers = malloc(doc_count * sizeof *source->numbers);
    if (!source->numbers) return fail_memory(error);
    for (uint32_t i = 0; i < doc_count; i++) {
        uint32_t doc = merge_source_arrived(source, i);
        source->numbers[doc] = segment_is_deleted(segment, doc) ? NO_DOCUMENT : (*next)++;
    }
    return BF_OK;
}

void merge_source_close(struct merge_source *source)
{
    free(source->numbers);
    free(source->arrived);
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
