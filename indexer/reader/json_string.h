/* JSON strings (RFC 8259, section 7) as they are written: whether they are valid, and what they say. */
#ifndef READER_JSON_STRING_H
#define READER_JSON_STRING_H

#include "arena.h"
#include "backfile.h"

/* Where the string whose opening quote is at `at` ends, behind its closing quote; 0 when it is not a valid one. The text is valid
 * UTF-8. */
size_t json_string_end(const char *text, size_t length, size_t at);

/* What a valid string, given with its quotes, says: a part of it, or a copy in the arena where it has escapes. False: memory was
 * refused. */
bool json_string_decode(bf_text string, struct arena *arena, bf_text *out);

#endif
