#include "ascii_classes.h"

enum {
    L = 1 << 0, /* letter */
    S = 1 << 1, /* letter s */
    D = 1 << 2, /* digit */
    A = 1 << 3, /* apostrophe */
    F = 1 << 4, /* full stop */
    C = 1 << 5, /* comma or semicolon */
    B = 1 << 6, /* blank */
    R = 1 << 7, /* rarer: one of _ : & + # */
};

static const uint8_t class_of[128] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, B, B, 0, 0, B, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    B, 0, 0, R, 0, 0, R, A, 0, 0, 0, R, C, 0, F, 0,
    D, D, D, D, D, D, D, D, D, D, R, C, 0, 0, 0, 0,
    0, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L | S, L, L, L, L, L, L, L, 0, 0, 0, 0, R,
    0, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L | S, L, L, L, L, L, L, L, 0, 0, 0, 0, 0,
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
        found.letter_s |= (class >> 1 & 1) << i;
        found.digit |= (class >> 2 & 1) << i;
        found.apostrophe |= (class >> 3 & 1) << i;
        found.full_stop |= (class >> 4 & 1) << i;
        found.comma |= (class >> 5 & 1) << i;
        found.blank |= (class >> 6 & 1) << i;
        if (class & R) {
            found.underscore |= (uint64_t)(byte == '_') << i;
            found.colon |= (uint64_t)(byte == ':') << i;
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
#elif defined(__aarch64__)
    if (level >= CPU_NEON) return ascii_classify_neon;
#endif
    (void)level;
    return ascii_classify_scalar;
}
