/*
 * What deletions took from each form of a term (form_list.h): it stands behind what they took from the term itself, in the same
 * record of the manifest. A term of which only itself was among the words deleted has nothing there.
 */
#ifndef SEGMENT_ADJUSTED_FORM_H
#define SEGMENT_ADJUSTED_FORM_H

#include "form_list.h"
#include "manifest.h"

/* Appends the record: manifest_adjustment_encode with forms, each with what was taken from it. `term` without its field byte. */
void adjusted_forms_encode(const struct term_adjustment *adjustment, const uint8_t *term, uint32_t term_length,
                           const struct form *forms, uint32_t count, struct buffer *out);

struct adjusted_form_reader {
    const uint8_t *at, *end;
    const uint8_t *term;
    uint32_t term_length;
    bool only_term;             /* nothing stands behind the term's own: all was taken from the term as its form */
    struct form_counts taken;   /* from the form last read, */
    uint8_t form[FORM_MAX];     /* which is this */
    uint32_t form_length;
};

/* `bytes`: the whole record, borrowed; length 0: there is none, and no form in it. */
const char *adjusted_form_open(struct adjusted_form_reader *reader, const uint8_t *bytes, size_t length, const uint8_t *term,
                               uint32_t term_length);
const char *adjusted_form_next(struct adjusted_form_reader *reader, bool *more);

#endif
