#include "posting_cursor.h"

#include "bytes.h"
#include "status.h"

#include <string.h>

enum { FIRST_NUMBERS = 128 }; /* bytes posting_list_open may read */

static void cursor_end(struct posting_cursor *cursor)
{
    cursor->doc = NO_DOCUMENT;
    cursor->index = cursor->count = 0;
}

static void cursor_broken(struct posting_cursor *cursor, const char *rule)
{
    segment_broken(cursor->segment, "postings", rule);
    cursor_end(cursor);
}

/* Decodes the documents of a block or page, which has at least one, and stands on its first. */
static void cursor_load(struct posting_cursor *cursor, uint32_t part)
{
    const char *rule;
    cursor->part = part;
    cursor->tfs_ready = false;
    if (cursor->shape == CURSOR_BLOCKED) {
        cursor->count = posting_block_count(&cursor->list, part);
        segment_count_read(cursor->segment, posting_block_size(&cursor->list, part));
        rule = posting_block_docs(&cursor->list, part, cursor->docs);
    } else {
        if (!posting_list_verify_page(cursor->segment, &cursor->view, &cursor->list, part)) {
            cursor_end(cursor);
            return;
        }
        cursor->count = posting_page_count(&cursor->list, part);
        rule = posting_page_docs(&cursor->list, part, cursor->docs);
    }
    if (!rule && cursor->count == 0) rule = "a block or page without postings stands where one with some should";
    if (rule) {
        cursor_broken(cursor, rule);
        return;
    }
    cursor->index = 0;
    cursor->doc = cursor->docs[0];
}

bf_status posting_list_view_open(struct segment *segment, const struct term_entry *entry, struct section_view *view,
                                 struct posting_list *list, bf_error *error)
{
    bf_status status = section_find(&segment->postings, entry->postings_offset, entry->postings_length, view, error);
    if (status == BF_OK) status = section_verify(view, 0, view->length < FIRST_NUMBERS ? view->length : FIRST_NUMBERS, error);
    if (status != BF_OK) return status;
    const char *rule = posting_list_open(view->bytes, view->length, segment->meta.doc_count, list);
    if (!rule && list->df != entry->df) rule = "the dictionary and the list must agree on df";
    if (rule) return segment_corrupt(segment, "postings", rule, error);
    /* Of a long list only what says where things are: pages and titles are verified when they are read. */
    return section_verify(view, 0, list->paged ? posting_list_head_length(list) : view->length, error);
}

bool posting_list_verify_page(struct segment *segment, const struct section_view *view, const struct posting_list *list,
                              uint32_t page)
{
    uint32_t offset, length;
    posting_page_range(list, page, &offset, &length);
    return segment_verified(segment, view, offset, length);
}

bool posting_list_verify_titles(struct segment *segment, const struct section_view *view, const struct posting_list *list)
{
    uint32_t offset, length;
    posting_title_range(list, &offset, &length);
    return segment_verified(segment, view, offset, length);
}

bf_status posting_cursor_open(struct posting_cursor *cursor, struct segment *segment, const struct term_entry *entry,
                              bf_error *error)
{
    cursor->segment = segment;
    cursor->df = entry->df;
    cursor->tfs_ready = false;
    cursor->part = 0;
    cursor->title_part = UINT32_MAX;
    cursor->title_count = 0;
    cursor->walking = false;
    if (entry->postings_length == 0) {
        cursor->shape = CURSOR_INLINE;
        cursor->has_positions = true;
        const char *rule =
            inline_list_decode(entry->inline_bytes, entry->inline_length, entry->df, segment->meta.doc_count, &cursor->inlined);
        if (rule) return segment_corrupt(segment, "terms", rule, error);
        cursor->count = cursor->inlined.df;
        memcpy(cursor->docs, cursor->inlined.docs, cursor->count * sizeof *cursor->docs);
        memcpy(cursor->tfs, cursor->inlined.tfs, cursor->count * sizeof *cursor->tfs);
        cursor->tfs_ready = true;
        cursor->index = 0;
        cursor->doc = cursor->docs[0];
        return BF_OK;
    }
    bf_status status = posting_list_view_open(segment, entry, &cursor->view, &cursor->list, error);
    if (status != BF_OK) return status;
    cursor->has_positions = cursor->list.has_positions;
    cursor->shape = cursor->list.paged ? CURSOR_PAGED : CURSOR_BLOCKED;
    uint32_t first = cursor->list.paged ? posting_page_next(&cursor->list, 0) : 0;
    if (first < cursor->list.block_count) cursor_load(cursor, first);
    else cursor_end(cursor);
    return BF_OK;
}

