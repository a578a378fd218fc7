/*
 * Word boundaries of UAX #29, revision 41 (Unicode 15.0), rules WB1 to WB999.
 *
 * Two views of the same rules: `wordbreak_end` as Unicode states them, and `wordbreak_tailored_end`, on which the tokenizer rests
 * (RULES.md): scripts indexed by n-grams never join a word, subscript digits do, and emoji are left to the tokenizer.
 */
#ifndef ANALYSIS_WORDBREAK_H
#define ANALYSIS_WORDBREAK_H

#include <stddef.h>
#include <stdint.h>

/* The first boundary after `at` (< length), which must itself be a boundary, in valid UTF-8. Reads no further than the next
 * boundary but one. */
size_t wordbreak_end(const char *text, size_t length, size_t at);

/* The same with the tailored classes; *flags is the union of the flags (unicode_table.h) of what stands before the boundary. */
size_t wordbreak_tailored_end(const char *text, size_t length, size_t at, unsigned *flags);

#endif
