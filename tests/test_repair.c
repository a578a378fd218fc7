/*
 * A damaged index is repaired: every article comes out as it went in or is named as lost, nothing that was deleted comes back
 * unless the report says that it may, and the new index is sound. Damage: pages zeroed and bits flipped all over, files cut short or
 * missing. TEST=test_order* for some of the tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "article_block.h"
#include "index_fixture.h"
#include "snapshot.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ARTICLES = 240,
    FIRST = 120,       /* in the first segment */
    THREADED = 600,    /* where several threads build */
    THREADED_PAGES = 12,
    DELETED_EVERY = 10,
    PAGE = 4096,
    FILES = 3,
};

static const char *const files[FILES] = {"seg-1.lmdb", "seg-2.lmdb", "manifest.lmdb"};

/* The same text for the same number, unlike that of any other. */
static void make_body(int number, char *body, size_t size)
{
    static const char *const words[] = {"harbour", "ferry", "council", "storm", "minister", "quarter", "shares", "border",
                                        "election", "museum", "piano", "grain", "strike", "bridge", "river", "island"};
    uint64_t state = (uint64_t)number * 2654435761U + 1;
    size_t length = (size_t)snprintf(body, size, "article%d", number);
    for (int i = 0; i < 90; i++)
        length += (size_t)snprintf(body + length, size - length, " %s%u", words[random_next(&state) % 16],
                                   (unsigned)(random_next(&state) % 50));
}

static bool is_deleted(int number) { return number % DELETED_EVERY == 3; }

static void make_index(const char *path, bool reorder)
{
    bf_error error;
    bf_writer_options options = {.no_merge = true, .no_sync = true};
    bf_writer *writer = open_writer(path, &options);
    for (int i = 0; i < ARTICLES; i++) {
        char id[32], body[2000];
        snprintf(id, sizeof id, "id-%d", i);
        make_body(i, body, sizeof body);
        add_article(writer, id, "A title", body);
        if (i == FIRST - 1) commit_writer(writer);
    }
    commit_writer(writer);
    if (reorder) assert_int_equal(bf_writer_reorder(writer, &(bf_reorder_options){.segment_count = 2, .threads = 1}, NULL, &error), BF_OK);
    for (int i = 0; i < ARTICLES; i++) {
        char id[32];
        snprintf(id, sizeof id, "id-%d", i);
        if (is_deleted(i)) assert_int_equal(bf_writer_delete(writer, text_of(id), &error), BF_OK);
    }
    commit_writer(writer);
    bf_writer_close(writer);
}

struct findings {
    bool named[THREADED]; /* as lost */
    unsigned count, lost_lines;
};

static void take_finding(void *context, const char *line)
{
    struct findings *findings = context;
    int number;
    findings->count++;
    if (strncmp(line, "lost: ", 6) != 0) return;
    findings->lost_lines++;
    if (sscanf(line, "lost: article id-%d,", &number) != 1) return;
    assert_in_range(number, 0, THREADED - 1);
    findings->named[number] = true;
}

/* What was stored of it, to the byte. False: it isn't there. */
static bool is_as_it_was(bf_searcher *searcher, int number)
{
    char id[32], body[2000];
    const bf_article *article;
    bf_error error;
    snprintf(id, sizeof id, "id-%d", number);
    make_body(number, body, sizeof body);
    bf_status status = bf_searcher_article(searcher, text_of(id), &article, &error);
    if (status == BF_NOT_FOUND) return false;
    assert_int_equal(status, BF_OK);
    assert_int_equal(article->body.length, strlen(body));
    assert_memory_equal(article->body.bytes, body, article->body.length);
    snprintf(body, sizeof body, "article%d", number);
    assert_int_equal(count_matches(searcher, body), 1);
    return true;
}

static bf_repair_report repair(const char *path, const char *into, struct findings *findings)
{
    bf_repair_report report;
    bf_error error = {0};
    bf_repair_options options = {.language = "english", .no_sync = true};
    *findings = (struct findings){0};
    if (bf_repair(path, into, &options, take_finding, findings, &report, &error) != BF_OK) fail_msg("%s", error.message);
    return report;
}

