/*
 * A query as a tree of clauses, parsed and analyzed. Any text is a valid query: what is odd is understood as best it can
 * be, and said in a note.
 *
 *     word            a word: any of several may match, the more and the rarer the better
 *     +word  -word    must, must not
 *     a AND b, a OR b, NOT a, ( )      AND binds tighter than OR; words side by side are joined as by OR, and bind least
 *     "a phrase"      words in a row
 *     "a b c"~N       words near each other: in any order, in a stretch that holds at most N other words
 *     =word  ="a phrase"  "a =phrase"   exactly that word, not another of the same stem; so each word of the phrase; one of them
 *     field:word  field:"a phrase"  field:(a b)    of title, body, section, place, byline, source, url, language, keywords
 *     id:x  date:x    the article of that id; those of that time
 *     word^2          counts twice; so do "a phrase"^2 and (a b)^2
 *
 * A field comes before the =, a + or - before either: +title:=strikes. Of a phrase the ~ comes before the ^: "a b"~5^2.
 *
 * Words near each other each need a place of their own in the stretch: "a a b"~1 wants two a's, and "=strikes strike"~1 wants
 * strikes and another word of the same stem. How often they are in an article is the greatest number of such stretches that
 * don't overlap. A stretch is in the title or in the body, not in both.
 *
 * Fields are also called headline, author, lang, keyword. A date is 2007, 2007-03, 2007-03-01, "March 1, 2007", or a range
 * 2007-03..2008 with either end left open. Beside other clauses it filters: date:2007 storm is +date:2007 +storm; several
 * dates side by side are alternatives. The signs in detail: query_lexer.h. The normal form of the tree: query_build.h.
 *
 * One typed word may give several tokens (wi-fi; a run of Chinese). Ranked among alternatives its tokens count one by one;
 * where the clause is strict (+, -, =, AND, NOT, a field, words that must all match) they are a phrase, which is what the
 * searcher means.
 *
 * Everything lives in the query's arena.
 */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H

#include "analyzer.h"
#include "arena.h"
#include "backfile.h"

enum query_field {
    QUERY_TEXT, /* title and body */
    QUERY_TITLE,
    QUERY_BODY,
    QUERY_SECTION,
    QUERY_PLACE,
    QUERY_BYLINE,
    QUERY_SOURCE,
    QUERY_URL,
    QUERY_LANGUAGE,
    QUERY_KEYWORDS,
};

enum query_occur {
    QUERY_SHOULD,
    QUERY_MUST,
    QUERY_MUST_NOT,
};

enum query_kind {
    QUERY_TERM,   /* one term */
    QUERY_PHRASE, /* two or more terms in a row, or near each other */
    QUERY_DATE,   /* date in [date_from, date_to) ; never scores */
    QUERY_ID,     /* the article of this id ; never scores */
    QUERY_ALL,    /* every article ; never scores: what is left when a group has only MUST_NOTs */
    QUERY_GROUP,  /* matches when every MUST matches, no MUST_NOT does and, where there is no MUST, a SHOULD does */
};

struct query_term {
    const char *term;        /* analyzed, NUL-terminated */
    uint32_t term_length;
    const char *word;        /* as typed, NUL-terminated */
    const char *form;        /* folded but not stemmed, NUL-terminated: only this form of the term counts; NULL: all do */
    uint32_t form_length;
    bool prefix;             /* stands for every term that begins with it (analyzer_is_ngram_prefix): of a phrase only the last */
    uint32_t need;           /* of words near each other: how many of them can stand only where this one can, itself counted;
                              * 0: one before it is the same */
};

struct query_node {
    enum query_kind kind;
    enum query_occur occur;  /* in the group above */
    float boost;             /* of a TERM or PHRASE: the product of its ^ and those of the groups above, > 0; 1 of all else */
    const char *shown; /* the clause in canonical form without + or -: harbour, title:"harbour strike"^2; (…) of a group */
    /* TERM, PHRASE */
    uint32_t leaf;           /* its number among all terms and phrases of the query, in order: set by leaf_weights_make */
    enum query_field field;
    struct query_term *terms;
    uint32_t term_count;
    uint32_t span;           /* PHRASE: 0: in a row; otherwise near each other, in a stretch of so many words, their own counted */
    /* DATE: seconds since 1970 */
    int64_t date_from, date_to;
    /* ID */
    bf_text id;
    /* GROUP: in the order of the query; a clause given n times stands once, with 2n / (1 + n) times the boost */
    struct query_node **children;
    uint32_t child_count;
};

struct query {
    struct query_node *root;  /* a GROUP; without children: nothing to look for */
    const char *understood;   /* the whole in canonical form; parsing that gives the same query again */
    const char **notes;       /* what was odd, a line each */
    uint32_t note_count;
};

struct query_options {
    bool plain;              /* words between spaces, no sign has a meaning */
    bool match_all;          /* words side by side must all match */
};

/* Parses and analyzes `text` (any bytes; what is not UTF-8 is replaced and noted). Fails only for memory. */
bf_status query_parse(const char *text, const struct query_options *options, struct analyzer *analyzer, struct arena *arena,
                      struct query **query, bf_error *error);

const char *query_field_name(enum query_field field);

#endif
