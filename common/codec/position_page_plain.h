/*
 * What has to be done posting by posting where an instruction set can't gather bytes by a mask: always inlined, so that each
 * file's own instructions do it.
 */
#ifndef CODEC_POSITION_PAGE_PLAIN_H
#define CODEC_POSITION_PAGE_PLAIN_H

#include "page_counts.h"
#include "position_page.h"

#define POSITION_PAGE_INLINE static inline __attribute__((always_inline))

/* The documents. False: they are not so many, or their low bytes don't ascend. */
POSITION_PAGE_INLINE bool position_page_docs_plain(const uint8_t *bytes, uint32_t count, struct position_page *page)
{
    page->count = count;
    memcpy(page->set, bytes, sizeof page->set);
    memcpy(page->lows, bytes, POSITION_PAGE_BITMAP);
    if (count >= POSITION_PAGE_BITMAP) return page_count_set(page->set) == count;
    uint32_t misplaced = 0;
    for (uint32_t i = 1; i < count; i++) misplaced += bytes[i - 1] >= bytes[i];
    return !misplaced;
}

POSITION_PAGE_INLINE bool position_page_open_plain(const uint8_t *bytes, uint32_t count, struct position_page *page)
{
    const uint8_t *halves = bytes + (count < POSITION_PAGE_BITMAP ? count : POSITION_PAGE_BITMAP);
    uint32_t zeros = 0;
    if (!position_page_docs_plain(bytes, count, page)) return false;
    memset(page->aside, 0, sizeof page->aside);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t tf = (uint32_t)halves[i / 2] >> i % 2 * 4 & 15;
        zeros += tf == 0;
        page->aside[i / 64] |= (uint64_t)(tf == POSITION_PAGE_ASIDE) << i % 64;
        page->tfs[i] = tf == POSITION_PAGE_ASIDE ? 0 : (uint8_t)tf;
    }
    return !zeros;
}

POSITION_PAGE_INLINE void position_page_rooms_plain(const struct position_scale *scale, const uint8_t *length_bytes,
                                                    struct position_page *page)
{
    uint8_t *rooms = page->rooms;
    if (!length_bytes) {
        memset(rooms, scale->eighths[0], POSITION_PAGE);
    } else if (page->count < POSITION_PAGE_BITMAP) {
        for (uint32_t i = 0; i < page->count; i++) rooms[i] = scale->eighths[length_bytes[page->lows[i]]];
    } else {
        for (uint32_t word = 0, i = 0; word < 4; word++)
            for (uint64_t left = page->set[word]; left; left &= left - 1)
                rooms[i++] = scale->eighths[length_bytes[64 * word + (uint32_t)__builtin_ctzll(left)]];
    }
}

POSITION_PAGE_INLINE int position_page_find_plain(const struct position_page *page, uint32_t low)
{
    if (page->count < POSITION_PAGE_BITMAP) {
        uint32_t i = 0;
        while (i < page->count && page->lows[i] < low) i++;
        return i < page->count && page->lows[i] == low ? (int)i : -1;
    }
    if (!(page->set[low / 64] >> low % 64 & 1)) return -1;
    return (int)page_count_below((const uint8_t *)(const void *)page->set, low);
}

POSITION_PAGE_INLINE uint32_t position_page_aside_plain(const struct position_page *page, uint32_t index)
{
    return page_count_below((const uint8_t *)(const void *)page->aside, index);
}

#endif
