/*
 * Exact top k of a flat group of terms, by bounds summed over fixed ranges of documents, coarse before fine:
 *
 *   1. pages of 256 documents: every term's page maximum, for all pages at once
 *   2. cells of 16 documents: the grids of the pages that may still hold a winner, best pages first
 *   3. documents: of the pages with a live cell, the sets of documents that have each term
 *   4. scores: of the documents whose bound still reaches the threshold, in floats and in the order of the query
 *
 * Bounds of fixed ranges line up between terms, unlike block maxima, so they are added without merging any lists (Dimopoulos,
 * Nepomnyachiy and Suel 2013 did so for their "live blocks"). The threshold starts from stored k-th impacts. Only what is *below*
 * the threshold is left out: pages are not visited in document order, and of equal scores the earlier document wins.
 */
#include "page_kernel.h"
#include "page_term.h"
#include "ranker.h"
#include "status.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SUM_MOST = 60000, /* what all bounds together come to; with a bit more for rounding up each, below 2^16 */
    TERMS_MOST = 4000,
    SLICES = 12,
    EXPECTED = 6,      /* so many documents of a page to score: its frequencies are decoded at once */
    LEAD_LEAST = 1024, /* with a word that must be there and is rarer, going from one of its postings to the next is faster */
};

struct cells {
    struct ranking *ranking;
    struct segment *segment;
    uint32_t number;              /* of the segment */
    const struct page_kernel *kernel;
    struct arena arena;
    struct page_term **terms;     /* in the order of the query: scores add up in this order */
    uint32_t term_count, must_count;
    uint32_t *by_weight;          /* numbers of the terms that score, heaviest first */
    uint32_t scored_count;
    float *parts;                 /* by term: what it adds to the document being scored */
    uint32_t page_count;
    double scale;
    double limit;                 /* a score that k documents are known to reach */
    uint32_t least;               /* the bound that a document must reach */
    uint16_t *sums;               /* bounds of pages; 0: nothing there can match */
};

static bool cells_can(const struct ranking *ranking)
{
    const struct query_node *root = ranking->query->root;
    if (root->child_count == 0 || root->child_count > TERMS_MOST || !(ranking->bm25->k1 > 0)) return false;
    for (uint32_t i = 0; i < root->child_count; i++) {
        const struct query_node *node = root->children[i];
        if (!page_term_can(node)) return false;
        if (node->occur == QUERY_MUST && root->child_count > 1 && ranking->leaves[node->leaf].terms[0].df < LEAD_LEAST)
            return false;
    }
    return true;
}

/* ---- Opening ---- */

/* *possible = false: a word that must be there isn't, or none of those that may. */
static bf_status cells_open_terms(struct cells *cells, bool *possible, bf_error *error)
{
    const struct query_node *root = cells->ranking->query->root;
    struct match_context context = {cells->segment, cells->number, cells->ranking->leaves, cells->ranking->bm25, &cells->arena};
    uint32_t should_count = 0;
    cells->terms = arena_take(&cells->arena, root->child_count * sizeof(struct page_term *));
    if (!cells->terms) return fail_memory(error);
    *possible = true;
    bool musts = false;
    for (uint32_t i = 0; i < root->child_count && *possible; i++) {
        const struct query_node *node = root->children[i];
        musts |= node->occur == QUERY_MUST;
        bf_status status = page_term_open(&context, node, &cells->terms[cells->term_count], error);
        if (status == BF_NOT_FOUND) {
            if (node->occur == QUERY_MUST) *possible = false;
            continue;
        }
        if (status != BF_OK) return status;
        cells->term_count++;
        cells->must_count += node->occur == QUERY_MUST;
        should_count += node->occur == QUERY_SHOULD;
    }
    if (!musts && !should_count) *possible = false;
    return BF_OK;
}

static bool order_terms(struct cells *cells)
{
    cells->by_weight = arena_take(&cells->arena, cells->term_count * sizeof *cells->by_weight);
    cells->parts = arena_take(&cells->arena, cells->term_count * sizeof *cells->parts);
    if (!cells->by_weight || !cells->parts) return false;
    for (uint32_t i = 0; i < cells->term_count; i++) {
        if (cells->terms[i]->occur == QUERY_MUST_NOT) continue;
        uint32_t at = cells->scored_count++;
        for (; at > 0 && cells->terms[cells->by_weight[at - 1]]->most < cells->terms[i]->most; at--)
            cells->by_weight[at] = cells->by_weight[at - 1];
        cells->by_weight[at] = i;
    }
    return true;
}

/* The largest of the terms' scores that k documents reach with that term alone. Void where other clauses can exclude them. */
static double stored_limit(const struct cells *cells)
{
    double limit = 0;
    int which = 0;
    while (which < POSTING_KTH && posting_kth_k[which] < cells->ranking->top.k) which++;
    if (which == POSTING_KTH) return 0;
    for (uint32_t i = 0; i < cells->term_count; i++)
        if (cells->terms[i]->occur != QUERY_SHOULD && !(cells->terms[i]->occur == QUERY_MUST && cells->term_count == 1)) return 0;
    for (uint32_t i = 0; i < cells->term_count; i++) limit = fmax(limit, cells->terms[i]->kth[which]);
    return limit;
}

