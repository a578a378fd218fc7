/*
 * Finds in a text where the phrases of a query stand, all of them in one pass, by the automaton of Knuth, Morris and Pratt ("Fast
 * pattern matching in strings", SIAM Journal on Computing 6, 1977). It is given the text's tokens one after the other.
 */
#ifndef PRESENT_PHRASE_FINDER_H
#define PRESENT_PHRASE_FINDER_H

#include "arena.h"
#include "present.h"

struct phrase_finder;

enum { NO_TERM = -1, ANY_FORM = -1 };

struct phrase_wanted {
    uint32_t clause, term_count;
    uint32_t *terms; /* their numbers */
    int32_t *forms;  /* the forms they must stand in, or ANY_FORM; NULL: any */
    bool ends_open;  /* the last stands for all that begins with it */
};

/* A token that is a term of some clause. */
struct matched_token {
    size_t start, end, first_end; /* bytes of the text: the token's, and where its first grapheme ends */
    uint32_t number;              /* how many tokens came before it */
    int32_t exact, form;          /* the term it is itself, or NO_TERM; the form it is, or ANY_FORM: none that is wanted */
    const uint32_t *terms;        /* that term, and those that stand for all that begins with them */
    uint32_t term_count;
};

/* The finder is in the arena, and keeps the phrases. The terms' numbers are below `term_limit`. NULL: memory was refused. */
struct phrase_finder *phrase_finder_new(struct phrase_wanted *phrases, uint32_t count, uint32_t term_limit, struct arena *arena);

/* Forgets what stood before: at the beginning of a text, and at a token that is no term of any clause. */
void phrase_finder_forget(struct phrase_finder *finder);

/* Calls back for each phrase that ends with the token, and stops with the status of a call that is not BF_OK. */
bf_status phrase_finder_feed(struct phrase_finder *finder, const struct matched_token *token,
                             bf_status (*found)(void *context, const struct text_match *match), void *context);

#endif
