/*
 * What the positions of consecutive postings take in their group (position_group.h), added up: one file for each instruction set,
 * all with the same results.
 */
#ifndef CODEC_POSITION_MEASURE_H
#define CODEC_POSITION_MEASURE_H

#include "cpu.h"
#include "position_group.h"

enum {
    POSITION_MEASURED = 256,         /* postings at a time, at most */
    POSITION_MEASURED_TF = 1 << 15,  /* frequencies are to be below */
};

/* sums[i]: of the postings before posting i; 0 <= i <= count. What is written after them may be anything. */
struct position_sums {
    uint32_t low[POSITION_MEASURED + 17];  /* bits of low parts */
    uint32_t high[POSITION_MEASURED + 17]; /* high parts, a one each */
};

/* Three readable bytes follow the length bytes. False: a frequency is too large, or a document above 2^31; the sums may be
 * anything. */
typedef bool position_measure(const struct position_postings *postings, struct position_sums *sums);

/* That of a level; NULL where this build has none. Call only what the processor has. */
position_measure *position_measure_at(enum cpu_level level);

/* That of cpu_level(). */
position_measure *position_measure_best(void);

position_measure position_measure_scalar;
#if defined(__x86_64__)
position_measure position_measure_avx2, position_measure_avx512;
#elif defined(__aarch64__)
position_measure position_measure_neon;
#endif

/*
 * Bits of a low part. One position takes all bits of the room. Gaps are on average room / (tf + 1), and the power of two next to
 * 0.69 of the mean is the best parameter (Gallager and Van Voorhis 1975): the numbers are 8 log2((tf + 1) / 0.69), less what gave
 * the smallest lists of real articles. A frequency of 16 or more is halved until it is below, for 8 each time.
 */
static const int32_t position_less[16] = {0, -7, 15, 19, 21, 23, 25, 26, 28, 29, 30, 31, 32, 33, 34, 34};

static inline uint32_t position_width(uint32_t eighths, uint32_t tf)
{
    int32_t width = (int32_t)eighths;
    uint32_t halved = 28 - (uint32_t)__builtin_clz(tf | 15);
    width -= (int32_t)(8 * halved) + position_less[tf >> halved];
    return width > 0 ? (uint32_t)width / 8 : 0;
}

#endif
