/*
 * Exact top k of a flat group of alternatives: any of the terms may match.
 *
 * Terms are of two kinds. *Short* lists (not paged) have few postings, and are walked: what their postings add is added up in an
 * array of sums, a window of 65,536 documents at a time, leaving out runs that can't be part of a winner. Whatever has a word from a short list is found in this way. Then come documents that have only words of *paged* lists,
 * found by bounds summed over fixed ranges, coarse before fine, and before any posting is read:
 *
 *   1. pages of 256 documents: every list's page maximum, for all pages at once
 *   2. cells of 16 documents: the grids of the pages that may still hold a winner, best pages first
 *   3. documents: of the live cells, the sets of documents that have each term
 *
 * Bounds of fixed ranges line up between terms, unlike block maxima, so they are added without merging any lists (Dimopoulos,
 * Nepomnyachiy and Suel 2013 did so for their "live blocks"). Lists that together can't reach the threshold find no candidates of
 * their own (MaxScore: Turtle and Flood 1995): often all paged ones, and then the second part is left out.
 */
#include "posting_record.h"
#include "rank_run.h"
#include "status.h"

#include <string.h>

enum { SLICES = 12 };

/* Sixteen postings of a short list whose bound was added. */
struct added_run {
    const uint32_t *docs;
    uint32_t count;
};

struct disjunction {
    struct rank_run run;
    uint16_t *page_sums;         /* of the paged lists; NULL: there are none */
    uint32_t total_most;         /* all lists' bounds together */
    uint32_t left_most;          /* those of short lists that are not walked */
    uint32_t paged_most;
    struct ranked_list **walked; /* short lists that are walked */
    uint32_t *next;              /* by walked list: the block it has come to */
    uint32_t walked_count;
    struct added_run *added;     /* in the window */
    uint32_t added_count;
    /* The paged lists that are in the page being looked at, and their parts: */
    struct ranked_list **here;
    struct page_part *parts;
};

/* ---- Short lists ---- */

/* Which of them are walked: all but the lightest that, with all paged lists, can't reach the threshold. */
static bool choose_walked(struct disjunction *d)
{
    struct rank_run *run = &d->run;
    uint32_t short_count = run->list_count - run->paged_count, left = d->paged_most, runs = 0;
    d->walked = arena_take(&run->arena, (short_count + 1) * sizeof(struct ranked_list *));
    d->next = arena_take_zeroed(&run->arena, (short_count + 1) * sizeof *d->next);
    if (!d->walked || !d->next) return false;
    d->walked_count = short_count;
    for (uint32_t i = 0; i < short_count; i++) d->walked[i] = run->lists[run->by_weight[i]]; /* heaviest first */
    while (d->walked_count > 0 && left + d->walked[d->walked_count - 1]->most < run->least) {
        left += d->walked[--d->walked_count]->most;
        d->walked[d->walked_count]->assumed = d->walked[d->walked_count]->most;
    }
    d->left_most = left - d->paged_most;
    for (uint32_t i = 0; i < d->walked_count; i++)
        if (d->walked[i]->df >= POSTING_BLOCK) ranked_list_tabulate(d->walked[i]);
    for (uint32_t i = 0; i < d->walked_count; i++) runs += ranked_list_blocks(d->walked[i]) * (POSTING_BLOCK / POSTING_RUN) + 1;
    d->added = arena_take(&run->arena, (runs + 1) * sizeof *d->added);
    return d->added != NULL;
}

/* Adds what the postings [at, at + count) can add, no more than `most` each, of their documents in [first, end). */
static void add_run(struct disjunction *d, struct ranked_list *list, uint32_t at, uint32_t count, uint32_t most, uint32_t first,
                    uint32_t end)
{
    uint16_t *sums = d->run.scratch->sums;
    const uint32_t *docs = list->docs + at, *tfs = list->tfs + at;
    while (count > 0 && *docs < first) docs++, tfs++, count--;
    while (count > 0 && docs[count - 1] >= end) count--;
    if (!count) return;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t bound = ranked_list_impact(list, docs[i], tfs[i]);
        sums[docs[i] - first] = (uint16_t)(sums[docs[i] - first] + (bound < most ? bound : most));
    }
    d->added[d->added_count++] = (struct added_run){docs, count};
}

