/* Matching and scoring, case by case: what random collections (test_brute_force.c) meet only by luck. */
#include "brute_compare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "buffer.h"
#include "index_fixture.h"
#include "posting_list.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *path_of(void **state)
{
    return ((struct index_fixture *)*state)->path;
}

static bf_results *search_with(bf_searcher *searcher, const char *query, const bf_search_options *options)
{
    bf_results *results = NULL;
    bf_error error = {0};
    if (bf_search(searcher, query, options, &results, &error) != BF_OK) fail_msg("%s: %s", query, error.message);
    return results;
}

/* ---- Scores by hand ---- */

/* Three articles of 4, 2 and 6 words: 4 on average. */
static void test_score_by_hand(void **state)
{
    bf_writer *writer = open_writer(path_of(state), NULL);
    add_article(writer, "a", "harbour", "the harbour opens");
    add_article(writer, "b", "", "calm harbour");
    add_article(writer, "c", "storm", "ships wait out the storm");
    commit_writer(writer);
    bf_writer_close(writer);
    bf_searcher *searcher = open_searcher(path_of(state));

    double idf = log(1 + (3 - 2 + 0.5) / (2 + 0.5));
    /* once in the body, and once in the title, which counts 2; length 4: the norm is k1 */
    double a = idf * 3 / (3 + 1.2);
    double b = idf * 1 / (1 + 1.2 * (1 - 0.75 + 0.75 * 2 / 4));
    bf_results *results = search_with(searcher, "harbour", NULL);
    assert_int_equal(bf_results_total(results), 2);
    assert_float_equal(bf_results_hit(results, 0)->score, (float)a, 1e-6f);
    assert_float_equal(bf_results_hit(results, 1)->score, (float)b, 1e-6f);
    assert_string_equal(found_ids(searcher, "harbour"), "a b");
    assert_float_equal(bf_results_word(results, 0)->idf, (float)idf, 1e-6f);
    assert_int_equal(bf_results_word(results, 0)->df, 2);
    assert_null(bf_results_word(results, 1));
    bf_results_free(results);

    bf_search_options options = {.set_parameters = true, .k1 = 2, .b = 0, .title_weight = 5};
    results = search_with(searcher, "harbour^3", &options);
    assert_float_equal(bf_results_hit(results, 0)->score, (float)(3 * idf * 6 / (6 + 2)), 1e-6f);
    assert_float_equal(bf_results_hit(results, 1)->score, (float)(3 * idf * 1 / (1 + 2)), 1e-6f);
    bf_results_free(results);

    /* a title's own df, and no length; a phrase has its words' idfs together */
    double title_idf = log(1 + (3 - 1 + 0.5) / (1 + 0.5));
    results = search_with(searcher, "title:harbour", NULL);
    assert_int_equal(bf_results_total(results), 1);
    assert_float_equal(bf_results_hit(results, 0)->score, (float)(title_idf / (1 + 1.2)), 1e-6f);
    bf_results_free(results);
    results = search_with(searcher, "\"calm harbour\"", NULL);
    assert_int_equal(bf_results_total(results), 1);
    assert_float_equal(bf_results_hit(results, 0)->score, (float)((title_idf + idf) / (1 + 1.2 * (1 - 0.75 + 0.75 * 2 / 4))),
                       1e-6f);
    bf_results_free(results);
    bf_searcher_close(searcher);
}

/* Lengths go into one byte: 40 and 41 are one length, 39 and 40 are two. */
static void test_rounded_lengths(void **state)
{
    static const uint32_t lengths[][2] = {{1, 1}, {23, 23}, {24, 24}, {39, 39}, {40, 40}, {41, 40}, {42, 42}, {56, 56}, {59, 56},
                                          {60, 60}, {1000, 984}, {200000, 196632}};
    for (size_t i = 0; i < COUNT(lengths); i++) assert_int_equal(brute_rounded_length(lengths[i][0]), lengths[i][1]);
    bf_writer *writer = open_writer(path_of(state), NULL);
    struct buffer text = {0};
    for (uint32_t length = 38; length < 44; length++) {
        char id[16];
        buffer_clear(&text);
        for (uint32_t i = 1; i < length; i++) buffer_append_string(&text, "x ");
        buffer_append_string(&text, "harbour");
        snprintf(id, sizeof id, "%u", length);
        add_article(writer, id, "", buffer_string(&text));
    }
    buffer_free(&text);
    commit_writer(writer);
    bf_writer_close(writer);
    bf_searcher *searcher = open_searcher(path_of(state));
    bf_results *results = search_with(searcher, "harbour", NULL);
    float scores[6];
    for (size_t i = 0; i < 6; i++) scores[i] = bf_results_hit(results, i)->score;
    assert_true(scores[0] > scores[1] && scores[1] > scores[2] && scores[2] == scores[3] && scores[3] > scores[4] &&
                scores[4] == scores[5]);
    bf_results_free(results);
    bf_searcher_close(searcher);
}

