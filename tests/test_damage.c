/*
 * Damaged on purpose: bytes of every file of an index are flipped, one at a time, files are cut short, and pages change
 * places. Whatever was damaged, nothing crashes or hangs, each search answers as before or says BF_CORRUPT, and `check`
 * notices every flip that any answer suffers from.
 *
 * FLIPS=all for every byte (of the largest index, a large sample) instead of a few; FLIPS=N for N an index; SWAPS=N for N
 * pages that change places. Each is tried in a process of its own, so that a crash is counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "article_history.h"
#include "hash.h"
#include "index_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    FILES_MOST = 16,
    TREE_PAGE_SIZE = 4096,
    FLIPS_USUAL = 700,       /* an index */
    SWAPS_USUAL = 60,        /* of pages, an index */
    FLIPS_ALL = 400000,      /* of an index with more bytes than this, so many at random instead of all */
    SECONDS_MOST = 20,       /* for one look at a damaged index */
};

static const char *const queries[] = {
    "w0", "w3 w7 w12", "+w1 -w2 w30", "\"w0 w1\"", "title:w5", "alder AND birch", "section:politics w2", "keywords:trade",
    "version2", "w39 hazel", "nosuchword",
};

enum { QUERIES = sizeof queries / sizeof *queries };

/* What became of a look at an index, as the code a process ends with. */
enum {
    OUTCOME_ERROR = 1,      /* something was refused with BF_CORRUPT */
    OUTCOME_WRONG = 2,      /* an answer differs and nothing was said */
    OUTCOME_CHECKED = 4,    /* `check` found something */
    OUTCOME_ODD = 8,        /* another failure than BF_CORRUPT */
};

struct answers {
    uint64_t hash[QUERIES];
    uint64_t articles;
};

static uint64_t mix(uint64_t hash, const void *bytes, size_t length)
{
    return (hash ^ hash_bytes(bytes, length)) * UINT64_C(0x9E3779B97F4A7C15) + length;
}

static bf_status answer(bf_searcher *searcher, const char *query, uint64_t *hash, bf_error *error)
{
    bf_results *results;
    bf_status status = bf_search(searcher, query, NULL, &results, error);
    if (status != BF_OK) return status;
    uint64_t total = bf_results_total(results);
    *hash = mix(1, &total, sizeof total);
    for (size_t i = 0; status == BF_OK && i < bf_results_count(results); i++) {
        const bf_article *article;
        bf_passage passage;
        bf_text id;
        status = bf_results_id(results, i, &id, error);
        if (status == BF_OK) status = bf_results_article(results, i, &article, error);
        if (status == BF_OK) status = bf_results_snippet(results, i, 0, &passage, error);
        if (status != BF_OK) break;
        *hash = mix(*hash, id.bytes, id.length);
        *hash = mix(*hash, &bf_results_hit(results, i)->score, sizeof(float));
        *hash = mix(*hash, article->title.bytes, article->title.length);
        *hash = mix(*hash, article->body.bytes, article->body.length);
        *hash = mix(*hash, passage.text.bytes, passage.text.length);
    }
    bf_results_free(results);
    return status;
}

/* An outcome without OUTCOME_WRONG. */
static int look(const char *path, struct answers *answers, const struct answers *right)
{
    int outcome = 0;
    bf_error error = {0};
    bf_searcher *searcher = NULL;
    bf_status status = bf_searcher_open(path, &searcher, &error);
    for (int i = -1; i < QUERIES; i++) {
        if (searcher && i >= 0) status = answer(searcher, queries[i], &answers->hash[i], &error);
        if (status == BF_OK) {
            if (right && i >= 0 && answers->hash[i] != right->hash[i]) {
                outcome |= OUTCOME_WRONG;
                if (getenv("VERBOSE")) printf("wrong: %s\n", queries[i]);
            }
            continue;
        }
        outcome |= status == BF_CORRUPT ? OUTCOME_ERROR : OUTCOME_ERROR | OUTCOME_ODD;
        if (getenv("VERBOSE")) printf("%s: %s\n", bf_status_name(status), error.message);
        if (!strstr(error.message, ".lmdb")) outcome |= OUTCOME_ODD;
        if (!searcher) break;
    }
    bf_stats stats;
    if (searcher && bf_searcher_stats(searcher, &stats, &error) == BF_OK) answers->articles = stats.articles;
    bf_searcher_close(searcher);
    if (bf_check(path, NULL, NULL, &error) != BF_OK) outcome |= OUTCOME_CHECKED;
    return outcome;
}

