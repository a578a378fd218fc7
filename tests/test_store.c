/* The store: sections with their checksums, segment environments, the manifest's environment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bytes.h"
#include "index_fixture.h"
#include "section.h"
#include "store.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *folder_of(void **state)
{
    return ((struct index_fixture *)*state)->folder;
}

static void assert_ok(bf_status status, const bf_error *error)
{
    if (status != BF_OK) fail_msg("%s (%s)", error->message, bf_status_name(status));
}

static void assert_fails(bf_status status, bf_status wanted, const bf_error *error, const char *words)
{
    assert_int_equal(status, wanted);
    assert_int_equal(error->status, wanted);
    if (!strstr(error->message, words)) fail_msg("\"%s\" does not say \"%s\"", error->message, words);
}

static struct segment_store_writer *create(const char *folder, uint32_t number)
{
    struct segment_store_writer *writer;
    bf_error error = {0};
    assert_ok(segment_store_create(folder, number, &writer, &error), &error);
    return writer;
}

static struct segment_store *open_store(const char *folder, uint32_t number)
{
    struct segment_store *store;
    bf_error error = {0};
    assert_ok(segment_store_open(folder, number, &store, &error), &error);
    return store;
}

static void put(struct segment_store_writer *writer, enum segment_database database, const char *key, const char *value)
{
    bf_error error = {0};
    assert_ok(segment_store_put(writer, database, key, strlen(key), value, strlen(value), &error), &error);
}

static void finish(struct segment_store_writer *writer)
{
    bf_error error = {0};
    assert_ok(segment_store_finish(writer, false, &error), &error);
}

/* ---- Sections ---- */

enum { RECORDS = 400 };

struct records {
    uint64_t offset[RECORDS];
    size_t length[RECORDS];
    uint8_t *bytes[RECORDS];
    uint64_t total;
};

/* Writes records of random bytes, most of them small, into the postings of a segment. */
static void write_records(const char *folder, uint32_t number, uint64_t seed, size_t most, struct records *records)
{
    bf_error error = {0};
    struct section_writer section;
    struct segment_store_writer *writer = create(folder, number);
    section_writer_begin(&section, writer, DATABASE_POSTINGS);
    records->total = 0;
    for (int i = 0; i < RECORDS; i++) {
        size_t length = 1 + random_next(&seed) % (i % 50 == 49 ? most : 200);
        records->length[i] = length;
        records->bytes[i] = malloc(length);
        assert_non_null(records->bytes[i]);
        for (size_t j = 0; j < length; j++) records->bytes[i][j] = (uint8_t)(random_next(&seed) >> 40);
        assert_ok(section_append(&section, records->bytes[i], length, &records->offset[i], &error), &error);
        assert_int_equal(records->offset[i], records->total);
        records->total += length;
    }
    assert_ok(section_writer_finish(&section, &error), &error);
    section_writer_free(&section);
    finish(writer);
}

static void free_records(struct records *records)
{
    for (int i = 0; i < RECORDS; i++) free(records->bytes[i]);
}

static void test_section_round_trip(void **state)
{
    bf_error error = {0};
    struct records records;
    struct section section;
    struct section_view view;
    uint64_t seed = random_seed(), total;
    write_records(folder_of(state), 1, seed, 1500000, &records);
    struct segment_store *store = open_store(folder_of(state), 1);
    section_begin(&section, store, DATABASE_POSTINGS);
    for (int i = 0; i < 3 * RECORDS; i++) {
        int record = i < RECORDS ? i : (int)(random_next(&seed) % RECORDS);
        size_t length = records.length[record];
        assert_ok(section_read(&section, records.offset[record], length, &view, &error), &error);
        assert_int_equal(view.length, length);
        assert_memory_equal(view.bytes, records.bytes[record], length);
        const uint8_t *copy;
        assert_ok(section_copy(&section, records.offset[record], length, &copy, &error), &error);
        assert_memory_equal(copy, records.bytes[record], length);
        volatile uint8_t beyond = view.bytes[length + SECTION_SLACK - 1]; /* readable, whatever it is */
        (void)beyond;
        /* A part of a record, and only that part verified. */
        size_t first = random_next(&seed) % length;
        assert_ok(section_find(&section, records.offset[record], length, &view, &error), &error);
        assert_ok(section_verify(&view, first, length - first, &error), &error);
    }
    assert_ok(section_check(&section, &total, &error), &error);
    assert_int_equal(total, records.total);
    assert_true(segment_store_bytes(store) < records.total * 102 / 100 + (100 << 10)); /* nothing much is wasted */
    section_free(&section);
    segment_store_close(store);
    free_records(&records);
}

