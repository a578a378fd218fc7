/*
 * Exact top k of any query: whatever its operators, documents are left out by bounds of fixed ranges, coarse before fine.
 *
 *   1. pages of 256 documents: bounds of every clause for all pages at once, those of a group from those of its clauses
 *   2. cells of 16 documents: of the pages that may still hold a winner, best pages first
 *   3. documents: sets of those that may match, and their bounds
 *   4. what words really add; then, in a document that still may win, what no list says: a date, a form, a phrase
 *
 * Bounds of fixed ranges line up between clauses, unlike block maxima, so they are added, or the least is taken, without merging
 * any lists (Dimopoulos, Nepomnyachiy and Suel 2013 did so for their "live blocks").
 */
#include "mixed.h"

#include "clause.h"
#include "posting_record.h"
#include "rank_run.h"
#include "status.h"

#include <stdlib.h>
#include <string.h>

enum {
    BUCKETS = 64,   /* of pages by their bounds: a full order would cost more than it gives */
    FEW_PAGES = 16,
    NARROW_SHARE = 8,
};

/* So many documents, and at most one of so many of the segment's, are few for up to so many hits: the more are wanted, the less
 * is left out by bounds. Measured in 131,756 and in a million articles, where scoring all came out cheaper. */
static const struct few {
    uint64_t k, documents, share;
} few[] = {{30, 2048, 96}, {300, 8192, 32}, {UINT64_MAX, 32768, 24}};

struct mixed {
    struct ranking *ranking;
    struct segment *segment;
    uint32_t number;              /* of the segment */
    struct arena arena;
    struct clause_tree tree;
    uint32_t *pages;              /* that may have a winner, best bounds first */
    uint32_t page_count;
    double limit;                 /* a score that k documents are known to reach */
    uint32_t least;               /* the bound that a document must reach */
};

/* ---- Few ---- */

static uint64_t node_cost(const struct ranking *ranking, uint32_t number, const struct query_node *node);

static uint64_t leaf_cost(const struct ranking *ranking, uint32_t number, const struct query_node *node)
{
    const struct leaf_weight *leaf = &ranking->leaves[node->leaf];
    uint64_t least = ranking->snapshot->segments[number]->meta.doc_count;
    for (uint32_t i = 0; i < leaf->term_count; i++)
        if (!leaf->terms[i].prefix && leaf->terms[i].entries[number].df < least) least = leaf->terms[i].entries[number].df;
    return least;
}

static uint64_t group_cost(const struct ranking *ranking, uint32_t number, const struct query_node *group)
{
    uint64_t should = 0, must = UINT64_MAX, musts = 0;
    for (uint32_t i = 0; i < group->child_count; i++) {
        const struct query_node *child = group->children[i];
        if (child->occur == QUERY_MUST_NOT) continue;
        uint64_t cost = node_cost(ranking, number, child);
        musts += child->occur == QUERY_MUST ? child->term_count ? child->term_count : 1 : 0;
        if (child->occur == QUERY_SHOULD) should += cost;
        else if (cost < must) must = cost;
    }
    if (must == UINT64_MAX) return should;
    /* The other clauses are looked at in what matches: of documents that must have several words, few. */
    uint64_t matches = musts > 1 ? must / NARROW_SHARE : must;
    return must + matches * (group->child_count - 1) / 2;
}

/* How many documents of a segment have to be looked at to score all that match, from what the dictionary says. */
static uint64_t node_cost(const struct ranking *ranking, uint32_t number, const struct query_node *node)
{
    if (node->kind == QUERY_TERM || node->kind == QUERY_PHRASE) return leaf_cost(ranking, number, node);
    if (node->kind == QUERY_GROUP) return group_cost(ranking, number, node);
    return node->kind == QUERY_ID ? 1 : ranking->snapshot->segments[number]->meta.doc_count;
}