void posting_cursor_next(struct posting_cursor *cursor)
{
    if (++cursor->index < cursor->count) {
        cursor->doc = cursor->docs[cursor->index];
        return;
    }
    if (cursor->shape == CURSOR_INLINE || cursor->doc == NO_DOCUMENT) {
        cursor_end(cursor);
        return;
    }
    uint32_t part = cursor->part + 1;
    if (cursor->shape == CURSOR_PAGED) part = posting_page_next(&cursor->list, part);
    if (part < cursor->list.block_count) cursor_load(cursor, part);
    else cursor_end(cursor);
}

void posting_cursor_seek(struct posting_cursor *cursor, uint32_t doc)
{
    if (cursor->doc == NO_DOCUMENT || cursor->doc >= doc) return;
    if (doc > cursor->docs[cursor->count - 1]) { /* beyond what is decoded */
        uint32_t part = cursor->list.block_count;
        if (cursor->shape == CURSOR_BLOCKED) part = posting_block_seek(&cursor->list, cursor->part + 1, doc);
        if (cursor->shape == CURSOR_PAGED) {
            part = doc / POSTING_PAGE > cursor->part ? doc / POSTING_PAGE : cursor->part + 1;
            part = part < cursor->list.block_count ? posting_page_next(&cursor->list, part) : part;
        }
        if (cursor->shape == CURSOR_INLINE || part >= cursor->list.block_count) {
            cursor_end(cursor);
            return;
        }
        cursor_load(cursor, part);
        if (cursor->doc == NO_DOCUMENT || cursor->doc >= doc) return;
        if (doc > cursor->docs[cursor->count - 1]) { /* a page may end before the document */
            cursor->index = cursor->count - 1;
            posting_cursor_next(cursor);
            return;
        }
    }
    uint32_t low = cursor->index + 1, high = cursor->count - 1; /* docs[high] >= doc */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (cursor->docs[middle] < doc) low = middle + 1;
        else high = middle;
    }
    cursor->index = low;
    cursor->doc = cursor->docs[low];
}

static bool cursor_load_tfs(struct posting_cursor *cursor)
{
    const char *rule = cursor->shape == CURSOR_BLOCKED ? posting_block_tfs(&cursor->list, cursor->part, cursor->tfs)
                                                       : posting_page_tfs(&cursor->list, cursor->part, cursor->tfs);
    if (rule) {
        segment_broken(cursor->segment, "postings", rule);
        for (uint32_t i = 0; i < cursor->count; i++) cursor->tfs[i] = 1;
    }
    cursor->tfs_ready = true;
    return !rule;
}

uint32_t posting_cursor_tf(struct posting_cursor *cursor)
{
    if (!cursor->tfs_ready) cursor_load_tfs(cursor);
    return cursor->tfs[cursor->index];
}

uint32_t posting_cursor_title_df(struct posting_cursor *cursor)
{
    if (cursor->shape != CURSOR_INLINE) return cursor->list.title_df;
    uint32_t df = 0, at = 0;
    for (uint32_t i = 0; i < cursor->inlined.df; i++) {
        df += cursor->inlined.positions[at] < segment_title_length(cursor->segment, cursor->inlined.docs[i]);
        at += cursor->inlined.tfs[i];
    }
    return df;
}

static uint32_t cursor_inline_first_position(const struct posting_cursor *cursor)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < cursor->index; i++) at += cursor->inlined.tfs[i];
    return at;
}

uint32_t posting_cursor_title_tf(struct posting_cursor *cursor)
{
    if (cursor->shape == CURSOR_INLINE) {
        uint32_t title_length = segment_title_length(cursor->segment, cursor->doc), tf = 0;
        const uint32_t *positions = cursor->inlined.positions + cursor_inline_first_position(cursor);
        for (uint32_t i = 0; i < cursor->tfs[cursor->index]; i++) tf += positions[i] < title_length;
        return tf;
    }
    if (cursor->list.title_df == 0) return 0;
    uint32_t part = cursor->title_part;
    if (part == UINT32_MAX || cursor->title_count == 0 || cursor->title_docs[cursor->title_count - 1] < cursor->doc) {
        part = posting_title_seek(&cursor->list, part == UINT32_MAX ? 0 : part + 1, cursor->doc);
        if (part >= cursor->list.title_block_count) return 0;
        if (!posting_list_verify_titles(cursor->segment, &cursor->view, &cursor->list)) return 0;
        cursor->title_part = part;
        cursor->title_count = posting_title_count(&cursor->list, part);
        const char *rule = posting_title_docs(&cursor->list, part, cursor->title_docs);
        if (!rule) rule = posting_title_tfs(&cursor->list, part, cursor->title_tfs);
        if (rule) {
            segment_broken(cursor->segment, "postings", rule);
            cursor->title_count = 0;
            return 0;
        }
    }
    uint32_t low = 0, high = cursor->title_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (cursor->title_docs[middle] < cursor->doc) low = middle + 1;
        else high = middle;
    }
    if (low == cursor->title_count || cursor->title_docs[low] != cursor->doc) return 0;
    return cursor->title_tfs[low] < posting_cursor_tf(cursor) ? cursor->title_tfs[low] : posting_cursor_tf(cursor);
}

