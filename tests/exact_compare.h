/*
 * Holds every ranker against the oracle, the exhaustive one: the same articles, the same scores to the last bit, the same order
 * and, where it was asked for, the same total. Which rankers there are is asked of the library, so that a new one is judged
 * without a change here; for the rest only the public header is used.
 */
#ifndef TESTS_EXACT_COMPARE_H
#define TESTS_EXACT_COMPARE_H

#include "backfile.h"
#include "buffer.h"

enum { EXACT_RANKERS = 16, EXACT_KS = 8 };

/* How often a ranker was compared. */
struct exact_tally {
    const char *name;
    uint64_t answers;          /* compared with the oracle's */
    uint64_t hits;             /* in them */
    uint64_t unable;           /* queries that it says it can't run; of "auto": that the plan leaves to the oracle */
};

/* The first answer that differs. */
struct exact_difference {
    char line[512];            /* what differs */
    char plan[128];            /* how it was run */
    const char *ranker;
    bf_search_options options; /* with the k and whatever else it was asked with */
};

struct exact {
    bf_searcher *searcher;     /* borrowed */
    struct exact_tally tallies[EXACT_RANKERS];
    size_t ranker_count;
    uint64_t queries;          /* asked of the oracle */
    uint64_t lists;            /* varies what every other one is asked: totals or not */
    uint64_t fingerprint;      /* of the oracle's last answer: ids and scores of its first hits, in order */
    uint32_t fingerprint_most; /* of how many; 0: it is not taken */
    struct exact_difference difference;
};

/* "auto" and all of the library's rankers but the oracle. */
void exact_begin(struct exact *exact);

/* One query, asked of the oracle once, and of every ranker for each of the k and for the count alone. False: some answer
 * differs, and exact->difference says how. A search that fails otherwise ends the test. */
bool exact_query(struct exact *exact, const char *query, const bf_search_options *options, const uint32_t *ks, size_t k_count);

/* Removes words of a query for which the comparison fails, as long as it still does. The shorter query is in `shrunk`. */
const char *exact_shrink(struct exact *exact, const char *query, const bf_search_options *options, struct buffer *shrunk);

/* Prints the difference, the query and its options. */
void exact_report(const struct exact *exact, const char *query);

/* Prints how often each ranker was compared. False: one never was, so that nothing was shown of it. */
bool exact_summary(const struct exact *exact);

#endif
