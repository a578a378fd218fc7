/* Takes a hit's score apart: each leaf that counts, with the figures its part was computed from. */
#include "length_byte.h"
#include "posting_cursor.h"
#include "searcher_state.h"
#include "status.h"

struct explanation {
    struct bf_results *results;
    struct match_context context;
    uint32_t doc;
    bf_part *parts;
    size_t count;
};

static bf_status explain_leaf(struct explanation *explanation, const struct query_node *node, bf_error *error)
{
    const struct leaf_weight *leaf = &explanation->results->leaves[node->leaf];
    struct segment *segment = explanation->context.segment;
    struct matcher *matcher = NULL;
    bf_status status = matcher_open(&explanation->context, node, &matcher, error);
    if (status != BF_OK) return status;
    matcher_seek(matcher, explanation->doc);
    if (matcher->doc == explanation->doc) {
        uint64_t df = leaf->terms[0].df;
        for (uint32_t i = 1; i < leaf->term_count; i++)
            if (leaf->terms[i].df < df) df = leaf->terms[i].df;
        bf_part part = {.clause = node->shown, .df = df, .idf = leaf->idf, .boost = node->boost};
        part.tf = node->kind == QUERY_TERM ? term_matcher_tf(matcher) : phrase_matcher_tf(matcher);
        part.length = leaf->counts_length ? (float)length_byte_decode(segment_length_byte(segment, explanation->doc)) : 0;
        matcher_add_score(matcher, &part.score);
        explanation->parts[explanation->count++] = part;
    }
    matcher_free(matcher);
    return BF_OK;
}

/* Only what matches counts: a group that does not match as a whole adds nothing. */
static bf_status explain_node(struct explanation *explanation, const struct query_node *node, bf_error *error)
{
    if (node->occur == QUERY_MUST_NOT) return BF_OK;
    if (node->kind == QUERY_TERM || node->kind == QUERY_PHRASE) return explain_leaf(explanation, node, error);
    if (node->kind != QUERY_GROUP) return BF_OK;
    struct matcher *matcher = NULL;
    bf_status status = matcher_open(&explanation->context, node, &matcher, error);
    if (status != BF_OK) return status;
    matcher_seek(matcher, explanation->doc);
    bool matches = matcher->doc == explanation->doc;
    matcher_free(matcher);
    for (uint32_t i = 0; status == BF_OK && matches && i < node->child_count; i++)
        status = explain_node(explanation, node->children[i], error);
    return status;
}

bf_status bf_results_explain(bf_results *results, size_t i, const bf_part **parts, size_t *part_count, bf_error *error)
{
    if (i >= results->hit_count) return fail(error, BF_BAD_ARGUMENT, "there is no hit %zu", i);
    uint32_t number = results->hits[i].segment;
    struct segment *segment = results->index->snapshot->segments[number];
    struct arena arena = {0};
    struct explanation explanation = {
        .results = results,
        .context = {segment, number, results->leaves, &results->bm25, &arena},
        .doc = results->hits[i].document,
        .parts = arena_take(&results->arena, (results->leaf_count + 1) * sizeof(bf_part)),
    };
    if (!explanation.parts) return fail_memory(error);
    bf_status status = explain_node(&explanation, results->query->root, error);
    arena_free(&arena);
    if (status == BF_OK) status = segment_outcome(segment, error);
    if (status != BF_OK) return status;
    *parts = explanation.parts;
    *part_count = explanation.count;
    return BF_OK;
}
