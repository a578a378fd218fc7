/*
 * When the documents of a segment arrived, counted over the whole index: ties in rank are broken by it, and articles are read
 * back in this order.
 *
 * A segment written by one thread holds what arrived from one moment to another, and two numbers say so. Where several threads
 * build segments at once they are handed batches of articles in turn, so what a segment holds arrived in *runs*, with runs of
 * other segments in between:
 *
 *     segment 1:  0 1 2       6 7 8
 *     segment 2:        3 4 5       9
 *
 * A run says which document of the segment, in the order of arrival, was its first, and what number it had. The numbers need
 * not be exact: a merge that leaves out deleted documents only keeps to their order.
 */
#ifndef SEGMENT_ARRIVAL_RUNS_H
#define SEGMENT_ARRIVAL_RUNS_H

#include "backfile.h"
#include "buffer.h"

struct arrival_run {
    uint64_t arrival; /* of its first document, over the whole index */
    uint32_t first;   /* that document's number in the segment's order of arrival */
    uint32_t place;   /* among the runs of all segments of a snapshot; not stored */
};

enum { ARRIVAL_RUN_SIZE = 12 };

/* Two runs or more. */
void arrival_runs_encode(const struct arrival_run *runs, uint32_t count, struct buffer *out);

/* `runs`: length / ARRIVAL_RUN_SIZE of them. Returns NULL or the rule broken. */
const char *arrival_runs_decode(const uint8_t *bytes, size_t length, uint32_t doc_count, uint64_t first_arrival,
                                uint64_t end_arrival, struct arrival_run *runs);

/* The last of the runs whose first document is not after number `i` in the segment's order of arrival. */
static inline const struct arrival_run *arrival_run_of(const struct arrival_run *runs, uint32_t count, uint32_t i)
{
    uint32_t low = 0;
    while (count > 1) {
        uint32_t half = count / 2;
        if (runs[low + half].first <= i) low += half;
        count -= half;
    }
    return &runs[low];
}

/* Adds a document that arrived after those before. False: memory refused. */
static inline bool arrival_runs_add(struct buffer *runs, uint32_t doc, uint64_t arrival)
{
    if (runs->length) {
        const struct arrival_run *last = (const struct arrival_run *)(const void *)(runs->bytes + runs->length) - 1;
        if (arrival - last->arrival == doc - last->first) return true;
    }
    buffer_append(runs, &(struct arrival_run){arrival, doc, 0}, sizeof(struct arrival_run));
    return !runs->failed;
}

#endif
