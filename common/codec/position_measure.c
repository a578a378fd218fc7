#include "position_measure.h"

#include <stddef.h>

position_measure *position_measure_at(enum cpu_level level)
{
    switch (level) {
    case CPU_SCALAR: return position_measure_scalar;
#if defined(__x86_64__)
    case CPU_AVX2: return position_measure_avx2;
    case CPU_AVX512: return position_measure_avx512;
#elif defined(__aarch64__)
    case CPU_NEON: return position_measure_neon;
#else
    default: break;
#endif
    }
    return NULL;
}

position_measure *position_measure_best(void) { return position_measure_at(cpu_level()); }
