/*
 * The forms of terms (form_list.h) while articles are inverted, but for each term's first, number 0: the term itself. Most terms
 * have no other, and cost four bytes at most here.
 */
#ifndef INVERT_INVERTED_FORMS_H
#define INVERT_INVERTED_FORMS_H

#include "form_list.h"
#include "string_table.h"

/* `{0}` is ready for use. */
struct inverted_forms {
    struct string_table table; /* number of the term (u32), form */
    struct buffer numbers;     /* u32: of each in the table, among those of its term */
    struct buffer counts;      /* u32: by term, how many it has */
    struct buffer starts;      /* u32: by term, where its own begin in `gathered`; made by inverted_forms_gather */
    struct buffer gathered;    /* u32: numbers in the table, by term, then by number */
    struct buffer forms;       /* struct form: of the term asked for last */
};

/* The number of a form that is not the term itself, new or old: 1, 2, ... False: memory was refused. */
bool inverted_forms_number(struct inverted_forms *forms, uint32_t term, const uint8_t *form, uint32_t length, uint32_t *number);

/* To be called before inverted_forms_of, after the last form was numbered. */
bool inverted_forms_gather(struct inverted_forms *forms);

/* All forms of a term, `itself` first; lives until the next call. NULL: there is no other. */
bool inverted_forms_of(struct inverted_forms *forms, uint32_t term, struct form itself, const struct form **result,
                       uint32_t *count);

/* Asks for the memory that inverted_forms_of will want of a term. */
void inverted_forms_ask(const struct inverted_forms *forms, uint32_t term);

size_t inverted_forms_memory(const struct inverted_forms *forms);
void inverted_forms_free(struct inverted_forms *forms);

#endif
