#include "ascii_classes.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

/* The 64 bytes, as two vectors. */
struct block {
    __m256i low, high;
};

static inline AVX2 uint64_t block_mask(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

static inline AVX2 uint64_t block_equal(const struct block *block, char wanted)
{
    const __m256i all = _mm256_set1_epi8(wanted);
    return block_mask(_mm256_cmpeq_epi8(block->low, all), _mm256_cmpeq_epi8(block->high, all));
}

/* first <= byte < first + count, unsigned: moved down by first, and then so that a signed comparison will do. */
static inline AVX2 __m256i half_in_range(__m256i bytes, char first, char count)
{
    __m256i moved = _mm256_sub_epi8(bytes, _mm256_set1_epi8((char)(first + 128)));
    return _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(count - 128)), moved);
}

static inline AVX2 uint64_t block_in_range(const struct block *block, char first, char count)
{
    return block_mask(half_in_range(block->low, first, count), half_in_range(block->high, first, count));
}

AVX2 void ascii_classify_avx2(const char *text, struct ascii_classes *classes)
{
    struct block block = {_mm256_loadu_si256((const __m256i *)(const void *)text),
                          _mm256_loadu_si256((const __m256i *)(const void *)(text + 32))};
    const __m256i lower = _mm256_set1_epi8(0x20);
    struct block lowered = {_mm256_or_si256(block.low, lower), _mm256_or_si256(block.high, lower)};
    classes->letter = block_in_range(&lowered, 'a', 26);
    classes->digit = block_in_range(&block, '0', 10);
    classes->underscore = block_equal(&block, '_');
    classes->letter_s = block_equal(&lowered, 's');
    classes->apostrophe = block_equal(&block, '\'');
    classes->full_stop = block_equal(&block, '.');
    classes->colon = block_equal(&block, ':');
    classes->comma = block_equal(&block, ',') | block_equal(&block, ';');
    classes->ampersand = block_equal(&block, '&');
    classes->plus = block_equal(&block, '+');
    classes->hash = block_equal(&block, '#');
    classes->blank = block_equal(&block, ' ') | block_equal(&block, '\t') | block_equal(&block, '\n') | block_equal(&block, '\r');
    classes->foreign = block_mask(block.low, block.high);
}

#endif
