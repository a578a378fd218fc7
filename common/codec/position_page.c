#include "position_page.h"

#include <stddef.h>

const struct position_page_kernel *position_page_kernel_at(enum cpu_level level)
{
    switch (level) {
    case CPU_SCALAR: return &position_page_scalar;
#if defined(__x86_64__)
    case CPU_AVX2: return &position_page_avx2;
    case CPU_AVX512: return &position_page_avx512;
#elif defined(__aarch64__)
    case CPU_NEON: return &position_page_neon;
#else
    default: break;
#endif
    }
    return NULL;
}

const struct position_page_kernel *position_page_kernel_best(void) { return position_page_kernel_at(cpu_level()); }

void position_page_widen(const struct position_scale *scale, const uint8_t *length_bytes, uint32_t docs,
                         struct position_page *page)
{
    page->kernel->widen(scale, length_bytes, docs, page);
    page->widened = true;
    if (!page->aside_count) return;
    struct position_place place = {0};
    uint32_t i = 0;
    for (uint32_t word = 0; word < 4; word++) {
        for (uint64_t left = page->aside[word]; left; left &= left - 1, i++) {
            uint32_t tf = page->aside_tfs[i];
            page->aside_before[i] = place;
            place.low += (uint64_t)tf * position_width(page->rooms[64 * word + (uint32_t)__builtin_ctzll(left)], tf);
            place.high += tf;
        }
    }
    page->aside_before[i] = place;
}