/* To score so few costs less than to find bounds. */
static bool has_few(const struct ranking *ranking, uint32_t number, uint64_t k)
{
    uint64_t cost = node_cost(ranking, number, ranking->query->root);
    const struct few *row = few;
    while (row->k < k) row++;
    return cost <= row->documents && cost * row->share <= ranking->snapshot->segments[number]->meta.doc_count;
}

/* ---- Counting ---- */

/* How many documents of a page match. Only what the sets leave open is looked at. */
static uint32_t count_page(struct mixed *mixed, uint32_t page)
{
    struct clause *root = mixed->tree.root;
    clause_tree_sets(&mixed->tree, page);
    uint32_t count = mixed->tree.kernel->count(root->sure);
    for (uint32_t word = 0; word < 4; word++)
        for (uint64_t open = root->maybe[word] & ~root->sure[word]; open; open &= open - 1) {
            uint32_t doc = page * POSTING_PAGE + 64 * word + (uint32_t)__builtin_ctzll(open);
            count += clause_matches(&mixed->tree, root, doc);
        }
    return count;
}

static bf_status count_segment(struct ranking *ranking, uint32_t number, bf_error *error)
{
    if (has_few(ranking, number, UINT64_MAX)) return ranking_exhaust(ranking, number, true, &ranking->total, error);
    struct mixed mixed = {.ranking = ranking, .segment = ranking->snapshot->segments[number], .number = number,
                          .arena = rank_arena_take(ranking->scratch)};
    struct match_context context = {mixed.segment, number, ranking->leaves, ranking->bm25, &mixed.arena};
    bf_status status = clause_tree_open(&mixed.tree, &context, ranking->query->root, false, error);
    for (uint32_t page = 0; mixed.tree.root && page < mixed.tree.page_count && mixed.segment->failure.status == BF_OK; page++)
        ranking->total += count_page(&mixed, page);
    if (status == BF_OK) status = segment_outcome(mixed.segment, error);
    ranking->work.lists += mixed.tree.list_count;
    clause_tree_close(&mixed.tree);
    rank_arena_return(ranking->scratch, &mixed.arena);
    return status;
}

static bf_status count_all(struct ranking *ranking, bf_error *error)
{
    bf_status status = BF_OK;
    if (rank_run_can(ranking)) return ranking_count(ranking, error);
    ranking->total = 0;
    for (uint32_t i = 0; status == BF_OK && i < ranking->snapshot->segment_count; i++) status = count_segment(ranking, i, error);
    return status;
}

/* ---- Ranking ---- */

static void raise_least(struct mixed *mixed)
{
    mixed->least = rank_threshold(&mixed->ranking->top, &mixed->limit, mixed->tree.scale, mixed->tree.scorer_count);
}

/* The document goes on to be scored. False: memory was refused. */
static bool score_document(struct mixed *mixed, const struct bounded *document)
{
    struct ranked_hit hit = hit_make(mixed->segment, mixed->number, document->doc);
    if (document->bound < mixed->least) return true; /* the threshold has risen */
    if (!clause_tree_score(&mixed->tree, document->doc, document->bound, mixed->least, &hit.score)) return true;
    mixed->ranking->work.documents++;
    if (!top_hits_add(&mixed->ranking->top, &hit)) return false;
    raise_least(mixed);
    return true;
}

/* In ascending order: that is how positions are read. */
static bool score_documents(struct mixed *mixed, uint32_t page, const uint16_t sums[KERNEL_PAGE], const uint64_t set[4])
{
    struct bounded documents[KERNEL_PAGE];
    uint32_t count = 0;
    for (uint32_t word = 0; word < 4; word++)
        for (uint64_t left = set[word]; left; left &= left - 1) {
            uint32_t low = 64 * word + (uint32_t)__builtin_ctzll(left);
            documents[count++] = (struct bounded){page * KERNEL_PAGE + low, sums[low]};
        }
    count = clause_tree_refine(&mixed->tree, documents, count, mixed->least);
    for (uint32_t i = 0; i < count; i++)
        if (!score_document(mixed, &documents[i])) return false;
    return true;
}

