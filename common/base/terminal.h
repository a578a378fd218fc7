/* What the programs need to know of the terminal they write to, and how text of strangers is made harmless for it. */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

#include "buffer.h"

#include "backfile.h"

enum color_choice {
    COLOR_AUTO,   /* on a terminal, unless NO_COLOR is set to anything but "" (no-color.org) or TERM is "dumb" or unset */
    COLOR_ALWAYS,
    COLOR_NEVER,
};

/* "auto", "always" or "never"; NULL is auto. Returns false for another word. */
bool color_choice_parse(const char *word, enum color_choice *choice);

/* Whether colours are wanted on the file descriptor. */
bool terminal_wants_color(enum color_choice choice, int descriptor);

/* Columns: the environment's COLUMNS, or the terminal's own, or 80; never fewer than 20. */
unsigned terminal_columns(int descriptor);

/* What stands for a code point on a terminal: itself; for tabs, line ends and separators a space; for the other C0
 * controls and DEL their picture (U+2400 and on); for C1 controls and CODE_POINT_INVALID U+FFFD; for bidirectional
 * embeddings, overrides and isolates nothing (0). */
uint32_t terminal_safe(uint32_t code_point);

/* Appends the text with every code point made safe. */
void terminal_append_text(struct buffer *out, bf_text text);
void terminal_append_string(struct buffer *out, const char *string);

/* Appends one code point as UTF-8. */
void terminal_append_code_point(struct buffer *out, uint32_t code_point);

#endif
