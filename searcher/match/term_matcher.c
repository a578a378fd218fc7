#include "matcher.h"
#include "status.h"
#include "term_source.h"

struct term_matcher {
    struct matcher base;
    struct segment *segment;
    const struct leaf_weight *leaf;
    const struct bm25 *bm25;
    struct term_source source;
};

static uint32_t term_title_tf(struct term_matcher *matcher)
{
    bool is_text = matcher->leaf->node->field <= QUERY_BODY;
    /* Titles matter only where they count differently. */
    if (!is_text || (matcher->leaf->node->field == QUERY_TEXT && matcher->bm25->title_weight == 1)) return 0;
    return term_source_title_tf(&matcher->source);
}

float term_matcher_tf(struct matcher *base)
{
    struct term_matcher *matcher = (struct term_matcher *)base;
    return leaf_tf(matcher->leaf, matcher->bm25, term_source_tf(&matcher->source), term_title_tf(matcher));
}

/* Goes on until the leaf's field is satisfied: a word of the text may stand only in the title, or only in the body; and its form,
 * in which the term may not stand there. A word that counts nothing (title_weight 0) still matches. */
static void term_settle(struct term_matcher *matcher)
{
    if (matcher->source.exact && matcher->leaf->node->field == QUERY_TEXT)
        while (matcher->source.doc != NO_DOCUMENT && term_source_tf(&matcher->source) == 0) term_source_next(&matcher->source);
    if (matcher->leaf->node->field == QUERY_TITLE || matcher->leaf->node->field == QUERY_BODY)
        while (matcher->source.doc != NO_DOCUMENT && !(term_matcher_tf(&matcher->base) > 0)) term_source_next(&matcher->source);
    matcher->base.doc = matcher->source.doc;
}

static void term_next(struct matcher *base)
{
    struct term_matcher *matcher = (struct term_matcher *)base;
    term_source_next(&matcher->source);
    term_settle(matcher);
}

static void term_seek(struct matcher *base, uint32_t doc)
{
    struct term_matcher *matcher = (struct term_matcher *)base;
    term_source_seek(&matcher->source, doc);
    term_settle(matcher);
}

static void term_add_score(struct matcher *base, float *sum)
{
    struct term_matcher *matcher = (struct term_matcher *)base;
    float tf = term_matcher_tf(base);
    if (tf > 0)
        *sum += matcher->leaf->weight * bm25_impact(tf, leaf_norm(matcher->leaf, matcher->bm25, matcher->segment, base->doc));
}

bf_status term_matcher_open(const struct match_context *context, const struct query_node *node, struct matcher **result,
                            bf_error *error)
{
    static const struct matcher_methods methods = {term_next, term_seek, term_add_score, NULL};
    struct term_matcher *matcher = arena_take_zeroed(context->arena, sizeof *matcher);
    if (!matcher) return fail_memory(error);
    const struct leaf_weight *leaf = &context->leaves[node->leaf];
    matcher->base.methods = &methods;
    matcher->base.occur = node->occur;
    matcher->segment = context->segment;
    matcher->leaf = leaf;
    matcher->bm25 = context->bm25;
    bf_status status = term_source_open(&matcher->source, &leaf->terms[0], context->segment, context->number, context->arena,
                                        error);
    if (status != BF_OK) return status;
    matcher->base.cost = matcher->source.cost;
    term_settle(matcher);
    *result = &matcher->base;
    return BF_OK;
}