/* ---- Indexes to damage ---- */

static void put(bf_writer *writer, uint32_t id, uint32_t version)
{
    static const bf_text keywords[] = {{"trade", 5}, {"ports", 5}};
    struct history_article text;
    bf_error error = {0};
    history_write(id, version, &text);
    if (strlen(text.body) > 400) strcpy(text.body + 400, " w1");
    bf_article article = {.id = text_of(text.id), .title = text_of(text.title), .body = text_of(text.body),
                          .place = text_of("PORT ALDER")};
    article.section = text_of(id % 3 ? "politics" : "sports");
    article.date = (bf_date){.seconds = 86400 * (int64_t)id, .zone = BF_ZONE_UNKNOWN, .precision = BF_DATE_DAY};
    article.keywords = keywords;
    article.keyword_count = id % 3;
    if (bf_writer_add(writer, &article, NULL, &error) != BF_OK) fail_msg("%s", error.message);
}

static void make_one_segment(const char *path)
{
    bf_writer *writer = open_writer(path, NULL);
    for (uint32_t id = 0; id < 80; id++) put(writer, id, 1 + id % 5);
    commit_writer(writer);
    bf_writer_close(writer);
}

/* The same, its documents no longer numbered as they arrived. */
static void make_reordered(const char *path)
{
    bf_error error = {0};
    make_one_segment(path);
    bf_writer *writer = open_writer(path, NULL);
    if (bf_writer_reorder(writer, &(bf_reorder_options){.threads = 1}, NULL, &error) != BF_OK) fail_msg("%s", error.message);
    bf_writer_close(writer);
}

/* Several segments, some of their articles deleted or replaced. */
static void make_many_segments(const char *path)
{
    bf_error error = {0};
    bf_writer *writer = open_writer(path, &(bf_writer_options){.no_merge = true});
    for (uint32_t segment = 0; segment < 3; segment++) {
        for (uint32_t id = 0; id < 30; id++) put(writer, segment * 25 + id, 1 + segment);
        if (segment) assert_int_equal(bf_writer_delete(writer, text_of(segment == 1 ? "article3" : "article26"), &error), BF_OK);
        commit_writer(writer);
    }
    bf_writer_close(writer);
}

/* Enough articles for lists in pages, and a dictionary and article blocks of more than a page. */
static void make_paged(const char *path)
{
    bf_writer *writer = open_writer(path, &(bf_writer_options){.no_sync = true});
    uint64_t seed = 5;
    for (uint32_t i = 0; i < 9000; i++) {
        char id[16], body[64];
        snprintf(id, sizeof id, "a%u", i);
        snprintf(body, sizeof body, "w0 w1 w%u w%u rare%u", (unsigned)(random_next(&seed) % 5),
                 (unsigned)(random_next(&seed) % 50), i);
        add_article(writer, id, "", body);
    }
    commit_writer(writer);
    bf_writer_close(writer);
}

/* ---- Damaging ---- */

struct damage {
    char path[128];
    char names[FILES_MOST][64];
    uint8_t *bytes[FILES_MOST];
    size_t sizes[FILES_MOST];
    int fds[FILES_MOST];
    int file_count;
    struct answers right;
    unsigned tries, errors, noticed, bad;
};

static void damage_open(struct damage *damage, const char *path)
{
    *damage = (struct damage){0};
    snprintf(damage->path, sizeof damage->path, "%s", path);
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        size_t length = strlen(entry->d_name);
        if (length < 5 || strcmp(entry->d_name + length - 5, ".lmdb") != 0) continue;
        int i = damage->file_count++;
        assert_true(i < FILES_MOST);
        char file[256];
        struct stat about;
        snprintf(damage->names[i], sizeof damage->names[i], "%.60s", entry->d_name);
        snprintf(file, sizeof file, "%s/%s", path, damage->names[i]);
        damage->fds[i] = open(file, O_RDWR | O_CLOEXEC);
        assert_true(damage->fds[i] >= 0);
        assert_int_equal(fstat(damage->fds[i], &about), 0);
        damage->sizes[i] = (size_t)about.st_size;
        damage->bytes[i] = malloc(damage->sizes[i]);
        assert_int_equal(pread(damage->fds[i], damage->bytes[i], damage->sizes[i], 0), damage->sizes[i]);
    }
    closedir(folder);
}

