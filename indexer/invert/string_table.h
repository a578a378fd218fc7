/*
 * Numbers distinct byte strings 0, 1, 2, ... in the order they are first seen.
 *
 * Most look-ups are of words seen before, and what they cost is waiting for memory. So a slot holds a part of the hash beside the
 * number, and an entry holds a short string itself: two cache lines a look-up, both of which string_table_prefetch can ask for
 * ahead of time.
 */
#ifndef INVERT_STRING_TABLE_H
#define INVERT_STRING_TABLE_H

#include "buffer.h"
#include "hash.h"
#include "short_bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum { STRING_INLINE = 28 };

/* A string of up to STRING_INLINE bytes, then zeros; of a longer one its offset in `text` (u64). */
struct string_entry {
    uint32_t length;
    uint8_t bytes[STRING_INLINE];
};

struct string_slot {
    uint32_t tag;    /* the high half of the hash */
    uint32_t number; /* UINT32_MAX: the slot is empty */
};

struct string_table {
    struct string_slot *slots; /* open addressing */
    uint32_t slot_count;       /* a power of two, or 0 */
    uint32_t count;
    struct buffer entries;     /* struct string_entry, by number */
    struct buffer text;        /* the long strings */
};

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
    const struct string_entry *entries = (const struct string_entry *)(const void *)table->entries.bytes;
    uint32_t mask = table->slot_count - 1, tag = (uint32_t)(hash >> 32), at = (uint32_t)hash & mask;
    for (; table->slots[at].number != UINT32_MAX; at = (at + 1) & mask) {
        if (table->slots[at].tag != tag) continue;
        const struct string_entry *entry = &entries[table->slots[at].number];
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

/* Returns the number that it most probably will be, or UINT32_MAX. */
static inline uint32_t string_table_prefetch_entry(const struct string_table *table, uint64_t hash)
{
    if (!table->slot_count) return UINT32_MAX;
    const struct string_slot *slot = &table->slots[(uint32_t)hash & (table->slot_count - 1)];
    if (slot->number == UINT32_MAX) return UINT32_MAX;
    const uint8_t *entry = table->entries.bytes + slot->number * sizeof(struct string_entry);
    __builtin_prefetch(entry);
    __builtin_prefetch(entry + sizeof(struct string_entry) - 1); /* which may be in the line after: malloc aligns by 16 */
    return slot->number;
}

/* Borrowed until the next string is added. */
const uint8_t *string_table_get(const struct string_table *table, uint32_t number, uint32_t *length);

/* Bytes of memory it takes. */
size_t string_table_memory(const struct string_table *table);
void string_table_clear(struct string_table *table);
void string_table_free(struct string_table *table);

#endif
