/*
 * The engine's twin: so slow and plain that it is plainly right.
 *
 * It keeps every article as arrays of words and answers a query by looking at each word of each article. With the engine it
 * shares the analysis and the query's tree and nothing below them: what matches, what it scores and in which order is computed
 * here once more from the definitions in bm25.h, leaf_weight.h, matcher.h and query.h. The engine must agree with it to the last
 * bit of every float.
 *
 * Articles carry the commit they came with and the one they went with, so that the twin can answer as any earlier commit would.
 */
#ifndef TESTS_BRUTE_FORCE_H
#define TESTS_BRUTE_FORCE_H

#include "analyzer.h"
#include "arena.h"
#include "backfile.h"
#include "query.h"

enum { BRUTE_FIELDS = 8 };      /* text (title and body), section, place, byline, source, url, language, keywords */

#define BRUTE_NEVER UINT64_MAX

extern const char *const brute_field_names[BRUTE_FIELDS];

struct brute_word {
    const char *term;           /* in the twin's arena */
    uint32_t length, position;
    const char *form;           /* folded but not stemmed; in the arena too */
    uint32_t form_length;
};

struct brute_article {
    bf_article article;         /* a copy */
    struct brute_word *words[BRUTE_FIELDS];
    uint32_t word_counts[BRUTE_FIELDS];
    uint32_t title_length;      /* words: positions below it are the title's */
    uint64_t born, died;        /* commits: it is there in [born, died) */
};

/* `{0}` and an analyzer (borrowed) is a twin without articles. */
struct brute_force {
    struct analyzer *analyzer;
    struct arena arena;
    struct brute_article *articles; /* in the order in which they arrived */
    uint64_t *id_keys;          /* FNV-1a of their ids, side by side, so that looking for one in a line is bearable */
    size_t count, room;
    uint64_t commits;
};

void brute_free(struct brute_force *twin);

/* As bf_writer_add, bf_writer_delete and bf_writer_commit do. Each returns whether there was an article of that id. */
bool brute_add(struct brute_force *twin, const bf_article *article);
bool brute_delete(struct brute_force *twin, bf_text id);
void brute_commit(struct brute_force *twin);
/* What was not committed is forgotten. */
void brute_rollback(struct brute_force *twin);

bool brute_is_live(const struct brute_article *article, uint64_t commit);

/* The length a length byte stands for, when it was made from this one: Lucene's SmallFloat.intToByte4 and back. */
uint32_t brute_rounded_length(uint32_t length);

/* ---- Searching ---- */

struct brute_hit {
    float score;
    size_t article;             /* its index */
};

struct brute_part {
    size_t leaf;
    float tf, length, score;
};

/* A term or phrase of the query, and what it matched. */
struct brute_leaf {
    const struct query_node *node;
    uint64_t *dfs;              /* of each word */
    float *idfs;
    float idf, weight;
    uint32_t *tfs, *title_tfs;  /* by article: occurrences in the field's list, and those of them in the title */
};

struct brute_answer {
    const struct brute_force *twin;
    uint64_t commit;
    struct arena arena;
    struct query *query;
    struct brute_leaf *leaves;
    size_t leaf_count;
    float norms[256], k1, title_weight;
    struct brute_hit *hits;     /* all of them, best first */
    size_t hit_count;
};

/* Answers the query as the commit of that number would. Options that name no result (k, offset, ...) are left to who compares. */
void brute_search(const struct brute_force *twin, uint64_t commit, const char *query, const bf_search_options *options,
                  struct brute_answer *answer);
void brute_answer_free(struct brute_answer *answer);

/* The parts of an article's score, in the order in which they are added; `parts` has room for leaf_count. Returns how many. */
size_t brute_explain(const struct brute_answer *answer, size_t article, struct brute_part *parts);

#endif
