/* Reordering an index: everything looks as it did before, but postings are smaller. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "buffer.h"
#include "forward_index.h"
#include "index_fixture.h"
#include "snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARTICLES = 1500, TOPICS = 12 };

static const char *path_of(void **state)
{
    const struct index_fixture *fixture = *state;
    return fixture->path;
}

/* ---- Articles ---- */

/* Each is of a topic, which nothing in its place among the others tells. Many have the same words, so the same scores. */
static void put(bf_writer *writer, uint32_t number, uint64_t *seed)
{
    char id[16], title[32], body[1024];
    size_t length = 0;
    bf_error error = {0};
    uint32_t topic = (uint32_t)(random_next(seed) >> 40) % TOPICS, words = 1 + (uint32_t)(random_next(seed) >> 40) % 40;
    snprintf(id, sizeof id, "a%u", number);
    snprintf(title, sizeof title, "News t%u", topic);
    for (uint32_t i = 0; i < words; i++) {
        uint32_t word = (uint32_t)(random_next(seed) >> 40) % 50;
        length += (size_t)snprintf(body + length, sizeof body - length, i % 3 ? "t%uw%u " : "c%uw%u ", i % 3 ? topic : 0, word);
    }
    bf_article article = {.id = text_of(id), .title = text_of(title), .body = {body, length},
                          .section = text_of(topic % 2 ? "sports" : "politics")};
    bf_text keyword = text_of("daily news");
    article.keywords = &keyword;
    article.keyword_count = 1;
    /* The same moment, known to the year or the day: the earliest is the one that arrived first. */
    article.date = (bf_date){.seconds = number % 7 ? 86400 * (int64_t)(number % 5) : 0, .zone = BF_ZONE_UNKNOWN,
                             .precision = number % 2 ? BF_DATE_DAY : BF_DATE_YEAR};
    if (bf_writer_add(writer, &article, NULL, &error) != BF_OK) fail_msg("%s", error.message);
}

static void fill(const char *path, uint32_t segments)
{
    uint64_t seed = 7;
    bf_writer *writer = open_writer(path, &(bf_writer_options){.no_sync = true, .no_merge = true});
    for (uint32_t i = 0; i < ARTICLES; i++) {
        put(writer, i, &seed);
        if ((i + 1) % (ARTICLES / segments) == 0) commit_writer(writer);
    }
    commit_writer(writer);
    bf_writer_close(writer);
}

static void delete_some(bf_writer *writer, uint32_t first, uint32_t step)
{
    for (uint32_t i = first; i < ARTICLES; i += step) {
        char id[16];
        bf_error error;
        snprintf(id, sizeof id, "a%u", i);
        bf_status status = bf_writer_delete(writer, text_of(id), &error);
        if (status != BF_OK && status != BF_NOT_FOUND) fail_msg("%s", error.message);
    }
}

static bf_reorder_report reorder(bf_writer *writer, uint32_t segments, uint32_t threads)
{
    bf_reorder_report report;
    bf_error error = {0};
    bf_reorder_options options = {segments, threads};
    if (bf_writer_reorder(writer, &options, &report, &error) != BF_OK) fail_msg("reorder: %s", error.message);
    return report;
}

static bf_reorder_report reorder_committed(const char *path, uint32_t segments, uint32_t threads)
{
    bf_writer *writer = open_writer(path, &(bf_writer_options){.no_sync = true});
    bf_reorder_report report = reorder(writer, segments, threads);
    bf_writer_close(writer);
    return report;
}

/* ---- All there is to see ---- */

static bf_status see_article(void *context, const bf_article *article)
{
    struct buffer *seen = context;
    char date[BF_DATE_TEXT_SIZE];
    bf_date_format(article->date, date);
    buffer_append_format(seen, "%.*s|%.*s|%.*s|%s\n", (int)article->id.length, article->id.bytes, (int)article->title.length,
                         article->title.bytes, (int)article->body.length, article->body.bytes, date);
    return BF_OK;
}

static bf_status see_posting(void *context, bf_text id, uint32_t tf, const uint32_t *positions)
{
    struct buffer *seen = context;
    buffer_append_format(seen, "%.*s", (int)id.length, id.bytes);
    for (uint32_t i = 0; i < tf; i++) buffer_append_format(seen, " %u", positions[i]);
    buffer_append_u8(seen, '\n');
    return BF_OK;
}

