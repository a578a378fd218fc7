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

/* Fills `firsts` and raises the codes of pages by the postings [at, end), each of which adds at most what the code says. */
static void spread_code(struct clause_word *word, uint8_t *codes, uint32_t at, uint32_t end, uint8_t code)
{
    const uint32_t *docs = word->list->docs;
    uint32_t before = at ? docs[at - 1] / POSTING_PAGE : 0;
    for (uint32_t i = at; i < end; i++) {
        uint32_t page = docs[i] / POSTING_PAGE;
        for (; before < page; before++) word->firsts[before + 1] = i;
        if (codes[page] < code) codes[page] = code;
    }
}

/* Of a list that is not paged the maxima of runs are spread over the pages that they have documents in. */
static bf_status spread_codes(const struct match_context *context, struct clause_word *word, uint8_t *codes, bf_error *error)
{
    struct ranked_list *list = word->list;
    if (list->shape == CURSOR_INLINE) spread_code(word, codes, 0, list->df, IMPACT_CODE_MAX);
    for (uint32_t block = 0; list->shape != CURSOR_INLINE && block < list->list.block_count; block++) {
        if (!ranked_list_docs(list, block)) return segment_outcome(context->segment, error);
        uint32_t first = block * POSTING_BLOCK, count = posting_block_count(&list->list, block);
        uint32_t runs = posting_block_runs(&list->list, block), most = posting_block_max(&list->list, block);
        for (uint32_t at = 0; at < count; at += POSTING_RUN, runs >>= 4) {
            uint32_t end = count - at < POSTING_RUN ? count : at + POSTING_RUN, code = (runs & 15) * IMPACT_GRID_STEP;
            spread_code(word, codes, first + at, first + end, (uint8_t)(code < most ? code : most));
        }
    }
    for (uint32_t page = list->docs[list->df - 1] / POSTING_PAGE; page < pages_of(context); page++)
        word->firsts[page + 1] = list->df;
    return BF_OK;
}

bf_status clause_word_open_list(const struct match_context *context, const struct query_node *node, uint32_t number,
                                struct clause_word *word, bf_error *error)
{
    *word = (struct clause_word){0};
    bf_status status = ranked_list_open_term(context, node, number, &word->list, error);
    if (status != BF_OK) return status;
    ranked_list_weigh(word->list);
    word->unit = word->list->unit;
    if (ranked_list_is_paged(word->list)) {
        word->codes = word->list->list.page_max;
        return BF_OK;
    }
    uint8_t *codes = take_codes(context);
    word->firsts = arena_take_zeroed(context->arena, (pages_of(context) + 1) * sizeof *word->firsts);
    if (!codes || !word->firsts) return fail_memory(error);
    word->codes = codes;
    return spread_codes(context, word, codes, error);
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
    for (uint32_t i = word->firsts[page]; i < word->firsts[page + 1]; i++) bitset_add(set, list->docs[i] - page * POSTING_PAGE);
}

const uint8_t *clause_word_lengths(const struct clause_word *word, uint32_t page)
{
    struct segment *segment = word->list->segment;
    uint32_t first = page * POSTING_PAGE, docs = segment->meta.doc_count;
    return segment_length_bytes(segment, first, docs - first < POSTING_PAGE ? docs : first + POSTING_PAGE);
}

/* An inline list does not say which. */
void clause_word_titles(const struct clause_word *word, uint32_t page, uint64_t set[4])
{
    struct ranked_list *list = word->list;
    uint32_t first = page * POSTING_PAGE;
    if (list->shape == CURSOR_INLINE) {
        clause_word_set(word, page, set);
    } else if (ranked_list_is_paged(list)) {
        ranked_list_title_set(list, page, set);
    } else if (ranked_list_titles(list)) {
        const uint32_t *docs = list->title_docs, count = list->title_count;
        for (uint32_t i = ranked_list_title_from(list, first); i < count && docs[i] - first < POSTING_PAGE; i++)
            bitset_add(set, docs[i] - first);
    }
}

/* What a posting adds; *title, of title postings in ascending order, is moved on to its document. */
static uint32_t next_impact(struct ranked_list *list, const uint8_t *lengths, uint32_t posting, uint32_t *title)
{
    uint32_t doc = list->docs[posting], tf = list->tfs[posting];
    if (list->titles_matter) {
        if (list->shape == CURSOR_INLINE) return ranked_list_impact(list, doc, posting, tf);
        while (*title < list->title_count && list->title_docs[*title] < doc) ++*title;
        if (*title < list->title_count && list->title_docs[*title] == doc) {
            uint32_t title_tf = list->title_tfs[*title];
            return ranked_list_impact_slowly(list, doc, tf, title_tf < tf ? title_tf : tf);
        }
    }
    if (list->impacts && tf <= RANKED_TABLE_TFS) return list->impacts[tf - 1][list->leaf->counts_length ? lengths[doc] : 0];
    return ranked_list_impact_at(list, (float)tf, lengths[doc]);
}

/* Of a list that is not paged, whose few postings are looked at one by one. */
static void short_cells(const struct clause_word *word, uint32_t page, uint16_t cells[KERNEL_CELLS])
{
    struct ranked_list *list = word->list;
    uint32_t first = page * POSTING_PAGE, title = 0, at = word->firsts[page], end = word->firsts[page + 1];
    const uint8_t *lengths = clause_word_lengths(word, page);
    if (!lengths) return;
    if (list->titles_matter && list->shape != CURSOR_INLINE) {
        if (!ranked_list_titles(list)) return;
        title = ranked_list_title_from(list, first);
    }
    for (uint32_t i = at; i < end; i++) {
        if (!ranked_list_load_tfs(list, i / POSTING_BLOCK)) return;
        uint16_t *cell = &cells[(list->docs[i] - first) / 16], bound = (uint16_t)next_impact(list, lengths, i, &title);
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
        short_cells(word, page, cells);
    }
}

uint32_t clause_word_bound(const struct clause_word *word, uint32_t doc)
{
    if (!word->list) return page_bound(word, doc / POSTING_PAGE);
    uint32_t posting = 0, tf = ranked_list_tf(word->list, doc, &posting);
    return tf ? ranked_list_impact(word->list, doc, posting, tf) : 0;
}
