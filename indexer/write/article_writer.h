/*
 * The stored articles of a segment being written: blocks in its section of articles, and their dictionaries among its documents.
 *
 * The first megabytes of articles are held back, for the dictionary is learnt from them before the first block is compressed. Blocks
 * that a merge copies bring their dictionaries along.
 */
#ifndef WRITE_ARTICLE_WRITER_H
#define WRITE_ARTICLE_WRITER_H

#include "article_block.h"
#include "backfile.h"
#include "section.h"

/* How well so many bytes of articles were compressed. */
struct article_window {
    uint64_t size, compressed;
};

struct article_writer {
    struct section_writer *articles, *documents;
    struct article_block_writer block;
    bool is_settled;              /* nothing is held back (any more): which dictionary, if any, is decided */
    struct article_window window, measure; /* since the last one ended; the first that had to do with what it was not learnt from */
    uint32_t windows;             /* since the dictionary was decided */
    struct buffer held, held_ends; /* records, one after the other; size_t each */
    struct buffer dictionary;     /* the record of that which is in use */
    struct buffer dictionaries;   /* struct written_dictionary */
    struct buffer firsts, offsets; /* i64 a block: its first document, where it is */
    struct buffer compressed;
    uint32_t stored_count, block_count;
    uint64_t end;
};

void article_writer_begin(struct article_writer *writer, struct section_writer *articles, struct section_writer *documents);

/* In document order: one record, ... */
bf_status article_writer_add(struct article_writer *writer, const uint8_t *record, size_t length, bf_error *error);
/* ... or a whole compressed block as it is, with its dictionary, NULL if it has none. */
bf_status article_writer_copy(struct article_writer *writer, const uint8_t *block, size_t length, uint32_t doc_count,
                              const struct article_dictionary *dictionary, bf_error *error);

/* Writes what is left. Afterwards firsts, offsets (one more, for the end) and block_count are complete. */
bf_status article_writer_finish(struct article_writer *writer, bf_error *error);
/* Bytes of memory it takes, but for the articles held back and the block being filled, which are a few megabytes at most. */
size_t article_writer_memory(const struct article_writer *writer);
void article_writer_free(struct article_writer *writer);

#endif
