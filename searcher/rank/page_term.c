#include "page_term.h"

#include "bytes.h"
#include "status.h"

#include <math.h>
#include <string.h>

bool page_term_can(const struct query_node *node)
{
    return node->kind == QUERY_TERM && node->field != QUERY_TITLE && node->field != QUERY_BODY && !node->terms[0].prefix &&
           !node->terms[0].form;
}

/* Of an inline list there are no stored impacts: its bound is an impact of 1, the most there is. */
static void bound_scores(struct page_term *term)
{
    const struct impact_change *change = segment_impact_change(term->segment, term->bm25);
    double least = term->leaf->counts_length ? change->least : change->plain_least;
    double most = term->leaf->counts_length ? change->most : change->plain_most, weight = (double)term->leaf->weight;
    const double rounding = 1 + 1e-6; /* of the floats in a score, each good to 6e-8 */
    if (term->shape == CURSOR_INLINE || !isfinite(most)) {
        term->unit = weight * rounding; /* whatever the code */
    } else {
        term->unit = weight * most * (double)term->list.unit * rounding;
        if (!term->segment->deleted)
            for (int i = 0; i < POSTING_KTH; i++) term->kth[i] = weight * least * (double)term->list.kth[i] / rounding;
    }
    term->most = fmin(term->unit * 255, weight * rounding); /* no impact is above 1 */
}

static bf_status open_inline(struct page_term *term, const struct term_entry *entry, struct arena *arena, bf_error *error)
{
    uint32_t pages = (term->segment->meta.doc_count + KERNEL_PAGE - 1) / KERNEL_PAGE;
    const char *rule =
        inline_list_decode(entry->inline_bytes, entry->inline_length, entry->df, term->segment->meta.doc_count, &term->inlined);
    if (rule) return segment_corrupt(term->segment, "terms", rule, error);
    uint8_t *codes = arena_take_zeroed(arena, pages);
    term->block_codes = arena_take(arena, 1);
    if (!codes || !term->block_codes) return fail_memory(error);
    term->docs = term->inlined.docs;
    term->block_codes[0] = 255;
    for (uint32_t i = 0; i < term->df; i++) codes[term->docs[i] / KERNEL_PAGE] = 255;
    term->page_codes = codes;
    return BF_OK;
}

static bf_status open_blocked(struct page_term *term, struct arena *arena, bf_error *error)
{
    uint32_t pages = (term->segment->meta.doc_count + KERNEL_PAGE - 1) / KERNEL_PAGE, blocks = term->list.block_count;
    uint8_t *codes = arena_take_zeroed(arena, pages);
    term->block_codes = arena_take(arena, blocks + 1);
    term->docs = arena_take(arena, ((size_t)blocks * POSTING_BLOCK + 1) * sizeof *term->docs);
    term->page_firsts = arena_take(arena, (pages + 1) * sizeof *term->page_firsts);
    if (!codes || !term->block_codes || !term->docs || !term->page_firsts) return fail_memory(error);
    uint32_t page_done = 0; /* page_firsts is known up to here */
    for (uint32_t block = 0; block < blocks; block++) {
        uint32_t *docs = term->docs + (size_t)block * POSTING_BLOCK, count = posting_block_count(&term->list, block);
        const char *rule = posting_block_docs(&term->list, block, docs);
        if (rule) return segment_corrupt(term->segment, "postings", rule, error);
        uint8_t code = posting_block_max(&term->list, block);
        term->block_codes[block] = code;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t page = docs[i] / KERNEL_PAGE;
            while (page_done <= page && page_done < pages) term->page_firsts[page_done++] = (uint16_t)(block * POSTING_BLOCK + i);
            if (codes[page] < code) codes[page] = code;
        }
    }
    while (page_done <= pages) term->page_firsts[page_done++] = (uint16_t)term->df;
    term->page_codes = codes;
    return BF_OK;
}

