/*
 * Random histories: an index that was added to, deleted from, committed to, merged and left uncommitted at random must hold
 * exactly what a plain list of articles holds, and answer to the last bit of the score as an index made at once from that
 * list.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "article_history.h"
#include "index_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IDS = 150, STEPS = 400 };

static bool put_article(bf_writer *writer, uint32_t id, uint32_t version)
{
    struct history_article article;
    history_write(id, version, &article);
    return add_article(writer, article.id, article.title, article.body);
}

struct walk {
    const struct history *history;
    uint32_t at;
};

static bf_status compare_article(void *context, const bf_article *article)
{
    struct walk *walk = context;
    struct history_article wanted;
    if (walk->at == walk->history->count) fail_msg("more articles are stored than there should be");
    uint32_t id = walk->history->arrival[walk->at++];
    history_write(id, walk->history->version[id], &wanted);
    assert_int_equal(article->id.length, strlen(wanted.id));
    assert_memory_equal(article->id.bytes, wanted.id, strlen(wanted.id));
    assert_int_equal(article->title.length, strlen(wanted.title));
    assert_memory_equal(article->title.bytes, wanted.title, strlen(wanted.title));
    assert_int_equal(article->body.length, strlen(wanted.body));
    assert_memory_equal(article->body.bytes, wanted.body, strlen(wanted.body));
    return BF_OK;
}

static void compare_searches(bf_searcher *grown, bf_searcher *made)
{
    static const char *const queries[] = {
        "w0", "w1 w5", "w30 w31 w32", "w38 w39", "title:w3", "+w2 -w1 w17", "\"w0 w1\"", "w0 AND w3", "(w4 OR w5) AND NOT w0",
        "version7 w1", "body:w12 w12", "alder birch -cedar",
    };
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        bf_results *a = search_for(grown, queries[i], IDS), *b = search_for(made, queries[i], IDS);
        assert_int_equal(bf_results_total(a), bf_results_total(b));
        assert_int_equal(bf_results_count(a), bf_results_count(b));
        for (size_t j = 0; j < bf_results_count(a); j++) {
            bf_text id_a, id_b;
            bf_error error;
            assert_int_equal(bf_results_id(a, j, &id_a, &error), BF_OK);
            assert_int_equal(bf_results_id(b, j, &id_b, &error), BF_OK);
            float score_a = bf_results_hit(a, j)->score, score_b = bf_results_hit(b, j)->score;
            if (id_a.length != id_b.length || memcmp(id_a.bytes, id_b.bytes, id_a.length) != 0 ||
                memcmp(&score_a, &score_b, sizeof score_a) != 0)
                fail_msg("%s: hit %zu is %.*s (%a), but %.*s (%a) in an index made at once", queries[i], j, (int)id_a.length,
                         id_a.bytes,
                         (double)score_a, (int)id_b.length, id_b.bytes, (double)score_b);
        }
        bf_results_free(a);
        bf_results_free(b);
    }
}

static void compare_with_history(const struct index_fixture *fixture, const struct history *history)
{
    char path[128];
    struct walk walk = {history, 0};
    snprintf(path, sizeof path, "%s/made.bf", fixture->folder);
    bf_writer *writer = open_writer(path, &(bf_writer_options){.no_sync = true});
    for (uint32_t i = 0; i < history->count; i++) put_article(writer, history->arrival[i], history->version[history->arrival[i]]);
    commit_writer(writer);
    bf_writer_close(writer);

    assert_index_sound(fixture->path);
    bf_searcher *grown = open_searcher(fixture->path), *made = open_searcher(path);
    assert_int_equal(bf_searcher_each_article(grown, compare_article, &walk, NULL), BF_OK);
    assert_int_equal(walk.at, history->count);
    bf_stats a = stats_of(grown), b = stats_of(made);
    assert_int_equal(a.articles, b.articles);
    assert_int_equal(a.tokens, b.tokens);
    compare_searches(grown, made);
    bf_searcher_close(grown);
    bf_searcher_close(made);
    remove_folder(path);
}

static void run_history(const struct index_fixture *fixture, uint64_t seed)
{
    struct history now = {0}, committed = {0};
    bf_writer *writer = NULL;
    bf_error error = {0};
    uint32_t version = 0;
    bool created = false;
    for (int step = 0; step < STEPS; step++) {
        if (!writer)
            writer = open_writer(fixture->path, &(bf_writer_options){.no_sync = true, .no_merge = random_next(&seed) % 2});
        uint32_t id = (uint32_t)(random_next(&seed) % IDS), what = (uint32_t)(random_next(&seed) % 100);
        if (what < 65) {
            assert_int_equal(put_article(writer, id, ++version), now.version[id] != 0);
            history_add(&now, id, version);
        } else if (what < 82) {
            char name[16];
            snprintf(name, sizeof name, "article%u", id);
            assert_int_equal(bf_writer_delete(writer, text_of(name), &error), now.version[id] ? BF_OK : BF_NOT_FOUND);
            history_remove(&now, id);
        } else if (what < 92) {
            commit_writer(writer);
            committed = now;
            created = true;
        } else if (what < 95) {
            assert_int_equal(bf_writer_merge(writer, (uint32_t)(random_next(&seed) % 4), &error), BF_OK);
            committed = now;
            created = true;
        } else if (what < 98) {
            bf_writer_close(writer);
            writer = NULL;
            now = committed;
        } else if (created) {
            compare_with_history(fixture, &committed);
        }
    }
    bf_writer_close(writer);
    if (created) compare_with_history(fixture, &committed);
}

static void test_histories(void **state)
{
    const char *given = getenv("HISTORIES");
    int histories = given ? atoi(given) : 4;
    uint64_t seed = random_seed();
    for (int i = 0; i < histories; i++) {
        struct index_fixture *fixture = *state;
        run_history(fixture, random_next(&seed));
        remove_folder(fixture->path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_histories, index_fixture_make, index_fixture_remove),
    };
    return cmocka_run_group_tests_name("writer_history", tests, NULL, NULL);
}
