/*
 * A block of the term dictionary: consecutive terms in byte order, front-coded, each with its counts and where its postings
 * are. A block is one LMDB value; its key is its first term. Within it, groups of 16 terms begin with a whole one, so that a
 * look-up compares a few of those and then walks through one group.
 *
 * A dictionary term is a field byte followed by the analyzed term.
 */
#ifndef CODEC_TERM_BLOCK_H
#define CODEC_TERM_BLOCK_H

#include "buffer.h"

#include <stdint.h>

enum {
    TERM_BLOCK_MAX = 2030,         /* bytes of a block and its key: two are all that a page of LMDB's holds inline */
    TERM_GROUPS_MAX = 32,          /* an entry has at least 4 bytes */
    DICTIONARY_TERM_MAX = 256,     /* field byte and term */
    TERM_INLINE_MAX = 160,         /* bytes of an inline list */
};

struct term_entry {
    uint64_t cf;
    uint32_t df;
    /* Either the list's record in the postings section ... */
    uint32_t postings_length;      /* 0: the list is inline */
    uint64_t postings_offset;
    /* ... or the list itself (inline_list.h), borrowed. */
    const uint8_t *inline_bytes;
    uint32_t inline_length;
};

/* ---- Writing ---- */

struct term_block_writer {
    struct buffer bytes;
    uint8_t first[DICTIONARY_TERM_MAX], last[DICTIONARY_TERM_MAX];
    uint32_t first_length, last_length, count;
    uint16_t groups[TERM_GROUPS_MAX]; /* where each begins */
    uint64_t base, next_offset;       /* where the first list of the block is, and the next one */
};

/* Adds a term greater than the last one. False: there is no room, or the list is not where the last one ended: finish the block
 * first (an empty block takes any entry) ; memory failure is sticky in bytes.failed. */
bool term_block_add(struct term_block_writer *writer, const uint8_t *term, uint32_t term_length, const struct term_entry *entry);

/* Completes the block: writer->bytes is the value, writer->first the key. */
void term_block_finish(struct term_block_writer *writer);

/* Begins an empty block, keeping the room. */
void term_block_clear(struct term_block_writer *writer);
void term_block_free(struct term_block_writer *writer);

/* ---- Reading ---- */

struct term_block_reader {
    const uint8_t *bytes, *at, *end;
    uint32_t count, index;             /* entries, and those read or passed over */
    uint8_t term[DICTIONARY_TERM_MAX]; /* of the entry last read */
    uint32_t term_length;
    uint64_t next_offset;
    struct term_entry entry;
};

/* Finds one term's entry. The block's checksum is not looked at: for a block whose page was verified. */
const char *term_block_find(const uint8_t *bytes, size_t length, const uint8_t *term, uint32_t term_length,
                            struct term_entry *entry, bool *found);

/* Verifies version and checksum and stands before the first entry. */
const char *term_block_open(const uint8_t *bytes, size_t length, struct term_block_reader *reader);

/* Moves to the next entry. *more = false at the end. */
const char *term_block_next(struct term_block_reader *reader, bool *more);

/* Moves on to the first entry whose term is >= the given one, staying where it is if the entry last read is one; *more =
 * false when there is none in this block. */
const char *term_block_seek(struct term_block_reader *reader, const uint8_t *term, uint32_t term_length, bool *more);

#endif
