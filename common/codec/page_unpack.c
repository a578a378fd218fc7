#include "page_unpack.h"

#include <stddef.h>

const struct page_unpack *page_unpack_at(enum cpu_level level)
{
    switch (level) {
    case CPU_SCALAR: return &page_unpack_scalar;
#if defined(__x86_64__)
    case CPU_AVX2: return &page_unpack_avx2;
    case CPU_AVX512: return &page_unpack_avx512;
#elif defined(__aarch64__)
    case CPU_NEON: return &page_unpack_neon;
#else
    default: break;
#endif
    }
    return NULL;
}

const struct page_unpack *page_unpack_best(void) { return page_unpack_at(cpu_level()); }
