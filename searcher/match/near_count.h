/*
 * How often words stand near each other, from their positions: the greatest number of stretches of at most `span` positions that
 * don't overlap and hold of each word as many positions as it needs.
 *
 * Each stretch is the one that ends first of those that begin behind the one before; no other choice finds more of them, as in
 * the scheduling of intervals (Kleinberg and Tardos, Algorithm Design, 4.1).
 */
#ifndef MATCH_NEAR_COUNT_H
#define MATCH_NEAR_COUNT_H

#include <stdint.h>

struct near_word {
    const uint32_t *positions; /* ascending */
    uint32_t count, need;      /* need is at least 1 */
    uint32_t at;               /* room for near_count */
};

/* Counts the stretches within [from, end). */
uint32_t near_count(struct near_word *words, uint32_t word_count, uint32_t span, uint32_t from, uint32_t end);

#endif
