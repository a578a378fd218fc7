#include "clause.h"

#include "impact.h"
#include "posting_record.h"
#include "rank_run.h"
#include "status.h"

#include <math.h>
#include <string.h>

enum { EFFORT_LIST, EFFORT_DATE, EFFORT_WORD, EFFORT_GROUP, EFFORT_PHRASE };

uint32_t clause_count(const struct query_node *node)
{
    uint32_t count = 1;
    for (uint32_t i = 0; i < node->child_count; i++) count += clause_count(node->children[i]);
    return count;
}

/* ---- Leaves ---- */

static bool is_title(const struct query_node *node) { return node->field == QUERY_TITLE; }

static bf_status open_words(struct clause_tree *tree, struct clause *clause, bf_error *error)
{
    const struct query_node *node = clause->node;
    clause->words = arena_take_zeroed(tree->context.arena, node->term_count * sizeof *clause->words);
    if (!clause->words) return fail_memory(error);
    for (uint32_t i = 0; i < node->term_count; i++) {
        struct clause_word *word = &clause->words[i];
        bf_status status;
        if (node->terms[i].prefix) status = clause_word_open_prefix(&tree->context, node, i, word, error);
        else if (is_title(node)) status = clause_word_open_titles(&tree->context, node, i, word, error);
        else status = clause_word_open_list(&tree->context, node, i, word, error);
        if (status != BF_OK) return status;
        clause->word_count++;
        tree->list_count++;
    }
    return BF_OK;
}

/* The codes of a phrase: of the word that can add least. A phrase is nowhere more frequent than one of its words. */
static bf_status combine_codes(struct clause_tree *tree, struct clause *clause, bf_error *error)
{
    size_t room = posting_page_max_size(tree->page_count);
    clause->unit = clause->words[0].unit;
    clause->codes = clause->words[0].codes;
    if (clause->word_count == 1 || !clause->scores) return BF_OK;
    for (uint32_t i = 1; i < clause->word_count; i++) clause->unit = fmin(clause->unit, clause->words[i].unit);
    uint8_t *codes = arena_take(tree->context.arena, room + PAGE_MAX_ROUND);
    if (!codes) return fail_memory(error);
    memset(codes, IMPACT_CODE_MAX, room);
    for (uint32_t i = 0; i < clause->word_count; i++) {
        const struct clause_word *word = &clause->words[i];
        uint8_t table[IMPACT_CODE_MAX + 1] = {0};
        for (uint32_t code = 1; code <= IMPACT_CODE_MAX; code++) {
            /* What lies above a whole number by less than this is taken for it, which the unit makes good below. */
            double stands = clause->unit > 0 ? ceil(code * word->unit / clause->unit * (1 - 1e-9)) : 1;
            table[code] = stands < 1 ? 1 : stands < IMPACT_CODE_MAX ? (uint8_t)stands : IMPACT_CODE_MAX;
        }
        for (size_t page = 0; page < tree->page_count; page++) {
            uint8_t code = table[word->codes[page]];
            if (code < codes[page]) codes[page] = code;
        }
    }
    memset(codes + tree->page_count, 0, room - tree->page_count);
    clause->unit *= 1 + 1e-8;
    clause->codes = codes;
    return BF_OK;
}

/* Whether it takes a look into a document to know whether it matches, or what it adds. */
static bool needs_probe(const struct query_node *node)
{
    return node->kind == QUERY_PHRASE || node->field == QUERY_TITLE || node->field == QUERY_BODY || node->terms[0].prefix ||
           node->terms[0].form;
}

static bool words_are_certain(const struct query_node *node)
{
    if (node->kind == QUERY_PHRASE || node->terms[0].form || node->field == QUERY_BODY) return false;
    return node->field != QUERY_TITLE || !node->terms[0].prefix;
}

