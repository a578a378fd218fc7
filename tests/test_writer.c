/* The public writer: what is replaced, deleted, visible, refused, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "article_rules.h"
#include "index_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *path_of(void **state)
{
    return ((struct index_fixture *)*state)->path;
}

static void assert_says(const bf_error *error, const char *words)
{
    if (!strstr(error->message, words)) fail_msg("\"%s\" does not say \"%s\"", error->message, words);
    assert_null(strchr(error->message, '\n'));
}

static bf_status delete_article(bf_writer *writer, const char *id)
{
    bf_error error = {0};
    bf_status status = bf_writer_delete(writer, text_of(id), &error);
    assert_int_equal(status, error.status);
    return status;
}

static void merge_to(bf_writer *writer, uint32_t count)
{
    bf_error error = {0};
    if (bf_writer_merge(writer, count, &error) != BF_OK) fail_msg("merge: %s", error.message);
}

/* ---- Replacing and deleting ---- */

static void test_replace(void **state)
{
    const char *path = path_of(state);
    bf_writer *writer = open_writer(path, NULL);
    assert_false(add_article(writer, "a", "Storm", "An old storm."));
    assert_false(add_article(writer, "b", "Sun", "Bright sun."));
    commit_writer(writer);
    assert_true(add_article(writer, "a", "Calm", "A new calm."));
    assert_int_equal(count_committed(path, "storm"), 1);
    commit_writer(writer);
    bf_writer_close(writer);

    assert_int_equal(count_committed(path, "storm"), 0);
    assert_int_equal(count_committed(path, "calm"), 1);
    bf_stats stats = stats_committed(path);
    assert_int_equal(stats.articles, 2);
    assert_int_equal(stats.deleted, 1);
    assert_int_equal(stats.tokens, 4 + 3);
    assert_int_equal(stats.generation, 2);
    assert_index_sound(path);
}

static void test_replace_in_the_same_buffer(void **state)
{
    const char *path = path_of(state);
    bf_writer *writer = open_writer(path, NULL);
    assert_false(add_article(writer, "a", "Storm", ""));
    assert_true(add_article(writer, "a", "Rain", ""));
    assert_true(add_article(writer, "a", "Snow", ""));
    assert_false(add_article(writer, "b", "Sun", ""));
    commit_writer(writer);
    bf_writer_close(writer);
    assert_int_equal(count_committed(path, "storm rain"), 0);
    assert_int_equal(count_committed(path, "snow"), 1);
    assert_int_equal(stats_committed(path).articles, 2);
    assert_index_sound(path);
}

static void test_delete(void **state)
{
    const char *path = path_of(state);
    bf_writer *writer = open_writer(path, NULL);
    assert_int_equal(delete_article(writer, "a"), BF_NOT_FOUND);
    add_article(writer, "a", "Storm", "");
    add_article(writer, "b", "Storm", "");
    add_article(writer, "c", "Storm", "");
    assert_int_equal(delete_article(writer, "b"), BF_OK); /* not yet in a segment */
    assert_int_equal(delete_article(writer, "b"), BF_NOT_FOUND);
    commit_writer(writer);
    assert_int_equal(count_committed(path, "storm"), 2);
    assert_int_equal(delete_article(writer, "a"), BF_OK); /* in one */
    assert_int_equal(delete_article(writer, "a"), BF_NOT_FOUND);
    assert_int_equal(delete_article(writer, "nobody"), BF_NOT_FOUND);
    assert_int_equal(delete_article(writer, ""), BF_NOT_FOUND);
    assert_int_equal(count_committed(path, "storm"), 2);
    commit_writer(writer);
    bf_writer_close(writer);
    assert_int_equal(count_committed(path, "storm"), 1);
    assert_false(is_stored(path, "a"));
    assert_false(is_stored(path, "b"));
    assert_true(is_stored(path, "c"));
    assert_index_sound(path);
}

