#include "ranked_list.h"

#include "impact.h"
#include "page_kernel.h"
#include "status.h"

#include <math.h>
#include <string.h>

bool ranked_list_can(const struct query_node *node)
{
    return node->kind == QUERY_TERM && node->field != QUERY_TITLE && node->field != QUERY_BODY && !node->terms[0].prefix &&
           !node->terms[0].form;
}

/* ---- Bounds ---- */

/* Of an inline list nothing is stored: its few postings are scored. A bound is never 0, even of what adds nothing, for 0 says
 * that nothing is there. */
void ranked_list_weigh(struct ranked_list *list)
{
    double weight = (double)list->leaf->weight;
    list->titles_matter = list->leaf->node->field == QUERY_TEXT && list->bm25->title_weight != 1 &&
                          (list->shape == CURSOR_INLINE || list->list.title_df > 0);
    list->plain = list->leaf->node->field != QUERY_TITLE;
    const double rounding = RANKED_ROUNDING;
    if (list->shape == CURSOR_INLINE) {
        float largest = list->leaf->weight * 1e-3f;
        for (uint32_t i = 0; i < list->df; i++) largest = fmaxf(largest, ranked_list_score(list, list->docs[i], i, list->tfs[i]));
        list->unit = (double)largest / 255 * rounding;
        return;
    }
    const struct impact_change *change = segment_impact_change(list->segment, list->bm25);
    double least = change->plain_least, most = change->plain_most;
    if (list->leaf->counts_length) {
        bool titles = list->list.title_df > 0;
        least = titles ? change->least : change->untitled_least;
        most = titles ? change->most : change->untitled_most;
    }
    list->unit = weight * most * (double)list->list.unit * rounding;
    if (!list->segment->deleted)
        for (int i = 0; i < POSTING_KTH; i++) list->kth[i] = ranked_list_reached(weight, (double)list->list.kth[i], least);
}

uint32_t ranked_list_impact_slowly(const struct ranked_list *list, uint32_t doc, uint32_t tf, uint32_t title_tf)
{
    float weighted = leaf_tf(list->leaf, list->bm25, tf, title_tf);
    if (!(weighted > 0)) return 1;
    return ranked_list_impact_at(list, weighted, list->leaf->counts_length ? segment_length_byte(list->segment, doc) : 0);
}

void ranked_list_tabulate(struct ranked_list *list)
{
    const float least[256] = {list->bm25->k1};
    if (list->impacts || !(list->impacts = arena_take(list->arena, RANKED_TABLE_TFS * sizeof *list->impacts))) return;
    for (uint32_t tf = 1; tf <= RANKED_TABLE_TFS; tf++)
        page_kernel()->impacts((float)tf, list->leaf->counts_length ? list->bm25->norm : least,
                               list->scaled_weight, list->impacts[tf - 1]);
}

void ranked_list_scale(struct ranked_list *list, double scale)
{
    list->scale = scale;
    list->scaled_weight = (float)((double)list->leaf->weight * scale * (1 + 1e-6));
    list->step = (uint32_t)ceil(list->unit * scale * 256);
    list->grid_step = (uint32_t)ceil(list->unit * scale * IMPACT_GRID_STEP);
    list->most = ranked_list_bound(list, IMPACT_CODE_MAX);
}

/* ---- Opening ---- */

static bf_status open_inline(struct ranked_list *list, const struct term_entry *entry, bf_error *error)
{
    const char *rule = inline_list_decode(entry->inline_bytes, entry->inline_length, entry->df, list->segment->meta.doc_count,
                                          &list->inlined);
    if (rule) return segment_corrupt(list->segment, "terms", rule, error);
    list->docs = list->inlined.docs;
    list->tfs = list->inlined.tfs;
    list->one_ready[0] = list->one_ready[1] = 1;
    return BF_OK;
}

static bf_status open_stored(struct ranked_list *list, const struct term_entry *entry, bf_error *error)
{
    bf_status status = posting_list_view_open(list->segment, entry, &list->view, &list->list, error);
    if (status != BF_OK) return status;
    list->shape = list->list.paged ? CURSOR_PAGED : CURSOR_BLOCKED;
    if (list->shape == CURSOR_PAGED) return BF_OK;
    list->docs = arena_take(list->arena, (size_t)list->list.block_count * POSTING_BLOCK * sizeof *list->docs);
    if (list->list.block_count > 64) {
        size_t words = bitset_words(list->list.block_count);
        list->docs_ready = arena_take_zeroed(list->arena, words * sizeof *list->docs_ready);
        list->tfs_ready = arena_take_zeroed(list->arena, words * sizeof *list->tfs_ready);
    }
    return list->docs && list->docs_ready && list->tfs_ready ? BF_OK : fail_memory(error);
}

