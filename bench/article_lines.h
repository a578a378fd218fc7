/* Articles read one by one from JSON lines: id, title and body; other members are passed over. */
#ifndef BENCH_ARTICLE_LINES_H
#define BENCH_ARTICLE_LINES_H

#include "backfile.h"

#include <stdio.h>

struct json_t;

struct article_lines {
    const char *path;
    FILE *in;
    char *line;
    size_t room, number; /* of the line, from 1 */
    struct json_t *record;
    bf_text id, title, body; /* of the article read last, until the next is read */
};

/* Opens the file, or standard input for "-". */
bf_status article_lines_open(const char *path, struct article_lines *lines, bf_error *error);

/* BF_END after the last article; BF_BAD_ARGUMENT, naming the line, for a record that is not JSON or has no id. */
bf_status article_lines_next(struct article_lines *lines, bf_error *error);
void article_lines_close(struct article_lines *lines);

#endif
