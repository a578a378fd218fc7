/* Recounts the forms of one term for `check`: their list, the number at each position, and what deletions took from each. */
#ifndef SEGMENT_FORM_CHECK_H
#define SEGMENT_FORM_CHECK_H

#include "posting_cursor.h"
#include "snapshot.h"

/* `{0}` is ready for use. */
struct form_check {
    uint32_t count;
    bool counted;
    struct buffer tallies; /* by number */
    struct buffer names;   /* the forms' bytes, one after the other */
    struct buffer numbers; /* u32: of the posting at hand */
};

/* `term` with its field byte. */
bf_status form_check_begin(struct form_check *check, struct posting_cursor *cursor, const uint8_t *term, uint32_t term_length,
                           bf_error *error);

/* The cursor's current posting, whose positions are in the buffer (u32 each). */
bf_status form_check_posting(struct form_check *check, struct posting_cursor *cursor, const struct buffer *positions,
                             uint32_t title_length, bool is_deleted, bf_error *error);

bf_status form_check_end(struct form_check *check, struct snapshot *snapshot, struct segment *segment, const uint8_t *term,
                         uint32_t term_length, bf_error *error);

void form_check_free(struct form_check *check);

#endif
