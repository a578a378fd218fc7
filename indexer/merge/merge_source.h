/* One of the segments being merged, and which of its documents becomes which of the result. */
#ifndef MERGE_MERGE_SOURCE_H
#define MERGE_MERGE_SOURCE_H

#include "posting_cursor.h"
#include "segment.h"
#include "snapshot_order.h"

struct merge_source {
    struct segment *segment;
    uint32_t first;       /* the first number that its documents get, in the order of arrival */
    uint32_t *numbers;    /* of each document, NO_DOCUMENT: deleted; NULL: first, first + 1, ... */
    uint32_t *arrived;    /* its documents in the order of arrival; NULL: they are numbered so */
    struct buffer numbers_room, arrived_room;
};

static inline uint32_t merge_source_number(const struct merge_source *source, uint32_t doc)
{
    return source->numbers ? source->numbers[doc] : source->first + doc;
}

/* The i-th document that arrived. */
static inline uint32_t merge_source_arrived(const struct merge_source *source, uint32_t i)
{
    return source->arrived ? source->arrived[i] : i;
}

/* Numbers the live documents of all sources from 0 on, in the order of arrival. Borrows `scratch`. */
bf_status merge_sources_open(struct merge_source *sources, struct segment *const *segments, uint32_t count,
                             const struct snapshot_order *order, const struct scratch *scratch, uint32_t *doc_count,
                             bf_error *error);
void merge_source_close(struct merge_source *source);

/* Bytes of sources that a merge reads before it takes them out of the process's memory again. */
enum { MERGE_MAPPED = 32 << 20 };

/* Counts `length` bytes that were read; so many are mapped at most. */
void merge_source_passed(const struct merge_source *sources, uint32_t count, uint64_t length, uint64_t *mapped);

/*
 * The numbers that documents of all sources get when none is reordered: those of one source after those of another, in each as
 * they are. renumbered[n]: the final number of the document that was given n, in the order of arrival.
 */
void merge_sources_keep_order(const struct merge_source *sources, uint32_t count, uint32_t *renumbered);

/* Gives every document its final number. */
bf_status merge_source_renumber(struct merge_source *source, const uint32_t *renumbered, bf_error *error);

#endif
