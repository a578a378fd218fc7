/*
 * Lexemes to a syntax tree: what stands in which bracket, under which operator.
 *
 *     sequence   alternatives { alternatives }       words side by side
 *     alternatives   conjunction { OR conjunction }
 *     conjunction    clause { AND clause }
 *     clause     { NOT | + | - } ( word | phrase | date | id | bracket sequence bracket )
 *
 * Operators that lack an operand are noted and left out. A node has at least one clause in it, an OR or AND at least two.
 */
#ifndef QUERY_PARSER_H
#define QUERY_PARSER_H

#include "query_lexer.h"

/* Brackets within brackets; deeper ones are left out, so that no query overflows the stack. */
enum { QUERY_DEPTH_MAX = 200 };

enum syntax_kind {
    SYNTAX_LEAF,
    SYNTAX_SEQUENCE,
    SYNTAX_OR,
    SYNTAX_AND,
};

struct syntax {
    enum syntax_kind kind;
    bool must, must_not;   /* its sign */
    float boost;
    const struct lexeme *leaf;
    struct syntax *first, *last, *next; /* children; next sibling */
};

/* Settles what each lexeme is on its own: brackets are made to pair, words take on the field of their bracket, dates are
 * read, words of signs only become LEXEME_NOTHING. Fails only for memory, which `lexemes` or `notes` then say. */
void query_resolve(struct buffer *lexemes, struct analyzer *analyzer, struct arena *arena, struct query_notes *notes);

/* *root is NULL where there is nothing to look for. The tree borrows the lexemes. False: memory was refused. */
bool query_parse_syntax(const struct lexeme *lexemes, size_t count, struct arena *arena, struct query_notes *notes,
                        struct syntax **root);

#endif
