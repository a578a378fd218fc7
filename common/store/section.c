/* A chunk's value: payload | zeros | a checksum a sector | footer. FORMAT.md, "Sections". */
#include "section.h"

#include "bytes.h"
#include "checksum.h"
#include "status.h"

#include <stdlib.h>
#include <string.h>

enum {
    PAGE = 4096,
    CACHE_LINE = 64,
    OVERFLOW_HEADER = 16,
    INLINE_VALUE_MAX = 1900, /* values between this and 3.9 KB would waste half their disk */
    FOOTER = SECTION_FOOTER,
    CHUNK_VERSION = SECTION_VERSION,
    LIKELY_END = FOOTER + 4 * SECTION_CHUNK_PAGES, /* footer and checksums of a chunk that is not made for one long record */
};

/* Bytes of the value for a payload: the least that wastes nothing. */
size_t section_value_size(size_t payload)
{
    size_t least = payload + SECTION_SLACK + 4 * section_sectors(payload) + FOOTER;
    if (least <= INLINE_VALUE_MAX) return least;
    return (least + OVERFLOW_HEADER + PAGE - 1) / PAGE * PAGE - OVERFLOW_HEADER;
}

void section_writer_begin(struct section_writer *writer, struct segment_store_writer *store, enum segment_database database)
{
    *writer = (struct section_writer){.store = store, .database = database};
}

static bf_status section_flush(struct section_writer *writer, bf_error *error)
{
    size_t payload = writer->chunk.length;
    if (!payload) return BF_OK;
    size_t size = section_value_size(payload), sectors = section_sectors(payload);
    buffer_append_zeros(&writer->chunk, size - payload - 4 * sectors - FOOTER);
    size_t table = writer->chunk.length;
    for (size_t sector = 0; sector < sectors && !writer->chunk.failed; sector++) {
        size_t first = sector * SECTION_SECTOR, length = payload - first < SECTION_SECTOR ? payload - first : SECTION_SECTOR;
        buffer_append_u32(&writer->chunk, checksum(0, writer->chunk.bytes + first, length));
    }
    buffer_append_u32(&writer->chunk, CHUNK_VERSION);
    buffer_append_u64(&writer->chunk, payload);
    buffer_append_u32(&writer->chunk, (uint32_t)sectors);
    if (!writer->chunk.failed)
        buffer_append_u32(&writer->chunk, checksum(0, writer->chunk.bytes + table, writer->chunk.length - table));
    if (writer->chunk.failed) return fail_memory(error);

    uint8_t key[8];
    store_u64_be(key, writer->start + payload - 1);
    bf_status status = segment_store_put(writer->store, writer->database, key, sizeof key, writer->chunk.bytes,
                                         writer->chunk.length, error);
    writer->start += payload;
    buffer_clear(&writer->chunk);
    if (writer->chunk.room > 4 * (size_t)SECTION_CHUNK_PAGES * PAGE) buffer_free(&writer->chunk);
    return status;
}

bf_status section_append(struct section_writer *writer, const void *record, size_t length, uint64_t *offset, bf_error *error)
{
    if (section_value_size(writer->chunk.length + length) > (size_t)SECTION_CHUNK_PAGES * PAGE) {
        bf_status status = section_flush(writer, error);
        if (status != BF_OK) return status;
    }
    *offset = writer->start + writer->chunk.length;
    buffer_append(&writer->chunk, record, length);
    return writer->chunk.failed ? fail_memory(error) : BF_OK;
}

bf_status section_writer_finish(struct section_writer *writer, bf_error *error)
{
    return section_flush(writer, error);
}

void section_writer_free(struct section_writer *writer)
{
    buffer_free(&writer->chunk);
}

void section_begin(struct section *section, struct segment_store *store, enum segment_database database)
{
    *section = (struct section){.store = store, .database = database};
}

void section_free(struct section *section)
{
    for (size_t i = 0; i < section->chunk_count; i++) {
        free(section->chunks[i]->verified);
        free(section->chunks[i]);
    }
    free(section->chunks);
    buffer_free(&section->copy);
    *section = (struct section){0};
}

static bf_status section_corrupt(const struct section *section, uint64_t offset, const char *rule, bf_error *error)
{
    return fail(error, BF_CORRUPT, "%s: %s at offset %llu: %s", segment_store_file(section->store),
                segment_database_name(section->database), (unsigned long long)offset, rule);
}

