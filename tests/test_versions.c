/* An index of another format is refused by all that open one, and its number is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bytes.h"
#include "checksum.h"
#include "index_fixture.h"
#include "manifest.h"
#include "store.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void set_format(const char *path, uint32_t format)
{
    struct manifest_store *store;
    struct manifest_transaction *transaction;
    struct manifest_head head = {.generation = 1, .next_segment = 2, .analyzer = "plain/1"};
    struct buffer value = {0};
    bf_error error;
    manifest_head_encode(&head, &value);
    store_u32(value.bytes + 8, format);
    store_u32(value.bytes + value.length - 4, checksum(0, value.bytes, value.length - 4));
    assert_int_equal(manifest_store_open(path, false, &store, &error), BF_OK);
    assert_int_equal(manifest_write_begin(store, true, &transaction, &error), BF_OK);
    assert_int_equal(manifest_put(transaction, MANIFEST_KEY_INDEX, 5, value.bytes, value.length, &error), BF_OK);
    assert_int_equal(manifest_commit(transaction, &error), BF_OK);
    manifest_store_close(store);
    buffer_free(&value);
}

static void assert_named(bf_status status, const bf_error *error, const char *format)
{
    char words[128];
    snprintf(words, sizeof words, "is of format %s, and this program reads and writes format %d", format, MANIFEST_FORMAT);
    assert_int_equal(status, BF_INCOMPATIBLE);
    assert_int_equal(error->status, BF_INCOMPATIBLE);
    assert_non_null(strstr(error->message, words));
}

static void ignore(void *context, const char *line) { (void)context, (void)line; }

static void test_other_formats(void **state)
{
    struct index_fixture *fixture = *state;
    static const struct { uint32_t number; const char *name; } formats[] = {
        {0, "0"}, {MANIFEST_FORMAT + 1, NULL}, {4000000000U, "4000000000"}};
    char copy[128], next[16];
    add_committed(fixture->path, "one", "Title", "body");
    snprintf(copy, sizeof copy, "%s/copy", fixture->folder);
    snprintf(next, sizeof next, "%d", MANIFEST_FORMAT + 1);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        const char *name = formats[i].name ? formats[i].name : next;
        bf_searcher *searcher;
        bf_writer *writer;
        bf_error error = {0};
        set_format(fixture->path, formats[i].number);
        assert_named(bf_searcher_open(fixture->path, &searcher, &error), &error, name);
        assert_named(bf_writer_open(fixture->path, NULL, &writer, &error), &error, name);
        assert_named(bf_check(fixture->path, ignore, NULL, &error), &error, name);
        assert_named(bf_backup(fixture->path, copy, NULL, NULL, &error), &error, name);
        assert_named(bf_repair(fixture->path, copy, NULL, ignore, NULL, NULL, &error), &error, name);
        assert_int_not_equal(access(copy, F_OK), 0);
        /* And left as it is: a writer that sweeps what it doesn't know would be the end of it. */
        assert_int_equal(count_segment_files(fixture->path), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_other_formats, index_fixture_make, index_fixture_remove),
    };
    return cmocka_run_group_tests_name("versions", tests, NULL, NULL);
}
