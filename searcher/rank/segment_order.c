#include "segment_order.h"

#include "rank_run.h"
#include "status.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LEVELS = POSTING_KTH + 1, /* the best, and the k-th best for each k that is stored */
    PEEKED = 64,              /* bytes that posting_list_peek may read */
};

/* So many documents reach a score. */
struct level {
    double score;
    uint64_t count;
};

struct ordering {
    const struct ranking *ranking;
    bool flat;                /* a group of terms, all of which must match, or may */
    bool all_must;
    struct level *levels;     /* the highest, descending: of each segment the documents beyond those of its level above */
    uint32_t level_count;     /* no more than are wanted, for each has a document */
};

/* What one list promises: the most a posting adds, and what at least so many postings add. */
struct list_promise {
    double most;
    double levels[LEVELS];    /* 0: unknown */
};

static bf_status list_promise_make(const struct ranking *ranking, const struct leaf_weight *leaf, uint32_t term, uint32_t number,
                                   struct list_promise *promise, bf_error *error)
{
    struct segment *segment = ranking->snapshot->segments[number];
    const struct term_entry *entry = &leaf->terms[term].entries[number];
    const struct impact_change *change = segment_impact_change(segment, ranking->bm25);
    const double least = leaf->counts_length ? change->least : change->plain_least, weight = (double)leaf->weight;
    const double most = leaf->counts_length ? change->most : change->plain_most;
    /* Of an inline list nothing is stored; an impact is below 1. */
    *promise = (struct list_promise){.most = weight * RANKED_ROUNDING};
    if (!entry->postings_length) return BF_OK;
    struct section_view view;
    struct posting_list list;
    bf_status status = section_find(&segment->postings, entry->postings_offset, entry->postings_length, &view, error);
    if (status == BF_OK) status = section_verify(&view, 0, view.length < PEEKED ? view.length : PEEKED, error);
    if (status != BF_OK) return status;
    const char *rule = posting_list_peek(view.bytes, view.length, segment->meta.doc_count, &list);
    if (rule) return segment_corrupt(segment, "postings", rule, error);
    promise->most *= impact_change_raise(fmin(1, (double)list.max_impact * RANKED_ROUNDING), most);
    if (segment->deleted) return BF_OK; /* what is stored may be of documents that are gone */
    promise->levels[0] = ranked_list_reached(weight, (double)list.max_impact, least);
    for (int i = 0; i < POSTING_KTH; i++) promise->levels[i + 1] = ranked_list_reached(weight, (double)list.kth[i], least);
    return BF_OK;
}

static void add_level(struct ordering *ordering, struct level level)
{
    struct level *levels = ordering->levels;
    uint32_t at = ordering->level_count;
    if (at == ordering->ranking->top.k && level.score <= levels[at - 1].score) return;
    if (at == ordering->ranking->top.k) at--;
    else ordering->level_count++;
    for (; at > 0 && levels[at - 1].score < level.score; at--) levels[at] = levels[at - 1];
    levels[at] = level;
}

/* ---- Any tree ---- */

static bf_status node_promise(const struct ranking *ranking, const struct query_node *node, uint32_t number, bool *possible,
                              double *most, bf_error *error);

/* A phrase is nowhere more frequent than one of its words, nor is a form, or a word of bodies. */
static bf_status leaf_promise(const struct ranking *ranking, const struct query_node *node, uint32_t number, bool *possible,
                              double *most, bf_error *error)
{
    const struct leaf_weight *leaf = &ranking->leaves[node->leaf];
    *possible = true;
    *most = (double)leaf->weight * RANKED_ROUNDING; /* an impact is below 1 */
    for (uint32_t i = 0; i < leaf->term_count; i++) {
        struct list_promise list;
        if (leaf->terms[i].prefix) continue;
        *possible = leaf->terms[i].entries[number].df > 0;
        if (!*possible) return BF_OK;
        if (node->field == QUERY_TITLE) continue; /* scored without lengths: what is stored says nothing of it */
        bf_status status = list_promise_make(ranking, leaf, i, number, &list, error);
        if (status != BF_OK) return status;
        *most = fmin(*most, list.most);
    }
    return BF_OK;
}

static bf_status group_promise(const struct ranking *ranking, const struct query_node *group, uint32_t number, bool *possible,
                               double *most, bf_error *error)
{
    uint32_t musts = 0, shoulds = 0, possible_shoulds = 0;
    *possible = true;
    *most = 0;
    for (uint32_t i = 0; i < group->child_count; i++) {
        const struct query_node *child = group->children[i];
        bool child_possible;
        double child_most;
        if (child->occur == QUERY_MUST_NOT) continue;
        bf_status status = node_promise(ranking, child, number, &child_possible, &child_most, error);
        if (status != BF_OK) return status;
        musts += child->occur == QUERY_MUST;
        shoulds += child->occur == QUERY_SHOULD;
        possible_shoulds += child->occur == QUERY_SHOULD && child_possible;
        *possible &= child_possible || child->occur == QUERY_SHOULD;
        if (child_possible) *most += child_most;
    }
    if (!musts && shoulds && !possible_shoulds) *possible = false;
    return BF_OK;
}

