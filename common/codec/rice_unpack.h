/*
 * The integers of a Rice block (rice_block.h) from its two streams: what takes time where lists are walked. AVX-512 with VBMI2
 * does it in one pass, without going through memory for high parts, low parts and sums; elsewhere it is put together from what
 * bitpack.h and page_unpack.h have for each instruction set. All give the same results.
 *
 * `packed` has the low bits, `stream` the high parts; 64 readable bytes follow each. 1 <= count <= 128, width <= 32. Numbers are
 * written up to a multiple of 16, those past `count` may be anything. Both return the number of the stream's bit that ends the
 * last integer, or UINT32_MAX: it has not so many ones in RICE_STREAM_MOST bytes.
 */
#ifndef CODEC_RICE_UNPACK_H
#define CODEC_RICE_UNPACK_H

#include "bitpack.h"

/* Bytes of a stream: with the best width there are at most two zeros for each one (rice_block.c). */
enum { RICE_STREAM_MOST = 3 * BITPACK_COUNT / 8 };

struct rice_unpack {
    /* values[i] = integer i + more, modulo 2^32. */
    uint32_t (*values)(const uint8_t *packed, const uint8_t *stream, uint32_t count, uint32_t width, uint32_t more,
                       uint32_t values[BITPACK_COUNT]);

    /* values[i] = before + the sum of (integer j + 1) for j <= i, modulo 2^32. */
    uint32_t (*sums)(const uint8_t *packed, const uint8_t *stream, uint32_t count, uint32_t width, uint32_t before,
                     uint32_t values[BITPACK_COUNT]);
};

/* Those of a level; NULL where this build has none. Call only what the processor has. */
const struct rice_unpack *rice_unpack_at(enum cpu_level level);

/* Those of cpu_level(). */
const struct rice_unpack *rice_unpack_best(void);

extern const struct rice_unpack rice_unpack_portable;
#if defined(__x86_64__)
extern const struct rice_unpack rice_unpack_avx512;
#endif

#endif
