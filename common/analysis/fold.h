/*
 * Making what means the same the same bytes: compatibility normalisation (NFKC, UAX #15), full case folding, default-ignorable
 * code points left out, apostrophes unified, and, if wanted, accents taken off.
 */
#ifndef ANALYSIS_FOLD_H
#define ANALYSIS_FOLD_H

#include "buffer.h"

enum {
    FOLD_ACCENTS = 1, /* take accents off Latin, Greek and Cyrillic letters, and leave out optional vowel signs */
    FOLD_TURKISH = 2, /* I is the capital of dotless i, dotted capital I that of i */
};

/* Appends the folded form of valid UTF-8 to `out`; running out of memory is out->failed. Linear in the length: what is longer
 * than FOLD_PIECE is folded piece by piece, and more than thirty marks in a row are ordered thirty at a time. */
void fold_append(struct buffer *out, const char *text, size_t length, unsigned how);

enum { FOLD_PIECE = 512 /* bytes */ };

#endif
