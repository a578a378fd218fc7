/* What the analysis does differently from language to language, and why: RULES.md, "Languages". */
#ifndef ANALYSIS_LANGUAGE_H
#define ANALYSIS_LANGUAGE_H

#include "wordform.h"

#include <stdbool.h>
#include <stdint.h>

struct sb_stemmer;

/* When accents are folded. */
enum accent_order {
    ACCENTS_FIRST,   /* before stemming: words typed without accents give the same term */
    ACCENTS_LAST,    /* after it: the stemmer's rules speak of accented letters */
    ACCENTS_BETWEEN, /* after it, and what is left is stemmed again */
};

struct language {
    const char *name;           /* the Snowball algorithm */
    const char *codes;          /* its ISO 639 codes, separated by spaces */
    enum accent_order accents;
    bool conjunctions;          /* written together with the article (Arabic) */
    bool final_i;               /* a stem loses its last i (Spanish: compañía, compania) */
    bool turkish_case;
    enum apostrophe_rule apostrophes;
    const char *elisions;       /* for APOSTROPHE_ELISION */
};

/* The language of a name or code; NULL: none the table knows, though libstemmer may. */
const struct language *language_find(const char *name);

/* A number that changes when the stemmer's output does: libstemmer can't be asked for its version at run time. 0 for NULL. */
uint32_t language_fingerprint(struct sb_stemmer *stemmer);

#endif
