/*
 * A query's text cut into lexemes: words, phrases, brackets and signs. What a sign means depends on where it stands:
 *
 *     + -          at the start of a word and right before something: must, must not. In a word they are part of it
 *                  (wi-fi, C++); a "-" between spaces is a dash and nothing.
 *     AND OR NOT   as words of their own, in capitals
 *     "            opens a phrase, and so does any other double quotation mark („ “ ” « » ＂ 「 」 『 』); the next of any kind
 *                  closes it. Not one between two Hebrew letters, where it is part of the word (צה"ל), nor an inch
 *                  sign: right after a digit and before a space.
 *     =            at the start of a word or right before a quotation mark, after any of the above and after a field's name:
 *                  exactly this word. In a phrase, at the start of a word of it. Not where another = or nothing follows.
 *     name:        before a word, a quotation mark or a bracket, where the name is that of a field
 *     ^number      at the end of a word, a phrase or a bracket
 *     ~number      right behind a phrase, before or after its ^; in a word it is part of it (PROGRA~1)
 */
#ifndef QUERY_LEXER_H
#define QUERY_LEXER_H

#include "buffer.h"
#include "query.h"
#include "query_note.h"

enum lexeme_kind {
    LEXEME_WORD,
    LEXEME_PHRASE,
    LEXEME_ID,
    LEXEME_DATE,    /* made of words and phrases by query_parser.c */
    LEXEME_NOTHING, /* likewise: a word of signs only, in whose place an operator finds an operand that is none */
    LEXEME_OPEN,
    LEXEME_CLOSE,
    LEXEME_AND,
    LEXEME_OR,
    LEXEME_NOT,
    LEXEME_PLUS,
    LEXEME_MINUS,
};

/* What a word is looked for in. */
enum lexeme_scope {
    SCOPE_NONE,  /* nothing said: what the bracket around it says */
    SCOPE_FIELD,
    SCOPE_DATE,
    SCOPE_ID,    /* never in a lexeme: LEXEME_ID says it */
};

/* Which words are meant exactly as they are typed. */
enum lexeme_exact {
    EXACT_NONE,
    EXACT_SIGNED, /* of a phrase: those that begin with a = */
    EXACT_ALL,
};

struct lexeme {
    enum lexeme_kind kind;
    enum lexeme_exact exact; /* WORD, PHRASE */
    enum lexeme_scope scope; /* WORD, PHRASE, OPEN */
    enum query_field field;  /* with SCOPE_FIELD */
    float boost;             /* WORD, PHRASE, ID, DATE, CLOSE; 1 where none is given */
    bool near;               /* PHRASE: its words may have others between them, */
    uint32_t others;         /* so many */
    const char *text;        /* WORD, PHRASE, ID: borrowed from the query's text; an id is a copy where quotes were doubled */
    size_t length;
    int64_t date_from, date_to;
};

/* Boosts are kept within these, so that products and sums of them stay numbers and print without an exponent. */
#define QUERY_BOOST_LEAST 0.001
#define QUERY_BOOST_MOST 1000000.0

/* More words than this between those that are near each other are taken for so many. */
enum { QUERY_OTHERS_MOST = 1000000 };

float query_boost_clamp(double boost);

/* Appends the lexemes (struct lexeme) of the text, which is valid UTF-8 without control characters. With `plain` they are the
 * words between spaces and nothing else. Fails only for memory, which `lexemes` or `notes` then say. */
void query_lex(const char *text, size_t length, bool plain, struct arena *arena, struct buffer *lexemes,
               struct query_notes *notes);

/* Whether the code point is a double quotation mark. */
bool query_is_quote(uint32_t code_point);

/* Whether the = at `at`, where a word begins, is a sign. */
bool query_equals_is_sign(const char *text, size_t length, size_t at);

/* Whether the quotation mark at `at` is part of a Hebrew word. */
bool query_quote_joins(const char *text, size_t length, size_t at, size_t after);

#endif
