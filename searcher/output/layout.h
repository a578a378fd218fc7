/* Fitting a text to columns: lines broken at blanks, between wide characters where typography allows it, and inside a word only
 * when it is longer than a line; never inside a grapheme cluster. Everything written is safe for a terminal. */
#ifndef OUTPUT_LAYOUT_H
#define OUTPUT_LAYOUT_H

#include "buffer.h"

#include "backfile.h"

struct paragraph {
    const char *bytes;
    size_t from, to;         /* the part of it to write */
    const bf_mark *marks;    /* ascending, not overlapping, offsets into `bytes` */
    size_t mark_count;
    size_t column;           /* where on its line the writing begins */
    size_t indent;           /* where every further line begins */
    size_t columns;          /* where lines end; at least indent + 4 is used */
    size_t line_limit;       /* a text that needs more lines ends with "…"; 0: as many as it takes */
    bool keep_blanks;        /* runs of blanks stay as they are, tabs going to the next multiple of 8; else they are one space */
    const char *style;       /* of plain and of marked text: parameters of SGR such as "1;31" (ECMA-48); NULL: none */
    const char *mark_style;
};

/* Appends the paragraph, the last line without its end; returns the column reached. */
size_t layout_paragraph(struct buffer *out, const struct paragraph *paragraph);

/* Appends a short text in one style, whatever its width. */
void layout_styled(struct buffer *out, const char *style, bf_text text);

void layout_spaces(struct buffer *out, size_t count);

#endif