bf_status page_term_open(const struct match_context *context, const struct query_node *node, struct page_term **result,
                         bf_error *error)
{
    const struct leaf_weight *leaf = &context->leaves[node->leaf];
    const struct term_entry *entry = &leaf->terms[0].entries[context->number];
    if (!entry->df) return BF_NOT_FOUND;
    bf_status status;
    struct page_term *term = arena_take(context->arena, sizeof *term);
    if (!term) return fail_memory(error);
    memset(term, 0, offsetof(struct page_term, tfs));
    term->leaf = leaf;
    term->occur = node->occur;
    term->segment = context->segment;
    term->bm25 = context->bm25;
    term->df = entry->df;
    term->tf_part = term->title_block = UINT32_MAX;
    if (entry->postings_length == 0) {
        term->shape = CURSOR_INLINE;
        status = open_inline(term, entry, context->arena, error);
    } else {
        status = posting_list_view_open(context->segment, entry, &term->view, &term->list, error);
        term->shape = term->list.paged ? CURSOR_PAGED : CURSOR_BLOCKED;
        if (status == BF_OK && term->shape == CURSOR_BLOCKED) status = open_blocked(term, context->arena, error);
        if (term->shape == CURSOR_PAGED) term->page_codes = term->list.page_max;
    }
    if (status != BF_OK) return status;
    bound_scores(term);
    *result = term;
    return BF_OK;
}

void page_term_scale(struct page_term *term, double scale)
{
    term->weights[0] = 0;
    for (int code = 1; code < 256; code++)
        term->weights[code] = (uint16_t)(1 + (uint32_t)(fmin(code * term->unit, term->most) * scale));
    for (int code = 0; code < 16; code++) term->grid_weights[code] = term->weights[17 * code];
}

/* The first posting of a list that is not paged whose document is at least `doc`. */
static uint32_t posting_at_or_after(const struct page_term *term, uint32_t doc)
{
    uint32_t low = 0, high = term->df;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (term->docs[middle] < doc) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* The first posting of a page in a list that is not paged. */
static uint32_t page_first(const struct page_term *term, uint32_t page)
{
    return term->page_firsts ? term->page_firsts[page] : posting_at_or_after(term, page * KERNEL_PAGE);
}

void page_term_set(struct page_term *term, uint32_t page, uint64_t set[4])
{
    memset(set, 0, 4 * sizeof *set);
    if (term->shape == CURSOR_PAGED) {
        if (!posting_list_verify_page(term->segment, &term->view, &term->list, page)) return;
        const char *rule = posting_page_bits(&term->list, page, set);
        if (!rule) return;
        segment_broken(term->segment, "postings", rule);
        memset(set, 0, 4 * sizeof *set);
        return;
    }
    uint32_t first = page * KERNEL_PAGE;
    for (uint32_t i = page_first(term, page); i < term->df && term->docs[i] - first < KERNEL_PAGE; i++)
        bitset_add(set, term->docs[i] - first);
}

void page_term_cells(struct page_term *term, uint32_t page)
{
    uint16_t *cells = term->cells;
    if (term->shape != CURSOR_PAGED) {
        uint32_t first = page * KERNEL_PAGE;
        memset(cells, 0, sizeof term->cells);
        for (uint32_t i = page_first(term, page); i < term->df && term->docs[i] - first < KERNEL_PAGE; i++) {
            uint16_t *cell = &cells[(term->docs[i] - first) / 16], weight = term->weights[term->block_codes[i / POSTING_BLOCK]];
            if (*cell < weight) *cell = weight;
        }
        return;
    }
    uint16_t most = term->weights[term->page_codes[page]]; /* finer than the grid's steps */
    uint32_t shift = term->list.grid_shift - 4;            /* 2^shift of our cells share one of the grid's */
    if (shift == 0) {
        uint64_t codes = load_u64(term->list.grid + 8 * (size_t)page);
        for (int i = 0; i < KERNEL_CELLS; i++, codes >>= 4) {
            uint16_t weight = term->grid_weights[codes & 15];
            cells[i] = weight < most ? weight : most;
        }
        return;
    }
    uint32_t grid_cells = 16U >> shift, first = page * grid_cells;
    for (uint32_t i = 0; i < grid_cells; i++) {
        uint16_t weight = term->grid_weights[term->list.grid[(first + i) / 2] >> (first + i) % 2 * 4 & 15];
        if (weight > most) weight = most;
        for (uint32_t j = 0; j < 1U << shift; j++) cells[(i << shift) + j] = weight;
    }
}

/* ---- Exact ---- */

static uint32_t title_tf_of(struct page_term *term, uint32_t doc, uint32_t posting, uint32_t tf)
{
    if (term->leaf->node->field != QUERY_TEXT || term->bm25->title_weight == 1) return 0;
    if (term->shape == CURSOR_INLINE) {
        uint32_t title_length = segment_title_length(term->segment, doc), before = 0, count = 0;
        for (uint32_t i = 0; i < posting; i++) before += term->inlined.tfs[i];
        for (uint32_t i = 0; i < tf; i++) count += term->inlined.positions[before + i] < title_length;
        return count;
    }
    uint32_t block = posting_title_seek(&term->list, 0, doc);
    if (block >= term->list.title_block_count) return 0;
    if (block != term->title_block) {
        if (!posting_list_verify_titles(term->segment, &term->view, &term->list)) return 0;
        const char *rule = posting_title_docs(&term->list, block, term->title_docs);
        if (!rule) rule = posting_title_tfs(&term->list, block, term->title_tfs);
        if (rule) {
            segment_broken(term->segment, "postings", rule);
            return 0;
        }
        term->title_block = block;
        term->title_count = posting_title_count(&term->list, block);
    }
    uint32_t low = 0, high = term->title_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (term->title_docs[middle] < doc) low = middle + 1;
        else high = middle;
    }
    if (low == term->title_count || term->title_docs[low] != doc) return 0;
    return term->title_tfs[low] < tf ? term->title_tfs[low] : tf;
}

