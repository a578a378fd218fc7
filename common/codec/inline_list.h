/* A list of a few postings, positions and all, small enough to live inside the term dictionary. */
#ifndef CODEC_INLINE_LIST_H
#define CODEC_INLINE_LIST_H

#include "buffer.h"
#include "form_list.h"

#include <stdint.h>

enum {
    INLINE_POSTINGS_MAX = 4,  /* postings an inline list can have */
    INLINE_POSITIONS_MAX = 16, /* positions of all its postings together */
};

struct inline_list {
    uint32_t df;
    uint32_t docs[INLINE_POSTINGS_MAX], tfs[INLINE_POSTINGS_MAX];
    uint32_t positions[INLINE_POSITIONS_MAX]; /* of the first posting, then of the second, ... ascending in each */
    const uint8_t *forms;                     /* their list without counts (form_list.h), borrowed */
    uint32_t forms_length;                    /* 0: there is none */
    uint32_t form_count;                      /* 1 without a list */
    uint32_t form_numbers[INLINE_POSITIONS_MAX]; /* of each position, below form_count */
};

/* df <= INLINE_POSTINGS_MAX, sum of tfs <= INLINE_POSITIONS_MAX. form_count 0 is 1. */
void inline_list_encode(const struct inline_list *list, struct buffer *out);

/* `df` as the dictionary entry says. */
const char *inline_list_decode(const uint8_t *bytes, size_t length, uint32_t df, uint32_t doc_count, struct inline_list *list);

#endif
