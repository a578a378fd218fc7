/* A whole article, to be read: the headline, when and where and by whom, its paragraphs, and what else is known of it. */
#include "printer.h"

#include "article_json.h"
#include "layout.h"
#include "text_width.h"

#include <string.h>

enum {
    ARTICLE_COLUMNS_MOST = 100, /* a comfortable measure */
    TABLE_BLANKS = 3,           /* so many blanks inside a line, or a tab, mean columns that must stay where they are */
    DETAIL_INDENT = 10,
};

struct page {
    struct buffer *out;
    size_t columns;
    bool color;
};

/* The text as a paragraph from column 0 in the style, marked where the results match it. */
static bf_status page_text(const struct page *page, const char *field, bf_text text, const char *style, bf_results *results,
                           bf_error *error)
{
    struct paragraph paragraph = {.bytes = text.bytes, .to = text.length, .columns = page->columns};
    if (page->color) {
        paragraph.style = style;
        paragraph.mark_style = PRINT_STYLE_TITLE_MARK;
        bf_status status = BF_OK;
        if (results) status = bf_results_highlight(results, field, text, &paragraph.marks, &paragraph.mark_count, error);
        if (status != BF_OK) return status;
    }
    layout_paragraph(page->out, &paragraph);
    buffer_append_u8(page->out, '\n');
    return BF_OK;
}

/* The items that are there on one line, between dots. */
static bf_status page_aside(const struct page *page, const bf_text *items, size_t item_count, bf_error *error)
{
    struct buffer line = {0};
    for (size_t i = 0; i < item_count; i++) {
        if (!items[i].length) continue;
        if (line.length) buffer_append_string(&line, " · ");
        buffer_append(&line, items[i].bytes, items[i].length);
    }
    bf_status status = BF_OK;
    if (line.failed) page->out->failed = true;
    else if (line.length)
        status = page_text(page, NULL, (bf_text){(const char *)line.bytes, line.length}, PRINT_STYLE_ASIDE, NULL, error);
    buffer_free(&line);
    return status;
}

/* Whether the line is laid out by blanks, as tables are, and must not be filled. */
static bool line_is_table(const char *bytes, size_t from, size_t to)
{
    size_t blanks = 0;
    while (from < to && (bytes[from] == ' ' || bytes[from] == '\t')) from++;
    for (size_t i = from; i < to; i++) {
        if (bytes[i] == '\t' && i + 1 < to) return true;
        blanks = bytes[i] == ' ' ? blanks + 1 : 0;
        if (blanks >= TABLE_BLANKS && i + 1 < to && bytes[i + 1] != ' ' && bytes[i + 1] != '\r') return true;
    }
    return false;
}

static size_t line_end(bf_text text, size_t at)
{
    const char *end = memchr(text.bytes + at, '\n', text.length - at);
    return end ? (size_t)(end - text.bytes) : text.length;
}

static bool line_is_empty(bf_text text, size_t from, size_t to)
{
    while (from < to && (text.bytes[from] == ' ' || text.bytes[from] == '\t' || text.bytes[from] == '\r')) from++;
    return from == to;
}

/* Old wires break their lines anywhere: lines of a paragraph are joined and filled anew. A line of a table stands as it is, and a
 * line that begins with blanks begins a paragraph. */
