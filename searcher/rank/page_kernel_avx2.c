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

AVX2 static void add_codes_avx2(uint16_t *sums, const uint8_t *codes, uint32_t count, uint32_t step)
{
    const __m256i steps = _mm256_set1_epi16((short)step), none = _mm256_setzero_si256();
    for (uint32_t i = 0; i < count; i += 16) {
        __m256i code = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(const void *)(codes + i)));
        __m256i *at = (__m256i *)(void *)(sums + i);
        __m256i bound = _mm256_mulhi_epu16(_mm256_slli_epi16(code, 8), steps);
        bound = _mm256_sub_epi16(bound, _mm256_cmpgt_epi16(code, none)); /* all ones is -1 */
        _mm256_storeu_si256(at, _mm256_add_epi16(_mm256_loadu_si256(at), bound));
    }
}

AVX2 static void clear_empty_avx2(uint16_t *sums, const uint8_t *codes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i += 16) {
        __m256i code = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(const void *)(codes + i)));
        __m256i *at = (__m256i *)(void *)(sums + i);
        _mm256_storeu_si256(at, _mm256_and_si256(_mm256_loadu_si256(at), _mm256_cmpgt_epi16(code, _mm256_setzero_si256())));
    }
}

/* Which of the page's grid codes each of its sixteen cells has, by the grid's shift less four. */
static const uint8_t cell_codes[5][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7},
    {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3},
    {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1},
    {0},
};

AVX2 static void add_cells_avx2(const struct page_cells *from, uint32_t page, uint16_t cells[KERNEL_CELLS],
                                uint16_t sums[KERNEL_CELLS])
{
    const __m128i half = _mm_set1_epi8(15);
    __m128i packed = _mm_cvtsi64_si128((long long)page_grid_codes(from, page));
    __m128i codes = _mm_unpacklo_epi8(_mm_and_si128(packed, half), _mm_and_si128(_mm_srli_epi16(packed, 4), half));
    codes = _mm_shuffle_epi8(codes, _mm_loadu_si128((const __m128i *)(const void *)cell_codes[from->grid_shift - 4]));
    __m256i bounds = _mm256_mullo_epi16(_mm256_cvtepu8_epi16(codes), _mm256_set1_epi16((short)from->grid_step));
    bounds = _mm256_min_epu16(bounds, _mm256_set1_epi16((short)from->most));
    __m256i *at = (__m256i *)(void *)sums;
    _mm256_storeu_si256((__m256i *)(void *)cells, bounds);
    _mm256_storeu_si256(at, _mm256_add_epi16(_mm256_loadu_si256(at), bounds));
}

/* A bit for each lane that is at least `least`. */
AVX2 static inline uint32_t bits_at_least(__m256i sums, uint16_t least)
{
    __m256i reach = _mm256_cmpeq_epi16(_mm256_max_epu16(sums, _mm256_set1_epi16((short)least)), sums); /* unsigned >= */
    __m128i packed = _mm_packs_epi16(_mm256_castsi256_si128(reach), _mm256_extracti128_si256(reach, 1));
    return (uint32_t)_mm_movemask_epi8(packed);
}

AVX2 static bool any_avx2(const uint16_t sums[KERNEL_PAGE], uint16_t least)
{
    __m256i most = _mm256_setzero_si256();
    for (uint32_t first = 0; first < KERNEL_PAGE; first += 16)
        most = _mm256_max_epu16(most, _mm256_loadu_si256((const __m256i *)(const void *)(sums + first)));
    return bits_at_least(most, least);
}

AVX2 static uint32_t take_avx2(uint16_t sums[KERNEL_PAGE], uint16_t least, uint8_t lows[KERNEL_PAGE], uint16_t taken[KERNEL_PAGE])
{
    uint32_t count = 0;
    for (uint32_t first = 0; first < KERNEL_PAGE; first += 16) {
        __m256i *at = (__m256i *)(void *)(sums + first);
        for (uint32_t bits = bits_at_least(_mm256_loadu_si256(at), least); bits; bits &= bits - 1) {
            uint32_t low = first + (uint32_t)__builtin_ctz(bits);
            lows[count] = (uint8_t)low;
            taken[count++] = sums[low];
        }
        _mm256_storeu_si256(at, _mm256_setzero_si256());
    }
    return count;
}

AVX2 static uint32_t at_least_avx2(const uint16_t sums[KERNEL_CELLS], uint16_t least)
{
    return bits_at_least(_mm256_loadu_si256((const __m256i *)(const void *)sums), least);
}

AVX2 static uint32_t cell_documents_avx2(const struct page_part *parts, uint32_t count, uint32_t cell, uint16_t least,
                                         uint16_t sums[16])
{
    __m256i sum = _mm256_setzero_si256();
    for (uint32_t i = 0; i < count; i++) {
        __m256i here = lanes_of((uint16_t)(parts[i].set[cell / 4] >> cell % 4 * 16));
        sum = _mm256_add_epi16(sum, _mm256_and_si256(here, _mm256_set1_epi16((short)parts[i].cells[cell])));
    }
    _mm256_storeu_si256((__m256i *)(void *)sums, sum);
    return bits_at_least(sum, least);
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

AVX2 static void impacts_avx2(float tf, const float norm[256], float weight, uint16_t bounds[256])
{
    for (int i = 0; i < 256; i++) bounds[i] = (uint16_t)((int32_t)(weight * (tf / (tf + norm[i]))) + 1);
}

AVX2 static uint64_t count_bits_avx2(const uint64_t *words, uint32_t word_count)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < word_count; i++) count += (uint64_t)__builtin_popcountll(words[i]);
    return count;
}

AVX2 static uint32_t count_avx2(const uint64_t set[4])
{
    return (uint32_t)(__builtin_popcountll(set[0]) + __builtin_popcountll(set[1]) + __builtin_popcountll(set[2]) +
                      __builtin_popcountll(set[3]));
}

const struct page_kernel page_kernel_avx2 = {add_codes_avx2, clear_empty_avx2, any_avx2, take_avx2, add_cells_avx2,
                                             at_least_avx2, cell_documents_avx2, add_avx2, select_avx2, impacts_avx2,
                                             count_bits_avx2, count_avx2};

#endif
