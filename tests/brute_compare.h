/*
 * Holds the engine against its twin (brute_force.h). Each function says whether both agree; where they don't, it writes the first
 * difference as one line. Floats are compared by their bits.
 */
#ifndef TESTS_BRUTE_COMPARE_H
#define TESTS_BRUTE_COMPARE_H

#include "brute_force.h"

struct difference {
    char line[2048];
};

/* Total, hits with ids, scores and order, words with df and idf. */
bool brute_compare_results(const struct brute_answer *expected, bf_results *found, const bf_search_options *options,
                           struct difference *difference);

/* The parts of hit i, one by one, and that they add up. */
bool brute_compare_parts(const struct brute_answer *expected, bf_results *found, size_t i, struct difference *difference);

/* One query in every way: as the options say, counted only, by the exhaustive ranker, and explained. `searcher` stands on
 * `commit`. Where `matched` is not NULL it is how many articles did. */
bool brute_compare_query(bf_searcher *searcher, const struct brute_force *twin, uint64_t commit, const char *query,
                         const bf_search_options *options, size_t *matched, struct difference *difference);

/* Everything there is to look into: counts, stored articles in order, terms with df and cf, and the postings with positions of
 * about `term_sample` terms a field. */
bool brute_compare_index(bf_searcher *searcher, const struct brute_force *twin, uint64_t commit, size_t term_sample,
                         struct difference *difference);

/* bf_check finds nothing wrong. */
bool brute_check_index(const char *path, struct difference *difference);

#endif
