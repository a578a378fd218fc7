/*
 * Thirty-two bits of the stream are a mask that compresses as many ascending numbers of 16 bits (VBMI2): so the places of the
 * ones are found a step of 32 bits at a time. The place of one i less i is the sum of the high parts up to it, so that of sums of
 * integers only the low parts have to be added up.
 */
#include "rice_unpack.h"

#include "lane_sums_avx512.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx2,bmi,bmi2,popcnt")))

enum {
    STEPS = 8 * RICE_STREAM_MOST / 32,
    USUAL_STEPS = 8, /* of nearly all blocks: taken without asking whether fewer would do */
    LANE_WIDTH = 25, /* of low parts that touch no more than four bytes */
    LANES = 16,
};

/* Places of ones in the stream; how many. */
AVX512 static inline uint32_t find_ones(const uint8_t *stream, uint32_t count, uint16_t *ones)
{
    const __m512i step = _mm512_set1_epi16(32);
    __m512i numbers = _mm512_cvtepu8_epi16(_mm256_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
                                                            20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31));
    uint32_t found = 0;
    for (uint32_t i = 0; i < STEPS && (i < USUAL_STEPS || found < count); i++) {
        uint32_t mask = load_u32(stream + 4 * (size_t)i);
        _mm512_storeu_si512(ones + found, _mm512_maskz_compress_epi16(mask, numbers));
        found += (uint32_t)_mm_popcnt_u32(mask);
        numbers = _mm512_add_epi16(numbers, step);
    }
    return found;
}

/* How sixteen low parts are taken out of the 2 * width bytes that hold them (bitpack_avx512.c). */
struct low_parts {
    __m512i permutation, shifts, mask;
    __mmask64 loaded;
};

AVX512 static inline struct low_parts low_parts_of(uint32_t width)
{
    const __m512i index = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i bits = _mm512_mullo_epi32(index, _mm512_set1_epi32((int)width));
    const __m512i first = _mm512_mullo_epi32(_mm512_srli_epi32(bits, 3), _mm512_set1_epi32(0x01010101));
    return (struct low_parts){
        .permutation = _mm512_add_epi32(first, _mm512_set1_epi32(0x03020100)),
        .shifts = _mm512_and_si512(bits, _mm512_set1_epi32(7)),
        .mask = _mm512_set1_epi32((int)((UINT32_C(1) << width) - 1)),
        .loaded = (UINT64_C(1) << 2 * width) - 1,
    };
}

AVX512 static inline __m512i low_parts_take(const struct low_parts *parts, const uint8_t *bytes)
{
    __m512i all = _mm512_maskz_loadu_epi8(parts->loaded, bytes);
    return _mm512_and_si512(_mm512_srlv_epi32(_mm512_permutexvar_epi8(parts->permutation, all), parts->shifts), parts->mask);
}

AVX512 static uint32_t unpack_values(const uint8_t *packed, const uint8_t *stream, uint32_t count, uint32_t width, uint32_t more,
                                     uint32_t values[BITPACK_COUNT])
{
    uint16_t room[32 + 32 * (STEPS + 1)], *ones = room + 32; /* the one before the first is at -1 */
    if (width > LANE_WIDTH) return rice_unpack_portable.values(packed, stream, count, width, more, values);
    if (find_ones(stream, count, ones) < count) return UINT32_MAX;
    ones[-1] = UINT16_MAX;
    const struct low_parts low = low_parts_of(width);
    const __m128i shift = _mm_cvtsi32_si128((int)width);
    const __m512i always = _mm512_set1_epi32((int)more);
    const __m256i one = _mm256_set1_epi16(1);
    for (uint32_t i = 0; i < count; i += LANES, packed += 2 * (size_t)width) {
        __m256i here = _mm256_loadu_si256((const __m256i *)(ones + i));
        __m256i before = _mm256_loadu_si256((const __m256i *)(ones + i - 1));
        __m512i high = _mm512_cvtepu16_epi32(_mm256_sub_epi16(_mm256_sub_epi16(here, before), one));
        __m512i value = _mm512_add_epi32(_mm512_sll_epi32(high, shift), always);
        if (width) value = _mm512_add_epi32(value, low_parts_take(&low, packed));
        _mm512_storeu_si512(values + i, value);
    }
    return ones[count - 1];
}

AVX512 static uint32_t unpack_sums(const uint8_t *packed, const uint8_t *stream, uint32_t count, uint32_t width, uint32_t before,
                                   uint32_t values[BITPACK_COUNT])
{
    uint16_t ones[32 * (STEPS + 1)];
    if (width > LANE_WIDTH) return rice_unpack_portable.sums(packed, stream, count, width, before, values);
    if (find_ones(stream, count, ones) < count) return UINT32_MAX;
    const struct low_parts low = low_parts_of(width);
    const __m128i shift = _mm_cvtsi32_si128((int)width);
    const __m512i lanes = _mm512_set1_epi32(LANES), last = _mm512_set1_epi32(LANES - 1);
    __m512i index = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512i carry = _mm512_set1_epi32((int)(before + 1));
    for (uint32_t i = 0; i < count; i += LANES, packed += 2 * (size_t)width) {
        __m512i high = _mm512_sub_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(ones + i))), index);
        __m512i sum = _mm512_add_epi32(_mm512_sll_epi32(high, shift), index);
        if (width) {
            __m512i lows = _mm512_add_epi32(lane_sums(low_parts_take(&low, packed)), carry);
            carry = _mm512_permutexvar_epi32(last, lows);
            sum = _mm512_add_epi32(sum, lows);
        } else {
            sum = _mm512_add_epi32(sum, carry);
        }
        _mm512_storeu_si512(values + i, sum);
        index = _mm512_add_epi32(index, lanes);
    }
    return ones[count - 1];
}

const struct rice_unpack rice_unpack_avx512 = {unpack_values, unpack_sums};
#endif
