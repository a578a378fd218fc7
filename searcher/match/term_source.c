#include "term_source.h"

#include "status.h"

#include <stdlib.h>
#include <string.h>

static void term_source_stand(struct term_source *source)
{
    source->doc = NO_DOCUMENT;
    for (uint32_t i = 0; i < source->cursor_count; i++)
        if (source->cursors[i]->doc < source->doc) source->doc = source->cursors[i]->doc;
}

static bf_status term_source_add(struct term_source *source, struct segment *segment, const struct term_entry *entry,
                                 struct arena *arena, bf_error *error)
{
    struct posting_cursor *cursor = arena_take(arena, sizeof *cursor), **cursors = source->cursors;
    uint32_t count = source->cursor_count;
    if ((count & (count - 1)) == 0) { /* full: there is room for a power of two of them */
        cursors = arena_take(arena, (count ? 2 * (size_t)count : 1) * sizeof *cursors);
        if (cursors && count) memcpy(cursors, source->cursors, count * sizeof *cursors);
    }
    if (!cursor || !cursors) return fail_memory(error);
    bf_status status = posting_cursor_open(cursor, segment, entry, error);
    if (status != BF_OK) return status;
    cursors[source->cursor_count++] = cursor;
    source->cursors = cursors;
    source->cost = entry->df > UINT32_MAX - source->cost ? UINT32_MAX : source->cost + entry->df;
    return BF_OK;
}

/* Keeps only what stands in one form of the term, given here without its field byte. */
static bf_status term_source_keep_form(struct term_source *source, const uint8_t *term, uint32_t term_length, const char *form,
                                       uint32_t form_length, struct arena *arena, bf_error *error)
{
    struct form_counts counts;
    if (!form || source->doc == NO_DOCUMENT) return BF_OK;
    struct posting_cursor *cursor = source->cursors[0];
    bf_status status = posting_cursor_find_form(cursor, term, term_length, (const uint8_t *)form, form_length, &source->form,
                                                &counts, error);
    if (status == BF_NOT_FOUND) {
        *source = (struct term_source){.doc = NO_DOCUMENT};
        return BF_OK;
    }
    if (status == BF_OK) status = posting_cursor_form_count(cursor, &source->form_count, error);
    if (status != BF_OK || source->form_count == 1) return status;
    source->exact = true;
    source->forms_doc = NO_DOCUMENT;
    source->arena = arena;
    return BF_OK;
}

bf_status term_source_open(struct term_source *source, const struct term_weight *term, struct segment *segment, uint32_t number,
                           struct arena *arena, bf_error *error)
{
    *source = (struct term_source){.doc = NO_DOCUMENT};
    bf_status status;
    if (!term->prefix) {
        if (!term->entries[number].df) return BF_OK;
        status = term_source_add(source, segment, &term->entries[number], arena, error);
    } else {
        struct dictionary_walk walk;
        status = dictionary_walk_begin(&walk, segment, term->term, term->term_length, error);
        while (status == BF_OK && !walk.ended && walk.block.term_length >= term->term_length &&
               memcmp(walk.block.term, term->term, term->term_length) == 0) {
            status = term_source_add(source, segment, &walk.block.entry, arena, error);
            if (status == BF_OK) status = dictionary_walk_next(&walk, error);
        }
    }
    if (status == BF_OK) term_source_stand(source);
    if (status == BF_OK && term->form)
        status = term_source_keep_form(source, term->term + 1, term->term_length - 1, term->form, term->form_length, arena,
                                       error);
    return status;
}

/* Makes source->forms those of the current document; returns how many there are. A failure is noted and gives none. */
static uint32_t term_source_forms(struct term_source *source)
{
    struct posting_cursor *cursor = source->cursors[0];
    uint32_t tf = posting_cursor_tf(cursor);
    bf_error error; /* filled by a failure only: clearing a kilobyte costs more than most calls */
    if (source->forms_doc == source->doc) return tf;
    if (source->forms_room < tf) {
        source->forms_room = tf < 16 ? 16 : tf > UINT32_MAX / 2 ? tf : 2 * tf;
        source->forms = arena_take(source->arena, source->forms_room * sizeof *source->forms);
    }
    bf_status status = source->forms ? posting_cursor_forms(cursor, source->form_count, source->forms, &error)
                                     : fail_memory(&error);
    if (status != BF_OK) {
        segment_fail(cursor->segment, &error);
        source->forms_room = 0;
        return 0;
    }
    source->forms_doc = source->doc;
    return tf;
}

/* How often the form stands among the first `most` positions. */
static uint32_t term_source_count_form(struct term_source *source, uint32_t most)
{
    uint32_t tf = term_source_forms(source), count = 0;
    for (uint32_t i = 0; i < tf && i < most; i++) count += source->forms[i] == source->form;
    return count;
}

void term_source_next(struct term_source *source)
{
    if (source->cursor_count == 1) {
        posting_cursor_next(source->cursors[0]);
        source->doc = source->cursors[0]->doc;
        return;
    }
    for (uint32_t i = 0; i < source->cursor_count; i++)
        if (source->cursors[i]->doc == source->doc && source->doc != NO_DOCUMENT) posting_cursor_next(source->cursors[i]);
    term_source_stand(source);
}

void term_source_seek(struct term_source *source, uint32_t doc)
{
    for (uint32_t i = 0; i < source->cursor_count; i++) posting_cursor_seek(source->cursors[i], doc);
    term_source_stand(source);
}

uint32_t term_source_tf(struct term_source *source)
{
    if (source->exact) return term_source_count_form(source, UINT32_MAX);
    if (source->cursor_count == 1) return posting_cursor_tf(source->cursors[0]);
    uint32_t tf = 0;
    for (uint32_t i = 0; i < source->cursor_count; i++)
        if (source->cursors[i]->doc == source->doc) tf += posting_cursor_tf(source->cursors[i]);
    return tf;
}

uint32_t term_source_title_tf(struct term_source *source)
{
    uint32_t tf = 0;
    if (source->exact) { /* a title's positions come first */
        tf = posting_cursor_title_tf(source->cursors[0]);
        return tf ? term_source_count_form(source, tf) : 0;
    }
    for (uint32_t i = 0; i < source->cursor_count; i++)
        if (source->cursors[i]->doc == source->doc) tf += posting_cursor_title_tf(source->cursors[i]);
    return tf;
}

static int compare_positions(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

bf_status term_source_positions(struct term_source *source, struct buffer *positions, bf_error *error)
{
    bf_status status = BF_OK;
    uint32_t used = 0;
    buffer_clear(positions);
    for (uint32_t i = 0; status == BF_OK && i < source->cursor_count; i++) {
        if (source->cursors[i]->doc != source->doc) continue;
        status = posting_cursor_positions(source->cursors[i], positions, error);
        used++;
    }
    if (status == BF_OK && source->exact) {
        uint32_t tf = term_source_forms(source), kept = 0, *position = (uint32_t *)(void *)positions->bytes;
        for (uint32_t i = 0; i < tf; i++)
            if (source->forms[i] == source->form) position[kept++] = position[i];
        positions->length = kept * sizeof *position;
    }
    if (status == BF_OK && used > 1)
        qsort(positions->bytes, positions->length / sizeof(uint32_t), sizeof(uint32_t), compare_positions);
    return status;
}
