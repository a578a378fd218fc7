#include "position_page_plain.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

AVX2 static bool open(const uint8_t *bytes, uint32_t count, struct position_page *page)
{
    return position_page_open_plain(bytes, count, page);
}

AVX2 static int find(const struct position_page *page, uint32_t low) { return position_page_find_plain(page, low); }

AVX2 static uint32_t aside(const struct position_page *page, uint32_t index) { return position_page_aside_plain(page, index); }

AVX2 static void widen(const struct position_scale *scale, const uint8_t *length_bytes, uint32_t docs, struct position_page *page)
{
    uint8_t less_bytes[16];
    (void)docs; /* all of the page are known to be there */
    position_page_rooms_plain(scale, length_bytes, page);
    for (uint32_t i = 0; i < 16; i++) less_bytes[i] = (uint8_t)(position_less[i] + 7); /* none is negative */
    const __m256i less = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)less_bytes));
    for (uint32_t i = 0; i < page->count; i += 32) {
        __m256i taken = _mm256_shuffle_epi8(less, _mm256_loadu_si256((const __m256i *)(const void *)(page->tfs + i)));
        __m256i room = _mm256_loadu_si256((const __m256i *)(const void *)(page->rooms + i));
        __m256i width = _mm256_subs_epu8(_mm256_adds_epu8(room, _mm256_set1_epi8(7)), taken);
        width = _mm256_and_si256(_mm256_srli_epi16(width, 3), _mm256_set1_epi8(31));
        _mm256_storeu_si256((__m256i *)(void *)(page->widths + i), width);
    }
}

AVX2 static struct position_taken before(const struct position_page *page, uint32_t index)
{
    const __m256i zero = _mm256_setzero_si256(), one = _mm256_set1_epi8(1), ones = _mm256_set1_epi16(1);
    const __m256i lanes = _mm256_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
                                           25, 26, 27, 28, 29, 30, 31);
    __m256i lows = zero, highs = zero; /* of four bytes, of eight */
    for (uint32_t i = 0; i < index; i += 32) {
        __m256i there = _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(index - i < 32 ? index - i : 32)), lanes);
        __m256i tfs = _mm256_and_si256(there, _mm256_loadu_si256((const __m256i *)(const void *)(page->tfs + i)));
        __m256i widths = _mm256_loadu_si256((const __m256i *)(const void *)(page->widths + i));
        lows = _mm256_add_epi32(lows, _mm256_madd_epi16(_mm256_maddubs_epi16(tfs, widths), ones));
        highs = _mm256_add_epi64(highs, _mm256_sad_epu8(_mm256_andnot_si256(_mm256_cmpeq_epi8(tfs, one), tfs), zero));
    }
    /* Both in one: neither sum passes 32 bits. */
    lows = _mm256_add_epi64(_mm256_srli_epi64(lows, 32), _mm256_and_si256(lows, _mm256_set1_epi64x(UINT32_MAX)));
    __m256i both = _mm256_add_epi64(lows, _mm256_slli_epi64(highs, 32));
    __m128i sum = _mm_add_epi64(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
    uint64_t sums = (uint64_t)_mm_cvtsi128_si64(sum) + (uint64_t)_mm_extract_epi64(sum, 1);
    return (struct position_taken){(uint32_t)sums, (uint32_t)(sums >> 32)};
}

const struct position_page_kernel position_page_avx2 = {open, find, widen, before, aside};
#endif