static bf_status see_term(void *context, bf_text term, uint64_t df, uint64_t cf)
{
    buffer_append_format(context, "%.*s %llu %llu\n", (int)term.length, term.bytes, (unsigned long long)df,
                         (unsigned long long)cf);
    return BF_OK;
}

static void see_query(bf_searcher *searcher, const char *query, const bf_search_options *options, struct buffer *seen)
{
    bf_results *results;
    bf_error error = {0};
    if (bf_search(searcher, query, options, &results, &error) != BF_OK) fail_msg("%s: %s", query, error.message);
    buffer_append_format(seen, "%s: %llu\n", query, (unsigned long long)bf_results_total(results));
    for (size_t i = 0; i < bf_results_count(results); i++) {
        bf_text id;
        const bf_article *article;
        bf_passage passage;
        const bf_hit *hit = bf_results_hit(results, i);
        uint32_t bits;
        assert_int_equal(bf_results_id(results, i, &id, &error), BF_OK);
        assert_int_equal(bf_results_article(results, i, &article, &error), BF_OK);
        assert_true(id.length == article->id.length && memcmp(id.bytes, article->id.bytes, id.length) == 0);
        assert_int_equal(bf_results_snippet(results, i, 60, &passage, &error), BF_OK);
        memcpy(&bits, &hit->score, sizeof bits);
        buffer_append_format(seen, "%.*s %08x %.*s\n", (int)id.length, id.bytes, bits, (int)passage.text.length,
                             passage.text.bytes);
    }
    bf_results_free(results);
}

/* Terms only where nothing is deleted: their counts include what a merge takes away. */
static void see(const char *path, bool terms, struct buffer *seen)
{
    static const char *const queries[] = {"news", "t3 t4w7", "c0w1 c0w2 c0w3", "+news -t5", "\"t3w1 t3w2\" t2", "title:t7",
                                          "section:sports c0w9", "date:1970-01-01", "t1 OR (t2 AND c0w4)", "daily"};
    static const char *const rankers[] = {"auto", "exhaustive"};
    static const char *const sampled[] = {"news", "t3", "c0w1", "t4w7", "daily"};
    bf_error error = {0};
    bf_searcher *searcher = open_searcher(path);
    buffer_clear(seen);
    assert_int_equal(bf_searcher_each_article(searcher, see_article, seen, &error), BF_OK);
    if (terms) assert_int_equal(bf_searcher_each_term(searcher, NULL, see_term, seen, &error), BF_OK);
    for (size_t i = 0; i < sizeof sampled / sizeof *sampled; i++) {
        bf_status status = bf_searcher_each_posting(searcher, i == 4 ? "keywords" : NULL, text_of(sampled[i]), see_posting, seen,
                                                    &error);
        if (status != BF_OK && status != BF_NOT_FOUND) fail_msg("%s", error.message);
    }
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        for (int j = 0; j < 6; j++) {
            static const uint32_t ks[] = {1, 10, 2000};
            bf_search_options options = {.k = ks[j % 3], .ranker = rankers[j / 3]};
            see_query(searcher, queries[i], &options, seen);
        }
    bf_stats stats = stats_of(searcher);
    char first[BF_DATE_TEXT_SIZE], last[BF_DATE_TEXT_SIZE];
    bf_date_format(stats.first, first);
    bf_date_format(stats.last, last);
    buffer_append_format(seen, "%llu %llu %s %s\n", (unsigned long long)stats.articles, (unsigned long long)stats.tokens, first,
                         last);
    for (uint32_t i = 0; i < ARTICLES; i += 97) {
        char id[16];
        const bf_article *article;
        snprintf(id, sizeof id, "a%u", i);
        if (bf_searcher_article(searcher, text_of(id), &article, &error) == BF_OK) see_article(seen, article);
    }
    bf_searcher_close(searcher);
    assert_false(seen->failed);
}

static void assert_same(const struct buffer *before, const struct buffer *after)
{
    size_t at = 0, line = 0;
    while (at < before->length && at < after->length && before->bytes[at] == after->bytes[at]) {
        if (before->bytes[at++] == '\n') line = at;
    }
    if (at == before->length && at == after->length) return;
    fail_msg("before: %.100s\nafter: %.100s", (const char *)before->bytes + line, (const char *)after->bytes + line);
}

