/* An index in a folder of its own, and short ways to fill it and to ask it, for tests. What fails ends the test with its
 * message. */
#ifndef TESTS_INDEX_FIXTURE_H
#define TESTS_INDEX_FIXTURE_H

#include "backfile.h"

struct index_fixture {
    char folder[64];   /* made new in $TMPDIR or /tmp */
    char path[80];     /* of the index in it; not made yet */
};

/* As cmocka's setup and teardown: *state is a struct index_fixture. */
int index_fixture_make(void **state);
int index_fixture_remove(void **state);

/* Removes a folder with everything in it. */
void remove_folder(const char *path);

bf_text text_of(const char *string);

bf_writer *open_writer(const char *path, const bf_writer_options *options);
/* Whether it replaced an article. */
bool add_article(bf_writer *writer, const char *id, const char *title, const char *body);
void commit_writer(bf_writer *writer);
/* Opens a writer, adds one article, commits, closes. */
void add_committed(const char *path, const char *id, const char *title, const char *body);

bf_searcher *open_searcher(const char *path);
bf_results *search_for(bf_searcher *searcher, const char *query, uint32_t k);
/* How many articles match. */
uint64_t count_matches(bf_searcher *searcher, const char *query);
/* The ids of the first ten hits, best first, separated by spaces; lives until the next call. */
const char *found_ids(bf_searcher *searcher, const char *query);
bf_stats stats_of(bf_searcher *searcher);
/* The same of a searcher opened for the purpose. */
uint64_t count_committed(const char *path, const char *query);
bool is_stored(const char *path, const char *id);
bf_stats stats_committed(const char *path);

/* bf_check says that nothing is wrong. */
void assert_index_sound(const char *path);

/* How many segment files are in the index's folder. */
int count_segment_files(const char *path);

/* xorshift64* (Marsaglia 2003; Vigna 2016): the same numbers everywhere. The state must not be 0. */
uint64_t random_next(uint64_t *state);
/* From $SEED, or a new one; printed. */
uint64_t random_seed(void);

#endif