static void test_section_out_of_range(void **state)
{
    bf_error error = {0};
    struct records records;
    struct section section;
    struct section_view view;
    write_records(folder_of(state), 1, 7, 600000, &records);
    struct segment_store *store = open_store(folder_of(state), 1);
    const struct {
        uint64_t offset;
        size_t length;
    } cases[] = {
        {records.total, 1}, {records.total + 1, 1}, {UINT64_MAX, 1}, {UINT64_MAX - 7, 100}, {records.total - 1, 2}, {0, SIZE_MAX},
        {0, (size_t)records.total + 1}, {records.total - 1, SIZE_MAX},
    };
    for (int warm = 0; warm < 2; warm++) {
        section_begin(&section, store, DATABASE_POSTINGS);
        if (warm) assert_ok(section_read(&section, records.total - 1, 1, &view, &error), &error);
        for (size_t i = 0; i < COUNT(cases); i++)
            assert_fails(section_read(&section, cases[i].offset, cases[i].length, &view, &error), BF_CORRUPT, &error,
                         "postings at offset");
        section_free(&section);
    }
    section_begin(&section, store, DATABASE_POSITIONS); /* nothing was written there */
    assert_fails(section_read(&section, 0, 1, &view, &error), BF_CORRUPT, &error, "positions at offset 0");
    uint64_t total = 1;
    assert_ok(section_check(&section, &total, &error), &error);
    assert_int_equal(total, 0);
    section_free(&section);
    segment_store_close(store);
    free_records(&records);
}

/* Each byte of a chunk flipped in turn: a reader of the record notices, a reader of other sectors is not bothered. */
static void test_section_flips(void **state)
{
    bf_error error = {0};
    struct records records;
    struct section section;
    struct section_view view;
    char path[128];
    write_records(folder_of(state), 1, random_seed(), 3000, &records);
    segment_store_path(folder_of(state), 1, path, sizeof path);
    struct segment_store *store = open_store(folder_of(state), 1);
    section_begin(&section, store, DATABASE_POSTINGS);
    assert_ok(section_find(&section, 0, (size_t)records.total, &view, &error), &error); /* all in one chunk */
    size_t payload = (size_t)records.total;
    struct store_entry entry;
    assert_ok(segment_store_at_or_after(store, DATABASE_POSTINGS, NULL, 0, &entry, &error), &error);
    size_t chunk = entry.value_length;

    /* Where the chunk is in the file: its first bytes are random enough to be there once. */
    size_t size = (size_t)segment_store_bytes(store), start = 0;
    uint8_t *file = malloc(size);
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0 && file);
    assert_int_equal(pread(fd, file, size, 0), size);
    while (start + 64 < size && memcmp(file + start, view.bytes, 64) != 0) start++;
    assert_memory_equal(file + start, view.bytes, payload);
    section_free(&section);

    for (size_t at = 0; at < chunk; at++) {
        uint8_t flipped = (uint8_t)(file[start + at] ^ (1 << at % 8));
        assert_int_equal(pwrite(fd, &flipped, 1, (off_t)(start + at)), 1); /* the map shows it at once */
        size_t sector = at / SECTION_SECTOR;
        section_begin(&section, store, DATABASE_POSTINGS);
        if (at < payload) {
            const uint8_t *copy;
            assert_fails(section_copy(&section, at, 1, &copy, &error), BF_CORRUPT, &error, "a sector does not have its checksum");
            assert_fails(section_read(&section, at, 1, &view, &error), BF_CORRUPT, &error, "a sector does not have its checksum");
            size_t other = (sector + 1) * SECTION_SECTOR < payload ? (sector + 1) * SECTION_SECTOR : 0;
            if (other / SECTION_SECTOR != sector) assert_ok(section_read(&section, other, 1, &view, &error), &error);
        } else {
            uint64_t total;
            bf_status status = section_read(&section, 0, payload, &view, &error);
            bool is_padding = at < (size_t)(chunk - 20 - 4 * ((payload + 4095) / 4096));
            if (is_padding) assert_ok(status, &error);
            else assert_fails(status, BF_CORRUPT, &error, "a chunk");
            if (!is_padding) assert_int_equal(section_check(&section, &total, &error), BF_CORRUPT);
        }
        section_free(&section);
        assert_int_equal(pwrite(fd, file + start + at, 1, (off_t)(start + at)), 1);
    }
    close(fd);
    free(file);
    segment_store_close(store);
    free_records(&records);
}

