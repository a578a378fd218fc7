/* The best k of the hits seen. Order: score downwards, then the order of arrival, which reordering does not change. */
#ifndef RANK_TOP_HITS_H
#define RANK_TOP_HITS_H

#include "segment.h"

struct ranked_hit {
    float score;
    uint32_t run;      /* of arrivals in the snapshot (snapshot_order.h); of the hits of a segment they ascend with `arrival` */
    uint32_t document;
    uint32_t arrival;  /* in its segment */
};

/* A hit, its score to be filled in. `number`: of the segment in the snapshot. */
static inline struct ranked_hit hit_make(struct segment *segment, uint32_t number, uint32_t document)
{
    uint32_t arrival = segment_arrival(segment, document);
    uint32_t run = segment->runs ? arrival_run_of(segment->runs, segment->run_count, arrival)->place : number;
    return (struct ranked_hit){0, run, document, arrival};
}

/* Whether a comes before b. */
static inline bool hit_before(const struct ranked_hit *a, const struct ranked_hit *b)
{
    if (a->score != b->score) return a->score > b->score;
    if (a->run != b->run) return a->run < b->run;
    return a->arrival < b->arrival;
}

/*
 * Few are kept in a binary heap, the worst on top: the threshold is always that of all hits seen. More than TOP_HEAP_MOST would
 * make it deep, so they are gathered unordered, half as many again as are wanted, and then the best k are selected: the
 * threshold is that of the last selection, a little lower than it could be. Invariant: once `is_full`, `worst` is the last of some
 * k of the hits kept.
 */
enum { TOP_HEAP_MOST = 512 };

struct top_hits {
    struct ranked_hit *hits;
    uint64_t count, k, room;
    struct ranked_hit worst;
    bool is_full;
};

/* False: memory refused. */
bool top_hits_add(struct top_hits *top, const struct ranked_hit *hit);

/* The score a hit must reach to be kept, 0 before k were seen; one that only reaches it is kept when it arrived before. */
static inline float top_hits_threshold(const struct top_hits *top) { return top->is_full ? top->worst.score : 0; }

/* Puts the hits in order, best first, and leaves no more than k. Nothing may be added afterwards. */
void top_hits_sort(struct top_hits *top);
void top_hits_free(struct top_hits *top);

#endif