static void test_delete_and_add_again_in_one_commit(void **state)
{
    const char *path = path_of(state);
    bf_writer *writer = open_writer(path, NULL);
    add_article(writer, "a", "Storm", "");
    commit_writer(writer);
    assert_int_equal(delete_article(writer, "a"), BF_OK);
    assert_false(add_article(writer, "a", "Calm", ""));
    add_article(writer, "b", "Rain", "");
    assert_int_equal(delete_article(writer, "b"), BF_OK);
    assert_false(add_article(writer, "b", "Snow", ""));
    assert_int_equal(delete_article(writer, "b"), BF_OK);
    assert_false(add_article(writer, "b", "Hail", ""));
    commit_writer(writer);
    bf_writer_close(writer);
    assert_int_equal(count_committed(path, "storm rain snow"), 0);
    assert_int_equal(count_committed(path, "calm"), 1);
    assert_int_equal(count_committed(path, "hail"), 1);
    assert_int_equal(stats_committed(path).articles, 2);
    assert_index_sound(path);
}

static void test_delete_everything(void **state)
{
    const char *path = path_of(state);
    bf_writer *writer = open_writer(path, NULL);
    add_article(writer, "a", "Storm", "");
    add_article(writer, "b", "Storm", "");
    commit_writer(writer);
    assert_int_equal(delete_article(writer, "a"), BF_OK);
    assert_int_equal(delete_article(writer, "b"), BF_OK);
    commit_writer(writer);
    assert_int_equal(count_committed(path, "storm"), 0);
    bf_stats stats = stats_committed(path);
    assert_int_equal(stats.articles, 0);
    assert_int_equal(stats.segments, 0);
    assert_int_equal(stats.tokens, 0);
    assert_int_equal(count_segment_files(path), 0);
    assert_index_sound(path);
    add_article(writer, "a", "Storm", "");
    assert_int_equal(delete_article(writer, "a"), BF_OK); /* nothing of this commit lives either */
    commit_writer(writer);
    assert_int_equal(stats_committed(path).articles, 0);
    add_article(writer, "c", "Storm", "");
    commit_writer(writer);
    bf_writer_close(writer);
    assert_int_equal(count_committed(path, "storm"), 1);
    assert_index_sound(path);
}

/* ---- What is visible ---- */

static void test_uncommitted_is_invisible(void **state)
{
    const char *path = path_of(state);
    bf_error error = {0};
    bf_searcher *searcher = NULL;
    bf_writer *writer = open_writer(path, NULL);
    add_article(writer, "a", "Storm", "");
    assert_int_equal(bf_searcher_open(path, &searcher, &error), BF_NOT_FOUND);
    assert_says(&error, path);
    assert_null(searcher);
    commit_writer(writer);
    add_article(writer, "b", "Storm", "");
    assert_int_equal(delete_article(writer, "a"), BF_OK);
    searcher = open_searcher(path);
    assert_string_equal(found_ids(searcher, "storm"), "a");
    bool moved = true;
    assert_int_equal(bf_searcher_refresh(searcher, &moved, &error), BF_OK);
    assert_false(moved);
    commit_writer(writer);
    assert_string_equal(found_ids(searcher, "storm"), "a");
    assert_int_equal(bf_searcher_refresh(searcher, &moved, &error), BF_OK);
    assert_true(moved);
    assert_string_equal(found_ids(searcher, "storm"), "b");
    bf_searcher_close(searcher);
    bf_writer_close(writer);
}

static void test_close_loses_only_what_was_not_committed(void **state)
{
    const char *path = path_of(state);
    bf_writer *writer = open_writer(path, NULL);
    add_article(writer, "a", "Storm", "");
    commit_writer(writer);
    int files = count_segment_files(path);
    add_article(writer, "b", "Rain", "");
    assert_int_equal(delete_article(writer, "a"), BF_OK);
    bf_writer_close(writer);
    assert_int_equal(count_segment_files(path), files);
    assert_int_equal(count_committed(path, "storm"), 1);
    assert_int_equal(count_committed(path, "rain"), 0);
    assert_index_sound(path);
    bf_writer_close(NULL);
}