/* Where a segment's file is mapped: by a value of its tree, whose page says its number. */
static const uint8_t *map_of(struct segment_store *store)
{
    const uint8_t *value;
    size_t length;
    bf_error error = {0};
    assert_ok(segment_store_get(store, DATABASE_META, "name", 4, &value, &length, &error), &error);
    const uint8_t *page = value - ((uintptr_t)value & 4095);
    return page - load_u64(page) * 4096;
}

/* What is mapped behind a segment is someone else's, and stays when the segment's pages are given back. A place for the map is
 * made before a page of ours; where another gap was taken for it, that is filled now, and the next segment is tried. */
static void test_forgetting_ends_with_the_map(void **state)
{
    enum { TRIES = 16 };
    struct segment_store *stores[TRIES] = {NULL};
    uint32_t tried = 0;
    bool was_behind = false;
    for (; tried < TRIES && !was_behind; tried++) {
        char path[128];
        struct stat about;
        struct segment_store_writer *writer = create(folder_of(state), tried + 1);
        put(writer, DATABASE_META, "name", "value");
        finish(writer);
        segment_store_path(folder_of(state), tried + 1, path, sizeof path);
        assert_int_equal(stat(path, &about), 0);
        size_t mapped = (size_t)about.st_size & ~(size_t)4095; /* but for the seal, which begins with a page */
        assert_true(mapped < (size_t)about.st_size);
        uint8_t *room = mmap(NULL, mapped + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert_true(room != MAP_FAILED);
        memset(room + mapped, 0xa5, 4096);
        assert_int_equal(munmap(room, mapped), 0);
        stores[tried] = open_store(folder_of(state), tried + 1);
        was_behind = map_of(stores[tried]) == room;
        segment_store_forget(stores[tried]);
        for (size_t i = 0; i < 4096; i++) assert_int_equal(room[mapped + i], 0xa5);
        assert_non_null(map_of(stores[tried])); /* which can still be read */
        assert_int_equal(munmap(room + mapped, 4096), 0);
    }
    if (!was_behind) skip(); /* no gap was ever filled as thought */
    for (uint32_t i = 0; i < tried; i++) segment_store_close(stores[i]);
}

/* Chunks that LMDB keeps faithfully but that are none. */
static void test_section_malformed_chunks(void **state)
{
    bf_error error = {0};
    struct section_view view;
    struct section section;
    uint8_t key[8] = {0};
    uint64_t total;
    uint32_t number = 1;
    uint8_t value[160] = {0};
    /* 64 bytes of payload and slack each, one checksum, footer. */
    const size_t footer = sizeof value - 20;
    const struct {
        size_t key_length, value_length;
        uint32_t version;
        uint64_t payload;
        uint32_t sectors;
        const char *rule;
    } cases[] = {
        {7, sizeof value, 1, 64, 1, "a chunk's key must be eight bytes"},
        {8, 19, 1, 64, 1, "shorter than its footer"},
        {8, sizeof value, 2, 64, 1, "unknown version"},
        {8, sizeof value, 1, 0, 0, "does not fit in it"},
        {8, sizeof value, 1, 64, 2, "does not fit in it"},
        {8, sizeof value, 1, 73, 1, "does not fit in it"},             /* no room for the slack */
        {8, sizeof value, 1, UINT64_MAX - 3, 1, "does not fit in it"},
        {8, sizeof value, 1, 64, 0, "does not fit in it"},
        {8, sizeof value, 1, 64, UINT32_MAX, "does not fit in it"},
        {8, sizeof value, 1, 64, 1, "footer does not have its checksum"},
    };
    store_u64_be(key, 63);
    for (size_t i = 0; i < COUNT(cases); i++, number++) {
        struct segment_store_writer *writer = create(folder_of(state), number);
        store_u32(value + footer, cases[i].version);
        store_u64(value + footer + 4, cases[i].payload);
        store_u32(value + footer + 12, cases[i].sectors);
        assert_ok(segment_store_put(writer, DATABASE_ARTICLES, key, cases[i].key_length,
                                    value + sizeof value - cases[i].value_length, cases[i].value_length, &error), &error);
        finish(writer);
        struct segment_store *store = open_store(folder_of(state), number);
        section_begin(&section, store, DATABASE_ARTICLES);
        if (cases[i].key_length == 8)
            assert_fails(section_find(&section, 0, 1, &view, &error), BF_CORRUPT, &error, cases[i].rule);
        assert_fails(section_check(&section, &total, &error), BF_CORRUPT, &error, cases[i].rule);
        section_free(&section);
        segment_store_close(store);
    }
}

/* ---- Segment stores ---- */

static void test_segment_names(void **state)
{
    (void)state;
    uint32_t number = 0;
    char path[64];
    segment_store_path("x.bf", 4294967295u, path, sizeof path);
    assert_string_equal(path, "x.bf/seg-4294967295.lmdb");
    assert_true(segment_store_number("seg-4294967295.lmdb", &number));
    assert_int_equal(number, UINT32_MAX);
    assert_true(segment_store_number("seg-0.lmdb", &number));
    assert_int_equal(number, 0);
    static const char *const others[] = {"", "seg-", "seg-.lmdb", "seg-01.lmdb", "seg--1.lmdb", "seg-1.lmdb~",
                                         "seg-1.lmdb-lock", "seg-1", "aseg-1.lmdb",
                                         "seg-+1.lmdb", "seg- 1.lmdb", "manifest.lmdb", "seg-4294967296.lmdb",
                                         "seg-99999999999999999999.lmdb"};
    for (size_t i = 0; i < COUNT(others); i++)
        if (segment_store_number(others[i], &number)) fail_msg("%s is taken for a segment", others[i]);
}

static void test_segment_look_ups(void **state)
{
    enum { KEYS = 3000 };
    bf_error error = {0};
    char key[16];
    struct store_entry entry;
    const uint8_t *value;
    size_t length;
    struct segment_store_writer *writer = create(folder_of(state), 3);
    for (int i = 0; i < KEYS; i++) { /* even numbers */
        char text[32];
        snprintf(key, sizeof key, "%06d", 2 * i);
        snprintf(text, sizeof text, "value %d;", 2 * i); /* values have no NUL after them */
        put(writer, DATABASE_TERMS, key, text);
    }
    finish(writer);
    struct segment_store *store = open_store(folder_of(state), 3);
    for (int i = -1; i <= 2 * KEYS; i++) {
        snprintf(key, sizeof key, i < 0 ? "00000" : "%06d", i); /* first one before all */
        bool there = i >= 0 && i % 2 == 0 && i < 2 * KEYS;
        struct store_entry found; /* without LMDB, before it has been anywhere near */
        bf_status status = segment_store_find_term(store, key, strlen(key), &found, &error);
        assert_int_equal(status, i >= 0 ? BF_OK : BF_NOT_FOUND);
        status = segment_store_get(store, DATABASE_TERMS, key, strlen(key), &value, &length, &error);
        assert_int_equal(status, there ? BF_OK : BF_NOT_FOUND);
        if (there) assert_int_equal(atoi((const char *)value + 6), i);
        status = segment_store_at_or_after(store, DATABASE_TERMS, key, strlen(key), &entry, &error);
        int after = i < 0 ? 0 : i + i % 2, before = i - (i > 0 && i % 2);
        assert_int_equal(status, after < 2 * KEYS ? BF_OK : BF_NOT_FOUND);
        if (status == BF_OK) {
            assert_int_equal(atoi((const char *)entry.value + 6), after);
            status = segment_store_following(store, DATABASE_TERMS, &entry, &error);
            assert_int_equal(status, after + 2 < 2 * KEYS ? BF_OK : BF_NOT_FOUND);
            if (status == BF_OK) assert_int_equal(atoi((const char *)entry.value + 6), after + 2);
        }
        status = segment_store_at_or_before(store, DATABASE_TERMS, key, strlen(key), &entry, &error);
        assert_int_equal(status, i >= 0 ? BF_OK : BF_NOT_FOUND);
        if (status != BF_OK) continue;
        assert_int_equal(atoi((const char *)entry.value + 6), before < 2 * KEYS ? before : 2 * KEYS - 2);
        assert_int_equal(found.key_length, entry.key_length);
        assert_int_equal(found.value_length, entry.value_length);
        assert_memory_equal(found.key, entry.key, entry.key_length);
        assert_memory_equal(found.value, entry.value, entry.value_length);
    }
    assert_int_equal(segment_store_at_or_after(store, DATABASE_TERMS, NULL, 0, &entry, &error), BF_OK);
    assert_memory_equal(entry.key, "000000", 6);
    assert_int_equal(segment_store_at_or_after(store, DATABASE_META, NULL, 0, &entry, &error), BF_NOT_FOUND);
    assert_int_equal(segment_store_at_or_before(store, DATABASE_META, "x", 1, &entry, &error), BF_NOT_FOUND);
    assert_int_equal(error.status, BF_OK); /* what is only not there is no error */
    segment_store_close(store);
}

static void test_segment_files(void **state)
{
    bf_error error = {0};
    char path[128];
    struct segment_store *store = NULL;
    struct segment_store_writer *writer = create(folder_of(state), 5), *second = NULL;
    segment_store_path(folder_of(state), 5, path, sizeof path);
    assert_fails(segment_store_create(folder_of(state), 5, &second, &error), BF_IO, &error, "exists already");
    put(writer, DATABASE_META, "b", "1");
    assert_fails(segment_store_put(writer, DATABASE_META, "a", 1, "2", 1, &error), BF_IO, &error, path); /* must ascend */
    segment_store_abandon(writer);
    segment_store_abandon(NULL);
    assert_int_equal(access(path, F_OK), -1);
    assert_fails(segment_store_open(folder_of(state), 5, &store, &error), BF_NOT_FOUND, &error, path);

    /* More than one commit of the environment, then cut short at every sort of place. */
    static char large[900 << 10];
    writer = create(folder_of(state), 5);
    memset(large, 'x', sizeof large);
    for (int i = 0; i < 30; i++) {
        char key[8];
        snprintf(key, sizeof key, "%04d", i);
        assert_ok(segment_store_put(writer, DATABASE_ARTICLES, key, 4, large, sizeof large, &error), &error);
    }
    finish(writer);
    store = open_store(folder_of(state), 5);
    size_t size = (size_t)segment_store_bytes(store);
    struct store_entry found;
    assert_int_equal(segment_store_find_term(store, "x", 1, &found, &error), BF_NOT_FOUND); /* there are no terms */
    assert_true(size > 30 * sizeof large && size < 31 * sizeof large);
    assert_true(segment_store_database_bytes(store, DATABASE_ARTICLES) > 30 * sizeof large);
    segment_store_close(store);
    const size_t lengths[] = {size - 1, size - 4096, size / 2, 8193, 8192, 8191, 4097, 4096, 100, 1, 0};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        store = NULL;
        assert_int_equal(truncate(path, (off_t)lengths[i]), 0);
        bf_status status = segment_store_open(folder_of(state), 5, &store, &error);
        if (status != BF_CORRUPT) fail_msg("cut to %zu bytes: %s", lengths[i], bf_status_name(status));
        if (!strstr(error.message, path)) fail_msg("\"%s\" does not name the file", error.message);
        assert_null(store);
    }
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    for (int i = 0; i < 20000; i++) fputs("not an environment ", out);
    fclose(out);
    assert_fails(segment_store_open(folder_of(state), 5, &store, &error), BF_CORRUPT, &error, path);
}

