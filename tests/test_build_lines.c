/*
 * Several threads that build segments at once: an index made by them must hold the same articles in the same order, and answer
 * every query to the last bit as one made by the caller's thread alone, whatever was replaced, refused or deleted meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "index_fixture.h"
#include "snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    IDS = 500,
    STEPS = 1000,
    BODY_WORDS = 1200,
    WORDS = 4000,
    MEMORY = 8 << 20, /* the least there may be: segments are completed again and again */
};

/* Ids and words follow from the seed, so that every writer is given the same. */
static void write_body(uint64_t seed, uint32_t step, char *body)
{
    uint64_t random = seed + step + 1;
    uint32_t words = step % 50 == 0 ? 3 : BODY_WORDS; /* many short articles come to the same score */
    for (uint32_t i = 0; i < words; i++) {
        uint32_t rare = (uint32_t)(random_next(&random) % WORDS), common = (uint32_t)(random_next(&random) % 40);
        body += sprintf(body, "%c%u%s", i % 3 ? 'r' : 'c', words == 3 ? i : i % 3 ? rare : common, i % 60 == 59 ? ".\n\n" : " ");
    }
}

static void fill(bf_writer *writer, uint64_t seed)
{
    static char body[BODY_WORDS * 16];
    bf_error error = {0};
    uint64_t random = seed;
    for (uint32_t step = 0; step < STEPS; step++) {
        char id[16];
        uint32_t what = (uint32_t)(random_next(&random) % 100);
        sprintf(id, "id%u", (uint32_t)(random_next(&random) % IDS));
        if (what < 88) {
            write_body(seed, step, body);
            add_article(writer, id, step % 7 ? "harbour strike" : "harbour", body);
        } else if (what < 95) {
            bf_status status = bf_writer_delete(writer, text_of(id), &error);
            assert_true(status == BF_OK || status == BF_NOT_FOUND);
        } else if (what < 99) {
            bf_article empty = {.id = text_of(id)};
            assert_int_equal(bf_writer_add(writer, &empty, NULL, &error), BF_REFUSED);
        } else {
            commit_writer(writer);
        }
    }
    commit_writer(writer);
}

static void make_index(const char *path, uint64_t seed, uint32_t threads, bool no_merge)
{
    bf_writer *writer = open_writer(
        path, &(bf_writer_options){.memory = MEMORY, .threads = threads, .no_merge = no_merge, .no_sync = true});
    fill(writer, seed);
    bf_writer_close(writer);
    assert_index_sound(path);
}

/* Ids and bodies of all articles, as they are read back. */
struct listing {
    struct buffer bytes;
};

static bf_status list_article(void *context, const bf_article *article)
{
    struct listing *listing = context;
    buffer_append(&listing->bytes, article->id.bytes, article->id.length);
    buffer_append(&listing->bytes, article->body.bytes, article->body.length);
    return BF_OK;
}

static bf_status list_posting(void *context, bf_text id, uint32_t tf, const uint32_t *positions)
{
    struct listing *listing = context;
    buffer_append(&listing->bytes, id.bytes, id.length);
    buffer_append(&listing->bytes, positions, tf * sizeof *positions);
    return BF_OK;
}

static void compare_listings(bf_searcher *a, bf_searcher *b)
{
    struct listing of_a = {0}, of_b = {0};
    assert_int_equal(bf_searcher_each_article(a, list_article, &of_a, NULL), BF_OK);
    assert_int_equal(bf_searcher_each_article(b, list_article, &of_b, NULL), BF_OK);
    assert_int_equal(bf_searcher_each_posting(a, NULL, text_of("c7"), list_posting, &of_a, NULL), BF_OK);
    assert_int_equal(bf_searcher_each_posting(b, NULL, text_of("c7"), list_posting, &of_b, NULL), BF_OK);
    assert_int_equal(of_a.bytes.length, of_b.bytes.length);
    assert_memory_equal(of_a.bytes.bytes, of_b.bytes.bytes, of_a.bytes.length);
    buffer_free(&of_a.bytes);
    buffer_free(&of_b.bytes);
}

