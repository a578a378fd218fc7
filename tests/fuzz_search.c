/*
 * Any bytes as a query, answered from a small index in several segments: what is pruned gives what scoring every match gives, hit by
 * hit and to the last bit of a score, and the totals agree. Words of the index are single letters, so that a query made by chance
 * finds something.
 *
 * The first byte chooses k, the offset and how words are read; queries longer than a few hundred bytes are left to fuzz_query.
 */
#include "backfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    ARTICLES = 9000, /* enough for lists in pages */
    QUERY_MOST = 300,
    WORDS_MOST = 24, /* of an article */
};

static char folder[64], path[80];

static void require(bool condition, const char *query)
{
    if (condition) return;
    fprintf(stderr, "query: %s\n", query);
    abort();
}

static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407; /* Knuth's MMIX */
    return (uint32_t)((*seed >> 33) * below >> 31);
}

/* Letters as skewed as words are, and here and there one with several forms. */
static size_t write_words(uint64_t *seed, uint32_t count, char *text)
{
    static const char *const forms[] = {"strike", "strikes", "striking", "Ferry", "ferries"};
    size_t length = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (draw(seed, 12)) length += (size_t)sprintf(text + length, "%c ", (char)('a' + draw(seed, 1 + draw(seed, 26))));
        else length += (size_t)sprintf(text + length, "%s%s ", forms[draw(seed, 5)], draw(seed, 4) ? "" : ".");
    }
    return length;
}

static void remove_index(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    (void)!system(command);
}

static bf_searcher *make_index(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/backfile-fuzz-XXXXXX", base && strlen(base) < 32 ? base : "/tmp");
    if (!mkdtemp(folder)) abort();
    atexit(remove_index);
    snprintf(path, sizeof path, "%s/news.bf", folder);
    bf_writer *writer;
    bf_searcher *searcher;
    uint64_t seed = 5;
    if (bf_writer_open(path, &(bf_writer_options){.no_sync = true, .no_merge = true}, &writer, NULL) != BF_OK) abort();
    for (uint32_t i = 0; i < ARTICLES; i++) {
        char id[16], title[32 * WORDS_MOST], body[32 * WORDS_MOST];
        bf_article article = {.id = {id, (size_t)sprintf(id, "n%u", i)}};
        article.title = (bf_text){title, write_words(&seed, draw(&seed, 4), title)};
        article.body = (bf_text){body, write_words(&seed, 1 + draw(&seed, WORDS_MOST), body)};
        article.section = (bf_text){i % 3 ? "politics" : "sports", i % 3 ? 8 : 6};
        article.date = (bf_date){.seconds = 86400 * (int64_t)i, .zone = BF_ZONE_UNKNOWN, .precision = BF_DATE_DAY};
        if (bf_writer_add(writer, &article, NULL, NULL) != BF_OK) abort();
        /* A large segment, several small ones, and some of each deleted. */
        if ((i == 8500 || (i > 8500 && i % 150 == 0)) && bf_writer_commit(writer, NULL) != BF_OK) abort();
    }
    for (uint32_t i = 0; i < ARTICLES; i += 37) {
        char id[16];
        if (bf_writer_delete(writer, (bf_text){id, (size_t)sprintf(id, "n%u", i)}, NULL) != BF_OK) abort();
    }
    if (bf_writer_commit(writer, NULL) != BF_OK) abort();
    bf_writer_close(writer);
    if (bf_searcher_open(path, &searcher, NULL) != BF_OK) abort();
    return searcher;
}

static bf_results *search(bf_searcher *searcher, const char *query, const bf_search_options *options)
{
    bf_results *results;
    bf_error error = {0};
    if (bf_search(searcher, query, options, &results, &error) != BF_OK) {
        fprintf(stderr, "%s\n", error.message);
        require(false, query);
    }
    return results;
}

static void require_same(const char *query, const bf_results *results, const bf_results *expected)
{
    require(bf_results_count(results) == bf_results_count(expected), query);
    for (size_t i = 0; i < bf_results_count(results); i++) {
        const bf_hit *hit = bf_results_hit(results, i), *other = bf_results_hit(expected, i);
        require(hit->segment == other->segment && hit->document == other->document, query);
        require(memcmp(&hit->score, &other->score, sizeof hit->score) == 0, query);
    }
}

/* What is shown of a hit: it can be had, and marks lie within its text. */
static void require_shown(const char *query, bf_results *results)
{
    bf_passage passage;
    if (!bf_results_count(results)) return;
    require(bf_results_snippet(results, 0, 80, &passage, NULL) == BF_OK, query);
    for (size_t i = 0, last = 0; i < passage.mark_count; last = passage.marks[i++].end)
        require(passage.marks[i].start >= last && passage.marks[i].end > passage.marks[i].start &&
                    passage.marks[i].end <= passage.text.length, query);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bf_searcher *searcher;
    static const uint32_t counts[] = {1, 3, 10, 100, 1000, 2, 20, ARTICLES};
    char query[QUERY_MOST + 1];
    if (!searcher) searcher = make_index();
    if (size < 1 || size > QUERY_MOST) return 0;
    memcpy(query, data + 1, size - 1);
    query[size - 1] = '\0';
    bf_search_options options = {.k = counts[data[0] & 7], .offset = data[0] & 8 ? 5 : 0, .plain_query = data[0] & 16,
                                 .match_all_words = data[0] & 32, .no_total = data[0] & 64};
    bf_results *results = search(searcher, query, &options);
    options.ranker = "exhaustive";
    options.no_total = false;
    bf_results *expected = search(searcher, query, &options);
    options.count_only = true;
    options.ranker = NULL;
    bf_results *counted = search(searcher, query, &options);
    require_same(query, results, expected);
    require(bf_results_total(results) == bf_results_total(expected) || (data[0] & 64), query);
    require(bf_results_total(counted) == bf_results_total(expected), query);
    require_shown(query, results);
    bf_results_free(results);
    bf_results_free(expected);
    bf_results_free(counted);
    return 0;
}
