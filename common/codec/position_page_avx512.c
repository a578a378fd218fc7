#include "position_page_plain.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")))

/* The first `count` lanes, at most 64. */
AVX512 static inline __mmask64 first_lanes(uint32_t count) { return count < 64 ? (UINT64_C(1) << count) - 1 : ~UINT64_C(0); }

/* 64 half bytes as bytes. */
AVX512 static inline __m512i halves_at(const uint8_t *halves)
{
    __m512i wide = _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(const void *)halves));
    return _mm512_and_si512(_mm512_or_si512(wide, _mm512_slli_epi16(wide, 4)), _mm512_set1_epi8(15));
}

/* The documents. False: they are not so many, or their low bytes don't ascend. */
AVX512 static inline bool open_docs(const uint8_t *bytes, uint32_t count, struct position_page *page)
{
    __m256i docs = _mm256_loadu_si256((const __m256i *)(const void *)bytes);
    page->count = count;
    _mm256_storeu_si256((__m256i *)(void *)page->set, docs);
    _mm256_storeu_si256((__m256i *)(void *)page->lows, docs);
    if (count >= POSITION_PAGE_BITMAP) return page_count_set(page->set) == count;
    __m256i next = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + 1));
    return !(_mm256_cmpge_epu8_mask(docs, next) & ((UINT32_C(1) << (count - 1)) - 1));
}

AVX512 static bool open_page(const uint8_t *bytes, uint32_t count, struct position_page *page)
{
    const uint8_t *halves = bytes + (count < POSITION_PAGE_BITMAP ? count : POSITION_PAGE_BITMAP);
    __mmask64 zeros = 0;
    if (!open_docs(bytes, count, page)) return false;
    _mm256_storeu_si256((__m256i *)(void *)page->aside, _mm256_setzero_si256());
    for (uint32_t i = 0; i < count; i += 64) {
        __mmask64 there = first_lanes(count - i);
        __m512i tfs = halves_at(halves + i / 2);
        __mmask64 aside = _mm512_mask_cmpeq_epi8_mask(there, tfs, _mm512_set1_epi8(POSITION_PAGE_ASIDE));
        zeros |= _mm512_mask_testn_epi8_mask(there, tfs, tfs);
        page->aside[i / 64] = aside;
        _mm512_storeu_si512(page->tfs + i, _mm512_maskz_mov_epi8(~aside, tfs));
    }
    return !zeros;
}

AVX512 static int find(const struct position_page *page, uint32_t low)
{
    if (page->count < POSITION_PAGE_BITMAP) {
        __m256i lows = _mm256_loadu_si256((const __m256i *)(const void *)page->lows);
        uint32_t found = _mm256_cmpeq_epi8_mask(lows, _mm256_set1_epi8((char)low)) & ((UINT32_C(1) << page->count) - 1);
        return found ? (int)__builtin_ctz(found) : -1;
    }
    if (!(page->set[low / 64] >> low % 64 & 1)) return -1;
    return (int)page_count_below((const uint8_t *)(const void *)page->set, low);
}

/* A table of 256 bytes, and what it has for each byte. */
struct table {
    __m512i a, b, c, d;
};

AVX512 static inline __m512i look_up(struct table table, __m512i index)
{
    __m512i low = _mm512_permutex2var_epi8(table.a, index, table.b), high = _mm512_permutex2var_epi8(table.c, index, table.d);
    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(index), low, high);
}

/* The first `count` bytes; others are not touched. */
AVX512 static inline struct table load_table(const uint8_t *bytes, uint32_t count)
{
    return (struct table){_mm512_maskz_loadu_epi8(first_lanes(count), bytes),
                          _mm512_maskz_loadu_epi8(first_lanes(count > 64 ? count - 64 : 0), bytes + 64),
                          _mm512_maskz_loadu_epi8(first_lanes(count > 128 ? count - 128 : 0), bytes + 128),
                          _mm512_maskz_loadu_epi8(first_lanes(count > 192 ? count - 192 : 0), bytes + 192)};
}

