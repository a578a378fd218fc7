/*
 * A ranker finds the top k of a query. All of them return what the exhaustive one returns: the same articles, the same scores to
 * the last bit, the same order.
 */
#ifndef RANK_RANKER_H
#define RANK_RANKER_H

#include "matcher.h"
#include "snapshot.h"
#include "top_hits.h"

struct rank_scratch;

/* What was done, for the plan. */
struct rank_work {
    uint64_t documents;   /* scored */
    uint64_t pages;       /* of 256 documents, whose documents were looked at */
    uint64_t lists;       /* of postings, opened */
    uint64_t blocks, bytes; /* of postings and positions (segment.h, segment_read) */
    uint64_t few;         /* segments in which so few documents can match that all were scored */
};

struct ranking {
    struct snapshot *snapshot;
    struct rank_scratch *scratch; /* rank_run.h */
    const struct query *query;
    const struct leaf_weight *leaves;
    uint32_t leaf_count;
    const struct bm25 *bm25;
    bool count_only;      /* no hits wanted, only the total */
    bool no_total;        /* the total need not be found */
    double limit;         /* a score that k documents are known to reach, whatever segment is looked at */
    double most;          /* a score that no document is above; 0: unknown */
    struct rank_tables *tables; /* that segments share, with it (rank_run.h) */
    struct top_hits top;  /* with k set */
    uint64_t total;       /* live articles that match, or BF_TOTAL_UNKNOWN */
    struct rank_work work;
};

struct ranker {
    const char *name;
    const char *why;      /* when the plan takes it, for --explain */
    /* Whether it can run this query; NULL: any. */
    bool (*can)(const struct ranking *ranking);
    bf_status (*run)(struct ranking *ranking, bf_error *error);
};

extern const struct ranker exhaustive_ranker;
extern const struct ranker mixed_ranker;
extern const struct ranker one_term_ranker;
extern const struct ranker disjunction_ranker;
extern const struct ranker conjunction_ranker;
extern const struct ranker counting_ranker;
extern const struct ranker phrase_ranker;

/* Sets the total of a flat group of terms (rank_run_can), without scoring anything. */
bf_status ranking_count(struct ranking *ranking, bf_error *error);

/* Scores every match of a segment, or only counts: adds how many there are to *total. */
bf_status ranking_exhaust(struct ranking *ranking, uint32_t number, bool count_only, uint64_t *total, bf_error *error);

/* The ranker of a name ("auto": the first of the plan's order that can); NULL: there is none of that name. */
const struct ranker *ranker_choose(const char *name, const struct ranking *ranking);

/* Why the plan takes it for this query. */
const char *ranker_why(const struct ranker *ranker, const struct ranking *ranking);

/* The names of all of them in the plan's order; NULL past the last. For tests that hold each against the exhaustive one. */
const char *ranker_name(size_t i);

#endif