/* Every article is there, or named, or one of those that are counted; returns how many live ones are lost. */
static int assert_repaired(const char *path, const char *into)
{
    struct findings findings;
    bf_repair_report report = repair(path, into, &findings);
    bf_searcher *searcher = open_searcher(into);
    int lost = 0, back = 0, saved = 0;
    for (int i = 0; i < ARTICLES; i++) {
        bool is_there = is_as_it_was(searcher, i);
        saved += is_there;
        if (is_deleted(i)) back += is_there;
        else if (!is_there) lost++;
        assert_false(is_there && findings.named[i]);
    }
    assert_int_equal(saved, report.saved);
    assert_true(report.lost >= (uint64_t)lost || report.lost_may_be_more);
    assert_true(lost == 0 || findings.lost_lines || report.lost_may_be_more);
    assert_true(back == 0 || report.deletions_lost);
    bf_searcher_close(searcher);
    assert_index_sound(into);
    remove_folder(into);
    return lost;
}

static void copy_index(const char *from, const char *to)
{
    char command[400];
    snprintf(command, sizeof command, "rm -rf '%s' && cp -r '%s' '%s'", to, from, to);
    assert_int_equal(system(command), 0);
}

static long file_size(const char *index, const char *name)
{
    char path[200];
    struct stat about;
    snprintf(path, sizeof path, "%s/%s", index, name);
    assert_int_equal(stat(path, &about), 0);
    return (long)about.st_size;
}

static void overwrite(const char *index, const char *name, long at, const void *bytes, size_t length)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", index, name);
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0 && pwrite(fd, bytes, length, at) == (ssize_t)length);
    close(fd);
}

struct places {
    char damaged[128], saved[128];
};

static struct places places_of(const struct index_fixture *fixture)
{
    struct places places;
    snprintf(places.damaged, sizeof places.damaged, "%s/damaged", fixture->folder);
    snprintf(places.saved, sizeof places.saved, "%s/saved", fixture->folder);
    return places;
}

static void test_sound(void **state)
{
    struct index_fixture *fixture = *state;
    struct places places = places_of(fixture);
    struct findings findings;
    make_index(fixture->path, false);
    bf_repair_report report = repair(fixture->path, places.saved, &findings);
    assert_int_equal(report.saved, ARTICLES - ARTICLES / DELETED_EVERY);
    assert_int_equal(report.lost, 0);
    assert_int_equal(findings.count, 0);
    assert_false(report.manifest_lost || report.deletions_lost || report.lost_may_be_more);
    bf_error error;
    assert_int_equal(bf_repair(fixture->path, places.saved, NULL, NULL, NULL, NULL, &error), BF_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "exists already"));
    remove_folder(places.saved);
    assert_int_equal(bf_repair(places.damaged, places.saved, NULL, NULL, NULL, NULL, &error), BF_NOT_FOUND);
    assert_int_not_equal(access(places.saved, F_OK), 0);
}

/* Each page of each file zeroed in turn. Most pages hold no article, and then all of them are saved. */
static void zero_pages(const struct index_fixture *fixture, bool reorder)
{
    struct places places = places_of(fixture);
    static const uint8_t zeros[PAGE];
    int partly = 0, whole = 0;
    make_index(fixture->path, reorder);
    for (int file = 0; file < FILES; file++) {
        const char *name = reorder && file == 0 ? "seg-3.lmdb" : reorder && file == 1 ? "seg-4.lmdb" : files[file];
        for (long at = 0; at < file_size(fixture->path, name); at += PAGE) {
            copy_index(fixture->path, places.damaged);
            long left = file_size(fixture->path, name) - at;
            overwrite(places.damaged, name, at, zeros, left < PAGE ? (size_t)left : PAGE);
            int lost = assert_repaired(places.damaged, places.saved);
            if (lost == 0) whole++;
            else if (lost < FIRST / 2) partly++;
        }
    }
    /* The one page that much hangs on is that of the dictionary by which blocks were compressed. */
    assert_true(whole > 20);
    assert_true(partly > 5);
}

static void test_zeroed_pages(void **state) { zero_pages(*state, false); }
static void test_zeroed_pages_reordered(void **state) { zero_pages(*state, true); }

static void test_flips(void **state)
{
    struct index_fixture *fixture = *state;
    struct places places = places_of(fixture);
    uint64_t seed = random_seed();
    make_index(fixture->path, false);
    for (int round = 0; round < 60; round++) {
        copy_index(fixture->path, places.damaged);
        for (uint64_t flips = 1 + random_next(&seed) % 8; flips; flips--) {
            const char *name = files[random_next(&seed) % FILES];
            long at = (long)(random_next(&seed) % (uint64_t)file_size(places.damaged, name));
            uint8_t byte = (uint8_t)random_next(&seed);
            overwrite(places.damaged, name, at, &byte, 1);
        }
        assert_repaired(places.damaged, places.saved);
    }
}

