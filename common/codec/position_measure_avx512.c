#include "position_measure.h"

#include "lane_sums_avx512.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi")))

/* A table of 256 bytes, and what it has for the byte in each lane. */
struct table {
    __m512i parts[4];
};

AVX512 static inline __m512i look_up(const struct table *table, __m512i index)
{
    __m512i low = _mm512_permutex2var_epi8(table->parts[0], index, table->parts[1]);
    __m512i high = _mm512_permutex2var_epi8(table->parts[2], index, table->parts[3]);
    return _mm512_and_si512(_mm512_mask_blend_epi8(_mm512_movepi8_mask(index), low, high), _mm512_set1_epi32(255));
}

/* The first `count` bytes of a table; others are not touched. */
AVX512 static inline struct table load_table(const uint8_t *bytes, uint32_t count)
{
    struct table table;
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t left = count > 64 * i ? count - 64 * i : 0;
        table.parts[i] = _mm512_maskz_loadu_epi8(left >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << left) - 1, bytes + 64 * i);
    }
    return table;
}

AVX512 bool position_measure_avx512(const struct position_postings *postings, struct position_sums *sums)
{
    const __m512i zero = _mm512_setzero_si512(), last = _mm512_set1_epi32(15), byte = _mm512_set1_epi32(255);
    const __m512i less = _mm512_loadu_si512(position_less);
    const struct table rooms = load_table(postings->scale->eighths, 256);
    const uint32_t count = postings->count, first = count ? postings->docs[0] & ~255U : 0;
    const uint32_t last_doc = count ? postings->docs[count - 1] : 0;
    const bool is_page = last_doc - first < 256; /* then the length bytes that may be needed are a table too */
    struct table lengths = {0};
    if (is_page && postings->length_bytes) lengths = load_table(postings->length_bytes + first, last_doc - first + 1);
    __m512i low = zero, high = zero, seen = zero; /* of the postings before, in all lanes */
    sums->low[0] = sums->high[0] = 0;
    if (last_doc > INT32_MAX) return false;
    for (uint32_t i = 0; i < count; i += 16) {
        __mmask16 there = (__mmask16)(count - i < 16 ? (1U << (count - i)) - 1 : 0xffff);
        __m512i tf = _mm512_maskz_loadu_epi32(there, postings->tfs + i), length = zero;
        if (postings->length_bytes) {
            __m512i docs = _mm512_maskz_loadu_epi32(there, postings->docs + i);
            if (is_page) length = look_up(&lengths, _mm512_and_si512(docs, byte));
            else length = _mm512_and_si512(_mm512_mask_i32gather_epi32(zero, there, docs, postings->length_bytes, 1), byte);
        }
        __m512i room = look_up(&rooms, length);
        /* How often a frequency is to be halved: a float's exponent is its logarithm. */
        __m512i log2 = _mm512_srli_epi32(_mm512_castps_si512(_mm512_cvtepi32_ps(tf)), 23);
        __m512i halved = _mm512_max_epi32(_mm512_sub_epi32(log2, _mm512_set1_epi32(127 + 3)), zero);
        __m512i taken = _mm512_permutexvar_epi32(_mm512_srlv_epi32(tf, halved), less);
        taken = _mm512_add_epi32(taken, _mm512_slli_epi32(halved, 3));
        __m512i width = _mm512_srli_epi32(_mm512_max_epi32(_mm512_sub_epi32(room, taken), zero), 3);
        low = _mm512_add_epi32(low, lane_sums(_mm512_madd_epi16(width, tf)));
        high = _mm512_add_epi32(high, lane_sums(_mm512_maskz_mov_epi32(_mm512_cmpgt_epi32_mask(tf, _mm512_set1_epi32(1)), tf)));
        _mm512_storeu_si512(sums->low + i + 1, low);
        _mm512_storeu_si512(sums->high + i + 1, high);
        low = _mm512_permutexvar_epi32(last, low);
        high = _mm512_permutexvar_epi32(last, high);
        seen = _mm512_or_si512(seen, tf);
    }
    return !_mm512_test_epi32_mask(seen, _mm512_set1_epi32(-POSITION_MEASURED_TF));
}
#endif
