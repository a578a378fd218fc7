/*
 * From the syntax tree to the analyzed tree of query.h, in its normal form:
 *
 * - boosts are multiplied down to the leaves; below a MUST_NOT nothing scores and every boost is 1
 * - a group that says nothing of its own is gone: one of a single clause, SHOULDs under a SHOULD, MUSTs under a MUST, and
 *   under a MUST_NOT the SHOULDs are so many MUST_NOTs
 * - a clause given more than once among its siblings stands once, and counts more, but not so many times as much
 * - a group of nothing but MUST_NOTs has QUERY_ALL first
 * - under an OR, a NOT is a group of its own: a OR NOT b is all but b, and a
 * - dates side by side with other clauses are a filter: date:2007 storm is +date:2007 +storm
 */
#ifndef QUERY_BUILD_H
#define QUERY_BUILD_H

#include "query_parser.h"

/* A node of the tree and what it is made from. */
struct built {
    struct query_node node; /* first: a query_node of the tree is always one of these */
    uint64_t hash;          /* of what it looks for, boosts left aside */
    const char *text;       /* TERM, PHRASE: as typed, from the first word to the last; ID: the id; DATE: canonical; borrowed */
    size_t length;
    float strongest;        /* TERM, PHRASE: the largest boost it was given with ... */
    uint32_t times;         /* ... among so many */
    enum lexeme_exact exact; /* TERM, PHRASE: which of its words are meant exactly; of a TERM EXACT_ALL or EXACT_NONE */
    bool first_exact;       /* PHRASE with EXACT_SIGNED: the first is; its sign stands before `text` */
    bool signs;             /* a = in `text` may be a sign */
    bool bare;              /* stands in a sequence without a sign */
};

static inline struct built *built_of(struct query_node *node) { return (struct built *)(void *)node; }
static inline const struct built *built_of_const(const struct query_node *node)
{
    return (const struct built *)(const void *)node;
}

/* *root is always a GROUP. False: memory was refused. */
bool query_build(const struct syntax *syntax, const struct query_options *options, struct analyzer *analyzer, struct arena *arena,
                 struct query_notes *notes, struct query_node **root);

/* Fills in what each of the words near each other needs (query_near.c). False: memory was refused. */
bool query_near_needs(struct query_term *terms, uint32_t count);

/* Fills `shown` all over the tree and returns the whole in canonical form; NULL: memory was refused. */
const char *query_show(struct query_node *root, const struct query_options *options, struct arena *arena);

#endif
