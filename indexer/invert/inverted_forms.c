#include "inverted_forms.h"

#include "bytes.h"

#include <string.h>

static uint32_t value_at(const struct buffer *values, uint32_t i) { return load_u32(values->bytes + 4 * (size_t)i); }

static bool counts_reach(struct inverted_forms *forms, uint32_t term)
{
    size_t wanted = 4 * ((size_t)term + 1);
    if (forms->counts.length < wanted) buffer_append_zeros(&forms->counts, wanted - forms->counts.length);
    return !forms->counts.failed;
}

bool inverted_forms_number(struct inverted_forms *forms, uint32_t term, const uint8_t *form, uint32_t length, uint32_t *number)
{
    uint8_t key[4 + FORM_MAX];
    uint32_t entry;
    bool is_new;
    store_u32(key, term);
    memcpy(key + 4, form, length);
    if (!string_table_number(&forms->table, key, length + 4, &entry, &is_new)) return false;
    if (is_new) {
        if (!counts_reach(forms, term)) return false;
        uint8_t *count = forms->counts.bytes + 4 * (size_t)term;
        store_u32(count, load_u32(count) + 1);
        buffer_append_u32(&forms->numbers, load_u32(count));
        if (forms->numbers.failed) return false;
    }
    *number = value_at(&forms->numbers, entry);
    return true;
}

bool inverted_forms_gather(struct inverted_forms *forms)
{
    uint32_t sum = 0;
    buffer_clear(&forms->starts);
    buffer_clear(&forms->gathered);
    for (uint32_t term = 0; term < forms->counts.length / 4; term++) {
        buffer_append_u32(&forms->starts, sum);
        sum += value_at(&forms->counts, term);
    }
    if (sum > 0 && !buffer_extend(&forms->gathered, 4 * (size_t)sum)) return false;
    if (forms->starts.failed) return false;
    for (uint32_t entry = 0; entry < sum; entry++) {
        uint32_t length;
        const uint8_t *key = string_table_get(&forms->table, entry, &length);
        uint32_t place = value_at(&forms->starts, load_u32(key)) + value_at(&forms->numbers, entry) - 1;
        store_u32(forms->gathered.bytes + 4 * (size_t)place, entry);
    }
    return true;
}

bool inverted_forms_of(struct inverted_forms *forms, uint32_t term, struct form itself, const struct form **result,
                       uint32_t *count)
{
    uint32_t others = term < forms->counts.length / 4 ? value_at(&forms->counts, term) : 0;
    *result = NULL;
    *count = 1;
    if (!others) return true;
    buffer_clear(&forms->forms);
    buffer_append(&forms->forms, &itself, sizeof itself);
    for (uint32_t i = 0; i < others; i++) {
        struct form form = {0};
        const uint8_t *key = string_table_get(&forms->table, value_at(&forms->gathered, value_at(&forms->starts, term) + i),
                                              &form.length);
        form.bytes = key + 4;
        form.length -= 4;
        buffer_append(&forms->forms, &form, sizeof form);
    }
    *result = (const struct form *)(const void *)forms->forms.bytes;
    *count = others + 1;
    return !forms->forms.failed;
}

void inverted_forms_ask(const struct inverted_forms *forms, uint32_t term)
{
    __builtin_prefetch(forms->counts.bytes + 4 * (size_t)term);
    __builtin_prefetch(forms->starts.bytes + 4 * (size_t)term);
}

size_t inverted_forms_memory(const struct inverted_forms *forms)
{
    return string_table_memory(&forms->table) + forms->numbers.room + forms->counts.room + forms->starts.room +
           forms->gathered.room + forms->forms.room;
}

void inverted_forms_free(struct inverted_forms *forms)
{
    string_table_free(&forms->table);
    buffer_free(&forms->numbers);
    buffer_free(&forms->counts);
    buffer_free(&forms->starts);
    buffer_free(&forms->gathered);
    buffer_free(&forms->forms);
}