/* LMDB must not have a file open twice in a process: by whatever path it is reached, it is one environment, until the last
 * has closed it. */
struct opener {
    const char *folder;
    pthread_t thread;
    int wrong;
};

static void *open_and_close(void *context)
{
    struct opener *opener = context;
    bf_error error;
    for (int i = 0; i < 300; i++) {
        struct segment_store *store;
        const uint8_t *value;
        size_t length;
        if (segment_store_open(opener->folder, 8, &store, &error) != BF_OK) {
            opener->wrong++;
            continue;
        }
        if (segment_store_get(store, DATABASE_META, "key", 3, &value, &length, &error) != BF_OK || length != 5 ||
            memcmp(value, "value", 5) != 0)
            opener->wrong++;
        segment_store_close(store);
    }
    return NULL;
}

static void test_one_environment_a_process(void **state)
{
    char linked[128], path[128];
    struct segment_store_writer *writer = create(folder_of(state), 8);
    put(writer, DATABASE_META, "key", "value");
    finish(writer);
    snprintf(linked, sizeof linked, "%s/linked", folder_of(state));
    assert_int_equal(symlink(folder_of(state), linked), 0);
    struct segment_store *first = open_store(folder_of(state), 8), *second = open_store(linked, 8);
    const uint8_t *a, *b;
    size_t length;
    assert_int_equal(segment_store_get(first, DATABASE_META, "key", 3, &a, &length, NULL), BF_OK);
    assert_int_equal(segment_store_get(second, DATABASE_META, "key", 3, &b, &length, NULL), BF_OK);
    assert_ptr_equal(a, b); /* the same map */
    segment_store_path(folder_of(state), 8, path, sizeof path);
    segment_store_close(first);
    assert_memory_equal(b, "value", 5);

    struct opener openers[4];
    for (size_t i = 0; i < COUNT(openers); i++) {
        openers[i] = (struct opener){.folder = i % 2 ? linked : folder_of(state)};
        assert_int_equal(pthread_create(&openers[i].thread, NULL, open_and_close, &openers[i]), 0);
    }
    for (size_t i = 0; i < COUNT(openers); i++) {
        pthread_join(openers[i].thread, NULL);
        assert_int_equal(openers[i].wrong, 0);
    }
    assert_int_equal(unlink(path), 0);
    assert_memory_equal(b, "value", 5); /* as long as it is open */
    segment_store_close(second);
    segment_store_close(NULL);
}

