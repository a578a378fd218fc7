/* Where one sentence of an English article ends and the next begins, well enough to exchange sentences between articles. */
#ifndef BENCH_SENTENCE_CUT_H
#define BENCH_SENTENCE_CUT_H

#include <stddef.h>

/* The end of the sentence that begins at `start` < length, with the white space behind it. What stands before a blank line is a
 * sentence, whatever it ends with. */
size_t sentence_cut_end(const char *text, size_t length, size_t start);

#endif
