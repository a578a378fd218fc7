#include "page_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

/* Sixteen lanes, all ones where the bit is set. */
AVX2 static inline __m256i lanes_of(uint16_t bits)
{
    const __m256i each = _mm256_setr_epi16(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, (short)32768);
    return _mm256_cmpeq_epi16(_mm256_and_si256(_mm256_set1_epi16((short)bits), each), each);
}

AVX2 static void add_avx2(uint16_t sums[KERNEL_PAGE], const uint64_t set[4], const uint16_t weights[KERNEL_CELLS])
{
    for (int cell = 0; cell < KERNEL_CELLS; cell++) {
        uint16_t bits = (uint16_t)(set[cell / 4] >> cell % 4 * 16);
        if (!bits) continue;
        __m256i *place = (__m256i *)(void *)(sums + 16 * cell);
        __m256i added = _mm256_and_si256(lanes_of(bits), _mm256_set1_epi16((short)weights[cell]));
        _mm256_storeu_si256(place, _mm256_add_epi16(_mm256_loadu_si256(place), added));
    }
}

AVX2 static void select_avx2(const uint16_t sums[KERNEL_PAGE], uint16_t least, uint64_t set[4])
{
    const __m256i bound = _mm256_set1_epi16((short)least);
    for (int word = 0; word < 4; word++) {
        uint64_t bits = 0;
        for (int half = 0; half < 2; half++) {
            const uint16_t *at = sums + 64 * word + 32 * half;
            __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)at);
            __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(at + 16));
            low = _mm256_cmpeq_epi16(_mm256_max_epu16(low, bound), low); /* unsigned >= */
            high = _mm256_cmpeq_epi16(_mm256_max_epu16(high, bound), high);
            __m256i packed = _mm256_permute4x64_epi64(_mm256_packs_epi16(low, high), 0xd8);
            bits |= (uint64_t)(uint32_t)_mm256_movemask_epi8(packed) << 32 * half;
        }
        set[word] = bits;
    }
}

AVX2 static uint32_t count_avx2(const uint64_t set[4])
{
    return (uint32_t)(__builtin_popcountll(set[0]) + __builtin_popcountll(set[1]) + __builtin_popcountll(set[2]) +
                      __builtin_popcountll(set[3]));
}

const struct page_kernel page_kernel_avx2 = {add_avx2, select_avx2, count_avx2};

#endif