/* ---- The manifest ---- */

static void manifest_set(struct manifest_store *store, const char *key, const char *value)
{
    bf_error error = {0};
    struct manifest_transaction *transaction;
    assert_ok(manifest_write_begin(store, false, &transaction, &error), &error);
    assert_ok(manifest_put(transaction, key, strlen(key), value, strlen(value), &error), &error);
    assert_ok(manifest_commit(transaction, &error), &error);
}

static void assert_value(struct manifest_transaction *transaction, const char *key, const char *wanted)
{
    bf_error error = {0};
    const uint8_t *value;
    size_t length;
    bf_status status = manifest_get(transaction, key, strlen(key), &value, &length, &error);
    assert_int_equal(status, wanted ? BF_OK : BF_NOT_FOUND);
    if (!wanted) return;
    assert_int_equal(length, strlen(wanted));
    assert_memory_equal(value, wanted, length);
}

static void test_manifest_snapshots(void **state)
{
    bf_error error = {0};
    struct manifest_store *store = NULL, *again;
    struct manifest_transaction *before, *after, *writing;
    assert_fails(manifest_store_open(folder_of(state), false, &store, &error), BF_NOT_FOUND, &error, "no index here");
    assert_null(store);
    assert_ok(manifest_store_open(folder_of(state), true, &store, &error), &error);
    assert_ok(manifest_store_open(folder_of(state), false, &again, &error), &error);
    assert_ptr_equal(store, again);
    manifest_set(store, "key", "old");
    assert_ok(manifest_read_begin(store, &before, &error), &error);
    manifest_set(store, "key", "new");
    assert_ok(manifest_write_begin(store, true, &writing, &error), &error);
    assert_ok(manifest_put(writing, "key", 3, "never", 5, &error), &error);
    assert_value(writing, "key", "never");
    assert_ok(manifest_read_begin(again, &after, &error), &error);
    manifest_end(writing);
    assert_value(before, "key", "old");
    assert_value(after, "key", "new");
    assert_value(after, "none", NULL);
    manifest_end(before);
    manifest_end(after);
    manifest_end(NULL);
    manifest_store_close(again);
    manifest_store_close(store);
    manifest_store_close(NULL);
    assert_ok(manifest_store_open(folder_of(state), false, &store, &error), &error);
    assert_ok(manifest_read_begin(store, &after, &error), &error);
    assert_value(after, "key", "new");
    manifest_end(after);
    manifest_store_close(store);
}

