#include "layout.h"

#include "code_point.h"
#include "terminal.h"
#include "text_width.h"

#include <string.h>

enum { TAB_COLUMNS = 8, LINE_LEAST = 4 };

struct layout {
    struct buffer *out;
    const struct paragraph *paragraph;
    size_t mark;          /* the first mark that ends behind what is written */
    const char *style;    /* what the terminal is set to; NULL: nothing */
    size_t column, line;  /* where the cursor is; line from 1 */
    size_t columns;       /* where lines end */
    bool at_start;        /* nothing stands on this line yet but its indent */
    uint32_t last;        /* the last code point written */
};

/* A run of clusters that stays on one line. */
struct chunk {
    size_t end, columns;
};

static bool is_blank(uint32_t code_point)
{
    return terminal_safe(code_point) == ' ' || code_point == 0x3000;
}

/* Signs that may not begin a line, and signs that may not end one, around wide characters (JIS X 4051 in outline). */
static bool is_closing(uint32_t code_point)
{
    static const uint32_t signs[] = {'!', ')', ',', '.', ':', ';', '?', ']', '}', 0x2019, 0x201D, 0x2026, 0x3001, 0x3002, 0x3005,
                                     0x3009, 0x300B, 0x300D, 0x300F, 0x3011, 0x3015, 0x30FB, 0x30FC, 0xFF01, 0xFF09, 0xFF0C,
                                     0xFF0E, 0xFF1A, 0xFF1B, 0xFF1F, 0xFF3D, 0xFF5D};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (signs[i] == code_point) return true;
    return false;
}

static bool is_opening(uint32_t code_point)
{
    static const uint32_t signs[] = {'(', '[', '{', 0x2018, 0x201C, 0x3008, 0x300A, 0x300C, 0x300E, 0x3010, 0x3014, 0xFF08,
                                     0xFF3B, 0xFF5B};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (signs[i] == code_point) return true;
    return false;
}

static bool may_break_between(struct cluster before, struct cluster after)
{
    if (before.first == 0x200B || before.first == 0x2014) return true; /* zero width space, em dash */
    if (before.columns < 2 && after.columns < 2) return false;
    return !is_closing(after.first) && !is_opening(before.first);
}

static struct chunk chunk_read(const struct paragraph *paragraph, size_t at)
{
    struct cluster before = cluster_read(paragraph->bytes, at, paragraph->to);
    struct chunk chunk = {before.end, before.columns};
    while (chunk.end < paragraph->to) {
        struct cluster after = cluster_read(paragraph->bytes, chunk.end, paragraph->to);
        if (is_blank(after.first) || may_break_between(before, after)) break;
        chunk.end = after.end;
        chunk.columns += after.columns;
        before = after;
    }
    return chunk;
}

static void layout_set_style(struct layout *layout, const char *style)
{
    if (style == layout->style) return;
    if (layout->style) buffer_append_string(layout->out, "\x1b[0m");
    if (style) buffer_append_format(layout->out, "\x1b[%sm", style);
    layout->style = style;
}

/* Sets the style that the byte at `at` has. */
static void layout_style_at(struct layout *layout, size_t at)
{
    const struct paragraph *paragraph = layout->paragraph;
    while (layout->mark < paragraph->mark_count && paragraph->marks[layout->mark].end <= at) layout->mark++;
    bool marked = layout->mark < paragraph->mark_count && paragraph->marks[layout->mark].start <= at;
    layout_set_style(layout, marked ? paragraph->mark_style : paragraph->style);
}

static void layout_write(struct layout *layout, size_t at, size_t end)
{
    while (at < end) {
        size_t taken;
        uint32_t value = code_point_read(layout->paragraph->bytes + at, end - at, &taken);
        uint32_t safe = terminal_safe(value);
        if (safe) {
            layout_style_at(layout, at);
            terminal_append_code_point(layout->out, safe);
            layout->last = safe;
            layout->at_start = false;
        }
        at += taken;
    }
}

static void layout_break(struct layout *layout)
{
    layout_set_style(layout, NULL);
    buffer_append_u8(layout->out, '\n');
    layout_spaces(layout->out, layout->paragraph->indent);
    layout->column = layout->paragraph->indent;
    layout->at_start = true;
    layout->line++;
}

static bool layout_is_last_line(const struct layout *layout)
{
    return layout->paragraph->line_limit && layout->line >= layout->paragraph->line_limit;
}

