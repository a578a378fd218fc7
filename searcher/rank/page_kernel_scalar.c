#include "cpu.h"
#include "page_kernel.h"

static void add_codes_scalar(uint16_t *sums, const uint8_t *codes, uint32_t count, uint32_t step)
{
    for (uint32_t i = 0; i < count; i++)
        if (codes[i]) sums[i] = (uint16_t)(sums[i] + (codes[i] * step >> 8) + 1);
}

static void clear_empty_scalar(uint16_t *sums, const uint8_t *codes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (!codes[i]) sums[i] = 0;
}

static bool any_scalar(const uint16_t sums[KERNEL_PAGE], uint16_t least)
{
    uint32_t found = 0;
    for (uint32_t low = 0; low < KERNEL_PAGE; low++) found |= sums[low] >= least;
    return found;
}

static uint32_t take_scalar(uint16_t sums[KERNEL_PAGE], uint16_t least, uint8_t lows[KERNEL_PAGE], uint16_t taken[KERNEL_PAGE])
{
    uint32_t count = 0;
    for (uint32_t first = 0; first < KERNEL_PAGE; first += 16) { /* most have nothing: one look at sixteen */
        uint16_t most = 0;
        for (uint32_t i = first; i < first + 16; i++) most = sums[i] > most ? sums[i] : most;
        for (uint32_t low = first; most >= least && low < first + 16; low++) {
            if (sums[low] < least) continue;
            lows[count] = (uint8_t)low;
            taken[count++] = sums[low];
        }
    }
    memset(sums, 0, KERNEL_PAGE * sizeof *sums);
    return count;
}

static void add_cells_scalar(const struct page_cells *from, uint32_t page, uint16_t cells[KERNEL_CELLS],
                             uint16_t sums[KERNEL_CELLS])
{
    uint64_t codes = page_grid_codes(from, page);
    for (uint32_t i = 0; i < KERNEL_CELLS; i++) {
        uint32_t bound = (uint32_t)(codes >> (i >> (from->grid_shift - 4)) * 4 & 15) * from->grid_step;
        cells[i] = (uint16_t)(bound < from->most ? bound : from->most);
        sums[i] = (uint16_t)(sums[i] + cells[i]);
    }
}

static uint32_t at_least_scalar(const uint16_t sums[KERNEL_CELLS], uint16_t least)
{
    uint32_t which = 0;
    for (uint32_t i = 0; i < KERNEL_CELLS; i++) which |= (uint32_t)(sums[i] >= least) << i;
    return which;
}

static uint32_t cell_documents_scalar(const struct page_part *parts, uint32_t count, uint32_t cell, uint16_t least,
                                      uint16_t sums[16])
{
    memset(sums, 0, 16 * sizeof *sums);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t low = 0; low < 16; low++)
            if (parts[i].set[cell / 4] >> (cell % 4 * 16 + low) & 1) sums[low] = (uint16_t)(sums[low] + parts[i].cells[cell]);
    return at_least_scalar(sums, least);
}

static void add_scalar(uint16_t sums[KERNEL_PAGE], const uint64_t set[4], const uint16_t weights[KERNEL_CELLS])
{
    for (int word = 0; word < 4; word++)
        for (uint64_t left = set[word]; left; left &= left - 1) {
            int doc = 64 * word + __builtin_ctzll(left);
            sums[doc] = (uint16_t)(sums[doc] + weights[doc / 16]);
        }
}

static void select_scalar(const uint16_t sums[KERNEL_PAGE], uint16_t least, uint64_t set[4])
{
    for (int word = 0; word < 4; word++) {
        uint64_t bits = 0;
        for (int bit = 0; bit < 64; bit++) bits |= (uint64_t)(sums[64 * word + bit] >= least) << bit;
        set[word] = bits;
    }
}

static void impacts_scalar(float tf, const float norm[256], float weight, uint16_t bounds[256])
{
    for (int i = 0; i < 256; i++) bounds[i] = (uint16_t)((int32_t)(weight * (tf / (tf + norm[i]))) + 1);
}

static uint64_t count_bits_scalar(const uint64_t *words, uint32_t word_count)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < word_count; i++) count += (uint64_t)__builtin_popcountll(words[i]);
    return count;
}

static uint32_t count_scalar(const uint64_t set[4])
{
    return (uint32_t)(__builtin_popcountll(set[0]) + __builtin_popcountll(set[1]) + __builtin_popcountll(set[2]) +
                      __builtin_popcountll(set[3]));
}

const struct page_kernel page_kernel_scalar = {add_codes_scalar, clear_empty_scalar, any_scalar, take_scalar, add_cells_scalar,
                                               at_least_scalar, cell_documents_scalar, add_scalar, select_scalar,
                                               impacts_scalar, count_bits_scalar, count_scalar};

const struct page_kernel *page_kernel(void)
{
    switch (cpu_level()) {
#if defined(__x86_64__)
    case CPU_AVX512: return &page_kernel_avx512;
    case CPU_AVX2: return &page_kernel_avx2;
#elif defined(__aarch64__)
    case CPU_NEON: return &page_kernel_neon;
#endif
    default: break;
    }
    return &page_kernel_scalar;
}
