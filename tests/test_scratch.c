/* What a merge keeps in files without names: the same bytes as in memory, whether the files are given or refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "buffer.h"
#include "id_order.h"
#include "index_fixture.h"
#include "merger.h"
#include "snapshot.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { BYTES = 5 << 20, ARTICLES = 600, SEGMENTS = 3 };

static const char *path_of(void **state)
{
    return ((struct index_fixture *)*state)->path;
}

/* Appends pieces of all lengths, and compares at the end. */
static void fill_and_compare(struct buffer *buffer)
{
    uint8_t piece[5000];
    uint64_t random = 1;
    for (size_t i = 0; i < sizeof piece; i++) piece[i] = (uint8_t)(i * 7);
    while (buffer->length < BYTES) buffer_append(buffer, piece, random_next(&random) % sizeof piece);
    assert_false(buffer->failed);
    random = 1;
    for (size_t at = 0; at < buffer->length;) {
        const size_t length = random_next(&random) % sizeof piece;
        assert_memory_equal(buffer->bytes + at, piece, length);
        at += length;
    }
}

static int count_entries(const char *folder)
{
    int count = 0;
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    while (readdir(entries)) count++;
    closedir(entries);
    return count;
}

static void test_a_file_is_as_good_as_memory(void **state)
{
    const char *folder = ((struct index_fixture *)*state)->folder;
    const struct scratch scratch = {folder, 1000};
    struct buffer buffer = buffer_in_scratch(&scratch);
    const int before = count_entries(folder);
    buffer_append_zeros(&buffer, 900);
    assert_int_equal(buffer.file, 0);
    buffer_clear(&buffer);
    fill_and_compare(&buffer);
    assert_true(buffer.file > 0);
    assert_int_equal(count_entries(folder), before); /* it has no name */
    buffer_clear(&buffer);
    fill_and_compare(&buffer);
    buffer_free(&buffer);
    assert_int_equal(buffer.file, 0);
    fill_and_compare(&buffer); /* and so again */
    assert_true(buffer.file > 0);
    buffer_free(&buffer);
}

static void test_memory_takes_the_place_of_a_file_that_is_refused(void **state)
{
    (void)state;
    const struct scratch scratch = {"/there/is/no/such/folder", 1000};
    struct buffer buffer = buffer_in_scratch(&scratch);
    fill_and_compare(&buffer);
    assert_int_equal(buffer.file, 0);
    buffer_free(&buffer);
}

static void test_a_file_that_may_not_grow_is_left(void **state)
{
    const struct scratch scratch = {((struct index_fixture *)*state)->folder, 1000};
    struct buffer buffer = buffer_in_scratch(&scratch);
    struct rlimit before, limited;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limited = before;
    limited.rlim_cur = 2 << 20;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limited), 0);
    buffer_append_zeros(&buffer, 1000);
    const bool in_file = buffer.file > 0;
    buffer_clear(&buffer);
    fill_and_compare(&buffer);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    assert_true(in_file);
    assert_int_equal(buffer.file, 0);
    buffer_free(&buffer);
}

static int compare_u64(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static void assert_sorted(uint64_t *entries, uint32_t count)
{
    uint64_t *sorted = malloc((count + 1) * sizeof *sorted);
    assert_non_null(sorted);
    if (count) memcpy(sorted, entries, count * sizeof *sorted);
    if (count) qsort(sorted, count, sizeof *sorted, compare_u64);
    id_order_sort(entries, count);
    assert_memory_equal(entries, sorted, count * sizeof *sorted);
    free(sorted);
}

static void test_ids_are_put_in_order(void **state)
{
    enum { MOST = 50000 };
    (void)state;
    uint64_t seed = random_seed();
    uint64_t *entries = malloc(MOST * sizeof *entries);
    assert_non_null(entries);
    for (uint32_t count = 0; count <= MOST; count = count * 3 + 1)
        for (int spread = 0; spread < 3; spread++) { /* evenly; with many alike; all in one bucket */
            for (uint32_t i = 0; i < count; i++) {
                const uint64_t hash = random_next(&seed) >> 32;
                entries[i] = (spread == 0 ? hash : spread == 1 ? hash % 5 << 29 : hash % 7) << 32 | (count - i);
            }
            assert_sorted(entries, count);
        }
    free(entries);
}

/* ---- Merges ---- */

/* Segments of articles of a few words and more, of which some were replaced, built by two threads. */
static void fill_index(const char *path)
{
    uint64_t random = 7;
    bf_writer *writer = open_writer(path, &(bf_writer_options){.no_merge = true, .threads = 2});
    for (int segment = 0; segment < SEGMENTS; segment++) {
        for (int i = 0; i < ARTICLES; i++) {
            char id[32], body[2000];
            size_t length = 0;
            snprintf(id, sizeof id, "id-%d", (int)(random_next(&random) % (ARTICLES * 2)));
            for (int word = 0; word < 150; word++)
                length += (size_t)snprintf(body + length, sizeof body - length, "%s%u ", word % 5 ? "word" : "Words",
                                           (unsigned)(random_next(&random) % 97 * (random_next(&random) % 11) % 211));
            add_article(writer, id, "a word7 title", body);
        }
        commit_writer(writer);
    }
    bf_writer_close(writer);
}

static char *file_read(const char *index, uint32_t number, size_t *length)
{
    char path[128];
    segment_store_path(index, number, path, sizeof path);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *length = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*length);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *length, file), *length);
    fclose(file);
    return bytes;
}

static void assert_merges_alike(const char *path, struct crew *reorder)
{
    struct snapshot *snapshot;
    assert_int_equal(snapshot_open(path, &snapshot, NULL), BF_OK);
    assert_true(snapshot->segment_count >= SEGMENTS);
    char *bytes[2];
    size_t lengths[2];
    for (uint32_t i = 0; i < 2; i++) {
        const struct merge_options options = {
            .reorder = reorder, .reorder_memory = 64 << 20, .alone = true, .scratch_least = i ? 1 : SIZE_MAX};
        struct manifest_segment listed;
        struct merge_reordered reordered;
        assert_int_equal(merge_segments(path, snapshot->segments, snapshot->segment_count, 1000 + i, &options, &listed,
                                        &reordered, NULL), BF_OK);
        bytes[i] = file_read(path, 1000 + i, &lengths[i]);
        char made[128];
        segment_store_path(path, 1000 + i, made, sizeof made);
        assert_int_equal(remove(made), 0);
    }
    assert_int_equal(lengths[0], lengths[1]);
    assert_memory_equal(bytes[0], bytes[1], lengths[0]);
    free(bytes[0]);
    free(bytes[1]);
    snapshot_close(snapshot);
}

static void test_merges_write_the_same_bytes(void **state)
{
    const char *path = path_of(state);
    struct crew *crew;
    fill_index(path);
    assert_merges_alike(path, NULL);
    assert_int_equal(crew_new(1, &crew, NULL), BF_OK);
    assert_merges_alike(path, crew);
    crew_free(crew);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_file_is_as_good_as_memory, index_fixture_make, index_fixture_remove),
        cmocka_unit_test(test_memory_takes_the_place_of_a_file_that_is_refused),
        cmocka_unit_test_setup_teardown(test_a_file_that_may_not_grow_is_left, index_fixture_make, index_fixture_remove),
        cmocka_unit_test(test_ids_are_put_in_order),
        cmocka_unit_test_setup_teardown(test_merges_write_the_same_bytes, index_fixture_make, index_fixture_remove),
    };
    return cmocka_run_group_tests_name("scratch", tests, NULL, NULL);
}
