/*
 * Every ranker against the exhaustive one (exact_compare.h) on one collection that is large enough for all shapes of lists
 * (inline, blocked, paged), skewed as words are, with many equal scores, deletions, several segments, other parameters than the
 * stored bounds were computed with. test_exact_random.c goes further on smaller collections.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "exact_compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ARTICLES = 24000, VOCABULARY = 3000 };

static uint64_t random_state;

static uint32_t random_below(uint32_t bound)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((random_state >> 33) % bound);
}

/* The word of a rank, with word number r about 1 / r as frequent as the first. */
static uint32_t random_word(void)
{
    double uniform = random_below(1 << 24) / (double)(1 << 24);
    return (uint32_t)exp(uniform * log(VOCABULARY)) - 1;
}

static void make_text(char *text, uint32_t words)
{
    size_t length = 0;
    for (uint32_t i = 0; i < words; i++) length += (size_t)sprintf(text + length, "w%u ", random_word());
    text[length] = '\0';
}

static void make_index(const char *path, uint32_t segments, bool deletions, bool reorder)
{
    bf_writer *writer;
    bf_error error;
    static char title[4096], body[65536];
    const bf_writer_options options = {.analysis = "plain", .language = "none", .no_merge = true, .no_sync = true};
    assert_int_equal(bf_writer_open(path, &options, &writer, &error), BF_OK);
    for (uint32_t i = 0; i < ARTICLES; i++) {
        char id[32];
        sprintf(id, "a%u", i);
        make_text(title, random_below(4));
        make_text(body, 1 + random_below(i % 5 == 0 ? 3 : 40)); /* short ones have equal scores */
        bf_article article = {.id = {id, strlen(id)}, .title = {title, strlen(title)}, .body = {body, strlen(body)},
                              .section = {i % 3 ? "w1" : "w2 w3", i % 3 ? 2 : 5}};
        assert_int_equal(bf_writer_add(writer, &article, NULL, &error), BF_OK);
        if ((i + 1) % (ARTICLES / segments) == 0) assert_int_equal(bf_writer_commit(writer, &error), BF_OK);
    }
    const bf_reorder_options reordering = {.segment_count = segments};
    if (reorder) assert_int_equal(bf_writer_reorder(writer, &reordering, NULL, &error), BF_OK);
    for (uint32_t i = 0; deletions && i < ARTICLES; i += 1 + random_below(5)) {
        char id[32];
        sprintf(id, "a%u", i);
        assert_int_equal(bf_writer_delete(writer, (bf_text){id, strlen(id)}, &error), BF_OK);
    }
    assert_int_equal(bf_writer_commit(writer, &error), BF_OK);
    bf_writer_close(writer);
}

/* A phrase alone, of words that often stand side by side; some in a row are the same. */
static size_t make_phrase(char *query)
{
    static const char *const fields[] = {"", "", "", "", "title:", "body:", "section:"};
    size_t length = (size_t)sprintf(query, "%s\"", fields[random_below(7)]);
    for (uint32_t i = 0, words = 2 + random_below(random_below(3) ? 1 : 3); i < words; i++) {
        uint32_t word = random_below(4) ? random_word() % (1U << random_below(9)) : random_below(VOCABULARY + 50);
        length += (size_t)sprintf(query + length, "%sw%u", i ? " " : "", word);
    }
    return length + (size_t)sprintf(query + length, "\"%s", random_below(8) ? "" : "^2");
}

static void make_query(char *query)
{
    size_t length = 0;
    if (random_below(4) == 0 && make_phrase(query)) return;
    uint32_t words = 1 + random_below(random_below(10) ? 5 : 30), style = random_below(4);
    for (uint32_t i = 0; i < words; i++) {
        const char *sign = style == 1                                    ? "+"
                           : style == 2 && random_below(3) == 0          ? "+"
                           : style == 2 && i > 0 && random_below(4) == 0 ? "-"
                                                                         : "";
        const char *field = random_below(12) == 0 ? "section:" : "";
        const char *boost = random_below(8) == 0 ? "^3.5" : "";
        length += (size_t)sprintf(query + length, "%s%sw%u%s ", sign, field,
                                  random_below(3) ? random_word() : random_below(VOCABULARY + 50), boost);
    }
}

