/* Why: how the query was read and run, and what each score is made of. */
#include "printer.h"

#include "layout.h"
#include "terminal.h"
#include "text_width.h"

#include <stdio.h>
#include <string.h>

/* Appends a name and, after it, the text wrapped beside it. */
static void print_entry(struct buffer *out, const struct print_options *options, const char *name, const char *text)
{
    enum { ENTRY_INDENT = 12 };
    buffer_append_format(out, "%-*s", ENTRY_INDENT, name);
    struct paragraph paragraph = {
        .bytes = text, .to = strlen(text), .column = ENTRY_INDENT, .indent = ENTRY_INDENT, .columns = options->columns};
    layout_paragraph(out, &paragraph);
    buffer_append_u8(out, '\n');
}

static void print_word(struct buffer *out, const struct print_options *options, const char *name, const bf_word *word)
{
    struct buffer line = {0};
    print_word_name(&line, word);
    if (strcmp(word->word, word->term) != 0) buffer_append_format(&line, " → %s", word->term);
    if (word->df) {
        buffer_append_string(&line, " in ");
        print_number(&line, word->df);
        buffer_append_format(&line, word->df == 1 ? " article, idf %.4f" : " articles, idf %.4f", (double)word->idf);
    } else {
        buffer_append_string(&line, " in no article");
    }
    char *text = buffer_string(&line);
    if (text) print_entry(out, options, name, text);
    else out->failed = true;
    buffer_free(&line);
}

void print_plan(struct buffer *out, const struct print_options *options, bf_results *results)
{
    const char *understood = bf_results_understood(results), *plan = bf_results_plan(results);
    if (understood) print_entry(out, options, "understood", understood);
    for (size_t i = 0; bf_results_word(results, i); i++) print_word(out, options, i ? "" : "words", bf_results_word(results, i));
    if (plan) print_entry(out, options, "plan", plan);
    buffer_append_u8(out, '\n');
}

enum { PART_SCORE, PART_IDF, PART_BOOST, PART_TF, PART_LENGTH, PART_DF, PART_COLUMNS };

/* One cell of the table; `row` 0 is its head, and the row after the last part its sum. */
static void print_cell(struct buffer *cell, const bf_part *parts, size_t part_count, size_t row, int column, float sum)
{
    static const char *const heads[PART_COLUMNS] = {"score", "idf", "boost", "tf", "length", "df"};
    buffer_clear(cell);
    if (!row) {
        buffer_append_string(cell, heads[column]);
        return;
    }
    if (row > part_count) {
        if (column == PART_SCORE) buffer_append_format(cell, "%.6f", (double)sum);
        return;
    }
    const bf_part *part = &parts[row - 1];
    switch (column) {
    case PART_SCORE: buffer_append_format(cell, "%.6f", (double)part->score); break;
    case PART_IDF: buffer_append_format(cell, "%.4f", (double)part->idf); break;
    case PART_BOOST: buffer_append_format(cell, "%g", (double)part->boost); break;
    case PART_TF: buffer_append_format(cell, "%g", (double)part->tf); break;
    case PART_LENGTH:
        if (part->length > 0) buffer_append_format(cell, "%.0f", (double)part->length);
        else buffer_append_string(cell, "-");
        break;
    default: print_number(cell, part->df); break;
    }
}

bf_status print_parts(struct buffer *out, bf_results *results, size_t i, size_t indent, bf_error *error)
{
    const bf_part *parts;
    size_t part_count;
    bf_status status = bf_results_explain(results, i, &parts, &part_count, error);
    if (status != BF_OK) return status;
    float sum = bf_results_hit(results, i)->score;
    struct buffer cell = {0};
    size_t widths[PART_COLUMNS] = {0};
    for (int column = 0; column < PART_COLUMNS; column++) {
        for (size_t row = 0; row <= part_count + 1; row++) {
            print_cell(&cell, parts, part_count, row, column, sum);
            if (cell.length > widths[column]) widths[column] = cell.length;
        }
    }
    for (size_t row = 0; row <= part_count + 1; row++) {
        layout_spaces(out, indent);
        for (int column = 0; column < PART_COLUMNS && (row <= part_count || column == PART_SCORE); column++) {
            print_cell(&cell, parts, part_count, row, column, sum);
            if (column) layout_spaces(out, 2);
            if (cell.length < widths[column]) layout_spaces(out, widths[column] - cell.length);
            buffer_append(out, cell.bytes, cell.length);
        }
        layout_spaces(out, 2);
        if (!row) buffer_append_string(out, "of");
        else if (row > part_count) buffer_append_string(out, "in all");
        else terminal_append_string(out, parts[row - 1].clause);
        buffer_append_u8(out, '\n');
    }
    if (cell.failed) out->failed = true;
    buffer_free(&cell);
    return BF_OK;
}
