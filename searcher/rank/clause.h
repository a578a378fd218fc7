/*
 * A query's tree in one segment, evaluated for ranges of documents: all pages of 256 documents at once, the 16 cells of a page,
 * its documents, and, for the few that are left, a single document exactly.
 *
 * Bounds are integers as in ranked_list.h, and 0 says that nothing there can match: what matches but adds nothing (a date) has a
 * bound of 1. Of a page's documents there are two sets: those that may match, and those among them that do for sure. They differ
 * where only a look into the document tells: a phrase, a form, a date.
 */
#ifndef RANK_CLAUSE_H
#define RANK_CLAUSE_H

#include "clause_probe.h"
#include "clause_word.h"
#include "page_kernel.h"

enum { CLAUSES_MOST = 2500 }; /* so that bounds, each rounded up twice, stay together below 2^16 (RANK_SUM_MOST) */

enum clause_kind { CLAUSE_WORDS, CLAUSE_DATE, CLAUSE_ALL, CLAUSE_GROUP };

struct clause {
    const struct query_node *node;
    enum query_occur occur;
    enum clause_kind kind;
    uint32_t effort;              /* to find out about a document: of several that must match the least is asked first */
    bool scores;                  /* adds to scores: a TERM or PHRASE under no MUST_NOT */
    bool certain;                 /* what its words say is what matches */
    bool in_body;                 /* a word of bodies, in any form */
    bool narrow;                  /* wants several words in a document: few have them, which sets say sooner than bounds */
    /* WORDS */
    struct clause_word *words;    /* one, or those of a phrase */
    uint32_t word_count;
    struct clause_probe *probe;   /* NULL: the one list says all there is */
    double unit;                  /* the score that a code of 1 stands for at most */
    /* All but groups: */
    const uint8_t *codes;         /* by page */
    uint32_t step;                /* the bound of code c is (c * step >> 8) + 1 */
    /* GROUP: those that are in the segment, in the order of the query, and with the least effort first */
    struct clause **children, **by_effort;
    uint32_t child_count, must_count;
    uint16_t *page_sums;
    /* The page being looked at: */
    uint16_t cells[KERNEL_CELLS];
    uint64_t maybe[4], sure[4], within[4]; /* `within`: those that may match, as may the groups above */
    /* Of a leaf that is a list, and scores: what it adds to the documents of `parted` of that page, by low byte */
    uint32_t parted_page;
    uint64_t parted[4];
    float *parts;
    uint16_t *bounds;             /* of one that is probed, and scores: what the bounds of documents have of it, by low byte */
    /* The document being looked at: */
    uint32_t doc;
    bool matches;
    bool known;                   /* whether what it adds is */
    float part;
};

struct clause_tree {
    struct match_context context;
    const struct page_kernel *kernel;
    struct clause *root;          /* NULL: nothing in the segment can match */
    struct clause **scorers;      /* lists first, heaviest first */
    uint32_t scorer_count;
    uint32_t page_count, list_count;
    uint8_t *everywhere;          /* codes of 1 for all pages */
    double scale;
    struct clause_probe **probes; /* all of them, to be freed */
    uint32_t probe_count;
};

/* A document and its bound. */
struct bounded {
    uint32_t doc, bound;
};

/* ---- The whole (clause_open.c) ---- */

/* Everything is in the context's arena. `ranked`: bounds are wanted. clause_tree_close in any case. */
bf_status clause_tree_open(struct clause_tree *tree, const struct match_context *context, const struct query_node *root,
                           bool ranked, bf_error *error);
void clause_tree_close(struct clause_tree *tree);

/* Clauses below the node, and itself. */
uint32_t clause_count(const struct query_node *node);

/* A score that so many documents reach with one leaf alone; 0: unknown. */
double clause_tree_limit(const struct clause_tree *tree, uint64_t k);

/* ---- Pages (clause_page.c) ---- */

static inline bool clause_set_is_empty(const uint64_t set[4]) { return !(set[0] | set[1] | set[2] | set[3]); }

/* Computes page_sums of the root, and of all groups. False: memory was refused. */
bool clause_tree_sum_pages(struct clause_tree *tree);

/* Asks for the memory of pages that will be looked at soon: pages[at] is next. */
void clause_tree_prefetch(const struct clause_tree *tree, const uint32_t *pages, uint32_t at, uint32_t count);

/* Computes the root's `cells` of a page. `sets_known`: nothing is computed of groups that the page's sets say are not there. */
void clause_tree_cells(struct clause_tree *tree, uint32_t page, bool sets_known);

/* Computes the sets of a page. The root's are without deleted documents. */
void clause_tree_sets(struct clause_tree *tree, uint32_t page);

/* Then those of clauses that only add to scores, beside others that must match. */
void clause_tree_add_sets(struct clause_tree *tree, uint32_t page);

/* Computes bounds of the page's documents, from cells and sets. */
void clause_tree_documents(struct clause_tree *tree, uint16_t sums[KERNEL_PAGE]);

/* Finds what a leaf that is a list adds to those of the page's documents, in ascending order, that have it (clause_parts.c). */
void clause_find_parts(struct clause *clause, const struct bounded *documents, uint32_t count);

/* ---- Single documents of a page whose sets are known (clause_document.c) ---- */

bool clause_matches(struct clause_tree *tree, struct clause *clause, uint32_t doc);

/* Lowers the bounds of a page's documents, in ascending order, by what their words really add, as far as lists say. Keeps those
 * that still reach `least`, and returns how many. */
uint32_t clause_tree_refine(struct clause_tree *tree, struct bounded *documents, uint32_t count, uint32_t least);

/* Whether the document matches and reaches the threshold; then its score. `bound` was refined. */
bool clause_tree_score(struct clause_tree *tree, uint32_t doc, uint32_t bound, uint32_t least, float *score);

/* The score of a document that matches; the page's sets must be those of all clauses. */
float clause_tree_score_match(struct clause_tree *tree, uint32_t doc);

#endif
