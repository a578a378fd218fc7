/*
 * Which documents of one segment a clause of the query matches, in document order, and what it adds to their scores.
 *
 * A score is one float sum over the leaves that match, in the order of the query: a leaf counts when it and every group above it
 * match, and stands under no MUST_NOT. Every ranker adds in this order, so all give the same score to the last bit.
 */
#ifndef MATCH_MATCHER_H
#define MATCH_MATCHER_H

#include "bm25.h"
#include "leaf_weight.h"
#include "query.h"
#include "segment.h"

struct matcher;

struct matcher_methods {
    void (*next)(struct matcher *matcher);
    void (*seek)(struct matcher *matcher, uint32_t doc);  /* to the first match >= doc; never back */
    void (*add_score)(struct matcher *matcher, float *sum); /* of the current document */
    void (*free)(struct matcher *matcher);                /* what is not in the arena */
};

/* Invariant: `doc` is the current match, or NO_DOCUMENT at the end. */
struct matcher {
    const struct matcher_methods *methods;
    uint32_t doc;
    uint32_t cost;               /* about how many documents it matches, at most */
    enum query_occur occur;
};

static inline void matcher_next(struct matcher *matcher) { matcher->methods->next(matcher); }

static inline void matcher_seek(struct matcher *matcher, uint32_t doc)
{
    if (matcher->doc < doc) matcher->methods->seek(matcher, doc);
}

static inline void matcher_add_score(struct matcher *matcher, float *sum) { matcher->methods->add_score(matcher, sum); }

static inline void matcher_free(struct matcher *matcher)
{
    if (matcher && matcher->methods->free) matcher->methods->free(matcher);
}

/* What matchers are made from. */
struct match_context {
    struct segment *segment;
    uint32_t number;             /* of the segment in the snapshot */
    const struct leaf_weight *leaves;
    const struct bm25 *bm25;
    struct arena *arena;         /* freed by the caller after the matchers */
};

/* Stands on the first match. Failures while matching are noted in the segment (segment_fail) and end the matches. */
bf_status matcher_open(const struct match_context *context, const struct query_node *node, struct matcher **matcher,
                       bf_error *error);

/* One file each: */
bf_status term_matcher_open(const struct match_context *context, const struct query_node *node, struct matcher **matcher,
                            bf_error *error);
bf_status phrase_matcher_open(const struct match_context *context, const struct query_node *node, struct matcher **matcher,
                              bf_error *error);
bf_status group_matcher_open(const struct match_context *context, const struct query_node *node, struct matcher **matcher,
                             bf_error *error);
bf_status filter_matcher_open(const struct match_context *context, const struct query_node *node, struct matcher **matcher,
                              bf_error *error);

/* The weighted tf and the length norm a term or phrase is scored with in a document of which it matches `tf` times, `title_tf` of
 * them in the title; tf 0 when the leaf's field leaves nothing. */
static inline float leaf_tf(const struct leaf_weight *leaf, const struct bm25 *bm25, uint32_t tf, uint32_t title_tf)
{
    switch (leaf->node->field) {
    case QUERY_TEXT: return bm25_tf(bm25, tf, title_tf);
    case QUERY_TITLE: return (float)title_tf;
    case QUERY_BODY: return (float)(tf - title_tf);
    default: return (float)tf;
    }
}

static inline float leaf_norm(const struct leaf_weight *leaf, const struct bm25 *bm25, struct segment *segment, uint32_t doc)
{
    return leaf->counts_length ? bm25->norm[segment_length_byte(segment, doc)] : bm25->k1;
}

/* The weighted tf of the current document, for an explanation. Of a TERM or PHRASE matcher only. */
float term_matcher_tf(struct matcher *matcher);
float phrase_matcher_tf(struct matcher *matcher);

#endif
