/* UTF-8 (RFC 3629): no surrogates, no overlong forms, at most U+10FFFF. */
#ifndef ANALYSIS_UTF8_H
#define ANALYSIS_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Returns the offset of the first byte that is not valid UTF-8, or `length` when all is. Vectorised for ASCII. */
size_t utf8_valid_prefix(const char *text, size_t length);

/* The code point at `at` (< length) of valid text; *next is the offset after it. */
uint32_t utf8_decode(const char *text, size_t length, size_t at, size_t *next);

/* The offset where the code point before `at` (> 0) begins. */
size_t utf8_back(const char *text, size_t at);

/* Writes 1 to 4 bytes and returns how many; U+FFFD for what is no code point. */
size_t utf8_put(uint32_t code_point, char out[4]);

/* Where the extended grapheme cluster (UAX #29) that begins at `at` ends. */
size_t utf8_grapheme_end(const char *text, size_t length, size_t at);

/* Columns a terminal needs for a text without control characters (UAX #11 wide and fullwidth count two). */
size_t utf8_columns(const char *text, size_t length);

#endif