/* The documents of the first segment that did not keep their number. */
static uint32_t count_moved(const char *path)
{
    struct snapshot *snapshot;
    uint32_t moved = 0;
    assert_int_equal(snapshot_open(path, &snapshot, NULL), BF_OK);
    struct segment *segment = snapshot->segments[0];
    for (uint32_t doc = 0; doc < segment->meta.doc_count; doc++) moved += segment_arrival(segment, doc) != doc;
    assert_int_equal(segment->failure.status, BF_OK);
    snapshot_close(snapshot);
    return moved;
}

/* ---- Tests ---- */

static void test_nothing_looks_different(void **state)
{
    const char *path = path_of(state);
    struct buffer before = {0}, after = {0};
    fill(path, 1);
    see(path, true, &before);
    assert_int_equal(count_moved(path), 0);
    bf_reorder_report report = reorder_committed(path, 1, 2);
    assert_int_equal(report.segments, 1);
    assert_int_equal(report.articles, ARTICLES);
    assert_true(report.words > TOPICS && report.words_used == report.words);
    assert_true(report.threads == 1 || report.threads == 2);
    assert_true(report.seconds >= report.seconds_ordering);
    assert_true(count_moved(path) > ARTICLES / 2);
    assert_index_sound(path);
    see(path, true, &after);
    assert_same(&before, &after);
    /* Once more: the order is that of the articles as they arrived, so it is the same. */
    uint32_t moved = count_moved(path);
    reorder_committed(path, 1, 1);
    assert_int_equal(count_moved(path), moved);
    see(path, true, &after);
    assert_same(&before, &after);
    buffer_free(&before);
    buffer_free(&after);
}

/* Deleted before, deleted after, replaced, merged with new segments: with or without reordering. */
static void test_with_deletions_and_merges(void **state)
{
    const char *path = path_of(state);
    struct buffer before = {0}, after = {0};
    uint64_t seed = 99;
    fill(path, 5);
    bf_writer *writer = open_writer(path, &(bf_writer_options){.no_sync = true, .no_merge = true});
    delete_some(writer, 1, 6);
    commit_writer(writer);
    see(path, false, &before);
    reorder(writer, 1, 2);
    assert_index_sound(path);
    see(path, false, &after);
    assert_same(&before, &after);

    delete_some(writer, 2, 11); /* from a reordered segment */
    for (uint32_t i = 0; i < 200; i++) put(writer, i * 3, &seed);
    commit_writer(writer);
    assert_index_sound(path);
    see(path, false, &before);
    bf_error error = {0};
    assert_int_equal(bf_writer_merge(writer, 1, &error), BF_OK); /* keeps what order there is */
    assert_index_sound(path);
    assert_true(count_moved(path) > ARTICLES / 3);
    see(path, false, &after);
    assert_same(&before, &after);

    see(path, true, &before);
    reorder(writer, 1, 3);
    assert_index_sound(path);
    see(path, true, &after);
    assert_same(&before, &after);
    bf_writer_close(writer);
    buffer_free(&before);
    buffer_free(&after);
}

static void test_several_segments_are_left(void **state)
{
    const char *path = path_of(state);
    struct buffer before = {0}, after = {0};
    fill(path, 5);
    see(path, true, &before);
    bf_reorder_report report = reorder_committed(path, 3, 2);
    assert_int_equal(report.segments, 3); /* also those that were not merged */
    assert_int_equal(report.articles, ARTICLES);
    assert_int_equal(stats_committed(path).segments, 3);
    assert_index_sound(path);
    see(path, true, &after);
    assert_same(&before, &after);
    buffer_free(&before);
    buffer_free(&after);
}

static void read_segment(const char *path, uint32_t number, struct buffer *bytes)
{
    char file[256], piece[4096];
    size_t length;
    snprintf(file, sizeof file, "%s/seg-%u.lmdb", path, number);
    FILE *stream = fopen(file, "rb");
    assert_non_null(stream);
    buffer_clear(bytes);
    while ((length = fread(piece, 1, sizeof piece, stream)) > 0) buffer_append(bytes, piece, length);
    fclose(stream);
}

static void test_threads_change_no_byte(void **state)
{
    const struct index_fixture *fixture = *state;
    struct buffer first = {0}, other = {0};
    for (uint32_t threads = 1; threads < 5; threads++) {
        char path[96];
        snprintf(path, sizeof path, "%s/t%u.bf", fixture->folder, threads);
        fill(path, 2);
        reorder_committed(path, 1, threads);
        read_segment(path, 3, threads == 1 ? &first : &other);
        if (threads == 1) continue;
        assert_int_equal(first.length, other.length);
        assert_memory_equal(first.bytes, other.bytes, first.length);
    }
    buffer_free(&first);
    buffer_free(&other);
}

