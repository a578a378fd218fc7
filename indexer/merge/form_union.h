/* The forms of one term from several segments, numbered together while it is merged: 0 is the term itself. */
#ifndef MERGE_FORM_UNION_H
#define MERGE_FORM_UNION_H

#include "posting_cursor.h"
#include "string_table.h"

/* `{0}` is ready for use. */
struct form_union {
    struct string_table table; /* the forms but the term itself */
    struct buffer mapping;     /* u32: of each form of the source at hand, its number here */
    struct buffer numbers;     /* u32: the number of the form at each position, in the order of postings */
    struct buffer forms;       /* struct form: by number; made by form_union_names */
};

/* Begins another term. */
void form_union_clear(struct form_union *forms);

/* Takes in the forms that a source's list has. `term` without its field byte. */
bf_status form_union_source(struct form_union *forms, struct posting_cursor *cursor, const uint8_t *term, uint32_t term_length,
                            bf_error *error);

/* Appends the numbers at the current posting's positions of the source last taken in. */
bf_status form_union_posting(struct form_union *forms, struct posting_cursor *cursor, bf_error *error);

/* All of them, with `itself` first. False: memory was refused. */
bool form_union_names(struct form_union *forms, struct form itself, const struct form **result, uint32_t *count);

void form_union_free(struct form_union *forms);

#endif
