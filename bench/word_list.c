#include "word_list.h"

#include "hash.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 1 << 12 };

struct word_entry {
    size_t offset;
    uint32_t length, tag; /* half of the hash: most comparisons end there */
};

static const struct word_entry *entry_of(const struct word_list *list, uint32_t number)
{
    return (const struct word_entry *)(const void *)list->entries.bytes + number;
}

bf_text word_list_get(const struct word_list *list, uint32_t number)
{
    const struct word_entry *entry = entry_of(list, number);
    return (bf_text){(const char *)list->text.bytes + entry->offset, entry->length};
}

/* The slot that holds the word, or the empty one it would go to. */
static size_t word_slot(const struct word_list *list, const char *word, size_t length, uint32_t tag)
{
    size_t at = (size_t)tag & (list->slot_count - 1);
    for (; list->slots[at] != WORD_NONE; at = (at + 1) & (list->slot_count - 1)) {
        const struct word_entry *entry = entry_of(list, list->slots[at]);
        if (entry->tag == tag && entry->length == length &&
            memcmp(list->text.bytes + entry->offset, word, length) == 0) break;
    }
    return at;
}

static uint32_t word_tag(const char *word, size_t length) { return (uint32_t)hash_bytes(word, length); }

static bool word_list_grow(struct word_list *list)
{
    const size_t slot_count = list->slot_count ? 2 * list->slot_count : FIRST_SLOTS;
    uint32_t *slots = malloc(slot_count * sizeof *slots);
    if (!slots) return false;
    memset(slots, 0xff, slot_count * sizeof *slots);
    for (uint32_t number = 0; number < list->count; number++) {
        size_t at = (size_t)entry_of(list, number)->tag & (slot_count - 1);
        while (slots[at] != WORD_NONE) at = (at + 1) & (slot_count - 1);
        slots[at] = number;
    }
    free(list->slots);
    list->slots = slots;
    list->slot_count = slot_count;
    return true;
}

uint32_t word_list_add(struct word_list *list, const char *word, size_t length)
{
    if (list->count >= list->slot_count / 2 && (list->count >= WORD_NONE / 2 || !word_list_grow(list))) return WORD_NONE;
    const uint32_t tag = word_tag(word, length);
    const size_t at = word_slot(list, word, length, tag);
    if (list->slots[at] != WORD_NONE) return list->slots[at];
    const struct word_entry entry = {.offset = list->text.length, .length = (uint32_t)length, .tag = tag};
    buffer_append(&list->text, word, length);
    buffer_append(&list->entries, &entry, sizeof entry);
    if (list->text.failed || list->entries.failed) return WORD_NONE;
    list->slots[at] = list->count;
    return list->count++;
}

uint32_t word_list_find(const struct word_list *list, const char *word, size_t length)
{
    return list->slot_count ? list->slots[word_slot(list, word, length, word_tag(word, length))] : WORD_NONE;
}

void word_list_free(struct word_list *list)
{
    free(list->slots);
    buffer_free(&list->text);
    buffer_free(&list->entries);
    *list = (struct word_list){0};
}
