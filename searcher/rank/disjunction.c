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
#include "status.h"

#include <string.h>

enum {
    MANY = 256,            /* hits: whole pages are added up; ... */
    MANY_OF_FEW = 64,      /* ... or so many already, ... */
    PAGES_A_HIT = 8,       /* ... in a segment of at most so many pages for each of them */
    PAGED_CANDIDATES = 64, /* so many are scored at a time: the best pages raise the threshold for the others */
};

/* A short list that is walked. */
struct walk {
    struct ranked_list *list;
    uint32_t block;              /* it has come to */
    uint32_t most;               /* the bound of any of its postings in the window; 0: it has none */
};

struct disjunction {
    struct rank_run run;
    uint16_t *page_sums;         /* of the paged lists; NULL: there are none */
    uint32_t paged_most;         /* their bounds together */
    struct walk *walks;          /* the short lists, heaviest first */
    uint32_t walk_count;
    /* The window: documents [first, end). */
    uint32_t first, end;
    uint32_t total;              /* the most that all lists together can add in it */
    uint64_t touched;            /* its pages that something was added in */
    const uint8_t *lengths;
    /* The paged lists that are in the page being looked at, and their parts: */
    struct ranked_list **here;
    struct page_part *parts;
    struct candidate found[POSTING_PAGE]; /* in the page being looked at */
};

/* ---- Short lists ---- */

static bool open_walks(struct disjunction *d)
{
    d->walk_count = d->run.list_count - d->run.paged_count;
    for (uint32_t i = d->walk_count; i < d->run.list_count; i++) ranked_list_tabulate(d->run.lists[d->run.by_weight[i]]);
    d->walks = arena_take_zeroed(&d->run.arena, (d->walk_count + 1) * sizeof *d->walks);
    if (!d->walks) return false;
    for (uint32_t i = 0; i < d->walk_count; i++) {
        d->walks[i].list = d->run.lists[d->run.by_weight[i]];
        if (d->walks[i].list->df >= POSTING_BLOCK) ranked_list_tabulate(d->walks[i].list);
    }
    return true;
}

/* Moves the walk to the first block that has documents of the window, and finds what they add at most. */
static void walk_to_window(const struct disjunction *d, struct walk *walk)
{
    const struct ranked_list *list = walk->list;
    uint32_t blocks = ranked_list_blocks(list), code = 0;
    walk->most = 0;
    if (list->shape == CURSOR_INLINE) {
        for (uint32_t i = 0; i < list->df; i++)
            if (list->docs[i] >= d->first && list->docs[i] < d->end) walk->most = list->most;
        return;
    }
    while (walk->block < blocks && posting_block_last(&list->list, walk->block) < d->first) walk->block++;
    for (uint32_t block = walk->block; block < blocks; block++) {
        if (block && posting_block_last(&list->list, block - 1) >= d->end) break;
        if (posting_block_max(&list->list, block) > code) code = posting_block_max(&list->list, block);
    }
    if (code) walk->most = ranked_list_bound(list, code);
}

/* Adds what postings of the window add. None of their occurrences in titles counts differently. */
static void add_plain(struct disjunction *d, const struct ranked_list *list, uint32_t at, uint32_t count)
{
    uint16_t *sums = d->run.scratch->sums;
    const uint32_t *docs = list->docs + at, *tfs = list->tfs + at;
    const uint8_t *lengths = d->lengths;
    const uint16_t (*impacts)[256] = (const uint16_t (*)[256])list->impacts;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t doc = docs[i], place = doc - d->first, tf = tfs[i], bound;
        if (tf <= RANKED_TABLE_TFS) bound = impacts[tf - 1][lengths[doc]];
        else bound = ranked_list_impact_at(list, (float)tf, lengths[doc]);
        sums[place] = (uint16_t)(sums[place] + bound);
    }
}

