#include "bytes.h"
#include "page_counts.h"
#include "page_unpack.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx2,bmi,bmi2,popcnt")))

AVX512 static void bytes(const uint8_t *low, uint32_t count, uint32_t base, uint32_t docs[256])
{
    const __m512i first = _mm512_set1_epi32((int)base);
    for (uint32_t i = 0; i < count; i += 16) {
        __m512i wide = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(low + i)));
        _mm512_storeu_si512(docs + i, _mm512_add_epi32(wide, first));
    }
}

/* Sixteen bits a step are a mask that compresses sixteen ascending numbers. */
AVX512 static uint32_t bitmap(const uint8_t bits[32], uint32_t base, uint32_t docs[256])
{
    const __m512i step = _mm512_set1_epi32(16);
    const __m512i index = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512i numbers = _mm512_add_epi32(_mm512_set1_epi32((int)base), index);
    uint32_t found = 0;
    for (uint32_t i = 0; i < 32; i += 2) {
        uint16_t mask = load_u16(bits + i);
        _mm512_storeu_si512(docs + found, _mm512_maskz_compress_epi32(mask, numbers));
        found += (uint32_t)_mm_popcnt_u32(mask);
        numbers = _mm512_add_epi32(numbers, step);
    }
    return found;
}

AVX512 static uint32_t rank(const uint8_t bits[32], uint32_t low) { return page_count_below(bits, low); }

AVX512 static uint32_t count_bits(const uint64_t bits[4]) { return page_count_set(bits); }

AVX512 static uint32_t fifteens(const uint8_t *packed, uint32_t count) { return page_count_fifteens(packed, count); }

AVX512 static void halves(const uint8_t *packed, uint32_t count, uint32_t tfs[256])
{
    const __m128i low_half = _mm_set1_epi8(15);
    for (uint32_t i = 0; i < count; i += 16) {
        __m128i both = _mm_loadl_epi64((const __m128i *)(packed + i / 2));
        __m128i low = _mm_and_si128(both, low_half), high = _mm_and_si128(_mm_srli_epi16(both, 4), low_half);
        _mm512_storeu_si512(tfs + i, _mm512_cvtepu8_epi32(_mm_unpacklo_epi8(low, high)));
    }
}

const struct page_unpack page_unpack_avx512 = {bytes, bitmap, rank, count_bits, fifteens, halves};
#endif
