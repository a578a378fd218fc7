/*
 * Where a word of the query occurs in one segment: a posting list, or for a word that stands for every term beginning with it,
 * the union of theirs. One interface for both.
 *
 * A source that keeps one form (`=word`) still goes through all documents of the term: where the term stands only in other forms,
 * its tf is 0 and it has no positions. So who looks for several words at once need not look at the forms of each.
 */
#ifndef MATCH_TERM_SOURCE_H
#define MATCH_TERM_SOURCE_H

#include "arena.h"
#include "leaf_weight.h"
#include "posting_cursor.h"

struct term_source {
    uint32_t doc;                    /* current, or NO_DOCUMENT */
    uint32_t cost;                   /* postings, at most */
    struct posting_cursor **cursors; /* one, or one a term of a union */
    uint32_t cursor_count;
    /* Of a source that keeps one of several forms: */
    bool exact;
    uint32_t form, form_count;       /* its number */
    uint32_t *forms, forms_room;     /* the numbers at all positions of the term in forms_doc */
    uint32_t forms_doc;
    struct arena *arena;
};

/* Opens the source on its first document in the segment, which is the snapshot's of that number. A term that is not there gives
 * an empty source; of a term with a form only that is kept. Cursors are in the arena. */
bf_status term_source_open(struct term_source *source, const struct term_weight *term, struct segment *segment, uint32_t number,
                           struct arena *arena, bf_error *error);

void term_source_next(struct term_source *source);
void term_source_seek(struct term_source *source, uint32_t doc);

/* Of the current document: */
uint32_t term_source_tf(struct term_source *source);
uint32_t term_source_title_tf(struct term_source *source);

/* Puts the positions, ascending, into the emptied buffer: u32 each. */
bf_status term_source_positions(struct term_source *source, struct buffer *positions, bf_error *error);

#endif