static bf_status page_body(const struct page *page, bf_text body, bf_results *results, bf_error *error)
{
    const bf_mark *marks = NULL;
    size_t mark_count = 0;
    if (page->color && results) {
        bf_status status = bf_results_highlight(results, "body", body, &marks, &mark_count, error);
        if (status != BF_OK) return status;
    }
    bool gap = false; /* an empty line stands between what was written and what comes */
    for (size_t at = 0; at < body.length;) {
        size_t end = line_end(body, at);
        if (line_is_empty(body, at, end)) {
            gap = true;
            at = end + 1;
            continue;
        }
        bool table = line_is_table(body.bytes, at, end);
        while (!table && end < body.length) {
            size_t next = end + 1, next_end = next < body.length ? line_end(body, next) : body.length;
            if (next >= body.length || line_is_empty(body, next, next_end)) break;
            if (body.bytes[next] == ' ' || body.bytes[next] == '\t' || line_is_table(body.bytes, next, next_end)) break;
            end = next_end;
        }
        size_t mark = 0;
        for (size_t high = mark_count; mark < high;) {
            size_t middle = mark + (high - mark) / 2;
            if (marks[middle].end <= at) mark = middle + 1;
            else high = middle;
        }
        struct paragraph paragraph = {.bytes = body.bytes, .from = at, .to = end, .columns = page->columns, .keep_blanks = table,
                                      .mark_style = page->color ? PRINT_STYLE_MARK : NULL};
        if (mark_count) {
            paragraph.marks = marks + mark;
            paragraph.mark_count = mark_count - mark;
        }
        if (gap) buffer_append_u8(page->out, '\n');
        layout_paragraph(page->out, &paragraph);
        buffer_append_u8(page->out, '\n');
        gap = false;
        at = end + 1;
    }
    return BF_OK;
}

static void page_detail(const struct page *page, const char *name, bf_text text)
{
    if (!text.length) return;
    const char *style = page->color ? PRINT_STYLE_ASIDE : NULL;
    layout_styled(page->out, style, (bf_text){name, strlen(name)});
    layout_spaces(page->out, DETAIL_INDENT - strlen(name));
    struct paragraph paragraph = {.bytes = text.bytes, .to = text.length, .column = DETAIL_INDENT, .indent = DETAIL_INDENT,
                                  .columns = page->columns, .style = style};
    layout_paragraph(page->out, &paragraph);
    buffer_append_u8(page->out, '\n');
}

static void page_keywords(const struct page *page, const bf_article *article)
{
    struct buffer line = {0};
    for (size_t i = 0; i < article->keyword_count; i++) {
        if (i) buffer_append_string(&line, ", ");
        buffer_append(&line, article->keywords[i].bytes, article->keywords[i].length);
    }
    if (line.failed) page->out->failed = true;
    else page_detail(page, "keywords", (bf_text){(const char *)line.bytes, line.length});
    buffer_free(&line);
}

static bf_status print_article_text(struct buffer *out, const struct print_options *options, const bf_article *article,
                                    bf_results *results, bf_error *error)
{
    const struct page page = {
        out, options->columns < ARTICLE_COLUMNS_MOST ? options->columns : ARTICLE_COLUMNS_MOST, options->color};
    char date[BF_DATE_TEXT_SIZE + 8];
    size_t date_length = print_date(article->date, date);
    const bf_text where[] = {{date, date_length}, article->place, article->section};
    const bf_text who[] = {article->byline, article->source};
    bf_status status = BF_OK;
    if (article->title.length) status = page_text(&page, "title", article->title, PRINT_STYLE_TITLE, results, error);
    if (status == BF_OK) status = page_aside(&page, where, sizeof where / sizeof *where, error);
    if (status == BF_OK) status = page_aside(&page, who, sizeof who / sizeof *who, error);
    if (status != BF_OK) return status;
    if (out->length) buffer_append_u8(out, '\n');
    status = page_body(&page, article->body, results, error);
    if (status != BF_OK) return status;
    buffer_append_u8(out, '\n');
    page_detail(&page, "id", article->id);
    page_detail(&page, "url", article->url);
    page_detail(&page, "language", article->language);
    page_keywords(&page, article);
    page_detail(&page, "extra", article->extra);
    return BF_OK;
}

bf_status print_article(struct sink *sink, const struct print_options *options, const bf_article *article, bf_results *results,
                        bf_error *error)
{
    bf_status status = BF_OK;
    if (options->format == PRINT_JSON) {
        json_append_article(&sink->bytes, article);
        buffer_append_u8(&sink->bytes, '\n');
    } else {
        status = print_article_text(&sink->bytes, options, article, results, error);
    }
    return status == BF_OK ? sink_turn(sink, error) : status;
}