/* Adds the list's runs that can be part of a winner in the documents [first, end), starting from the block it has come to. */
static void add_list(struct disjunction *d, uint32_t number, uint32_t first, uint32_t end)
{
    struct ranked_list *list = d->walked[number];
    uint32_t others = d->total_most - list->most, blocks = ranked_list_blocks(list);
    if (list->shape == CURSOR_INLINE) {
        add_run(d, list, 0, list->df, list->most, first, end);
        return;
    }
    for (uint32_t block = d->next[number]; block < blocks; block++) {
        uint32_t last = posting_block_last(&list->list, block), most = ranked_list_bound(list, posting_block_max(&list->list, block));
        if (most + others >= d->run.least) {
            uint32_t codes = posting_block_runs(&list->list, block), count = posting_block_count(&list->list, block);
            if (!ranked_list_docs(list, block)) return;
            if (list->docs[block * POSTING_BLOCK] >= end) break;
            if (!ranked_list_load_tfs(list, block)) return;
            for (uint32_t at = 0; at < count; at += POSTING_RUN, codes >>= 4) {
                uint32_t bound = (codes & 15) * list->grid_step;
                if (bound > most) bound = most;
                if (bound + others < d->run.least) continue;
                add_run(d, list, block * POSTING_BLOCK + at, count - at < POSTING_RUN ? count - at : POSTING_RUN, bound, first, end);
            }
        }
        if (last >= end) break; /* the rest of the block is the next window's */
        d->next[number] = block + 1;
    }
}

/* The sum of what the paged lists can add to the document. */
static uint32_t paged_bound(const struct rank_run *run, uint32_t doc)
{
    uint32_t bound = 0;
    for (uint32_t i = run->list_count - run->paged_count; i < run->list_count; i++)
        bound += ranked_list_cell(run->lists[run->by_weight[i]], doc);
    return bound;
}

/* Takes the window's sums out again, each once, and keeps the documents that may win. */
static bool collect_sums(struct disjunction *d, uint32_t first)
{
    struct rank_run *run = &d->run;
    uint16_t *sums = run->scratch->sums;
    bool good = true;
    for (uint32_t i = 0; i < d->added_count; i++) {
        const uint32_t *docs = d->added[i].docs;
        for (uint32_t j = 0; j < d->added[i].count; j++) {
            uint32_t doc = docs[j], sum = sums[doc - first];
            sums[doc - first] = 0;
            if (!sum || !good) continue;
            uint32_t bound = sum + d->left_most + (d->page_sums ? d->page_sums[doc / POSTING_PAGE] : 0U);
            if (bound < run->least) continue;
            if (d->page_sums) bound = sum + d->left_most + paged_bound(run, doc);
            good = rank_run_push(run, doc, bound);
        }
    }
    d->added_count = 0;
    return good;
}

static bool rank_short(struct disjunction *d)
{
    uint32_t doc_count = d->run.segment->meta.doc_count;
    if (!choose_walked(d)) return false;
    for (uint32_t first = 0; d->walked_count && first < doc_count; first += RANK_WINDOW) {
        uint32_t end = doc_count - first > RANK_WINDOW ? first + RANK_WINDOW : doc_count;
        for (uint32_t i = 0; i < d->walked_count; i++) add_list(d, i, first, end);
        if (!collect_sums(d, first) || !rank_run_flush(&d->run)) return false;
    }
    return true;
}

/* ---- Paged lists ---- */

