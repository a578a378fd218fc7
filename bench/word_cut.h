/* Words of running text as the generator and its measurements take them: runs of ASCII letters and digits and of characters
 * beyond ASCII that are not punctuation. Simpler than the engine's rules on purpose: it is measured with both. */
#ifndef BENCH_WORD_CUT_H
#define BENCH_WORD_CUT_H

#include <stdbool.h>
#include <stddef.h>

enum { WORD_BYTES_MOST = 64 }; /* longer runs are no words of a language; they are cut there */

struct word_span {
    size_t start, end;
};

/* Finds the next word of text[0 .. length) at or after `span->end`. */
bool word_cut_next(const char *text, size_t length, struct word_span *span);

/* The word with ASCII letters in lower case, in `folded`, which has room for WORD_BYTES_MOST; returns its length. */
size_t word_cut_fold(const char *text, struct word_span span, char *folded);

#endif