static bf_status node_promise(const struct ranking *ranking, const struct query_node *node, uint32_t number, bool *possible,
                              double *most, bf_error *error)
{
    if (node->kind == QUERY_TERM || node->kind == QUERY_PHRASE) return leaf_promise(ranking, node, number, possible, most, error);
    if (node->kind == QUERY_GROUP) return group_promise(ranking, node, number, possible, most, error);
    *possible = true;
    *most = 0;
    return BF_OK;
}

static bf_status order_by_tree(const struct ordering *ordering, uint32_t number, struct segment_order *order, bf_error *error)
{
    bool possible;
    double most;
    bf_status status = node_promise(ordering->ranking, ordering->ranking->query->root, number, &possible, &most, error);
    if (status == BF_OK && possible) order->segments[order->count++] = (struct promise){most, number};
    return status;
}

/* ---- All ---- */

/* Adds a segment to the order, if it may have a match. */
static bf_status order_segment(struct ordering *ordering, uint32_t number, struct segment_order *order, bf_error *error)
{
    if (!ordering->flat) return order_by_tree(ordering, number, order, error);
    const struct ranking *ranking = ordering->ranking;
    const struct query_node *root = ranking->query->root;
    struct promise *promise = &order->segments[order->count];
    double levels[LEVELS] = {0};
    bool any = false;
    *promise = (struct promise){0, number};
    for (uint32_t i = 0; i < root->child_count; i++) {
        const struct leaf_weight *leaf = &ranking->leaves[root->children[i]->leaf];
        struct list_promise list;
        if (!leaf->terms[0].entries[number].df) {
            if (ordering->all_must) return BF_OK;
            continue;
        }
        bf_status status = list_promise_make(ranking, leaf, 0, number, &list, error);
        if (status != BF_OK) return status;
        any = true;
        promise->most += list.most;
        for (int j = 0; j < LEVELS; j++) levels[j] = fmax(levels[j], list.levels[j]);
    }
    if (!any) return BF_OK;
    order->count++;
    if (ordering->all_must && root->child_count > 1) return BF_OK; /* the other words may exclude what has one */
    uint64_t reached = 0;
    for (int j = 0; j < LEVELS && levels[j] > 0 && reached < ranking->top.k; j++) {
        uint64_t here = j == 0 ? 1 : posting_kth_k[j - 1];
        add_level(ordering, (struct level){levels[j], here - reached});
        reached = here;
    }
    return BF_OK;
}

static int compare_promises(const void *a, const void *b)
{
    const struct promise *x = a, *y = b;
    return (x->most < y->most) - (x->most > y->most);
}

/* The largest score of a level that, with those above it, has k documents: of a segment a level counts those beyond its higher
 * ones, so none is counted twice. */
static double order_limit(const struct level *levels, uint32_t count, uint64_t k)
{
    for (uint32_t i = 0; i < count; k -= levels[i++].count)
        if (levels[i].count >= k) return levels[i].score;
    return 0;
}

bf_status segment_order_make(const struct ranking *ranking, struct arena *arena, struct segment_order *order, bf_error *error)
{
    const struct query_node *root = ranking->query->root;
    const uint32_t segment_count = ranking->snapshot->segment_count;
    struct ordering ordering = {.ranking = ranking, .all_must = root->child_count > 0};
    bool all_should = true;
    *order = (struct segment_order){.segments = arena_take(arena, segment_count * sizeof *order->segments)};
    ordering.levels = arena_take(arena, (size_t)segment_count * LEVELS * sizeof *ordering.levels);
    if (!order->segments || !ordering.levels) return fail_memory(error);
    for (uint32_t i = 0; i < root->child_count; i++) {
        ordering.all_must &= root->children[i]->occur == QUERY_MUST;
        all_should &= root->children[i]->occur == QUERY_SHOULD;
    }
    ordering.flat = (ordering.all_must || all_should) && rank_run_can(ranking);
    bf_status status = BF_OK;
    for (uint32_t i = 0; status == BF_OK && i < segment_count; i++) status = order_segment(&ordering, i, order, error);
    if (status != BF_OK) return status;
    order->limit = order_limit(ordering.levels, ordering.level_count, ranking->top.k);
    qsort(order->segments, order->count, sizeof *order->segments, compare_promises);
    return BF_OK;
}