/* ---- What matches ---- */

static void test_fields_do_not_run_together(void **state)
{
    const bf_text keywords[] = {text_of("north harbour"), text_of("strike talks")};
    const bf_article article = {.id = text_of("a"), .title = text_of("Harbour strike"), .body = text_of("ends today"),
                                .section = text_of("business news"), .place = text_of("Port Tamsin"),
                                .byline = text_of("Ida Weir"), .source = text_of("Meridian"),
                                .url = text_of("http://wire.example/a"), .language = text_of("en"), .keywords = keywords,
                                .keyword_count = 2};
    static const struct { const char *query; uint64_t total; } cases[] = {
        {"\"harbour strike\"", 1}, {"\"strike ends\"", 0}, {"\"ends today\"", 1}, {"title:\"harbour strike\"", 1},
        {"body:\"harbour strike\"", 0}, {"title:ends", 0}, {"body:ends", 1}, {"ends", 1}, {"title:strike", 1},
        {"body:strike", 0}, {"keywords:\"north harbour\"", 1}, {"keywords:\"harbour strike\"", 0}, {"keywords:strike", 1},
        {"section:business", 1}, {"section:harbour", 0}, {"business", 0}, {"place:\"port tamsin\"", 1}, {"byline:weir", 1},
        {"source:meridian", 1}, {"url:wire.example", 1}, {"language:en", 1}, {"tamsin", 0}, {"id:a", 1}, {"id:b", 0},
        {"+harbour -strike", 0}, {"harbour -storm", 1}, {"-storm", 1}, {"-harbour", 0}, {"", 0}, {"!?", 0},
    };
    bf_writer *writer = open_writer(path_of(state), NULL);
    assert_int_equal(bf_writer_add(writer, &article, NULL, NULL), BF_OK);
    commit_writer(writer);
    bf_writer_close(writer);
    bf_searcher *searcher = open_searcher(path_of(state));
    for (size_t i = 0; i < COUNT(cases); i++)
        if (count_matches(searcher, cases[i].query) != cases[i].total)
            fail_msg("%s: %" PRIu64 " matches", cases[i].query, count_matches(searcher, cases[i].query));
    bf_searcher_close(searcher);
}

static void test_dates_and_their_edges(void **state)
{
    static const struct { const char *id, *date; } articles[] = {{"a", "2006-12-31T23:59:59Z"}, {"b", "2007"},
                                                                 {"c", "2007-03-01"}, {"d", "2007-03-31T23:59:59Z"},
                                                                 {"e", "2007-04"}, {"f", "2008-01-01T00:00:00Z"}, {"g", ""},
                                                                 {"h", "1912-04-15"}};
    static const struct { const char *query, *ids; } cases[] = {
        {"date:2007", "b c d e"}, {"date:2007-03", "c d"}, {"date:2007-03-31", "d"}, {"date:2007-03..2007-04", "c d e"},
        {"date:2008..", "f"}, {"date:..2006", "a h"}, {"date:1912", "h"}, {"storm date:2007-03", "c d"},
        {"storm -date:2007", "a f g h"}, {"date:2009", ""}, {"date:2006 date:2008 storm", "a f"}, {"date:2007-01-01", "b"},
    };
    bf_writer *writer = open_writer(path_of(state), NULL);
    for (size_t i = 0; i < COUNT(articles); i++) {
        bf_article article = {.id = text_of(articles[i].id), .body = text_of("storm")};
        if (*articles[i].date) assert_int_equal(bf_date_parse(text_of(articles[i].date), &article.date), BF_OK);
        assert_int_equal(bf_writer_add(writer, &article, NULL, NULL), BF_OK);
    }
    commit_writer(writer);
    bf_writer_close(writer);
    bf_searcher *searcher = open_searcher(path_of(state));
    for (size_t i = 0; i < COUNT(cases); i++)
        if (strcmp(found_ids(searcher, cases[i].query), cases[i].ids) != 0)
            fail_msg("%s: %s", cases[i].query, found_ids(searcher, cases[i].query));
    bf_searcher_close(searcher);
}

