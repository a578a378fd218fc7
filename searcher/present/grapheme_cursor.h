/* Walks a text's grapheme boundaries forward, jumping where it can: between two ASCII characters there is always one, but for CR
 * LF (UAX #29, GB3 and GB999). */
#ifndef PRESENT_GRAPHEME_CURSOR_H
#define PRESENT_GRAPHEME_CURSOR_H

#include "utf8.h"

struct grapheme_cursor {
    const char *text;
    size_t length, at; /* a boundary */
};

static inline bool grapheme_is_plain_boundary(const char *text, size_t length, size_t at)
{
    if (at == 0 || at >= length) return true;
    return (unsigned char)(text[at - 1] | text[at]) < 0x80 && !(text[at - 1] == '\r' && text[at] == '\n');
}

/* Moves to the last boundary at or before `offset`, which must not lie before the cursor. */
static inline void grapheme_seek(struct grapheme_cursor *cursor, size_t offset)
{
    size_t plain = offset;
    while (plain > cursor->at && !grapheme_is_plain_boundary(cursor->text, cursor->length, plain)) plain--;
    cursor->at = plain;
    while (cursor->at < offset) {
        size_t end = utf8_grapheme_end(cursor->text, cursor->length, cursor->at);
        if (end > offset) break;
        cursor->at = end;
    }
}

/* Moves to the last boundary at or before `offset`, and returns the first at or after it. */
static inline size_t grapheme_seek_end(struct grapheme_cursor *cursor, size_t offset)
{
    grapheme_seek(cursor, offset);
    return cursor->at == offset ? offset : utf8_grapheme_end(cursor->text, cursor->length, cursor->at);
}

#endif