/* The same where titles count, or there is no table. */
static void add_slowly(struct disjunction *d, struct ranked_list *list, uint32_t at, uint32_t count)
{
    uint16_t *sums = d->run.scratch->sums;
    uint32_t title = UINT32_MAX, titles = 0;
    if (list->titles_matter && list->shape != CURSOR_INLINE) {
        title = ranked_list_title_from(list, list->docs[at]);
        titles = list->title_count;
    }
    for (uint32_t i = at; i < at + count; i++) {
        uint32_t doc = list->docs[i], place = doc - d->first, bound;
        while (title < titles && list->title_docs[title] < doc) title++;
        bool plain = list->shape != CURSOR_INLINE && !(title < titles && list->title_docs[title] == doc);
        if (plain && list->impacts && list->tfs[i] <= RANKED_TABLE_TFS)
            bound = list->impacts[list->tfs[i] - 1][list->leaf->counts_length ? d->lengths[doc] : 0];
        else if (plain) bound = ranked_list_impact_slowly(list, doc, list->tfs[i], 0);
        else bound = ranked_list_impact(list, doc, i, list->tfs[i]);
        sums[place] = (uint16_t)(sums[place] + bound);
    }
}

/* Adds what those of the postings [at, at + count) add that are of the window. */
static void add_postings(struct disjunction *d, struct ranked_list *list, uint32_t at, uint32_t count)
{
    const uint32_t *docs = list->docs;
    while (count > 0 && docs[at] < d->first) at++, count--;
    while (count > 0 && docs[at + count - 1] >= d->end) count--;
    if (!count) return;
    for (uint32_t i = 0; i < count; i += POSTING_RUN) { /* the pages that sixteen of them are in, and those between */
        uint32_t last = i + POSTING_RUN < count ? i + POSTING_RUN - 1 : count - 1;
        uint32_t from = (docs[at + i] - d->first) / POSTING_PAGE, to = (docs[at + last] - d->first) / POSTING_PAGE;
        d->touched |= (UINT64_C(2) << to) - (UINT64_C(1) << from);
    }
    if (list->impacts && list->leaf->counts_length && !list->titles_matter) add_plain(d, list, at, count);
    else add_slowly(d, list, at, count);
}

/* Adds those runs of a block that can be part of a winner: worth looking at where there is but one list. */
static void add_runs(struct disjunction *d, struct ranked_list *list, uint32_t block, uint32_t count)
{
    uint32_t codes = posting_block_runs(&list->list, block);
    for (uint32_t at = 0; at < count; at += POSTING_RUN, codes >>= 4)
        if ((codes & 15) * list->grid_step >= d->run.least)
            add_postings(d, list, block * POSTING_BLOCK + at, count - at < POSTING_RUN ? count - at : POSTING_RUN);
}

/* Adds those of the window's blocks that can be part of a winner. */
static void add_window(struct disjunction *d, struct walk *walk)
{
    struct ranked_list *list = walk->list;
    uint32_t others = d->total - walk->most, blocks = ranked_list_blocks(list);
    if (list->shape == CURSOR_INLINE) {
        add_postings(d, list, 0, list->df);
        return;
    }
    for (uint32_t block = walk->block; block < blocks; block++) {
        if (block && posting_block_last(&list->list, block - 1) >= d->end) break;
        if (ranked_list_bound(list, posting_block_max(&list->list, block)) + others < d->run.least) continue;
        if (!ranked_list_docs(list, block) || !ranked_list_load_tfs(list, block)) return;
        if (list->titles_matter && !ranked_list_titles(list)) return;
        uint32_t count = posting_block_count(&list->list, block);
        if (others == 0) add_runs(d, list, block, count);
        else add_postings(d, list, block * POSTING_BLOCK, count);
    }
}

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

/* Takes a page's sums out again and keeps the documents that may win. */
static bool collect_page(struct disjunction *d, uint32_t page)
{
    struct rank_run *run = &d->run;
    uint8_t lows[KERNEL_PAGE];
    uint16_t sums[KERNEL_PAGE], cell_sums[KERNEL_CELLS] = {0};
    uint32_t besides = d->page_sums ? d->page_sums[page] : 0, least = run->least > besides ? run->least - besides : 1;
    uint32_t count = run->kernel->take(run->scratch->sums + (page * POSTING_PAGE - d->first),
                                       least < UINT16_MAX ? (uint16_t)least : UINT16_MAX, lows, sums), found = 0;
    if (count && d->page_sums) add_paged_cells(d, page, 0, lists_of_page(d, page), cell_sums);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t bound = (uint32_t)sums[i] + cell_sums[lows[i] / 16];
        if (bound >= run->least)
            d->found[found++] = (struct candidate){.doc = page * POSTING_PAGE + lows[i], .bound = (uint16_t)bound};
    }
    return push_found(d, found);
}

