/* The real collections, where they are there: what each source holds is what is read, and what is written as JSON reads back
 * the same. */
#include "reader_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define DATA "../shared/data/"

static void need(const char *path)
{
    if (access(path, R_OK) == 0) return;
    print_message("skipped: %s is not there\n", path);
    skip();
}

static void test_wire_article(void **state)
{
    (void)state;
    struct gathered gathered = {.round_trip = true};
    need(DATA "wire");
    assert_int_equal(gather_path(&gathered, DATA "wire"), BF_OK);
    assert_int_equal(gathered.article_count, 1);
    const bf_article *article = &gathered.articles[0].article;
    assert_string_equal(gathered_text(&gathered, article->section), "politics");
    assert_string_equal(gathered_text(&gathered, article->title), "Japan defense chief Koizumi considering U.S. trip");
    assert_string_equal(gathered_text(&gathered, article->place), "TOKYO");
    const char *body = gathered_text(&gathered, article->body);
    assert_int_equal(strncmp(body, "Japanese Defense Minister", 25), 0);
    size_t paragraphs = 1;
    for (const char *at = body; (at = strstr(at, "\n\n")); at += 2) paragraphs++;
    assert_int_equal(paragraphs, 10);
    assert_int_equal(gathered.round_trip_failures, 0);
    gathered_free(&gathered);
}

static void test_reuters_21578(void **state)
{
    (void)state;
    struct gathered gathered = {.round_trip = true};
    need(DATA "reuters-21578.tar.gz");
    assert_int_equal(gather_path(&gathered, DATA "reuters-21578.tar.gz"), BF_OK);
    size_t records = 0, topics = 0, places = 0, dated = 0, placed = 0;
    bool latin1 = false;
    for (size_t i = 0; i < gathered.article_count; i++) {
        const struct gathered_article *one = &gathered.articles[i];
        const char *extra = gathered_text(&gathered, one->article.extra);
        if (!strstr(one->path, ".sgm")) continue;
        records++;
        topics += strstr(extra, "\"topics\":") != NULL;
        places += strstr(extra, "\"places\":") != NULL;
        dated += one->article.date.precision == BF_DATE_SECOND;
        placed += one->article.place.length > 0;
        bool seventeen = strstr(one->path, "reut2-017.sgm") != NULL;
        if (seventeen && memmem(one->article.body.bytes, one->article.body.length, "ü", 2)) latin1 = true;
    }
    /* One record has neither title nor text; 11,367 have topics and 18,798 places, and one has no hour a clock has
     * ("605:12:19.12"). */
    assert_int_equal(gathered.refusal_count, 1);
    assert_string_equal(gathered.refusals[0].id, "12793");
    assert_int_equal(records, 21577);
    assert_int_equal(topics, 11367);
    assert_int_equal(places, 18798);
    assert_int_equal(dated, 21576);
    assert_in_range(placed, 19000, 19200);
    assert_true(latin1);
    assert_int_equal(gathered.counts.converted_latin1, 1);
    assert_int_equal(gathered.counts.stripped_controls, 21578);
    if (gathered.round_trip_failures) fail_msg("%s", gathered.round_trip_note);
    gathered_free(&gathered);
}

static void count_lines(const char *path, size_t articles, size_t refusals)
{
    struct gathered gathered = {.count_only = true};
    assert_int_equal(gather_path(&gathered, path), BF_OK);
    assert_int_equal(gathered.article_count, articles);
    assert_int_equal(gathered.refusal_count, refusals);
    assert_int_equal(gathered.counts.source_bytes, gathered.counts.source_total);
    gathered_free(&gathered);
}

static void test_reuters_news(void **state)
{
    (void)state;
    need(DATA "reuters-news-2006-2009.jsonl.zst");
    count_lines(DATA "reuters-news-2006-2009.jsonl.zst", 45311, 0);
}

static void test_judged(void **state)
{
    (void)state;
    static const struct { const char *name; size_t articles, refusals; } sets[] = {
        {"cran", 1398, 2}, {"cacm", 3204, 0}, {"med", 1033, 0}, {"npl", 11429, 0}, {"xquad-en", 240, 0}, {"xquad-zh", 240, 0},
    };
    need(DATA "ir");
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        char path[200];
        struct gathered gathered = {.round_trip = i != 3, .count_only = true};
        snprintf(path, sizeof path, DATA "ir/%s/articles.jsonl", sets[i].name);
        assert_int_equal(gather_path(&gathered, path), BF_OK);
        assert_int_equal(gathered.article_count, sets[i].articles);
        assert_int_equal(gathered.refusal_count, sets[i].refusals);
        if (gathered.round_trip_failures) fail_msg("%s: %s", sets[i].name, gathered.round_trip_note);
        gathered_free(&gathered);
    }
}

static void test_chronicling_america(void **state)
{
    (void)state;
    struct gathered gathered = {.stop_after = 200, .round_trip = true};
    need(DATA "chronam-1916-01.tar.zst");
    assert_int_equal(gather_path(&gathered, DATA "chronam-1916-01.tar.zst"), BF_INTERRUPTED);
    assert_int_equal(gathered.refusal_count, 0);
    assert_non_null(strstr(gathered_text(&gathered, gathered.articles[0].article.id), "chronam-1916-01.tar.zst/dates/19160101/"));
    for (size_t i = 0; i < 200; i++) assert_true(gathered.articles[i].article.body.length > 0);
    if (gathered.round_trip_failures) fail_msg("%s", gathered.round_trip_note);
    gathered_free(&gathered);
}

static void test_samples(void **state)
{
    (void)state;
    struct gathered gathered = {.round_trip = true};
    need(DATA "formats");
    assert_int_equal(gather_path(&gathered, DATA "formats/trec"), BF_OK);
    assert_int_equal(gathered.article_count, 10);
    assert_int_equal(gathered.refusal_count, 0);
    assert_string_equal(gathered_text(&gathered, gathered.articles[0].article.id), "AP-0001");
    assert_int_equal(gather_path(&gathered, DATA "formats/washington-post"), BF_OK);
    assert_int_equal(gathered.article_count, 14);
    const bf_article *article = &gathered.articles[10].article;
    assert_string_equal(gathered_text(&gathered, article->section), "WorldViews");
    assert_int_equal(strncmp(gathered_text(&gathered, article->body),
                             "It's a big year for women in politics.\n\nIn a historic first", 58), 0);
    assert_null(strstr(gathered_text(&gathered, article->body), "<a "));
    assert_int_equal(article->date.seconds, 1472713234);
    if (gathered.round_trip_failures) fail_msg("%s", gathered.round_trip_note);
    gathered_free(&gathered);
    /* Everything else there is: forms that are not known are refused by name, and nothing breaks. */
    assert_int_equal(gather_path(&gathered, DATA "formats"), BF_OK);
    if (gathered.round_trip_failures) fail_msg("%s", gathered.round_trip_note);
    assert_true(gathered.refusal_count > 0);
    gathered_free(&gathered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wire_article), cmocka_unit_test(test_reuters_21578),       cmocka_unit_test(test_reuters_news),
        cmocka_unit_test(test_judged),       cmocka_unit_test(test_chronicling_america), cmocka_unit_test(test_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