/* As long as there is no threshold every match is scored: bounds would say nothing. Of what other clauses add only pages with a
 * match ask. */
static bool match_page(struct mixed *mixed, uint32_t page)
{
    struct clause *root = mixed->tree.root;
    bool all_sets = false;
    clause_tree_sets(&mixed->tree, page);
    for (uint32_t word = 0; word < 4; word++)
        for (uint64_t left = root->maybe[word]; left; left &= left - 1) {
            uint32_t doc = page * KERNEL_PAGE + 64 * word + (uint32_t)__builtin_ctzll(left);
            if (!clause_matches(&mixed->tree, root, doc)) continue;
            if (!all_sets) clause_tree_add_sets(&mixed->tree, page);
            all_sets = true;
            struct ranked_hit hit = hit_make(mixed->segment, mixed->number, doc);
            hit.score = clause_tree_score_match(&mixed->tree, doc);
            mixed->ranking->work.documents++;
            if (!top_hits_add(&mixed->ranking->top, &hit)) return false;
        }
    raise_least(mixed);
    mixed->ranking->work.pages += all_sets;
    return true;
}

static bool rank_page(struct mixed *mixed, uint32_t page)
{
    struct clause_tree *tree = &mixed->tree;
    uint16_t sums[KERNEL_PAGE], least = (uint16_t)mixed->least;
    uint64_t set[4];
    if (tree->root->narrow && mixed->least == 0) return match_page(mixed, page);
    if (tree->root->narrow) {
        clause_tree_sets(tree, page);
        if (clause_set_is_empty(tree->root->maybe)) return true;
    }
    clause_tree_cells(tree, page, tree->root->narrow);
    if (!tree->kernel->at_least(tree->root->cells, least ? least : 1)) return true;
    if (!tree->root->narrow) clause_tree_sets(tree, page);
    clause_tree_add_sets(tree, page);
    clause_tree_documents(tree, sums);
    tree->kernel->select(sums, least, set);
    for (int word = 0; word < 4; word++) set[word] &= tree->root->maybe[word];
    mixed->ranking->work.pages++;
    return score_documents(mixed, page, sums, set);
}

/* Makes `starts`, how many pages each bucket has, the place of the first page of each. Where documents are probed, which is cheap
 * only in ascending order, buckets that are not the best are taken together: of 16 pages, 64, 256, ... */
static void place_buckets(uint32_t starts[BUCKETS], bool probed)
{
    uint32_t begin = 0, total = 0, together = FEW_PAGES;
    for (uint32_t bucket = 0; bucket < BUCKETS; bucket++) {
        uint32_t count = starts[bucket];
        if (!probed || total - begin >= together) {
            if (probed) together *= 4;
            begin = total;
        }
        starts[bucket] = begin;
        total += count;
    }
}

/* Finds the pages that may have a winner, in ascending order in each bucket. False: memory was refused. */
static bool order_pages(struct mixed *mixed)
{
    const uint16_t *sums = mixed->tree.root->page_sums;
    uint32_t starts[BUCKETS] = {0}, most = 0, least = mixed->least > 0 ? mixed->least : 1, shift = 0, count = 0;
    uint32_t *found = arena_take(&mixed->arena, (mixed->tree.page_count + 1) * sizeof *found);
    mixed->pages = arena_take(&mixed->arena, (mixed->tree.page_count + 1) * sizeof *mixed->pages);
    if (!found || !mixed->pages) return false;
    for (uint32_t page = 0; page < mixed->tree.page_count; page++) {
        found[count] = page;
        count += sums[page] >= least;
        most = sums[page] > most ? sums[page] : most;
    }
    while (count && (most - least) >> shift >= BUCKETS) shift++;
    for (uint32_t i = 0; i < count; i++) starts[(most - sums[found[i]]) >> shift]++;
    place_buckets(starts, mixed->tree.probe_count > 0);
    uint32_t heads[BUCKETS];
    for (uint32_t bucket = 0; bucket < BUCKETS; bucket++) heads[bucket] = bucket;
    for (uint32_t bucket = 1; bucket < BUCKETS; bucket++)
        if (starts[bucket] == starts[bucket - 1]) heads[bucket] = heads[bucket - 1];
    for (uint32_t i = 0; i < count; i++) mixed->pages[starts[heads[(most - sums[found[i]]) >> shift]]++] = found[i];
    mixed->page_count = count;
    return true;
}