/* Too few articles to say anything about, or none, or one word: nothing happens to them. */
static void test_hardly_any_articles(void **state)
{
    const char *path = path_of(state);
    bf_writer *writer = open_writer(path, &(bf_writer_options){.no_sync = true});
    bf_reorder_report report = reorder(writer, 1, 1);
    assert_int_equal(report.segments, 0);
    add_article(writer, "a", "One", "");
    report = reorder(writer, 1, 1);
    assert_int_equal(report.segments, 1);
    assert_int_equal(report.words, 0);
    for (int i = 0; i < 100; i++) {
        char id[16];
        snprintf(id, sizeof id, "b%d", i);
        add_article(writer, id, "Same", "words");
    }
    report = reorder(writer, 1, 2);
    bf_writer_close(writer);
    assert_int_equal(report.articles, 101);
    assert_int_equal(count_moved(path), 0);
    assert_index_sound(path);
    bf_searcher *searcher = open_searcher(path);
    assert_string_equal(found_ids(searcher, "words"), "b0 b1 b2 b3 b4 b5 b6 b7 b8 b9");
    bf_searcher_close(searcher);
}

/* ---- What the order is found from ---- */

static struct forward_index gather(struct snapshot *snapshot, uint64_t memory)
{
    struct merge_source source;
    struct forward_index index;
    uint32_t next = 0;
    const struct snapshot_order order = {.run_count = 1};
    assert_int_equal(merge_sources_open(&source, snapshot->segments, 1, &order, NULL, &next, NULL), BF_OK);
    assert_int_equal(forward_index_build(&source, 1, next, memory, 1, &index, NULL), BF_OK);
    merge_source_close(&source);
    return index;
}

static uint64_t count_entries(const struct forward_index *index)
{
    uint64_t entries = 0;
    for (uint32_t doc = 0; doc < index->graph.doc_count; doc++) {
        const uint32_t *terms = index->graph.terms + index->graph.starts[doc];
        for (uint32_t i = 0; i < index->graph.counts[doc]; i++) {
            assert_true(terms[i] < index->graph.term_count);
            if (i > 0) assert_true(terms[i] > terms[i - 1]);
        }
        entries += index->graph.counts[doc];
    }
    return entries;
}

/* Where memory is short words are left out, the most frequent first, and it is said. */
static void test_memory_is_kept_to(void **state)
{
    const char *path = path_of(state);
    struct snapshot *snapshot;
    fill(path, 1);
    assert_int_equal(snapshot_open(path, &snapshot, NULL), BF_OK);
    struct forward_index index = gather(snapshot, 64 << 20);
    uint64_t all = index.fitting_terms, entries = count_entries(&index), fewer;
    assert_true(all > 100 && entries > 10 * all);
    assert_int_equal(index.used_terms, all);
    forward_index_free(&index);
    uint64_t needed = entries * 4 + 2 * 4 * ARTICLES + bisection_memory(ARTICLES, (uint32_t)all, 1);
    index = gather(snapshot, needed);
    assert_int_equal(index.used_terms, all);
    forward_index_free(&index);
    for (uint64_t memory = needed - 1; memory > 1000; memory = memory * 3 / 4) {
        index = gather(snapshot, memory);
        assert_int_equal(index.fitting_terms, all);
        assert_int_equal(index.graph.term_count, index.used_terms);
        assert_true(index.used_terms < all);
        fewer = count_entries(&index);
        if (index.used_terms)
            assert_true(fewer * 4 + 2 * 4 * ARTICLES + bisection_memory(ARTICLES, index.graph.term_count, 1) <= memory);
        if (index.used_terms) assert_true(fewer / index.used_terms < entries / all); /* the rarer ones were kept */
        forward_index_free(&index);
    }
    snapshot_close(snapshot);
}

#define with_index(test) cmocka_unit_test_setup_teardown(test, index_fixture_make, index_fixture_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_index(test_nothing_looks_different), with_index(test_with_deletions_and_merges),
        with_index(test_several_segments_are_left), with_index(test_threads_change_no_byte),
        with_index(test_hardly_any_articles), with_index(test_memory_is_kept_to),
    };
    return cmocka_run_group_tests_name("reorder", tests, NULL, NULL);
}
