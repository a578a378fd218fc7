/*
 * A writer killed at random moments while readers search. After each kill: every article of every commit that was
 * acknowledged is there, whole, in its order; of the commit that was under way there is all or nothing; `check` finds
 * nothing; the next writer opens at once and sweeps what was left. KILLS=200 for more than the usual few, SEED to have the
 * same again.
 *
 * What a writer does follows from a seed, so the parent knows, without being told, what the index should hold after each
 * commit; the writer only acknowledges commits, by a byte in a pipe. Each commit stores an article "stamp" that says how
 * many articles it has and how many of them hold each of some words: by that a reader can tell a whole commit from a part
 * of one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "article_history.h"
#include "index_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    READERS = 2,
    KILLS_AN_INDEX = 25,   /* then a new one, so that the making of an index is killed as well */
};

/* What the index holds, but for the stamp. */
struct content {
    struct history history;
    uint32_t commit, version;
};

/* ---- The writer ---- */

static void put_stamp(bf_writer *writer, const struct content *content)
{
    char body[256];
    size_t length = (size_t)snprintf(body, sizeof body, "%u %u", content->commit, content->history.count);
    for (unsigned marker = 0; marker < HISTORY_MARKERS; marker++) {
        uint32_t holders = 0;
        for (uint32_t i = 0; i < content->history.count; i++) {
            uint32_t id = content->history.arrival[i];
            holders += history_has_marker(id, content->history.version[id], marker);
        }
        length += (size_t)snprintf(body + length, sizeof body - length, " %u", holders);
    }
    add_article(writer, "stamp", "Stamp", body);
}

/*
 * Goes through the commits that follow from the seed until `commits` of them are made. With a path they are really made;
 * without, only `content` follows them.
 */
static void go_through(const char *path, struct content *content, uint64_t seed, uint32_t commits, int acknowledge)
{
    static struct history_article article;
    bf_writer *writer = NULL;
    bf_error error = {0};
    for (uint32_t done = 0; done < commits; done++) {
        uint64_t choice = random_next(&seed);
        if (path && (!writer || choice % 3 == 0)) {
            bf_writer_options options = {.memory = 8 << 20, .no_sync = choice >> 8 & 1, .no_merge = choice >> 9 & 1};
            bf_writer_close(writer);
            writer = open_writer(path, &options);
        }
        /* Mostly small commits; one in eight is larger than the memory. */
        uint64_t steps = choice >> 16 & 7 ? random_next(&seed) % 60 : 1200;
        for (uint64_t step = 0; step < steps; step++) {
            uint64_t what = random_next(&seed);
            uint32_t id = (uint32_t)(what >> 8) % HISTORY_IDS;
            if ((what & 255) < 64) {
                snprintf(article.id, sizeof article.id, "article%u", id);
                bf_status wanted = content->history.version[id] ? BF_OK : BF_NOT_FOUND;
                if (path && bf_writer_delete(writer, text_of(article.id), &error) != wanted)
                    fail_msg("delete: %s", error.message);
                history_remove(&content->history, id);
            } else {
                history_add(&content->history, id, ++content->version);
                history_write(id, content->version, &article);
                if (path) add_article(writer, article.id, article.title, article.body);
            }
        }
        content->commit++;
        if (!path) continue;
        put_stamp(writer, content);
        bool merges = (choice >> 20) % 8 == 0;
        uint32_t down_to = 1 + (uint32_t)(choice >> 24 & 1);
        bf_status status = !merges                ? bf_writer_commit(writer, &error)
                           : choice >> 25 & 1 ? bf_writer_merge(writer, down_to, &error)
                                              : bf_writer_reorder(writer, &(bf_reorder_options){down_to, 2}, NULL, &error);
        if (status != BF_OK) fail_msg("commit: %s", error.message);
        if (write(acknowledge, "c", 1) != 1) fail_msg("acknowledging failed");
    }
    bf_writer_close(writer);
}

/* ---- Looking at a snapshot ---- */

struct stamp {
    unsigned commit, count, holders[HISTORY_MARKERS];
};

/* False: there is none, so nothing was committed. */
static bool read_stamp(bf_searcher *searcher, struct stamp *stamp)
{
    bf_error error = {0};
    const bf_article *article;
    bf_status status = bf_searcher_article(searcher, text_of("stamp"), &article, &error);
    if (status == BF_NOT_FOUND) return false;
    if (status != BF_OK) fail_msg("stamp: %s", error.message);
    char text[256];
    assert_true(article->body.length < sizeof text);
    memcpy(text, article->body.bytes, article->body.length);
    text[article->body.length] = '\0';
    char *at = text;
    stamp->commit = (unsigned)strtoul(at, &at, 10);
    stamp->count = (unsigned)strtoul(at, &at, 10);
    for (unsigned marker = 0; marker < HISTORY_MARKERS; marker++) stamp->holders[marker] = (unsigned)strtoul(at, &at, 10);
    assert_int_equal(*at, '\0');
    return true;
}

static void assert_text(bf_text text, const char *wanted, const char *id)
{
    if (text.length != strlen(wanted) || memcmp(text.bytes, wanted, text.length) != 0)
        fail_msg("%s: \"%.*s\" is stored for \"%s\"", id, (int)text.length, text.bytes, wanted);
}

