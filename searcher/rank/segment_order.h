/*
 * Which of many segments may have a document of the top k, and which is looked at first: by the maxima that the lists of the
 * query's words have stored, before anything of a segment is opened. The segments that promise most come first; once a threshold is above
 * what one promises, it and all that follow are left out.
 *
 * For any query. A score that k documents reach is found for a flat group of terms (rank_run_can), all of which may match.
 */
#ifndef RANK_SEGMENT_ORDER_H
#define RANK_SEGMENT_ORDER_H

#include "arena.h"
#include "ranker.h"

struct segment_order {
    struct promise {
        double most;       /* no document's score is above it */
        uint32_t number;   /* of the segment */
    } *segments;           /* those that may have a match, the largest promise first */
    uint32_t count;
    double limit;          /* a score that k documents reach; 0: unknown */
};

/* Everything is in the arena. */
bf_status segment_order_make(const struct ranking *ranking, struct arena *arena, struct segment_order *order, bf_error *error);

#endif
