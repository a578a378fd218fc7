/*
 * BM25 (Robertson and Walker 1994) as Lucene defines it: its idf, its one-byte lengths, no factor k1 + 1.
 *
 *     score = boost * idf * impact          impact = tf / (tf + norm)
 *     norm  = k1 * (1 - b + b * length / average)
 *     idf   = ln(1 + (N - df + 0.5) / (df + 0.5))
 *
 * tf is weighted: an occurrence in the title counts title_weight times. N, df and the average length are those of the live
 * articles of all segments together, so that neither the division into segments nor deletions change a score.
 *
 * Everything is computed in float, in this order, by this code alone (the build forbids fused multiply-add), so that every ranker
 * gives the same score to the last bit.
 */
#ifndef SEGMENT_BM25_H
#define SEGMENT_BM25_H

#include <stdint.h>

#define BM25_K1 1.2f
#define BM25_B 0.75f

struct bm25 {
    float k1, b, title_weight, average;
    float norm[256]; /* by length byte */
};

/* `average`: of the lengths in words; 0 counts as 1. */
void bm25_prepare(struct bm25 *bm25, float k1, float b, float title_weight, float average);

float bm25_idf(uint64_t article_count, uint64_t df);

static inline float bm25_tf(const struct bm25 *bm25, uint32_t tf, uint32_t title_tf)
{
    return title_tf ? (float)(tf - title_tf) + bm25->title_weight * (float)title_tf : (float)tf;
}

/* tf > 0. Between 0 and 1. */
static inline float bm25_impact(float tf, float norm)
{
    return tf / (tf + norm);
}

#endif
