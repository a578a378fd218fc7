/*
 * Every ranker against the oracle on real articles with real queries: those of two public logs and of the judged collections, in
 * every form (exact_forms.h), with the default parameters and with others, in one segment and in many, with a third of the
 * articles deleted, in another order of documents. However the same live articles are laid out, the oracle's own answers must
 * be the same, too: ids, scores, order.
 *
 *   DATA          where the collections are (../shared/data); without them the test is skipped
 *   COLLECTIONS   names, or "all"; "" is a few small ones
 *   SHARE         of 100 queries so many are asked, chosen by the SEED (printed); 0.5
 *   PARAMETERS    "all": every query with each of the 64 sets of parameters. Otherwise with the default and with the next in turn
 */
#include "exact_compare.h"
#include "exact_forms.h"
#include "index_fixture.h"
#include "query_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PARAMETERS = 64, FINGERPRINT_HITS = 100 };

static const struct collection {
    const char *name, *path, *language, *topics;
    uint32_t segments; /* when there are to be many */
    bool small;        /* part of the short form */
} collections[] = {
    {"cran", "ir/cran/articles.jsonl", "english", "ir/cran/topics.tsv", 70, true},
    {"cacm", "ir/cacm/articles.jsonl", "english", "ir/cacm/topics.tsv", 70, false},
    {"med", "ir/med/articles.jsonl", "english", "ir/med/topics.tsv", 70, false},
    {"npl", "ir/npl/articles.jsonl", "english", "ir/npl/topics.tsv", 20, false},
    {"xquad-ar", "ir/xquad-ar/articles.jsonl", "arabic", "ir/xquad-ar/topics.tsv", 8, false},
    {"xquad-de", "ir/xquad-de/articles.jsonl", "german", "ir/xquad-de/topics.tsv", 8, false},
    {"xquad-en", "ir/xquad-en/articles.jsonl", "english", "ir/xquad-en/topics.tsv", 8, false},
    {"xquad-es", "ir/xquad-es/articles.jsonl", "spanish", "ir/xquad-es/topics.tsv", 8, false},
    {"xquad-hi", "ir/xquad-hi/articles.jsonl", "hindi", "ir/xquad-hi/topics.tsv", 8, false},
    {"xquad-th", "ir/xquad-th/articles.jsonl", "none", "ir/xquad-th/topics.tsv", 8, false},
    {"xquad-tr", "ir/xquad-tr/articles.jsonl", "turkish", "ir/xquad-tr/topics.tsv", 8, false},
    {"xquad-zh", "ir/xquad-zh/articles.jsonl", "none", "ir/xquad-zh/topics.tsv", 8, true},
    {"reuters-21578", "reuters-21578.tar.gz", "english", NULL, 9, true},
    {"chronam", "chronam-1916-01.tar.zst", "english", NULL, 9, false},
    {"news", "reuters-news-2006-2009.jsonl.zst", "english", NULL, 24, false},
    {"wiki", "wiki-86k.jsonl.zst", "english", NULL, 24, false},
};

static const char *const logs[] = {"queries/search-benchmark-game.jsonl", "queries/terabyte05-2000.tsv"};

/* How the same articles are laid out. */
static const struct layout {
    const char *name;
    bool many, deleted, reordered;
} layouts[] = {
    {"one segment", false, false, false},
    {"many segments", true, false, false},
    {"reordered", false, false, true},
    {"one segment, a third deleted", false, true, false},
    {"many segments, a third deleted", true, true, false},
    {"reordered, a third deleted", false, true, true},
};

enum { LAYOUTS = sizeof layouts / sizeof *layouts };

struct logs_test {
    struct exact exact;
    struct arena arena;             /* the collection's */
    char folder[64];
    char data[200], program[200];   /* where collections are; backfile-index */
    uint64_t seed;
    double share;
    bool all_parameters, can_reorder;
    const char *collection, *layout, *query; /* being asked, for who finds the program crashed */
    struct exact_words *queries;
    size_t query_count;
    uint64_t *fingerprints[2];      /* of every answer of the oracle: with all articles, with a third deleted */
    size_t fingerprint_count, fingerprint_room;
    time_t said;
};

static struct logs_test test;

