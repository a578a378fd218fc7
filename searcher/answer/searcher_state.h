/* A searcher and its results; shared by the files of this folder only. */
#ifndef ANSWER_SEARCHER_STATE_H
#define ANSWER_SEARCHER_STATE_H

#include "analyzer.h"
#include "arena.h"
#include "leaf_weight.h"
#include "present.h"
#include "query.h"
#include "ranker.h"
#include "snapshot.h"

/* What results share with the searcher they came from: kept until the last of them is freed. */
struct opened_index {
    unsigned users;
    struct snapshot *snapshot;
    struct analyzer *analyzer;
    struct bm25 bm25;             /* as the last query wanted it; average 0 before the first */
    struct bf_results *spare;     /* freed by the last query's user: room for the next; or NULL */
    struct rank_scratch *scratch; /* of the query being run; NULL before the first */
};

struct bf_searcher {
    struct opened_index *index;
    char *path;
    struct arena article_arena;   /* of bf_searcher_article */
};

struct bf_results {
    struct opened_index *index;
    struct arena arena;
    struct query *query;
    struct leaf_weight *leaves;
    uint32_t leaf_count;
    bf_hit *hits;
    const bf_article **articles;  /* by hit; NULL until asked for */
    struct snippet_maker *snippets; /* NULL until asked for */
    size_t hit_count;
    uint64_t total, took_us;
    bf_word *words;
    uint32_t word_count;
    const struct ranker *ranker;
    const char *why;              /* it was taken, or the others could not be */
    struct rank_work work;
    const char *plan;             /* NULL until asked for */
    struct bm25 bm25;             /* last: what stands before it is zeroed for the next query */
};

bf_status opened_index_new(const char *path, struct opened_index **index, bf_error *error);
void opened_index_release(struct opened_index *index);

#endif
