/*
 * Up to 128 integers of up to 32 bits as a Rice code (Rice and Plaunt 1971): the low bits of each, packed, and then a bit stream
 * of the high parts, for each integer as many zeros as it is high and a one. The width of the low bits is in a byte before them,
 * chosen so that the whole is smallest. Gaps between documents drawn by chance take a tenth of a bit more than they must, where
 * patched frames take half a bit more, and all ones are found at once (rice_unpack.h), so that no integer waits for another.
 */
#ifndef CODEC_RICE_BLOCK_H
#define CODEC_RICE_BLOCK_H

#include "bitpack.h"
#include "buffer.h"

enum { RICE_BLOCK_MOST = 1 + (BITPACK_WIDTH + 1) * BITPACK_COUNT / 8 }; /* bytes of a block */

/* Appends 1 to 128 integers. */
void rice_block_encode(const uint32_t *values, uint32_t count, struct buffer *out);

/* `length` bytes hold them, and 64 readable ones follow. Writes `count` integers, `more` added to each modulo 2^32, and may write
 * anything after them up to a multiple of 16. Returns NULL or the rule broken. */
const char *rice_block_decode(const uint8_t *bytes, size_t length, uint32_t count, uint32_t more, uint32_t values[BITPACK_COUNT]);

/* The same of gaps less one as the numbers they lead to: values[i] is before + the sum of (integer j + 1) for j <= i, modulo
 * 2^32; before is UINT32_MAX where nothing stands before. */
const char *rice_block_decode_sums(const uint8_t *bytes, size_t length, uint32_t count, uint32_t before,
                                   uint32_t values[BITPACK_COUNT]);

/* An upper bound of the bits of any integer in a block. */
uint32_t rice_block_bits(const uint8_t *bytes);

#endif