/* A snapshot, and results taken from it, outlive the files they came from. */
static void test_snapshot_stays(void **state)
{
    const char *path = path_of(state);
    bf_error error = {0};
    bf_writer_options options = {.no_merge = true};
    bf_writer *writer = open_writer(path, &options);
    for (int i = 0; i < 6; i++) {
        char id[16];
        snprintf(id, sizeof id, "a%d", i);
        add_article(writer, id, "Storm", i == 3 ? "The third storm storm storm." : "Another storm.");
        commit_writer(writer);
    }
    bf_searcher *before = open_searcher(path);
    bf_results *results = search_for(before, "storm", 10);
    assert_int_equal(bf_results_count(results), 6);
    assert_int_equal(stats_of(before).segments, 6);

    for (int i = 0; i < 6; i++) {
        char id[16];
        snprintf(id, sizeof id, "a%d", i);
        if (i % 2) assert_int_equal(delete_article(writer, id), BF_OK);
        else assert_true(add_article(writer, id, "Calm", ""));
    }
    merge_to(writer, 1);
    bf_writer_close(writer);
    assert_int_equal(count_segment_files(path), 1);

    /* The old files are gone from the folder; the snapshot reads on. */
    assert_int_equal(count_matches(before, "storm"), 6);
    assert_int_equal(count_matches(before, "calm"), 0);
    const bf_article *article;
    assert_int_equal(bf_searcher_article(before, text_of("a3"), &article, &error), BF_OK);
    assert_memory_equal(article->body.bytes, "The third storm storm storm.", article->body.length);

    bool moved = false;
    assert_int_equal(bf_searcher_refresh(before, &moved, &error), BF_OK);
    assert_true(moved);
    assert_int_equal(count_matches(before, "storm"), 0);
    assert_int_equal(count_matches(before, "calm"), 3);
    bf_searcher_close(before);

    /* Results keep their snapshot alive by themselves. */
    for (size_t i = 0; i < bf_results_count(results); i++) {
        bf_text id;
        assert_int_equal(bf_results_id(results, i, &id, &error), BF_OK);
        assert_int_equal(bf_results_article(results, i, &article, &error), BF_OK);
        assert_int_equal(article->id.length, id.length);
        assert_memory_equal(article->id.bytes, id.bytes, id.length);
        assert_memory_equal(article->title.bytes, "Storm", 5);
    }
    bf_results_free(results);
    assert_index_sound(path);
}

/* ---- Commits and merges ---- */

static void test_empty_commit(void **state)
{
    const char *path = path_of(state);
    bf_error error = {0};
    bf_writer *writer = open_writer(path, NULL);
    commit_writer(writer);
    bf_searcher *searcher = open_searcher(path);
    assert_int_equal(count_matches(searcher, "storm"), 0);
    assert_int_equal(count_matches(searcher, "\"storm calm\" -rain +title:snow"), 0);
    assert_int_equal(count_matches(searcher, ""), 0);
    bf_stats stats = stats_of(searcher);
    assert_int_equal(stats.articles, 0);
    assert_int_equal(stats.segments, 0);
    assert_int_equal(stats.first.precision, BF_DATE_NONE);
    const bf_article *article;
    assert_int_equal(bf_searcher_article(searcher, text_of("a"), &article, &error), BF_NOT_FOUND);
    assert_index_sound(path);
    uint64_t generation = stats.generation;
    bf_searcher_close(searcher);
    commit_writer(writer);
    merge_to(writer, 1);
    assert_int_equal(stats_committed(path).generation, generation); /* nothing changed, nothing was committed */
    add_article(writer, "a", "Storm", "");
    commit_writer(writer);
    assert_true(stats_committed(path).generation > generation);
    bf_writer_close(writer);
}

