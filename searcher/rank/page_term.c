#include "page_term.h"

#include "dictionary.h"
#include "status.h"

#include <math.h>
#include <string.h>

bool page_term_can(const struct query_node *node)
{
    return node->kind == QUERY_TERM && node->field != QUERY_TITLE && node->field != QUERY_BODY && !node->terms[0].prefix;
}

/*
 * The stored impacts were computed with parameters of their own. With others, every impact is at most `most` and at least `least` times the
 * stored one: tf / (tf + norm') over tf / (tf + norm) lies between 1 and norm / norm', and an impact grows with tf, but never faster.
 */
static void impact_change(const struct page_term *term, double *least, double *most)
{
    const struct segment_meta *built = &term->segment->meta;
    const struct bm25 *asked = term->bm25;
    struct bm25 then;
    *least = *most = 1;
    bm25_prepare(&then, built->k1, built->b, built->title_weight, built->average);
    if (memcmp(&then, asked, sizeof then) == 0) return;
    if (!term->leaf->counts_length) {
        double ratio = asked->k1 > 0 ? (double)then.k1 / (double)asked->k1 : INFINITY;
        *most = fmax(1, ratio);
        *least = fmin(1, ratio);
        return;
    }
    for (int byte = 0; byte < 256; byte++) {
        double ratio = asked->norm[byte] > 0 ? (double)then.norm[byte] / (double)asked->norm[byte] : INFINITY;
        *most = fmax(*most, ratio);
        *least = fmin(*least, ratio);
    }
    double ratio = then.title_weight > 0 ? (double)asked->title_weight / (double)then.title_weight : INFINITY;
    *most *= fmax(1, ratio);
    *least *= fmin(1, ratio);
}

