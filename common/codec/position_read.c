#include "position_read.h"

#include <stddef.h>

const char position_cut_short[] = "a position group is shorter than its positions";
const char position_too_far[] = "a position is past 28 bits";

position_read *position_read_at(enum cpu_level level)
{
    switch (level) {
#if defined(__x86_64__)
    case CPU_SCALAR:
    case CPU_AVX2: return position_read_scalar;
    case CPU_AVX512: return position_read_avx512;
#elif defined(__aarch64__)
    case CPU_SCALAR:
    case CPU_NEON: return position_read_scalar;
#else
    case CPU_SCALAR: return position_read_scalar;
    default: break;
#endif
    }
    return NULL;
}

position_read *position_read_best(void) { return position_read_at(cpu_level()); }
