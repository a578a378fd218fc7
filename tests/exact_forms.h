/* The words of one query of a log in every form that a query can have: any, all, a phrase, and mixtures of signs. */
#ifndef TESTS_EXACT_FORMS_H
#define TESTS_EXACT_FORMS_H

#include "arena.h"
#include "backfile.h"
#include "buffer.h"

#include <stdint.h>

enum { EXACT_WORDS = 256, EXACT_FILTERS = 32 };

struct exact_words {
    const char *words[EXACT_WORDS];
    uint32_t count;
};

/* Cuts a query into its words, in lower case and without any sign; they live in the arena. More than EXACT_WORDS: false. */
bool exact_words_cut(const char *query, struct arena *arena, struct exact_words *words);

/* What articles of a collection can be filtered by: clauses such as section:sports and date:1987-03..1987-04. */
struct exact_filters {
    char *fields[EXACT_FILTERS], *dates[EXACT_FILTERS];
    uint32_t field_count, date_count;
};

/* Found out from the index. */
void exact_filters_find(bf_searcher *searcher, struct arena *arena, struct exact_filters *filters);

/* How many forms there are. */
size_t exact_form_count(void);

/* The words in a form, and in `options` how to ask for it; `filter` chooses one where the form has one. NULL: there are too few
 * words for the form, or nothing to filter by. */
const char *exact_form(size_t form, const struct exact_words *words, const struct exact_filters *filters, uint32_t filter,
                       struct buffer *text, bf_search_options *options);

#endif