static void damage_close(struct damage *damage)
{
    for (int i = 0; i < damage->file_count; i++) {
        close(damage->fds[i]);
        free(damage->bytes[i]);
    }
}

/* Looks at the index as it is now, in another process, and judges what comes of it. */
static void damage_try(struct damage *damage, int file, size_t at, const char *what)
{
    int how;
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
        for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
            signal(signals[i], SIG_DFL); /* cmocka's would end the test, not the process */
        struct answers answers = {0};
        if (!getenv("VERBOSE")) (void)!freopen("/dev/null", "w", stderr);
        alarm(SECONDS_MOST);
        _exit(look(damage->path, &answers, &damage->right));
    }
    assert_int_equal(waitpid(pid, &how, 0), pid);
    damage->tries++;
    char verdict[64] = "";
    if (WIFSIGNALED(how)) {
        snprintf(verdict, sizeof verdict, WTERMSIG(how) == SIGALRM ? "hangs" : "crashes with signal %d", WTERMSIG(how));
    } else {
        int outcome = WEXITSTATUS(how);
        damage->errors += (outcome & OUTCOME_ERROR) != 0;
        damage->noticed += (outcome & OUTCOME_CHECKED) != 0;
        if (outcome > 15) snprintf(verdict, sizeof verdict, "ends with %d", outcome);
        else if (outcome & OUTCOME_WRONG)
            snprintf(verdict, sizeof verdict, "answers wrong%s", outcome & OUTCOME_CHECKED ? ", which check notices" : "");
        else if (outcome & OUTCOME_ODD) snprintf(verdict, sizeof verdict, "another failure than of damage");
        else if ((outcome & OUTCOME_ERROR) && !(outcome & OUTCOME_CHECKED))
            snprintf(verdict, sizeof verdict, "refused, but check sees nothing");
    }
    if (!*verdict) return;
    if (damage->bad++ < 40 || getenv("VERBOSE"))
        print_error("%s, byte %zu (page %zu + %zu) %s: %s\n", damage->names[file], at, at / 4096, at % 4096, what, verdict);
}

static void damage_flip(struct damage *damage, int file, size_t at, unsigned bit)
{
    uint8_t flipped = (uint8_t)(damage->bytes[file][at] ^ 1u << bit);
    char what[32];
    snprintf(what, sizeof what, "bit %u flipped", bit);
    assert_int_equal(pwrite(damage->fds[file], &flipped, 1, (off_t)at), 1);
    damage_try(damage, file, at, what);
    assert_int_equal(pwrite(damage->fds[file], damage->bytes[file] + at, 1, (off_t)at), 1);
}

static void flip_bytes(struct damage *damage, uint64_t seed)
{
    const char *given = getenv("FLIPS");
    size_t total = 0, wanted = given && strcmp(given, "all") != 0 ? strtoull(given, NULL, 10) : FLIPS_USUAL;
    for (int file = 0; file < damage->file_count; file++) total += damage->sizes[file];
    if (given && strcmp(given, "all") == 0) {
        wanted = total > FLIPS_ALL ? FLIPS_ALL : 0;
        for (int file = 0; !wanted && file < damage->file_count; file++)
            for (size_t at = 0; at < damage->sizes[file]; at++) damage_flip(damage, file, at, (unsigned)(random_next(&seed) % 8));
    }
    for (size_t i = 0; i < wanted; i++) {
        int file = (int)(random_next(&seed) % (uint64_t)damage->file_count);
        /* Half of them at the beginning of a page, where LMDB has its own notes. */
        size_t at = random_next(&seed) % damage->sizes[file];
        if (i % 2) at = at / 4096 * 4096 + random_next(&seed) % 128;
        damage_flip(damage, file, at < damage->sizes[file] ? at : 0, (unsigned)(random_next(&seed) % 8));
    }
}

