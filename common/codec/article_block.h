/* Several article records deflated together (zlib, RFC 1950), so that short articles share what they have in common. */
#ifndef CODEC_ARTICLE_BLOCK_H
#define CODEC_ARTICLE_BLOCK_H

#include "article_dictionary.h"
#include "buffer.h"

#include <stdint.h>

/* A block ends with the article that brings it to so many bytes. */
enum {
    ARTICLE_BLOCK_TARGET = 12 << 10,       /* with a dictionary */
    ARTICLE_BLOCK_TARGET_ALONE = 32 << 10, /* without: then only longer blocks have enough in common with themselves */
};

struct article_block_writer {
    struct buffer raw;     /* the records, one after the other; with a dictionary, coded with its words */
    struct buffer lengths; /* of each, as varints: with a dictionary, its own and when coded */
    size_t size;           /* of the records before they were coded */
    uint32_t count;
    int level;             /* zlib's; 0: its default here */
    struct article_dictionary dictionary; /* see article_block_use; borrowed */
    uint64_t dictionary_place;            /* what its blocks say of it: one more than where it is; 0: none */
    void *stream;                         /* a compressor that has seen the dictionary */
    struct article_word_table *words;     /* the codes of its words */
};

/* The dictionary of the blocks from now on; the one being made must be empty. False: memory refused. */
bool article_block_use(struct article_block_writer *writer, const struct article_dictionary *dictionary, uint64_t place);

/* What memory refuses here article_block_finish says. */
void article_block_add(struct article_block_writer *writer, const uint8_t *record, size_t length);

/* Appends the compressed block to `out` and empties the writer. False: memory refused. */
bool article_block_finish(struct article_block_writer *writer, struct buffer *out);
void article_block_free(struct article_block_writer *writer);

/* One more than where the block's dictionary is; 0: it has none. */
const char *article_block_dictionary(const uint8_t *bytes, size_t length, uint64_t *place);

/* Appends a finished block to `out`, saying that its dictionary is elsewhere. */
const char *article_block_move(const uint8_t *bytes, size_t length, uint64_t place, struct buffer *out);

/* Inflates the block into `raw` as far as record i needs it; *offset and *record_length say where record i is in it.
 * `dictionary`: the block's, NULL if it has none. i >= the block's count is a broken rule, as is a record that claims more than
 * BF_ARTICLE_MAX and some change. */
const char *article_block_read(const uint8_t *bytes, size_t length, const struct article_dictionary *dictionary, uint32_t i,
                               struct buffer *raw, size_t *offset, size_t *record_length);

/* Only says where record i is, without inflating anything. */
const char *article_block_find(const uint8_t *bytes, size_t length, uint32_t i, size_t *offset, size_t *record_length);
const char *article_block_count(const uint8_t *bytes, size_t length, uint32_t *count);

/* ---- Of a block whose end is not known ---- */

struct article_block_head {
    uint32_t count;
    size_t stream;            /* where it begins */
    size_t total;             /* bytes it inflates to */
    bool wants_dictionary;    /* and is coded with its words */
    uint32_t dictionary_id;   /* the Adler-32 of that */
};

const char *article_block_begin(const uint8_t *bytes, size_t length, struct article_block_head *head);

/* All records into `raw`; *taken: the block's length. */
const char *article_block_read_all(const uint8_t *bytes, size_t length, const struct article_block_head *head,
                                   const struct article_dictionary *dictionary, struct buffer *raw, size_t *taken);

#endif
