/* How many columns of a terminal a text takes, one grapheme cluster at a time. Text is counted as it is shown, that is, after
 * terminal_safe. */
#ifndef OUTPUT_TEXT_WIDTH_H
#define OUTPUT_TEXT_WIDTH_H

#include "backfile.h"

/* What a reader takes for one character (UAX #29). */
struct cluster {
    size_t end;       /* offset after it */
    unsigned columns; /* by UAX #11: 0, 1, 2, or more for what is joined from several */
    uint32_t first;   /* its first code point, as in the text */
};

/* The cluster that begins at `at` (< end), looking no further than `end`. */
struct cluster cluster_read(const char *bytes, size_t at, size_t end);

size_t text_columns(bf_text text);

#endif
