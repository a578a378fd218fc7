/*
 * A disk that fails: each system call that writes, in turn, fails with EIO, ENOSPC or EDQUOT, or writes only half; or the disk is full
 * from there on until somebody makes room. The writer says BF_IO and names the file, the last commit stands whole, and the next
 * writer works.
 *
 * WRITE_ERRORS=20000 for more than the usual few hundred; SEED to have the same again.
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

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMITS = 7, ERRORS_USUAL = 250, ORDINARY_STEP = 4 };

/* What the child says, above the number of acknowledged commits. */
enum { TOLD_FAILED = 1 << 16, TOLD_PASSED = 1 << 17, TOLD_STANDS = 1 << 18 };

struct attempt {
    const struct index_fixture *fixture;
    uint64_t seed;
    struct fault_plan plan;
    uint32_t acknowledged;
    bool stands; /* a commit after those, too: so the writer said */
};

static void count_commit(void *context, bool is_synced)
{
    (void)is_synced;
    ++*(uint32_t *)context;
}

static void assert_named(const struct attempt *attempt, const bf_error *error)
{
    const char *reason = strerror(attempt->plan.code);
    if (error->status != BF_IO && !(attempt->plan.code == ENOMEM && error->status == BF_NO_MEMORY))
        fail_msg("%s: %s", bf_status_name(error->status), error->message);
    if (!strstr(error->message, attempt->fixture->path)) fail_msg("no file is named: %s", error->message);
    /* To LMDB a write cut short is EIO, whatever cut it short; or, when it makes a file, ENOSPC. */
    if (attempt->plan.kind == FAULT_SHORT) reason = strstr(error->message, "No space left") ? "No space left" : "Input/output error";
    if (!strstr(error->message, reason)) fail_msg("\"%s\" is not said: %s", reason, error->message);
}

static void write_and_fail(void *context)
{
    const struct attempt *attempt = context;
    uint32_t commits = 0;
    bool stands = false;
    struct trail trail = {.seed = attempt->seed, .is_short = true, .sync = TRAIL_SYNC_ALWAYS, .acknowledge = count_commit,
                          .context = &commits, .stands = &stands};
    struct trail_content content = {0};
    bf_error error = {0};
    fault_calls_begin(&attempt->plan);
    bf_status status = trail_go(&trail, attempt->fixture->path, &content, COMMITS, &error);
    bool is_reached = fault_calls_count() > attempt->plan.at;
    fault_calls_begin(&(struct fault_plan){.folder = attempt->fixture->folder, .kind = FAULT_NONE, .is_dry = true});
    if (status == BF_OK) {
        fault_child_tell(commits | (is_reached ? 0 : TOLD_PASSED));
        return;
    }
    assert_true(is_reached);
    assert_named(attempt, &error);
    assert_true(stands == (strstr(error.message, "committed, but ") != NULL));
    /* In the same process, which goes on using LMDB's environment if another has it open: the next writer works. */
    fault_child_tell(commits | TOLD_FAILED | (stands ? TOLD_STANDS : 0));
    bf_writer_close(open_writer(attempt->fixture->path, NULL));
}

static void recover(void *context)
{
    const struct attempt *attempt = context;
    bool one_more;
    fault_assert_recovers(attempt->fixture, attempt->seed, attempt->acknowledged, &one_more);
    assert_int_equal(one_more, attempt->stands);
    fault_child_tell(one_more);
}

static void test_every_call(void **state)
{
    static const struct {
        enum fault_kind kind;
        int code;
    } faults[] = {{FAULT_FAIL, ENOSPC}, {FAULT_FULL, ENOSPC}, {FAULT_SHORT, 0}, {FAULT_FAIL, EIO}, {FAULT_FULL, EDQUOT},
                  {FAULT_FAIL, ENOMEM}};
    const struct index_fixture *fixture = *state;
    const char *given = getenv("WRITE_ERRORS");
    long wanted = given ? atol(given) : ERRORS_USUAL, tries = 0, failed = 0, harmless = 0, one_more = 0;
    uint64_t seed = random_seed();
    struct attempt attempt = {.fixture = fixture};
    attempt.plan = (struct fault_plan){.folder = fixture->folder, .is_dry = true};
    size_t fault = 0;
    /* Usually not every call of a round, but a different fourth of them in each. */
    for (bool ended = true; tries < wanted; attempt.plan.at += given ? 1 : ORDINARY_STEP) {
        if (ended) {
            if (fault % (sizeof faults / sizeof *faults) == 0) attempt.seed = random_next(&seed);
            attempt.plan.kind = faults[fault % (sizeof faults / sizeof *faults)].kind;
            attempt.plan.code = faults[fault % (sizeof faults / sizeof *faults)].code;
            attempt.plan.at = given ? 0 : (long)(random_next(&seed) % ORDINARY_STEP);
            fault++;
        }
        uint32_t told, stands = 0;
        remove_folder(fixture->path);
        int how = fault_child_run(write_and_fail, &attempt, &told);
        attempt.acknowledged = told & 0xffff;
        attempt.stands = (told & TOLD_STANDS) != 0;
        if (how == 0) how = fault_child_run(recover, &attempt, &stands);
        if (how != 0)
            fail_msg("trail %" PRIu64 ", call %ld, kind %c, code %d (%s): status %d", attempt.seed, attempt.plan.at,
                     attempt.plan.kind, attempt.plan.code, strerror(attempt.plan.code), how);
        ended = (told & TOLD_PASSED) != 0;
        tries++;
        failed += (told & TOLD_FAILED) != 0;
        harmless += !ended && !(told & TOLD_FAILED);
        one_more += stands;
    }
    print_message("%ld failing calls: %ld said, %ld without consequence, %ld commits stood all the same\n", tries, failed, harmless,
                  one_more);
    assert_true(failed > tries / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_call, index_fixture_make, index_fixture_remove),
    };
    return cmocka_run_group_tests_name("write_errors", tests, NULL, NULL);
}
