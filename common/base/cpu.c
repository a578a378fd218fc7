#include "cpu.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GLIBC__) && __has_include(<sys/platform/x86.h>)

/* The C library has asked the processor already; asking again would take a virtual machine as long as a short query. */
#include <sys/platform/x86.h>

/* As its macro of that name, without shifting a bit into the sign. */
static bool is_active(unsigned feature)
{
    const struct cpuid_feature *leaf = __x86_get_cpuid_feature_leaf(feature / 128);
    return leaf->active_array[feature % 128 / 32] >> feature % 32 & 1;
}

static bool has_avx2(void)
{
    return is_active(x86_cpu_AVX2) && is_active(x86_cpu_BMI1) && is_active(x86_cpu_BMI2) && is_active(x86_cpu_POPCNT) &&
           is_active(x86_cpu_SSE4_2);
}

static bool has_avx512(void)
{
    return is_active(x86_cpu_AVX512F) && is_active(x86_cpu_AVX512BW) && is_active(x86_cpu_AVX512DQ) &&
           is_active(x86_cpu_AVX512VL) && is_active(x86_cpu_AVX512_VBMI) && is_active(x86_cpu_AVX512_VBMI2);
}

#elif defined(__x86_64__)

static bool has_avx2(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
           __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("sse4.2");
}

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
}

#endif

static enum cpu_level cpu_highest(void)
{
#if defined(__x86_64__)
    return !has_avx2() ? CPU_SCALAR : has_avx512() ? CPU_AVX512 : CPU_AVX2;
#elif defined(__aarch64__)
    return CPU_NEON;
#else
    return CPU_SCALAR;
#endif
}

static enum cpu_level cpu_detect(void)
{
    enum cpu_level level = cpu_highest();
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
#if defined(__aarch64__)
    case CPU_NEON: return "neon";
#else
    case CPU_AVX2: return "avx2";
    case CPU_AVX512: return "avx512";
#endif
    }
    return "scalar";
}