static void test_merge(void **state)
{
    const char *path = path_of(state);
    bf_writer_options options = {.no_merge = true};
    bf_writer *writer = open_writer(path, &options);
    for (int i = 0; i < 7; i++) {
        char id[16], body[64];
        snprintf(id, sizeof id, "a%d", i);
        snprintf(body, sizeof body, "Storm number%d in the year%d.", i, i % 2);
        add_article(writer, id, "Weather", body);
        commit_writer(writer);
    }
    assert_int_equal(stats_committed(path).segments, 7);
    assert_int_equal(delete_article(writer, "a2"), BF_OK);
    commit_writer(writer);
    assert_int_equal(stats_committed(path).segments, 6); /* one had nothing left */
    merge_to(writer, 2);
    assert_int_equal(stats_committed(path).segments, 2);
    assert_int_equal(count_segment_files(path), 2);
    assert_index_sound(path);
    assert_int_equal(delete_article(writer, "a0"), BF_OK);
    assert_int_equal(delete_article(writer, "a6"), BF_OK);
    merge_to(writer, 0);
    bf_stats stats = stats_committed(path);
    assert_int_equal(stats.segments, 1);
    assert_int_equal(stats.deleted, 0);
    assert_int_equal(stats.articles, 4);
    assert_int_equal(stats.tokens, 4 * 6);
    bf_searcher *searcher = open_searcher(path);
    assert_string_equal(found_ids(searcher, "storm"), "a1 a3 a4 a5"); /* equal scores: in the order of arrival */
    assert_int_equal(count_matches(searcher, "number2 number0 number6"), 0);
    assert_int_equal(count_matches(searcher, "\"storm number4 in the year0\""), 1);
    bf_searcher_close(searcher);
    /* One segment, something deleted: merging to one purges it. */
    assert_int_equal(delete_article(writer, "a3"), BF_OK);
    commit_writer(writer);
    assert_int_equal(stats_committed(path).deleted, 1);
    merge_to(writer, 1);
    assert_int_equal(stats_committed(path).deleted, 0);
    assert_int_equal(stats_committed(path).articles, 3);
    bf_writer_close(writer);
    assert_index_sound(path);
}

static void test_many_commits_are_merged_by_themselves(void **state)
{
    const char *path = path_of(state);
    bf_writer_options options = {.no_sync = true};
    bf_writer *writer = open_writer(path, &options);
    for (int i = 0; i < 100; i++) {
        char id[16];
        snprintf(id, sizeof id, "a%d", i);
        add_article(writer, id, "Storm", "One more of them.");
        commit_writer(writer);
    }
    bf_writer_close(writer);
    bf_stats stats = stats_committed(path);
    assert_int_equal(stats.articles, 100);
    assert_in_range(stats.generation, 101, 130); /* merges are commits of their own */
    assert_in_range(stats.segments, 1, 20);
    assert_int_equal(count_segment_files(path), stats.segments);
    assert_int_equal(count_committed(path, "storm"), 100);
    assert_index_sound(path);
}

static void test_no_sync(void **state)
{
    const char *path = path_of(state);
    bf_writer_options options = {.no_sync = true};
    bf_writer *writer = open_writer(path, &options);
    add_article(writer, "a", "Storm", "");
    commit_writer(writer);
    bf_writer_close(writer);
    add_committed(path, "b", "Storm", ""); /* and with sync again */
    assert_int_equal(count_committed(path, "storm"), 2);
    assert_index_sound(path);
}