/* Says that the text goes on where no further line may be begun. */
static void layout_ellipsis(struct layout *layout)
{
    if (layout->last == 0x2026) return;
    layout_set_style(layout, layout->paragraph->style);
    if (!layout->at_start && layout->last != ' ') {
        buffer_append_u8(layout->out, ' ');
        layout->column++;
    }
    terminal_append_code_point(layout->out, 0x2026);
    layout->column++;
}

/* Whether everything from `at` on fits on the line that is being written. */
static bool layout_rest_fits(const struct layout *layout, size_t at)
{
    size_t column = layout->column;
    while (at < layout->paragraph->to) {
        struct cluster cluster = cluster_read(layout->paragraph->bytes, at, layout->paragraph->to);
        column += cluster.columns;
        if (column > layout->columns) return false;
        at = cluster.end;
    }
    return true;
}

/* Writes a word longer than a line, breaking it where a line is full; false when the last line is full too. */
static bool layout_write_long(struct layout *layout, size_t at, size_t end)
{
    while (at < end) {
        struct cluster cluster = cluster_read(layout->paragraph->bytes, at, end);
        size_t limit = layout->columns - (layout_is_last_line(layout) && cluster.end < layout->paragraph->to ? 2 : 0);
        if (layout->column + cluster.columns > limit && !layout->at_start) {
            if (layout_is_last_line(layout)) return false;
            layout_break(layout);
        }
        layout_write(layout, at, cluster.end);
        layout->column += cluster.columns;
        at = cluster.end;
    }
    return true;
}

/* The blanks at `at`: where they end, and how many columns they are worth. */
static size_t layout_skip_blanks(const struct layout *layout, size_t at, size_t *columns)
{
    *columns = 0;
    while (at < layout->paragraph->to) {
        size_t taken;
        uint32_t value = code_point_read(layout->paragraph->bytes + at, layout->paragraph->to - at, &taken);
        if (!is_blank(value)) break;
        if (!layout->paragraph->keep_blanks) *columns = 1;
        else if (value == '\t') *columns += TAB_COLUMNS - (layout->column + *columns) % TAB_COLUMNS;
        else *columns += value == 0x3000 ? 2 : 1;
        at += taken;
    }
    return at;
}

size_t layout_paragraph(struct buffer *out, const struct paragraph *paragraph)
{
    struct layout layout = {.out = out, .paragraph = paragraph, .column = paragraph->column, .line = 1, .at_start = true};
    layout.columns = paragraph->columns < paragraph->indent + LINE_LEAST ? paragraph->indent + LINE_LEAST : paragraph->columns;
    size_t at = paragraph->from;
    while (at < paragraph->to) {
        size_t blank_at = at, blanks;
        at = layout_skip_blanks(&layout, at, &blanks);
        if (at == paragraph->to) break;
        if (layout.at_start && !paragraph->keep_blanks) blanks = 0;
        struct chunk chunk = chunk_read(paragraph, at);
        size_t needed = blanks + chunk.columns;
        size_t limit = layout.columns;
        bool last_line = layout_is_last_line(&layout);
        if (last_line && layout.column + needed + 2 > limit && !layout_rest_fits(&layout, blank_at)) limit -= 2;
        if (layout.column + needed > limit && !layout.at_start) {
            if (last_line) {
                layout_ellipsis(&layout);
                break;
            }
            layout_break(&layout);
            blanks = 0;
        }
        if (blanks) {
            layout_style_at(&layout, blank_at);
            layout_spaces(out, blanks);
            layout.column += blanks;
            layout.last = ' ';
        }
        if (layout.column + chunk.columns <= limit) {
            layout_write(&layout, at, chunk.end);
            layout.column += chunk.columns;
        } else if (!layout_write_long(&layout, at, chunk.end)) {
            layout_ellipsis(&layout);
            break;
        }
        at = chunk.end;
    }
    layout_set_style(&layout, NULL);
    return layout.column;
}

void layout_styled(struct buffer *out, const char *style, bf_text text)
{
    if (style) buffer_append_format(out, "\x1b[%sm", style);
    terminal_append_text(out, text);
    if (style) buffer_append_string(out, "\x1b[0m");
}

void layout_spaces(struct buffer *out, size_t count)
{
    uint8_t *place = buffer_extend(out, count);
    if (place && count) memset(place, ' ', count);
}
