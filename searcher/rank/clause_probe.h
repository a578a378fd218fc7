/*
 * Looks into single documents for what no list of documents says: whether a phrase stands there, a form of a word, a word of the
 * body, and how often. Documents are asked for in any order; ascending ones cost least.
 */
#ifndef RANK_CLAUSE_PROBE_H
#define RANK_CLAUSE_PROBE_H

#include "phrase_count.h"
#include "phrase_word.h"

struct clause_probe {
    struct match_context context;
    const struct leaf_weight *leaf;
    struct phrase_words *words;    /* of a phrase that lists know all about; NULL: it is looked for in the sources */
    struct arena arena;            /* of the sources */
    struct term_source *sources;   /* in the order of the phrase */
    uint32_t *by_cost;             /* their numbers, rarest first */
    uint32_t asked;                /* the document asked for last */
    struct phrase_counter counter; /* of a phrase in the sources */
};

/* *probe = NULL: nothing of the segment can match. To be freed with clause_probe_free. */
bf_status clause_probe_open(const struct match_context *context, const struct query_node *node, struct clause_probe **probe,
                            bf_error *error);

/* Whether the leaf matches the document, and what it adds to its score. A failure is noted, and nothing matches. */
bool clause_probe_look(struct clause_probe *probe, uint32_t doc, float *score);

void clause_probe_free(struct clause_probe *probe);

#endif
