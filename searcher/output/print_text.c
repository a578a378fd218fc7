/* Hits for a person: the title with its rank, a line saying when and where, and the passages that show why. */
#include "printer.h"

#include "layout.h"
#include "terminal.h"
#include "text_width.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    RESULT_COLUMNS_MOST = 120, /* longer lines are tiring to read */
    SNIPPET_LINES = 3,
    SNIPPET_SLACK = 4,         /* columns lost, on average, at the end of a line that breaks between words */
    SNIPPET_COLUMNS_LEAST = 40,
};

static unsigned result_columns(const struct print_options *options)
{
    return options->columns < RESULT_COLUMNS_MOST ? options->columns : RESULT_COLUMNS_MOST;
}

static bf_status print_title(struct buffer *out, const struct print_options *options, bf_results *results, bf_text title,
                             size_t indent, bf_error *error)
{
    static const char untitled[] = "(no title)";
    struct paragraph paragraph = {
        .bytes = title.bytes, .to = title.length, .column = indent, .indent = indent, .columns = result_columns(options)};
    if (!title.length) {
        paragraph.bytes = untitled;
        paragraph.to = strlen(untitled);
    }
    if (options->color) {
        paragraph.style = title.length ? PRINT_STYLE_TITLE : PRINT_STYLE_ASIDE;
        paragraph.mark_style = PRINT_STYLE_TITLE_MARK;
        bf_status status = BF_OK;
        if (title.length) status = bf_results_highlight(results, "title", title, &paragraph.marks, &paragraph.mark_count, error);
        if (status != BF_OK) return status;
    }
    layout_paragraph(out, &paragraph);
    buffer_append_u8(out, '\n');
    return BF_OK;
}

/* Date, place, section and id, as many to a line as fit: breaks come between them rather than inside. */
static void print_aside(struct buffer *out, const struct print_options *options, const bf_article *article, size_t indent)
{
    char date[BF_DATE_TEXT_SIZE + 8];
    size_t date_length = print_date(article->date, date);
    bf_text items[] = {{date, date_length}, article->place, article->section, article->id};
    const char *style = options->color ? PRINT_STYLE_ASIDE : NULL;
    size_t column = 0;
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        if (!items[i].length) continue;
        size_t width = text_columns(items[i]);
        if (column && column + 3 + width > result_columns(options)) {
            buffer_append_u8(out, '\n');
            column = 0;
        }
        if (column) {
            layout_styled(out, style, (bf_text){" · ", strlen(" · ")});
            column += 3;
        } else {
            layout_spaces(out, indent);
            column = indent;
        }
        struct paragraph paragraph = {.bytes = items[i].bytes, .to = items[i].length, .column = column, .indent = indent,
                                      .columns = result_columns(options), .style = style};
        column = layout_paragraph(out, &paragraph);
    }
    buffer_append_u8(out, '\n');
}

static bf_status print_snippet(struct buffer *out, const struct print_options *options, bf_results *results, size_t i,
                               size_t indent, bf_error *error)
{
    size_t line = result_columns(options) - indent;
    size_t width = SNIPPET_LINES * (line > SNIPPET_SLACK ? line - SNIPPET_SLACK : 0);
    bf_passage passage;
    if (width < SNIPPET_COLUMNS_LEAST) width = SNIPPET_COLUMNS_LEAST;
    bf_status status = bf_results_snippet(results, i, width, &passage, error);
    if (status != BF_OK || !passage.text.length) return status;
    struct paragraph paragraph = {.bytes = passage.text.bytes, .to = passage.text.length, .column = indent, .indent = indent,
                                  .columns = result_columns(options), .line_limit = SNIPPET_LINES};
    if (options->color) {
        paragraph.marks = passage.marks;
        paragraph.mark_count = passage.mark_count;
        paragraph.mark_style = PRINT_STYLE_MARK;
    }
    layout_spaces(out, indent);
    layout_paragraph(out, &paragraph);
    buffer_append_u8(out, '\n');
    return BF_OK;
}

