#include "exact_patch.h"

#include "checksum.h"
#include "dictionary.h"
#include "posting_cursor.h"
#include "snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bytes.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A chunk's value is its payload, zeros, a checksum a sector and a footer, and takes k pages less LMDB's head of 16 bytes
 * (FORMAT.md, Sections). */
enum { FOOTER = 16, CHECKSUM = 4, PAGE = 4096, PAGE_HEAD = 16, INLINE_VALUE_MAX = 1900 };

/* Where a list is in its chunk, and the chunk in the file. */
struct patched_value {
    char path[PATH_MAX];
    uint8_t *payload;          /* as it was */
    size_t payload_length, sectors, record;
    uint8_t *file;             /* all of it */
    size_t file_length;
};

static void must(bf_status status, const bf_error *error)
{
    if (status != BF_OK) fail_msg("%s", error->message);
}

static void value_read_file(struct patched_value *value)
{
    struct stat about;
    int file = open(value->path, O_RDONLY | O_CLOEXEC);
    assert_true(file >= 0 && fstat(file, &about) == 0);
    value->file_length = (size_t)about.st_size;
    value->file = malloc(value->file_length);
    assert_non_null(value->file);
    assert_int_equal(pread(file, value->file, value->file_length, 0), value->file_length);
    close(file);
}

/* Puts the record in its place, and makes the checksums of its chunk anew. */
static void value_change(struct patched_value *value, const uint8_t *record, size_t length)
{
    size_t least = value->payload_length + SECTION_SLACK + CHECKSUM * value->sectors + FOOTER + CHECKSUM;
    size_t size = (least + PAGE_HEAD + PAGE - 1) / PAGE * PAGE - PAGE_HEAD;
    assert_true(least > INLINE_VALUE_MAX); /* a smaller one lies in a leaf, which the seal vouches for */
    uint8_t *at = memmem(value->file, value->file_length, value->payload, value->payload_length);
    assert_true(at && at + size <= value->file + value->file_length);
    uint8_t *table = at + size - CHECKSUM - FOOTER - CHECKSUM * value->sectors, *footer = table + CHECKSUM * value->sectors;
    assert_int_equal(load_u64(footer + 4), value->payload_length);
    memcpy(at + value->record, record, length);
    for (size_t sector = 0; sector < value->sectors; sector++) {
        size_t first = sector * SECTION_SECTOR, left = value->payload_length - first;
        store_u32(table + CHECKSUM * sector, checksum(0, at + first, left < SECTION_SECTOR ? left : SECTION_SECTOR));
    }
    store_u32(footer + FOOTER, checksum(0, table, CHECKSUM * value->sectors + FOOTER));
}

static void value_patch(struct patched_value *value, const char *index_path, const char *term, patch_edit *edit)
{
    struct snapshot *snapshot = NULL;
    struct term_entry entry;
    struct section_view view;
    struct posting_list list;
    bf_error error = {0};
    uint8_t name[DICTIONARY_TERM_MAX] = {FIELD_TEXT};
    memcpy(name + 1, term, strlen(term));
    must(snapshot_open(index_path, &snapshot, &error), &error);
    struct segment *segment = snapshot->segments[0];
    segment_store_path(index_path, segment->number, value->path, sizeof value->path);
    must(dictionary_find(segment, name, (uint32_t)strlen(term) + 1, &entry, &error), &error);
    assert_true(entry.postings_length > 0);
    must(posting_list_view_open(segment, &entry, &view, &list, &error), &error);

    const struct section_chunk *chunk = view.chunk;
    value->payload_length = (size_t)(chunk->end - chunk->start);
    value->sectors = (value->payload_length + SECTION_SECTOR - 1) / SECTION_SECTOR;
    value->record = (size_t)(view.bytes - chunk->bytes);
    value->payload = malloc(value->payload_length);
    assert_non_null(value->payload);
    memcpy(value->payload, chunk->bytes, value->payload_length);
    uint8_t *record = malloc(view.length);
    assert_non_null(record);
    memcpy(record, view.bytes, view.length);
    edit(record, &list);
    assert_memory_not_equal(record, view.bytes, view.length);
    snapshot_close(snapshot);
    value_read_file(value);
    value_change(value, record, view.length);
    free(record);
}

void patch_list(const char *index_path, const char *term, patch_edit *edit)
{
    struct patched_value value = {0};
    value_patch(&value, index_path, term, edit);
    int file = open(value.path, O_WRONLY | O_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(pwrite(file, value.file, value.file_length, 0), value.file_length);
    close(file);
    free(value.file);
    free(value.payload);
}
