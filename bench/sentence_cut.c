#include "sentence_cut.h"

#include <stdbool.h>
#include <string.h>

static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
static bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
static bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

static size_t skip_space(const char *text, size_t length, size_t at, size_t *lines)
{
    for (*lines = 0; at < length && is_space(text[at]); at++) *lines += text[at] == '\n';
    return at;
}

/* A point behind a single letter ("P. Smith", "U.S. Senate") ends no sentence. */
static bool is_initial(const char *text, size_t start, size_t point)
{
    return point > start && is_letter(text[point - 1]) && (point - 1 == start || !is_letter(text[point - 2]));
}

size_t sentence_cut_end(const char *text, size_t length, size_t start)
{
    for (size_t at = start; at < length; at++) {
        const char c = text[at];
        size_t lines, after;
        if (c == '\n') {
            after = skip_space(text, length, at, &lines);
            if (lines > 1 || (at > start && strchr(".!?:\"'>", text[at - 1]))) return after;
            at = after - 1;
        } else if (c == '.' || c == '!' || c == '?') {
            size_t behind = at + 1;
            while (behind < length && strchr("\"')]", text[behind]) && text[behind]) behind++;
            after = skip_space(text, length, behind, &lines);
            if (after == length) return length;
            if (after > behind && !is_lower(text[after]) && !(c == '.' && is_initial(text, start, at))) return after;
        }
    }
    return length;
}