static void run_collection(uint32_t segments, bool deletions, bool reorder)
{
    char folder[] = "/tmp/backfile-rankers-XXXXXX", path[64], command[128], query[2048];
    struct exact exact;
    bf_error error;
    exact_begin(&exact);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/t.bf", folder);
    make_index(path, segments, deletions, reorder);
    assert_int_equal(bf_searcher_open(path, &exact.searcher, &error), BF_OK);
    static const uint32_t ks[] = {1, 10, 100, 1000};
    static const float k1s[] = {0.5F, 0.9F, 1.2F, 2, 0}, bs[] = {0, 0.4F, 0.75F, 1}, titles[] = {1, 2, 0, 0.5F, 7};
    const char *rounds = getenv("BACKFILE_ROUNDS");
    for (long round = 0; round < (rounds ? atol(rounds) : 700); round++) {
        bf_search_options options = {.k = ks[random_below(4)], .offset = random_below(6) ? 0 : random_below(20)};
        if (random_below(3) == 0) {
            options.set_parameters = true;
            options.k1 = k1s[random_below(5)];
            options.b = bs[random_below(4)];
            options.title_weight = titles[random_below(5)];
        }
        make_query(query);
        if (exact_query(&exact, query, &options, &options.k, 1)) continue;
        exact_report(&exact, query);
        fail_msg("a ranker is not exact");
    }
    bf_searcher_close(exact.searcher);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

/* What a title weighs is nothing to a word that no title has: the stored k-th impact holds, and about k documents are scored. */
static void test_untitled(void **state)
{
    (void)state;
    char folder[] = "/tmp/backfile-rankers-XXXXXX", path[64], command[128];
    static char body[8192];
    bf_writer *writer;
    bf_searcher *searcher;
    bf_results *results;
    bf_work work;
    bf_error error;
    const bf_writer_options options = {.analysis = "plain", .language = "none", .no_sync = true};
    const bf_search_options search = {.k = 10, .set_parameters = true, .k1 = 1.2F, .b = 0.75F, .title_weight = 0.5F};
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/t.bf", folder);
    assert_int_equal(bf_writer_open(path, &options, &writer, &error), BF_OK);
    for (uint32_t i = 0; i < 3000; i++) {
        char id[32];
        size_t length = 0;
        sprintf(id, "a%u", i);
        for (uint32_t j = 0; j < 1 + i * 7 % 97; j++) length += (size_t)sprintf(body + length, "often ");
        for (uint32_t j = 0; j < i * 13 % 1009; j++) length += (size_t)sprintf(body + length, "else ");
        bf_article article = {.id = {id, strlen(id)}, .title = {"title", 5}, .body = {body, length}};
        assert_int_equal(bf_writer_add(writer, &article, NULL, &error), BF_OK);
    }
    assert_int_equal(bf_writer_commit(writer, &error), BF_OK);
    bf_writer_close(writer);
    assert_int_equal(bf_searcher_open(path, &searcher, &error), BF_OK);
    assert_int_equal(bf_search(searcher, "often", &search, &results, &error), BF_OK);
    assert_int_equal(bf_results_count(results), 10);
    bf_results_work(results, &work);
    assert_in_range(work.documents, 10, 40); /* some have equal lengths after rounding */
    bf_results_free(results);
    bf_searcher_close(searcher);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

static void test_one_segment(void **state)
{
    (void)state;
    run_collection(1, false, false);
}

static void test_segments(void **state)
{
    (void)state;
    run_collection(3, false, false);
}

static void test_deletions(void **state)
{
    (void)state;
    run_collection(2, true, false);
}

static void test_reordered(void **state)
{
    (void)state;
    run_collection(2, true, true);
}

int main(void)
{
    const char *seed = getenv("BACKFILE_SEED");
    random_state = seed ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
    printf("# seed %llu\n", (unsigned long long)random_state);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_untitled),
        cmocka_unit_test(test_one_segment),
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_deletions),
        cmocka_unit_test(test_reordered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
