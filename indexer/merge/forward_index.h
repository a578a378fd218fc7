/* Which words each document has, gathered from the postings of the segments being merged: what bisection.h goes by. */
#ifndef MERGE_FORWARD_INDEX_H
#define MERGE_FORWARD_INDEX_H

#include "bisection.h"
#include "merge_source.h"

struct forward_index {
    struct bisection_graph graph;
    uint64_t fitting_terms; /* terms of the text that are neither too rare nor too frequent to say what belongs together; */
    uint64_t used_terms;    /* of them, those that memory was enough for */
};

/*
 * Documents are those of the sources' numbers, all below doc_count. `memory`: bytes for this and for bisecting it with
 * `threads`. Where that is not enough for all terms, the most frequent are left out: they take the most room and say the least.
 */
bf_status forward_index_build(const struct merge_source *sources, uint32_t count, uint32_t doc_count, uint64_t memory,
                              uint32_t threads, struct forward_index *index, bf_error *error);
void forward_index_free(struct forward_index *index);

#endif
