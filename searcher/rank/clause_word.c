#include "clause_word.h"

#include "impact.h"
#include "posting_record.h"
#include "status.h"
#include "term_source.h"

#include <math.h>
#include <string.h>

static uint32_t pages_of(const struct match_context *context) { return posting_pages(context->segment->meta.doc_count); }

static uint8_t *take_codes(const struct match_context *context)
{
    return arena_take_zeroed(context->arena, posting_page_max_size(pages_of(context)) + PAGE_MAX_ROUND);
}

/* ---- Lists ---- */

/* Of a list that is not paged the maxima of runs are spread over the pages that they have documents in. */
static bf_status spread_codes(const struct match_context *context, struct ranked_list *list, uint8_t *codes, bf_error *error)
{
    if (list->shape == CURSOR_INLINE) {
        for (uint32_t i = 0; i < list->df; i++) codes[list->docs[i] / POSTING_PAGE] = IMPACT_CODE_MAX;
        return BF_OK;
    }
    for (uint32_t block = 0; block < list->list.block_count; block++) {
        if (!ranked_list_docs(list, block)) return segment_outcome(context->segment, error);
        const uint32_t *docs = list->docs + (size_t)block * POSTING_BLOCK;
        uint32_t count = posting_block_count(&list->list, block), runs = posting_block_runs(&list->list, block);
        uint8_t most = posting_block_max(&list->list, block);
        for (uint32_t at = 0; at < count; at += POSTING_RUN, runs >>= 4) {
            uint32_t end = count - at < POSTING_RUN ? count : at + POSTING_RUN, step = (runs & 15) * IMPACT_GRID_STEP;
            uint8_t code = step < most ? (uint8_t)step : most;
            for (uint32_t i = at; i < end; i++) {
                uint8_t *place = &codes[docs[i] / POSTING_PAGE];
                if (*place < code) *place = code;
            }
        }
    }
    return BF_OK;
}

bf_status clause_word_open_list(const struct match_context *context, const struct query_node *node, uint32_t number, bool bounded,
                                struct clause_word *word, bf_error *error)
{
    *word = (struct clause_word){0};
    bf_status status = ranked_list_open_term(context, node, number, &word->list, error);
    if (status != BF_OK) return status;
    struct ranked_list *list = word->list;
    ranked_list_weigh(list);
    word->unit = list->unit;
    if (ranked_list_is_paged(list)) {
        word->codes = list->list.page_max;
        return BF_OK;
    }
    for (uint32_t block = 0; block < ranked_list_blocks(list); block++)
        if (!ranked_list_docs(list, block)) return segment_outcome(context->segment, error);
    if (!bounded) return BF_OK;
    uint8_t *codes = take_codes(context);
    if (!codes) return fail_memory(error);
    word->codes = codes;
    return spread_codes(context, list, codes, error);
}

/* ---- Sets ---- */

static bool take_set(const struct match_context *context, struct clause_word *word, uint8_t **codes)
{
    *word = (struct clause_word){.bits = arena_take_zeroed(context->arena, pages_of(context) * (POSTING_PAGE / 8))};
    word->codes = *codes = take_codes(context);
    return word->bits && *codes;
}

static void add_to_set(struct clause_word *word, uint8_t *codes, uint32_t doc, uint8_t code)
{
    bitset_add(word->bits, doc);
    if (codes[doc / POSTING_PAGE] < code) codes[doc / POSTING_PAGE] = code;
}

/* A title's length does not count. */
static uint8_t title_code(const struct match_context *context, uint32_t title_tf)
{
    double code = (double)bm25_impact((float)title_tf, context->bm25->k1) * IMPACT_CODE_MAX + 1;
    return code < IMPACT_CODE_MAX ? (uint8_t)code : IMPACT_CODE_MAX;
}

/* A form, or a phrase, stands in a title at most as often as the word. */
static bf_status add_titles(const struct match_context *context, struct ranked_list *list, struct clause_word *word,
                            uint8_t *codes, bf_error *error)
{
    if (list->shape != CURSOR_INLINE) {
        if (!posting_list_verify_titles(list->segment, &list->view, &list->list) || !ranked_list_titles(list))
            return segment_outcome(context->segment, error);
        for (uint32_t i = 0; i < list->list.title_df; i++)
            add_to_set(word, codes, list->title_docs[i], title_code(context, list->title_tfs[i]));
        return BF_OK;
    }
    const uint32_t *positions = list->inlined.positions;
    for (uint32_t i = 0; i < list->df; positions += list->tfs[i++]) {
        uint32_t length = segment_title_length(context->segment, list->docs[i]), title_tf = 0;
        while (title_tf < list->tfs[i] && positions[title_tf] < length) title_tf++;
        if (title_tf) add_to_set(word, codes, list->docs[i], title_code(context, title_tf));
    }
    return BF_OK;
}

