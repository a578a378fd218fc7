/* A query's tree evaluated for all pages, for the cells of a page, and for its documents. */
#include "clause.h"

#include "posting_record.h"

#include <string.h>

enum { AHEAD = 4 }; /* pages whose memory is asked for before they are looked at */

/* ---- All pages ---- */

static bool sum_group(struct clause_tree *tree, struct clause *group);

/* Adds the clause's bounds to those of its group. */
static bool add_pages(struct clause_tree *tree, struct clause *clause, uint16_t *sums)
{
    uint32_t room = (uint32_t)posting_page_max_size(tree->page_count);
    if (clause->kind != CLAUSE_GROUP) {
        tree->kernel->add_codes(sums, clause->codes, room, clause->step);
        return true;
    }
    if (!sum_group(tree, clause)) return false;
    for (uint32_t page = 0; page < room; page++) sums[page] = (uint16_t)(sums[page] + clause->page_sums[page]);
    return true;
}

/* Where a clause that must match is not, the group isn't. */
static void clear_pages(struct clause_tree *tree, const struct clause *clause, uint16_t *sums)
{
    uint32_t room = (uint32_t)posting_page_max_size(tree->page_count);
    if (clause->kind != CLAUSE_GROUP) {
        tree->kernel->clear_empty(sums, clause->codes, room);
        return;
    }
    for (uint32_t page = 0; page < room; page++) sums[page] = clause->page_sums[page] ? sums[page] : 0;
}

static bool sum_group(struct clause_tree *tree, struct clause *group)
{
    size_t room = posting_page_max_size(tree->page_count);
    group->page_sums = arena_take_zeroed(tree->context.arena, room * sizeof *group->page_sums);
    if (!group->page_sums) return false;
    for (uint32_t i = 0; i < group->child_count; i++)
        if (group->children[i]->occur != QUERY_MUST_NOT && !add_pages(tree, group->children[i], group->page_sums)) return false;
    for (uint32_t i = 0; i < group->child_count; i++)
        if (group->children[i]->occur == QUERY_MUST) clear_pages(tree, group->children[i], group->page_sums);
    return true;
}

bool clause_tree_sum_pages(struct clause_tree *tree) { return sum_group(tree, tree->root); }

static void prefetch_list(const struct posting_list *list, const uint32_t *pages, uint32_t at, uint32_t count)
{
    if (at + 2 * AHEAD < count) posting_page_prefetch_directory(list, pages[at + 2 * AHEAD]);
    if (at + AHEAD < count && list->page_max[pages[at + AHEAD]]) posting_page_prefetch(list, pages[at + AHEAD]);
}

void clause_tree_prefetch(const struct clause_tree *tree, const uint32_t *pages, uint32_t at, uint32_t count)
{
    for (uint32_t i = 0; i < tree->scorer_count; i++)
        for (uint32_t j = 0; j < tree->scorers[i]->word_count; j++) {
            const struct ranked_list *list = tree->scorers[i]->words[j].list;
            if (list && ranked_list_is_paged(list)) prefetch_list(&list->list, pages, at, count);
        }
}

/* ---- Cells ---- */

static void least_cells(uint16_t cells[KERNEL_CELLS], const uint16_t others[KERNEL_CELLS])
{
    for (int i = 0; i < KERNEL_CELLS; i++) cells[i] = cells[i] < others[i] ? cells[i] : others[i];
}

static void leaf_cells(struct clause_tree *tree, struct clause *clause, uint32_t page)
{
    memset(clause->cells, 0, sizeof clause->cells);
    if (!clause->codes[page]) return;
    if (!clause->scores) {
        for (int i = 0; i < KERNEL_CELLS; i++) clause->cells[i] = 1;
        return;
    }
    clause_word_cells(&clause->words[0], tree->kernel, page, clause->cells);
    for (uint32_t i = 1; i < clause->word_count; i++) {
        uint16_t cells[KERNEL_CELLS];
        clause_word_cells(&clause->words[i], tree->kernel, page, cells);
        least_cells(clause->cells, cells);
    }
}

static void group_cells(struct clause_tree *tree, struct clause *group, uint32_t page, bool sets_known)
{
    uint16_t *cells = group->cells;
    memset(cells, 0, sizeof group->cells);
    if (!group->page_sums[page] || (sets_known && clause_set_is_empty(group->maybe))) return;
    for (uint32_t i = 0; i < group->child_count; i++) {
        struct clause *child = group->children[i];
        if (child->occur == QUERY_MUST_NOT) continue;
        bool known = sets_known && !(group->must_count && child->occur == QUERY_SHOULD);
        if (child->kind == CLAUSE_GROUP) group_cells(tree, child, page, known);
        else leaf_cells(tree, child, page);
        for (int cell = 0; cell < KERNEL_CELLS; cell++) cells[cell] = (uint16_t)(cells[cell] + child->cells[cell]);
    }
    for (uint32_t i = 0; group->must_count && i < group->child_count; i++) {
        const struct clause *child = group->children[i];
        if (child->occur == QUERY_MUST)
            for (int cell = 0; cell < KERNEL_CELLS; cell++) cells[cell] = child->cells[cell] ? cells[cell] : 0;
    }
}