/* Makes a chunk of a stored value: everything but the payload is verified. Its end is read, not mapped. */
static bf_status chunk_open(struct section *section, const struct store_entry *entry, struct section_chunk **result,
                            bf_error *error)
{
    uint64_t last = entry->key_length == 8 ? load_u64_be(entry->key) : UINT64_MAX;
    if (last == UINT64_MAX) return section_corrupt(section, 0, "a chunk's key must be eight bytes", error);
    if (entry->value_length < FOOTER) return section_corrupt(section, last, "a chunk is shorter than its footer", error);
    uint8_t end[LIKELY_END];
    size_t end_length = entry->value_length < LIKELY_END ? entry->value_length : LIKELY_END;
    const uint8_t *value_end = entry->value + entry->value_length;
    bf_status status = segment_store_read(section->store, value_end - end_length, end_length, end, error);
    if (status != BF_OK) return status;
    const uint8_t *footer = end + end_length - FOOTER;
    uint64_t payload = load_u64(footer + 4);
    uint32_t sectors = load_u32(footer + 12);
    if (load_u32(footer) != CHUNK_VERSION) return section_corrupt(section, last, "a chunk is of an unknown version", error);
    if (payload == 0 || payload > entry->value_length || sectors != section_sectors((size_t)payload) ||
        payload + SECTION_SLACK + 4 * (uint64_t)sectors + FOOTER > entry->value_length || payload > last + 1)
        return section_corrupt(section, last, "a chunk's payload does not fit in it", error);

    size_t verified_words = (sectors + 63) / 64, table = 4 * (size_t)sectors;
    struct section_chunk *chunk = malloc(sizeof *chunk);
    uint64_t *verified = calloc(verified_words + (table + 7) / 8 + FOOTER, sizeof *verified);
    if (!chunk || !verified) {
        status = fail_memory(error);
        goto fail;
    }
    uint8_t *checksums = (uint8_t *)(verified + verified_words);
    if (table + FOOTER <= end_length) memcpy(checksums, footer - table, table + FOOTER);
    else status = segment_store_read(section->store, value_end - table - FOOTER, table + FOOTER, checksums, error);
    if (status == BF_OK && checksum(0, checksums, table + 16) != load_u32(checksums + table + 16))
        status = section_corrupt(section, last, "a chunk's footer does not have its checksum", error);
    if (status != BF_OK) goto fail;
    *chunk = (struct section_chunk){last + 1 - payload, last + 1, entry->value, checksums, verified};
    *result = chunk;
    return BF_OK;
fail:
    free(chunk);
    free(verified);
    return status;
}

/* The first touched chunk that ends after the offset. */
static size_t section_position(const struct section *section, uint64_t offset)
{
    size_t low = 0, high = section->chunk_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (section->chunks[middle]->end <= offset) low = middle + 1;
        else high = middle;
    }
    return low;
}

static bf_status section_chunk_at(struct section *section, uint64_t offset, struct section_chunk **result, bf_error *error)
{
    size_t position = section_position(section, offset);
    if (position < section->chunk_count && section->chunks[position]->start <= offset) {
        *result = section->chunks[position];
        return BF_OK;
    }
    uint8_t key[8];
    struct store_entry entry;
    store_u64_be(key, offset);
    bf_status status = segment_store_at_or_after(section->store, section->database, key, sizeof key, &entry, error);
    if (status == BF_NOT_FOUND) return section_corrupt(section, offset, "there is no such offset", error);
    if (status != BF_OK) return status;
    if (section->chunk_count == section->chunk_room) {
        size_t room = section->chunk_room ? 2 * section->chunk_room : 16;
        struct section_chunk **chunks = realloc(section->chunks, room * sizeof *chunks);
        if (!chunks) return fail_memory(error);
        section->chunks = chunks;
        section->chunk_room = room;
    }
    struct section_chunk *chunk = NULL;
    status = chunk_open(section, &entry, &chunk, error);
    if (status != BF_OK) return status;
    memmove(section->chunks + position + 1, section->chunks + position,
            (section->chunk_count - position) * sizeof *section->chunks);
    section->chunks[position] = chunk;
    section->chunk_count++;
    *result = chunk;
    return BF_OK;
}

bf_status section_find(struct section *section, uint64_t offset, size_t length, struct section_view *view, bf_error *error)
{
    struct section_chunk *chunk = section->recent;
    if (!chunk || offset < chunk->start || offset >= chunk->end) {
        bf_status status = section_chunk_at(section, offset, &chunk, error);
        if (status != BF_OK) return status;
        section->recent = chunk;
    }
    if (offset < chunk->start || offset > chunk->end || length > chunk->end - offset)
        return section_corrupt(section, offset, "a record must lie within one chunk", error);
    *view = (struct section_view){chunk->bytes + (offset - chunk->start), length, section, chunk};
    return BF_OK;
}

