/*
 * Exact top k of a flat group of alternatives: any of the terms may match.
 *
 * Terms are of two kinds. *Short* lists (not paged) have few postings, and are walked: what their postings add is added up in an
 * array of sums, a window of 16,384 documents at a time, leaving out blocks that can't be part of a winner. Whatever has a word
 * from a short list is found in this way. Then come documents that have only words of *paged* lists, found by bounds summed over
 * fixed ranges, coarse before fine, and before any posting is read:
 *
 *   1. pages of 256 documents: every list's page maximum, for all pages at once
 *   2. cells of 16 documents: the grids of the pages that may still hold a winner, best pages first
 *   3. documents: of the live cells, the sets of documents that have each term
 *
 * Bounds of fixed ranges line up between terms, unlike block maxima, so they are added without merging any lists (Dimopoulos,
 * Nepomnyachiy and Suel 2013 did so for their "live blocks"). Where all paged lists together can't reach the threshold, the
 * second part is left out (MaxScore: Turtle and Flood 1995).
 */
#include "posting_record.h"
#include "rank_run.h"
#include "short_window.h"
#include "status.h"

#include <string.h>

enum {
    MANY = 256,            /* hits: whole pages are added up; ... */
    MANY_OF_FEW = 64,      /* ... or so many already, ... */
    PAGES_A_HIT = 8,       /* ... in a segment of at most so many pages for each of them */
    PAGED_CANDIDATES = 64, /* so many are scored at a time: the best pages raise the threshold for the others */
};

struct disjunction {
    struct rank_run run;
    uint16_t *page_sums;         /* of the paged lists */
    uint32_t paged_most;         /* their bounds together */
    /* The paged lists that are in the page being looked at, and their parts: */
    struct ranked_list **here;
    struct page_part *parts;
    struct candidate found[POSTING_PAGE]; /* in the page being looked at */
    struct short_window window;           /* of the short lists */
    uint16_t places[SHORT_WINDOW_FEW + 1], bounds[SHORT_WINDOW_FEW + 1]; /* of documents in it that may win, less its first */
};

/* ---- Short lists ---- */

/* Finds the paged lists that have something in a page. */
static uint32_t lists_of_page(struct disjunction *d, uint32_t page)
{
    struct rank_run *run = &d->run;
    uint32_t count = 0;
    for (uint32_t i = run->list_count - run->paged_count; i < run->list_count; i++) {
        struct ranked_list *list = run->lists[run->by_weight[i]];
        if (list->list.page_max[page]) d->here[count++] = list;
    }
    return count;
}

/* Finds the bounds of the cells of lists [from, count) of the page, and their sums. */
static void add_paged_cells(struct disjunction *d, uint32_t page, uint32_t from, uint32_t count, uint16_t cell_sums[KERNEL_CELLS])
{
    memset(cell_sums, 0, KERNEL_CELLS * sizeof *cell_sums);
    for (uint32_t i = from; i < count; i++) {
        const struct ranked_list *list = d->here[i];
        const struct page_cells cells = {list->list.grid, list->list.grid_shift, list->grid_step,
                                         ranked_list_bound(list, list->list.page_max[page])};
        d->run.kernel->add_cells(&cells, page, d->parts[i].cells, cell_sums);
    }
}

static bool push_found(struct disjunction *d, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (!segment_is_deleted(d->run.segment, d->found[i].doc) && !rank_run_push_refined(&d->run, &d->found[i])) return false;
    return true;
}

/* Puts the bounds of the document's cells in place of those of its pages into its bound, which is 0 if it then can't win. */
static uint32_t lower_to_cells(const struct disjunction *d, uint32_t doc, uint32_t bound)
{
    const struct rank_run *run = &d->run;
    for (uint32_t i = run->list_count - run->paged_count; i < run->list_count; i++) {
        const struct ranked_list *list = run->lists[run->by_weight[i]];
        uint32_t code = list->list.page_max[doc / POSTING_PAGE];
        if (!code) continue;
        bound -= ranked_list_bound(list, code) - ranked_list_cell(list, doc);
        if (bound < run->least) return 0;
    }
    return bound;
}

