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
    return status;
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
    if (source->cursor_count == 1) return posting_cursor_tf(source->cursors[0]);
    uint32_t tf = 0;
    for (uint32_t i = 0; i < source->cursor_count; i++)
        if (source->cursors[i]->doc == source->doc) tf += posting_cursor_tf(source->cursors[i]);
    return tf;
}

uint32_t term_source_title_tf(struct term_source *source)
{
    uint32_t tf = 0;
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
    if (status == BF_OK && used > 1)
        qsort(positions->bytes, positions->length / sizeof(uint32_t), sizeof(uint32_t), compare_positions);
    return status;
}
