#include "string_table.h"

#include "bytes.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 1024 };

const uint8_t *string_table_get(const struct string_table *table, uint32_t number, uint32_t *length)
{
    const struct string_entry *entry = string_table_entry(table, number);
    *length = entry->length;
    return entry->length <= STRING_INLINE ? entry->bytes : table->text.bytes + load_u64(entry->bytes);
}

static bool string_table_grow(struct string_table *table)
{
    uint32_t slot_count = table->slot_count ? table->slot_count * 2 : FIRST_SLOTS;
    if (!slot_count) return false;
    struct string_slot *slots = malloc(slot_count * sizeof *slots);
    if (!slots) return false;
    memset(slots, 0xff, slot_count * sizeof *slots);
    for (uint32_t i = 0; i < table->slot_count; i++) {
        if (table->slots[i].number == UINT32_MAX) continue;
        uint32_t at = table->slots[i].tag & (slot_count - 1);
        while (slots[at].number != UINT32_MAX) at = (at + 1) & (slot_count - 1);
        slots[at] = table->slots[i];
    }
    free(table->slots);
    table->slots = slots;
    table->slot_count = slot_count;
    return true;
}

/* Words are short, and a call of memcmp takes longer than they do. */
static inline bool same_bytes(const uint8_t *a, const uint8_t *b, uint32_t length)
{
    if (length > 16) return memcmp(a, b, length) == 0;
    if (length >= 8) return load_u64(a) == load_u64(b) && load_u64(a + length - 8) == load_u64(b + length - 8);
    if (length >= 4) return load_u32(a) == load_u32(b) && load_u32(a + length - 4) == load_u32(b + length - 4);
    if (length >= 2) return load_u16(a) == load_u16(b) && a[length - 1] == b[length - 1];
    return length == 0 || *a == *b;
}

static inline bool entry_is(const struct string_table *table, uint32_t number, const void *string, uint32_t length)
{
    const struct string_entry *entry = string_table_entry(table, number);
    if (entry->length != length) return false;
    const uint8_t *bytes = length <= STRING_INLINE ? entry->bytes : table->text.bytes + load_u64(entry->bytes);
    return same_bytes(bytes, string, length);
}

static bool string_table_add(struct string_table *table, const void *string, uint32_t length)
{
    struct string_entry *entry;
    if (!table->count) buffer_append_zeros(&table->entries, STRING_LEAD);
    if (!buffer_extend(&table->entries, sizeof *entry) || table->count >= INT32_MAX) return false;
    entry = string_table_entry(table, table->count);
    *entry = (struct string_entry){.length = length};
    if (length <= STRING_INLINE) {
        if (length) memcpy(entry->bytes, string, length);
        return true;
    }
    store_u64(entry->bytes, table->text.length);
    buffer_append(&table->text, string, length);
    return !table->text.failed;
}

uint32_t string_table_find(const struct string_table *table, const void *string, uint32_t length, uint64_t hash)
{
    if (!table->slot_count) return UINT32_MAX;
    uint32_t mask = table->slot_count - 1, tag = (uint32_t)hash, at = tag & mask;
    for (; table->slots[at].number != UINT32_MAX; at = (at + 1) & mask)
        if (table->slots[at].tag == tag && entry_is(table, table->slots[at].number, string, length))
            return table->slots[at].number;
    return UINT32_MAX;
}

bool string_table_number_hashed(struct string_table *table, const void *string, uint32_t length, uint64_t hash, uint32_t *number,
                                bool *is_new)
{
    if (table->count >= table->slot_count / 2 && !string_table_grow(table)) return false;
    uint32_t mask = table->slot_count - 1, tag = (uint32_t)hash, at = tag & mask;
    for (; table->slots[at].number != UINT32_MAX; at = (at + 1) & mask) {
        if (table->slots[at].tag != tag || !entry_is(table, table->slots[at].number, string, length)) continue;
        *number = table->slots[at].number;
        *is_new = false;
        return true;
    }
    if (!string_table_add(table, string, length)) return false;
    table->slots[at] = (struct string_slot){tag, table->count};
    *number = table->count++;
    *is_new = true;
    return true;
}

size_t string_table_memory(const struct string_table *table)
{
    return table->slot_count * sizeof *table->slots + table->text.room + table->entries.room;
}

void string_table_clear(struct string_table *table)
{
    if (table->slots) memset(table->slots, 0xff, table->slot_count * sizeof *table->slots);
    table->count = 0;
    buffer_clear(&table->text);
    buffer_clear(&table->entries);
}

void string_table_free(struct string_table *table)
{
    free(table->slots);
    buffer_free(&table->text);
    buffer_free(&table->entries);
    *table = (struct string_table){0};
}
