#include "form_union.h"

#include "bytes.h"
#include "form_list.h"
#include "status.h"

#include <string.h>

void form_union_clear(struct form_union *forms)
{
    if (forms->table.count) string_table_clear(&forms->table);
    buffer_clear(&forms->numbers);
}

bf_status form_union_source(struct form_union *forms, struct posting_cursor *cursor, const uint8_t *term, uint32_t term_length,
                            bf_error *error)
{
    const uint8_t *bytes;
    size_t length;
    struct form_reader reader;
    bool more = true, is_new;
    buffer_clear(&forms->mapping);
    bf_status status = posting_cursor_form_list(cursor, &bytes, &length, error);
    if (status != BF_OK) return status;
    const char *rule = form_reader_open(&reader, bytes, length, term, term_length, cursor->df >= FORMS_COUNTED_DF);
    while (!rule && !(rule = form_reader_next(&reader, &more)) && more) {
        uint32_t number = 0;
        if (reader.form_length != term_length || memcmp(reader.form, term, term_length) != 0) {
            if (!string_table_number(&forms->table, reader.form, reader.form_length, &number, &is_new)) return fail_memory(error);
            number++;
        }
        buffer_append_u32(&forms->mapping, number);
    }
    if (rule) return segment_corrupt(cursor->segment, "postings", rule, error);
    return forms->mapping.failed ? fail_memory(error) : BF_OK;
}

bf_status form_union_posting(struct form_union *forms, struct posting_cursor *cursor, bf_error *error)
{
    uint32_t tf = posting_cursor_tf(cursor), form_count = (uint32_t)(forms->mapping.length / sizeof(uint32_t));
    uint32_t *numbers = (uint32_t *)(void *)buffer_extend(&forms->numbers, tf * sizeof *numbers);
    if (!numbers) return fail_memory(error);
    bf_status status = posting_cursor_forms(cursor, form_count, numbers, error);
    const uint32_t *mapping = (const uint32_t *)(const void *)forms->mapping.bytes;
    for (uint32_t i = 0; status == BF_OK && i < tf; i++) numbers[i] = mapping[numbers[i]];
    return status;
}

bool form_union_names(struct form_union *forms, struct form itself, const struct form **result, uint32_t *count)
{
    buffer_clear(&forms->forms);
    buffer_append(&forms->forms, &itself, sizeof itself);
    for (uint32_t i = 0; i < forms->table.count; i++) {
        struct form form = {0};
        form.bytes = string_table_get(&forms->table, i, &form.length);
        buffer_append(&forms->forms, &form, sizeof form);
    }
    *result = (const struct form *)(const void *)forms->forms.bytes;
    *count = forms->table.count + 1;
    return !forms->forms.failed;
}

void form_union_free(struct form_union *forms)
{
    string_table_free(&forms->table);
    buffer_free(&forms->mapping);
    buffer_free(&forms->numbers);
    buffer_free(&forms->forms);
}