static void test_cut_short(void **state)
{
    struct index_fixture *fixture = *state;
    struct places places = places_of(fixture);
    make_index(fixture->path, false);
    int before = ARTICLES;
    for (int percent = 0; percent <= 100; percent += 4) {
        char path[200];
        copy_index(fixture->path, places.damaged);
        snprintf(path, sizeof path, "%s/seg-1.lmdb", places.damaged);
        assert_int_equal(truncate(path, file_size(places.damaged, "seg-1.lmdb") * percent / 100), 0);
        int lost = assert_repaired(places.damaged, places.saved);
        assert_true(lost <= before);
        before = lost;
    }
    assert_int_equal(before, 0);
}

static void test_missing_files(void **state)
{
    struct index_fixture *fixture = *state;
    struct places places = places_of(fixture);
    char path[200];
    make_index(fixture->path, false);
    copy_index(fixture->path, places.damaged);
    snprintf(path, sizeof path, "%s/seg-2.lmdb", places.damaged);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(assert_repaired(places.damaged, places.saved), (ARTICLES - FIRST) - (ARTICLES - FIRST) / DELETED_EVERY);

    /* Without a manifest nobody knows the language. */
    copy_index(fixture->path, places.damaged);
    snprintf(path, sizeof path, "%s/manifest.lmdb", places.damaged);
    assert_int_equal(unlink(path), 0);
    bf_error error;
    assert_int_equal(bf_repair(places.damaged, places.saved, NULL, NULL, NULL, NULL, &error), BF_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "language"));
    assert_int_not_equal(access(places.saved, F_OK), 0);
    struct findings findings;
    bf_repair_report report = repair(places.damaged, places.saved, &findings);
    assert_int_equal(report.saved, ARTICLES); /* those that were deleted as well: said, and not to be helped */
    assert_true(report.manifest_lost && report.deletions_lost);
    assert_index_sound(places.saved);
}

/* ---- Segments built at once ---- */

/* Articles large enough for every thread to have many batches of them, and each to be a block by itself; then some are deleted. */
static void make_threaded_index(const char *path, bool reorder)
{
    static char body[ARTICLE_BLOCK_TARGET + 200];
    bf_error error;
    bf_writer_options options = {.memory = 8 << 20, .threads = 2, .no_merge = true, .no_sync = true};
    bf_writer *writer = open_writer(path, &options);
    for (int i = 0; i < THREADED; i++) {
        char id[32];
        uint64_t state = (uint64_t)i + 1;
        size_t length = 0;
        while (length < ARTICLE_BLOCK_TARGET + 100)
            length += (size_t)snprintf(body + length, sizeof body - length, "w%u ", (unsigned)(random_next(&state) % 9000));
        snprintf(id, sizeof id, "id-%d", i);
        add_article(writer, id, "A title", body);
    }
    commit_writer(writer);
    for (int i = 0; i < THREADED; i++) {
        char id[32];
        snprintf(id, sizeof id, "id-%d", i);
        if (is_deleted(i)) assert_int_equal(bf_writer_delete(writer, text_of(id), &error), BF_OK);
    }
    commit_writer(writer);
    if (reorder) /* each segment by itself, so that their runs go on alternating */
        assert_int_equal(bf_writer_reorder(writer, &(bf_reorder_options){1000, 1}, NULL, &error), BF_OK);
    bf_writer_close(writer);
    struct snapshot *snapshot;
    assert_int_equal(snapshot_open(path, &snapshot, NULL), BF_OK);
    assert_true(snapshot->segment_count > 1);
    assert_non_null(snapshot->order.runs);
    snapshot_close(snapshot);
}

struct dumped {
    int last, count;
    bool in_order;
};

static bf_status take_dumped(void *context, const bf_article *article)
{
    struct dumped *dumped = context;
    int number;
    char id[32];
    snprintf(id, sizeof id, "%.*s", (int)article->id.length, article->id.bytes);
    assert_int_equal(sscanf(id, "id-%d", &number), 1);
    dumped->in_order &= number > dumped->last;
    dumped->last = number;
    dumped->count++;
    return BF_OK;
}

static struct dumped dump_of(const char *path)
{
    struct dumped dumped = {.last = -1, .in_order = true};
    bf_error error;
    bf_searcher *searcher = open_searcher(path);
    assert_int_equal(bf_searcher_each_article(searcher, take_dumped, &dumped, &error), BF_OK);
    bf_searcher_close(searcher);
    return dumped;
}

