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

enum { FOOTER = 16, INLINE_VALUE_MAX = 1900 }; /* of a chunk's value, but for its checksum (FORMAT.md, Sections) */

/* A chunk's value as it is in the file, and as it is to be. */
struct patched_value {
    char path[PATH_MAX];
    uint8_t *before, *after;
    size_t length, record, table, sectors, payload;
};

static void must(bf_status status, const bf_error *error)
{
    if (status != BF_OK) fail_msg("%s", error->message);
}

static void value_take(struct patched_value *value, const char *index_path, const char *term, patch_edit *edit)
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
    value->payload = (size_t)(chunk->end - chunk->start);
    value->sectors = (value->payload + SECTION_SECTOR - 1) / SECTION_SECTOR;
    value->record = (size_t)(view.bytes - chunk->bytes);
    value->table = (size_t)(chunk->checksums - chunk->bytes);
    value->length = value->table + 4 * value->sectors + FOOTER + 4;
    assert_true(value->length > INLINE_VALUE_MAX); /* a smaller one lies in a leaf, which the seal vouches for */
    value->before = malloc(value->length);
    value->after = malloc(value->length);
    assert_true(value->before && value->after);
    memcpy(value->before, chunk->bytes, value->length);
    memcpy(value->after, chunk->bytes, value->length);
    edit(value->after + value->record, &list);
    snapshot_close(snapshot);
    assert_memory_not_equal(value->before, value->after, value->length);
}

static void value_sign(struct patched_value *value)
{
    uint8_t *table = value->after + value->table;
    for (size_t sector = 0; sector < value->sectors; sector++) {
        size_t first = sector * SECTION_SECTOR, left = value->payload - first;
        store_u32(table + 4 * sector, checksum(0, value->after + first, left < SECTION_SECTOR ? left : SECTION_SECTOR));
    }
    store_u32(table + 4 * value->sectors + FOOTER, checksum(0, table, 4 * value->sectors + FOOTER));
}

static void value_write(const struct patched_value *value)
{
    struct stat about;
    int file = open(value->path, O_RDWR | O_CLOEXEC);
    assert_true(file >= 0 && fstat(file, &about) == 0);
    uint8_t *bytes = malloc((size_t)about.st_size);
    assert_non_null(bytes);
    assert_int_equal(pread(file, bytes, (size_t)about.st_size, 0), about.st_size);
    const uint8_t *at = memmem(bytes, (size_t)about.st_size, value->before, value->length);
    assert_non_null(at);
    assert_int_equal(pwrite(file, value->after, value->length, at - bytes), value->length);
    free(bytes);
    close(file);
}

void patch_list(const char *index_path, const char *term, patch_edit *edit)
{
    struct patched_value value = {0};
    value_take(&value, index_path, term, edit);
    value_sign(&value);
    value_write(&value);
    free(value.before);
    free(value.after);
}
