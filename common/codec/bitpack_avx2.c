/*
 * Eight integers a step. The four lower ones begin in byte 0 of the step's `width` bytes, the four upper ones in bit 4 *
 * width; each half of the register gets 16 bytes from there, a byte shuffle brings to each lane the four bytes its integer
 * touches, and a shift for each lane and a mask finish. Four bytes hold an integer of up to 25 bits wherever it begins; wider
 * ones, which are rare, are left to the reference. The method is that of Lemire and Boytsov, Decoding billions of integers
 * per second through vectorization (2015), turned from columns of lanes to a plain stream of bits.
 */
#include "bitpack.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

enum { LANE_WIDTH = 25 };

AVX2 static void unpack(const uint8_t *bytes, uint32_t count, uint32_t width, uint32_t values[BITPACK_COUNT])
{
    if (width == 0 || width > LANE_WIDTH) {
        bitpack_scalar.unpack(bytes, count, width, values);
        return;
    }
    const uint32_t upper = width / 2;        /* the byte in which integer 4 begins */
    const uint32_t upper_bit = width * 4 % 8; /* and the bit in it */
    const int w = (int)width, u = (int)upper_bit;
    const __m256i bits = _mm256_setr_epi32(0, w, 2 * w, 3 * w, u, u + w, u + 2 * w, u + 3 * w);
    const __m256i shifts = _mm256_and_si256(bits, _mm256_set1_epi32(7));
    const __m256i first = _mm256_mullo_epi32(_mm256_srli_epi32(bits, 3), _mm256_set1_epi32(0x01010101));
    const __m256i shuffle = _mm256_add_epi8(first, _mm256_set1_epi32(0x03020100));
    const __m256i mask = _mm256_set1_epi32((int)((UINT32_C(1) << width) - 1));
    for (uint32_t i = 0; i < count; i += 8) {
        __m128i low = _mm_loadu_si128((const __m128i *)bytes);
        __m128i high = _mm_loadu_si128((const __m128i *)(bytes + upper));
        __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
        __m256i lanes = _mm256_srlv_epi32(_mm256_shuffle_epi8(both, shuffle), shifts);
        _mm256_storeu_si256((__m256i *)(values + i), _mm256_and_si256(lanes, mask));
        bytes += width;
    }
}

/* Sums inside each half by two shifted additions, then carries the lower half's total up and the step's total on. */
AVX2 static void sum_gaps(uint32_t values[BITPACK_COUNT], uint32_t count, uint32_t before)
{
    const __m256i one = _mm256_set1_epi32(1), last = _mm256_set1_epi32(7);
    __m256i carry = _mm256_set1_epi32((int)before);
    for (uint32_t i = 0; i < count; i += 8) {
        __m256i v = _mm256_add_epi32(_mm256_loadu_si256((const __m256i *)(values + i)), one);
        v = _mm256_add_epi32(v, _mm256_slli_si256(v, 4));
        v = _mm256_add_epi32(v, _mm256_slli_si256(v, 8));
        __m256i lower_total = _mm256_shuffle_epi32(_mm256_permute2x128_si256(v, v, 0x08), 0xff); /* zero in the lower half */
        v = _mm256_add_epi32(v, lower_total);
        v = _mm256_add_epi32(v, carry);
        _mm256_storeu_si256((__m256i *)(values + i), v);
        carry = _mm256_permutevar8x32_epi32(v, last);
    }
}

const struct bitpack bitpack_avx2 = {unpack, sum_gaps};
#endif
