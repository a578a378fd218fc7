#include "table.h"

#include <stdarg.h>
#include <string.h>

void table_begin(struct table *table, const char *const *headings, size_t columns)
{
    *table = (struct table){.columns = columns};
    for (size_t i = 0; i < columns; i++) table_cell(table, "%s", headings[i]);
}

void table_cell(struct table *table, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *place = length < 0 ? NULL : (char *)buffer_extend(&table->cells, (size_t)length + 1);
    if (place) {
        vsnprintf(place, (size_t)length + 1, format, again);
        for (char *c = place; *c; c++)
            if (*c == '|') *c = '/'; /* a bar would end the cell */
        table->cell_count++;
    } else {
        table->cells.failed = true;
    }
    va_end(again);
}

/* Bytes, but not those that continue a UTF-8 character. */
static int columns_of(const char *text)
{
    int columns = 0;
    for (; *text; text++) columns += ((unsigned char)*text & 0xC0) != 0x80;
    return columns;
}

bool table_print(const struct table *table, FILE *out)
{
    if (table->cells.failed) return false;
    int widths[TABLE_COLUMNS_MAX] = {0};
    const char *cell = (const char *)table->cells.bytes;
    for (size_t i = 0; i < table->cell_count; i++, cell += strlen(cell) + 1) {
        int *width = &widths[i % table->columns], columns = columns_of(cell);
        if (columns < 3) columns = 3;
        if (*width < columns) *width = columns;
    }
    cell = (const char *)table->cells.bytes;
    for (size_t i = 0; i < table->cell_count; i++, cell += strlen(cell) + 1) {
        const size_t column = i % table->columns;
        const int padding = widths[column] - columns_of(cell);
        if (column == 0) fprintf(out, "| %s%*s |", cell, padding, "");
        else fprintf(out, " %*s%s |", padding, "", cell);
        if (column + 1 == table->columns) fputc('\n', out);
        if (i + 1 != table->columns) continue;
        for (size_t c = 0; c < table->columns; c++) { /* the line under the headings; a colon sets a column to the right */
            fputs(c ? " " : "| ", out);
            for (int dash = c ? 1 : 0; dash < widths[c]; dash++) fputc('-', out);
            fputs(c ? ": |" : " |", out);
        }
        fputc('\n', out);
    }
    return true;
}

void table_free(struct table *table)
{
    buffer_free(&table->cells);
}