/* Of an inline list there are no stored impacts: its bound is an impact of 1, the most there is. */
static void bound_scores(struct page_term *term)
{
    double least, most, weight = (double)term->leaf->weight;
    const double rounding = 1 + 1e-6; /* of the floats in a score, each good to 6e-8 */
    impact_change(term, &least, &most);
    if (term->shape == CURSOR_INLINE || !isfinite(most)) {
        term->unit = weight * rounding / 255;
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
    const char *rule = inline_list_decode(entry->inline_bytes, entry->inline_length, entry->df, term->segment->meta.doc_count, &term->inlined);
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
    if (!codes || !term->block_codes || !term->docs) return fail_memory(error);
    for (uint32_t block = 0; block < blocks; block++) {
        uint32_t *docs = term->docs + (size_t)block * POSTING_BLOCK, count = posting_block_count(&term->list, block);
        const char *rule = posting_block_docs(&term->list, block, docs);
        if (rule) return segment_corrupt(term->segment, "postings", rule, error);
        uint8_t code = posting_block_max(&term->list, block);
        term->block_codes[block] = code;
        for (uint32_t i = 0; i < count; i++) {
            uint8_t *page = &codes[docs[i] / KERNEL_PAGE];
            if (*page < code) *page = code;
        }
    }
    term->page_codes = codes;
    return BF_OK;
}

bf_status page_term_open(const struct match_context *context, const struct query_node *node, struct page_term **result, bf_error *error)
{
    const struct leaf_weight *leaf = &context->leaves[node->leaf];
    struct term_entry entry;
    bf_status status = dictionary_find(context->segment, leaf->terms[0].term, leaf->terms[0].term_length, &entry, error);
    if (status != BF_OK) return status;
    struct page_term *term = arena_take(context->arena, sizeof *term);
    if (!term) return fail_memory(error);
    memset(term, 0, offsetof(struct page_term, tfs));
    term->leaf = leaf;
    term->occur = node->occur;
    term->segment = context->segment;
    term->bm25 = context->bm25;
    term->df = entry.df;
    term->tf_block = term->title_block = UINT32_MAX;
    if (entry.postings_length == 0) {
        term->shape = CURSOR_INLINE;
        status = open_inline(term, &entry, context->arena, error);
    } else {
        status = posting_list_view_open(context->segment, &entry, &term->view, &term->list, error);
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
    for (int code = 0; code < 256; code++) term->weights[code] = (uint16_t)ceil(fmin(code * term->unit, term->most) * scale);
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

void page_term_set(struct page_term *term, uint32_t page, uint64_t set[4])
{
    memset(set, 0, 4 * sizeof *set);
    if (term->shape == CURSOR_PAGED) {
        if (!posting_list_verify_page(term->segment, &term->view, &term->list, page)) return;
        const char *rule = posting_page_bits(&term->list, page, set);
        if (!rule) return;
        bf_error error = {0};
        segment_corrupt(term->segment, "postings", rule, &error);
        segment_fail(term->segment, &error);
        memset(set, 0, 4 * sizeof *set);
        return;
    }
    uint32_t first = page * KERNEL_PAGE;
    for (uint32_t i = posting_at_or_after(term, first); i < term->df && term->docs[i] - first < KERNEL_PAGE; i++)
        bitset_add(set, term->docs[i] - first);
}

void page_term_cells(const struct page_term *term, uint32_t page, uint16_t cells[KERNEL_CELLS])
{
    if (term->shape != CURSOR_PAGED) {
        uint32_t first = page * KERNEL_PAGE;
        memset(cells, 0, KERNEL_CELLS * sizeof *cells);
        for (uint32_t i = posting_at_or_after(term, first); i < term->df && term->docs[i] - first < KERNEL_PAGE; i++) {
            uint16_t *cell = &cells[(term->docs[i] - first) / 16], weight = term->weights[term->block_codes[i / POSTING_BLOCK]];
            if (*cell < weight) *cell = weight;
        }
        return;
    }
    uint32_t shift = term->list.grid_shift - 4; /* 2^shift of our cells share one of the grid's */
    uint32_t grid_cells = 16U >> shift, first = page * grid_cells;
    uint8_t most = term->page_codes[page];
    for (uint32_t i = 0; i < grid_cells; i++) {
        uint32_t code = (uint32_t)(term->list.grid[(first + i) / 2] >> (first + i) % 2 * 4 & 15) * 17;
        uint16_t weight = term->weights[code < most ? code : most];
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
            bf_error error = {0};
            segment_corrupt(term->segment, "postings", rule, &error);
            segment_fail(term->segment, &error);
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

/* The frequency in a document, 0 where the term isn't; *posting is its number in a list that is not paged. */
static uint32_t tf_of(struct page_term *term, uint32_t doc, uint32_t *posting)
{
    if (term->shape == CURSOR_PAGED) {
        uint32_t page = doc / KERNEL_PAGE;
        int index = posting_page_find(&term->list, page, doc);
        return index < 0 ? 0 : posting_page_tf(&term->list, page, (uint32_t)index);
    }
    *posting = posting_at_or_after(term, doc);
    if (*posting == term->df || term->docs[*posting] != doc) return 0;
    if (term->shape == CURSOR_INLINE) return term->inlined.tfs[*posting];
    uint32_t block = *posting / POSTING_BLOCK;
    if (block != term->tf_block) {
        const char *rule = posting_block_tfs(&term->list, block, term->tfs);
        if (rule) {
            bf_error error = {0};
            segment_corrupt(term->segment, "postings", rule, &error);
            segment_fail(term->segment, &error);
            return 0;
        }
        term->tf_block = block;
    }
    return term->tfs[*posting % POSTING_BLOCK];
}

void page_term_add_score(struct page_term *term, uint32_t doc, float *sum)
{
    if (!term->page_codes[doc / KERNEL_PAGE]) return;
    uint32_t posting = 0, tf = tf_of(term, doc, &posting);
    if (!tf) return;
    float weighted = leaf_tf(term->leaf, term->bm25, tf, title_tf_of(term, doc, posting, tf));
    if (weighted > 0) *sum += term->leaf->weight * bm25_impact(weighted, leaf_norm(term->leaf, term->bm25, term->segment, doc));
}