static void run(int worst, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A command, which may end with codes up to `worst`. */
static void run(int worst, const char *format, ...)
{
    char command[1200];
    va_list values;
    va_start(values, format);
    int length = vsnprintf(command, sizeof command, format, values);
    va_end(values);
    assert_true(length > 0 && (size_t)length < sizeof command);
    int how = system(command);
    if (how == -1 || !WIFEXITED(how) || WEXITSTATUS(how) > worst) fail_msg("%s: ended with %d", command, how);
}

/* ---- Indexes ---- */

struct copying {
    bf_writer *writer;
    uint64_t count, each;
    bf_error error;
};

static bf_status copy_article(void *context, const bf_article *article)
{
    struct copying *copying = context;
    bf_status status = bf_writer_add(copying->writer, article, NULL, &copying->error);
    if (status == BF_OK && ++copying->count % copying->each == 0) status = bf_writer_commit(copying->writer, &copying->error);
    return status;
}

/* The same articles in the same order, in so many segments. */
static void copy_index(const char *from, const char *to, const struct collection *collection)
{
    bf_writer_options options = {.language = collection->language, .no_merge = true, .no_sync = true, .threads = 1};
    bf_searcher *searcher = open_searcher(from);
    struct copying copying = {.writer = open_writer(to, &options)};
    copying.each = stats_of(searcher).articles / collection->segments + 1;
    if (bf_searcher_each_article(searcher, copy_article, &copying, &copying.error) != BF_OK)
        fail_msg("%s", copying.error.message);
    commit_writer(copying.writer);
    bf_writer_close(copying.writer);
    bf_searcher_close(searcher);
}

/* By their ids, so that the same articles go whatever the layout. */
static bf_status delete_article(void *context, const bf_article *article)
{
    struct copying *copying = context;
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ test.seed;
    for (size_t i = 0; i < article->id.length; i++) hash = (hash ^ (uint8_t)article->id.bytes[i]) * UINT64_C(0x100000001b3);
    hash |= 1; /* the state of random_next */
    random_next(&hash);
    if (random_next(&hash) % 10 >= 3) return BF_OK;
    copying->count++;
    return bf_writer_delete(copying->writer, article->id, &copying->error);
}

static void delete_third(const char *path)
{
    bf_searcher *searcher = open_searcher(path);
    struct copying copying = {.writer = open_writer(path, &(bf_writer_options){.no_merge = true, .no_sync = true})};
    if (bf_searcher_each_article(searcher, delete_article, &copying, &copying.error) != BF_OK)
        fail_msg("%s", copying.error.message);
    bf_searcher_close(searcher);
    assert_true(copying.count > 0);
    commit_writer(copying.writer);
    bf_writer_close(copying.writer);
}

/* one.bf: everything in one segment. */
static void make_collection(const struct collection *collection)
{
    run(1, "'%s' add '%s/one.bf' '%s/%s' --language %s --no-sync --quiet 2>/dev/null", test.program, test.folder, test.data,
        collection->path, collection->language); /* some records of the real ones are refused */
    run(0, "'%s' merge '%s/one.bf' --no-sync --quiet", test.program, test.folder);
}

static void make_layout(const struct collection *collection, const struct layout *layout, char *path, size_t size)
{
    char from[100];
    snprintf(from, sizeof from, "%s/one.bf", test.folder);
    snprintf(path, size, "%s/asked.bf", test.folder);
    remove_folder(path);
    if (layout->many) copy_index(from, path, collection);
    else run(0, "cp -r '%s' '%s'", from, path);
    if (layout->reordered) run(0, "'%s' merge '%s' --reorder --no-sync --quiet >/dev/null", test.program, path);
    if (layout->deleted) delete_third(path);
}

/* ---- Queries ---- */

static int compare_words(const void *a, const void *b)
{
    const struct exact_words *x = a, *y = b;
    for (uint32_t i = 0; i < x->count && i < y->count; i++) {
        int order = strcmp(x->words[i], y->words[i]);
        if (order) return order;
    }
    return (x->count > y->count) - (x->count < y->count);
}

static void add_queries(const char *path, size_t *room)
{
    char name[400];
    struct query_set set;
    bf_error error = {0};
    snprintf(name, sizeof name, "%s/%s", test.data, path);
    if (query_set_read(name, QUERY_AS_TYPED, &set, &error) != BF_OK) fail_msg("%s", error.message);
    for (size_t i = 0; i < set.count; i++) {
        if (test.query_count == *room) {
            *room = 2 * *room + 64;
            test.queries = realloc(test.queries, *room * sizeof *test.queries);
            assert_non_null(test.queries);
        }
        struct exact_words *words = &test.queries[test.query_count];
        if (!exact_words_cut(set.queries[i].text, &test.arena, words)) fail_msg("%s: too many words in one query", path);
        test.query_count += words->count > 0;
    }
    query_set_free(&set);
}

/* The logs' and the collection's own, each set of words once, and of them the share that is to be asked. */
static void read_queries(const struct collection *collection)
{
    size_t room = 0, kept = 0;
    uint64_t chance = test.seed | 1;
    test.query_count = 0;
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) add_queries(logs[i], &room);
    if (collection->topics) add_queries(collection->topics, &room);
    qsort(test.queries, test.query_count, sizeof *test.queries, compare_words);
    for (size_t i = 0; i < test.query_count; i++) {
        if (kept && compare_words(&test.queries[kept - 1], &test.queries[i]) == 0) continue;
        if ((double)(random_next(&chance) % 100000) >= test.share * 1000) continue;
        test.queries[kept++] = test.queries[i];
    }
    test.query_count = kept;
    assert_true(kept > 0);
}

