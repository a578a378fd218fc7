/* Exact words: =word in an index, by hand and against the brute-force twin, in lists of every shape, with deletions and merges.
 * */
#include "brute_compare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "adjusted_form.h"
#include "buffer.h"
#include "form_list.h"
#include "index_fixture.h"
#include "posting_list.h"
#include "store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { LONG_ARTICLES = 9000, LONG_WORDS = 120 }; /* a million occurrences of one term, and some more */

static const char *path_of(void **state)
{
    return ((struct index_fixture *)*state)->path;
}

static void expect_ids(bf_searcher *searcher, const char *query, const char *ids)
{
    if (strcmp(found_ids(searcher, query), ids) != 0) fail_msg("%s: %s, not %s", query, found_ids(searcher, query), ids);
}

static void expect_df(bf_searcher *searcher, const char *query, uint64_t df, const char *term)
{
    bf_results *results = search_for(searcher, query, 10);
    const bf_word *word = bf_results_word(results, 0);
    assert_non_null(word);
    assert_string_equal(word->term, term);
    if (word->df != df) fail_msg("%s: df %llu, not %llu", query, (unsigned long long)word->df, (unsigned long long)df);
    bf_results_free(results);
}

static void expect_matches(bf_searcher *searcher, const char *query, uint64_t count)
{
    bf_results *results = search_for(searcher, query, LONG_ARTICLES);
    assert_int_equal(bf_results_count(results), count);
    bf_results_free(results);
}

/* ---- By hand ---- */

static void add_strikes(bf_writer *writer)
{
    add_article(writer, "a", "Strike", "the strikes of the ferries strike");
    add_article(writer, "b", "Striking pilots", "a strike, a Strike");
    add_article(writer, "c", "Strikes", "the ferry's strikes");
    add_article(writer, "d", "calm", "no ferry");
}

static void expect_strikes(bf_searcher *searcher)
{
    expect_ids(searcher, "strikes", "c b a");
    expect_ids(searcher, "=strikes", "c a");
    expect_ids(searcher, "=STRIKES", "c a");
    expect_ids(searcher, "=strike -=strikes", "b");
    expect_ids(searcher, "+=strike +=strikes", "a");
    expect_ids(searcher, "=striking", "b");
    expect_ids(searcher, "=striker", "");
    expect_ids(searcher, "=strik", "");
    expect_ids(searcher, "title:=strikes", "c");
    expect_ids(searcher, "body:=strikes", "c a");
    expect_ids(searcher, "title:=strike", "a");
    expect_ids(searcher, "body:=strike -title:=strike", "b");
    expect_ids(searcher, "=ferry", "d c");
    expect_ids(searcher, "=ferri", "");
    expect_ids(searcher, "\"the strike\"", "a");
    expect_ids(searcher, "\"the =strike\"", "");
    expect_ids(searcher, "\"the =strikes of\"", "a");
    expect_ids(searcher, "=\"the strikes\"", "a");
    expect_ids(searcher, "=\"ferry's strikes\"", "c");
    expect_ids(searcher, "\"=ferries strikes\"", "a");
    expect_ids(searcher, "=\"ferries strikes\"", "");
    expect_df(searcher, "=strikes", 2, "strikes");
    expect_df(searcher, "strikes", 3, "strike");
    expect_df(searcher, "title:=strikes", 1, "strikes");
    expect_df(searcher, "=ferry", 2, "ferry");
    expect_df(searcher, "=striker", 0, "striker");
}

