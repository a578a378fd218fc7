/*
 * Files of queries to measure with. Each line may be
 *
 *     id TAB text                      words as someone typed them
 *     id TAB mode TAB text             mode: or, and, phrase
 *     id TAB mode TAB class TAB text
 *     {"query": "+a +b", "tags": [..]} the search benchmark game's lines: signs are operators, the first tag is the class
 *
 * Queries without a class get one by their number of words: 1t, 2t, 3t, 4t, 5t+.
 */
#ifndef BENCH_QUERY_SET_H
#define BENCH_QUERY_SET_H

#include "arena.h"
#include "text_lines.h"

#include <stdbool.h>

enum query_mode {
    QUERY_AS_TYPED, /* signs have their meaning */
    QUERY_OR,       /* words, any of them; so for the following no sign means anything */
    QUERY_AND,
    QUERY_PHRASE,
};

struct bench_query {
    const char *id, *class_name, *text;
    enum query_mode mode;
};

struct query_set {
    struct text_lines lines;
    struct arena arena; /* strings point into it or the lines */
    struct bench_query *queries;
    size_t count;
};

/* "or", "and" or "phrase"; false for anything else. */
bool query_mode_parse(const char *name, enum query_mode *mode);
const char *query_mode_name(enum query_mode mode);

/* `mode` is what lines that don't say it mean. */
bf_status query_set_read(const char *path, enum query_mode mode, struct query_set *set, bf_error *error);
void query_set_free(struct query_set *set);

/* The text to search for, and in `options` how; all else in `options` is left as it is. The text is borrowed from the query or
 * from `scratch`; NULL when memory is refused. */
const char *query_prepare(const struct bench_query *query, struct buffer *scratch, bf_search_options *options);

#endif