/* Takes a page's sums out again and keeps the documents that may win. */
static bool collect_page(struct disjunction *d, uint32_t page)
{
    struct rank_run *run = &d->run;
    uint8_t lows[KERNEL_PAGE];
    uint16_t sums[KERNEL_PAGE], cell_sums[KERNEL_CELLS];
    uint32_t besides = d->page_sums[page], least = run->least > besides ? run->least - besides : 1;
    uint32_t count = run->kernel->take(run->scratch->sums + (page * POSTING_PAGE - d->window.first),
                                       least < UINT16_MAX ? (uint16_t)least : UINT16_MAX, lows, sums), found = 0;
    if (count) add_paged_cells(d, page, 0, lists_of_page(d, page), cell_sums);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t bound = (uint32_t)sums[i] + cell_sums[lows[i] / 16];
        if (bound >= run->least)
            d->found[found++] = (struct candidate){.doc = page * POSTING_PAGE + lows[i], .bound = (uint16_t)bound};
    }
    return push_found(d, found);
}

/* Takes out the sums of documents that something was added to, and puts those that may win with the bounds of their pages behind
 * `found` others. Returns how many there are then. */
static uint32_t take_stretch(struct disjunction *d, const struct short_stretch *stretch, uint32_t found)
{
    struct rank_run *run = &d->run;
    uint16_t *all = run->scratch->sums;
    for (uint32_t i = 0; i < stretch->count; i++) { /* without a branch that depends on them */
        uint32_t doc = stretch->docs[i], place = doc - d->window.first, sum = all[place];
        uint32_t bound = sum + d->page_sums[doc / POSTING_PAGE];
        all[place] = 0; /* in another list it is not found again */
        d->places[found] = (uint16_t)place;
        d->bounds[found] = (uint16_t)bound;
        found += (sum > 0) & (bound >= run->least);
    }
    return found;
}

/* Takes the window's sums out again and keeps the documents that may win: by its postings if these are few, otherwise by pages. */
static bool collect_window(struct disjunction *d)
{
    struct rank_run *run = &d->run;
    uint32_t found = 0;
    if (d->window.count > SHORT_WINDOW_FEW) {
        for (uint64_t left = d->window.touched; left; left &= left - 1)
            if (!collect_page(d, d->window.first / POSTING_PAGE + (uint32_t)__builtin_ctzll(left))) return false;
        return true;
    }
    for (uint32_t i = 0; i < d->window.stretch_count; i++) found = take_stretch(d, &d->window.stretches[i], found);
    for (uint32_t i = 0; i < found; i++) {
        uint32_t doc = d->window.first + d->places[i], bound = lower_to_cells(d, doc, d->bounds[i]);
        if (bound && !segment_is_deleted(run->segment, doc) && !rank_run_push(run, doc, bound)) return false;
    }
    return true;
}

static bool rank_short(struct disjunction *d)
{
    uint32_t doc_count = d->run.segment->meta.doc_count, window = 0;
    for (uint64_t first = 0; d->window.walk_count && first < doc_count; first += RANK_WINDOW) {
        if (!short_window_add(&d->window, (uint32_t)first)) continue;
        if (!collect_window(d)) return false;
        /* After 1, 2, 4, 8, ... windows the best so far are scored: the threshold they give is what makes the others few. */
        window++;
        if ((window & (window - 1)) == 0 && !rank_run_settle(&d->run, 2 * d->run.ranking->top.k)) return false;
    }
    return rank_run_flush(&d->run);
}

/* ---- Many hits ---- */

