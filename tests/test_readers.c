/*
 * Many readers beside one writer: threads and processes search as fast as they can while articles are added, replaced and deleted,
 * and segments merged and reordered. Every answer must be the exact answer of one commit: of each the brute-force twin
 * (brute_force.h) says beforehand, for every query, which articles are found, in which order and with which scores. Some of the
 * reading processes are killed on the way, and leave nothing stuck.
 *
 * READER_COMMITS=400 for more than the usual few dozen; SEED to have the same again. Its threads are for `make tsan` too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "article_history.h"
#include "brute_force.h"
#include "hash.h"
#include "index_fixture.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 3, PROCESSES = 2, COMMITS_USUAL = 40, COMMITS_MOST = 4000, IDS = 120, TOP = 10 };

static const char *const queries[] = {
    "w0", "w3 w7 w12", "+w1 -w2 w30", "\"w0 w1\"", "title:w5", "alder AND birch", "hazel w39", "=w4 cedar", "nosuchword",
};
enum { QUERIES = sizeof queries / sizeof *queries };

/* Shared with the processes. */
struct shared {
    atomic_bool ended;
    atomic_ulong answers, refreshed;
    uint32_t commits;
    uint64_t expected[COMMITS_MOST + 1][QUERIES]; /* by commit */
};

static struct shared *shared;
static const char *index_path;

/* ---- The oracle ---- */

static uint64_t mix(uint64_t hash, const void *bytes, size_t length)
{
    return (hash ^ hash_bytes(bytes, length)) * UINT64_C(0x9E3779B97F4A7C15) + length;
}

static uint64_t answer_of_twin(struct brute_force *twin, uint64_t commit, const char *query)
{
    struct brute_answer answer;
    brute_search(twin, commit, query, &(bf_search_options){0}, &answer);
    uint64_t total = answer.hit_count, hash = mix(1, &total, sizeof total);
    for (size_t i = 0; i < answer.hit_count && i < TOP; i++) {
        bf_text id = twin->articles[answer.hits[i].article].article.id;
        hash = mix(hash, id.bytes, id.length);
        hash = mix(hash, &answer.hits[i].score, sizeof(float));
    }
    brute_answer_free(&answer);
    return hash;
}

/* ---- The writer; and, without one, the twin ---- */

static void make_commit(bf_writer *writer, struct brute_force *twin, uint32_t number, uint64_t *seed)
{
    static struct history_article text;
    bf_error error = {0};
    uint64_t choice = random_next(seed), steps = 1 + random_next(seed) % 25;
    for (uint64_t step = 0; step < steps; step++) {
        uint64_t what = random_next(seed);
        history_write((uint32_t)(what >> 8) % IDS, (uint32_t)(what >> 32) % 1000, &text);
        if (strlen(text.body) > 600) strcpy(text.body + 600, " w1");
        bf_article article = {.id = text_of(text.id), .title = text_of(text.title), .body = text_of(text.body)};
        bf_status status = BF_OK;
        if (what % 4 == 0) {
            if (twin) brute_delete(twin, article.id);
            else status = bf_writer_delete(writer, article.id, &error);
        } else if (twin) {
            brute_add(twin, &article);
        } else {
            status = bf_writer_add(writer, &article, NULL, &error);
        }
        if (status != BF_OK && status != BF_NOT_FOUND) fail_msg("%s", error.message);
    }
    /* By this a reader knows which commit it has: the index may make more of them, to merge. */
    char stamp[32];
    snprintf(stamp, sizeof stamp, "%u", number);
    bf_article article = {.id = text_of("stamp"), .title = text_of("Stamp"), .body = text_of(stamp)};
    if (twin) {
        brute_add(twin, &article);
        brute_commit(twin);
        return;
    }
    bf_status status = bf_writer_add(writer, &article, NULL, &error);
    if (status == BF_OK)
        status = choice % 5 == 0   ? bf_writer_merge(writer, 1, &error)
                 : choice % 5 == 1 ? bf_writer_reorder(writer, &(bf_reorder_options){2, 1}, NULL, &error)
                                   : bf_writer_commit(writer, &error);
    if (status != BF_OK) fail_msg("%s", error.message);
}

