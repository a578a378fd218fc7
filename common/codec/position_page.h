/*
 * What the positions of a page's postings take in their group (position_group.h), a byte each for frequency and width: vectors
 * hold 64 of them, and what stands before a posting is a sum of products under a mask. No list of documents is decoded and
 * searched, and only what is asked for is added up.
 */
#ifndef CODEC_POSITION_PAGE_H
#define CODEC_POSITION_PAGE_H

#include "position_measure.h"

enum {
    POSITION_PAGE = 256,        /* documents of a page */
    POSITION_PAGE_BITMAP = 32,  /* from so many postings on, they are a bitmap */
    POSITION_PAGE_ASIDE = 15,   /* frequencies from here on are aside */
};

struct position_page_kernel;

/* What is past the page's `count` postings in its arrays may be anything. */
struct position_page {
    const struct position_page_kernel *kernel;
    uint32_t count, aside_count;
    bool widened;                   /* `rooms`, `widths` and `aside_before` are known */
    uint64_t set[4];                /* the documents: as a bitmap, */
    uint8_t lows[64];               /* or, if they are few, as low bytes */
    uint64_t aside[4];              /* bit i: posting i has its frequency aside */
    uint8_t tfs[POSITION_PAGE];     /* 0: it is aside */
    uint8_t rooms[POSITION_PAGE];   /* the eighths of its document (position_group.h) */
    uint8_t widths[POSITION_PAGE];  /* of low parts */
    uint32_t aside_tfs[POSITION_PAGE];                     /* the frequencies aside, in their order, */
    struct position_place aside_before[POSITION_PAGE + 1]; /* and what those before each take */
};

/* As a place, without those aside. */
struct position_taken {
    uint32_t low, high;
};

/* One file for each instruction set, all with the same results. */
struct position_page_kernel {
    /* Reads a page: its documents, as a bitmap or ascending low bytes, then its frequencies, half a byte each. 64 bytes past it
     * may be read. count: 1 to 256. False: it has not so many documents, or one of frequency 0; the page may hold anything. */
    bool (*open)(const uint8_t *bytes, uint32_t count, struct position_page *page);

    /* The posting of document `low`, itself below 256; -1: there is none. */
    int (*find)(const struct position_page *page, uint32_t low);

    /* Rooms and widths of all postings. `length_bytes`: those of the page's documents, of which the segment has `docs`; NULL:
     * they don't count. */
    void (*widen)(const struct position_scale *scale, const uint8_t *length_bytes, uint32_t docs, struct position_page *page);

    /* What the first `index` postings take, index <= count, but for those aside. */
    struct position_taken (*before)(const struct position_page *page, uint32_t index);

    /* How many of the first `index` postings, index < 256, are aside. */
    uint32_t (*aside)(const struct position_page *page, uint32_t index);
};

/* That of a level; NULL where this build has none. Call only what the processor has. */
const struct position_page_kernel *position_page_kernel_at(enum cpu_level level);

/* That of cpu_level(). */
const struct position_page_kernel *position_page_kernel_best(void);

extern const struct position_page_kernel position_page_scalar;
#if defined(__x86_64__)
extern const struct position_page_kernel position_page_avx2, position_page_avx512;
#elif defined(__aarch64__)
extern const struct position_page_kernel position_page_neon;
#endif

static inline uint32_t position_page_tf(const struct position_page *page, uint32_t index)
{
    uint32_t tf = page->tfs[index];
    return tf ? tf : page->aside_tfs[page->kernel->aside(page, index)];
}

/* Finds the widths, before it is asked what postings take. As in the kernel. */
void position_page_widen(const struct position_scale *scale, const uint8_t *length_bytes, uint32_t docs,
                         struct position_page *page);

/* Adds to `low_bits` and `high_parts` what the first `index` postings take, index <= count. Two numbers instead of one struct:
 * compilers copy that as a vector, which has to wait for its halves to be written. */
static inline void position_page_pass(const struct position_page *page, uint32_t index, uint64_t *low_bits, uint64_t *high_parts)
{
    struct position_taken taken = page->kernel->before(page, index);
    *low_bits += taken.low;
    *high_parts += taken.high;
    if (!page->aside_count) return;
    uint32_t i = index < page->count ? page->kernel->aside(page, index) : page->aside_count;
    *low_bits += page->aside_before[i].low;
    *high_parts += page->aside_before[i].high;
}

#endif
