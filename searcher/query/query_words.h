/* What a searcher typed, as terms. */
#ifndef QUERY_WORDS_H
#define QUERY_WORDS_H

#include "query.h"
#include "query_lexer.h"

struct query_words {
    struct query_term *terms;
    uint32_t count;
    bool first_exact; /* the first stands in a word that is meant exactly */
    const char *text; /* from the first token to the end of the last: borrowed */
    size_t length;
};

/* Whether the text has any term. */
/* sets it when memory is refused */
bool query_words_any(struct analyzer *analyzer, const char *text, size_t length, bool *failed);

/* How many tokens are meant exactly, and how many of those are of a script that is indexed by n-grams, where a = says nothing;
 * *ngram is one of the latter. */
void query_words_exact(struct analyzer *analyzer, const char *text, size_t length, enum lexeme_exact exact, size_t *exact_count,
                       size_t *ngram_count, struct token *ngram);

/* The terms one by one, each to be looked for on its own. False: memory was refused. */
bool query_words_apart(struct analyzer *analyzer, const char *text, size_t length, struct arena *arena,
                       struct query_words *words);

/* The terms as they stand in a row in an article that has this text. A run of a script without spaces leaves one more
 * token behind in an article, its last character, but only where the run ends; where the text ends within it, an article may
 * go on. So the text is cut as an article is, without what a query would not have at its very end:
 *
 *     東京都 x   東京 京都 都 x        x 東京都   x 東京 京都
 */
bool query_words_in_row(struct analyzer *analyzer, const char *text, size_t length, enum lexeme_exact exact, struct arena *arena,
                        struct query_words *words);

#endif
