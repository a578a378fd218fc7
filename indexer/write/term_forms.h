/*
 * Counts in which forms (form_list.h) a term occurs, and numbers them anew: the most frequent first, of equals the lesser in
 * bytes, without those that occur no more. So a segment's bytes don't depend on how its articles came together.
 */
#ifndef WRITE_TERM_FORMS_H
#define WRITE_TERM_FORMS_H

#include "segment_writer.h"

/* `{0}` is ready for use. */
struct term_forms {
    struct buffer forms; /* struct form: by new number, with counts */
    uint32_t count;      /* 0: the term itself is the only form */
    struct buffer tallies, order;
    bool renumbers; /* some new number is not the old one */
};

/* Words of a document's title. */
typedef uint32_t title_length_of(void *context, uint32_t doc);

/* Some postings of a term with their occurrences: all of them, or those of a position group. */
struct term_piece {
    uint32_t first, end;
    const uint32_t *positions;
    uint32_t *forms;
    uint64_t count; /* of positions */
};

/* What is made lives until the next time this is called. False, as below: memory was refused. */
bool term_forms_begin(struct term_forms *forms, const struct term_postings *postings);

/* Counts the forms of a piece; the pieces come in order. */
void term_forms_count(struct term_forms *forms, const struct term_postings *postings, const struct term_piece *piece,
                      title_length_of *title_length, void *context);

/* All pieces were counted. `term` without its field byte. */
bool term_forms_finish(struct term_forms *forms, const uint8_t *term, uint32_t term_length);

/* Gives a piece the new numbers. */
void term_forms_renumber(const struct term_forms *forms, const struct term_piece *piece);

/* All of this, where the occurrences are in memory; postings->forms are then the new numbers. */
bool term_forms_make(struct term_forms *forms, const uint8_t *term, uint32_t term_length, const struct term_postings *postings,
                     title_length_of *title_length, void *context);

/* The form of a new number. */
static inline const struct form *term_form(const struct term_forms *forms, uint32_t number)
{
    return (const struct form *)(const void *)forms->forms.bytes + number;
}

void term_forms_free(struct term_forms *forms);

#endif