static void test_by_hand(void **state)
{
    bf_writer *writer = open_writer(path_of(state), NULL);
    add_strikes(writer);
    commit_writer(writer);
    bf_searcher *searcher = open_searcher(path_of(state));
    expect_strikes(searcher);
    /* df 2 of 4; once in the body and once in the title, which counts 2, of 4 words */
    bf_stats stats = stats_of(searcher);
    double average = (double)stats.tokens / 4, idf = log(1 + (4 - 2 + 0.5) / (2 + 0.5));
    bf_results *results = search_for(searcher, "=strikes", 1);
    double norm = 1.2 * (1 - 0.75 + 0.75 * 4 / average);
    assert_float_equal(bf_results_hit(results, 0)->score, (float)(idf * 3 / (3 + norm)), 1e-6f);
    assert_string_equal(bf_results_understood(results), "=strikes");
    const bf_part *parts;
    size_t part_count;
    assert_int_equal(bf_results_explain(results, 0, &parts, &part_count, NULL), BF_OK);
    assert_int_equal(part_count, 1);
    assert_int_equal(parts[0].df, 2);
    assert_float_equal(parts[0].tf, 3, 0);
    const bf_mark *marks;
    size_t mark_count;
    bf_text text = text_of("A strike and strikes");
    assert_int_equal(bf_results_highlight(results, NULL, text, &marks, &mark_count, NULL), BF_OK);
    assert_int_equal(mark_count, 1);
    assert_int_equal(marks[0].start, 13);
    bf_results_free(results);
    bf_searcher_close(searcher);
    assert_index_sound(path_of(state));

    /* The same of one commit each, and merged, in which the forms are numbered together. */
    bf_writer_close(writer);
    remove_folder(path_of(state));
    bf_writer_options options = {.no_merge = true, .no_sync = true};
    writer = open_writer(path_of(state), &options);
    for (int merged = 0; merged < 2; merged++) {
        if (merged) {
            assert_int_equal(bf_writer_merge(writer, 1, NULL), BF_OK);
        } else {
            static const char *const articles[][3] = {{"x", "ferried", "struck strikers striking"},
                                                      {"a", "Strike", "the strikes of the ferries strike"},
                                                      {"b", "Striking pilots", "a strike, a Strike"},
                                                      {"c", "Strikes", "the ferry's strikes"}, {"d", "calm", "no ferry"}};
            for (size_t i = 0; i < COUNT(articles); i++) {
                add_article(writer, articles[i][0], articles[i][1], articles[i][2]);
                if (i > 0) commit_writer(writer);
            }
            assert_int_equal(bf_writer_delete(writer, text_of("x"), NULL), BF_OK);
            commit_writer(writer);
        }
        searcher = open_searcher(path_of(state));
        assert_int_equal(stats_of(searcher).segments, merged ? 1 : 4);
        expect_strikes(searcher);
        bf_searcher_close(searcher);
        assert_index_sound(path_of(state));
    }
    bf_writer_close(writer);
}

/* An index without stems has one form of each term, and a note says that = says nothing. */
static void test_no_stems(void **state)
{
    bf_writer_options options = {.language = "none"};
    bf_writer *writer = open_writer(path_of(state), &options);
    add_strikes(writer);
    commit_writer(writer);
    bf_writer_close(writer);
    bf_searcher *searcher = open_searcher(path_of(state));
    expect_ids(searcher, "strikes", "c a");
    expect_ids(searcher, "=strikes", "c a");
    bf_results *results = search_for(searcher, "=strikes", 10);
    assert_non_null(strstr(bf_results_note(results, 0), "no stems"));
    assert_non_null(strstr(bf_results_plan(results), "one-term"));
    bf_results_free(results);
    bf_searcher_close(searcher);
}

/* Where accents are folded after stemming, a word without them may have another stem: =word then finds what the word finds. */
static void test_accents_after_stemming(void **state)
{
    bf_writer_options options = {.language = "french"};
    bf_writer *writer = open_writer(path_of(state), &options);
    add_article(writer, "a", "", "les marchés");
    add_article(writer, "b", "", "le marché");
    add_article(writer, "c", "", "il a marche");
    commit_writer(writer);
    bf_writer_close(writer);
    bf_searcher *searcher = open_searcher(path_of(state));
    expect_ids(searcher, "=marchés", "a");
    expect_ids(searcher, "=MARCHÉS", "a");
    expect_ids(searcher, "=marché -il", "b");
    bf_searcher_close(searcher);
    assert_index_sound(path_of(state));
}

/* ---- Lists of every shape ---- */

static const char *const endings[] = {"", "s", "ed", "ing", "ly", "ings"};

static bool is_among(uint32_t doc, uint32_t df, uint32_t count)
{
    return (uint64_t)doc * df / count != ((uint64_t)doc + 1) * df / count;
}

enum { SHAPE_ARTICLES = 8500 };
static const uint32_t shape_dfs[] = {1, 2, 4, 5, 16, 17, 127, 128, 129, 130, 257, 1025, POSTING_PAGED_DF - 1, POSTING_PAGED_DF,
                                     SHAPE_ARTICLES};

/* Words w<letter>r with endings: df articles of each; the form depends on the article, some have several, some in the title. */
static void shape_article(uint32_t doc, struct buffer *title, struct buffer *body)
{
    buffer_clear(title);
    buffer_clear(body);
    buffer_append_string(body, "all");
    for (size_t i = 0; i < COUNT(shape_dfs); i++) {
        if (!is_among(doc, shape_dfs[i], SHAPE_ARTICLES)) continue;
        uint32_t mix = (doc * 2654435761U >> 7) % 97, times = 1U + (mix % 5 == 0) + (mix == 7) * 20U;
        uint32_t kinds = i % 4 == 3 ? 1 : COUNT(endings); /* every fourth stem has one form */
        for (uint32_t j = 0; j < times; j++) {
            uint32_t ending = (mix < 60 ? 0 : mix + j * 5) % kinds;
            buffer_append_format(j == 0 && mix % 3 == 0 ? title : body, " w%cr%s", (int)('a' + i), endings[ending]);
        }
    }
}

