/* Rules on the written form of one folded word (RULES.md): separators in numbers, dots in acronyms, apostrophes. All work in
 * place, shorten or leave alone, and return the new length. */
#ifndef ANALYSIS_WORDFORM_H
#define ANALYSIS_WORDFORM_H

#include <stddef.h>

/* 1,000,000 -> 1000000; 1.000.000,50 -> 1000000,50; 3.5, 3,5 and 1.000 stay. */
size_t wordform_number(char *word, size_t length);

/* u.s -> us; u.s.a's -> usa's. */
size_t wordform_acronym(char *word, size_t length);

/* What a language does with apostrophes. */
enum apostrophe_rule {
    APOSTROPHE_REMOVED,    /* o'brien -> obrien */
    APOSTROPHE_POSSESSIVE, /* and before that: john's -> john */
    APOSTROPHE_ELISION,    /* and before that: l'homme -> homme, for the given beginnings */
    APOSTROPHE_SUFFIX,     /* and before that: ankara'nın -> ankara */
};

/* `elisions`: the beginnings, without their apostrophe, each followed by a space; for APOSTROPHE_ELISION. */
size_t wordform_apostrophe(char *word, size_t length, enum apostrophe_rule rule, const char *elisions);

/* Arabic: "and the ...", "so the ..." -> "the ...", where at least three letters follow. The stemmer knows the article only
 * at the beginning of a word. */
size_t wordform_conjunction(char *word, size_t length);

#endif
