/*
 * What is done for 256 documents at a time, an instruction set a file. All give the same results; the scalar one is the
 * reference.
 *
 * `sums` are upper bounds of scores as integers, one a document of a page; they stay below 2^16 (rank_run.h).
 */
#ifndef RANK_PAGE_KERNEL_H
#define RANK_PAGE_KERNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { KERNEL_PAGE = 256, KERNEL_CELLS = 16 }; /* documents a page, cells of 16 documents */

/* Where the bounds of a list's cells are (posting_list.h). */
struct page_cells {
    const uint8_t *grid;
    uint32_t grid_shift, grid_step; /* the bound of grid code g is g * grid_step */
    uint32_t most;                  /* but no cell's is above this: the page's own, which is finer */
};

/* A list in the page being looked at. */
struct page_part {
    uint64_t set[4];              /* its documents */
    uint16_t cells[KERNEL_CELLS]; /* bounds of its cells of 16 documents */
};

struct page_kernel {
    /* sums[i] += the bound of codes[i]: 0 for code 0, else code * step / 256 rounded down, and 1. `count` is a multiple of 32. */
    void (*add_codes)(uint16_t *sums, const uint8_t *codes, uint32_t count, uint32_t step);
    /* sums[i] = 0 where codes[i] is 0. */
    void (*clear_empty)(uint16_t *sums, const uint8_t *codes, uint32_t count);
    /* Whether any of the sums of a page is at least `least`. */
    bool (*any)(const uint16_t sums[KERNEL_PAGE], uint16_t least);
    /* Takes the sums of a page out, leaving zeros: of those that are at least `least` the document's low byte and the sum.
     * Returns how many. */
    uint32_t (*take)(uint16_t sums[KERNEL_PAGE], uint16_t least, uint8_t lows[KERNEL_PAGE], uint16_t taken[KERNEL_PAGE]);
    /* Finds the bounds of a page's cells and adds them to the sums. */
    void (*add_cells)(const struct page_cells *from, uint32_t page, uint16_t cells[KERNEL_CELLS], uint16_t sums[KERNEL_CELLS]);
    /* Which of the sums are at least `least`: a bit each. */
    uint32_t (*at_least)(const uint16_t sums[KERNEL_CELLS], uint16_t least);
    /* Sums of the documents of one cell, of those lists that have them; which are at least `least`. */
    uint32_t (*cell_documents)(const struct page_part *parts, uint32_t count, uint32_t cell, uint16_t least, uint16_t sums[16]);
    /* Adds to the sum of each document in the set the weight of its cell. */
    void (*add)(uint16_t sums[KERNEL_PAGE], const uint64_t set[4], const uint16_t weights[KERNEL_CELLS]);
    /* The set of documents whose sum is at least `least`. */
    void (*select)(const uint16_t sums[KERNEL_PAGE], uint16_t least, uint64_t set[4]);
    /* bounds[i] = weight * tf / (tf + norm[i]), rounded down, and 1. */
    void (*impacts)(float tf, const float norm[256], float weight, uint16_t bounds[256]);
    /* How many bits are set in so many words. */
    uint64_t (*count_bits)(const uint64_t *words, uint32_t word_count);
    /* How many are in the set. */
    uint32_t (*count)(const uint64_t set[4]);
};

extern const struct page_kernel page_kernel_scalar;
#if defined(__x86_64__)
extern const struct page_kernel page_kernel_avx2;
extern const struct page_kernel page_kernel_avx512;
#elif defined(__aarch64__)
extern const struct page_kernel page_kernel_neon;
#endif

/* The page's codes of four bits, the first in the lowest half byte: 2^(8 - shift) of them. */
static inline uint64_t page_grid_codes(const struct page_cells *from, uint32_t page)
{
    uint64_t codes;
    memcpy(&codes, from->grid + ((uint64_t)page << (8 - from->grid_shift)) / 2, sizeof codes);
    return from->grid_shift == 8 ? codes >> page % 2 * 4 : codes;
}

/* The one for this processor. */
const struct page_kernel *page_kernel(void);

#endif