static void cut_short(struct damage *damage, uint64_t seed)
{
    for (int file = 0; file < damage->file_count; file++) {
        size_t size = damage->sizes[file];
        const size_t lengths[] = {0, 1, 4095, 4096, 8191, 8192, size / 2, size / 2 / 4096 * 4096, size - 4096, size - 1,
                                  random_next(&seed) % size};
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
            char what[32];
            snprintf(what, sizeof what, "cut short");
            if (lengths[i] >= size) continue;
            assert_int_equal(ftruncate(damage->fds[file], (off_t)lengths[i]), 0);
            damage_try(damage, file, lengths[i], what);
            assert_int_equal(pwrite(damage->fds[file], damage->bytes[file], size, 0), size);
        }
    }
}

/* Two pages of a file, each right in itself, in each other's place; or one in place of another, as when a write went astray. */
static void swap_pages(struct damage *damage, uint64_t seed)
{
    const char *given = getenv("SWAPS");
    unsigned long wanted = given ? strtoul(given, NULL, 10) : SWAPS_USUAL;
    for (unsigned long i = 0; i < wanted; i++) {
        int file = (int)(random_next(&seed) % (uint64_t)damage->file_count);
        size_t pages = damage->sizes[file] / TREE_PAGE_SIZE, first = random_next(&seed) % pages, second = random_next(&seed) % pages;
        const uint8_t *one = damage->bytes[file] + first * TREE_PAGE_SIZE, *other = damage->bytes[file] + second * TREE_PAGE_SIZE;
        char what[64];
        snprintf(what, sizeof what, "%s page %zu", i % 2 ? "swapped with" : "overwritten by", second);
        if (memcmp(one, other, TREE_PAGE_SIZE) == 0) continue;
        assert_int_equal(pwrite(damage->fds[file], other, TREE_PAGE_SIZE, (off_t)(first * TREE_PAGE_SIZE)), TREE_PAGE_SIZE);
        if (i % 2)
            assert_int_equal(pwrite(damage->fds[file], one, TREE_PAGE_SIZE, (off_t)(second * TREE_PAGE_SIZE)), TREE_PAGE_SIZE);
        damage_try(damage, file, first * TREE_PAGE_SIZE, what);
        assert_int_equal(pwrite(damage->fds[file], damage->bytes[file], damage->sizes[file], 0), damage->sizes[file]);
    }
}

static void try_index(void **state, void (*make)(const char *path))
{
    const struct index_fixture *fixture = *state;
    struct damage damage;
    uint64_t seed = random_seed();
    make(fixture->path);
    damage_open(&damage, fixture->path);
    assert_int_equal(look(fixture->path, &damage.right, NULL), 0);
    assert_true(damage.right.articles > 0);
    unsigned tries = damage.tries;
    flip_bytes(&damage, seed);
    unsigned flips = damage.tries - tries;
    cut_short(&damage, seed);
    unsigned cuts = damage.tries - tries - flips;
    swap_pages(&damage, seed);
    print_message("%u flips, %u cuts, %u pages elsewhere: %u refused, %u seen by check, %u wrong\n", flips, cuts,
                  damage.tries - tries - flips - cuts, damage.errors, damage.noticed, damage.bad);
    assert_int_equal(look(fixture->path, &damage.right, NULL), 0); /* all is as it was */
    damage_close(&damage);
    assert_int_equal(damage.bad, 0);
}

/* ---- Writing to it ---- */

/* What a writer and `check` say of a damaged index: 0, all is well; 1, refused and the bytes are as they were; else it is bad. */
static int write_to(const char *path, uint64_t articles)
{
    bf_error error = {0};
    bf_writer *writer = NULL;
    bf_article article = {.id = {"new", 3}, .title = {"w0 alder", 8}};
    bf_status status = bf_writer_open(path, &(bf_writer_options){.no_sync = true, .no_merge = true}, &writer, &error);
    if (status == BF_OK) status = bf_writer_delete(writer, text_of("article7"), &error);
    if (status == BF_OK) status = bf_writer_add(writer, &article, NULL, &error);
    if (status == BF_OK) status = bf_writer_commit(writer, &error);
    bf_writer_close(writer);
    if (getenv("VERBOSE")) print_error("%s: %s\n", bf_status_name(status), error.message);
    if (status != BF_OK) return status != BF_CORRUPT ? 2 : bf_check(path, NULL, NULL, &error) == BF_CORRUPT ? 1 : 6;
    bf_searcher *searcher;
    bf_stats stats;
    if (bf_check(path, NULL, NULL, &error) != BF_OK) return 3;
    if (bf_searcher_open(path, &searcher, &error) != BF_OK || bf_searcher_stats(searcher, &stats, &error) != BF_OK) return 4;
    bf_searcher_close(searcher);
    return stats.articles == articles ? 0 : 5;
}