static void assert_order_stays(const struct index_fixture *fixture, bool reorder)
{
    struct places places = places_of(fixture);
    struct findings findings;
    const int live = THREADED - THREADED / DELETED_EVERY;
    static const uint8_t zeros[PAGE];
    char path[200];
    uint64_t seed = random_seed();
    make_threaded_index(fixture->path, reorder);
    assert_true(dump_of(fixture->path).in_order);

    repair(fixture->path, places.saved, &findings);
    struct dumped dumped = dump_of(places.saved);
    assert_true(dumped.in_order && dumped.count == live && findings.count == 0);
    assert_index_sound(places.saved);
    remove_folder(places.saved);

    /* Without its manifest, and so with what was deleted. */
    copy_index(fixture->path, places.damaged);
    snprintf(path, sizeof path, "%s/manifest.lmdb", places.damaged);
    assert_int_equal(unlink(path), 0);
    repair(places.damaged, places.saved, &findings);
    dumped = dump_of(places.saved);
    assert_true(dumped.in_order && dumped.count >= live);
    remove_folder(places.saved);

    /* Without some of the articles. Only what has to be looked for in the bytes comes last. */
    int lossy = 0, in_order = 0;
    struct snapshot *snapshot;
    assert_int_equal(snapshot_open(fixture->path, &snapshot, NULL), BF_OK);
    for (int i = 0; i < THREADED_PAGES; i++) {
        char name[32];
        snprintf(name, sizeof name, "seg-%u.lmdb", snapshot->segments[(uint32_t)i % snapshot->segment_count]->number);
        copy_index(fixture->path, places.damaged);
        overwrite(places.damaged, name, PAGE * (long)(random_next(&seed) % (uint64_t)(file_size(fixture->path, name) / PAGE)), zeros,
                  PAGE);
        bf_repair_report report = repair(places.damaged, places.saved, &findings);
        dumped = dump_of(places.saved);
        if (findings.count == 0) assert_true(dumped.in_order);
        if (report.lost > 0) lossy++, in_order += dumped.in_order;
        assert_int_equal(dumped.count, report.saved);
        assert_true(dumped.count + (int)report.lost >= live);
        remove_folder(places.saved);
    }
    snapshot_close(snapshot);
    print_message("articles lost in %d pages, in %d of them without loss of order\n", lossy, in_order);
    assert_true(lossy > 0 && in_order > lossy / 2);
}

static void test_order_of_threads(void **state) { assert_order_stays(*state, false); }
static void test_order_of_threads_reordered(void **state) { assert_order_stays(*state, true); }

/* Without a manifest, two articles of one id: the later is kept, though a merge has given the earlier's segment the higher number. */
static void test_later_wins(void **state)
{
    struct index_fixture *fixture = *state;
    struct places places = places_of(fixture);
    char path[400];
    bf_error error;
    bf_writer_options options = {.no_merge = true};
    bf_writer *writer = open_writer(fixture->path, &options);
    add_article(writer, "same", "Title", "the earlier version");
    commit_writer(writer);
    add_article(writer, "other", "Title", "another");
    commit_writer(writer);
    assert_int_equal(bf_writer_merge(writer, 1, &error), BF_OK);
    bf_writer_close(writer);
    copy_index(fixture->path, places.damaged); /* with the merged segment */
    add_committed(fixture->path, "same", "Title", "the later version");
    snprintf(path, sizeof path, "cp '%s'/seg-4.lmdb '%s'/seg-2.lmdb", fixture->path, places.damaged);
    assert_int_equal(system(path), 0);
    snprintf(path, sizeof path, "%s/manifest.lmdb", places.damaged);
    assert_int_equal(unlink(path), 0);
    struct findings findings;
    bf_repair_report report = repair(places.damaged, places.saved, &findings);
    assert_int_equal(report.saved, 2);
    assert_int_equal(count_committed(places.saved, "\"later version\""), 1);
    assert_int_equal(count_committed(places.saved, "\"earlier version\""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sound, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_zeroed_pages, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_zeroed_pages_reordered, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_flips, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_cut_short, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_missing_files, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_order_of_threads, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_order_of_threads_reordered, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_later_wins, index_fixture_make, index_fixture_remove),
    };
    if (getenv("TEST")) cmocka_set_test_filter(getenv("TEST"));
    return cmocka_run_group_tests_name("repair", tests, NULL, NULL);
}