static void compare_searches(bf_searcher *a, bf_searcher *b, uint32_t k)
{
    static const char *const queries[] = {"harbour", "strike harbour", "c0 r1", "c1 c2 r17", "+c3 -c4 r5", "\"harbour strike\"",
                                          "c0 AND r1 AND c2", "title:strike", "r100 r200 r300"};
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        bf_results *of_a = search_for(a, queries[i], k), *of_b = search_for(b, queries[i], k);
        assert_int_equal(bf_results_total(of_a), bf_results_total(of_b));
        assert_int_equal(bf_results_count(of_a), bf_results_count(of_b));
        for (size_t j = 0; j < bf_results_count(of_a); j++) {
            bf_text id_a, id_b;
            float score_a = bf_results_hit(of_a, j)->score, score_b = bf_results_hit(of_b, j)->score;
            assert_int_equal(bf_results_id(of_a, j, &id_a, NULL), BF_OK);
            assert_int_equal(bf_results_id(of_b, j, &id_b, NULL), BF_OK);
            if (id_a.length != id_b.length || memcmp(id_a.bytes, id_b.bytes, id_a.length) != 0 ||
                memcmp(&score_a, &score_b, sizeof score_a) != 0)
                fail_msg("%s: hit %zu is %.*s (%a) and %.*s (%a)", queries[i], j, (int)id_a.length, id_a.bytes, (double)score_a,
                         (int)id_b.length, id_b.bytes, (double)score_b);
        }
        bf_results_free(of_a);
        bf_results_free(of_b);
    }
}

static void compare_indexes(const char *one, const char *other)
{
    bf_searcher *a = open_searcher(one), *b = open_searcher(other);
    bf_stats of_a = stats_of(a), of_b = stats_of(b);
    assert_int_equal(of_a.articles, of_b.articles);
    assert_int_equal(of_a.tokens, of_b.tokens);
    compare_listings(a, b);
    compare_searches(a, b, 5);
    compare_searches(a, b, IDS);
    bf_searcher_close(a);
    bf_searcher_close(b);
}

/* Whether segments were built at the same time. */
static bool segments_alternate(const char *path)
{
    struct snapshot *snapshot;
    assert_int_equal(snapshot_open(path, &snapshot, NULL), BF_OK);
    bool alternate = snapshot->order.runs != NULL;
    snapshot_close(snapshot);
    return alternate;
}

static void run_seed(const struct index_fixture *fixture, uint64_t seed, bool no_merge)
{
    char one[128], several[128];
    sprintf(one, "%s/one.bf", fixture->folder);
    make_index(one, seed, 1, no_merge);
    assert_false(segments_alternate(one));
    for (uint32_t threads = 2; threads <= 4; threads += 2) {
        sprintf(several, "%s/several%u.bf", fixture->folder, threads);
        make_index(several, seed, threads, no_merge);
        if (no_merge) assert_true(segments_alternate(several));
        compare_indexes(one, several);
        for (uint32_t segments = 3; segments > 0; segments = segments == 3 ? 1 : 0) {
            bf_writer *writer = open_writer(several, &(bf_writer_options){.no_sync = true});
            assert_int_equal(bf_writer_merge(writer, segments, NULL), BF_OK);
            bf_writer_close(writer);
            assert_index_sound(several);
            compare_indexes(one, several);
        }
        assert_int_equal(stats_committed(several).segments, 1);
        remove_folder(several);
    }
    remove_folder(one);
}

static void test_any_number_of_threads(void **state)
{
    uint64_t seed = random_seed();
    run_seed(*state, random_next(&seed), true);
}

static void test_merges_beside_building(void **state)
{
    uint64_t seed = random_seed();
    run_seed(*state, random_next(&seed), false);
}

/* What was not committed is gone, whatever threads are in the middle of. */
static void test_closed_while_building(void **state)
{
    const struct index_fixture *fixture = *state;
    static char body[BODY_WORDS * 16];
    add_committed(fixture->path, "first", "Storm", "over the bay");
    bf_writer *writer = open_writer(fixture->path, &(bf_writer_options){.memory = MEMORY, .threads = 3, .no_sync = true});
    for (uint32_t step = 0; step < 300; step++) {
        char id[16];
        sprintf(id, "id%u", step);
        write_body(1, step, body);
        add_article(writer, id, "harbour", body);
    }
    bf_writer_close(writer);
    assert_int_equal(count_committed(fixture->path, "harbour"), 0);
    assert_int_equal(count_committed(fixture->path, "storm"), 1);
    assert_int_equal(count_segment_files(fixture->path), 1);
    assert_index_sound(fixture->path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_any_number_of_threads, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_merges_beside_building, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_closed_while_building, index_fixture_make, index_fixture_remove),
    };
    return cmocka_run_group_tests_name("build_lines", tests, NULL, NULL);
}
