#include "ascii_classes.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw")))

static inline AVX512 uint64_t block_equal(__m512i block, char wanted)
{
    return _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(wanted));
}

static inline AVX512 uint64_t block_in_range(__m512i block, char first, char count)
{
    return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(block, _mm512_set1_epi8(first)), _mm512_set1_epi8(count));
}

AVX512 void ascii_classify_avx512(const char *text, struct ascii_classes *classes)
{
    __m512i block = _mm512_loadu_si512(text), lowered = _mm512_or_si512(block, _mm512_set1_epi8(0x20));
    classes->letter = block_in_range(lowered, 'a', 26);
    classes->digit = block_in_range(block, '0', 10);
    classes->underscore = block_equal(block, '_');
    classes->letter_s = block_equal(lowered, 's');
    classes->apostrophe = block_equal(block, '\'');
    classes->full_stop = block_equal(block, '.');
    classes->colon = block_equal(block, ':');
    classes->comma = block_equal(block, ',') | block_equal(block, ';');
    classes->ampersand = block_equal(block, '&');
    classes->plus = block_equal(block, '+');
    classes->hash = block_equal(block, '#');
    classes->blank = block_equal(block, ' ') | block_equal(block, '\t') | block_equal(block, '\n') | block_equal(block, '\r');
    classes->foreign = _mm512_movepi8_mask(block);
}

#endif
