/* Running sums of sixteen integers, for the files that use AVX-512. */
#ifndef CODEC_LANE_SUMS_AVX512_H
#define CODEC_LANE_SUMS_AVX512_H

#if defined(__x86_64__)
#include <immintrin.h>

/* Each lane with those before it added: shifted additions over 1, 2, 4 and 8 lanes. */
__attribute__((target("avx512f"))) static inline __m512i lane_sums(__m512i v)
{
    const __m512i zero = _mm512_setzero_si512();
    v = _mm512_add_epi32(v, _mm512_alignr_epi32(v, zero, 15));
    v = _mm512_add_epi32(v, _mm512_alignr_epi32(v, zero, 14));
    v = _mm512_add_epi32(v, _mm512_alignr_epi32(v, zero, 12));
    return _mm512_add_epi32(v, _mm512_alignr_epi32(v, zero, 8));
}

#endif
#endif
