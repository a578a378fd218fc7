/*
 * One process, several threads: each has a searcher of its own, which share the mapped files, while another thread writes. Every
 * answer must be that of one commit: commit n holds n batches, so the total says which commit it was, and all else must fit it.
 * Run it under `make tsan` too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "backfile.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READERS = 4, COMMITS = 25, BATCH = 40 };

static char index_path[64];
static atomic_bool ended;
static atomic_uint answers, wrong;

static bf_text text(const char *string)
{
    return (bf_text){string, strlen(string)};
}

/* Article i of a batch; one in ten replaces that of the batch before, so that deletions are at work too. */
static bool add_batch(bf_writer *writer, unsigned batch)
{
    for (unsigned i = 0; i < BATCH; i++) {
        char id[32], body[128];
        snprintf(id, sizeof id, i % 10 ? "%u-%u" : "all-%u", i % 10 ? batch : i, i);
        snprintf(body, sizeof body, "harbour strike %s batch%u", i % 2 ? "ferry" : "crane", batch);
        bf_article article = {.id = text(id), .title = text("Port news"), .body = text(body)};
        if (bf_writer_add(writer, &article, NULL, NULL) != BF_OK) return false;
    }
    return bf_writer_commit(writer, NULL) == BF_OK;
}

static void *write_batches(void *context)
{
    bf_writer *writer = context;
    for (unsigned batch = 2; batch <= COMMITS; batch++)
        if (!add_batch(writer, batch)) atomic_fetch_add(&wrong, 1);
    atomic_store(&ended, true);
    return NULL;
}

static uint64_t total_of(bf_searcher *searcher, const char *query)
{
    bf_results *results = NULL;
    uint64_t total = UINT64_MAX;
    if (bf_search(searcher, query, NULL, &results, NULL) == BF_OK) {
        total = bf_results_total(results);
        for (size_t i = 0; i < bf_results_count(results); i++) {
            const bf_article *article;
            bf_passage passage;
            if (bf_results_article(results, i, &article, NULL) != BF_OK || article->body.length == 0 ||
                bf_results_snippet(results, i, 80, &passage, NULL) != BF_OK)
                total = UINT64_MAX;
        }
    }
    bf_results_free(results);
    return total;
}

/* Each batch leaves 9 articles in 10 of its own; the tenth is always that of the newest. */
static void *read_answers(void *context)
{
    (void)context;
    bf_searcher *searcher = NULL;
    uint64_t batches_before = 0;
    if (bf_searcher_open(index_path, &searcher, NULL) != BF_OK) {
        atomic_fetch_add(&wrong, 1);
        return NULL;
    }
    while (!atomic_load(&ended)) {
        bool moved;
        if (bf_searcher_refresh(searcher, &moved, NULL) != BF_OK) atomic_fetch_add(&wrong, 1);
        uint64_t all = total_of(searcher, "harbour"), ferries = total_of(searcher, "+strike +ferry"),
                 cranes = total_of(searcher, "\"strike crane\"");
        uint64_t batches = (all - BATCH / 10) / (BATCH / 10 * 9);
        bool fits = all == batches * (BATCH / 10 * 9) + BATCH / 10 && batches >= batches_before &&
                    ferries == batches * BATCH / 2 && ferries + cranes == all;
        if (!fits) atomic_fetch_add(&wrong, 1);
        batches_before = batches;
        atomic_fetch_add(&answers, 1);
    }
    bf_searcher_close(searcher);
    return NULL;
}

static void test_readers_beside_a_writer(void **state)
{
    (void)state;
    char folder[] = "/tmp/backfile-threads-XXXXXX", command[128];
    bf_writer *writer;
    bf_error error;
    pthread_t threads[READERS + 1];
    assert_non_null(mkdtemp(folder));
    snprintf(index_path, sizeof index_path, "%s/t.bf", folder);
    const bf_writer_options options = {.no_sync = true};
    assert_int_equal(bf_writer_open(index_path, &options, &writer, &error), BF_OK);
    assert_true(add_batch(writer, 1));
    for (int i = 0; i < READERS; i++) assert_int_equal(pthread_create(&threads[i], NULL, read_answers, NULL), 0);
    assert_int_equal(pthread_create(&threads[READERS], NULL, write_batches, writer), 0);
    for (int i = 0; i <= READERS; i++) pthread_join(threads[i], NULL);
    bf_writer_close(writer);
    assert_int_equal(atomic_load(&wrong), 0);
    assert_true(atomic_load(&answers) > 0);
    assert_int_equal(bf_check(index_path, NULL, NULL, &error), BF_OK);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_readers_beside_a_writer)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
