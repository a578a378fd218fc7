/*
 * Which segments to merge next. Segments stay in article order, so only neighbours are merged: the cheapest run of
 * MERGE_FANOUT or more that comes out MERGE_GROWTH times as large as its largest member. So whenever an article is
 * rewritten its segment has grown by that factor, and both how often that happens and the number of segments grow with the
 * logarithm of the archive (O'Neil et al. 1996, the log-structured merge tree). A run that is one large segment and a few
 * small ones is left alone, or each small commit would rewrite the archive.
 *
 * The store takes a whole record into memory to write it, and the longest records of a segment grow with its articles. So a run
 * whose longest record would take more than there is memory for is not merged unasked: the number of segments then grows with
 * the archive, slowly.
 */
#ifndef MERGE_MERGE_POLICY_H
#define MERGE_MERGE_POLICY_H

#include "manifest.h"

enum {
    MERGE_FANOUT = 8,
    MERGE_GROWTH = 4,
};

/* What a run may come to: the longest record of each segment, which add up, and how many bytes they may be together. */
struct merge_limit {
    const uint64_t *longest;
    uint64_t most;
};

/* False: nothing is worth merging. Otherwise segments [*first, *end): several, or one of which half is deleted. `limit`: NULL:
 * there is none. */
bool merge_policy_next(const struct manifest_segment *segments, uint32_t count, const struct merge_limit *limit, uint32_t *first,
                       uint32_t *end);

/* The neighbours to merge to come down to `wanted` segments at the least cost; false when there are no more than that. With
 * wanted == 1 also a single segment that has deletions. */
bool merge_policy_down_to(const struct manifest_segment *segments, uint32_t count, uint32_t wanted, uint32_t *first,
                          uint32_t *end);

#endif