/* More than fits in memory: several segments in one commit, none of them visible before it. */
static void test_little_memory(void **state)
{
    enum { ARTICLES = 300, WORDS = 2000 };
    const char *path = path_of(state);
    bf_error error = {0};
    uint64_t seed = random_seed();
    bf_writer_options options = {.memory = 8 << 20, .no_merge = true, .no_sync = true};
    bf_writer *writer = open_writer(path, &options);
    static char body[WORDS * 16];
    uint64_t words = 0;
    for (int i = 0; i < ARTICLES; i++) {
        char id[16];
        size_t length = 0;
        for (int j = 0; j < WORDS; j++) {
            length += (size_t)snprintf(body + length, sizeof body - length, "%sw%u", j ? " " : "",
                                       (unsigned)(random_next(&seed) % 200000));
            words++;
        }
        length += (size_t)snprintf(body + length, sizeof body - length, " only%d", i);
        snprintf(id, sizeof id, "a%d", i);
        assert_false(add_article(writer, id, "", body));
    }
    assert_int_equal(bf_searcher_open(path, &(bf_searcher *){NULL}, &error), BF_NOT_FOUND);
    assert_true(add_article(writer, "a0", "", "again0"));                       /* is in the first segment, not yet committed */
    assert_int_equal(delete_article(writer, "a1"), BF_OK);
    commit_writer(writer);
    bf_stats stats = stats_committed(path);
    assert_true(stats.segments > 1);
    assert_int_equal(stats.articles, ARTICLES - 1);
    assert_int_equal(stats.tokens, words - 2 * WORDS + (ARTICLES - 2) + 1);
    bf_searcher *searcher = open_searcher(path);
    assert_string_equal(found_ids(searcher, "again0"), "a0");
    assert_int_equal(count_matches(searcher, "only0 only1"), 0);
    for (int i = 2; i < ARTICLES; i += 37) {
        char query[16], id[16];
        snprintf(query, sizeof query, "only%d", i);
        snprintf(id, sizeof id, "a%d", i);
        assert_string_equal(found_ids(searcher, query), id);
    }
    assert_index_sound(path);
    merge_to(writer, 1);
    bf_writer_close(writer);
    bool moved;
    assert_int_equal(bf_searcher_refresh(searcher, &moved, &error), BF_OK);
    assert_int_equal(stats_of(searcher).tokens, stats.tokens);
    assert_string_equal(found_ids(searcher, "only4 again0"), "a0 a4");
    bf_searcher_close(searcher);
    assert_index_sound(path);
}

/* ---- What is refused ---- */

static void test_refused_articles(void **state)
{
    static const bf_text bad_keyword[] = {{"fine", 4}, {"\xc3", 1}};
    char long_id[BF_ID_MAX + 2];
    memset(long_id, 'x', sizeof long_id);
    const struct {
        bf_article article;
        const char *rule;
    } cases[] = {
        {{.title = {"T", 1}}, "must have an id"},
        {{.id = {long_id, BF_ID_MAX + 1}, .title = {"T", 1}}, "at most 400 bytes"},
        {{.id = {"a\nb", 3}, .title = {"T", 1}}, "no control characters"},
        {{.id = {"a\x7f", 2}, .title = {"T", 1}}, "no control characters"},
        {{.id = {"a\0b", 3}, .title = {"T", 1}}, "no control characters"},
        {{.id = {"\xff", 1}, .title = {"T", 1}}, "the id is not valid UTF-8"},
        {{.id = {"a", 1}}, "must have text"},
        {{.id = {"a", 1}, .title = {" \t", 2}, .body = {"\r\n ", 3}}, "must have text"},
        {{.id = {"a", 1}, .title = {"\xc0\x80", 2}}, "the title is not valid UTF-8"},
        {{.id = {"a", 1}, .body = {"x\xed\xa0\x80", 4}}, "the body is not valid UTF-8"},
        {{.id = {"a", 1}, .title = {"T", 1}, .section = {"\x80", 1}}, "the section is not valid UTF-8"},
        {{.id = {"a", 1}, .title = {"T", 1}, .place = {"\x80", 1}}, "the place is not valid UTF-8"},
        {{.id = {"a", 1}, .title = {"T", 1}, .byline = {"\x80", 1}}, "the byline is not valid UTF-8"},
        {{.id = {"a", 1}, .title = {"T", 1}, .source = {"\x80", 1}}, "the source is not valid UTF-8"},
        {{.id = {"a", 1}, .title = {"T", 1}, .url = {"\x80", 1}}, "the url is not valid UTF-8"},
        {{.id = {"a", 1}, .title = {"T", 1}, .language = {"\x80", 1}}, "the language is not valid UTF-8"},
        {{.id = {"a", 1}, .title = {"T", 1}, .extra = {"{\"x\":\"\x80\"}", 9}}, "the other members are not valid UTF-8"},
        {{.id = {"a", 1}, .title = {"T", 1}, .keywords = bad_keyword, .keyword_count = 2}, "a keyword is not valid UTF-8"},
    };
    const char *path = path_of(state);
    bf_writer *writer = open_writer(path, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        bf_error error = {0};
        bool replaced = true;
        assert_int_equal(bf_writer_add(writer, &cases[i].article, &replaced, &error), BF_REFUSED);
        assert_true(replaced); /* results are untouched on failure */
        assert_says(&error, cases[i].rule);
    }
    /* A refusal leaves the writer whole, and the limits themselves are allowed. */
    assert_false(add_article(writer, "a", "Storm", ""));
    long_id[BF_ID_MAX] = '\0';
    assert_false(add_article(writer, long_id, "Storm", ""));
    assert_false(add_article(writer, "\xc3\xa9\xe2\x82\xac \"q\"\\", "Storm", ""));
    commit_writer(writer);
    bf_writer_close(writer);
    assert_int_equal(count_committed(path, "storm"), 3);
    assert_true(is_stored(path, long_id));
    assert_true(is_stored(path, "\xc3\xa9\xe2\x82\xac \"q\"\\"));
    assert_index_sound(path);
}

