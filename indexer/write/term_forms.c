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

static void count_occurrences(struct form_tally *tallies, const struct term_postings *postings, title_length_of *title_length,
                              void *context)
{
    const uint32_t *position = postings->positions, *number = postings->forms;
    for (uint32_t i = 0; i < postings->df; i++) {
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

/* Whether the form is the term itself. */
static bool form_is_term(const struct form *form, const uint8_t *term, uint32_t term_length)
{
    return form->length == term_length && memcmp(form->bytes, term, term_length) == 0;
}

bool term_forms_make(struct term_forms *forms, const uint8_t *term, uint32_t term_length, const struct term_postings *postings,
                     title_length_of *title_length, void *context)
{
    forms->count = 0;
    buffer_clear(&forms->forms);
    buffer_clear(&forms->tallies);
    buffer_clear(&forms->order);
    if (!postings->forms) return true;
    uint32_t old_count = postings->form_count;
    struct form_tally *tallies = (void *)buffer_extend(&forms->tallies, old_count * sizeof *tallies);
    uint32_t *order = (void *)buffer_extend(&forms->order, old_count * sizeof *order), kept = 0;
    if (!tallies || !order) return false;
    for (uint32_t i = 0; i < old_count; i++) tallies[i] = (struct form_tally){.name = &postings->form_names[i]};
    count_occurrences(tallies, postings, title_length, context);
    for (uint32_t i = 0; i < old_count; i++)
        if (tallies[i].cf) order[kept++] = i;
    qsort_r(order, kept, sizeof *order, compare_tallies, tallies);
    bool same = true;
    for (uint32_t i = 0; i < kept; i++) {
        struct form_tally *tally = &tallies[order[i]];
        struct form form = {tally->name->bytes, tally->name->length, tally->counts};
        tally->number = i;
        same &= order[i] == i;
        buffer_append(&forms->forms, &form, sizeof form);
    }
    if (kept == 1 && form_is_term(tallies[order[0]].name, term, term_length)) kept = 0;
    forms->count = kept;
    for (uint64_t i = 0; !same && i < postings->position_count; i++) postings->forms[i] = tallies[postings->forms[i]].number;
    return !forms->forms.failed;
}

void term_forms_free(struct term_forms *forms)
{
    buffer_free(&forms->forms);
    buffer_free(&forms->tallies);
    buffer_free(&forms->order);
}