/* Looks at one page, and pushes its documents that may win. False: memory was refused. */
static bool rank_page(struct disjunction *d, uint32_t page)
{
    struct rank_run *run = &d->run;
    uint16_t cell_sums[KERNEL_CELLS] = {0}, sums[KERNEL_CELLS];
    uint32_t count = 0;
    uint16_t least = (uint16_t)(run->least > 0 ? run->least : 1);
    for (uint32_t i = run->list_count - run->paged_count; i < run->list_count; i++) {
        struct ranked_list *list = run->lists[run->by_weight[i]];
        if (!list->list.page_max[page]) continue;
        const struct page_cells cells = {list->list.grid, list->list.grid_shift, list->grid_step,
                                         ranked_list_bound(list, list->list.page_max[page])};
        run->kernel->add_cells(&cells, page, d->parts[count].cells, cell_sums);
        d->here[count++] = list;
    }
    uint32_t live = run->least > UINT16_MAX ? 0 : run->kernel->at_least(cell_sums, least);
    if (!live) return true;
    for (uint32_t i = 0; i < count; i++) {
        const char *rule = NULL;
        bool verified = posting_list_verify_page(run->segment, &d->here[i]->view, &d->here[i]->list, page);
        if (verified) rule = posting_page_bits(&d->here[i]->list, page, d->parts[i].set);
        if (rule) segment_broken(run->segment, "postings", rule);
        if (rule || !verified) return true;
    }
    for (; live; live &= live - 1) {
        uint32_t cell = (uint32_t)__builtin_ctz(live);
        uint32_t docs = run->kernel->cell_documents(d->parts, count, cell, least, sums);
        for (; docs; docs &= docs - 1) {
            uint32_t low = (uint32_t)__builtin_ctz(docs);
            if (!rank_run_push(run, page * POSTING_PAGE + cell * 16 + low, sums[low])) return false;
        }
    }
    return true;
}

/* Best pages first, in slices of their bounds' range: a full order would cost more than it gives. */
static bool rank_paged(struct disjunction *d)
{
    struct rank_run *run = &d->run;
    uint32_t most = 0, above = UINT32_MAX;
    if (!d->page_sums || d->paged_most < run->least) return true;
    d->here = arena_take(&run->arena, run->paged_count * sizeof(struct ranked_list *));
    d->parts = arena_take(&run->arena, run->paged_count * sizeof *d->parts);
    if (!d->here || !d->parts) return false;
    run->paged_pass = true;
    for (uint32_t page = 0; page < run->page_count; page++)
        if (d->page_sums[page] > most) most = d->page_sums[page];
    uint32_t bottom = run->least > 0 ? run->least : 1, width = most > bottom ? (most - bottom) / SLICES + 1 : 1;
    while (most > 0 && above > bottom && above > run->least) {
        uint32_t from = above == UINT32_MAX ? most : above;
        from = from > bottom + width ? from - width : bottom;
        for (uint32_t page = 0; page < run->page_count; page++) {
            uint32_t sum = d->page_sums[page];
            if (sum < from || sum >= above || sum < run->least) continue;
            if (!rank_page(d, page)) return false;
            if (run->candidate_count >= RANK_CANDIDATES / 64 && !rank_run_flush(run)) return false;
        }
        if (!rank_run_flush(run)) return false;
        if (run->segment->failure.status != BF_OK) return true;
        above = from;
    }
    return true;
}

static bf_status disjunction_segment(struct ranking *ranking, uint32_t number, bf_error *error)
{
    struct disjunction d = {0};
    struct rank_run *run = &d.run;
    bool possible = false, good = true;
    bf_status status = rank_run_open(run, ranking, number, &possible, error);
    if (status == BF_OK && possible && run->scale > 0) {
        for (uint32_t i = 0; i < run->list_count; i++) {
            d.total_most += run->lists[i]->most;
            if (ranked_list_is_paged(run->lists[i])) d.paged_most += run->lists[i]->most;
        }
        if (run->paged_count) good = (d.page_sums = rank_run_page_sums(run, false)) != NULL;
        good = good && rank_short(&d) && rank_paged(&d);
        if (!good) memset(run->scratch->sums, 0, sizeof run->scratch->sums);
        status = good ? rank_run_outcome(run, error) : fail_memory(error);
    }
    rank_run_close(run);
    return status;
}

static bool disjunction_can(const struct ranking *ranking)
{
    const struct query_node *root = ranking->query->root;
    if (ranking->count_only || !rank_run_can(ranking)) return false;
    for (uint32_t i = 0; i < root->child_count; i++)
        if (root->children[i]->occur != QUERY_SHOULD) return false;
    return true;
}

static bf_status disjunction_run(struct ranking *ranking, bf_error *error)
{
    return rank_run_each(ranking, disjunction_segment, error);
}

const struct ranker disjunction_ranker = {"disjunction", "any of the words, left out by bounds of pages, cells and runs",
                                          disjunction_can, disjunction_run};
