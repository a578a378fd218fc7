/*
 * The classes of 64 bytes of text as sets of bits, bit i for byte i: the ground the tokenizer's ASCII path stands on. One
 * file an instruction set, all the same to their callers; the scalar one is the reference.
 */
#ifndef ANALYSIS_ASCII_CLASSES_H
#define ANALYSIS_ASCII_CLASSES_H

#include "cpu.h"

#include <stdint.h>

struct ascii_classes {
    uint64_t letter, digit, underscore;
    uint64_t letter_s;             /* s and S, which are letters too */
    uint64_t apostrophe, full_stop; /* inside a word or a number (WB6, WB7, WB11, WB12) */
    uint64_t colon;                /* inside a word */
    uint64_t comma;                /* and semicolon: inside a number */
    uint64_t ampersand, plus, hash;
    uint64_t blank;                /* space, tab, line feed, carriage return */
    uint64_t foreign;              /* not ASCII */
};

/* Classifies text[0..63], all of which must be readable. */
typedef void ascii_classify(const char *text, struct ascii_classes *classes);

void ascii_classify_scalar(const char *text, struct ascii_classes *classes);
#if defined(__x86_64__)
void ascii_classify_avx2(const char *text, struct ascii_classes *classes);
void ascii_classify_avx512(const char *text, struct ascii_classes *classes);
#elif defined(__aarch64__)
void ascii_classify_neon(const char *text, struct ascii_classes *classes);
#endif

/* The one for a level the processor has. */
ascii_classify *ascii_classifier(enum cpu_level level);

#endif