/* A word that counts nothing still matches; what scores alike stands as it arrived, an article that was replaced among the
 * last. */
static void test_ties_and_nothing_to_score(void **state)
{
    bf_writer_options keep = {.no_merge = true};
    bf_writer *writer = open_writer(path_of(state), &keep);
    for (const char *id = "abcdef"; *id; id++) {
        const char name[] = {*id, '\0'};
        add_article(writer, name, "storm", "warning");
        if (*id == 'b' || *id == 'd') commit_writer(writer);
    }
    add_article(writer, "a", "storm", "warning");
    commit_writer(writer);
    bf_searcher *searcher = open_searcher(path_of(state));
    assert_int_equal(stats_of(searcher).segments, 3);
    assert_string_equal(found_ids(searcher, "storm"), "b c d e f a");
    assert_string_equal(found_ids(searcher, "date:2007 OR storm"), "b c d e f a");
    bf_search_options nothing = {.k = 4, .set_parameters = true, .k1 = 1.2f, .b = 0.75f, .title_weight = 0};
    bf_results *results = search_with(searcher, "storm", &nothing);
    assert_int_equal(bf_results_total(results), 6);
    assert_int_equal(bf_results_count(results), 4);
    for (size_t i = 0; i < 4; i++) assert_true(bf_results_hit(results, i)->score == 0);
    const bf_part *parts;
    size_t part_count;
    assert_int_equal(bf_results_explain(results, 3, &parts, &part_count, NULL), BF_OK);
    assert_int_equal(part_count, 1);
    assert_true(parts[0].tf == 0 && parts[0].score == 0);
    bf_results_free(results);
    bf_searcher_close(searcher);
    bf_writer_close(writer);
}

/* ---- Options ---- */

