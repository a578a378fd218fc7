/* The positions of a group of consecutive postings: for each posting tf strictly ascending word numbers, kept as the first of
 * them and then gaps, in patched frames of 128 (pfor.h). Behind them, where not all are 0, the number of the form that stood at
 * each position (form_list.h), in frames too: who wants only the positions reads only those. */
#ifndef CODEC_POSITION_GROUP_H
#define CODEC_POSITION_GROUP_H

#include "buffer.h"

#include <stdint.h>

/* `positions`: those of the first posting, ascending, then of the second, and so on, `count` in all; `tfs` says how many
 * each of the `posting_count` postings has. `forms`: the number of the form at each, or NULL: all are 0. */
void position_group_encode(const uint32_t *positions, const uint32_t *forms, uint64_t count, const uint32_t *tfs,
                           uint32_t posting_count, struct buffer *out);

/* Decodes `tf` positions of one posting, which come after `before` positions of the group's earlier postings. Touches
 * only the runs that hold them. The record needs POSTING_SLACK readable bytes after it. */
const char *position_group_decode(const uint8_t *bytes, size_t length, uint64_t before, uint32_t tf, uint32_t *positions);

/* The numbers of the forms in a group; borrows its bytes. */
struct position_forms {
    uint64_t count;
    const uint8_t *headers, *bodies, *end; /* NULL: all are 0 */
};

const char *position_forms_open(const uint8_t *bytes, size_t length, struct position_forms *forms);

/* Those of the `tf` positions after `before` others. */
const char *position_forms_decode(const struct position_forms *forms, uint64_t before, uint32_t tf, uint32_t *numbers);

/* How many positions the record holds in all, as it says. */
const char *position_group_count(const uint8_t *bytes, size_t length, uint64_t *count);

/* Bytes the record takes, as its headers say. */
const char *position_group_length(const uint8_t *bytes, size_t available, size_t *length);

#endif
