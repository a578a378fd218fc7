/*
 * In which order the articles of a snapshot arrived, over all its segments: as a list of *runs*. Mostly that is one run a
 * segment, one after the other; where several threads built segments at once, their runs alternate (arrival_runs.h).
 */
#ifndef SEGMENT_SNAPSHOT_ORDER_H
#define SEGMENT_SNAPSHOT_ORDER_H

#include "segment.h"

struct snapshot_order {
    struct snapshot_run *runs; /* NULL: one run a segment, in the order of the list */
    uint32_t run_count;        /* at least as many as segments */
};

/* What arrived in the segment as number `first` up to, but not with, `end`. */
struct snapshot_run {
    uint32_t segment, first, end;
    uint64_t arrival; /* of the first */
};

/* Segments are in the order of their first arrivals. Sets `runs` of each, too, where one is needed. */
bf_status snapshot_order_make(struct segment *const *segments, uint32_t count, struct snapshot_order *order, bf_error *error);

/* The same with all runs listed, needed or not. */
bf_status snapshot_order_list(struct segment *const *segments, uint32_t count, struct snapshot_order *order, bf_error *error);

/* Whether the segments' times of arrival don't overlap. */
bool snapshot_order_is_plain(struct segment *const *segments, uint32_t count);

#endif
