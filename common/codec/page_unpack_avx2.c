#include "bytes.h"
#include "page_counts.h"
#include "page_unpack.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

AVX2 static void bytes(const uint8_t *low, uint32_t count, uint32_t base, uint32_t docs[256])
{
    const __m256i first = _mm256_set1_epi32((int)base);
    for (uint32_t i = 0; i < count; i += 8) {
        __m256i wide = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(low + i)));
        _mm256_storeu_si256((__m256i *)(docs + i), _mm256_add_epi32(wide, first));
    }
}

/* Eight bits a step: each becomes a byte of ones or zeros (pdep, multiply), which picks its own number out of 0 to 7 (pext).
 * The eight numbers written can pass the 256th only if fewer were found before, since at most eight are found a step. */
AVX2 static uint32_t bitmap(const uint8_t bits[32], uint32_t base, uint32_t docs[256])
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < 32; i++) {
        uint64_t chosen = _pdep_u64(bits[i], UINT64_C(0x0101010101010101)) * 255;
        uint64_t numbers = _pext_u64(UINT64_C(0x0706050403020100), chosen);
        __m256i wide = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)numbers));
        _mm256_storeu_si256((__m256i *)(docs + found), _mm256_add_epi32(wide, _mm256_set1_epi32((int)(base + 8 * i))));
        found += (uint32_t)_mm_popcnt_u32(bits[i]);
    }
    return found;
}

AVX2 static uint32_t rank(const uint8_t bits[32], uint32_t low) { return page_count_below(bits, low); }

AVX2 static uint32_t count_bits(const uint64_t bits[4]) { return page_count_set(bits); }

AVX2 static uint32_t fifteens(const uint8_t *packed, uint32_t count) { return page_count_fifteens(packed, count); }

AVX2 static void halves(const uint8_t *packed, uint32_t count, uint32_t tfs[256])
{
    const __m128i low_half = _mm_set1_epi8(15);
    for (uint32_t i = 0; i < count; i += 16) {
        __m128i both = _mm_loadl_epi64((const __m128i *)(packed + i / 2));
        __m128i low = _mm_and_si128(both, low_half), high = _mm_and_si128(_mm_srli_epi16(both, 4), low_half);
        __m128i in_order = _mm_unpacklo_epi8(low, high);
        _mm256_storeu_si256((__m256i *)(tfs + i), _mm256_cvtepu8_epi32(in_order));
        _mm256_storeu_si256((__m256i *)(tfs + i + 8), _mm256_cvtepu8_epi32(_mm_srli_si128(in_order, 8)));
    }
}

const struct page_unpack page_unpack_avx2 = {bytes, bitmap, rank, count_bits, fifteens, halves};
#endif