static bool rank_pages(struct mixed *mixed)
{
    if (mixed->least > UINT16_MAX) return true;
    if (!clause_tree_sum_pages(&mixed->tree) || !order_pages(mixed)) return false;
    for (uint32_t i = 0; i < mixed->page_count && mixed->segment->failure.status == BF_OK; i++) {
        if (mixed->least > UINT16_MAX) return true;
        if (mixed->tree.root->page_sums[mixed->pages[i]] < mixed->least) continue;
        clause_tree_prefetch(&mixed->tree, mixed->pages, i, mixed->page_count);
        if (!rank_page(mixed, mixed->pages[i])) return false;
    }
    return true;
}

static bf_status rank_segment(struct ranking *ranking, uint32_t number, bf_error *error)
{
    uint64_t total = 0;
    if (has_few(ranking, number, ranking->top.k)) {
        ranking->work.few++;
        return ranking_exhaust(ranking, number, false, &total, error);
    }
    struct mixed mixed = {.ranking = ranking, .segment = ranking->snapshot->segments[number], .number = number,
                          .arena = rank_arena_take(ranking->scratch)};
    struct match_context context = {mixed.segment, number, ranking->leaves, ranking->bm25, &mixed.arena};
    bf_status status = clause_tree_open(&mixed.tree, &context, ranking->query->root, true, error);
    ranking->work.lists += mixed.tree.list_count;
    if (status == BF_OK && mixed.tree.root) {
        mixed.limit = clause_tree_limit(&mixed.tree, ranking->top.k);
        raise_least(&mixed);
        bool beaten = mixed.tree.scale == 0 && mixed.limit > 0; /* nothing of this segment scores */
        if (!beaten && !rank_pages(&mixed)) status = fail_memory(error);
    }
    if (status == BF_OK) status = segment_outcome(mixed.segment, error);
    clause_tree_close(&mixed.tree);
    rank_arena_return(ranking->scratch, &mixed.arena);
    return status;
}

static bf_status mixed_run(struct ranking *ranking, bf_error *error)
{
    bf_status status = ranking->no_total && !ranking->count_only ? BF_OK : count_all(ranking, error);
    if (ranking->no_total && !ranking->count_only) ranking->total = BF_TOTAL_UNKNOWN;
    return status == BF_OK && ranking->top.k ? rank_segments(ranking, rank_segment, error) : status;
}

/* ---- When ---- */

static bool anything_scores(const struct query_node *node)
{
    if (node->occur == QUERY_MUST_NOT) return false;
    if (node->kind == QUERY_TERM || node->kind == QUERY_PHRASE) return true;
    for (uint32_t i = 0; i < node->child_count; i++)
        if (anything_scores(node->children[i])) return true;
    return false;
}

const char *mixed_refusal(const struct ranking *ranking)
{
    const struct query_node *root = ranking->query->root;
    if (root->child_count == 0) return "there is nothing to look for";
    if (clause_count(root) > CLAUSES_MOST) return "so many clauses that bounds say nothing";
    if (ranking->count_only) return NULL;
    if (!(ranking->bm25->k1 > 0)) return "with k1 = 0 the stored bounds say nothing";
    return anything_scores(root) ? NULL : "nothing in the query scores, so that the first to match are the best";
}

static bool mixed_can(const struct ranking *ranking) { return !mixed_refusal(ranking); }

const struct ranker mixed_ranker = {"mixed", "any clauses, left out by bounds of pages, cells and documents", mixed_can,
                                    mixed_run};