/* The postings' length bytes, and room for a vector more. */
AVX512 static inline void collect(const uint8_t *length_bytes, uint32_t docs, const struct position_page *page,
                                  uint8_t lengths[POSITION_PAGE + 64])
{
    if (page->count < POSITION_PAGE_BITMAP) {
        _mm512_storeu_si512(lengths, look_up(load_table(length_bytes, docs), _mm512_loadu_si512(page->lows)));
        return;
    }
    for (uint32_t word = 0, i = 0; word < 4; word++) {
        __m512i here = _mm512_maskz_loadu_epi8(page->set[word], length_bytes + 64 * word);
        _mm512_storeu_si512(lengths + i, _mm512_maskz_compress_epi8(page->set[word], here));
        i += (uint32_t)_mm_popcnt_u64(page->set[word]);
    }
}

AVX512 static void widen(const struct position_scale *scale, const uint8_t *length_bytes, uint32_t docs,
                         struct position_page *page)
{
    /* position_less and 7, of which none is negative. */
    __m128i bytes = _mm_add_epi8(_mm512_cvtepi32_epi8(_mm512_loadu_si512(position_less)), _mm_set1_epi8(7));
    const __m512i less = _mm512_broadcast_i32x4(bytes), seven = _mm512_set1_epi8(7);
    const struct table rooms = load_table(scale->eighths, 256);
    __m512i room = _mm512_set1_epi8((char)scale->eighths[0]);
    uint8_t lengths[POSITION_PAGE + 64];
    if (length_bytes) collect(length_bytes, docs, page, lengths);
    for (uint32_t i = 0; i < page->count; i += 64) {
        if (length_bytes) room = look_up(rooms, _mm512_loadu_si512(lengths + i));
        _mm512_storeu_si512(page->rooms + i, room);
        __m512i taken = _mm512_shuffle_epi8(less, _mm512_loadu_si512(page->tfs + i));
        __m512i width = _mm512_subs_epu8(_mm512_adds_epu8(room, seven), taken);
        width = _mm512_and_si512(_mm512_srli_epi16(width, 3), _mm512_set1_epi8(31));
        _mm512_storeu_si512(page->widths + i, width);
    }
}

AVX512 static struct position_taken before(const struct position_page *page, uint32_t index)
{
    const __m512i zero = _mm512_setzero_si512(), one = _mm512_set1_epi8(1), ones = _mm512_set1_epi16(1);
    __m512i lows = zero, highs = zero; /* sums of four bytes, of eight */
    for (uint32_t i = 0; i < index; i += 64) {
        __m512i tfs = _mm512_maskz_loadu_epi8(first_lanes(index - i), page->tfs + i);
        __m512i widths = _mm512_loadu_si512(page->widths + i);
        lows = _mm512_add_epi32(lows, _mm512_madd_epi16(_mm512_maddubs_epi16(tfs, widths), ones));
        highs = _mm512_add_epi64(highs, _mm512_sad_epu8(_mm512_maskz_mov_epi8(_mm512_cmpneq_epi8_mask(tfs, one), tfs), zero));
    }
    /* Both in one: neither sum passes 32 bits. */
    lows = _mm512_add_epi64(_mm512_srli_epi64(lows, 32), _mm512_and_si512(lows, _mm512_set1_epi64(UINT32_MAX)));
    uint64_t sums = (uint64_t)_mm512_reduce_add_epi64(_mm512_add_epi64(lows, _mm512_slli_epi64(highs, 32)));
    return (struct position_taken){(uint32_t)sums, (uint32_t)(sums >> 32)};
}

AVX512 static uint32_t aside(const struct position_page *page, uint32_t index) { return position_page_aside_plain(page, index); }

const struct position_page_kernel position_page_avx512 = {open_page, find, widen, before, aside};
#endif
