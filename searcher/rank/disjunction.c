/*
 * Exact top k of a flat group of alternatives: any of the terms may match.
 *
 * Terms are of two kinds. *Short* lists (not paged) have few postings, and are walked: what their postings add is added up in an
 * array of sums, a window of 16,384 documents at a time, leaving out runs that can't be part of a winner. Whatever has a word from a short list is found in this way. Then come documents that have only words of *paged* lists,
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
    uint32_t walked, left;       /* how many short lists are walked in it, and the most that the others add */
    uint64_t touched;            /* its pages that something was added in */
    const uint8_t *lengths;
    /* The paged lists that are in the page being looked at, and their parts: */
    struct ranked_list **here;
    struct page_part *parts;
};

/* ---- Short lists ---- */

static bool open_walks(struct disjunction *d)
{
    d->walk_count = d->run.list_count - d->run.paged_count;
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

/* Adds what the postings [at, at + count) can add, no more than `most` each, of their documents in the window. */
static void add_run(struct disjunction *d, const struct ranked_list *list, uint32_t at, uint32_t count, uint32_t most)
{
    uint16_t *sums = d->run.scratch->sums;
    const uint32_t *docs = list->docs + at, *tfs = list->tfs + at;
    const bool table = list->impacts && list->leaf->counts_length;
    uint64_t touched = 0;
    while (count > 0 && *docs < d->first) docs++, tfs++, count--;
    while (count > 0 && docs[count - 1] >= d->end) count--;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = docs[i] - d->first, bound;
        if (table && tfs[i] <= RANKED_TABLE_TFS) bound = list->impacts[tfs[i] - 1][d->lengths[docs[i]]];
        else bound = ranked_list_impact_slowly(list, docs[i], tfs[i]);
        sums[place] = (uint16_t)(sums[place] + (bound < most ? bound : most));
        touched |= UINT64_C(1) << place / POSTING_PAGE;
    }
    d->touched |= touched;
}

/* Adds those of the window's runs that can be part of a winner. */
static void add_window(struct disjunction *d, struct walk *walk)
{
    struct ranked_list *list = walk->list;
    uint32_t others = d->total - walk->most, blocks = ranked_list_blocks(list);
    if (list->shape == CURSOR_INLINE) {
        add_run(d, list, 0, list->df, list->most);
        return;
    }
    for (uint32_t block = walk->block; block < blocks; block++) {
        if (block && posting_block_last(&list->list, block - 1) >= d->end) break;
        uint32_t most = ranked_list_bound(list, posting_block_max(&list->list, block));
        if (most + others < d->run.least) continue;
        uint32_t codes = posting_block_runs(&list->list, block), count = posting_block_count(&list->list, block);
        if (!ranked_list_docs(list, block) || !ranked_list_load_tfs(list, block)) return;
        for (uint32_t at = 0; at < count; at += POSTING_RUN, codes >>= 4) {
            uint32_t bound = (codes & 15) * list->grid_step;
            if (bound > most) bound = most;
            if (bound + others < d->run.least) continue;
            add_run(d, list, block * POSTING_BLOCK + at, count - at < POSTING_RUN ? count - at : POSTING_RUN, bound);
        }
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

/* Takes a page's sums out again and keeps the documents that may win. */
static bool collect_page(struct disjunction *d, uint32_t page)
{
    struct rank_run *run = &d->run;
    uint16_t *sums = run->scratch->sums + (page * POSTING_PAGE - d->first);
    uint32_t besides = d->left + (d->page_sums ? d->page_sums[page] : 0U);
    uint32_t least = run->least > besides ? run->least - besides : 1;
    uint64_t set[4] = {0};
    bool good = true;
    if (least <= UINT16_MAX) run->kernel->select(sums, (uint16_t)least, set);
    for (uint32_t word = 0; word < 4; word++)
        for (uint64_t left = set[word]; left && good; left &= left - 1) {
            uint32_t low = 64 * word + (uint32_t)__builtin_ctzll(left), doc = page * POSTING_PAGE + low;
            good = rank_run_push_assuming(run, doc, sums[low] + d->left + (d->page_sums ? paged_bound(run, doc) : 0), d->left,
                                          d->walked);
        }
    memset(sums, 0, POSTING_PAGE * sizeof *sums);
    return good;
}

/* Finds the candidates of one window among documents that have a word of a short list. False: memory was refused. */
static bool rank_window(struct disjunction *d)
{
    struct rank_run *run = &d->run;
    uint32_t paged = 0;
    for (uint32_t page = d->first / POSTING_PAGE; d->page_sums && page * POSTING_PAGE < d->end; page++)
        if (d->page_sums[page] > paged) paged = d->page_sums[page];
    d->total = paged;
    for (uint32_t i = 0; i < d->walk_count; i++) {
        walk_to_window(d, &d->walks[i]);
        d->total += d->walks[i].most;
    }
    if (d->total < run->least || d->total == paged) return true;
    /* All are walked but the lightest that, with the paged ones, can't reach the threshold. */
    d->left = paged;
    for (d->walked = d->walk_count; d->walked > 0 && d->left + d->walks[d->walked - 1].most < run->least; d->walked--)
        d->left += d->walks[d->walked - 1].most;
    d->left -= paged;
    if (!(d->lengths = segment_length_bytes(run->segment, d->first, d->end))) return true;
    for (uint32_t i = 0; i < d->walked; i++)
        if (d->walks[i].most) add_window(d, &d->walks[i]);
    bool good = true;
    for (uint64_t left = d->touched; left && good; left &= left - 1)
        good = collect_page(d, d->first / POSTING_PAGE + (uint32_t)__builtin_ctzll(left));
    d->touched = 0;
    return good;
}

static bool rank_short(struct disjunction *d)
{
    uint32_t doc_count = d->run.segment->meta.doc_count, window = 0;
    if (!open_walks(d)) return false;
    for (uint64_t first = 0; d->walk_count && first < doc_count; first += RANK_WINDOW) {
        d->first = (uint32_t)first;
        d->end = doc_count - first > RANK_WINDOW ? (uint32_t)first + RANK_WINDOW : doc_count;
        if (!rank_window(d)) return false;
        /* After 1, 2, 4, 8, ... windows the best so far are scored: the threshold they give is what makes the others few. */
        window++;
        if ((window & (window - 1)) == 0 && !rank_run_settle(&d->run, 2 * d->run.ranking->top.k)) return false;
    }
    return rank_run_flush(&d->run);
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
