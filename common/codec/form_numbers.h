/*
 * Which form of its term stood at each position of a position group (form_list.h): numbers in patched frames of 128 (pfor.h),
 * found by how many positions are before. They stand in front of the positions in the groups of a list whose term has several
 * forms, and who wants only the positions passes over them. Part of a posting list; no version of its own.
 */
#ifndef CODEC_FORM_NUMBERS_H
#define CODEC_FORM_NUMBERS_H

#include "buffer.h"

#include <stdint.h>

/* Appends the number of each of `count` positions. */
void form_numbers_encode(const uint32_t *numbers, uint64_t count, struct buffer *out);

/* The numbers of a group; borrows its bytes. */
struct form_numbers {
    uint64_t count;
    const uint8_t *headers, *bodies, *end; /* NULL: all are 0, and there may be any number of them */
};

/* Those with which the group begins; they take its first *taken bytes. 64 readable bytes follow the group. */
const char *form_numbers_open(const uint8_t *bytes, size_t length, struct form_numbers *numbers, size_t *taken);

/* Those of the `wanted` positions after `before` others. */
const char *form_numbers_read(const struct form_numbers *numbers, uint64_t before, uint32_t wanted, uint32_t *values);

#endif