static void expect_shapes(bf_searcher *searcher, const struct brute_force *twin)
{
    struct difference difference;
    static const char *const queries[] = {"=w%cr%s", "title:=w%cr%s", "body:=w%cr%s", "\"all =w%cr%s\"", "+all -=w%cr%s"};
    for (size_t i = 0; i < COUNT(shape_dfs); i++)
        for (size_t e = 0; e < COUNT(endings); e++) {
            char query[64];
            bf_search_options search = {.k = 30};
            snprintf(query, sizeof query, queries[(i + e) % COUNT(queries)], (int)('a' + i), endings[e]);
            if (!brute_compare_query(searcher, twin, twin->commits, query, &search, NULL, &difference))
                fail_msg("df %u, %s: %s", shape_dfs[i], query, difference.line);
        }
}

static void test_shapes(void **state)
{
    struct brute_force twin = {0};
    struct buffer body = {0}, title = {0};
    bf_writer_options options = {.no_sync = true, .no_merge = true};
    assert_int_equal(analyzer_new("english", "standard", &twin.analyzer, NULL), BF_OK);
    bf_writer *writer = open_writer(path_of(state), &options);
    for (uint32_t doc = 0; doc < SHAPE_ARTICLES; doc++) {
        char id[16];
        shape_article(doc, &title, &body);
        snprintf(id, sizeof id, "%u", doc);
        bf_article article = {.id = text_of(id), .title = {(const char *)title.bytes, title.length},
                              .body = {(const char *)body.bytes, body.length}};
        assert_int_equal(bf_writer_add(writer, &article, NULL, NULL), BF_OK);
        brute_add(&twin, &article);
    }
    for (int step = 0; step < 4; step++) {
        if (step == 1) /* some deletions, and one more segment of what is replaced */
            for (uint32_t doc = 3; doc < SHAPE_ARTICLES; doc += 41) {
                char id[16];
                snprintf(id, sizeof id, "%u", doc);
                shape_article(doc + 1, &title, &body);
                bf_article article = {.id = text_of(id), .body = {(const char *)body.bytes, body.length}};
                if (doc % 2) assert_int_equal(bf_writer_delete(writer, text_of(id), NULL), BF_OK);
                else assert_int_equal(bf_writer_add(writer, &article, NULL, NULL), BF_OK);
                if (doc % 2) brute_delete(&twin, text_of(id));
                else brute_add(&twin, &article);
            }
        if (step == 2) /* and some more: what was taken adds up */
            for (uint32_t doc = 4; doc < SHAPE_ARTICLES; doc += 97) {
                char id[16];
                snprintf(id, sizeof id, "%u", doc);
                assert_int_equal(bf_writer_delete(writer, text_of(id), NULL) == BF_OK, brute_delete(&twin, text_of(id)));
            }
        if (step == 3) assert_int_equal(bf_writer_merge(writer, 1, NULL), BF_OK);
        else commit_writer(writer);
        brute_commit(&twin);
        bf_searcher *searcher = open_searcher(path_of(state));
        assert_int_equal(stats_of(searcher).segments, step == 1 || step == 2 ? 2 : 1);
        expect_shapes(searcher, &twin);
        bf_searcher_close(searcher);
        assert_index_sound(path_of(state));
    }
    bf_writer_close(writer);
    buffer_free(&body);
    buffer_free(&title);
    analyzer_free(twin.analyzer);
    brute_free(&twin);
}

/* ---- Lists that a merge doesn't hold in memory ---- */

static void add_long(bf_writer *writer, uint32_t doc)
{
    char body[LONG_WORDS * 9 + 1], id[16];
    size_t length = 0;
    for (uint32_t i = 0; i < LONG_WORDS; i++) {
        const char *form = i == doc % LONG_WORDS ? "striking" : i == 7 && doc % 3 == 0 ? "strikes" : "strike";
        length += (size_t)snprintf(body + length, sizeof body - length, "%s ", form);
    }
    snprintf(id, sizeof id, "%u", doc);
    add_article(writer, id, doc % 5 == 0 ? "struck by strikes" : "", body);
}

