/*
 * What is done for 256 documents at a time, an instruction set a file. All give the same results; the scalar one is the
 * reference.
 *
 * `sums` are upper bounds of scores as integers, one a document of a page; they stay below 2^16 (cells.c).
 */
#ifndef RANK_PAGE_KERNEL_H
#define RANK_PAGE_KERNEL_H

#include <stdint.h>

enum { KERNEL_PAGE = 256, KERNEL_CELLS = 16 }; /* documents a page, cells of 16 documents */

struct page_kernel {
    /* Adds to the sum of each document in the set the weight of its cell. */
    void (*add)(uint16_t sums[KERNEL_PAGE], const uint64_t set[4], const uint16_t weights[KERNEL_CELLS]);
    /* The set of documents whose sum is at least `least`. */
    void (*select)(const uint16_t sums[KERNEL_PAGE], uint16_t least, uint64_t set[4]);
    /* How many are in the set. */
    uint32_t (*count)(const uint64_t set[4]);
};

extern const struct page_kernel page_kernel_scalar;
#if defined(__x86_64__)
extern const struct page_kernel page_kernel_avx2;
extern const struct page_kernel page_kernel_avx512;
#endif

/* The one for this processor. */
const struct page_kernel *page_kernel(void);

#endif