/* ---- Asking ---- */

/* The oracle's answers must not depend on the layout. */
static void compare_fingerprint(const struct layout *layout, bool first)
{
    size_t at = test.fingerprint_count++;
    if (at == test.fingerprint_room) {
        test.fingerprint_room = 2 * at + 1024;
        for (int i = 0; i < 2; i++) {
            test.fingerprints[i] = realloc(test.fingerprints[i], test.fingerprint_room * sizeof **test.fingerprints);
            assert_non_null(test.fingerprints[i]);
        }
    }
    uint64_t *known = &test.fingerprints[layout->deleted][at];
    if (first) *known = test.exact.fingerprint;
    else if (*known != test.exact.fingerprint)
        fail_msg("%s, %s: the oracle's own first articles, scores or total differ from those in one segment\nquery %s",
                 test.collection, layout->name, test.query);
}

static void ask(const struct layout *layout, bool first, const bf_search_options *options, bool very_many)
{
    static const uint32_t ks[] = {1, 10, 100, 1000, 100000};
    if (!exact_query(&test.exact, test.query, options, ks, very_many ? 5 : 4)) {
        struct buffer shrunk = {0};
        bf_search_options failed = test.exact.difference.options;
        print_error("%s, %s\n", test.collection, layout->name);
        exact_report(&test.exact, test.query);
        print_error("shortened:\n");
        exact_report(&test.exact, exact_shrink(&test.exact, test.query, &failed, &shrunk));
        buffer_free(&shrunk);
        fail_msg("a ranker is not exact");
    }
    compare_fingerprint(layout, first);
}

static void set_parameters(uint64_t number, bf_search_options *options)
{
    static const float k1s[] = {0.5f, 0.9f, 1.2f, 2}, bs[] = {0, 0.4f, 0.75f, 1}, titles[] = {1, 2, 0, 5};
    options->set_parameters = true;
    options->k1 = k1s[number % 4];
    options->b = bs[number / 4 % 4];
    options->title_weight = titles[number / 16 % 4];
}

static void ask_all(const struct layout *layout, bool first)
{
    struct buffer text = {0};
    struct exact_filters filters;
    uint64_t parameters = 0;
    test.fingerprint_count = 0;
    exact_filters_find(test.exact.searcher, &test.arena, &filters);
    for (size_t i = 0; i < test.query_count; i++) {
        for (size_t form = 0; form < exact_form_count(); form++) {
            bf_search_options options = {0};
            test.query = exact_form(form, &test.queries[i], &filters, (uint32_t)(i + form), &text, &options);
            if (!test.query) continue;
            ask(layout, first, &options, (i + form) % 50 == 0);
            for (uint64_t p = 0; p < (test.all_parameters ? PARAMETERS : 1); p++) {
                set_parameters(parameters++, &options);
                ask(layout, first, &options, false);
            }
        }
        if (time(NULL) < test.said + 30) continue;
        test.said = time(NULL);
        print_message("# %s, %s: %zu of %zu sets of words\n", test.collection, layout->name, i + 1, test.query_count);
    }
    test.query = NULL;
    buffer_free(&text);
}