/* The limit on size counts all members together. */
static void test_article_too_large(void **state)
{
    bf_error error = {0};
    char *body = calloc(1, BF_ARTICLE_MAX); /* NUL is a character like any other */
    if (!body) skip();
    bf_writer *writer = open_writer(path_of(state), NULL);
    bf_article article = {.id = {"a", 1}, .title = {"Storm", 5}, .body = {body, BF_ARTICLE_MAX - 5}};
    assert_int_equal(bf_writer_add(writer, &article, NULL, &error), BF_REFUSED);
    assert_says(&error, "at most 256 MiB");
    bf_text keyword = {body, 7};
    article.body.length = BF_ARTICLE_MAX - 6 - 6;
    article.keywords = &keyword;
    article.keyword_count = 1;
    assert_int_equal(bf_writer_add(writer, &article, NULL, &error), BF_REFUSED);
    assert_says(&error, "at most 256 MiB");
    bf_writer_close(writer);
    keyword.length = 6;
    assert_null(article_broken_rule(&article));
    free(body);
}

static void test_options_refused(void **state)
{
    const struct index_fixture *fixture = *state;
    bf_error error = {0};
    bf_writer *writer = NULL;
    bf_writer_options options = {.memory = (8 << 20) - 1};
    assert_int_equal(bf_writer_open(fixture->path, &options, &writer, &error), BF_BAD_ARGUMENT);
    assert_says(&error, "8M");
    options = (bf_writer_options){.language = "klingon"};
    assert_int_equal(bf_writer_open(fixture->path, &options, &writer, &error), BF_BAD_ARGUMENT);
    assert_says(&error, "klingon");
    options = (bf_writer_options){.analysis = "deep"};
    assert_int_equal(bf_writer_open(fixture->path, &options, &writer, &error), BF_BAD_ARGUMENT);
    assert_says(&error, "deep");

    options = (bf_writer_options){.must_exist = true};
    char nowhere[128];
    snprintf(nowhere, sizeof nowhere, "%s/nowhere.bf", fixture->folder);
    assert_int_equal(bf_writer_open(nowhere, &options, &writer, &error), BF_NOT_FOUND);
    assert_says(&error, nowhere);
    assert_int_equal(access(nowhere, F_OK), -1);
    snprintf(nowhere, sizeof nowhere, "%s/no/where.bf", fixture->folder);
    assert_int_equal(bf_writer_open(nowhere, NULL, &writer, &error), BF_IO);
    assert_says(&error, nowhere);

    char file[128];
    snprintf(file, sizeof file, "%s/file", fixture->folder);
    FILE *out = fopen(file, "w");
    assert_non_null(out);
    fclose(out);
    assert_int_equal(bf_writer_open(file, NULL, &writer, &error), BF_BAD_ARGUMENT);
    assert_says(&error, "not a folder");
    assert_null(writer);
}