bf_status ranked_list_open(const struct match_context *context, const struct query_node *node, struct ranked_list **result,
                           bf_error *error)
{
    return ranked_list_open_term(context, node, 0, result, error);
}

bf_status ranked_list_open_term(const struct match_context *context, const struct query_node *node, uint32_t number,
                                struct ranked_list **result, bf_error *error)
{
    const struct leaf_weight *leaf = &context->leaves[node->leaf];
    const struct term_entry *entry = &leaf->terms[number].entries[context->number];
    if (!entry->df) return BF_NOT_FOUND;
    struct ranked_list *list = arena_take_zeroed(context->arena, sizeof *list);
    if (!list) return fail_memory(error);
    list->leaf = leaf;
    list->occur = node->occur;
    list->segment = context->segment;
    list->bm25 = context->bm25;
    list->df = entry->df;
    list->arena = context->arena;
    list->title_block = list->set_page = list->open.number = UINT32_MAX;
    list->shape = CURSOR_INLINE;
    list->docs_ready = &list->one_ready[0];
    list->tfs_ready = &list->one_ready[1];
    bf_status status = entry->postings_length == 0 ? open_inline(list, entry, error) : open_stored(list, entry, error);
    if (status != BF_OK) return status;
    *result = list;
    return BF_OK;
}

/* ---- Postings ---- */

bool ranked_list_load_docs(struct ranked_list *list, uint32_t block)
{
    const char *rule = posting_block_docs(&list->list, block, list->docs + (size_t)block * POSTING_BLOCK);
    segment_count_read(list->segment, posting_block_size(&list->list, block));
    if (rule) segment_broken(list->segment, "postings", rule);
    else bitset_add(list->docs_ready, block);
    return !rule;
}

bool ranked_list_load_tfs(struct ranked_list *list, uint32_t block)
{
    if (bitset_has(list->tfs_ready, block)) return true;
    if (!list->tfs) list->tfs = arena_take(list->arena, (size_t)list->list.block_count * POSTING_BLOCK * sizeof *list->tfs);
    const char *rule = list->tfs ? posting_block_tfs(&list->list, block, list->tfs + (size_t)block * POSTING_BLOCK) : memory_rule;
    if (rule) segment_broken(list->segment, "postings", rule);
    else bitset_add(list->tfs_ready, block);
    return !rule;
}

/* The first of `count` ascending numbers that is at least `doc`; count if none. Without a branch that depends on the data. */
static uint32_t lower_bound(const uint32_t *docs, uint32_t count, uint32_t doc)
{
    const uint32_t *base = docs;
    while (count > 1) {
        uint32_t half = count / 2;
        base += half & -(uint32_t)(base[half - 1] < doc); /* a compiler makes a branch of a choice */
        count -= half;
    }
    return (uint32_t)(base - docs) + (count && *base < doc);
}

bool ranked_list_page(const struct ranked_list *list, uint32_t page, struct posting_page *open)
{
    return posting_page_open(&list->list, page, open) &&
           segment_verified(list->segment, &list->view, open->offset, open->length);
}

const struct posting_page *ranked_list_come_to(struct ranked_list *list, uint32_t page)
{
    if (page != list->open.number) {
        if (!ranked_list_page(list, page, &list->open)) list->open.bytes = NULL;
        list->open.number = page;
    }
    return list->open.bytes ? &list->open : NULL;
}

bool ranked_list_page_set(struct ranked_list *list, uint32_t page, uint64_t set[4])
{
    const struct posting_page *open = ranked_list_come_to(list, page);
    if (!open) return false;
    const char *rule = posting_page_set(&list->list, open, set);
    if (rule) segment_broken(list->segment, "postings", rule);
    return !rule;
}

static bool paged_has(struct ranked_list *list, uint32_t doc)
{
    struct posting_page open;
    uint32_t page = doc / POSTING_PAGE, low = doc % POSTING_PAGE;
    if (page != list->set_page) {
        if (!ranked_list_page(list, page, &open)) return false;
        if (!list->keeps_sets) return posting_page_has(&open, low);
        const char *rule = posting_page_set(&list->list, &open, list->set);
        if (rule) segment_broken(list->segment, "postings", rule);
        if (rule) return false;
        list->set_page = page;
    }
    return bitset_has(list->set, low);
}