bf_status clause_word_open_titles(const struct match_context *context, const struct query_node *node, uint32_t number,
                                  struct clause_word *word, bf_error *error)
{
    struct ranked_list *list;
    uint8_t *codes;
    bf_status status = ranked_list_open_term(context, node, number, &list, error);
    if (status != BF_OK) return status;
    if (list->shape != CURSOR_INLINE && !list->list.title_df) return BF_NOT_FOUND;
    if (!take_set(context, word, &codes)) return fail_memory(error);
    word->unit = (double)list->leaf->weight / IMPACT_CODE_MAX * (1 + 1e-6);
    return add_titles(context, list, word, codes, error);
}

bf_status clause_word_open_prefix(const struct match_context *context, const struct query_node *node, uint32_t number,
                                  struct clause_word *word, bf_error *error)
{
    const struct leaf_weight *leaf = &context->leaves[node->leaf];
    struct term_source source;
    uint8_t *codes;
    if (!take_set(context, word, &codes)) return fail_memory(error);
    bf_status status = term_source_open(&source, &leaf->terms[number], context->segment, context->number, context->arena, error);
    if (status != BF_OK) return status;
    if (source.doc == NO_DOCUMENT) return BF_NOT_FOUND;
    for (; source.doc != NO_DOCUMENT; term_source_next(&source)) add_to_set(word, codes, source.doc, IMPACT_CODE_MAX);
    word->unit = (double)leaf->weight / IMPACT_CODE_MAX * (1 + 1e-6); /* no impact is above 1 */
    return segment_outcome(context->segment, error);
}

bf_status clause_word_open_id(const struct match_context *context, const struct query_node *node, struct clause_word *word,
                              bf_error *error)
{
    uint32_t doc;
    uint8_t *codes;
    bf_status status = segment_find_id(context->segment, node->id.bytes, node->id.length, &doc, error);
    if (status != BF_OK) return status;
    if (!take_set(context, word, &codes)) return fail_memory(error);
    add_to_set(word, codes, doc, 1);
    return BF_OK;
}

/* ---- Bounds ---- */

void clause_word_scale(struct clause_word *word, double scale)
{
    word->step = (uint32_t)ceil(word->unit * scale * 256);
    if (!word->list) return;
    ranked_list_scale(word->list, scale);
    if (!ranked_list_is_paged(word->list) && word->list->df >= POSTING_BLOCK) ranked_list_tabulate(word->list);
}

static uint32_t page_bound(const struct clause_word *word, uint32_t page) { return (word->codes[page] * word->step >> 8) + 1; }

/* ---- A page ---- */

void clause_word_set(const struct clause_word *word, uint32_t page, uint64_t set[4])
{
    struct ranked_list *list = word->list;
    if (!list) {
        memcpy(set, word->bits + 4 * (size_t)page, 4 * sizeof *set);
        return;
    }
    memset(set, 0, 4 * sizeof *set);
    if (ranked_list_is_paged(list)) {
        if (!list->list.page_max[page] || !posting_list_verify_page(list->segment, &list->view, &list->list, page)) return;
        const char *rule = posting_page_bits(&list->list, page, set);
        if (rule) segment_broken(list->segment, "postings", rule);
        if (rule) memset(set, 0, 4 * sizeof *set);
        return;
    }
    uint32_t first = page * POSTING_PAGE;
    for (uint32_t i = ranked_list_from(list, first); i < list->df && list->docs[i] - first < POSTING_PAGE; i++)
        bitset_add(set, list->docs[i] - first);
}

/* Of a list that is not paged, whose few postings are looked at one by one. */
static void short_cells(struct ranked_list *list, uint32_t page, uint16_t cells[KERNEL_CELLS])
{
    uint32_t first = page * POSTING_PAGE;
    for (uint32_t i = ranked_list_from(list, first); i < list->df && list->docs[i] - first < POSTING_PAGE; i++) {
        if (!ranked_list_load_tfs(list, i / POSTING_BLOCK)) return;
        uint16_t *cell = &cells[(list->docs[i] - first) / 16], bound = (uint16_t)ranked_list_impact(list, list->docs[i], i, list->tfs[i]);
        if (*cell < bound) *cell = bound;
    }
}

void clause_word_cells(const struct clause_word *word, const struct page_kernel *kernel, uint32_t page,
                       uint16_t cells[KERNEL_CELLS])
{
    struct ranked_list *list = word->list;
    uint16_t sums[KERNEL_CELLS] = {0};
    memset(cells, 0, KERNEL_CELLS * sizeof *cells);
    if (!list) {
        uint16_t bound = (uint16_t)page_bound(word, page);
        for (uint32_t cell = 0; cell < KERNEL_CELLS; cell++)
            if (word->bits[4 * (size_t)page + cell / 4] >> cell % 4 * 16 & 0xffff) cells[cell] = bound;
    } else if (ranked_list_is_paged(list)) {
        const struct page_cells from = {list->list.grid, list->list.grid_shift, list->grid_step, page_bound(word, page)};
        kernel->add_cells(&from, page, cells, sums);
    } else {
        short_cells(list, page, cells);
    }
}

uint32_t clause_word_bound(const struct clause_word *word, uint32_t doc)
{
    if (!word->list) return page_bound(word, doc / POSTING_PAGE);
    uint32_t posting = 0, tf = ranked_list_tf(word->list, doc, &posting);
    return tf ? ranked_list_impact(word->list, doc, posting, tf) : 0;
}
