/*
 * The power goes. A writer's every write, sync and name is recorded (fault_calls.h), and from that what a disk may hold after
 * a cut at any of them (fault_disk.h): nothing that was not synced, all of it, or any part. Each time every commit that was
 * acknowledged stands, whole; `check` finds nothing; and the next writer sweeps and adds.
 *
 * A commit with --no-sync may be lost, or leave an index that is refused as damaged; never one that answers wrong. But a later
 * commit that did wait for the disk must stand, whatever came before it.
 *
 * POWER_CUTS=20000 for more than the usual few hundred; SEED to have the same again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "commit_trail.h"
#include "fault_calls.h"
#include "fault_child.h"
#include "fault_disk.h"
#include "fault_recovery.h"
#include "index_fixture.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COMMITS = 9, CUTS_USUAL = 300, CUTS_A_TRAIL = 150 };

/* What recover found, for the parent. */
enum { FOUND_DAMAGED = 1, FOUND_UNACKNOWLEDGED = 2 };

struct power {
    char folder[96], record_path[96], disk[96];
    struct trail trail;
    struct fault_record record;
    struct fault_cut cut;
};

/* ---- Recording ---- */

static void mark_commit(void *context, bool is_synced)
{
    (void)context;
    fault_calls_mark(is_synced);
}

static void record_trail(void *context)
{
    struct power *power = context;
    struct trail_content content = {0};
    bf_error error = {0};
    char path[128];
    snprintf(path, sizeof path, "%s/news.bf", power->folder);
    power->trail.acknowledge = mark_commit;
    int record = open(power->record_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(record > 0);
    fault_calls_begin(&(struct fault_plan){.folder = power->folder, .kind = FAULT_NONE, .is_dry = true, .record = record});
    if (trail_go(&power->trail, path, &content, COMMITS, &error) != BF_OK) fail_msg("writer: %s", error.message);
}

/* ---- After the cut ---- */

/* Commits from `least` to `most` may be there. `is_risky`: of those that are not surely there, one did not wait for the disk. */
struct expected {
    uint32_t least, most;
    bool is_risky;
};

static struct expected expect(const struct power *power)
{
    struct expected expected = {.most = 1};
    bool is_under_way = true;
    for (size_t i = 0; i < power->record.count && is_under_way; i++) {
        const struct fault_entry *entry = &power->record.items[i].entry;
        if (entry->deed != FAULT_MARK) continue;
        is_under_way = i < power->cut.done; /* the first mark after the cut is that of the commit under way */
        if (entry->offset && is_under_way) expected = (struct expected){expected.most, expected.most + 1, false};
        else {
            expected.is_risky |= !entry->offset;
            expected.most += is_under_way;
        }
    }
    return expected;
}

/* LMDB's lock file is mapped, and written at any time: there may be anything in it. */
static void spoil_lock_file(const char *path, uint64_t seed)
{
    char name[160];
    struct stat about;
    snprintf(name, sizeof name, "%s/manifest.lmdb-lock", path);
    int fd = open(name, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    assert_int_equal(fstat(fd, &about), 0);
    for (off_t at = 0; at < about.st_size; at += 8) {
        uint64_t number = random_next(&seed);
        assert_int_equal(pwrite(fd, &number, 8, at), 8);
    }
    close(fd);
}

static void recover(void *context)
{
    struct power *power = context;
    struct expected expected = expect(power);
    struct trail_content content = {0};
    struct trail_stamp stamp = {0};
    bf_searcher *searcher = NULL;
    bf_error error = {0};
    char path[128];
    snprintf(path, sizeof path, "%s/news.bf", power->disk);
    fault_calls_begin(&(struct fault_plan){.folder = power->disk, .kind = FAULT_NONE, .is_dry = true});
    if (power->cut.seed % 2) spoil_lock_file(path, power->cut.seed);
    bf_status status = bf_check(path, NULL, NULL, &error);
    if (status == BF_CORRUPT && expected.is_risky) {
        fault_child_tell(FOUND_DAMAGED);
        return;
    }
    if (status != BF_OK && (status != BF_NOT_FOUND || expected.least > 0)) fail_msg("check: %s", error.message);
    if (status == BF_OK) {
        searcher = open_searcher(path);
        assert_true(trail_stamp_read(searcher, &stamp));
        trail_assert_one_commit(searcher, &(uint64_t){power->cut.seed});
        bf_searcher_close(searcher);
    }
    if (stamp.commit < expected.least || stamp.commit > expected.most)
        fail_msg("commit %u is there, and should be one of %u to %u", stamp.commit, expected.least, expected.most);
    trail_go(&power->trail, NULL, &content, stamp.commit, NULL);
    trail_assert_swept(path);
    trail_assert_content(path, &content);
    fault_assert_writable(path);
    fault_child_tell(stamp.commit > expected.least ? FOUND_UNACKNOWLEDGED : 0);
}

static void test_power_cuts(void **state)
{
    const struct index_fixture *fixture = *state;
    static const unsigned kept[] = {0, 100, 50, 90, 10, 50};
    const char *given = getenv("POWER_CUTS");
    long wanted = given ? atol(given) : CUTS_USUAL, cuts = 0, damaged = 0, unacknowledged = 0, trails = 0;
    uint64_t seed = random_seed();
    struct power power = {0};
    snprintf(power.folder, sizeof power.folder, "%s/written", fixture->folder);
    snprintf(power.disk, sizeof power.disk, "%s/disk", fixture->folder);
    snprintf(power.record_path, sizeof power.record_path, "%s/record", fixture->folder);
    while (cuts < wanted) {
        power.trail = (struct trail){.seed = random_next(&seed), .is_short = true,
                                     .sync = trails++ % 2 ? TRAIL_SYNC_SOMETIMES : TRAIL_SYNC_ALWAYS};
        assert_int_equal(mkdir(power.folder, 0755), 0);
        assert_int_equal(fault_child_run(record_trail, &power, NULL), 0);
        fault_record_read(power.record_path, &power.record);
        remove_folder(power.folder);
        for (long i = 0; i < CUTS_A_TRAIL && cuts < wanted; i++, cuts++) {
            uint32_t found;
            power.cut = (struct fault_cut){.done = random_next(&seed) % (power.record.count + 1), .seed = random_next(&seed) | 2,
                                           .kept = kept[i % 6], .sector = i % 4 ? 4096 : 512};
            fault_disk_make(&power.record, &power.cut, power.disk);
            int how = fault_child_run(recover, &power, &found);
            if (how != 0)
                fail_msg("trail %" PRIu64 "%s, cut after %zu of %zu, %u%% of the rest kept by sectors of %u, seed %" PRIu64
                         ": status %d", power.trail.seed, power.trail.sync == TRAIL_SYNC_ALWAYS ? "" : " (some without sync)",
                         power.cut.done, power.record.count, power.cut.kept, power.cut.sector, power.cut.seed, how);
            remove_folder(power.disk);
            damaged += found == FOUND_DAMAGED;
            unacknowledged += found == FOUND_UNACKNOWLEDGED;
        }
        fault_record_free(&power.record);
    }
    print_message("%ld cuts of %ld trails: %ld commits more than those acknowledged and synced; %ld indexes damaged, all of them "
                  "written without sync\n", cuts, trails, unacknowledged, damaged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_power_cuts, index_fixture_make, index_fixture_remove),
    };
    return cmocka_run_group_tests_name("power", tests, NULL, NULL);
}
