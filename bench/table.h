/* A table of results in Markdown, its columns aligned so that it reads as well unrendered. */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include "buffer.h"

#include <stdio.h>

enum { TABLE_COLUMNS_MAX = 16 };

struct table {
    struct buffer cells; /* NUL-terminated, row after row, the headings first */
    size_t columns, cell_count;
};

/* Columns after the first are set to the right, as numbers are. `columns` is at most TABLE_COLUMNS_MAX. */
void table_begin(struct table *table, const char *const *headings, size_t columns);
void table_cell(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* False when memory was refused; then nothing is printed. */
bool table_print(const struct table *table, FILE *out);
void table_free(struct table *table);

#endif