/* The frequency in a document of the page whose set is known, which has the term; 0 after a failure. *posting is its number in a
 * list that is not paged. */
static uint32_t tf_of(struct page_term *term, uint32_t doc, uint32_t *posting)
{
    uint32_t page = doc / KERNEL_PAGE, low = doc % KERNEL_PAGE;
    if (term->shape == CURSOR_PAGED) {
        uint64_t below = term->set[low / 64] & ((UINT64_C(1) << low % 64) - 1);
        uint32_t rank = (uint32_t)__builtin_popcountll(below);
        if (page == term->tf_part) return term->tfs[term->ranks[low / 64] + rank];
        for (uint32_t word = 0; word < low / 64; word++) rank += (uint32_t)__builtin_popcountll(term->set[word]);
        return posting_page_tf(&term->list, page, rank);
    }
    uint32_t i = page_first(term, page);
    while (i < term->df && term->docs[i] < doc) i++;
    if (i == term->df) return 0;
    *posting = i;
    if (term->shape == CURSOR_INLINE) return term->inlined.tfs[i];
    uint32_t block = i / POSTING_BLOCK;
    if (block != term->tf_part) {
        const char *rule = posting_block_tfs(&term->list, block, term->tfs);
        if (rule) {
            segment_broken(term->segment, "postings", rule);
            return 0;
        }
        term->tf_part = block;
    }
    return term->tfs[i % POSTING_BLOCK];
}

void page_term_expect(struct page_term *term, uint32_t page)
{
    if (term->shape != CURSOR_PAGED || term->tf_part == page) return;
    const char *rule = posting_page_tfs(&term->list, page, term->tfs);
    if (rule) {
        segment_broken(term->segment, "postings", rule);
        return;
    }
    term->tf_part = page;
    term->ranks[0] = 0;
    for (int word = 1; word < 4; word++)
        term->ranks[word] = term->ranks[word - 1] + (uint32_t)__builtin_popcountll(term->set[word - 1]);
}

float page_term_score(struct page_term *term, uint32_t doc)
{
    uint32_t posting = 0, tf = tf_of(term, doc, &posting);
    if (!tf) return 0;
    float weighted = leaf_tf(term->leaf, term->bm25, tf, title_tf_of(term, doc, posting, tf));
    return weighted > 0 ? term->leaf->weight * bm25_impact(weighted, leaf_norm(term->leaf, term->bm25, term->segment, doc)) : 0;
}
