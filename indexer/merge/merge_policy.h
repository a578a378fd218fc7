/*
 * Which segments to merge next. Segments stay in article order, so only neighbours are merged. Sizes fall into tiers, each MERGE_FANOUT times
 * the one before; a run of neighbours of at most a tier is merged when there are MERGE_FANOUT of them. So an article is rewritten once a tier, and the
 * number of segments grows with the logarithm of the archive (O'Neil et al. 1996, the log-structured merge tree).
 */
#ifndef MERGE_MERGE_POLICY_H
#define MERGE_MERGE_POLICY_H

#include "manifest.h"

enum { MERGE_FANOUT = 8 };

/* False: nothing is worth merging. Otherwise segments [*first, *end): several, or one of which half is deleted. */
bool merge_policy_next(const struct manifest_segment *segments, uint32_t count, uint32_t *first, uint32_t *end);

/* The neighbours to merge to come down to `wanted` segments at the least cost; false when there are no more than that. With wanted == 1 also a
 * single segment that has deletions. */
bool merge_policy_down_to(const struct manifest_segment *segments, uint32_t count, uint32_t wanted, uint32_t *first, uint32_t *end);

#endif