/* ---- Readers ---- */

/* The commit of a snapshot, counted from 1; 0: it has none. */
static uint32_t commit_of(bf_searcher *searcher)
{
    const bf_article *stamp;
    char text[32];
    if (bf_searcher_article(searcher, text_of("stamp"), &stamp, NULL) != BF_OK || stamp->body.length >= sizeof text) return 0;
    memcpy(text, stamp->body.bytes, stamp->body.length);
    text[stamp->body.length] = '\0';
    unsigned long commit = strtoul(text, NULL, 10);
    return commit <= shared->commits ? (uint32_t)commit : 0;
}

/* NULL, or what was wrong with an answer. */
static const char *read_once(bf_searcher *searcher, uint32_t commit, uint64_t number, char wrong[1200])
{
    bf_results *results = NULL;
    bf_error error = {0};
    unsigned query = (unsigned)(number % QUERIES);
    bf_status status = bf_search(searcher, queries[query], &(bf_search_options){.k = TOP}, &results, &error);
    uint64_t total = status == BF_OK ? bf_results_total(results) : 0, hash = mix(1, &total, sizeof total);
    for (size_t i = 0; status == BF_OK && i < bf_results_count(results); i++) {
        const bf_article *article;
        bf_text id;
        status = bf_results_id(results, i, &id, &error);
        if (status == BF_OK) status = bf_results_article(results, i, &article, &error);
        if (status != BF_OK) break;
        hash = mix(hash, id.bytes, id.length);
        hash = mix(hash, &bf_results_hit(results, i)->score, sizeof(float));
        if (article->id.length != id.length) status = BF_CORRUPT;
    }
    bf_results_free(results);
    if (status == BF_OK && hash == shared->expected[commit][query]) return NULL;
    snprintf(wrong, 1200, "commit %u, query %s: %s", commit, queries[query], status == BF_OK ? "another answer" : error.message);
    return wrong;
}

/* Until the writer ends. Nobody waits for anybody. */
static const char *read_on(uint64_t seed, char wrong[1200])
{
    bf_searcher *searcher = NULL;
    bf_error error = {0};
    uint32_t last = 0;
    const char *rule = NULL;
    while (!rule && !atomic_load(&shared->ended)) {
        bool moved = false;
        bf_status status = searcher ? bf_searcher_refresh(searcher, &moved, &error)
                                    : bf_searcher_open(index_path, &searcher, &error);
        if (status != BF_OK) {
            snprintf(wrong, 1200, "%s", error.message);
            rule = wrong;
            break;
        }
        if (moved) atomic_fetch_add(&shared->refreshed, 1);
        uint32_t commit = commit_of(searcher);
        if (commit == 0 || commit < last) rule = commit ? "a reader went back" : "the stamp is not there";
        last = commit;
        uint64_t looks = 1 + random_next(&seed) % 20;
        for (uint64_t i = 0; !rule && i < looks; i++) {
            rule = read_once(searcher, commit, random_next(&seed), wrong);
            atomic_fetch_add(&shared->answers, 1);
        }
        if (random_next(&seed) % 8 == 0) {
            bf_searcher_close(searcher);
            searcher = NULL;
        }
    }
    bf_searcher_close(searcher);
    return rule;
}

struct reading {
    uint64_t seed;
    pthread_t thread;
    const char *wrong;
    char text[1200];
};

static void *read_in_thread(void *context)
{
    struct reading *reading = context;
    reading->wrong = read_on(reading->seed, reading->text);
    return NULL;
}

static pid_t start_process(uint64_t seed)
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid != 0) return pid;
    static char text[1200];
    const char *wrong = read_on(seed, text);
    if (wrong) fprintf(stderr, "a reading process: %s\n", wrong);
    _exit(wrong ? 1 : 0);
}