void ranked_list_add_to_set(struct ranked_list *list, uint32_t first, uint64_t *set)
{
    uint32_t end = first + RANKED_SET < first ? UINT32_MAX : first + RANKED_SET;
    if (ranked_list_is_paged(list)) {
        bf_error error = {0};
        const char *rule = NULL;
        /* Sectors that were verified before cost a bit each. */
        if (section_verify(&list->view, 0, list->view.length, &error) != BF_OK) segment_fail(list->segment, &error);
        else rule = posting_pages_add(&list->list, first / POSTING_PAGE, first / POSTING_PAGE + RANKED_SET / POSTING_PAGE, set);
        if (rule) segment_broken(list->segment, "postings", rule);
        return;
    }
    for (uint32_t blocks = ranked_list_blocks(list); list->set_block < blocks; list->set_block++) {
        if (!ranked_list_docs(list, list->set_block)) return;
        const uint32_t *docs = list->docs + (size_t)list->set_block * POSTING_BLOCK;
        uint32_t count = list->shape == CURSOR_INLINE ? list->df : posting_block_count(&list->list, list->set_block);
        if (docs[0] >= first && docs[count - 1] < end) {
            for (uint32_t i = 0; i < count; i++) bitset_add(set, docs[i] - first);
            continue;
        }
        for (uint32_t i = 0; i < count; i++)
            if (docs[i] >= first && docs[i] < end) bitset_add(set, docs[i] - first);
        if (docs[count - 1] >= end) break; /* the rest is the next window's */
    }
}

/* The first posting from `at` on, before `end`, whose document is at least `doc`; end: none. Doubles its step, for it is seldom
 * far. */
static uint32_t gallop(const uint32_t *docs, uint32_t at, uint32_t end, uint32_t doc)
{
    uint32_t step = 1;
    while (step < end - at && docs[at + step] < doc) {
        at += step;
        step *= 2;
    }
    return at + lower_bound(docs + at, step < end - at ? step + 1 : end - at, doc);
}

bool ranked_list_has(struct ranked_list *list, uint32_t doc)
{
    if (list->shape == CURSOR_PAGED) return paged_has(list, doc);
    uint32_t end = list->df;
    if (list->shape == CURSOR_BLOCKED) {
        uint32_t block = list->block;
        if (!bitset_has(list->docs_ready, block) || posting_block_last(&list->list, block) < doc) {
            list->block = block = posting_block_seek(&list->list, block, doc);
            if (block >= list->list.block_count) {
                list->block = list->list.block_count - 1; /* where nothing further is found either */
                return false;
            }
            if (!ranked_list_docs(list, block)) return false;
            list->found = block * POSTING_BLOCK;
        }
        if (list->found < block * POSTING_BLOCK) list->found = block * POSTING_BLOCK;
        end = block * POSTING_BLOCK + posting_block_count(&list->list, block);
    }
    uint32_t at = gallop(list->docs, list->found, end, doc);
    if (at == end) return false;
    list->found = at;
    return list->docs[at] == doc;
}

static uint32_t paged_tf(struct ranked_list *list, uint32_t doc)
{
    struct posting_page open;
    uint32_t page = doc / POSTING_PAGE, low = doc % POSTING_PAGE;
    if (!ranked_list_page(list, page, &open)) return 0;
    uint32_t tf = posting_page_tf_at(&list->list, &open, low);
    /* Exceptions stand elsewhere. */
    if (tf >= 15 && !posting_list_verify_page(list->segment, &list->view, &list->list, page)) return 0;
    return tf;
}

uint32_t ranked_list_tf(struct ranked_list *list, uint32_t doc, uint32_t *posting)
{
    if (list->shape == CURSOR_PAGED) return paged_tf(list, doc);
    uint32_t block = 0, count = list->df;
    if (list->shape == CURSOR_BLOCKED) {
        block = posting_block_seek(&list->list, 0, doc);
        if (block >= list->list.block_count || !ranked_list_docs(list, block)) return 0;
        count = posting_block_count(&list->list, block);
    }
    const uint32_t *docs = list->docs + (size_t)block * POSTING_BLOCK;
    uint32_t at = lower_bound(docs, count, doc);
    if (at == count || docs[at] != doc || !ranked_list_load_tfs(list, block)) return 0;
    *posting = block * POSTING_BLOCK + at;
    return list->tfs[*posting];
}

uint32_t ranked_list_next_tf(struct ranked_list *list, uint32_t doc, uint32_t *posting)
{
    if (list->shape != CURSOR_PAGED) {
        if (!ranked_list_has(list, doc) || !ranked_list_load_tfs(list, list->block)) return 0;
        *posting = list->found;
        return list->tfs[list->found];
    }
    uint32_t page = doc / POSTING_PAGE;
    const struct posting_page *open = ranked_list_come_to(list, page);
    uint32_t tf = open ? posting_page_tf_at(&list->list, open, doc % POSTING_PAGE) : 0;
    if (tf >= 15 && !posting_list_verify_page(list->segment, &list->view, &list->list, page)) return 0;
    return tf;
}

