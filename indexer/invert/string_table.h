/*
 * Numbers distinct byte strings 0, 1, 2, ... in the order they are first seen.
 *
 * Most look-ups are of words seen before, and what they cost is waiting for memory. So a slot holds a part of the hash beside the
 * number, and an entry holds a short string itself, and what the caller keeps of it: two cache lines a look-up, both of which
 * can be asked for ahead of time. Growing needs no string again.
 */
#ifndef INVERT_STRING_TABLE_H
#define INVERT_STRING_TABLE_H

#include "buffer.h"
#include "hash.h"
#include "short_bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    STRING_INLINE = 20,
    /* Bytes before the first entry. The C library begins large pieces of memory 16 bytes behind a page's beginning; so two entries
     * share a cache line, and none is in two. */
    STRING_LEAD = 48,
};

/* A string of up to STRING_INLINE bytes, then zeros; of a longer one its offset in `text` (u64). */
struct string_entry {
    uint32_t length;
    uint8_t bytes[STRING_INLINE];
    uint32_t value[2]; /* the caller's: zeros first */
};

struct string_slot {
    uint32_t tag;    /* the low half of the hash; its lowest bits say where the slot would be were all others empty */
    uint32_t number; /* UINT32_MAX: the slot is empty */
};

struct string_table {
    struct string_slot *slots; /* open addressing */
    uint32_t slot_count;       /* a power of two, or 0 */
    uint32_t count;
    struct buffer entries;     /* STRING_LEAD bytes, then struct string_entry, by number */
    struct buffer text;        /* the long strings */
};

static inline struct string_entry *string_table_entry(const struct string_table *table, uint32_t number)
{
    return (struct string_entry *)(void *)(table->entries.bytes + STRING_LEAD) + number;
}

static inline uint64_t string_table_hash(const void *string, uint32_t length)
{
    return length <= SHORT_MOST ? short_bytes_hash(short_bytes_exactly(string, length), length) : hash_bytes(string, length);
}

/* The number of the string, new or old. False: memory refused, or 2^31 strings reached. */
bool string_table_number_hashed(struct string_table *table, const void *string, uint32_t length, uint64_t hash, uint32_t *number,
                                bool *is_new);

/* The number of a string that is there, or UINT32_MAX. */
uint32_t string_table_find(const struct string_table *table, const void *string, uint32_t length, uint64_t hash);

/* The same of a string of up to SHORT_MOST bytes. */
static inline uint32_t string_table_find_short(const struct string_table *table, struct short_bytes string, uint32_t length,
                                               uint64_t hash)
{
    if (!table->slot_count) return UINT32_MAX;
    uint32_t mask = table->slot_count - 1, tag = (uint32_t)hash, at = tag & mask;
    for (; table->slots[at].number != UINT32_MAX; at = (at + 1) & mask) {
        if (table->slots[at].tag != tag) continue;
        const struct string_entry *entry = string_table_entry(table, table->slots[at].number);
        uint64_t other = (load_u64(entry->bytes) ^ string.first) | (load_u64(entry->bytes + 8) ^ string.second);
        if (!(other | (entry->length ^ length))) return table->slots[at].number;
    }
    return UINT32_MAX;
}

static inline bool string_table_number(struct string_table *table, const void *string, uint32_t length, uint32_t *number,
                                       bool *is_new)
{
    return string_table_number_hashed(table, string, length, string_table_hash(string, length), number, is_new);
}

/* Ask for the memory a look-up will want: first the slot, and once that is there the entry. */
static inline void string_table_prefetch_slot(const struct string_table *table, uint64_t hash)
{
    if (table->slot_count) __builtin_prefetch(&table->slots[(uint32_t)hash & (table->slot_count - 1)]);
}

static inline void string_table_prefetch_entry(const struct string_table *table, uint64_t hash)
{
    if (!table->slot_count) return;
    uint32_t number = table->slots[(uint32_t)hash & (table->slot_count - 1)].number;
    if (number != UINT32_MAX) __builtin_prefetch(string_table_entry(table, number));
}

/* Borrowed until the next string is added. */
const uint8_t *string_table_get(const struct string_table *table, uint32_t number, uint32_t *length);

/* Bytes of memory it takes. */
size_t string_table_memory(const struct string_table *table);
void string_table_clear(struct string_table *table);
void string_table_free(struct string_table *table);

#endif