static bf_status open_leaf(struct clause_tree *tree, struct clause *clause, bf_error *error)
{
    const struct query_node *node = clause->node;
    bf_status status = open_words(tree, clause, error);
    if (status == BF_OK) status = combine_codes(tree, clause, error);
    clause->certain = words_are_certain(node);
    clause->narrow = clause->word_count > 1;
    clause->in_body = node->kind == QUERY_TERM && node->field == QUERY_BODY && !node->terms[0].form && !node->terms[0].prefix;
    if (status == BF_OK && clause->scores) {
        if (needs_probe(node)) clause->bounds = arena_take(tree->context.arena, POSTING_PAGE * sizeof *clause->bounds);
        else clause->parts = arena_take(tree->context.arena, POSTING_PAGE * sizeof *clause->parts);
        if (!clause->bounds && !clause->parts) return fail_memory(error);
    }
    if (status != BF_OK || !needs_probe(node)) return status;
    clause->effort = node->kind == QUERY_PHRASE ? EFFORT_PHRASE : clause->certain ? EFFORT_LIST : EFFORT_WORD;
    if (clause->certain && !clause->scores) return BF_OK;
    status = clause_probe_open(&tree->context, node, &clause->probe, error);
    if (status == BF_OK && !clause->probe) return BF_NOT_FOUND;
    if (status == BF_OK) tree->probes[tree->probe_count++] = clause->probe;
    return status;
}

static bf_status open_filter(struct clause_tree *tree, struct clause *clause, bf_error *error)
{
    clause->codes = tree->everywhere;
    clause->certain = clause->kind != CLAUSE_DATE;
    if (clause->kind == CLAUSE_DATE) clause->effort = EFFORT_DATE;
    if (clause->node->kind != QUERY_ID) return BF_OK;
    clause->words = arena_take_zeroed(tree->context.arena, sizeof *clause->words);
    if (!clause->words) return fail_memory(error);
    bf_status status = clause_word_open_id(&tree->context, clause->node, clause->words, error);
    clause->word_count = 1;
    clause->codes = clause->words[0].codes;
    return status;
}

/* ---- Groups ---- */

static bf_status open_clause(struct clause_tree *tree, const struct query_node *node, bool scores, struct clause **result,
                             bf_error *error);

static void add_child(struct clause *group, struct clause *child)
{
    uint32_t at = group->child_count++;
    group->children[at] = child;
    group->must_count += child->occur == QUERY_MUST;
    for (; at > 0 && group->by_effort[at - 1]->effort > child->effort; at--) group->by_effort[at] = group->by_effort[at - 1];
    group->by_effort[at] = child;
}

static bf_status open_group(struct clause_tree *tree, struct clause *group, bool scores, bf_error *error)
{
    const struct query_node *node = group->node;
    size_t room = (node->child_count + 1) * sizeof(struct clause *);
    group->children = arena_take(tree->context.arena, room);
    group->by_effort = arena_take(tree->context.arena, room);
    if (!group->children || !group->by_effort) return fail_memory(error);
    uint32_t should_count = 0, narrow_musts = 0, narrow_shoulds = 0;
    group->certain = true;
    for (uint32_t i = 0; i < node->child_count; i++) {
        struct clause *child;
        enum query_occur occur = node->children[i]->occur;
        bf_status status = open_clause(tree, node->children[i], scores && occur != QUERY_MUST_NOT, &child, error);
        if (status == BF_NOT_FOUND && occur == QUERY_MUST) return BF_NOT_FOUND;
        if (status == BF_NOT_FOUND) continue;
        if (status != BF_OK) return status;
        add_child(group, child);
        group->certain &= child->certain;
        should_count += occur == QUERY_SHOULD;
        narrow_shoulds += occur == QUERY_SHOULD && child->narrow;
        if (occur == QUERY_MUST) narrow_musts += child->narrow ? 2 : child->kind == CLAUSE_WORDS || child->kind == CLAUSE_GROUP;
    }
    group->narrow = group->must_count ? narrow_musts > 1 : narrow_shoulds == should_count;
    group->effort = group->certain ? EFFORT_LIST : EFFORT_GROUP;
    return group->must_count || should_count ? BF_OK : BF_NOT_FOUND;
}

/* BF_NOT_FOUND: nothing in the segment can match. */
static bf_status open_clause(struct clause_tree *tree, const struct query_node *node, bool scores, struct clause **result,
                             bf_error *error)
{
    struct clause *clause = arena_take_zeroed(tree->context.arena, sizeof *clause);
    if (!clause) return fail_memory(error);
    clause->node = node;
    clause->occur = node->occur;
    clause->doc = clause->parted_page = NO_DOCUMENT;
    *result = clause;
    switch (node->kind) {
    case QUERY_GROUP:
        clause->kind = CLAUSE_GROUP;
        return open_group(tree, clause, scores, error);
    case QUERY_DATE: clause->kind = CLAUSE_DATE; return open_filter(tree, clause, error);
    case QUERY_ALL: clause->kind = CLAUSE_ALL; return open_filter(tree, clause, error);
    case QUERY_ID: clause->kind = CLAUSE_WORDS; return open_filter(tree, clause, error);
    case QUERY_TERM:
    case QUERY_PHRASE: break;
    }
    clause->kind = CLAUSE_WORDS;
    clause->scores = scores;
    return open_leaf(tree, clause, error);
}

