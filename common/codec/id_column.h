/* The external id of each document, front-coded against the one before in blocks of 64. */
#ifndef CODEC_ID_COLUMN_H
#define CODEC_ID_COLUMN_H

#include "buffer.h"

#include <stdint.h>

struct id_column_writer {
    struct buffer bytes;   /* the blocks */
    struct buffer starts;  /* u32 offset of each block */
    uint8_t last[512];
    uint32_t last_length, count;
};

/* In document order; length <= 511. */
void id_column_add(struct id_column_writer *writer, const char *id, size_t length);
void id_column_finish(struct id_column_writer *writer, struct buffer *out);
void id_column_free(struct id_column_writer *writer);

struct id_column {
    const uint8_t *bytes;
    size_t length;
    uint32_t count;
};

/* Believes only the head, ID_COLUMN_HEAD bytes (or all, where there are fewer). */
enum { ID_COLUMN_HEAD = 5 };
const char *id_column_open(const uint8_t *bytes, size_t length, struct id_column *column);

/* For a caller who verifies no more than is read for one id: the entries that say where its block is, then the block. i < count.
 */
void id_column_entry(const struct id_column *column, uint32_t i, size_t *at, size_t *length);
const char *id_column_block(const struct id_column *column, uint32_t i, size_t *at, size_t *length);

/* i < count. Writes the id, at most 511 bytes, and its length. */
const char *id_column_get(const struct id_column *column, uint32_t i, char id[512], size_t *id_length);

#endif