/* Adds what the list adds to each of its documents in the page. */
static void add_page(struct disjunction *d, struct ranked_list *list, uint32_t page)
{
    uint16_t *sums = d->run.scratch->sums + (page * POSTING_PAGE - d->window.first);
    const uint8_t *lengths = d->window.lengths + page * POSTING_PAGE;
    uint64_t set[4], titles[4] = {0};
    uint32_t tfs[POSTING_PAGE], at = 0;
    if (!posting_list_verify_page(list->segment, &list->view, &list->list, page)) return;
    const char *rule = posting_page_bits(&list->list, page, set);
    if (!rule) rule = posting_page_tfs(&list->list, page, tfs);
    if (rule) {
        segment_broken(list->segment, "postings", rule);
        return;
    }
    if (list->titles_matter) ranked_list_title_set(list, page, titles);
    for (uint32_t word = 0; word < 4; word++)
        for (uint64_t left = set[word]; left; left &= left - 1, at++) {
            uint32_t low = 64 * word + (uint32_t)__builtin_ctzll(left), tf = tfs[at], bound;
            if (titles[word] & left & -left) bound = ranked_list_impact(list, page * POSTING_PAGE + low, 0, tf);
            else if (tf <= RANKED_TABLE_TFS && list->impacts)
                bound = list->impacts[tf - 1][list->leaf->counts_length ? lengths[low] : 0];
            else bound = ranked_list_impact_at(list, (float)tf, lengths[low]);
            sums[low] = (uint16_t)(sums[low] + bound);
        }
}

/* Adds all there is to the sums of a page, if any of its documents may win, and keeps those that do. */
static bool sum_page(struct disjunction *d, uint32_t page)
{
    struct rank_run *run = &d->run;
    uint16_t *page_sums = run->scratch->sums + (page * POSTING_PAGE - d->window.first);
    uint16_t sums[KERNEL_PAGE], cell_sums[KERNEL_CELLS] = {0};
    uint8_t lows[KERNEL_PAGE];
    uint32_t paged = d->page_sums[page], least = run->least > 0 ? run->least : 1;
    bool touched = d->window.touched >> (page - d->window.first / POSTING_PAGE) & 1;
    if (paged < least && !touched) return true;
    if (least > UINT16_MAX || (paged < least && !run->kernel->any(page_sums, (uint16_t)(least - paged)))) {
        memset(page_sums, 0, POSTING_PAGE * sizeof *page_sums);
        return true;
    }
    /* The lightest lists that together can't reach the threshold are only looked at for documents which they may lift over it. */
    uint32_t count = lists_of_page(d, page), added = count, rest = 0;
    for (; added > 0; added--) {
        uint32_t bound = ranked_list_bound(d->here[added - 1], d->here[added - 1]->list.page_max[page]);
        if (rest + bound >= least) break;
        rest += bound;
    }
    for (uint32_t i = 0; i < added; i++) add_page(d, d->here[i], page);
    uint32_t taken = run->kernel->take(page_sums, (uint16_t)(least - rest), lows, sums), found = 0;
    if (taken && rest) add_paged_cells(d, page, added, count, cell_sums);
    for (uint32_t i = 0; i < taken; i++) {
        uint32_t bound = (uint32_t)sums[i] + cell_sums[lows[i] / 16];
        if (bound >= least)
            d->found[found++] =
                (struct candidate){.doc = page * POSTING_PAGE + lows[i], .bound = (uint16_t)bound, .refined = !rest};
    }
    if (rest) found = rank_run_refine(run, page, d->here + added, count - added, false, d->found, found);
    return push_found(d, found);
}

/*
 * Where hundreds of hits are wanted, most pages have some that reach the threshold, and adding up all postings of a page costs
 * less than looking at its documents one by one.
 */
static bool rank_many(struct disjunction *d)
{
    struct rank_run *run = &d->run;
    uint64_t settle_at = run->ranking->top.k;
    run->all_refined = true;
    for (uint64_t first = 0; first < run->segment->meta.doc_count; first += RANK_WINDOW) {
        if (!short_window_add(&d->window, (uint32_t)first)) continue;
        for (uint32_t page = d->window.first / POSTING_PAGE; page * POSTING_PAGE < d->window.end; page++)
            if (!sum_page(d, page)) return false;
        /* When there are half as many again as were kept, the threshold may have risen. */
        if (run->candidate_count < settle_at) continue;
        if (!rank_run_settle(run, 0)) return false;
        settle_at = run->candidate_count + run->ranking->top.k / 2;
    }
    return rank_run_flush(run);
}

/* ---- Paged lists ---- */

