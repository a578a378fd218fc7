#include "term_forms.h"

#include <stdlib.h>
#include <string.h>

/* Of a form by its old number. */
struct form_tally {
    uint64_t cf;
    uint32_t next_doc; /* one more than the document it occurred in last */
    uint32_t number;   /* the new one */
    struct form_counts counts;
    const struct form *name;
};

static int compare_tallies(const void *a, const void *b, void *context)
{
    const struct form_tally *tallies = context, *x = tallies + *(const uint32_t *)a, *y = tallies + *(const uint32_t *)b;
    if (x->cf != y->cf) return x->cf > y->cf ? -1 : 1;
    const struct form *p = x->name, *q = y->name;
    int order = memcmp(p->bytes, q->bytes, p->length < q->length ? p->length : q->length);
    return order ? order : (p->length > q->length) - (p->length < q->length);
}

/* Whether the form is the term itself. */
static bool form_is_term(const struct form *form, const uint8_t *term, uint32_t term_length)
{
    return form->length == term_length && memcmp(form->bytes, term, term_length) == 0;
}

static struct form_tally *tallies_of(const struct term_forms *forms)
{
    return (struct form_tally *)(void *)forms->tallies.bytes;
}

bool term_forms_begin(struct term_forms *forms, const struct term_postings *postings)
{
    forms->count = 0;
    forms->renumbers = false;
    buffer_clear(&forms->forms);
    buffer_clear(&forms->tallies);
    buffer_clear(&forms->order);
    if (!postings->forms && (!postings->source || postings->form_count == 1)) return true;
    struct form_tally *tallies = (void *)buffer_extend(&forms->tallies, postings->form_count * sizeof *tallies);
    if (!tallies) return false;
    for (uint32_t i = 0; i < postings->form_count; i++) tallies[i] = (struct form_tally){.name = &postings->form_names[i]};
    return true;
}

void term_forms_count(struct term_forms *forms, const struct term_postings *postings, const struct term_piece *piece,
                      title_length_of *title_length, void *context)
{
    struct form_tally *tallies = tallies_of(forms);
    const uint32_t *position = piece->positions, *number = piece->forms;
    if (!forms->tallies.length) return;
    for (uint32_t i = piece->first; i < piece->end; i++) {
        uint32_t doc = postings->docs[i], in_title = title_length(context, doc);
        for (const uint32_t *end = position + postings->tfs[i]; position < end; position++, number++) {
            struct form_tally *tally = &tallies[*number];
            tally->cf++;
            if (tally->next_doc == doc + 1) continue;
            tally->next_doc = doc + 1;
            tally->counts.df++;
            tally->counts.title_df += *position < in_title; /* its first in the document */
        }
    }
}

bool term_forms_finish(struct term_forms *forms, const uint8_t *term, uint32_t term_length)
{
    struct form_tally *tallies = tallies_of(forms);
    uint32_t old_count = (uint32_t)(forms->tallies.length / sizeof *tallies), kept = 0;
    if (!old_count) return true;
    uint32_t *order = (void *)buffer_extend(&forms->order, old_count * sizeof *order);
    if (!order) return false;
    for (uint32_t i = 0; i < old_count; i++)
        if (tallies[i].cf) order[kept++] = i;
    qsort_r(order, kept, sizeof *order, compare_tallies, tallies);
    for (uint32_t i = 0; i < kept; i++) {
        struct form_tally *tally = &tallies[order[i]];
        struct form form = {tally->name->bytes, tally->name->length, tally->counts};
        tally->number = i;
        forms->renumbers |= order[i] != i;
        buffer_append(&forms->forms, &form, sizeof form);
    }
    if (kept == 1 && form_is_term(tallies[order[0]].name, term, term_length)) kept = 0;
    forms->count = kept;
    return !forms->forms.failed;
}

void term_forms_renumber(const struct term_forms *forms, const struct term_piece *piece)
{
    const struct form_tally *tallies = tallies_of(forms);
    for (uint64_t i = 0; forms->renumbers && i < piece->count; i++) piece->forms[i] = tallies[piece->forms[i]].number;
}

bool term_forms_make(struct term_forms *forms, const uint8_t *term, uint32_t term_length, const struct term_postings *postings,
                     title_length_of *title_length, void *context)
{
    const struct term_piece all = {0, postings->df, postings->positions, postings->forms, postings->position_count};
    if (!term_forms_begin(forms, postings)) return false;
    term_forms_count(forms, postings, &all, title_length, context);
    if (!term_forms_finish(forms, term, term_length)) return false;
    term_forms_renumber(forms, &all);
    return true;
}

void term_forms_free(struct term_forms *forms)
{
    buffer_free(&forms->forms);
    buffer_free(&forms->tallies);
    buffer_free(&forms->order);
}
