#include "cpu.h"
#include "page_kernel.h"

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

static uint32_t count_scalar(const uint64_t set[4])
{
    return (uint32_t)(__builtin_popcountll(set[0]) + __builtin_popcountll(set[1]) + __builtin_popcountll(set[2]) +
                      __builtin_popcountll(set[3]));
}

const struct page_kernel page_kernel_scalar = {add_scalar, select_scalar, count_scalar};

const struct page_kernel *page_kernel(void)
{
#if defined(__x86_64__)
    switch (cpu_level()) {
    case CPU_AVX512: return &page_kernel_avx512;
    case CPU_AVX2: return &page_kernel_avx2;
    case CPU_SCALAR: break;
    }
#endif
    return &page_kernel_scalar;
}
