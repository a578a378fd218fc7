/*
 * Which vector instructions to use, chosen once at run time by what the processor has. The environment
 * variable BACKFILE_CPU=scalar|avx2|avx512|neon lowers the choice, for tests and comparisons; it never raises
 * it above what the processor can do.
 */
#ifndef BASE_CPU_H
#define BASE_CPU_H

enum cpu_level {
    CPU_SCALAR, /* portable C, always there, the reference of every other level */
#if defined(__aarch64__)
    CPU_NEON,   /* what every such processor has */
#else
    CPU_AVX2,   /* x86-64-v3: AVX2, BMI1, BMI2, POPCNT, SSE4.2 */
    CPU_AVX512, /* and AVX-512 F, BW, DQ, VL, VBMI, VBMI2 */
#endif
};

enum cpu_level cpu_level(void);
const char *cpu_level_name(enum cpu_level level);

#endif
