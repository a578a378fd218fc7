/*
 * Finds the words and phrases of a query in one text after another, in one pass over each.
 *
 * A token's term is made only where it may matter: not twice for the same surface form that came by lately, and not at all
 * where its first letter and its length already say that it is no term of the query.
 */
#ifndef PRESENT_TEXT_MATCHER_H
#define PRESENT_TEXT_MATCHER_H

#include "present.h"

struct text_matcher;

/* Looks for what text_matches says. The matcher is in the arena and borrows query and analyzer, and the texts it is run over: it
 * remembers words of one for the next. */
bf_status text_matcher_new(const struct query *query, struct analyzer *analyzer, enum query_field field, bool any_field,
                           struct arena *arena, struct text_matcher **matcher, bf_error *error);

/* Calls back for each match, in order of the last token (of words near each other: of the stretch); stops with its status when
 * that is not BF_OK. */
bf_status text_matcher_run(struct text_matcher *matcher, bf_text text,
                           bf_status (*found)(void *context, const struct text_match *match), void *context, bf_error *error);

/* Whether the stemmer of the language never changes the first letter of a word of plain ASCII letters, but for its case, and
 * never makes it longer. */
bool text_matcher_only_shortens(const char *language);

/* The order of text_matches. For qsort. */
int text_match_compare(const void *a, const void *b);

#endif