void section_prefetch(const struct section *section, uint64_t offset)
{
    enum { LINES = 3 }; /* a list's head */
    size_t position = section_position(section, offset);
    if (position == section->chunk_count || section->chunks[position]->start > offset) return;
    const struct section_chunk *chunk = section->chunks[position];
    const uint8_t *bytes = chunk->bytes + (offset - chunk->start);
    __builtin_prefetch(&chunk->verified[(offset - chunk->start) / SECTION_SECTOR >> 6]);
    for (int line = 0; line < LINES; line++) __builtin_prefetch(bytes + line * CACHE_LINE); /* past the end does no harm */
}

/* Of the chunk's sectors [first, end), whose bytes are given. */
static bf_status chunk_verify(const struct section *section, struct section_chunk *chunk, size_t first, size_t end,
                              const uint8_t *bytes, bf_error *error)
{
    size_t payload = (size_t)(chunk->end - chunk->start);
    for (size_t sector = first; sector < end; sector++, bytes += SECTION_SECTOR) {
        if (chunk->verified[sector >> 6] >> (sector & 63) & 1) continue;
        size_t begin = sector * SECTION_SECTOR, size = payload - begin < SECTION_SECTOR ? payload - begin : SECTION_SECTOR;
        if (checksum(0, bytes, size) != load_u32(chunk->checksums + 4 * sector))
            return section_corrupt(section, chunk->start + begin, "a sector does not have its checksum", error);
        chunk->verified[sector >> 6] |= UINT64_C(1) << (sector & 63);
    }
    return BF_OK;
}

bf_status section_verify_slowly(const struct section_view *view, size_t first, size_t length, bf_error *error)
{
    if (!length) return BF_OK;
    struct section_chunk *chunk = view->chunk;
    size_t payload = (size_t)(chunk->end - chunk->start), at = (size_t)(view->bytes - chunk->bytes) + first;
    size_t end = length < payload - at ? at + length : payload;
    size_t sector = at / SECTION_SECTOR;
    return chunk_verify(view->section, chunk, sector, section_sectors(end), chunk->bytes + sector * SECTION_SECTOR, error);
}

bf_status section_read(struct section *section, uint64_t offset, size_t length, struct section_view *view, bf_error *error)
{
    bf_status status = section_find(section, offset, length, view, error);
    return status == BF_OK ? section_verify(view, 0, length, error) : status;
}

bf_status section_copy(struct section *section, uint64_t offset, size_t length, const uint8_t **bytes, bf_error *error)
{
    struct section_view view;
    bf_status status = section_find(section, offset, length, &view, error);
    if (status != BF_OK) return status;
    struct section_chunk *chunk = view.chunk;
    size_t payload = (size_t)(chunk->end - chunk->start), at = (size_t)(view.bytes - chunk->bytes);
    size_t first = at / SECTION_SECTOR, end = section_sectors(at + length), begin = first * SECTION_SECTOR;
    size_t size = (end * SECTION_SECTOR < payload ? end * SECTION_SECTOR : payload) - begin;
    buffer_clear(&section->copy);
    uint8_t *copy = buffer_extend(&section->copy, size);
    if (!copy) return fail_memory(error);
    status = segment_store_read(section->store, chunk->bytes + begin, size, copy, error);
    if (status == BF_OK) status = chunk_verify(section, chunk, first, end, copy, error);
    *bytes = copy + (at - begin);
    return status;
}

bf_status section_check(struct section *section, uint64_t *total, bf_error *error)
{
    struct store_entry entry;
    uint64_t expected = 0;
    bf_status status = segment_store_at_or_after(section->store, section->database, NULL, 0, &entry, error);
    while (status == BF_OK) {
        struct section_chunk *chunk = NULL;
        status = chunk_open(section, &entry, &chunk, error);
        if (status != BF_OK) break;
        struct section_view view = {chunk->bytes, (size_t)(chunk->end - chunk->start), section, chunk};
        if (chunk->start != expected)
            status = section_corrupt(section, chunk->start, "chunks must follow one another without a gap", error);
        if (status == BF_OK) status = section_verify_slowly(&view, 0, view.length, error);
        expected = chunk->end;
        free(chunk->verified);
        free(chunk);
        if (status == BF_OK) status = segment_store_following(section->store, section->database, &entry, error);
    }
    *total = expected;
    return status == BF_NOT_FOUND ? BF_OK : status;
}
