/* Numbers distinct byte strings 0, 1, 2, ... in the order they are first seen. Open addressing, a 32-bit part of the hash beside each number. */
#ifndef INVERT_STRING_TABLE_H
#define INVERT_STRING_TABLE_H

#include "buffer.h"

#include <stdbool.h>
#include <stdint.h>

struct string_table {
    struct { uint32_t tag, number; } *slots; /* number is UINT32_MAX in an empty slot */
    uint32_t slot_count;                     /* a power of two, or 0 */
    uint32_t count;
    struct buffer text;                      /* all strings, one after the other */
    struct buffer starts;                    /* u32 each, count + 1 of them */
};

/* The number of the string, new or old. False: memory refused, or 4 GiB of text reached. */
bool string_table_number(struct string_table *table, const void *string, uint32_t length, uint32_t *number, bool *is_new);

/* Borrowed until the next string is added. */
const uint8_t *string_table_get(const struct string_table *table, uint32_t number, uint32_t *length);

/* Bytes of memory it takes. */
size_t string_table_memory(const struct string_table *table);

/* Leaves an empty table. */
void string_table_free(struct string_table *table);

#endif
