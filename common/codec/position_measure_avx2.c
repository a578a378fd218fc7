#include "position_measure.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

/* Each lane with those before it added. */
AVX2 static inline __m256i sum_lanes(__m256i v)
{
    v = _mm256_add_epi32(v, _mm256_slli_si256(v, 4));
    v = _mm256_add_epi32(v, _mm256_slli_si256(v, 8));
    __m256i half = _mm256_permute2x128_si256(v, v, 0x08); /* the low half in the high one's place */
    return _mm256_add_epi32(v, _mm256_shuffle_epi32(half, 0xff));
}

/* The number of 16 in a table of as many. */
AVX2 static inline __m256i look_up(__m256i low, __m256i high, __m256i index)
{
    __m256i upper = _mm256_cmpgt_epi32(index, _mm256_set1_epi32(7));
    return _mm256_blendv_epi8(_mm256_permutevar8x32_epi32(low, index), _mm256_permutevar8x32_epi32(high, index), upper);
}

AVX2 bool position_measure_avx2(const struct position_postings *postings, struct position_sums *sums)
{
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), zero = _mm256_setzero_si256(), one = _mm256_set1_epi32(1);
    const __m256i last = _mm256_set1_epi32(7), byte = _mm256_set1_epi32(255);
    const __m256i less_low = _mm256_loadu_si256((const __m256i *)(const void *)position_less);
    const __m256i less_high = _mm256_loadu_si256((const __m256i *)(const void *)(position_less + 8));
    const uint32_t count = postings->count;
    const uint8_t *eighths = postings->scale->eighths;
    __m256i low = zero, high = zero, seen = zero; /* of the postings before, in all lanes */
    sums->low[0] = sums->high[0] = 0;
    if (count && postings->docs[count - 1] > INT32_MAX) return false;
    for (uint32_t i = 0; i < count; i += 8) {
        __m256i there = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(count - i)), lanes);
        __m256i tf = _mm256_maskload_epi32((const int *)(const void *)(postings->tfs + i), there), length = zero;
        if (postings->length_bytes) {
            __m256i docs = _mm256_maskload_epi32((const int *)(const void *)(postings->docs + i), there);
            length = _mm256_and_si256(
                _mm256_mask_i32gather_epi32(zero, (const int *)(const void *)postings->length_bytes, docs, there, 1), byte);
        }
        __m256i room = _mm256_and_si256(_mm256_i32gather_epi32((const int *)(const void *)eighths, length, 1), byte);
        /* How often a frequency is to be halved: a float's exponent is its logarithm. */
        __m256i log2 = _mm256_srli_epi32(_mm256_castps_si256(_mm256_cvtepi32_ps(tf)), 23);
        __m256i halved = _mm256_max_epi32(_mm256_sub_epi32(log2, _mm256_set1_epi32(127 + 3)), zero);
        __m256i less = look_up(less_low, less_high, _mm256_and_si256(_mm256_srlv_epi32(tf, halved), _mm256_set1_epi32(15)));
        less = _mm256_add_epi32(less, _mm256_slli_epi32(halved, 3));
        __m256i width = _mm256_srli_epi32(_mm256_max_epi32(_mm256_sub_epi32(room, less), zero), 3);
        low = _mm256_add_epi32(low, sum_lanes(_mm256_madd_epi16(width, tf)));
        high = _mm256_add_epi32(high, sum_lanes(_mm256_and_si256(tf, _mm256_cmpgt_epi32(tf, one))));
        _mm256_storeu_si256((__m256i *)(void *)(sums->low + i + 1), low);
        _mm256_storeu_si256((__m256i *)(void *)(sums->high + i + 1), high);
        low = _mm256_permutevar8x32_epi32(low, last);
        high = _mm256_permutevar8x32_epi32(high, last);
        seen = _mm256_or_si256(seen, tf);
    }
    return _mm256_testz_si256(seen, _mm256_set1_epi32(-POSITION_MEASURED_TF));
}
#endif
