/*
 * Words near each other each take a place of their own. Where one of them can stand only where another can too (the same word
 * again, a form of it, a term that begins as another says), a stretch must have places for both. What the words of a query can
 * stand at either lies within what another can or has nothing in common with it, and for such sets Hall's theorem (1935) says that
 * all can be placed if each set has as many places as there are words confined to it: its need.
 */
#include "query_build.h"

#include <stdlib.h>
#include <string.h>

static int compare_bytes(const char *a, uint32_t a_length, const char *b, uint32_t b_length)
{
    int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
    return order ? order : a_length < b_length ? -1 : a_length > b_length;
}

/* By term, what stands for many before what is one, any form before one; the same words in the order of the query. */
static int compare_terms(const void *a, const void *b)
{
    const struct query_term *x = *(struct query_term *const *)a, *y = *(struct query_term *const *)b;
    int order = compare_bytes(x->term, x->term_length, y->term, y->term_length);
    if (order == 0) order = (int)y->prefix - (int)x->prefix;
    if (order == 0) order = (int)(x->form != NULL) - (int)(y->form != NULL);
    if (order == 0 && x->form) order = compare_bytes(x->form, x->form_length, y->form, y->form_length);
    return order ? order : x < y ? -1 : x > y;
}

/* Whether whatever `part` can stand at, `whole` can too. */
static bool is_within(const struct query_term *part, const struct query_term *whole)
{
    if (whole->prefix)
        return part->term_length >= whole->term_length && memcmp(part->term, whole->term, whole->term_length) == 0;
    if (part->prefix || part->term_length != whole->term_length || memcmp(part->term, whole->term, part->term_length) != 0)
        return false;
    return !whole->form || (part->form && part->form_length == whole->form_length &&
                            memcmp(part->form, whole->form, part->form_length) == 0);
}

bool query_near_needs(struct query_term *terms, uint32_t count)
{
    struct query_term **order = malloc(count * sizeof *order);
    if (!order) return false;
    for (uint32_t i = 0; i < count; i++) order[i] = &terms[i];
    qsort(order, count, sizeof *order, compare_terms);
    for (uint32_t i = 0; i < count; i++) { /* what lies within a word comes right behind it */
        bool same = i > 0 && is_within(order[i], order[i - 1]) && is_within(order[i - 1], order[i]);
        order[i]->need = !same;
        for (uint32_t j = i + 1; !same && j < count && is_within(order[j], order[i]); j++) order[i]->need++;
    }
    free(order);
    return true;
}
