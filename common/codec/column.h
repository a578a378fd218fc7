/* A number for each document: packed to the width its block of 128 needs, read one at a time. */
#ifndef CODEC_COLUMN_H
#define CODEC_COLUMN_H

#include "buffer.h"

#include <stdint.h>

void column_encode(const int64_t *values, uint32_t count, struct buffer *out);

struct column {
    const uint8_t *bytes;
    size_t length;
    uint32_t count;
};

/* Checks the header and that every block lies inside; the record is verified by its caller. */
const char *column_open(const uint8_t *bytes, size_t length, struct column *column);

/*
 * For a caller who verifies no more of the record than is read for one value: the head (or the whole record, where that is
 * shorter), then the entry of its block, then its bits; each says what comes next. i < count.
 */
enum { COLUMN_HEAD = 14 };
const char *column_begin(const uint8_t *bytes, size_t length, struct column *column);
void column_entry(uint32_t i, size_t *at, size_t *length);
const char *column_bits(const struct column *column, uint32_t i, size_t *at, size_t *length);

/* i < count. */
int64_t column_get(const struct column *column, uint32_t i);
/* Values [first, first + count). */
void column_read(const struct column *column, uint32_t first, uint32_t count, int64_t *values);

#endif
