#include "tally_forms.h"

#include "status.h"

#include <string.h>

static bool tally_add(struct tally_forms *tally, const uint8_t *form, uint32_t length, struct form_counts counts)
{
    uint32_t number;
    bool is_new;
    if (!string_table_number(&tally->table, form, length, &number, &is_new)) return false;
    if (is_new) buffer_append(&tally->forms, &(struct form){0}, sizeof(struct form));
    if (tally->forms.failed) return false;
    struct form *sum = (struct form *)(void *)tally->forms.bytes + number;
    sum->counts.df += counts.df;
    sum->counts.title_df += counts.title_df;
    return true;
}

/* Adds what the articles hold. A term without a list of forms occurs only as itself. */
static bool tally_add_made(struct tally_forms *tally, const uint8_t *term, uint32_t term_length,
                           const struct term_postings *postings, title_length_of *title_length, void *context)
{
    if (!term_forms_make(&tally->made, term, term_length, postings, title_length, context)) return false;
    for (uint32_t i = 0; i < tally->made.count; i++) {
        const struct form *form = term_form(&tally->made, i);
        if (!tally_add(tally, form->bytes, form->length, form->counts)) return false;
    }
    if (tally->made.count) return true;
    struct form_counts counts = {.df = postings->df};
    const uint32_t *positions = postings->positions;
    for (uint32_t i = 0; i < postings->df; positions += postings->tfs[i++])
        counts.title_df += positions[0] < title_length(context, postings->docs[i]);
    return tally_add(tally, term, term_length, counts);
}

const char *tally_forms_add(struct tally_forms *tally, const uint8_t *term, uint32_t term_length, const uint8_t *value,
                            size_t length, const struct term_postings *postings, title_length_of *title_length, void *context,
                            const struct form **forms, uint32_t *count)
{
    struct adjusted_form_reader reader;
    bool more = true;
    *forms = NULL;
    *count = 0;
    if (!postings->forms) { /* most terms: nothing to say, unless there was before */
        const char *rule = adjusted_form_open(&reader, value, length, term, term_length);
        if (rule || length == 0 || reader.only_term) return rule;
    }
    string_table_clear(&tally->table);
    buffer_clear(&tally->forms);
    const char *rule = adjusted_form_open(&reader, value, length, term, term_length);
    while (!rule && !(rule = adjusted_form_next(&reader, &more)) && more)
        if (!tally_add(tally, reader.form, reader.form_length, reader.taken)) return memory_rule;
    if (rule) return rule;
    if (!tally_add_made(tally, term, term_length, postings, title_length, context)) return memory_rule;
    struct form *all = (struct form *)(void *)tally->forms.bytes;
    for (uint32_t i = 0; i < tally->table.count; i++) all[i].bytes = string_table_get(&tally->table, i, &all[i].length);
    *forms = all;
    *count = tally->table.count;
    if (*count == 1 && all[0].length == term_length && memcmp(all[0].bytes, term, term_length) == 0) *count = 0;
    return NULL;
}

void tally_forms_free(struct tally_forms *tally)
{
    term_forms_free(&tally->made);
    string_table_free(&tally->table);
    buffer_free(&tally->forms);
}