static bf_status collect_key(void *context, const struct store_entry *entry, bf_error *error)
{
    char *keys = context;
    (void)error;
    strncat(keys, (const char *)entry->key, entry->key_length);
    strcat(keys, " ");
    return strncmp(keys, "a ", 2) == 0 && strlen(keys) > 10 ? BF_END : BF_OK;
}

static void test_manifest_prefixes(void **state)
{
    static const char *const all[] = {"a", "ab", "aba", "abb", "abc", "ac", "b"};
    bf_error error = {0};
    struct manifest_store *store;
    struct manifest_transaction *transaction;
    char keys[128] = "";
    assert_ok(manifest_store_open(folder_of(state), true, &store, &error), &error);
    for (size_t i = 0; i < COUNT(all); i++) manifest_set(store, all[i], "x");
    assert_ok(manifest_write_begin(store, false, &transaction, &error), &error);
    assert_ok(manifest_each(transaction, "ab", 2, collect_key, keys, &error), &error);
    assert_string_equal(keys, "ab aba abb abc ");
    keys[0] = '\0';
    assert_int_equal(manifest_each(transaction, "a", 1, collect_key, keys, &error), BF_END); /* the callback had enough */
    assert_string_equal(keys, "a ab aba abb ");
    assert_ok(manifest_delete_prefix(transaction, "ab", 2, &error), &error);
    assert_ok(manifest_delete_prefix(transaction, "zz", 2, &error), &error);
    assert_ok(manifest_commit(transaction, &error), &error);
    assert_ok(manifest_read_begin(store, &transaction, &error), &error);
    for (size_t i = 0; i < COUNT(all); i++) assert_value(transaction, all[i], strncmp(all[i], "ab", 2) == 0 ? NULL : "x");
    manifest_end(transaction);
    manifest_store_close(store);
}

int main(void)
{
#define in_folder(test) cmocka_unit_test_setup_teardown(test, index_fixture_make, index_fixture_remove)
    const struct CMUnitTest tests[] = {
        in_folder(test_section_round_trip),
        in_folder(test_section_out_of_range),
        in_folder(test_section_flips),
        in_folder(test_section_malformed_chunks),
        in_folder(test_forgetting_ends_with_the_map),
        cmocka_unit_test(test_segment_names),
        in_folder(test_segment_look_ups),
        in_folder(test_segment_files),
        in_folder(test_one_environment_a_process),
        in_folder(test_manifest_snapshots),
        in_folder(test_manifest_prefixes),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
