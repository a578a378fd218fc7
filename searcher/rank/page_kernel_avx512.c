#include "page_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,bmi,bmi2,popcnt")))

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

AVX512 static uint32_t count_avx512(const uint64_t set[4])
{
    return (uint32_t)(__builtin_popcountll(set[0]) + __builtin_popcountll(set[1]) + __builtin_popcountll(set[2]) +
                      __builtin_popcountll(set[3]));
}

const struct page_kernel page_kernel_avx512 = {add_avx512, select_avx512, count_avx512};

#endif
