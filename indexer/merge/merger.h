/*
 * Merges segments into one: live documents in order, or in a better one; deleted ones left out. Their order of arrival stays.
 * Streams term by term. What grows with the number of documents, and lists that are long, are kept in files without names beside
 * the segments (scratch.h). Memory is taken for the largest record, while it is handed to the store, and for finding a better
 * order what is given for it.
 */
#ifndef MERGE_MERGER_H
#define MERGE_MERGER_H

#include "crew.h"
#include "segment.h"

struct merge_options {
    bool sync;
    struct crew *reorder;    /* who finds a better order of documents; NULL: leave them as they are */
    uint64_t reorder_memory; /* bytes for that */
    bool alone;              /* nothing else arrived between their first document and their last */
    size_t scratch_least;    /* bytes from which on what grows is kept in files; 0: SCRATCH_LEAST */
};

/* What came of reordering. */
struct merge_reordered {
    uint64_t fitting_terms, used_terms; /* see forward_index.h */
    double seconds;                     /* that finding the order took */
};

/* Writes segment `number` from `count` segments, one after the other. At least one document must be live. */
bf_status merge_segments(const char *index_path, struct segment **segments, uint32_t count, uint32_t number,
                         const struct merge_options *options, struct manifest_segment *listed,
                         struct merge_reordered *reordered, bf_error *error);

#endif
