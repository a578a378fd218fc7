/*
 * Sixteen positions a step. The i-th one of the high parts has i ones before it, so what is before it but for them are the zeros
 * of all high parts so far: their sum needs no adding up. That of the low parts is one over lanes.
 */
#include "bytes.h"
#include "lane_sums_avx512.h"
#include "position_read.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt,lzcnt")))

enum {
    LANES = 16,
    LANE_WIDTH = 25, /* with up to seven bits before it in its first byte, that many fit into a lane's four bytes */
};

/* position_pass_high, but the processor counts and selects. */
AVX512 static inline bool pass_high(struct position_reader *reader, uint64_t wanted)
{
    if (wanted < reader->passed) reader->at = reader->passed = 0;
    uint64_t left = wanted - reader->passed, at = reader->at;
    if (!left) return true;
    for (;; at = (at | 63) + 1) { /* from here to the next multiple of 64 */
        if (at >= reader->bits) {
            reader->at = reader->passed = 0;
            return false;
        }
        uint64_t word = load_u64(reader->bytes + at / 64 * 8) >> at % 64;
        uint64_t ones = (uint64_t)_mm_popcnt_u64(word);
        if (ones >= left) {
            reader->at = at + _tzcnt_u64(_pdep_u64(UINT64_C(1) << (left - 1), word)) + 1;
            break;
        }
        left -= ones;
    }
    reader->passed = wanted;
    return true;
}

/* The number of each byte. */
AVX512 static inline __m512i bit_numbers(void)
{
    static const uint8_t numbers[64] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
                                        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    return _mm512_loadu_si512(numbers);
}

/* Sixteen low parts from a bit on. */
AVX512 static inline __m512i low_parts(const uint8_t *bytes, uint64_t low, __m512i lanes, uint32_t width)
{
    __m512i bits = _mm512_add_epi32(_mm512_mullo_epi32(lanes, _mm512_set1_epi32((int)width)), _mm512_set1_epi32((int)(low % 8)));
    __m512i first = _mm512_mullo_epi32(_mm512_srli_epi32(bits, 3), _mm512_set1_epi32(0x01010101));
    __m512i index = _mm512_add_epi8(first, _mm512_set1_epi32(0x03020100));
    __m512i parts = _mm512_permutexvar_epi8(index, _mm512_loadu_si512(bytes + low / 8));
    parts = _mm512_srlv_epi32(parts, _mm512_and_si512(bits, _mm512_set1_epi32(7)));
    return _mm512_and_si512(parts, _mm512_set1_epi32((1 << width) - 1));
}

AVX512 const char *position_read_avx512(struct position_reader *reader, uint64_t high, uint64_t low, uint32_t width, uint32_t tf,
                                        uint32_t enough, uint32_t *positions, uint32_t *count)
{
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    if (width > LANE_WIDTH) return position_read_scalar(reader, high, low, width, tf, enough, positions, count);
    if (!pass_high(reader, high)) return position_cut_short;
    uint64_t at = reader->at, next = 0, zeros = 0; /* zeros: of a high part that began before `at` */
    uint32_t done = 0;
    bool found = false;
    do {
        if (at >= reader->bits) return position_cut_short;
        uint64_t word = load_u64(reader->bytes + at / 8) >> at % 8;
        uint32_t here = (uint32_t)_mm_popcnt_u64(word);
        if (!here) {
            zeros += 64 - at % 8;
            at += 64 - at % 8;
            continue;
        }
        if (here > LANES) here = LANES;
        if (here > tf - done) here = tf - done;
        uint64_t last = _tzcnt_u64(_pdep_u64(UINT64_C(1) << (here - 1), word)); /* where the last of these ones is */
        if (next + ((zeros + last + 1 - here) << width) > POSITION_MOST) return position_too_far;
        __m512i numbers = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(_mm512_maskz_compress_epi8(word, bit_numbers())));
        __m512i passed = _mm512_add_epi32(_mm512_sub_epi32(numbers, lanes), _mm512_set1_epi32((int)zeros));
        __m512i sums = _mm512_add_epi32(lane_sums(low_parts(reader->bytes, low, lanes, width)),
                                        _mm512_sll_epi32(passed, _mm_cvtsi32_si128((int)width)));
        sums = _mm512_add_epi32(_mm512_add_epi32(sums, lanes), _mm512_set1_epi32((int)next));
        __mmask16 there = (__mmask16)((1U << here) - 1);
        uint32_t reached = _mm512_mask_cmpge_epu32_mask(there, sums, _mm512_set1_epi32((int)enough));
        _mm512_mask_storeu_epi32(positions + done, there, sums);
        if (reached) {
            here = (uint32_t)__builtin_ctz(reached) + 1;
            last = _tzcnt_u64(_pdep_u64(UINT64_C(1) << (here - 1), word));
            found = true;
        }
        done += here;
        at += last + 1;
        low += (uint64_t)here * width;
        next = (uint64_t)positions[done - 1] + 1;
        zeros = 0;
    } while (!found && done < tf);
    if (at > reader->bits) return position_cut_short;
    if (next > POSITION_MOST + 1) return position_too_far;
    reader->at = at;
    reader->passed += done;
    *count = done;
    return NULL;
}
#endif