static void raise_least(struct cells *cells)
{
    const struct top_hits *top = &cells->ranking->top;
    if (top->count == top->k && (double)top_hits_threshold(top) > cells->limit) cells->limit = (double)top_hits_threshold(top);
    /* A computed score may lie above the sum of its true parts by the rounding of the additions. */
    double safe = cells->limit * (1 - 1e-6 - 1.2e-7 * cells->term_count) * cells->scale;
    /* Beyond what bounds come to, nothing in this segment can reach it. */
    cells->least = safe > UINT16_MAX ? UINT16_MAX + 1 : safe > 0 ? (uint32_t)floor(safe) : 0;
}

/* ---- Which documents of a page match ---- */

/* Finds each term's set in the page, and what matches. */
static void page_matches(struct cells *cells, uint32_t page, uint64_t matches[4])
{
    uint64_t must[4] = {~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0)}, should[4] = {0}, not[4] = {0};
    for (uint32_t i = 0; i < cells->term_count; i++) {
        struct page_term *term = cells->terms[i];
        if (term->page_codes[page]) page_term_set(term, page, term->set);
        else memset(term->set, 0, sizeof term->set);
        for (int word = 0; word < 4; word++) {
            if (term->occur == QUERY_MUST) must[word] &= term->set[word];
            if (term->occur == QUERY_SHOULD) should[word] |= term->set[word];
            if (term->occur == QUERY_MUST_NOT) not[word] |= term->set[word];
        }
    }
    for (int word = 0; word < 4; word++) {
        matches[word] = (cells->must_count ? must[word] : should[word]) & ~not[word];
        if (cells->segment->deleted) matches[word] &= ~cells->segment->deleted[4 * (size_t)page + (size_t)word];
    }
}

/* Whether every word that must be there is somewhere in the page. */
static bool page_may_match(const struct cells *cells, uint32_t page)
{
    bool any = false;
    for (uint32_t i = 0; i < cells->term_count; i++) {
        const struct page_term *term = cells->terms[i];
        if (term->occur == QUERY_MUST && !term->page_codes[page]) return false;
        any |= term->occur != QUERY_MUST_NOT && term->page_codes[page];
    }
    return any;
}

static void cells_count(struct cells *cells)
{
    if (cells->term_count == 1 && cells->terms[0]->occur != QUERY_MUST_NOT && !cells->segment->deleted) {
        cells->ranking->total += cells->terms[0]->df;
        return;
    }
    for (uint32_t page = 0; page < cells->page_count && cells->segment->failure.status == BF_OK; page++) {
        uint64_t matches[4];
        if (!page_may_match(cells, page)) continue;
        page_matches(cells, page, matches);
        cells->ranking->total += cells->kernel->count(matches);
    }
}

/* ---- Ranking ---- */

static void sum_pages(struct cells *cells)
{
    for (uint32_t i = 0; i < cells->term_count; i++) {
        const struct page_term *term = cells->terms[i];
        if (term->occur == QUERY_MUST_NOT) continue;
        for (uint32_t page = 0; page < cells->page_count; page++)
            cells->sums[page] = (uint16_t)(cells->sums[page] + term->weights[term->page_codes[page]]);
    }
    for (uint32_t i = 0; i < cells->term_count; i++) {
        const struct page_term *term = cells->terms[i];
        if (term->occur != QUERY_MUST) continue;
        for (uint32_t page = 0; page < cells->page_count; page++)
            if (!term->page_codes[page]) cells->sums[page] = 0;
    }
}

/*
 * Replaces a document's bounds by what each term really adds, the heaviest first, and stops as soon as it can't win. Otherwise
 * the parts are added up as every ranker does, in the order of the query. False: it can't win.
 */
static bool score_document(struct cells *cells, uint32_t page, uint32_t low, uint32_t bound, float *score)
{
    for (uint32_t i = 0; i < cells->scored_count; i++) {
        uint32_t number = cells->by_weight[i];
        struct page_term *term = cells->terms[number];
        cells->parts[number] = 0;
        if (!bitset_has(term->set, low)) continue;
        float part = page_term_score(term, page * KERNEL_PAGE + low);
        cells->parts[number] = part;
        bound = bound - term->cells[low / 16] + (uint32_t)((double)part * cells->scale) + 1;
        if (bound < cells->least) return false;
    }
    float sum = 0;
    for (uint32_t i = 0; i < cells->term_count; i++)
        if (cells->terms[i]->occur != QUERY_MUST_NOT && bitset_has(cells->terms[i]->set, low)) sum += cells->parts[i];
    *score = sum;
    return true;
}

static bool score_documents(struct cells *cells, uint32_t page, const uint16_t sums[KERNEL_PAGE], const uint64_t set[4])
{
    for (uint32_t word = 0; word < 4; word++)
        for (uint64_t left = set[word]; left; left &= left - 1) {
            uint32_t low = 64 * word + (uint32_t)__builtin_ctzll(left);
            struct ranked_hit hit = hit_make(cells->segment, cells->number, page * KERNEL_PAGE + low);
            if (sums[low] < cells->least) continue; /* the threshold has risen */
            if (!score_document(cells, page, low, sums[low], &hit.score)) continue;
            if (!top_hits_add(&cells->ranking->top, &hit)) return false;
            raise_least(cells);
        }
    return true;
}