/* Files as they were, and no others. */
static void damage_undo(const struct damage *damage)
{
    DIR *folder = opendir(damage->path);
    for (struct dirent *entry; (entry = readdir(folder));) {
        bool is_known = entry->d_name[0] == '.';
        for (int i = 0; i < damage->file_count; i++) is_known |= strcmp(damage->names[i], entry->d_name) == 0;
        if (!is_known) unlinkat(dirfd(folder), entry->d_name, 0);
    }
    closedir(folder);
    for (int i = 0; i < damage->file_count; i++) {
        assert_int_equal(pwrite(damage->fds[i], damage->bytes[i], damage->sizes[i], 0), damage->sizes[i]);
        assert_int_equal(ftruncate(damage->fds[i], (off_t)damage->sizes[i]), 0);
    }
}

/*
 * A writer takes more on trust than a reader: which pages of the manifest are free. Whatever is flipped there, it refuses
 * to write, or what it writes is right.
 */
static void test_writing(void **state)
{
    const struct index_fixture *fixture = *state;
    const char *given = getenv("FLIPS");
    struct damage damage;
    uint64_t seed = random_seed();
    unsigned refused = 0, bad = 0, tries = 0;
    make_many_segments(fixture->path);
    bf_writer *writer = open_writer(fixture->path, &(bf_writer_options){.no_merge = true});
    for (uint32_t id = 200; id < 206; id++) { /* a few commits more, so that there are free pages */
        put(writer, id, 1);
        commit_writer(writer);
    }
    bf_writer_close(writer);
    uint64_t articles = stats_committed(fixture->path).articles;
    damage_open(&damage, fixture->path);
    int manifest = 0;
    while (strcmp(damage.names[manifest], "manifest.lmdb") != 0) manifest++;
    bool all = given && strcmp(given, "all") == 0;
    size_t size = damage.sizes[manifest], wanted = all ? size : given ? strtoull(given, NULL, 10) : 300;
    for (size_t i = 0; i < wanted; i++) {
        int how;
        size_t at = all ? i : random_next(&seed) % size;
        if (!all && i % 2) at = at / TREE_PAGE_SIZE * TREE_PAGE_SIZE + random_next(&seed) % 160;
        if (at >= size) continue;
        uint8_t flipped = (uint8_t)(damage.bytes[manifest][at] ^ 1u << random_next(&seed) % 8);
        assert_int_equal(pwrite(damage.fds[manifest], &flipped, 1, (off_t)at), 1);
        fflush(NULL);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
            for (size_t j = 0; j < sizeof signals / sizeof *signals; j++) signal(signals[j], SIG_DFL);
            alarm(SECONDS_MOST);
            _exit(write_to(fixture->path, articles));
        }
        assert_int_equal(waitpid(pid, &how, 0), pid);
        tries++;
        refused += WIFEXITED(how) && WEXITSTATUS(how) == 1;
        if (!WIFEXITED(how) || WEXITSTATUS(how) > 1) {
            bad++;
            print_error("manifest.lmdb, byte %zu (page %zu + %zu): writing ends with %s %d\n", at, at / TREE_PAGE_SIZE,
                        at % TREE_PAGE_SIZE, WIFEXITED(how) ? "code" : "signal", WIFEXITED(how) ? WEXITSTATUS(how)
                            : WTERMSIG(how));
        }
        damage_undo(&damage);
    }
    print_message("%u writes to a damaged manifest: %u refused, %u wrong\n", tries, refused, bad);
    damage_close(&damage);
    assert_int_equal(bad, 0);
}

static void test_one_segment(void **state)
{
    try_index(state, make_one_segment);
}

static void test_reordered_segment(void **state)
{
    try_index(state, make_reordered);
}

static void test_many_segments(void **state)
{
    try_index(state, make_many_segments);
}

static void test_paged(void **state)
{
    try_index(state, make_paged);
}

int main(void)
{
#define with_index(test) cmocka_unit_test_setup_teardown(test, index_fixture_make, index_fixture_remove)
    const struct CMUnitTest tests[] = {
        with_index(test_one_segment),
        with_index(test_reordered_segment),
        with_index(test_many_segments),
        with_index(test_paged),
        with_index(test_writing),
    };
    return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
