/*
 * An article's length in one byte, exact to 39 and then with four significant bits, as Lucene's SmallFloat.intToByte4 keeps
 * it: its ranking can be compared score by score, and a table of 256 entries holds every length's part of BM25.
 */
#ifndef CODEC_LENGTH_BYTE_H
#define CODEC_LENGTH_BYTE_H

#include <stdint.h>

uint8_t length_byte_encode(uint32_t length);  /* rounds down */
uint32_t length_byte_decode(uint8_t byte);

#endif
