/* A backup is one commit, whole, whatever a writer does meanwhile; a resting index is copied by any means; what is of another
 * kind of machine is refused by its name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bytes.h"
#include "index_fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BATCH = 12, BATCHES = 40, BACKUPS = 25 };

static bool exists(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0;
}

/* Every article of a batch says how many batches there were when it came; batch n replaces batch n - 5, so each commit has at most
 * five, whole. */
static void add_batch(bf_writer *writer, int batch)
{
    for (int i = 0; i < BATCH; i++) {
        char id[32], body[400];
        snprintf(id, sizeof id, "a%d-%d", batch % 5, i);
        snprintf(body, sizeof body, "batch%d ferry harbour number%d of many words", batch, i);
        add_article(writer, id, "Title", body);
    }
}

struct work {
    const char *path;
    atomic_bool done;
};

static void *write_on(void *context)
{
    struct work *work = context;
    for (int batch = 1; batch < BATCHES; batch++) {
        bf_writer_options options = {.no_sync = true, .wait = true};
        bf_writer *writer = open_writer(work->path, &options);
        add_batch(writer, batch);
        commit_writer(writer);
        bf_error error;
        if (batch % 7 == 0) assert_int_equal(bf_writer_merge(writer, 1, &error), BF_OK);
        bf_writer_close(writer);
    }
    atomic_store(&work->done, true);
    return NULL;
}

static void assert_whole_batches(const char *path)
{
    bf_searcher *searcher = open_searcher(path);
    uint64_t found = 0;
    for (int batch = 0; batch < BATCHES; batch++) {
        char query[32];
        snprintf(query, sizeof query, "batch%d", batch);
        uint64_t matches = count_matches(searcher, query);
        assert_true(matches == 0 || matches == BATCH);
        found += matches;
    }
    assert_int_equal(found, stats_of(searcher).articles);
    assert_true(found > 0);
    bf_searcher_close(searcher);
}

static void test_while_writing(void **state)
{
    struct index_fixture *fixture = *state;
    struct work work = {.path = fixture->path};
    bf_writer *writer = open_writer(fixture->path, NULL);
    add_batch(writer, 0);
    commit_writer(writer);
    bf_writer_close(writer);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, write_on, &work), 0);
    uint64_t generation = 0;
    for (int i = 0; i < BACKUPS || !atomic_load(&work.done); i++) {
        char copy[128];
        bf_backup_report report;
        bf_error error;
        snprintf(copy, sizeof copy, "%s/copy", fixture->folder);
        assert_int_equal(bf_backup(fixture->path, copy, &(bf_backup_options){.no_sync = i % 2}, &report, &error), BF_OK);
        assert_true(report.generation >= generation);
        generation = report.generation;
        assert_index_sound(copy);
        assert_whole_batches(copy);
        assert_int_equal(stats_committed(copy).articles, report.articles);
        /* It is an index like any other. */
        add_committed(copy, "another", "Another", "written to the copy");
        assert_int_equal(count_committed(copy, "\"written to the copy\""), 1);
        assert_int_equal(count_committed(fixture->path, "\"written to the copy\""), 0);
        remove_folder(copy);
    }
    pthread_join(thread, NULL);
    assert_index_sound(fixture->path);
}

static void test_refused(void **state)
{
    struct index_fixture *fixture = *state;
    char copy[128], far[160];
    bf_error error;
    snprintf(copy, sizeof copy, "%s/copy", fixture->folder);
    assert_int_equal(bf_backup(fixture->path, copy, NULL, NULL, &error), BF_NOT_FOUND);
    assert_false(exists(copy));
    add_committed(fixture->path, "one", "Title", "body");
    assert_int_equal(mkdir(copy, 0777), 0);
    assert_int_equal(bf_backup(fixture->path, copy, NULL, NULL, &error), BF_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "exists already"));
    assert_true(exists(copy));
    snprintf(far, sizeof far, "%s/no/such/place", fixture->folder);
    assert_int_equal(bf_backup(fixture->path, far, NULL, NULL, &error), BF_IO);
    assert_non_null(strstr(error.message, far));
}