/* The version of an article, which is whole. */
static uint32_t assert_whole(const bf_article *article, uint32_t *id)
{
    static struct history_article wanted;
    unsigned number = 0, version = 0;
    char text[64];
    snprintf(text, sizeof text, "%.*s %.*s", (int)article->id.length, article->id.bytes, 20, article->title.bytes);
    if (sscanf(text, "article%u Version%u", &number, &version) != 2) fail_msg("a strange article: %s", text);
    history_write(number, version, &wanted);
    assert_text(article->id, wanted.id, wanted.id);
    assert_text(article->title, wanted.title, wanted.id);
    assert_text(article->body, wanted.body, wanted.id);
    *id = number;
    return version;
}

/* The snapshot is of one commit: as many articles hold each word as its stamp says, and those that are found do hold it. */
static void assert_one_commit(bf_searcher *searcher, uint64_t *seed)
{
    struct stamp stamp;
    if (!read_stamp(searcher, &stamp)) return;
    assert_int_equal(stats_of(searcher).articles, stamp.count + 1);
    for (unsigned marker = 0; marker < HISTORY_MARKERS; marker++)
        if (count_matches(searcher, history_markers[marker]) != stamp.holders[marker])
            fail_msg("commit %u: %" PRIu64 " articles are found with %s, not %u", stamp.commit,
                     count_matches(searcher, history_markers[marker]),
                     history_markers[marker], stamp.holders[marker]);
    unsigned marker = (unsigned)(random_next(seed) % HISTORY_MARKERS);
    bf_results *results = search_for(searcher, history_markers[marker], 20);
    assert_int_equal(bf_results_count(results), stamp.holders[marker] < 20 ? stamp.holders[marker] : 20);
    for (size_t i = 0; i < bf_results_count(results); i++) {
        const bf_article *article;
        bf_error error = {0};
        uint32_t id;
        if (bf_results_article(results, i, &article, &error) != BF_OK) fail_msg("%s", error.message);
        uint32_t version = assert_whole(article, &id);
        assert_true(history_has_marker(id, version, marker));
    }
    bf_results_free(results);
}

/* Searches until it is killed or something is wrong; then it ends with 1, the reason on standard output. */
static void read_on(const char *path, uint64_t seed)
{
    bf_searcher *searcher = NULL;
    unsigned last = 0;
    for (;;) {
        bf_error error = {0};
        bool moved;
        if (searcher && random_next(&seed) % 4 == 0) {
            bf_searcher_close(searcher);
            searcher = NULL;
        }
        bf_status status = searcher ? bf_searcher_refresh(searcher, &moved, &error) : bf_searcher_open(path, &searcher, &error);
        if (status == BF_NOT_FOUND && last == 0) {
            nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
            continue;
        }
        if (status != BF_OK) fail_msg("reader: %s", error.message);
        struct stamp stamp = {0};
        if (read_stamp(searcher, &stamp) && stamp.commit < last)
            fail_msg("a reader went back from commit %u to %u", last, stamp.commit);
        last = stamp.commit > last ? stamp.commit : last;
        uint64_t looks = random_next(&seed) % 4;
        for (uint64_t i = 0; i <= looks; i++) assert_one_commit(searcher, &seed); /* commits come and go meanwhile */
    }
}

/* ---- After a kill ---- */

struct walk {
    const struct content *content;
    uint32_t at;
    bool stamped;
};

static bf_status compare_article(void *context, const bf_article *article)
{
    struct walk *walk = context;
    if (article->id.length == 5 && memcmp(article->id.bytes, "stamp", 5) == 0) {
        walk->stamped = true;
        return BF_OK;
    }
    uint32_t id, version = assert_whole(article, &id);
    if (walk->at == walk->content->history.count) fail_msg("article%u version %u is stored as one too many", id, version);
    uint32_t wanted = walk->content->history.arrival[walk->at++];
    if (id != wanted || version != walk->content->history.version[wanted])
        fail_msg("article%u version %u is stored where article%u version %u should be", id, version, wanted,
                 walk->content->history.version[wanted]);
    return BF_OK;
}

/* The index holds what was acknowledged since `before`, or one commit more: that is returned. */
static bool assert_nothing_lost(const char *path, const struct content *before, uint64_t seed, uint32_t acknowledged)
{
    bf_error error = {0};
    bf_searcher *searcher = NULL;
    struct stamp stamp = {0};
    struct content content = *before;
    go_through(NULL, &content, seed, acknowledged, -1);
    bf_status status = bf_searcher_open(path, &searcher, &error);
    if (status == BF_NOT_FOUND && content.commit == 0) return false;
    if (status != BF_OK) fail_msg("after the kill: %s", error.message);
    read_stamp(searcher, &stamp);
    bool one_more = stamp.commit == content.commit + 1;
    if (!one_more && stamp.commit != content.commit)
        fail_msg("commit %u was acknowledged, but %u is there", content.commit, stamp.commit);
    assert_one_commit(searcher, &(uint64_t){seed});
    bf_searcher_close(searcher);
    return one_more;
}

