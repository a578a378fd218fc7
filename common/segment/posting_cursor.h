/*
 * A walk through one term's postings in one segment, in document order, whatever shape the list has. Deleted documents are passed
 * over nowhere here: that is for who evaluates the query.
 *
 * A failure (damaged bytes) is noted in the segment (segment_fail) and ends the list; who walks must look at segment->failure
 * when done.
 */
#ifndef SEGMENT_POSTING_CURSOR_H
#define SEGMENT_POSTING_CURSOR_H

#include "inline_list.h"
#include "position_walk.h"
#include "posting_list.h"
#include "segment.h"
#include "term_block.h"

#define NO_DOCUMENT UINT32_MAX

enum cursor_shape { CURSOR_INLINE, CURSOR_BLOCKED, CURSOR_PAGED };

/* Invariant: `doc` is docs[index], or NO_DOCUMENT at the end. */
struct posting_cursor {
    struct segment *segment;
    uint32_t doc;
    uint32_t df;
    enum cursor_shape shape;
    bool tfs_ready;
    bool has_positions;
    uint32_t part;                 /* the block or page that is decoded */
    uint32_t index, count;         /* in it */
    uint32_t title_part, title_count;
    struct section_view view;
    struct posting_list list;
    struct inline_list inlined;
    bool walking;                  /* `walk` is open */
    struct position_walk walk;
    uint32_t docs[POSTING_PAGE], tfs[POSTING_PAGE];
    uint32_t title_docs[POSTING_BLOCK], title_tfs[POSTING_BLOCK];
};

/* Finds a list that is not inline and verifies its head; of a blocked list everything. */
bf_status posting_list_view_open(struct segment *segment, const struct term_entry *entry, struct section_view *view,
                                 struct posting_list *list, bf_error *error);

/* Verify one page of a paged list, or its title part. False: damaged, and noted in the segment. */
bool posting_list_verify_page(struct segment *segment, const struct section_view *view, const struct posting_list *list,
                              uint32_t page);
bool posting_list_verify_titles(struct segment *segment, const struct section_view *view, const struct posting_list *list);

/* Stands on the first posting. */
bf_status posting_cursor_open(struct posting_cursor *cursor, struct segment *segment, const struct term_entry *entry,
                              bf_error *error);

void posting_cursor_next(struct posting_cursor *cursor);

/* Moves to the first posting whose document is >= doc; never back. */
void posting_cursor_seek(struct posting_cursor *cursor, uint32_t doc);

/* Of the current posting: */
uint32_t posting_cursor_tf(struct posting_cursor *cursor);
uint32_t posting_cursor_title_tf(struct posting_cursor *cursor);

/* Appends the current posting's positions (u32 each, native order) to the buffer. */
bf_status posting_cursor_positions(struct posting_cursor *cursor, struct buffer *positions, bf_error *error);

/* The forms in which the term occurs (form_list.h): the list's bytes, counted if the term's df is FORMS_COUNTED_DF or more;
 * length 0: only the term itself. Borrowed. */
bf_status posting_cursor_form_list(struct posting_cursor *cursor, const uint8_t **bytes, size_t *length, bf_error *error);

/* How many there are; at least 1. */
bf_status posting_cursor_form_count(struct posting_cursor *cursor, uint32_t *count, bf_error *error);

/* Finds one of them: its number, and what the list says of it (zeros where it is not counted). BF_NOT_FOUND: the term does not
 * occur in that form. `term` without its field byte. */
bf_status posting_cursor_find_form(struct posting_cursor *cursor, const uint8_t *term, uint32_t term_length, const uint8_t *form,
                                   uint32_t form_length, uint32_t *number, struct form_counts *counts, bf_error *error);

/* The number of the form at each of the current posting's positions, tf of them, all below the `form_count` asked for before. */
bf_status posting_cursor_forms(struct posting_cursor *cursor, uint32_t form_count, uint32_t *forms, bf_error *error);

/* In how many documents the term occurs in the title. */
uint32_t posting_cursor_title_df(struct posting_cursor *cursor);

#endif