/* The writer has a process of its own, since this one starts others. */
static void write_all(uint64_t seed, uint32_t done)
{
    setenv("CMOCKA_TEST_ABORT", "1", 1);
    bf_writer *writer = open_writer(index_path, &(bf_writer_options){.no_sync = true});
    for (uint32_t commit = done; commit < shared->commits; commit++) make_commit(writer, NULL, commit + 1, &seed);
    bf_writer_close(writer);
    _exit(0);
}

static void reap(pid_t pid, bool is_killed, const char *who)
{
    int how;
    assert_int_equal(waitpid(pid, &how, 0), pid);
    if (is_killed ? !(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL) && how != 0 : how != 0) fail_msg("%s ended with %d", who, how);
}

static void test_every_answer(void **state)
{
    const struct index_fixture *fixture = *state;
    const char *given = getenv("READER_COMMITS");
    uint64_t seed = random_seed(), deeds = random_next(&seed), again = deeds;
    struct brute_force twin = {0};
    struct reading readings[THREADS];
    pid_t processes[PROCESSES];
    unsigned killed = 0;
    index_path = fixture->path;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    shared->commits = given ? (uint32_t)atoi(given) : COMMITS_USUAL;
    assert_true(shared->commits > 1 && shared->commits <= COMMITS_MOST);
    assert_int_equal(analyzer_new("english", "standard", &twin.analyzer, NULL), BF_OK);
    for (uint32_t commit = 1; commit <= shared->commits; commit++) {
        make_commit(NULL, &twin, commit, &again);
        for (unsigned query = 0; query < QUERIES; query++)
            shared->expected[commit][query] = answer_of_twin(&twin, twin.commits, queries[query]);
    }

    /* The first commit, so that there is something to read. All processes begin before this one opens anything. */
    pid_t writer = fork();
    if (writer == 0) {
        bf_writer *first = open_writer(index_path, &(bf_writer_options){.no_sync = true});
        make_commit(first, NULL, 1, &deeds);
        bf_writer_close(first);
        _exit(0);
    }
    reap(writer, false, "the first writer");
    uint64_t skipped = deeds;
    make_commit(NULL, &twin, 1, &skipped); /* only for the seed: the twin is no longer asked */
    for (int i = 0; i < PROCESSES; i++) processes[i] = start_process(random_next(&seed));
    pid_t victim = start_process(random_next(&seed));
    writer = fork();
    if (writer == 0) write_all(skipped, 1);
    for (int i = 0; i < THREADS; i++) {
        readings[i] = (struct reading){.seed = random_next(&seed)};
        assert_int_equal(pthread_create(&readings[i].thread, NULL, read_in_thread, &readings[i]), 0);
    }
    int how;
    for (; waitpid(writer, &how, WNOHANG) == 0; usleep(1000)) {
        if (!victim || random_next(&seed) % 64) continue;
        kill(victim, SIGKILL);
        reap(victim, true, "a process that was to be killed");
        victim = 0;
        killed++;
    }
    atomic_store(&shared->ended, true);
    assert_int_equal(how, 0);
    if (victim) reap(victim, false, "a reading process");
    for (int i = 0; i < PROCESSES; i++) reap(processes[i], false, "a reading process");
    for (int i = 0; i < THREADS; i++) {
        pthread_join(readings[i].thread, NULL);
        if (readings[i].wrong) fail_msg("a reading thread: %s", readings[i].wrong);
    }
    bf_searcher *searcher = open_searcher(index_path);
    assert_int_equal(commit_of(searcher), shared->commits);
    bf_searcher_close(searcher);
    assert_index_sound(index_path);
    print_message("%u commits, %lu answers, each that of its commit; %lu moves to a newer one; %u processes killed\n", shared->commits,
                  atomic_load(&shared->answers), atomic_load(&shared->refreshed), killed);
    assert_true(atomic_load(&shared->answers) > 0);
    analyzer_free(twin.analyzer);
    brute_free(&twin);
    munmap(shared, sizeof *shared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_answer, index_fixture_make, index_fixture_remove),
    };
    return cmocka_run_group_tests_name("readers", tests, NULL, NULL);
}