void clause_tree_cells(struct clause_tree *tree, uint32_t page, bool sets_known)
{
    group_cells(tree, tree->root, page, sets_known);
}

/* ---- Sets ---- */

static void leaf_sets(struct clause *clause, uint32_t page)
{
    memset(clause->maybe, clause->codes[page] ? 255 : 0, sizeof clause->maybe);
    for (uint32_t i = 0; i < clause->word_count && !clause_set_is_empty(clause->maybe); i++) {
        uint64_t set[4];
        clause_word_set(&clause->words[i], page, set);
        for (int word = 0; word < 4; word++) clause->maybe[word] &= set[word];
    }
    for (int word = 0; word < 4; word++) clause->sure[word] = clause->certain ? clause->maybe[word] : 0;
    if (!clause->in_body || clause_set_is_empty(clause->maybe)) return;
    uint64_t titles[4] = {0}; /* what is not in the title is in the body */
    clause_word_titles(&clause->words[0], page, titles);
    for (int word = 0; word < 4; word++) clause->sure[word] = clause->maybe[word] & ~titles[word];
}

static void group_sets(struct clause *group, uint32_t page);

static void clause_sets(struct clause *clause, uint32_t page)
{
    if (clause->kind == CLAUSE_GROUP) group_sets(clause, page);
    else leaf_sets(clause, page);
}

/* Adds a clause to what those before it in the group made. */
static void combine_sets(struct clause *group, const struct clause *child)
{
    for (int word = 0; word < 4; word++) {
        switch (child->occur) {
        case QUERY_MUST:
            group->maybe[word] &= child->maybe[word];
            group->sure[word] &= child->sure[word];
            break;
        case QUERY_MUST_NOT:
            group->maybe[word] &= ~child->sure[word];
            group->sure[word] &= ~child->maybe[word];
            break;
        case QUERY_SHOULD:
            group->maybe[word] |= child->maybe[word];
            group->sure[word] |= child->sure[word];
            break;
        }
    }
}

static void children_sets(struct clause *group, enum query_occur occur, uint32_t page)
{
    for (uint32_t i = 0; i < group->child_count; i++) {
        struct clause *child = group->by_effort[i];
        if (child->occur != occur) continue;
        if (occur != QUERY_SHOULD && clause_set_is_empty(group->maybe)) return;
        clause_sets(child, page);
        combine_sets(group, child);
    }
}

/* Once nothing may match, the children's sets are those of another page: nobody looks at them through an empty group. */
static void group_sets(struct clause *group, uint32_t page)
{
    memset(group->maybe, group->must_count ? 255 : 0, sizeof group->maybe);
    memset(group->sure, group->must_count ? 255 : 0, sizeof group->sure);
    children_sets(group, group->must_count ? QUERY_MUST : QUERY_SHOULD, page);
    children_sets(group, QUERY_MUST_NOT, page);
}

static void add_sets(struct clause *group, uint32_t page)
{
    for (uint32_t i = 0; i < group->child_count && !clause_set_is_empty(group->maybe); i++) {
        struct clause *child = group->children[i];
        if (child->occur == QUERY_MUST_NOT) continue;
        if (child->occur == QUERY_SHOULD && group->must_count) clause_sets(child, page);
        if (child->kind == CLAUSE_GROUP) add_sets(child, page);
    }
}

void clause_tree_add_sets(struct clause_tree *tree, uint32_t page) { add_sets(tree->root, page); }

void clause_tree_sets(struct clause_tree *tree, uint32_t page)
{
    const struct segment *segment = tree->context.segment;
    struct clause *root = tree->root;
    uint32_t docs = segment->meta.doc_count - page * POSTING_PAGE;
    group_sets(root, page);
    for (uint32_t word = 0; word < 4; word++) {
        uint64_t there = docs >= 64 * word + 64 ? ~UINT64_C(0) : docs > 64 * word ? (UINT64_C(1) << (docs - 64 * word)) - 1 : 0;
        if (segment->deleted && docs > 64 * word) there &= ~segment->deleted[4 * (size_t)page + word];
        root->maybe[word] &= there;
        root->sure[word] &= there;
    }
}

/* ---- Documents ---- */

/* `within`: the group's own. */
static void add_documents(struct clause_tree *tree, struct clause *group, uint16_t sums[KERNEL_PAGE])
{
    for (uint32_t i = 0; i < group->child_count; i++) {
        struct clause *child = group->children[i];
        if (child->occur == QUERY_MUST_NOT) continue;
        for (int word = 0; word < 4; word++) child->within[word] = child->maybe[word] & group->within[word];
        if (child->kind == CLAUSE_GROUP) add_documents(tree, child, sums);
        else if (child->scores) tree->kernel->add(sums, child->within, child->cells);
    }
}

void clause_tree_documents(struct clause_tree *tree, uint16_t sums[KERNEL_PAGE])
{
    memset(sums, 0, KERNEL_PAGE * sizeof *sums);
    memcpy(tree->root->within, tree->root->maybe, sizeof tree->root->within);
    add_documents(tree, tree->root, sums);
}