static void test_collection(const struct collection *collection)
{
    char path[100];
    bool first[2] = {true, true};
    time_t started = time(NULL);
    uint64_t queries = test.exact.queries;
    test.collection = collection->name;
    arena_clear(&test.arena);
    read_queries(collection);
    make_collection(collection);
    for (size_t i = 0; i < LAYOUTS; i++) {
        const struct layout *layout = &layouts[i];
        if (layout->reordered && !test.can_reorder) continue;
        test.layout = layout->name;
        make_layout(collection, layout, path, sizeof path);
        test.exact.searcher = open_searcher(path);
        bf_stats stats = stats_of(test.exact.searcher);
        if (layout->many) assert_in_range(stats.segments, collection->segments / 2, collection->segments + 1);
        else assert_int_equal(stats.segments, 1);
        ask_all(layout, first[layout->deleted]);
        first[layout->deleted] = false;
        bf_searcher_close(test.exact.searcher);
        remove_folder(path);
    }
    snprintf(path, sizeof path, "%s/one.bf", test.folder);
    remove_folder(path);
    print_message("%s: %zu sets of words, %" PRIu64 " queries, %lld s\n", collection->name, test.query_count,
                  test.exact.queries - queries, (long long)(time(NULL) - started));
}

static bool is_wanted(const struct collection *collection, const char *wanted)
{
    size_t length = strlen(collection->name);
    if (!wanted || !*wanted) return collection->small;
    if (strcmp(wanted, "all") == 0) return true;
    for (const char *at = wanted; (at = strstr(at, collection->name)); at += length)
        if ((at == wanted || at[-1] == ' ') && (!at[length] || at[length] == ' ')) return true;
    return false;
}

static void test_logs(void **state)
{
    const struct index_fixture *fixture = *state;
    const char *data = getenv("DATA"), *build = getenv("BUILD"), *share = getenv("SHARE"), *parameters = getenv("PARAMETERS");
    char path[400];
    snprintf(test.data, sizeof test.data, "%s", data ? data : "../shared/data");
    snprintf(test.program, sizeof test.program, "%s/backfile-index", build ? build : "build/release");
    snprintf(test.folder, sizeof test.folder, "%s", fixture->folder);
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        snprintf(path, sizeof path, "%s/%s", test.data, logs[i]);
        if (access(path, R_OK) == 0) continue;
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    test.seed = random_seed();
    test.said = time(NULL);
    test.share = share ? atof(share) : 0.5;
    test.all_parameters = parameters && strcmp(parameters, "all") == 0;
    snprintf(path, sizeof path, "'%s' merge --help | grep -q -e --reorder", test.program);
    test.can_reorder = system(path) == 0;
    if (!test.can_reorder) print_message("merge knows no --reorder: those layouts are left out\n");
    exact_begin(&test.exact);
    test.exact.fingerprint_most = FINGERPRINT_HITS;
    size_t asked = 0;
    for (size_t i = 0; i < sizeof collections / sizeof *collections; i++) {
        if (!is_wanted(&collections[i], getenv("COLLECTIONS"))) continue;
        snprintf(path, sizeof path, "%s/%s", test.data, collections[i].path);
        asked += access(path, R_OK) == 0;
        if (access(path, R_OK) == 0) test_collection(&collections[i]);
        else print_message("%s is not there: left out\n", path);
    }
    assert_true(asked > 0);
    test.collection = NULL;
    assert_true(exact_summary(&test.exact) || test.share < 20);
}

/* After a crash this is all there is to go by. */
static int say_what_ran(void **state)
{
    if (test.collection) print_error("%s, %s\nquery %s\n", test.collection, test.layout ? test.layout : "",
                                     test.query ? test.query : "");
    free(test.queries);
    free(test.fingerprints[0]);
    free(test.fingerprints[1]);
    arena_free(&test.arena);
    return index_fixture_remove(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_logs, index_fixture_make, say_what_ran),
    };
    return cmocka_run_group_tests_name("exact_logs", tests, NULL, NULL);
}