/* Makes the current block or page the one of which positions are read. */
static bf_status cursor_turn_walk(struct posting_cursor *cursor, const struct position_part *part, bf_error *error)
{
    uint32_t tf = posting_cursor_tf(cursor);
    if (!cursor->has_positions) return segment_corrupt(cursor->segment, "postings", "the list has no positions", error);
    if (!cursor->walking && !position_walk_open(&cursor->walk, cursor->segment, &cursor->view, &cursor->list))
        return segment_outcome(cursor->segment, error);
    cursor->walking = true;
    if (!position_walk_turn(&cursor->walk, part)) return segment_outcome(cursor->segment, error);
    if (position_walk_holds(&cursor->walk, tf)) return BF_OK;
    return segment_corrupt(cursor->segment, "positions", "a posting has more positions than its group", error);
}

bf_status posting_cursor_positions(struct posting_cursor *cursor, struct buffer *positions, bf_error *error)
{
    uint32_t tf = posting_cursor_tf(cursor);
    if (cursor->shape == CURSOR_INLINE) {
        buffer_append(positions, cursor->inlined.positions + cursor_inline_first_position(cursor), tf * sizeof(uint32_t));
        return positions->failed ? fail_memory(error) : BF_OK;
    }
    const struct position_part part = {cursor->part, cursor->count, cursor->docs, cursor->tfs};
    bf_status status = cursor_turn_walk(cursor, &part, error);
    if (status != BF_OK) return status;
    uint8_t *place = buffer_extend(positions, tf * sizeof(uint32_t));
    if (!place) return fail_memory(error);
    if (!position_walk_read(&cursor->walk, &part, cursor->index, UINT32_MAX, (uint32_t *)(void *)place))
        return segment_outcome(cursor->segment, error);
    return BF_OK;
}

/* ---- Forms ---- */

bf_status posting_cursor_form_list(struct posting_cursor *cursor, const uint8_t **bytes, size_t *length, bf_error *error)
{
    if (cursor->shape == CURSOR_INLINE) {
        *bytes = cursor->inlined.forms;
        *length = cursor->inlined.forms_length;
        return BF_OK;
    }
    *length = cursor->list.forms_length;
    size_t start = cursor->list.length - *length;
    *bytes = cursor->list.bytes + start;
    return *length ? section_verify(&cursor->view, start, *length, error) : BF_OK;
}

bf_status posting_cursor_form_count(struct posting_cursor *cursor, uint32_t *count, bf_error *error)
{
    const uint8_t *bytes;
    size_t length;
    bf_status status = posting_cursor_form_list(cursor, &bytes, &length, error);
    if (status != BF_OK) return status;
    const char *rule = form_list_count(bytes, length, count);
    return rule ? segment_corrupt(cursor->segment, "postings", rule, error) : BF_OK;
}

bf_status posting_cursor_find_form(struct posting_cursor *cursor, const uint8_t *term, uint32_t term_length, const uint8_t *form,
                                   uint32_t form_length, uint32_t *number, struct form_counts *counts, bf_error *error)
{
    const uint8_t *bytes;
    size_t length;
    struct form_reader reader;
    bool more = true;
    bf_status status = posting_cursor_form_list(cursor, &bytes, &length, error);
    if (status != BF_OK) return status;
    const char *rule = form_reader_open(&reader, bytes, length, term, term_length, cursor->df >= FORMS_COUNTED_DF);
    while (!rule && !(rule = form_reader_next(&reader, &more)) && more) {
        if (reader.form_length != form_length || memcmp(reader.form, form, form_length) != 0) continue;
        *number = reader.index - 1;
        *counts = reader.counts;
        return BF_OK;
    }
    return rule ? segment_corrupt(cursor->segment, "postings", rule, error) : BF_NOT_FOUND;
}

bf_status posting_cursor_forms(struct posting_cursor *cursor, uint32_t form_count, uint32_t *forms, bf_error *error)
{
    uint32_t tf = posting_cursor_tf(cursor);
    if (form_count == 1) {
        memset(forms, 0, tf * sizeof *forms);
        return BF_OK;
    }
    if (cursor->shape == CURSOR_INLINE) {
        memcpy(forms, cursor->inlined.form_numbers + cursor_inline_first_position(cursor), tf * sizeof *forms);
        return BF_OK;
    }
    const struct position_part part = {cursor->part, cursor->count, cursor->docs, cursor->tfs};
    bf_status status = cursor_turn_walk(cursor, &part, error);
    if (status != BF_OK) return status;
    if (!position_walk_forms(&cursor->walk, &part, cursor->index, forms)) return segment_outcome(cursor->segment, error);
    for (uint32_t i = 0; i < tf; i++)
        if (forms[i] >= form_count)
            return segment_corrupt(cursor->segment, "positions", "a position has a form that its term has not", error);
    return BF_OK;
}