static void flip(const char *path, off_t at)
{
    uint8_t byte;
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 0x10;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

/* A copy of damage would be no backup. */
static void test_damaged(void **state)
{
    struct index_fixture *fixture = *state;
    char copy[128], file[128];
    struct stat about;
    bf_error error;
    bf_writer *writer = open_writer(fixture->path, NULL);
    for (int i = 0; i < 5; i++) add_batch(writer, i);
    commit_writer(writer);
    bf_writer_close(writer);
    snprintf(copy, sizeof copy, "%s/copy", fixture->folder);
    snprintf(file, sizeof file, "%s/seg-1.lmdb", fixture->path);
    assert_int_equal(stat(file, &about), 0);
    int damaged = 0;
    for (off_t at = 4096 * 3 + 100; at < about.st_size; at += 4096) {
        flip(file, at);
        bf_status status = bf_backup(fixture->path, copy, NULL, NULL, &error);
        assert_true(status == BF_OK || status == BF_CORRUPT);
        assert_int_equal(exists(copy), status == BF_OK);
        if (status == BF_OK) assert_index_sound(copy);
        damaged += status == BF_CORRUPT;
        remove_folder(copy);
        flip(file, at);
    }
    assert_true(damaged > 0);
}

static void test_plain_copy(void **state)
{
    struct index_fixture *fixture = *state;
    char command[400], copy[128];
    bf_writer *writer = open_writer(fixture->path, NULL);
    for (int i = 0; i < 6; i++) add_batch(writer, i);
    commit_writer(writer);
    bf_writer_close(writer);
    snprintf(copy, sizeof copy, "%s/moved", fixture->folder);
    snprintf(command, sizeof command, "cp -r '%s' '%s'", fixture->path, copy);
    assert_int_equal(system(command), 0);
    assert_index_sound(copy);
    assert_whole_batches(copy);
    remove_folder(fixture->path);
    assert_index_sound(copy);
    add_committed(copy, "another", "Another", "written to the copy");
    assert_int_equal(count_committed(copy, "\"written to the copy\""), 1);
}

static void write_u32(const char *path, off_t at, uint32_t value)
{
    uint8_t bytes[4];
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    store_u32(bytes, value);
    assert_int_equal(pwrite(fd, bytes, 4, at), 4);
    assert_int_equal(pwrite(fd, bytes, 4, 4096 + at), 4);
    close(fd);
}

static void test_other_machines(void **state)
{
    struct index_fixture *fixture = *state;
    char file[128];
    bf_error error;
    bf_searcher *searcher;
    add_committed(fixture->path, "one", "Title", "body");
    snprintf(file, sizeof file, "%s/manifest.lmdb", fixture->path);
    write_u32(file, 16, 0xDEC0EFBE); /* LMDB's magic number, as a big-endian machine writes it */
    assert_int_equal(bf_searcher_open(fixture->path, &searcher, &error), BF_CORRUPT);
    assert_non_null(strstr(error.message, "manifest.lmdb"));
    assert_non_null(strstr(error.message, "the other byte order"));
    write_u32(file, 16, 0xBEEFC0DE);
    write_u32(file, 40, 16384); /* the size of a page */
    assert_int_equal(bf_searcher_open(fixture->path, &searcher, &error), BF_CORRUPT);
    assert_non_null(strstr(error.message, "pages are not of 4096 bytes"));
    write_u32(file, 40, 4096);
    assert_index_sound(fixture->path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_while_writing, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_refused, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_damaged, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_plain_copy, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_other_machines, index_fixture_make, index_fixture_remove),
    };
    return cmocka_run_group_tests_name("backup", tests, NULL, NULL);
}