/* Looks at one page, and pushes its documents that may win. False: memory was refused. */
static bool rank_page(struct disjunction *d, uint32_t page)
{
    struct rank_run *run = &d->run;
    uint16_t cell_sums[KERNEL_CELLS], sums[KERNEL_CELLS], least = (uint16_t)(run->least > 0 ? run->least : 1);
    uint32_t count = lists_of_page(d, page);
    add_paged_cells(d, page, 0, count, cell_sums);
    uint32_t live = run->least > UINT16_MAX ? 0 : run->kernel->at_least(cell_sums, least);
    if (!live) return true;
    for (uint32_t i = 0; i < count; i++)
        if (!ranked_list_page_set(d->here[i], page, d->parts[i].set)) return true;
    uint32_t found_count = 0;
    for (; live; live &= live - 1) {
        uint32_t cell = (uint32_t)__builtin_ctz(live);
        uint32_t docs = run->kernel->cell_documents(d->parts, count, cell, least, sums);
        for (; docs; docs &= docs - 1) {
            uint32_t low = (uint32_t)__builtin_ctz(docs);
            d->found[found_count++] =
                (struct candidate){.doc = page * POSTING_PAGE + cell * 16 + low, .bound = sums[low], .paged_only = true};
        }
    }
    found_count = rank_run_refine(run, page, d->here, count, true, d->found, found_count);
    return push_found(d, found_count);
}

static bool rank_paged(struct disjunction *d)
{
    struct rank_run *run = &d->run;
    uint32_t count;
    if (!run->paged_count || d->paged_most < run->least) return true;
    uint32_t *pages = rank_run_order_pages(run, d->page_sums, &count);
    if (!pages) return false;
    for (uint32_t i = 0; i < count; i++) {
        if (d->page_sums[pages[i]] < run->least) continue;
        rank_run_prefetch(run, pages, i, count);
        if (!rank_page(d, pages[i])) return false;
        if (run->candidate_count >= PAGED_CANDIDATES && !rank_run_flush(run)) return false;
        if (run->segment->failure.status != BF_OK) return true;
    }
    return rank_run_flush(run);
}

/* Whether most pages have documents among the best k. */
static bool wants_many(const struct rank_run *run)
{
    uint64_t k = run->ranking->top.k;
    return k >= MANY || (k >= MANY_OF_FEW && k * PAGES_A_HIT >= run->page_count);
}

static bf_status disjunction_segment(struct ranking *ranking, uint32_t number, bf_error *error)
{
    struct disjunction d;
    memset(&d, 0, offsetof(struct disjunction, found));
    struct rank_run *run = &d.run;
    bool possible = false, good;
    bf_status status = rank_run_open(run, ranking, number, &possible, error);
    if (status == BF_OK && possible && run->scale > 0) {
        for (uint32_t i = 0; i < run->list_count; i++) {
            if (ranked_list_is_paged(run->lists[i])) d.paged_most += run->lists[i]->most;
        }
        d.here = arena_take(&run->arena, (run->paged_count + 1) * sizeof(struct ranked_list *));
        d.parts = arena_take(&run->arena, (run->paged_count + 1) * sizeof *d.parts);
        d.page_sums = rank_run_page_sums(run, false);
        good = d.here && d.parts && d.page_sums && short_window_open(&d.window, run, d.page_sums);
        for (uint32_t i = run->list_count - run->paged_count; wants_many(run) && i < run->list_count; i++)
            ranked_list_tabulate(run->lists[run->by_weight[i]]);
        if (wants_many(run)) good = good && rank_many(&d);
        else good = good && rank_short(&d) && rank_paged(&d);
        if (!good) memset(run->scratch->sums, 0, sizeof run->scratch->sums);
        status = good ? rank_run_outcome(run, error) : fail_memory(error);
    }
    rank_run_close(run);
    return status;
}

static bool disjunction_can(const struct ranking *ranking)
{
    const struct query_node *root = ranking->query->root;
    if (!rank_run_pays(ranking)) return false;
    for (uint32_t i = 0; i < root->child_count; i++)
        if (root->children[i]->occur != QUERY_SHOULD) return false;
    return true;
}

static bf_status disjunction_run(struct ranking *ranking, bf_error *error)
{
    return rank_run_each(ranking, disjunction_segment, error);
}

const struct ranker disjunction_ranker = {
    "disjunction", "any of the words: short lists are added up, pages and cells left out by bounds", disjunction_can, disjunction_run};