static bf_status print_hit(struct buffer *out, const struct print_options *options, bf_results *results, size_t i,
                           int rank_digits, bf_error *error)
{
    const bf_article *article;
    bf_status status = bf_results_article(results, i, &article, error);
    if (status != BF_OK) return status;
    size_t indent = (size_t)rank_digits + 2;
    buffer_append_format(out, "%*" PRIu64 ". ", rank_digits, bf_results_hit(results, i)->rank);
    status = print_title(out, options, results, article->title, indent, error);
    if (status == BF_OK) {
        print_aside(out, options, article, indent);
        status = print_snippet(out, options, results, i, indent, error);
    }
    if (status == BF_OK && options->explain) status = print_parts(out, results, i, indent, error);
    buffer_append_u8(out, '\n');
    return status;
}

/* Two digits that matter, and no more. */
static void print_took(struct buffer *out, uint64_t took_us)
{
    double ms = (double)took_us / 1000;
    if (ms < 0.0995) buffer_append_format(out, "%.2f ms", ms);
    else if (ms < 9.95) buffer_append_format(out, "%.1f ms", ms);
    else if (ms < 999.5) buffer_append_format(out, "%.0f ms", ms);
    else buffer_append_format(out, "%.1f s", ms / 1000);
}

static void print_missing(struct buffer *out, const bf_results *results)
{
    const char *before = "; no article has ";
    for (size_t i = 0; bf_results_word(results, i); i++) {
        if (!print_word_is_missing(results, i)) continue;
        buffer_append_string(out, before);
        print_word_name(out, bf_results_word(results, i));
        before = ", ";
    }
}

/* "11–20 of 1,204 articles in 0.8 ms; no article has zeppelinn" */
static void print_closing(struct buffer *out, const struct print_options *options, const struct print_query *query)
{
    struct buffer line = {0};
    uint64_t count = bf_results_count(query->results), total = bf_results_total(query->results);
    if (!total) {
        buffer_append_string(&line, "no article found");
    } else {
        if (count && query->offset) {
            print_number(&line, query->offset + 1);
            if (count > 1) {
                buffer_append_string(&line, "–");
                print_number(&line, query->offset + count);
            }
        } else if (count != total) {
            print_number(&line, count);
        }
        if (total == BF_TOTAL_UNKNOWN) {
            buffer_append_string(&line, " articles");
        } else {
            if (line.length) buffer_append_string(&line, " of ");
            print_number(&line, total);
            buffer_append_string(&line, total == 1 ? " article" : " articles");
        }
    }
    buffer_append_string(&line, " in ");
    print_took(&line, bf_results_took_us(query->results));
    print_missing(&line, query->results);
    if (line.failed) {
        out->failed = true;
    } else {
        struct paragraph paragraph = {.bytes = (const char *)line.bytes, .to = line.length, .columns = result_columns(options),
                                      .style = options->color ? PRINT_STYLE_ASIDE : NULL};
        layout_paragraph(out, &paragraph);
        buffer_append_u8(out, '\n');
    }
    buffer_free(&line);
}

static void print_topic(struct buffer *out, const struct print_options *options, const struct print_query *query)
{
    struct buffer line = {0};
    buffer_append_format(&line, "topic %s: %s", query->topic, query->text);
    if (line.failed) {
        out->failed = true;
    } else {
        struct paragraph paragraph = {.bytes = (const char *)line.bytes, .to = line.length, .columns = result_columns(options),
                                      .style = options->color ? PRINT_STYLE_TITLE : NULL};
        if (!query->first) buffer_append_u8(out, '\n');
        layout_paragraph(out, &paragraph);
        buffer_append_string(out, "\n\n");
    }
    buffer_free(&line);
}

bf_status print_results_text(struct sink *sink, const struct print_options *options, const struct print_query *query,
                             bf_error *error)
{
    size_t count = bf_results_count(query->results);
    int rank_digits = count ? snprintf(NULL, 0, "%" PRIu64, bf_results_hit(query->results, count - 1)->rank) : 1;
    bf_status status = BF_OK;
    if (query->topic) print_topic(&sink->bytes, options, query);
    if (options->explain) print_plan(&sink->bytes, options, query->results);
    for (size_t i = 0; status == BF_OK && i < count; i++) {
        status = print_hit(&sink->bytes, options, query->results, i, rank_digits, error);
        if (status == BF_OK) status = sink_turn(sink, error);
    }
    if (status != BF_OK) return status;
    print_closing(&sink->bytes, options, query);
    return sink_turn(sink, error);
}