/* ---- Bounds ---- */

static bool comes_before(const struct clause *a, const struct clause *b)
{
    if (!a->probe != !b->probe) return !a->probe;
    return a->unit > b->unit;
}

static void collect_scorers(struct clause_tree *tree, struct clause *clause)
{
    for (uint32_t i = 0; i < clause->child_count; i++) collect_scorers(tree, clause->children[i]);
    if (!clause->scores) return;
    uint32_t at = tree->scorer_count++;
    for (; at > 0 && comes_before(clause, tree->scorers[at - 1]); at--) tree->scorers[at] = tree->scorers[at - 1];
    tree->scorers[at] = clause;
}

/* The unit of the word that can add most, which may be more than the clause can: its bounds too stay below 2^16. */
static double largest_unit(const struct clause *clause)
{
    double unit = clause->unit;
    for (uint32_t i = 0; i < clause->word_count; i++) unit = fmax(unit, clause->words[i].unit);
    return unit;
}

static void compute_bounds(struct clause_tree *tree)
{
    double most = 0;
    collect_scorers(tree, tree->root);
    for (uint32_t i = 0; i < tree->scorer_count; i++) most += IMPACT_CODE_MAX * largest_unit(tree->scorers[i]);
    tree->scale = most > 0 ? RANK_SUM_MOST / most : 0;
    for (uint32_t i = 0; i < tree->scorer_count; i++) {
        struct clause *clause = tree->scorers[i];
        for (uint32_t j = 0; j < clause->word_count; j++) clause_word_scale(&clause->words[j], tree->scale);
        clause->step = (uint32_t)ceil(clause->unit * tree->scale * 256);
    }
}

bf_status clause_tree_open(struct clause_tree *tree, const struct match_context *context, const struct query_node *root,
                           bool ranked, bf_error *error)
{
    *tree = (struct clause_tree){.context = *context, .kernel = page_kernel()};
    tree->page_count = posting_pages(context->segment->meta.doc_count);
    size_t room = posting_page_max_size(tree->page_count), clauses = clause_count(root);
    tree->everywhere = arena_take_zeroed(context->arena, room + PAGE_MAX_ROUND);
    tree->scorers = arena_take(context->arena, clauses * sizeof(struct clause *));
    tree->probes = arena_take(context->arena, clauses * sizeof(struct clause_probe *));
    if (!tree->everywhere || !tree->scorers || !tree->probes) return fail_memory(error);
    memset(tree->everywhere, 1, tree->page_count);
    bf_status status = open_clause(tree, root, ranked, &tree->root, error);
    if (status != BF_OK) tree->root = NULL;
    else if (ranked) compute_bounds(tree);
    return status == BF_NOT_FOUND ? BF_OK : status;
}

void clause_tree_close(struct clause_tree *tree)
{
    for (uint32_t i = 0; i < tree->probe_count; i++) clause_probe_free(tree->probes[i]);
}

/* What has the leaf alone matches the whole, if every group above wants nothing else. */
static double limit_below(const struct clause *clause, int which)
{
    double limit = 0;
    if (clause->kind == CLAUSE_WORDS && clause->scores && !clause->probe) return clause->words[0].list->kth[which];
    for (uint32_t i = 0; i < clause->child_count; i++)
        if (clause->children[i]->occur == QUERY_MUST_NOT) return 0;
    for (uint32_t i = 0; i < clause->child_count; i++) {
        const struct clause *child = clause->children[i];
        if (clause->must_count ? child->occur == QUERY_MUST && clause->must_count == 1 : child->occur == QUERY_SHOULD)
            limit = fmax(limit, limit_below(child, which));
    }
    return limit;
}

double clause_tree_limit(const struct clause_tree *tree, uint64_t k)
{
    int which = 0;
    while (which < POSTING_KTH && posting_kth_k[which] < k) which++;
    return which < POSTING_KTH ? limit_below(tree->root, which) : 0;
}
