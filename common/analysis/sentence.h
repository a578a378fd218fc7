/* Where sentences begin (for cutting snippets): UAX #29 sentence boundaries, simplified to what news text needs, plus
 * paragraph breaks and CJK full stops. */
#ifndef ANALYSIS_SENTENCE_H
#define ANALYSIS_SENTENCE_H

#include <stddef.h>

/* The offset after the sentence (with its trailing white space) that begins at `at`; `length` for the last. A newline pair ends
 * a sentence; "Mr.", "U.S." and initials don't when lower case or a digit follows, nor do single capitals. */
size_t sentence_end(const char *text, size_t length, size_t at);

#endif