/* False: memory was refused. */
static bool rank_page(struct cells *cells, uint32_t page)
{
    uint16_t cell_sums[KERNEL_CELLS] = {0}, sums[KERNEL_PAGE];
    uint64_t set[4], matches[4];
    bool live = false;
    for (uint32_t i = 0; i < cells->term_count; i++) {
        struct page_term *term = cells->terms[i];
        if (term->occur == QUERY_MUST_NOT || !term->page_codes[page]) continue;
        page_term_cells(term, page);
        for (int cell = 0; cell < KERNEL_CELLS; cell++) cell_sums[cell] = (uint16_t)(cell_sums[cell] + term->cells[cell]);
    }
    for (int cell = 0; cell < KERNEL_CELLS; cell++) live |= cell_sums[cell] && cell_sums[cell] >= cells->least;
    if (!live) return true;

    page_matches(cells, page, matches);
    memset(sums, 0, sizeof sums);
    for (uint32_t i = 0; i < cells->term_count; i++) {
        struct page_term *term = cells->terms[i];
        if (term->occur != QUERY_MUST_NOT && term->page_codes[page]) cells->kernel->add(sums, term->set, term->cells);
    }
    cells->kernel->select(sums, (uint16_t)cells->least, set);
    for (int word = 0; word < 4; word++) set[word] &= matches[word];
    if (cells->kernel->count(set) >= EXPECTED)
        for (uint32_t i = 0; i < cells->term_count; i++)
            if (cells->terms[i]->occur != QUERY_MUST_NOT && cells->terms[i]->page_codes[page])
                page_term_expect(cells->terms[i], page);
    return score_documents(cells, page, sums, set);
}

/* Best pages first, in slices of their bounds' range: a full order would cost more than it gives. */
static bf_status rank_pages(struct cells *cells, bf_error *error)
{
    uint32_t most = 0, above = UINT32_MAX;
    for (uint32_t page = 0; page < cells->page_count; page++)
        if (cells->sums[page] > most) most = cells->sums[page];
    uint32_t bottom = cells->least > 0 ? cells->least : 1, width = most > bottom ? (most - bottom) / SLICES + 1 : 1;
    while (most > 0 && above > bottom && above > cells->least) {
        uint32_t from = above == UINT32_MAX ? most : above;
        from = from > bottom + width ? from - width : bottom;
        for (uint32_t page = 0; page < cells->page_count; page++) {
            if (cells->sums[page] < from || cells->sums[page] >= above || cells->sums[page] < cells->least) continue;
            if (!rank_page(cells, page)) return fail_memory(error);
            if (cells->segment->failure.status != BF_OK) return BF_OK;
        }
        above = from;
    }
    return BF_OK;
}

static bf_status cells_segment(struct ranking *ranking, uint32_t number, bf_error *error)
{
    struct cells cells = {
        .ranking = ranking, .segment = ranking->snapshot->segments[number], .number = number, .kernel = page_kernel()};
    bool possible;
    cells.page_count = (cells.segment->meta.doc_count + KERNEL_PAGE - 1) / KERNEL_PAGE;
    bf_status status = cells_open_terms(&cells, &possible, error);
    if (status != BF_OK || !possible) goto done;
    if (!ranking->no_total || ranking->count_only) cells_count(&cells);
    if (ranking->count_only || ranking->top.k == 0) goto done;

    double most = 0;
    for (uint32_t i = 0; i < cells.term_count; i++)
        if (cells.terms[i]->occur != QUERY_MUST_NOT) most += cells.terms[i]->most;
    if (!(most > 0)) goto done;
    cells.scale = SUM_MOST / most;
    if (!order_terms(&cells)) {
        status = fail_memory(error);
        goto done;
    }
    for (uint32_t i = 0; i < cells.term_count; i++) page_term_scale(cells.terms[i], cells.scale);
    cells.limit = stored_limit(&cells);
    raise_least(&cells);
    cells.sums = arena_take_zeroed(&cells.arena, (cells.page_count + 1) * sizeof *cells.sums);
    if (!cells.sums) {
        status = fail_memory(error);
        goto done;
    }
    sum_pages(&cells);
    status = rank_pages(&cells, error);
done:
    if (status == BF_OK) status = segment_outcome(cells.segment, error);
    arena_free(&cells.arena);
    return status;
}

static bf_status cells_run(struct ranking *ranking, bf_error *error)
{
    bf_status status = BF_OK;
    ranking->total = 0;
    for (uint32_t i = 0; status == BF_OK && i < ranking->snapshot->segment_count; i++) status = cells_segment(ranking, i, error);
    if (status == BF_OK && ranking->no_total && !ranking->count_only) ranking->total = BF_TOTAL_UNKNOWN;
    return status;
}

const struct ranker cells_ranker = {"cells", "a flat group of terms, pruned by bounds of pages and cells", cells_can, cells_run};
