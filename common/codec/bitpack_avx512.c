/*
 * Sixteen integers a step, from the 2 * width bytes that hold them: one byte permutation over the whole register (VBMI)
 * brings to each lane the four bytes its integer touches. Integers of more than 25 bits can touch five; they go eight at a
 * time through lanes of 64 bits. Loads are masked, so nothing past the step's bytes is touched.
 */
#include "bitpack.h"

#include "lane_sums_avx512.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx2,bmi,bmi2,popcnt")))

enum { LANE_WIDTH = 25 };

AVX512 static void unpack_wide(const uint8_t *bytes, uint32_t count, uint32_t width, uint32_t *values)
{
    const __m512i bits = _mm512_mullo_epi64(_mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7), _mm512_set1_epi64((long long)width));
    const __m512i shifts = _mm512_and_si512(bits, _mm512_set1_epi64(7));
    const __m512i first = _mm512_shuffle_epi8(_mm512_srli_epi64(bits, 3), _mm512_set4_epi32(0x08080808, 0x08080808, 0, 0));
    const __m512i permutation = _mm512_add_epi8(first, _mm512_set1_epi64(0x0706050403020100));
    const __m512i mask = _mm512_set1_epi64((long long)((UINT64_C(1) << width) - 1));
    const __mmask64 loaded = (UINT64_C(1) << width) - 1;
    for (uint32_t i = 0; i < count; i += 8) {
        __m512i all = _mm512_maskz_loadu_epi8(loaded, bytes);
        __m512i lanes = _mm512_srlv_epi64(_mm512_permutexvar_epi8(permutation, all), shifts);
        _mm256_storeu_si256((__m256i *)(values + i), _mm512_cvtepi64_epi32(_mm512_and_si512(lanes, mask)));
        bytes += width;
    }
}

AVX512 static void unpack(const uint8_t *bytes, uint32_t count, uint32_t width, uint32_t values[BITPACK_COUNT])
{
    if (width > LANE_WIDTH) {
        unpack_wide(bytes, count, width, values);
        return;
    }
    const __m512i index = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i bits = _mm512_mullo_epi32(index, _mm512_set1_epi32((int)width));
    const __m512i shifts = _mm512_and_si512(bits, _mm512_set1_epi32(7));
    const __m512i first = _mm512_mullo_epi32(_mm512_srli_epi32(bits, 3), _mm512_set1_epi32(0x01010101));
    const __m512i permutation = _mm512_add_epi8(first, _mm512_set1_epi32(0x03020100));
    const __m512i mask = _mm512_set1_epi32((int)((UINT32_C(1) << width) - 1));
    const __mmask64 loaded = (UINT64_C(1) << 2 * width) - 1;
    for (uint32_t i = 0; i < count; i += 16) {
        __m512i all = _mm512_maskz_loadu_epi8(loaded, bytes);
        __m512i lanes = _mm512_srlv_epi32(_mm512_permutexvar_epi8(permutation, all), shifts);
        _mm512_storeu_si512(values + i, _mm512_and_si512(lanes, mask));
        bytes += 2 * width;
    }
}

/* Each step's total is carried on. */
AVX512 static void sum_gaps(uint32_t values[BITPACK_COUNT], uint32_t count, uint32_t before)
{
    const __m512i one = _mm512_set1_epi32(1), last = _mm512_set1_epi32(15);
    __m512i carry = _mm512_set1_epi32((int)before);
    for (uint32_t i = 0; i < count; i += 16) {
        __m512i v = _mm512_add_epi32(_mm512_loadu_si512(values + i), one);
        v = lane_sums(v);
        v = _mm512_add_epi32(v, carry);
        _mm512_storeu_si512(values + i, v);
        carry = _mm512_permutexvar_epi32(last, v);
    }
}

const struct bitpack bitpack_avx512 = {unpack, sum_gaps};
#endif
