/*
 * What a leaf of the query weighs: the statistics of its words over the whole snapshot, found once a query.
 *
 *     a term      df over live articles, idf of it
 *     a phrase    the idfs of its words added up in order, as Lucene does
 *     title:      df is that of titles; body: takes the text's
 *     =word       df is that of the form
 */
#ifndef SCORE_LEAF_WEIGHT_H
#define SCORE_LEAF_WEIGHT_H

#include "arena.h"
#include "bm25.h"
#include "query.h"
#include "snapshot.h"

struct term_weight {
    uint8_t *term;          /* dictionary term: field byte first */
    uint32_t term_length;
    const char *form;       /* the only form that counts; NULL: all do */
    uint32_t form_length;
    bool prefix;
    uint64_t df;
    float idf;
    /* What each segment's dictionary says of the term, in the snapshot's order; df 0: it isn't there. NULL for a prefix, which is
     * many terms. */
    struct term_entry *entries;
};

struct leaf_weight {
    const struct query_node *node;  /* a TERM or PHRASE */
    struct term_weight *terms;
    uint32_t term_count;
    float idf;
    float weight;                   /* boost * idf */
    bool counts_length;             /* text and body: BM25 with lengths; other fields without */
};

/* Makes a weight for each TERM and PHRASE of the tree, also under MUST_NOT, in query order; node->leaf numbers them. */
bf_status leaf_weights_make(const struct query *query, struct snapshot *snapshot, struct arena *arena,
                            struct leaf_weight **leaves, uint32_t *leaf_count, bf_error *error);

#endif
