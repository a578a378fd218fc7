#include "cpu.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static enum cpu_level cpu_detect(void)
{
    enum cpu_level level = CPU_SCALAR;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
        __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("sse4.2"))
        level = CPU_AVX2;
    if (level == CPU_AVX2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi"))
        level = CPU_AVX512;
#endif
    const char *wish = getenv("BACKFILE_CPU");
    for (enum cpu_level lower = CPU_SCALAR; wish && lower < level; lower++)
        if (strcmp(wish, cpu_level_name(lower)) == 0) level = lower;
    return level;
}

enum cpu_level cpu_level(void)
{
    static atomic_int known = -1; /* every thread that races here finds the same level */
    int level = atomic_load_explicit(&known, memory_order_relaxed);
    if (level < 0) {
        level = (int)cpu_detect();
        atomic_store_explicit(&known, level, memory_order_relaxed);
    }
    return (enum cpu_level)level;
}

const char *cpu_level_name(enum cpu_level level)
{
    switch (level) {
    case CPU_SCALAR: return "scalar";
    case CPU_AVX2: return "avx2";
    case CPU_AVX512: return "avx512";
    }
    return "scalar";
}