static void assert_content(const char *path, const struct content *content)
{
    if (content->commit == 0) return;
    struct walk walk = {.content = content};
    bf_error error = {0};
    bf_searcher *searcher = open_searcher(path);
    assert_int_equal(bf_searcher_each_article(searcher, compare_article, &walk, &error), BF_OK);
    assert_true(walk.stamped);
    assert_int_equal(walk.at, content->history.count);
    bf_searcher_close(searcher);
    assert_index_sound(path);
}

/* A new writer is let in at once; it removes what the killed one left. Returns how many segment files that were. */
static int assert_swept(const char *path)
{
    DIR *folder = opendir(path);
    int before = folder ? count_segment_files(path) : 0;
    if (folder) closedir(folder);
    bf_writer_close(open_writer(path, NULL));
    bf_searcher *searcher = NULL;
    int named = 0;
    if (bf_searcher_open(path, &searcher, NULL) == BF_OK) named = (int)stats_of(searcher).segments;
    bf_searcher_close(searcher);
    assert_int_equal(count_segment_files(path), named);
    return before - named;
}

/* ---- The whole ---- */

/* 0: this is the child, in which what fails ends the process, with its message, instead of the test. */
static pid_t start_child(void)
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) setenv("CMOCKA_TEST_ABORT", "1", 1);
    return pid;
}

static pid_t start_reader(const char *path, uint64_t seed)
{
    pid_t pid = start_child();
    if (pid == 0) read_on(path, seed);
    return pid;
}

static pid_t start_writer(const char *path, struct content *content, uint64_t seed, int *acknowledgements)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = start_child();
    if (pid == 0) {
        close(ends[0]);
        go_through(path, content, seed, UINT32_MAX, ends[1]);
    }
    close(ends[1]);
    *acknowledgements = ends[0];
    return pid;
}

static void kill_and_reap(pid_t pid, const char *who)
{
    int how;
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &how, 0), pid);
    if (!WIFSIGNALED(how) || WTERMSIG(how) != SIGKILL)
        fail_msg("a %s ended by itself: %s %d", who, WIFSIGNALED(how) ? "signal" : "code",
                 WIFSIGNALED(how) ? WTERMSIG(how) : WEXITSTATUS(how));
}

static uint32_t count_acknowledgements(int acknowledgements)
{
    char bytes[256];
    uint32_t count = 0;
    for (ssize_t got; (got = read(acknowledgements, bytes, sizeof bytes)) > 0;) count += (uint32_t)got;
    close(acknowledgements);
    return count;
}

/* From 0.1 ms to 0.4 s, as many in each octave: some writers die while they open, some after many commits. */
static void wait_a_while(uint64_t *seed)
{
    double seconds = 1e-4 * exp2((double)(random_next(seed) % 12000) / 1000);
    nanosleep(&(struct timespec){.tv_nsec = (long)(seconds * 1e9)}, NULL);
}

static void test_kills(void **state)
{
    const struct index_fixture *fixture = *state;
    const char *given = getenv("KILLS");
    int kills = given ? atoi(given) : 12, orphans = 0, unacknowledged = 0, indexes = 0;
    uint64_t seed = random_seed();
    struct content content = {0};
    uint32_t commits = 0;
    pid_t readers[READERS];
    char path[128] = "";
    for (int i = 0; i < kills; i++) {
        if (i % KILLS_AN_INDEX == 0) {
            content = (struct content){0};
            snprintf(path, sizeof path, "%s/killed-%d.bf", fixture->folder, indexes++);
            for (int j = 0; j < READERS; j++) readers[j] = start_reader(path, random_next(&seed));
        }
        uint64_t deeds = random_next(&seed);
        int acknowledgements;
        pid_t writer = start_writer(path, &content, deeds, &acknowledgements);
        wait_a_while(&seed);
        kill_and_reap(writer, "writer");
        uint32_t acknowledged = count_acknowledgements(acknowledgements);
        commits += acknowledged;
        bool one_more = assert_nothing_lost(path, &content, deeds, acknowledged);
        orphans += assert_swept(path);
        bool still = assert_nothing_lost(path, &content, deeds, acknowledged);
        assert_true(still || !one_more); /* the next writer may bring a commit to light, but not take one back */
        go_through(NULL, &content, deeds, acknowledged + still, -1);
        unacknowledged += still;
        assert_content(path, &content);
        /* Readers are killed as well, in the middle of whatever they do. */
        bool last = i + 1 == kills || (i + 1) % KILLS_AN_INDEX == 0;
        for (int j = 0; j < READERS; j++) {
            if (!last && random_next(&seed) % 4 != 0) continue;
            kill_and_reap(readers[j], "reader");
            if (!last) readers[j] = start_reader(path, random_next(&seed));
        }
        if (last) remove_folder(path);
    }
    print_message("%d kills of %d indexes: %u commits acknowledged, %d more stood, %d orphans swept\n", kills, indexes, commits,
                  unacknowledged, orphans);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kills, index_fixture_make, index_fixture_remove),
    };
    return cmocka_run_group_tests_name("kill", tests, NULL, NULL);
}