/* More occurrences than a merge holds; and, deleted for the most part, as many as it does. */
static void test_long_lists(void **state)
{
    bf_writer_options options = {.no_sync = true, .no_merge = true, .threads = 1};
    for (uint32_t kept = 1; kept <= 3; kept += 2) {
        bf_writer *writer = open_writer(path_of(state), &options);
        for (uint32_t doc = 0; doc < LONG_ARTICLES; doc++) {
            add_long(writer, doc);
            if (doc % (LONG_ARTICLES / 3) == LONG_ARTICLES / 3 - 1) commit_writer(writer);
        }
        uint32_t live = 0, strikes = 0, titles = 0, second = 0;
        for (uint32_t doc = 0; doc < LONG_ARTICLES; doc++) {
            char id[16];
            snprintf(id, sizeof id, "%u", doc);
            if (kept == 1 ? doc == 4000 : doc % kept != 0) {
                assert_int_equal(bf_writer_delete(writer, text_of(id), NULL), BF_OK);
                continue;
            }
            live++;
            titles += doc % 5 == 0;
            strikes += doc % 5 == 0 || (doc % 3 == 0 && doc % LONG_WORDS != 7);
            second += doc % LONG_WORDS == 8 && doc % 3 == 0;
        }
        assert_int_equal(bf_writer_merge(writer, 1, NULL), BF_OK);
        bf_writer_close(writer);
        bf_searcher *searcher = open_searcher(path_of(state));
        assert_int_equal(stats_of(searcher).segments, 1);
        expect_df(searcher, "strike", live, "strike");
        expect_df(searcher, "=striking", live, "striking");
        expect_df(searcher, "=strikes", strikes, "strikes");
        expect_df(searcher, "title:strike", titles, "strike");
        expect_matches(searcher, "=\"strikes striking\"", second);
        bf_searcher_close(searcher);
        assert_index_sound(path_of(state));
        remove_folder(path_of(state));
    }
}

/* ---- What check finds ---- */

static void keep_first_line(void *context, const char *line)
{
    if (!*(char *)context) snprintf(context, 512, "%s", line);
}

/* False counts of a form in the manifest, with every checksum right. */
static void test_check_finds_false_adjustments(void **state)
{
    static const struct {
        const char *form;
        struct form_counts counts;
    } false_ones[] = {{"strikes", {2, 0}}, {"strikes", {1, 1}}, {"striking", {1, 0}}, {"strike", {1, 0}}};
    bf_writer_options options = {.no_sync = true, .no_merge = true};
    bf_writer *writer = open_writer(path_of(state), &options);
    add_article(writer, "a", "", "two strikes");
    add_article(writer, "b", "", "one strike");
    add_article(writer, "c", "", "striking strikes");
    commit_writer(writer);
    assert_int_equal(bf_writer_delete(writer, text_of("a"), NULL), BF_OK);
    commit_writer(writer);
    bf_writer_close(writer);
    assert_index_sound(path_of(state));
    for (size_t i = 0; i <= COUNT(false_ones); i++) {
        struct manifest_store *store;
        struct manifest_transaction *transaction;
        struct buffer value = {0};
        uint8_t key[300];
        char line[512] = "";
        size_t key_length = manifest_adjustment_key(1, (const uint8_t *)"\x01" "strike", 7, key);
        struct term_adjustment adjustment = {.df = 1, .cf = 1};
        struct form form = {(const uint8_t *)"strikes", 7, {1, 0}}; /* last: the truth again */
        if (i < COUNT(false_ones))
            form = (struct form){(const uint8_t *)false_ones[i].form, (uint32_t)strlen(false_ones[i].form), false_ones[i].counts};
        adjusted_forms_encode(&adjustment, (const uint8_t *)"strike", 6, &form, 1, &value);
        assert_int_equal(manifest_store_open(path_of(state), false, &store, NULL), BF_OK);
        assert_int_equal(manifest_write_begin(store, false, &transaction, NULL), BF_OK);
        assert_int_equal(manifest_put(transaction, key, key_length, value.bytes, value.length, NULL), BF_OK);
        assert_int_equal(manifest_commit(transaction, NULL), BF_OK);
        manifest_store_close(store);
        buffer_free(&value);
        bf_status status = bf_check(path_of(state), keep_first_line, line, NULL);
        assert_int_equal(status, i < COUNT(false_ones) ? BF_CORRUPT : BF_OK);
        if (status != BF_OK && !strstr(line, "took from a form")) fail_msg("%zu: %s", i, line);
    }
}

int main(void)
{
#define index_test(name) cmocka_unit_test_setup_teardown(name, index_fixture_make, index_fixture_remove)
    const struct CMUnitTest tests[] = {
        index_test(test_by_hand),
        index_test(test_no_stems),
        index_test(test_accents_after_stemming),
        index_test(test_shapes),
        index_test(test_long_lists),
        index_test(test_check_finds_false_adjustments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