static void test_options(void **state)
{
    bf_writer *writer = open_writer(path_of(state), NULL);
    for (int i = 0; i < 25; i++) {
        char id[16];
        snprintf(id, sizeof id, "%d", i);
        add_article(writer, id, "", "storm warning");
    }
    commit_writer(writer);
    bf_writer_close(writer);
    bf_searcher *searcher = open_searcher(path_of(state));
    static const struct { bf_search_options options; size_t count; uint64_t first; } cases[] = {
        {{0}, 10, 1}, {{.k = 3}, 3, 1}, {{.k = 3, .offset = 23}, 2, 24}, {{.offset = 25}, 0, 0},
        {{.offset = UINT32_MAX, .k = UINT32_MAX}, 0, 0}, {{.k = UINT32_MAX}, 25, 1}, {{.count_only = true}, 0, 0},
        {{.ranker = "exhaustive", .k = 1, .offset = 1}, 1, 2},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        bf_results *results = search_with(searcher, "storm", &cases[i].options);
        assert_int_equal(bf_results_total(results), 25);
        assert_int_equal(bf_results_count(results), cases[i].count);
        if (cases[i].count) assert_int_equal(bf_results_hit(results, 0)->rank, cases[i].first);
        assert_null(bf_results_hit(results, cases[i].count));
        bf_text id;
        const bf_part *parts;
        size_t part_count;
        assert_int_equal(bf_results_id(results, cases[i].count, &id, NULL), BF_BAD_ARGUMENT);
        assert_int_equal(bf_results_explain(results, cases[i].count, &parts, &part_count, NULL), BF_BAD_ARGUMENT);
        bf_results_free(results);
    }
    static const bf_search_options bad[] = {
        {.set_parameters = true, .k1 = -1}, {.set_parameters = true, .b = 1.01f}, {.set_parameters = true, .b = -0.01f},
        {.set_parameters = true, .k1 = NAN}, {.set_parameters = true, .k1 = 1.1e6f}, {.set_parameters = true, .title_weight = -1},
        {.set_parameters = true, .title_weight = INFINITY}, {.set_parameters = true, .title_weight = 3e38f},
        {.ranker = "none such"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        bf_results *results = NULL;
        assert_int_equal(bf_search(searcher, "storm", &bad[i], &results, NULL), BF_BAD_ARGUMENT);
        assert_null(results);
    }
    bf_searcher_close(searcher);
}

/* Results outlive the searcher they came from. */
static void test_results_outlive_the_searcher(void **state)
{
    add_committed(path_of(state), "a", "Storm", "warning");
    bf_searcher *searcher = open_searcher(path_of(state));
    bf_results *results = search_for(searcher, "storm", 10);
    add_committed(path_of(state), "b", "Storm", "over");
    bool moved = false;
    assert_int_equal(bf_searcher_refresh(searcher, &moved, NULL), BF_OK);
    assert_true(moved);
    assert_int_equal(count_matches(searcher, "storm"), 2);
    bf_searcher_close(searcher);
    assert_int_equal(bf_results_total(results), 1);
    const bf_article *article;
    assert_int_equal(bf_results_article(results, 0, &article, NULL), BF_OK);
    assert_int_equal(article->title.length, 5);
    bf_results_free(results);
}

/* ---- Lists at the borders of their shapes ---- */

enum { BORDER_ARTICLES = 8300 };

/* Of all articles exactly `df` are, evenly spread. */
static bool is_among(uint32_t doc, uint32_t df)
{
    return (uint64_t)doc * df / BORDER_ARTICLES != ((uint64_t)doc + 1) * df / BORDER_ARTICLES;
}

/* Articles of which exactly dfs[i] have the word w<i> in the body, and as many others h<i> in the title. */
static void test_lists_at_borders(void **state)
{
    static const uint32_t dfs[] = {1, 2, 3, 4, 5, 6, 15, 16, 17, 127, 128, 129, 130, 255, 256, 257, 384, 385, 1023, 1024, 1025,
                                   4096, POSTING_PAGED_DF - 1, POSTING_PAGED_DF, POSTING_PAGED_DF + 1, BORDER_ARTICLES};
    struct brute_force twin = {0};
    struct difference difference;
    struct buffer body = {0}, title = {0};
    bf_writer_options options = {.no_sync = true};
    assert_int_equal(analyzer_new("none", "standard", &twin.analyzer, NULL), BF_OK);
    options.language = "none";
    bf_writer *writer = open_writer(path_of(state), &options);
    for (uint32_t doc = 0; doc < BORDER_ARTICLES; doc++) {
        buffer_clear(&body);
        buffer_clear(&title);
        buffer_append_string(&body, "all");
        for (size_t i = 0; i < COUNT(dfs); i++) {
            for (uint32_t times = is_among(doc, dfs[i]) ? 1 + (doc % 19 == 0) * 20 : 0; times > 0; times--)
                buffer_append_format(&body, " w%zu", i);
            if (is_among(BORDER_ARTICLES - 1 - doc, dfs[i])) buffer_append_format(&title, " h%zu", i);
        }
        char id[16];
        snprintf(id, sizeof id, "%u", doc);
        bf_article article = {.id = text_of(id), .title = {(const char *)title.bytes, title.length},
                              .body = {(const char *)body.bytes, body.length}};
        assert_int_equal(bf_writer_add(writer, &article, NULL, NULL), BF_OK);
        brute_add(&twin, &article);
    }
    commit_writer(writer);
    brute_commit(&twin);
    bf_writer_close(writer);
    buffer_free(&body);
    buffer_free(&title);

    bf_searcher *searcher = open_searcher(path_of(state));
    assert_int_equal(stats_of(searcher).segments, 1);
    assert_index_sound(path_of(state));
    for (size_t i = 0; i < COUNT(dfs); i++) {
        static const char *const forms[] = {"w%zu", "+w%zu +h%zu", "title:h%zu body:w%zu", "\"w%zu w%zu\"", "+all -w%zu",
                                            "h%zu w%zu"};
        for (size_t form = 0; form < COUNT(forms); form++) {
            char query[64];
            size_t other = form == 3 || (form == 5 && i % 2) ? i + 1 : i;
            snprintf(query, sizeof query, forms[form], i, other);
            bf_search_options search = {.k = form == 0 ? BORDER_ARTICLES : 20};
            size_t matched;
            if (!brute_compare_query(searcher, &twin, 1, query, &search, &matched, &difference))
                fail_msg("df %u, %s: %s", dfs[i], query, difference.line);
            if (form == 0) assert_int_equal(matched, dfs[i]);
        }
    }
    if (!brute_compare_index(searcher, &twin, 1, 0, &difference)) fail_msg("%s", difference.line);
    bf_searcher_close(searcher);
    analyzer_free(twin.analyzer);
    brute_free(&twin);
}

/* Titles and keywords number their words with a gap of 16 behind them, if there are any. */
static bf_status keep_positions(void *context, bf_text id, uint32_t tf, const uint32_t *positions)
{
    struct buffer *kept = context;
    buffer_append_format(kept, "%.*s:", (int)id.length, id.bytes);
    for (uint32_t i = 0; i < tf; i++) buffer_append_format(kept, "%u,", positions[i]);
    return BF_OK;
}

static void test_positions(void **state)
{
    const bf_text keywords[] = {text_of("storm north"), text_of(""), text_of("storm")};
    const bf_article article = {.id = text_of("a"), .title = text_of("Storm warning"), .body = text_of("a storm, a storm"),
                                .keywords = keywords, .keyword_count = 3};
    bf_writer *writer = open_writer(path_of(state), NULL);
    assert_int_equal(bf_writer_add(writer, &article, NULL, NULL), BF_OK);
    add_article(writer, "b", "", "storm");
    add_article(writer, "c", "calm", "sea");
    commit_writer(writer);
    bf_writer_close(writer);
    bf_searcher *searcher = open_searcher(path_of(state));
    struct buffer kept = {0};
    assert_int_equal(bf_searcher_each_posting(searcher, NULL, text_of("storm"), keep_positions, &kept, NULL), BF_OK);
    assert_string_equal(buffer_string(&kept), "a:0,19,21,b:0,");
    buffer_clear(&kept);
    assert_int_equal(bf_searcher_each_posting(searcher, "keywords", text_of("storm"), keep_positions, &kept, NULL), BF_OK);
    assert_string_equal(buffer_string(&kept), "a:0,34,");
    assert_int_equal(bf_searcher_each_posting(searcher, "text", text_of("typhoon"), keep_positions, &kept, NULL), BF_NOT_FOUND);
    assert_int_equal(bf_searcher_each_posting(searcher, "colour", text_of("storm"), keep_positions, &kept, NULL),
                     BF_BAD_ARGUMENT);
    buffer_free(&kept);
    bf_searcher_close(searcher);
}

/* One character stands for every term that begins with it, once an article. */
static void test_single_characters(void **state)
{
    bf_writer *writer = open_writer(path_of(state), NULL);
    add_article(writer, "a", "", "東京都");
    add_article(writer, "b", "京都", "東東東");
    add_article(writer, "c", "", "大阪");
    commit_writer(writer);
    bf_writer_close(writer);
    bf_searcher *searcher = open_searcher(path_of(state));
    static const struct { const char *query, *ids;
    } cases[] = {{"東", "b a"},       {"京", "b a"},    {"都", "b a"},     {"阪", "c"},      {"東京", "a"}, {"東京都", "a b"},
                 {"\"東京都\"", "a"}, {"+東京都", "a"}, {"title:京", "b"}, {"body:京", "a"}, {"名", ""},    {"\"東東東東\"", ""}};
    for (size_t i = 0; i < COUNT(cases); i++)
        if (strcmp(found_ids(searcher, cases[i].query), cases[i].ids) != 0)
            fail_msg("%s: %s", cases[i].query, found_ids(searcher, cases[i].query));
    bf_results *results = search_for(searcher, "東", 10);
    assert_int_equal(bf_results_word(results, 0)->df, 2);
    bf_results_free(results);
    bf_searcher_close(searcher);
}

int main(void)
{
#define index_test(name) cmocka_unit_test_setup_teardown(name, index_fixture_make, index_fixture_remove)
    const struct CMUnitTest tests[] = {
        index_test(test_score_by_hand),
        index_test(test_rounded_lengths),
        index_test(test_fields_do_not_run_together),
        index_test(test_dates_and_their_edges),
        index_test(test_ties_and_nothing_to_score),
        index_test(test_options),
        index_test(test_results_outlive_the_searcher),
        index_test(test_lists_at_borders),
        index_test(test_positions),
        index_test(test_single_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
