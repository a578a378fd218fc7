#include "page_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,bmi,bmi2,popcnt")))

AVX512 static void add_codes_avx512(uint16_t *sums, const uint8_t *codes, uint32_t count, uint32_t step)
{
    const __m512i steps = _mm512_set1_epi16((short)step), one = _mm512_set1_epi16(1);
    for (uint32_t i = 0; i < count; i += 32) {
        __m512i code = _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(const void *)(codes + i)));
        __m512i bound = _mm512_mulhi_epu16(_mm512_slli_epi16(code, 8), steps);
        bound = _mm512_mask_add_epi16(bound, _mm512_test_epi16_mask(code, code), bound, one);
        _mm512_storeu_si512(sums + i, _mm512_add_epi16(_mm512_loadu_si512(sums + i), bound));
    }
}

AVX512 static void clear_empty_avx512(uint16_t *sums, const uint8_t *codes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i += 32) {
        __m256i code = _mm256_loadu_si256((const __m256i *)(const void *)(codes + i));
        _mm512_storeu_si512(sums + i, _mm512_maskz_loadu_epi16(_mm256_test_epi8_mask(code, code), sums + i));
    }
}

AVX512 static void add_cells_avx512(const struct page_cells *from, uint32_t page, uint16_t cells[KERNEL_CELLS],
                                    uint16_t sums[KERNEL_CELLS])
{
    const __m256i numbers = _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m128i half = _mm_set1_epi8(15);
    __m128i packed = _mm_cvtsi64_si128((long long)page_grid_codes(from, page));
    __m128i codes = _mm_unpacklo_epi8(_mm_and_si128(packed, half), _mm_and_si128(_mm_srli_epi16(packed, 4), half));
    __m256i which = _mm256_srl_epi16(numbers, _mm_cvtsi32_si128((int)from->grid_shift - 4));
    __m256i bounds = _mm256_permutexvar_epi16(which, _mm256_cvtepu8_epi16(codes));
    bounds = _mm256_mullo_epi16(bounds, _mm256_set1_epi16((short)from->grid_step));
    bounds = _mm256_min_epu16(bounds, _mm256_set1_epi16((short)from->most));
    __m256i *at = (__m256i *)(void *)sums;
    _mm256_storeu_si256((__m256i *)(void *)cells, bounds);
    _mm256_storeu_si256(at, _mm256_add_epi16(_mm256_loadu_si256(at), bounds));
}

AVX512 static bool any_avx512(const uint16_t sums[KERNEL_PAGE], uint16_t least)
{
    __m512i most = _mm512_setzero_si512();
    for (uint32_t first = 0; first < KERNEL_PAGE; first += 32) most = _mm512_max_epu16(most, _mm512_loadu_si512(sums + first));
    return _mm512_cmpge_epu16_mask(most, _mm512_set1_epi16((short)least));
}

AVX512 static uint32_t take_avx512(uint16_t sums[KERNEL_PAGE], uint16_t least, uint8_t lows[KERNEL_PAGE],
                                   uint16_t taken[KERNEL_PAGE])
{
    const __m512i bound = _mm512_set1_epi16((short)least);
    uint32_t count = 0;
    for (uint32_t first = 0; first < KERNEL_PAGE; first += 32) {
        for (uint32_t bits = _mm512_cmpge_epu16_mask(_mm512_loadu_si512(sums + first), bound); bits; bits &= bits - 1) {
            uint32_t low = first + (uint32_t)__builtin_ctz(bits);
            lows[count] = (uint8_t)low;
            taken[count++] = sums[low];
        }
        _mm512_storeu_si512(sums + first, _mm512_setzero_si512());
    }
    return count;
}

AVX512 static uint32_t at_least_avx512(const uint16_t sums[KERNEL_CELLS], uint16_t least)
{
    return _mm256_cmpge_epu16_mask(_mm256_loadu_si256((const __m256i *)(const void *)sums), _mm256_set1_epi16((short)least));
}

AVX512 static uint32_t cell_documents_avx512(const struct page_part *parts, uint32_t count, uint32_t cell, uint16_t least,
                                             uint16_t sums[16])
{
    __m256i sum = _mm256_setzero_si256();
    for (uint32_t i = 0; i < count; i++) {
        __mmask16 here = (__mmask16)(parts[i].set[cell / 4] >> cell % 4 * 16);
        sum = _mm256_mask_add_epi16(sum, here, sum, _mm256_set1_epi16((short)parts[i].cells[cell]));
    }
    _mm256_storeu_si256((__m256i *)(void *)sums, sum);
    return _mm256_cmpge_epu16_mask(sum, _mm256_set1_epi16((short)least));
}

AVX512 static void add_avx512(uint16_t sums[KERNEL_PAGE], const uint64_t set[4], const uint16_t weights[KERNEL_CELLS])
{
    for (int pair = 0; pair < KERNEL_CELLS / 2; pair++) { /* two cells: 32 documents */
        uint32_t bits = (uint32_t)(set[pair / 2] >> pair % 2 * 32);
        if (!bits) continue;
        uint16_t *at = sums + 32 * pair;
        __m512i weight = _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_set1_epi16((short)weights[2 * pair])),
                                            _mm256_set1_epi16((short)weights[2 * pair + 1]), 1);
        __m512i old = _mm512_loadu_si512(at);
        _mm512_storeu_si512(at, _mm512_mask_add_epi16(old, bits, old, weight));
    }
}

AVX512 static void select_avx512(const uint16_t sums[KERNEL_PAGE], uint16_t least, uint64_t set[4])
{
    const __m512i bound = _mm512_set1_epi16((short)least);
    for (int word = 0; word < 4; word++) {
        uint64_t low = _mm512_cmpge_epu16_mask(_mm512_loadu_si512(sums + 64 * word), bound);
        uint64_t high = _mm512_cmpge_epu16_mask(_mm512_loadu_si512(sums + 64 * word + 32), bound);
        set[word] = low | high << 32;
    }
}

AVX512 static void impacts_avx512(float tf, const float norm[256], float weight, uint16_t bounds[256])
{
    for (int i = 0; i < 256; i++) bounds[i] = (uint16_t)((int32_t)(weight * (tf / (tf + norm[i]))) + 1);
}

AVX512 static uint64_t count_bits_avx512(const uint64_t *words, uint32_t word_count)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < word_count; i++) count += (uint64_t)__builtin_popcountll(words[i]);
    return count;
}

AVX512 static uint32_t count_avx512(const uint64_t set[4])
{
    return (uint32_t)(__builtin_popcountll(set[0]) + __builtin_popcountll(set[1]) + __builtin_popcountll(set[2]) +
                      __builtin_popcountll(set[3]));
}

const struct page_kernel page_kernel_avx512 = {add_codes_avx512, clear_empty_avx512, any_avx512, take_avx512, add_cells_avx512,
                                               at_least_avx512, cell_documents_avx512, add_avx512, select_avx512,
                                               impacts_avx512, count_bits_avx512, count_avx512};

#endif
