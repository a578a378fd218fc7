/* A phrase: its words' documents are intersected, the rarest leading; then positions are compared. */
#include "matcher.h"
#include "phrase_count.h"
#include "status.h"

struct phrase_matcher {
    struct matcher base;
    struct segment *segment;
    const struct leaf_weight *leaf;
    const struct bm25 *bm25;
    uint32_t count;
    struct term_source *sources;   /* in the order of the phrase */
    uint32_t *by_cost;             /* their numbers, rarest first */
    struct phrase_counter counter;
    uint32_t tf, title_tf;         /* of the current document */
};

static void phrase_fail(struct phrase_matcher *matcher, const bf_error *error)
{
    segment_fail(matcher->segment, error);
    matcher->base.doc = NO_DOCUMENT;
}

/* Counts the phrase in the current document of all sources. */
static bool count_document(struct phrase_matcher *matcher)
{
    bf_error error; /* filled by a failure only: clearing a kilobyte costs more than most calls */
    if (phrase_count(&matcher->counter, matcher->sources, matcher->by_cost, &matcher->tf, &matcher->title_tf, &error) != BF_OK) {
        phrase_fail(matcher, &error);
        return false;
    }
    switch (matcher->leaf->node->field) {
    case QUERY_TITLE: return matcher->title_tf > 0;
    case QUERY_BODY: return matcher->tf > matcher->title_tf;
    default: return matcher->tf > 0;
    }
}

/* Moves to the first document >= that of the leading source which holds the phrase. */
static void phrase_settle(struct phrase_matcher *matcher)
{
    struct term_source *lead = &matcher->sources[matcher->by_cost[0]];
    while (lead->doc != NO_DOCUMENT) {
        uint32_t doc = lead->doc, i = 1;
        for (; i < matcher->count; i++) {
            struct term_source *source = &matcher->sources[matcher->by_cost[i]];
            if (source->doc < doc) term_source_seek(source, doc);
            if (source->doc != doc) break;
        }
        if (i < matcher->count) {
            uint32_t other = matcher->sources[matcher->by_cost[i]].doc;
            if (other == NO_DOCUMENT) break;
            term_source_seek(lead, other);
            continue;
        }
        if (count_document(matcher)) {
            matcher->base.doc = doc;
            return;
        }
        if (matcher->segment->failure.status != BF_OK) break;
        term_source_next(lead);
    }
    matcher->base.doc = NO_DOCUMENT;
}

static void phrase_next(struct matcher *base)
{
    struct phrase_matcher *matcher = (struct phrase_matcher *)base;
    if (base->doc == NO_DOCUMENT) return;
    term_source_next(&matcher->sources[matcher->by_cost[0]]);
    phrase_settle(matcher);
}

static void phrase_seek(struct matcher *base, uint32_t doc)
{
    struct phrase_matcher *matcher = (struct phrase_matcher *)base;
    if (base->doc == NO_DOCUMENT) return;
    term_source_seek(&matcher->sources[matcher->by_cost[0]], doc);
    phrase_settle(matcher);
}

float phrase_matcher_tf(struct matcher *base)
{
    struct phrase_matcher *matcher = (struct phrase_matcher *)base;
    return leaf_tf(matcher->leaf, matcher->bm25, matcher->tf, matcher->title_tf);
}

static void phrase_add_score(struct matcher *base, float *sum)
{
    struct phrase_matcher *matcher = (struct phrase_matcher *)base;
    float tf = phrase_matcher_tf(base);
    if (tf > 0)
        *sum += matcher->leaf->weight * bm25_impact(tf, leaf_norm(matcher->leaf, matcher->bm25, matcher->segment, base->doc));
}

static void phrase_free(struct matcher *base)
{
    struct phrase_matcher *matcher = (struct phrase_matcher *)base;
    phrase_counter_free(&matcher->counter);
}

bf_status phrase_matcher_open(const struct match_context *context, const struct query_node *node, struct matcher **result,
                              bf_error *error)
{
    static const struct matcher_methods methods = {phrase_next, phrase_seek, phrase_add_score, phrase_free};
    struct phrase_matcher *matcher = arena_take_zeroed(context->arena, sizeof *matcher);
    if (!matcher) return fail_memory(error);
    const struct leaf_weight *leaf = &context->leaves[node->leaf];
    matcher->base.methods = &methods;
    matcher->base.occur = node->occur;
    matcher->segment = context->segment;
    matcher->leaf = leaf;
    matcher->bm25 = context->bm25;
    matcher->count = leaf->term_count;
    matcher->sources = arena_take_zeroed(context->arena, leaf->term_count * sizeof *matcher->sources);
    matcher->by_cost = arena_take_zeroed(context->arena, leaf->term_count * sizeof *matcher->by_cost);
    bool taken = phrase_counter_open(&matcher->counter, context->segment, leaf, context->arena);
    if (!taken || !matcher->sources || !matcher->by_cost) return fail_memory(error);
    for (uint32_t i = 0; i < leaf->term_count; i++) {
        bf_status status = term_source_open(&matcher->sources[i], &leaf->terms[i], context->segment, context->number,
                                            context->arena, error);
        if (status != BF_OK) return status;
        uint32_t at = i;
        while (at > 0 && matcher->sources[matcher->by_cost[at - 1]].cost > matcher->sources[i].cost) {
            matcher->by_cost[at] = matcher->by_cost[at - 1];
            at--;
        }
        matcher->by_cost[at] = i;
    }
    matcher->base.cost = matcher->sources[matcher->by_cost[0]].cost;
    phrase_settle(matcher);
    *result = &matcher->base;
    return BF_OK;
}
