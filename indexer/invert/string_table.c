#include "string_table.h"

#include "bytes.h"
#include "hash.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 1024 };

static bool string_table_grow(struct string_table *table)
{
    uint32_t slot_count = table->slot_count ? table->slot_count * 2 : FIRST_SLOTS;
    if (!slot_count) return false;
    void *slots = malloc(slot_count * sizeof *table->slots);
    if (!slots) return false;
    memset(slots, 0xff, slot_count * sizeof *table->slots);
    free(table->slots);
    table->slots = slots;
    table->slot_count = slot_count;
    for (uint32_t number = 0; number < table->count; number++) {
        uint32_t length;
        const uint8_t *string = string_table_get(table, number, &length);
        uint64_t hash = hash_bytes(string, length);
        uint32_t at = (uint32_t)hash & (slot_count - 1);
        while (table->slots[at].number != UINT32_MAX) at = (at + 1) & (slot_count - 1);
        table->slots[at].tag = (uint32_t)(hash >> 32);
        table->slots[at].number = number;
    }
    return true;
}

const uint8_t *string_table_get(const struct string_table *table, uint32_t number, uint32_t *length)
{
    uint32_t start = load_u32(table->starts.bytes + 4 * (size_t)number);
    *length = load_u32(table->starts.bytes + 4 * (size_t)number + 4) - start;
    return table->text.bytes + start;
}

bool string_table_number(struct string_table *table, const void *string, uint32_t length, uint32_t *number, bool *is_new)
{
    if (table->count >= table->slot_count / 2 && !string_table_grow(table)) return false;
    uint64_t hash = hash_bytes(string, length);
    uint32_t mask = table->slot_count - 1, tag = (uint32_t)(hash >> 32), at = (uint32_t)hash & mask;
    for (; table->slots[at].number != UINT32_MAX; at = (at + 1) & mask) {
        if (table->slots[at].tag != tag) continue;
        uint32_t other_length;
        const uint8_t *other = string_table_get(table, table->slots[at].number, &other_length);
        if (other_length == length && (length == 0 || memcmp(other, string, length) == 0)) {
            *number = table->slots[at].number;
            *is_new = false;
            return true;
        }
    }
    if (table->text.length + length > UINT32_MAX) return false;
    if (!table->starts.length) buffer_append_u32(&table->starts, 0);
    buffer_append(&table->text, string, length);
    buffer_append_u32(&table->starts, (uint32_t)table->text.length);
    if (table->text.failed || table->starts.failed) return false;
    table->slots[at].tag = tag;
    table->slots[at].number = table->count;
    *number = table->count++;
    *is_new = true;
    return true;
}

size_t string_table_memory(const struct string_table *table)
{
    return table->slot_count * sizeof *table->slots + table->text.room + table->starts.room;
}

void string_table_free(struct string_table *table)
{
    free(table->slots);
    buffer_free(&table->text);
    buffer_free(&table->starts);
    *table = (struct string_table){0};
}
