/*
 * A writer killed at every system call that writes: at the first, then, from the start again, at the second, and so on until
 * it gets through; and a second time, in the middle of each write. Its deeds follow from a seed (commit_trail.h): additions,
 * replacements, deletions, merges, reordering. After each kill everything that was acknowledged is there, whole; `check` finds nothing;
 * the next writer sweeps what was left, and can add.
 *
 * CALL_KILLS=10000 goes on with more seeds until so many have been killed; SEED to have the same again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "commit_trail.h"
#include "fault_calls.h"
#include "fault_child.h"
#include "fault_recovery.h"
#include "index_fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

enum { COMMITS = 8, KILLS_USUAL = 300 };

struct attempt {
    const struct index_fixture *fixture;
    uint64_t seed;
    enum fault_kind kind;
    long at;
    uint32_t acknowledged;
    int orphans;
};

static void count_commit(void *context, bool is_synced)
{
    (void)is_synced;
    fault_child_tell(++*(uint32_t *)context);
}

static void write_and_be_killed(void *context)
{
    const struct attempt *attempt = context;
    uint32_t commits = 0;
    struct trail trail = {.seed = attempt->seed, .is_short = true, .acknowledge = count_commit, .context = &commits};
    struct trail_content content = {0};
    bf_error error = {0};
    fault_calls_begin(&(struct fault_plan){.folder = attempt->fixture->folder, .kind = attempt->kind, .at = attempt->at,
                                           .is_dry = true});
    if (trail_go(&trail, attempt->fixture->path, &content, COMMITS, &error) != BF_OK) fail_msg("writer: %s", error.message);
}

static void recover(void *context)
{
    const struct attempt *attempt = context;
    bool one_more;
    int orphans = fault_assert_recovers(attempt->fixture, attempt->seed, attempt->acknowledged, &one_more);
    fault_child_tell((uint32_t)orphans << 1 | one_more);
}

static void test_every_call(void **state)
{
    const struct index_fixture *fixture = *state;
    const char *given = getenv("CALL_KILLS");
    long wanted = given ? atol(given) : KILLS_USUAL, kills = 0, acknowledged = 0, orphans = 0, one_more = 0;
    uint64_t seed = random_seed();
    struct attempt attempt = {.fixture = fixture, .kind = FAULT_KILL_HALF};
    for (bool ended = true; kills < wanted; attempt.at++) {
        if (ended) {
            attempt.at = 0;
            attempt.kind = attempt.kind == FAULT_KILL ? FAULT_KILL_HALF : FAULT_KILL;
            if (attempt.kind == FAULT_KILL) attempt.seed = random_next(&seed);
        }
        uint32_t recovered;
        remove_folder(fixture->path);
        int how = fault_child_run(write_and_be_killed, &attempt, &attempt.acknowledged);
        ended = WIFEXITED(how) && WEXITSTATUS(how) == 0;
        if (!ended && !(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL)) fail_msg("the writer ended by itself: %d", how);
        how = fault_child_run(recover, &attempt, &recovered);
        if (how != 0)
            fail_msg("trail %" PRIu64 ", killed %s call %ld: status %d", attempt.seed,
                     attempt.kind == FAULT_KILL ? "at" : "in the middle of", attempt.at, how);
        if (ended) continue;
        kills++;
        acknowledged += attempt.acknowledged;
        orphans += recovered >> 1;
        one_more += recovered & 1;
    }
    print_message("%ld kills: %ld commits acknowledged, %ld more stood, %ld orphans swept\n", kills, acknowledged, one_more,
                  orphans);
    assert_true(orphans > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_call, index_fixture_make, index_fixture_remove),
    };
    return cmocka_run_group_tests_name("kill_calls", tests, NULL, NULL);
}