static void test_other_language(void **state)
{
    const char *path = path_of(state);
    bf_error error = {0};
    bf_writer *writer = open_writer(path, &(bf_writer_options){.language = "german"});
    add_article(writer, "a", "H\xc3\xa4user", "");
    commit_writer(writer);
    bf_writer_close(writer);

    writer = NULL;
    assert_int_equal(bf_writer_open(path, &(bf_writer_options){.language = "english"}, &writer, &error), BF_BAD_ARGUMENT);
    assert_says(&error, "german");
    assert_says(&error, "english");
    assert_int_equal(bf_writer_open(path, &(bf_writer_options){.analysis = "plain"}, &writer, &error), BF_BAD_ARGUMENT);
    assert_says(&error, "plain");
    assert_null(writer);
    writer = open_writer(path, &(bf_writer_options){.language = "de"}); /* another name of the same */
    add_article(writer, "b", "Haus", "");
    commit_writer(writer);
    bf_writer_close(writer);
    writer = open_writer(path, NULL); /* whatever the index has */
    add_article(writer, "c", "Hauses", "");
    commit_writer(writer);
    bf_writer_close(writer);
    assert_int_equal(count_committed(path, "haus"), 3);
}

/* ---- When things go wrong ---- */

static void test_orphans_are_swept(void **state)
{
    const char *path = path_of(state);
    static const char *const names[] = {"seg-77.lmdb", "seg-4000000000.lmdb", "seg-077.lmdb", "notes.txt"};
    add_committed(path, "a", "Storm", "");
    for (size_t i = 0; i < COUNT(names); i++) {
        char file[256];
        snprintf(file, sizeof file, "%s/%s", path, names[i]);
        FILE *out = fopen(file, "w");
        assert_non_null(out);
        fclose(out);
    }
    assert_int_equal(count_committed(path, "storm"), 1); /* a reader does not mind, nor does it remove anything */
    assert_int_equal(count_segment_files(path), 4);
    bf_writer_close(open_writer(path, NULL));
    for (size_t i = 0; i < COUNT(names); i++) {
        char file[256];
        snprintf(file, sizeof file, "%s/%s", path, names[i]);
        assert_int_equal(access(file, F_OK), i < 2 ? -1 : 0); /* only what is a segment's name */
    }
    assert_int_equal(count_committed(path, "storm"), 1);
    assert_index_sound(path);
}

