#include "ascii_classes.h"

enum {
    L = 1 << 0, /* letter */
    D = 1 << 1, /* digit */
    U = 1 << 2, /* underscore */
    J = 1 << 3, /* joins letters */
    N = 1 << 4, /* joins digits */
    B = 1 << 5, /* blank */
    S = 1 << 6, /* one of the signs &, +, # */
};

static const uint8_t class_of[128] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, B, B, 0, 0, B, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    B, 0, 0, S, 0, 0, S, J | N, 0, 0, 0, S, N, 0, J | N, 0,
    D, D, D, D, D, D, D, D, D, D, J, N, 0, 0, 0, 0,
    0, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, 0, 0, 0, 0, U,
    0, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, 0, 0, 0, 0, 0,
};

void ascii_classify_scalar(const char *text, struct ascii_classes *classes)
{
    struct ascii_classes found = {0};
    for (unsigned i = 0; i < 64; i++) {
        uint8_t byte = (uint8_t)text[i];
        if (byte >= 128) {
            found.foreign |= UINT64_C(1) << i;
            continue;
        }
        uint64_t class = class_of[byte];
        found.letter |= (class & 1) << i;
        found.digit |= (class >> 1 & 1) << i;
        found.underscore |= (class >> 2 & 1) << i;
        found.letter_joiner |= (class >> 3 & 1) << i;
        found.digit_joiner |= (class >> 4 & 1) << i;
        found.blank |= (class >> 5 & 1) << i;
        if (class & S) {
            found.ampersand |= (uint64_t)(byte == '&') << i;
            found.plus |= (uint64_t)(byte == '+') << i;
            found.hash |= (uint64_t)(byte == '#') << i;
        }
    }
    *classes = found;
}

ascii_classify *ascii_classifier(enum cpu_level level)
{
#if defined(__x86_64__)
    if (level >= CPU_AVX512) return ascii_classify_avx512;
    if (level >= CPU_AVX2) return ascii_classify_avx2;
#endif
    (void)level;
    return ascii_classify_scalar;
}
