/* A text file held whole and cut into lines and fields in place. */
#ifndef BENCH_TEXT_LINES_H
#define BENCH_TEXT_LINES_H

#include "backfile.h"
#include "buffer.h"

struct text_lines {
    struct buffer text;
    char *next;     /* the rest that text_lines_next has not given yet; NULL at the end */
    size_t number;  /* of the line given last, from 1 */
};

/* Reads the file, or standard input for "-". */
bf_status text_lines_read(const char *path, struct text_lines *lines, bf_error *error);
void text_lines_free(struct text_lines *lines);

/* The next line that is not blank, NUL-terminated without its line end, or NULL. Lives as long as the lines; may be cut. */
char *text_lines_next(struct text_lines *lines);

/* Cuts a line at the separators ('\t', or ' ' for any run of blanks) into at most `max` fields, the last of them holding the
 * rest; returns how many there are. */
size_t text_fields(char *line, char separator, char **fields, size_t max);

#endif
