/*
 * A writer killed at random moments while readers search. After each kill: every article of every commit that was
 * acknowledged is there, whole, in its order; of the commit that was under way there is all or nothing; `check` finds
 * nothing; the next writer opens at once and sweeps what was left. KILLS=200 for more than the usual few, SEED to have the
 * same again.
 *
 * What a writer does follows from a seed (commit_trail.h); it only acknowledges commits, by a byte in a pipe.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "commit_trail.h"
#include "fault_child.h"
#include "index_fixture.h"

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

/* ---- The writer ---- */

static void acknowledge_commit(void *context, bool is_synced)
{
    (void)is_synced;
    if (write(*(int *)context, "c", 1) != 1) fail_msg("acknowledging failed");
}

/* ---- The reader ---- */

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
        struct trail_stamp stamp = {0};
        if (trail_stamp_read(searcher, &stamp) && stamp.commit < last)
            fail_msg("a reader went back from commit %u to %u", last, stamp.commit);
        last = stamp.commit > last ? stamp.commit : last;
        uint64_t looks = random_next(&seed) % 4;
        for (uint64_t i = 0; i <= looks; i++) trail_assert_one_commit(searcher, &seed); /* commits come and go meanwhile */
    }
}

/* ---- The whole ---- */

static pid_t start_reader(const char *path, uint64_t seed)
{
    pid_t pid = fault_child_start();
    if (pid == 0) read_on(path, seed);
    return pid;
}

static pid_t start_writer(const char *path, struct trail_content *content, uint64_t seed, int *acknowledgements)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fault_child_start();
    if (pid == 0) {
        close(ends[0]);
        struct trail trail = {.seed = seed, .acknowledge = acknowledge_commit, .context = &ends[1]};
        bf_error error = {0};
        bf_status status = trail_go(&trail, path, content, UINT32_MAX, &error);
        if (status != BF_OK) fail_msg("writer: %s", error.message);
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
    struct trail_content content = {0};
    uint32_t commits = 0;
    pid_t readers[READERS];
    char path[128] = "";
    for (int i = 0; i < kills; i++) {
        if (i % KILLS_AN_INDEX == 0) {
            content = (struct trail_content){0};
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
        bool one_more;
        orphans += trail_assert_recovers(path, &(struct trail){.seed = deeds}, &content, acknowledged, &one_more);
        unacknowledged += one_more;
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
