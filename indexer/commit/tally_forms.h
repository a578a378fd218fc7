/* What deletions take from the forms of a term: what they took before, and what further deleted articles held. */
#ifndef COMMIT_TALLY_FORMS_H
#define COMMIT_TALLY_FORMS_H

#include "adjusted_form.h"
#include "string_table.h"
#include "term_forms.h"

/* `{0}` is ready for use. */
struct tally_forms {
    struct term_forms made;    /* of the articles */
    struct string_table table; /* forms ... */
    struct buffer forms;       /* ... with their sums: struct form, by number */
};

/* `term` without its field byte; `value`: the manifest's record of the term, length 0: none. *count = 0: the term itself is the
 * only form. Lives until the next call. Returns NULL or the rule broken; memory_rule: memory was refused. */
const char *tally_forms_add(struct tally_forms *tally, const uint8_t *term, uint32_t term_length, const uint8_t *value,
                            size_t length, const struct term_postings *postings, title_length_of *title_length, void *context,
                            const struct form **forms, uint32_t *count);

void tally_forms_free(struct tally_forms *tally);

#endif
