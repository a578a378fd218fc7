/*
 * Impacts in one byte, rounded up: what a code stands for is never less than the impact it was made from, so that sums of
 * codes are bounds of scores (FORMAT.md, Impacts). Code 0 is kept for "nothing here".
 */
#ifndef CODEC_IMPACT_H
#define CODEC_IMPACT_H

#include <stddef.h>
#include <stdint.h>

enum { IMPACT_CODE_MAX = 255, IMPACT_GRID_STEP = 17 };

/* What code 1 stands for when `max` > 0 is the largest impact: the least float of which 255 reach it. */
float impact_unit(float max);

/* The least code >= 1 that stands for at least the impact: (double)code * unit >= impact. 0 < impact <= 255 * unit. */
uint8_t impact_code(float impact, float unit);

/* A code of four bits, 15 * 17 = 255: the least one with 17 * result >= code. */
static inline uint8_t impact_grid_code(uint8_t code) { return (uint8_t)((code + IMPACT_GRID_STEP - 1) / IMPACT_GRID_STEP); }

/* kth[i] becomes the k[i]-th largest of the impacts, exactly, or 0 where there are fewer; k ascending, at most
 * IMPACT_SELECT_MAX. */
enum { IMPACT_SELECT_MAX = 1000 };
void impact_select(const float *impacts, size_t count, const uint32_t *k, uint32_t k_count, float *kth);

#endif
