#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "index_fixture.h"

#include <dirent.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define must_succeed(call)                                                                            \
    do {                                                                                              \
        bf_error error = {0};                                                                         \
        bf_status status_ = (call);                                                                   \
        if (status_ != BF_OK) fail_msg("%s: %s (%s)", #call, error.message, bf_status_name(status_)); \
    } while (0)

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about, (void)kind, (void)place;
    return remove(path);
}

void remove_folder(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

int index_fixture_make(void **state)
{
    struct index_fixture *fixture = calloc(1, sizeof *fixture);
    if (!fixture) return -1;
    const char *base = getenv("TMPDIR");
    snprintf(fixture->folder, sizeof fixture->folder, "%s/backfile-test-XXXXXX", base && strlen(base) < 32 ? base : "/tmp");
    if (!mkdtemp(fixture->folder)) {
        free(fixture);
        return -1;
    }
    snprintf(fixture->path, sizeof fixture->path, "%s/news.bf", fixture->folder);
    *state = fixture;
    return 0;
}

int index_fixture_remove(void **state)
{
    struct index_fixture *fixture = *state;
    remove_folder(fixture->folder);
    free(fixture);
    return 0;
}

bf_text text_of(const char *string)
{
    return (bf_text){string, strlen(string)};
}

bf_writer *open_writer(const char *path, const bf_writer_options *options)
{
    bf_writer *writer = NULL;
    must_succeed(bf_writer_open(path, options, &writer, &error));
    return writer;
}

bool add_article(bf_writer *writer, const char *id, const char *title, const char *body)
{
    bf_article article = {.id = text_of(id), .title = text_of(title), .body = text_of(body)};
    bool replaced = false;
    must_succeed(bf_writer_add(writer, &article, &replaced, &error));
    return replaced;
}

void commit_writer(bf_writer *writer)
{
    must_succeed(bf_writer_commit(writer, &error));
}

void add_committed(const char *path, const char *id, const char *title, const char *body)
{
    bf_writer *writer = open_writer(path, NULL);
    add_article(writer, id, title, body);
    commit_writer(writer);
    bf_writer_close(writer);
}

bf_searcher *open_searcher(const char *path)
{
    bf_searcher *searcher = NULL;
    must_succeed(bf_searcher_open(path, &searcher, &error));
    return searcher;
}

bf_results *search_for(bf_searcher *searcher, const char *query, uint32_t k)
{
    bf_results *results = NULL;
    bf_search_options options = {.k = k};
    must_succeed(bf_search(searcher, query, &options, &results, &error));
    return results;
}

uint64_t count_matches(bf_searcher *searcher, const char *query)
{
    bf_results *results = search_for(searcher, query, 10);
    uint64_t total = bf_results_total(results);
    bf_results_free(results);
    return total;
}

const char *found_ids(bf_searcher *searcher, const char *query)
{
    static char ids[4096];
    bf_results *results = search_for(searcher, query, 10);
    size_t length = 0;
    for (size_t i = 0; i < bf_results_count(results); i++) {
        bf_text id;
        must_succeed(bf_results_id(results, i, &id, &error));
        assert_true(length + id.length + 2 < sizeof ids);
        if (i > 0) ids[length++] = ' ';
        memcpy(ids + length, id.bytes, id.length);
        length += id.length;
    }
    ids[length] = '\0';
    bf_results_free(results);
    return ids;
}

bf_stats stats_of(bf_searcher *searcher)
{
    bf_stats stats = {0};
    must_succeed(bf_searcher_stats(searcher, &stats, &error));
    return stats;
}

uint64_t count_committed(const char *path, const char *query)
{
    bf_searcher *searcher = open_searcher(path);
    uint64_t total = count_matches(searcher, query);
    bf_searcher_close(searcher);
    return total;
}

bool is_stored(const char *path, const char *id)
{
    const bf_article *article;
    bf_error error = {0};
    bf_searcher *searcher = open_searcher(path);
    bf_status status = bf_searcher_article(searcher, text_of(id), &article, &error);
    bf_searcher_close(searcher);
    if (status != BF_OK && status != BF_NOT_FOUND) fail_msg("%s", error.message);
    return status == BF_OK;
}

bf_stats stats_committed(const char *path)
{
    bf_searcher *searcher = open_searcher(path);
    bf_stats stats = stats_of(searcher);
    bf_searcher_close(searcher);
    stats.analyzer = NULL;
    return stats;
}

static void print_finding(void *context, const char *line)
{
    (void)context;
    print_error("check: %s\n", line);
}

void assert_index_sound(const char *path)
{
    must_succeed(bf_check(path, print_finding, NULL, &error));
}

int count_segment_files(const char *path)
{
    DIR *folder = opendir(path);
    int count = 0;
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) count += strncmp(entry->d_name, "seg-", 4) == 0;
    closedir(folder);
    return count;
}

uint64_t random_next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545F4914F6CDD1D);
}

uint64_t random_seed(void)
{
    const char *given = getenv("SEED");
    uint64_t seed = given ? (uint64_t)strtoull(given, NULL, 0) : (uint64_t)time(NULL) << 20 ^ (uint64_t)getpid();
    if (!seed) seed = 1;
    print_message("seed %" PRIu64 "\n", seed);
    return seed;
}
