/*
 * A section: one long run of bytes of a segment (its postings, say), addressed by offset and kept in LMDB as *chunks*.
 *
 * A record never straddles chunks, so it is used in place, straight from the map. A chunk's value is sized to waste no disk
 * (k * 4096 - 16 bytes: an LMDB overflow run is k pages with a 16 byte header). Its key is the offset of its last byte, so
 * that one MDB_SET_RANGE finds the chunk that holds an offset.
 *
 * Every 4096 bytes of a chunk (a *sector*) have a checksum. A sector is verified the first time a reader touches it and not
 * again by the same reader, so that damage is noticed before it is believed, at the cost of what is read and no more.
 */
#ifndef STORE_SECTION_H
#define STORE_SECTION_H

#include "buffer.h"
#include "store.h"

enum {
    SECTION_SECTOR = 4096,
    SECTION_CHUNK_PAGES = 64, /* pages of a chunk that is not made for one long record */
    SECTION_SLACK = 64,       /* readable bytes after every record */
    SECTION_VERSION = 1,
    SECTION_FOOTER = 20,      /* version u32, payload u64, sectors u32, checksum of the checksums and these u32 */
};

static inline size_t section_sectors(size_t payload) { return (payload + SECTION_SECTOR - 1) / SECTION_SECTOR; }

/* Bytes of a chunk's value for a payload: the least that wastes nothing. */
size_t section_value_size(size_t payload);

/* ---- Writing ---- */

struct section_writer {
    struct segment_store_writer *store;
    enum segment_database database;
    struct buffer chunk;
    uint64_t start;     /* offset of the chunk's first byte */
};

void section_writer_begin(struct section_writer *writer, struct segment_store_writer *store, enum segment_database database);

/* Appends a record (at least one byte) and says where it is. */
bf_status section_append(struct section_writer *writer, const void *record, size_t length, uint64_t *offset, bf_error *error);

/* Where the next record will be. */
static inline uint64_t section_writer_end(const struct section_writer *writer) { return writer->start + writer->chunk.length; }

/* Writes the chunk begun, if any; records may follow in others. */
bf_status section_writer_finish(struct section_writer *writer, bf_error *error);
void section_writer_free(struct section_writer *writer);

/* ---- Reading ---- */

struct section_chunk {
    uint64_t start, end;      /* offsets in the section: [start, end) */
    const uint8_t *bytes;     /* the payload, in the map */
    const uint8_t *checksums; /* four bytes a sector; behind what follows */
    uint64_t *verified;       /* a bit a sector */
};

struct section {
    struct segment_store *store;
    enum segment_database database;
    struct section_chunk **chunks; /* those touched so far, in order of start */
    size_t chunk_count, chunk_room;
    struct section_chunk *recent;
    struct buffer copy;            /* of section_copy */
};

void section_begin(struct section *section, struct segment_store *store, enum segment_database database);
void section_free(struct section *section);

/* A record in the map: borrowed until the section is freed. */
struct section_view {
    const uint8_t *bytes;
    size_t length;
    struct section *section;
    struct section_chunk *chunk;
};

/* Finds a record without touching its bytes. BF_CORRUPT: it does not lie within one chunk. */
bf_status section_find(struct section *section, uint64_t offset, size_t length, struct section_view *view, bf_error *error);

/* Asks for the memory where a record begins, if its chunk was touched before. */
void section_prefetch(const struct section *section, uint64_t offset);

/* Verifies the sectors that bytes [first, first + length) of the view lie in. */
bf_status section_verify_slowly(const struct section_view *view, size_t first, size_t length, bf_error *error);

static inline bf_status section_verify(const struct section_view *view, size_t first, size_t length, bf_error *error)
{
    size_t at = (size_t)(view->bytes - view->chunk->bytes) + first;
    size_t sector = at / SECTION_SECTOR;
    if (length && sector == (at + length - 1) / SECTION_SECTOR && view->chunk->verified[sector >> 6] >> (sector & 63) & 1)
        return BF_OK;
    return section_verify_slowly(view, first, length, error);
}

/* Finds and verifies a record. */
bf_status section_read(struct section *section, uint64_t offset, size_t length, struct section_view *view, bf_error *error);

/* The same of a copy, valid until the next: for a record that is read once. */
bf_status section_copy(struct section *section, uint64_t offset, size_t length, const uint8_t **bytes, bf_error *error);

/* Verifies every chunk and that they follow one another without a gap: for `check`. `total`: bytes in all. */
bf_status section_check(struct section *section, uint64_t *total, bf_error *error);

#endif