/* Finds what is in the window and adds what short lists can add. False: nothing there can win. */
static bool open_window(struct disjunction *d, uint32_t first)
{
    struct rank_run *run = &d->run;
    uint32_t doc_count = run->segment->meta.doc_count, paged = 0;
    d->first = first;
    d->end = doc_count - first > RANK_WINDOW ? first + RANK_WINDOW : doc_count;
    d->touched = 0;
    for (uint32_t page = first / POSTING_PAGE; d->page_sums && page * POSTING_PAGE < d->end; page++)
        if (d->page_sums[page] > paged) paged = d->page_sums[page];
    d->total = paged;
    for (uint32_t i = 0; i < d->walk_count; i++) {
        walk_to_window(d, &d->walks[i]);
        d->total += d->walks[i].most;
    }
    if (d->total < run->least || d->total == 0) return false;
    if (!(d->lengths = segment_length_bytes(run->segment, first, d->end))) return false;
    for (uint32_t i = 0; i < d->walk_count; i++)
        if (d->walks[i].most) add_window(d, &d->walks[i]);
    return true;
}

static bool rank_short(struct disjunction *d)
{
    uint32_t window = 0;
    for (uint64_t first = 0; d->walk_count && first < d->run.segment->meta.doc_count; first += RANK_WINDOW) {
        if (!open_window(d, (uint32_t)first)) continue;
        for (uint64_t left = d->touched; left; left &= left - 1)
            if (!collect_page(d, d->first / POSTING_PAGE + (uint32_t)__builtin_ctzll(left))) return false;
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
    uint16_t *sums = d->run.scratch->sums + (page * POSTING_PAGE - d->first);
    const uint8_t *lengths = d->lengths + page * POSTING_PAGE;
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
    uint16_t *page_sums = run->scratch->sums + (page * POSTING_PAGE - d->first), sums[KERNEL_PAGE], cell_sums[KERNEL_CELLS] = {0};
    uint8_t lows[KERNEL_PAGE];
    uint32_t paged = d->page_sums ? d->page_sums[page] : 0, least = run->least > 0 ? run->least : 1;
    bool touched = d->touched >> (page - d->first / POSTING_PAGE) & 1;
    if (paged < least && !touched) return true;
    if (least > UINT16_MAX || (paged < least && !run->kernel->any(page_sums, (uint16_t)(least - paged)))) {
        memset(page_sums, 0, POSTING_PAGE * sizeof *page_sums);
        return true;
    }
    /* The lightest lists that together can't reach the threshold are only looked at for documents which they may lift over it. */
    uint32_t count = d->page_sums ? lists_of_page(d, page) : 0, added = count, rest = 0;
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
        if (!open_window(d, (uint32_t)first)) continue;
        for (uint32_t page = d->first / POSTING_PAGE; page * POSTING_PAGE < d->end; page++)
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
    if (!d->page_sums || d->paged_most < run->least) return true;
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
    bool possible = false, good = true;
    bf_status status = rank_run_open(run, ranking, number, &possible, error);
    if (status == BF_OK && possible && run->scale > 0) {
        for (uint32_t i = 0; i < run->list_count; i++) {
            if (ranked_list_is_paged(run->lists[i])) d.paged_most += run->lists[i]->most;
        }
        if (run->paged_count) {
            d.here = arena_take(&run->arena, run->paged_count * sizeof(struct ranked_list *));
            d.parts = arena_take(&run->arena, run->paged_count * sizeof *d.parts);
            good = d.here && d.parts && (d.page_sums = rank_run_page_sums(run, false));
        }
        good = good && open_walks(&d);
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