void ranked_list_rewind(struct ranked_list *list)
{
    list->block = list->found = 0;
    list->open.number = UINT32_MAX;
}

/* ---- Scores ---- */

static uint32_t inline_title_tf(const struct ranked_list *list, uint32_t doc, uint32_t posting, uint32_t tf)
{
    uint32_t title_length = segment_title_length(list->segment, doc), before = 0, count = 0;
    for (uint32_t i = 0; i < posting; i++) before += list->inlined.tfs[i];
    for (uint32_t i = 0; i < tf; i++) count += list->inlined.positions[before + i] < title_length;
    return count;
}

static bool take_title_room(struct ranked_list *list, size_t count)
{
    if (!list->title_docs) list->title_docs = arena_take(list->arena, count * sizeof *list->title_docs);
    if (!list->title_tfs) list->title_tfs = arena_take(list->arena, count * sizeof *list->title_tfs);
    if (list->title_docs && list->title_tfs) return true;
    segment_broken(list->segment, "postings", memory_rule);
    return false;
}

/* Decodes a block of title postings to where it stands in the room. */
static bool load_title_block(struct ranked_list *list, uint32_t block, uint32_t at)
{
    const char *rule = posting_title_docs(&list->list, block, list->title_docs + at);
    if (!rule) rule = posting_title_tfs(&list->list, block, list->title_tfs + at);
    if (rule) segment_broken(list->segment, "postings", rule);
    return !rule;
}

bool ranked_list_titles(struct ranked_list *list)
{
    if (list->title_count || !list->list.title_df) return true;
    if (!take_title_room(list, (size_t)list->list.title_block_count * POSTING_BLOCK)) return false;
    for (uint32_t block = 0; block < list->list.title_block_count; block++)
        if (!load_title_block(list, block, block * POSTING_BLOCK)) return false;
    list->title_count = list->list.title_df;
    return true;
}

uint32_t ranked_list_title_from(const struct ranked_list *list, uint32_t doc)
{
    return lower_bound(list->title_docs, list->title_count, doc);
}

/* Of a paged list: the block that may have the document. */
static bool load_titles_near(struct ranked_list *list, uint32_t doc)
{
    uint32_t block = posting_title_seek(&list->list, 0, doc);
    if (block >= list->list.title_block_count) return false;
    if (block == list->title_block) return true;
    if (!take_title_room(list, POSTING_BLOCK)) return false;
    if (!posting_list_verify_titles(list->segment, &list->view, &list->list)) return false;
    list->title_block = UINT32_MAX;
    if (!load_title_block(list, block, 0)) return false;
    list->title_block = block;
    list->title_count = posting_title_count(&list->list, block);
    return true;
}

void ranked_list_title_set(struct ranked_list *list, uint32_t page, uint64_t set[4])
{
    uint32_t first = page * POSTING_PAGE;
    for (uint32_t doc = first; load_titles_near(list, doc);) {
        uint32_t at = lower_bound(list->title_docs, list->title_count, doc);
        for (; at < list->title_count && list->title_docs[at] - first < POSTING_PAGE; at++)
            bitset_add(set, list->title_docs[at] - first);
        if (at < list->title_count) break;
        doc = list->title_docs[at - 1] + 1; /* the next block may have more */
        if (doc - first >= POSTING_PAGE) break;
    }
}

uint32_t ranked_list_title_tf(struct ranked_list *list, uint32_t doc, uint32_t posting, uint32_t tf)
{
    if (!list->titles_matter) return 0;
    if (list->shape == CURSOR_INLINE) return inline_title_tf(list, doc, posting, tf);
    if (list->shape == CURSOR_PAGED ? !load_titles_near(list, doc) : !ranked_list_titles(list)) return 0;
    uint32_t at = lower_bound(list->title_docs, list->title_count, doc);
    if (at == list->title_count || list->title_docs[at] != doc) return 0;
    return list->title_tfs[at] < tf ? list->title_tfs[at] : tf;
}

float ranked_list_score(struct ranked_list *list, uint32_t doc, uint32_t posting, uint32_t tf)
{
    float weighted = leaf_tf(list->leaf, list->bm25, tf, ranked_list_title_tf(list, doc, posting, tf));
    return weighted > 0 ? list->leaf->weight * bm25_impact(weighted, leaf_norm(list->leaf, list->bm25, list->segment, doc)) : 0;
}
