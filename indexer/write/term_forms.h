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
};

/* Words of a document's title. */
typedef uint32_t title_length_of(void *context, uint32_t doc);

/* `term` without its field byte. What is made lives until the next call; postings->forms are then the new numbers. False: memory
 * was refused. */
bool term_forms_make(struct term_forms *forms, const uint8_t *term, uint32_t term_length, const struct term_postings *postings,
                     title_length_of *title_length, void *context);

/* The form of a new number. */
static inline const struct form *term_form(const struct term_forms *forms, uint32_t number)
{
    return (const struct form *)(const void *)forms->forms.bytes + number;
}

void term_forms_free(struct term_forms *forms);

#endif
