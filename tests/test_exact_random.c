/*
 * Every ranker against the oracle on collections that are hard on purpose (exact_shapes.h), with random queries of all forms.
 *
 *   QUERIES   how many in all (4000); each collection gets EACH of them (80)
 *   SEED      of the first collection; the others have those that follow. Printed.
 *   SHAPE     only this one
 *
 * A failure names the collection and how to have it again alone, the query, shortened as far as it still fails, and how few
 * articles it takes.
 */
#include "exact_compare.h"
#include "exact_shapes.h"
#include "index_fixture.h"

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

struct trial {
    struct exact exact;
    char recipe[160], path[96];
    const char *query;             /* being asked, for who finds the program crashed */
    struct index_fixture *fixture;
};

static struct trial trial;

static uint64_t number_of(const char *name, uint64_t usual)
{
    const char *given = getenv(name);
    return given ? strtoull(given, NULL, 0) : usual;
}

/* Whether the query still fails on the first `articles` articles of the shape. */
static bool fails_on(const struct shape *shape, uint64_t seed, uint32_t articles, const char *query)
{
    struct shaped shaped;
    bf_search_options options = trial.exact.difference.options;
    bf_searcher *kept = trial.exact.searcher;
    remove_folder(trial.path);
    shaped_begin(&shaped, shape, seed, articles);
    shaped_index(&shaped, trial.path);
    trial.exact.searcher = open_searcher(trial.path);
    trial.exact.lists = options.no_total;
    bool same = exact_query(&trial.exact, query, &options, &options.k, 1);
    bf_searcher_close(trial.exact.searcher);
    trial.exact.searcher = kept;
    if (same) trial.exact.difference.options = options;
    shaped_free(&shaped);
    return !same;
}

static void explain_failure(const struct shaped *shaped, const char *query, const bf_search_options *options)
{
    struct buffer shrunk = {0};
    print_error("collection %s; again: SHAPE=%s SEED=%" PRIu64 " QUERIES=%" PRIu64 " EACH=%" PRIu64 "\n", trial.recipe,
                shaped->shape->name, shaped->seed, trial.exact.lists, trial.exact.lists);
    exact_report(&trial.exact, query);
    query = exact_shrink(&trial.exact, query, options, &shrunk);
    print_error("shortened:\n");
    exact_report(&trial.exact, query);
    uint32_t articles = shaped->articles;
    while (articles > 1 && fails_on(shaped->shape, shaped->seed, articles / 2, query)) articles /= 2;
    print_error("it takes the first %" PRIu32 " articles, or fewer by less than half\n", articles);
    buffer_free(&shrunk);
}

static void try_collection(const struct shape *shape, uint64_t seed, uint64_t queries)
{
    struct shaped shaped;
    struct buffer text = {0};
    shaped_begin(&shaped, shape, seed, 0);
    shaped_describe(&shaped, trial.recipe, sizeof trial.recipe);
    shaped_index(&shaped, trial.path);
    trial.exact.searcher = open_searcher(trial.path);
    trial.exact.lists = 0;
    for (uint64_t i = 0; i < queries; i++) {
        bf_search_options options;
        trial.query = shaped_query(&shaped, &text, &options);
        if (exact_query(&trial.exact, trial.query, &options, &options.k, 1)) continue;
        bf_search_options failed = trial.exact.difference.options;
        explain_failure(&shaped, trial.query, &failed);
        fail_msg("a ranker is not exact");
    }
    bf_searcher_close(trial.exact.searcher);
    remove_folder(trial.path);
    buffer_free(&text);
    shaped_free(&shaped);
}

static void test_random(void **state)
{
    const uint64_t queries = number_of("QUERIES", 4000), each = number_of("EACH", 80), seed = random_seed() & UINT32_MAX;
    const char *only = getenv("SHAPE");
    uint64_t asked = 0, collections = 0;
    time_t said = time(NULL);
    trial.fixture = *state;
    snprintf(trial.path, sizeof trial.path, "%s", trial.fixture->path);
    exact_begin(&trial.exact);
    for (uint64_t round = 0; asked < queries; round++) {
        for (size_t i = 0; exact_shapes[i] && asked < queries; i++) {
            if (only && strcmp(only, exact_shapes[i]->name) != 0) continue;
            uint64_t count = queries - asked < each ? queries - asked : each;
            try_collection(exact_shapes[i], seed + round, count);
            asked += count;
            collections++;
        }
        assert_true(asked > 0); /* there is such a shape */
        if (time(NULL) < said + 30) continue;
        said = time(NULL);
        print_message("# %" PRIu64 " of %" PRIu64 " random queries, %" PRIu64 " collections\n", asked, queries, collections);
    }
    trial.recipe[0] = '\0';
    print_message("%" PRIu64 " collections\n", collections);
    assert_true(exact_summary(&trial.exact) || queries < 4000);
}

/* Where a title counts nothing, an article whose title alone has the word matches with a score of nothing: last, but there. A
 * segment that has no others must not be passed over. */
static void test_nothing_to_add(void **state)
{
    struct index_fixture *fixture = *state;
    static const char *const queries[] = {"w1", "+w1", "w1 w2", "+w1 +w2", "w1 -w3", "+w1 w3", "title:w1 w2"};
    const bf_writer_options plain = {.analysis = "plain", .language = "none", .no_merge = true, .no_sync = true};
    bf_writer *writer = open_writer(fixture->path, &plain);
    for (uint32_t i = 0; i < 1200; i++) {
        char id[16];
        snprintf(id, sizeof id, "a%" PRIu32, i);
        /* segments of three and of hundreds: short lists of both kinds; in one of them w1 is in bodies too */
        add_article(writer, id, i % 3 ? "w1 w2" : "w1", i > 600 && i < 900 ? "w1 z" : i % 5 ? "z" : "w3");
        if (i < 30 ? i % 3 == 2 : i % 300 == 299) commit_writer(writer);
    }
    bf_writer_close(writer);
    exact_begin(&trial.exact);
    trial.exact.searcher = open_searcher(fixture->path);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        static const uint32_t ks[] = {1, 10, 100, 1000};
        if (exact_query(&trial.exact, queries[i], &(bf_search_options){.set_parameters = true, .k1 = 1.2f, .b = 0.75f}, ks, 4))
            continue;
        exact_report(&trial.exact, queries[i]);
        fail_msg("a ranker is not exact");
    }
    bf_searcher_close(trial.exact.searcher);
}

/* After a crash this is all there is to go by. */
static int say_what_ran(void **state)
{
    if (trial.recipe[0]) print_error("collection %s\nquery %s\n", trial.recipe, trial.query ? trial.query : "");
    return index_fixture_remove(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing_to_add, index_fixture_make, say_what_ran),
        cmocka_unit_test_setup_teardown(test_random, index_fixture_make, say_what_ran),
    };
    return cmocka_run_group_tests_name("exact_random", tests, NULL, NULL);
}
