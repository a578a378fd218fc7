#include "position_page_plain.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

AVX2 static inline __m256i load(const void *bytes) { return _mm256_loadu_si256((const __m256i *)bytes); }

/* The documents. False: they are not so many, or their low bytes don't ascend. */
AVX2 static inline bool open_docs(const uint8_t *bytes, uint32_t count, struct position_page *page)
{
    page->count = count;
    memcpy(page->set, bytes, sizeof page->set);
    memcpy(page->lows, bytes, POSITION_PAGE_BITMAP);
    if (count >= POSITION_PAGE_BITMAP) return page_count_set(page->set) == count;
    __m256i docs = load(bytes), larger = _mm256_max_epu8(docs, load(bytes + 1));
    uint32_t misplaced = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(docs, larger));
    return !(misplaced & ((UINT32_C(1) << (count - 1)) - 1));
}

AVX2 static bool open_page(const uint8_t *bytes, uint32_t count, struct position_page *page)
{
    const uint8_t *halves = bytes + (count < POSITION_PAGE_BITMAP ? count : POSITION_PAGE_BITMAP);
    const __m128i half = _mm_set1_epi8(15);
    uint32_t zeros = 0;
    if (!open_docs(bytes, count, page)) return false;
    memset(page->aside, 0, sizeof page->aside);
    for (uint32_t i = 0; i < count; i += 32) {
        uint32_t there = count - i < 32 ? (UINT32_C(1) << (count - i)) - 1 : UINT32_MAX;
        __m128i both = _mm_loadu_si128((const __m128i *)(const void *)(halves + i / 2));
        __m128i low = _mm_and_si128(both, half), high = _mm_and_si128(_mm_srli_epi16(both, 4), half);
        __m256i tfs = _mm256_setr_m128i(_mm_unpacklo_epi8(low, high), _mm_unpackhi_epi8(low, high));
        __m256i all = _mm256_cmpeq_epi8(tfs, _mm256_set1_epi8(POSITION_PAGE_ASIDE));
        zeros |= (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(tfs, _mm256_setzero_si256())) & there;
        page->aside[i / 64] |= (uint64_t)((uint32_t)_mm256_movemask_epi8(all) & there) << i % 64;
        _mm256_storeu_si256((__m256i *)(void *)(page->tfs + i), _mm256_andnot_si256(all, tfs));
    }
    return !zeros;
}

AVX2 static int find(const struct position_page *page, uint32_t low)
{
    if (page->count >= POSITION_PAGE_BITMAP) return position_page_find_plain(page, low);
    uint32_t found = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(load(page->lows), _mm256_set1_epi8((char)low)));
    found &= (UINT32_C(1) << page->count) - 1;
    return found ? (int)__builtin_ctz(found) : -1;
}

AVX2 static uint32_t aside(const struct position_page *page, uint32_t index) { return position_page_aside_plain(page, index); }

AVX2 static void widen(const struct position_scale *scale, const uint8_t *length_bytes, uint32_t docs, struct position_page *page)
{
    uint8_t less_bytes[16];
    (void)docs; /* all of the page are known to be there */
    position_page_rooms_plain(scale, length_bytes, page);
    for (uint32_t i = 0; i < 16; i++) less_bytes[i] = (uint8_t)(position_less[i] + 7); /* none is negative */
    const __m256i less = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)less_bytes));
    for (uint32_t i = 0; i < page->count; i += 32) {
        __m256i taken = _mm256_shuffle_epi8(less, load(page->tfs + i));
        __m256i room = load(page->rooms + i);
        __m256i width = _mm256_subs_epu8(_mm256_adds_epu8(room, _mm256_set1_epi8(7)), taken);
        width = _mm256_and_si256(_mm256_srli_epi16(width, 3), _mm256_set1_epi8(31));
        _mm256_storeu_si256((__m256i *)(void *)(page->widths + i), width);
    }
}

AVX2 static struct position_taken before(const struct position_page *page, uint32_t index)
{
    const __m256i zero = _mm256_setzero_si256(), one = _mm256_set1_epi8(1), ones = _mm256_set1_epi16(1);
    const __m256i lanes = _mm256_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
                                           24, 25, 26, 27, 28, 29, 30, 31);
    __m256i lows = zero, highs = zero; /* of four bytes, of eight */
    for (uint32_t i = 0; i < index; i += 32) {
        __m256i there = _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(index - i < 32 ? index - i : 32)), lanes);
        __m256i tfs = _mm256_and_si256(there, load(page->tfs + i));
        __m256i widths = load(page->widths + i);
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

const struct position_page_kernel position_page_avx2 = {open_page, find, widen, before, aside};
#endif