static void test_lost_files_are_noticed(void **state)
{
    const char *path = path_of(state);
    bf_error error = {0};
    char file[256];
    bf_writer *writer = NULL;
    bf_searcher *searcher = NULL;
    add_committed(path, "a", "Storm", "");
    add_committed(path, "b", "Storm", "");
    snprintf(file, sizeof file, "%s/seg-1.lmdb", path);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(bf_searcher_open(path, &searcher, &error), BF_CORRUPT);
    assert_says(&error, "seg-1.lmdb");
    assert_int_equal(bf_writer_open(path, NULL, &writer, &error), BF_CORRUPT);
    assert_says(&error, "seg-1.lmdb");
    assert_int_equal(bf_check(path, NULL, NULL, &error), BF_CORRUPT);
    assert_int_equal(count_segment_files(path), 1); /* what is left stays */

    /* Without its manifest it is not taken for an empty folder. */
    snprintf(file, sizeof file, "%s/manifest.lmdb", path);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(bf_writer_open(path, NULL, &writer, &error), BF_CORRUPT);
    assert_says(&error, "manifest.lmdb");
    assert_int_equal(count_segment_files(path), 1);
    assert_int_equal(bf_searcher_open(path, &searcher, &error), BF_CORRUPT);
    FILE *out = fopen(file, "w"); /* nor with an empty one */
    assert_non_null(out);
    fclose(out);
    assert_int_equal(bf_writer_open(path, NULL, &writer, &error), BF_CORRUPT);
    assert_int_equal(bf_writer_open(path, &(bf_writer_options){.must_exist = true}, &writer, &error), BF_CORRUPT);
    assert_int_equal(bf_searcher_open(path, &searcher, &error), BF_CORRUPT);
    assert_says(&error, "though there are segments");
    assert_int_equal(count_segment_files(path), 1);
    assert_null(writer);
    assert_null(searcher);
}

static void test_failed_writer_can_only_be_closed(void **state)
{
    const struct index_fixture *fixture = *state;
    bf_error error = {0};
    char away[128];
    add_committed(fixture->path, "a", "Storm", "");
    bf_writer *writer = open_writer(fixture->path, &(bf_writer_options){.threads = 1});
    snprintf(away, sizeof away, "%s/away.bf", fixture->folder);
    assert_int_equal(rename(fixture->path, away), 0);
    bf_article article = {.id = {"b", 1}, .title = {"Rain", 4}};
    assert_int_equal(bf_writer_add(writer, &article, NULL, &error), BF_IO);
    assert_int_equal(bf_writer_add(writer, &article, NULL, &error), BF_BAD_ARGUMENT);
    assert_int_equal(bf_writer_delete(writer, text_of("a"), &error), BF_BAD_ARGUMENT);
    assert_int_equal(bf_writer_commit(writer, &error), BF_BAD_ARGUMENT);
    assert_int_equal(bf_writer_merge(writer, 1, &error), BF_BAD_ARGUMENT);
    bf_writer_close(writer);
    assert_int_equal(count_committed(away, "storm"), 1);
    assert_index_sound(away);

    /* Articles that are handed to other threads are tried later: at the commit at the latest. */
    assert_int_equal(rename(away, fixture->path), 0);
    writer = open_writer(fixture->path, &(bf_writer_options){.threads = 2});
    assert_int_equal(rename(fixture->path, away), 0);
    assert_int_equal(bf_writer_add(writer, &article, NULL, &error), BF_OK);
    assert_int_equal(bf_writer_commit(writer, &error), BF_IO);
    assert_int_equal(bf_writer_commit(writer, &error), BF_BAD_ARGUMENT);
    bf_writer_close(writer);
    assert_int_equal(count_committed(away, "storm"), 1);
    assert_index_sound(away);
}

int main(void)
{
#define with_index(test) cmocka_unit_test_setup_teardown(test, index_fixture_make, index_fixture_remove)
    const struct CMUnitTest tests[] = {
        with_index(test_replace),
        with_index(test_replace_in_the_same_buffer),
        with_index(test_delete),
        with_index(test_delete_and_add_again_in_one_commit),
        with_index(test_delete_everything),
        with_index(test_uncommitted_is_invisible),
        with_index(test_close_loses_only_what_was_not_committed),
        with_index(test_snapshot_stays),
        with_index(test_empty_commit),
        with_index(test_merge),
        with_index(test_many_commits_are_merged_by_themselves),
        with_index(test_no_sync),
        with_index(test_little_memory),
        with_index(test_refused_articles),
        with_index(test_article_too_large),
        with_index(test_options_refused),
        with_index(test_other_language),
        with_index(test_orphans_are_swept),
        with_index(test_lost_files_are_noticed),
        with_index(test_failed_writer_can_only_be_closed),
    };
    return cmocka_run_group_tests_name("writer", tests, NULL, NULL);
}
