#include "svg_plot.h"

#include "status.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

enum { WIDTH = 860, HEIGHT = 520, LEFT = 86, RIGHT = 200, TOP = 64, BOTTOM = 66, COLUMNS = 2 };

/* Okabe and Ito's colours (2008), which people with any colour vision tell apart; with black, dashes from the seventh on. */
static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"};
enum { COLOURS = sizeof colours / sizeof *colours };

struct axis {
    bool log;
    double from, to;   /* values at its ends; of their logarithms to base 10 when log */
    double start, end; /* pixels */
};

static double axis_place(const struct axis *axis, double value)
{
    const double v = axis->log ? log10(value) : value;
    return axis->start + (v - axis->from) / (axis->to - axis->from) * (axis->end - axis->start);
}

static bool shows(bool log, double value) { return isfinite(value) && (!log || value > 0); }

/* A step of 1, 2 or 5 times a power of ten that gives about five ticks. */
static double tick_step(double range)
{
    const double raw = range / 5, power = pow(10, floor(log10(raw))), share = raw / power;
    return power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
}

/* From the values of all lines; ends on whole ticks. */
static struct axis axis_fit(const struct svg_plot *plot, bool is_y)
{
    const bool log = is_y ? plot->y_log : plot->x_log;
    double least = INFINITY, most = -INFINITY;
    for (size_t l = 0; l < plot->line_count; l++) {
        const struct svg_line *line = &plot->lines[l];
        for (size_t i = 0; i < line->count; i++) {
            if (!shows(plot->x_log, line->x[i]) || !shows(plot->y_log, line->y[i])) continue;
            const double value = is_y ? line->y[i] : line->x[i];
            least = fmin(least, value);
            most = fmax(most, value);
        }
    }
    if (least > most) least = log ? 1 : 0, most = log ? 10 : 1;
    struct axis axis = {.log = log};
    if (log) {
        axis.from = floor(log10(least));
        axis.to = ceil(log10(most));
        if (axis.to - axis.from < 1) axis.to = axis.from + 1;
    } else {
        if (least > 0) least = 0;
        if (!(most > least)) most = least + 1;
        const double step = tick_step(most - least);
        axis.from = floor(least / step) * step;
        axis.to = ceil(most / step - 1e-9) * step;
    }
    axis.start = is_y ? HEIGHT - BOTTOM : LEFT;
    axis.end = is_y ? TOP : WIDTH - RIGHT;
    return axis;
}

static void append_escaped(struct buffer *out, const char *text)
{
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c == '&') buffer_append_string(out, "&amp;");
        else if (c == '<') buffer_append_string(out, "&lt;");
        else if (c == '>') buffer_append_string(out, "&gt;");
        else if (c == '"') buffer_append_string(out, "&quot;");
        else if (c >= ' ' || c == '\t') buffer_append_u8(out, c); /* XML has no other controls */
    }
}

static void append_text(struct buffer *out, double x, double y, const char *attributes, const char *text)
{
    buffer_append_format(out, "<text x=\"%.1f\" y=\"%.1f\"%s>", x, y, attributes);
    append_escaped(out, text);
    buffer_append_string(out, "</text>\n");
}

/* 1, 20, 500, 1,000, 50k, 2M, 0.05 */
static void tick_name(double value, char name[32])
{
    if (value >= 1e6) snprintf(name, 32, "%gM", value / 1e6);
    else if (value >= 1e4) snprintf(name, 32, "%gk", value / 1e3);
    else if (value >= 1e3) snprintf(name, 32, "%d,%03d", (int)value / 1000, (int)value % 1000);
    else snprintf(name, 32, "%g", fabs(value) < 1e-12 ? 0 : value);
}

static void append_tick(struct buffer *out, const struct axis *x, const struct axis *y, bool is_y, double value, bool named)
{
    char name[32];
    const double at = axis_place(is_y ? y : x, value);
    const char *colour = named ? "#d0d0d0" : "#eeeeee";
    if (is_y) buffer_append_format(out, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n",
                                   x->start, x->end, at, at, colour);
    else buffer_append_format(out, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n",
                              at, at, y->start, y->end, colour);
    if (!named) return;
    tick_name(value, name);
    if (is_y) append_text(out, x->start - 8, at + 4, " text-anchor=\"end\"", name);
    else append_text(out, at, y->start + 20, " text-anchor=\"middle\"", name);
}

/* On a logarithmic axis 1, 2, 3 .. 9 of each power, with names at 1, and at 2 and 5 where there are few powers. */
static void append_ticks(struct buffer *out, const struct axis *x, const struct axis *y, bool is_y)
{
    const struct axis *axis = is_y ? y : x;
    if (!axis->log) {
        const double step = tick_step(axis->to - axis->from);
        for (double value = axis->from; value <= axis->to + step / 2; value += step) append_tick(out, x, y, is_y, value, true);
        return;
    }
    const double powers = axis->to - axis->from;
    for (double power = axis->from; power <= axis->to; power++)
        for (int digit = 1; digit <= (power < axis->to ? 9 : 1); digit++)
            append_tick(out, x, y, is_y, digit * pow(10, power), digit == 1 || (powers <= 3 && (digit == 2 || digit == 5)));
}

static void append_line(struct buffer *out, const struct svg_plot *plot, size_t number, const struct axis *x,
                        const struct axis *y)
{
    const struct svg_line *line = &plot->lines[number];
    const char *colour = colours[number % COLOURS], *dash = number < COLOURS - 1 ? "" : " stroke-dasharray=\"6 3\"";
    buffer_append_format(out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s points=\"", colour, dash);
    for (size_t i = 0; i < line->count; i++)
        if (shows(plot->x_log, line->x[i]) && shows(plot->y_log, line->y[i]))
            buffer_append_format(out, "%.1f,%.1f ", axis_place(x, line->x[i]), axis_place(y, line->y[i]));
    buffer_append_string(out, "\"/>\n");
    for (size_t i = 0; line->points && i < line->count; i++)
        if (shows(plot->x_log, line->x[i]) && shows(plot->y_log, line->y[i]))
            buffer_append_format(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>\n", axis_place(x, line->x[i]),
                                 axis_place(y, line->y[i]), colour);
    const double at = TOP + 14 + 20 * (double)number, left = WIDTH - RIGHT + 16;
    buffer_append_format(out, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"2\"%s/>\n",
                         left, left + 24, at - 4, at - 4, colour, dash);
    append_text(out, left + 32, at, "", line->name);
}

/* `place`: attributes that say where in a larger document; empty: it is one of its own. */
static void plot_append(struct buffer *out, const struct svg_plot *plot, const char *place)
{
    const struct axis x = axis_fit(plot, false), y = axis_fit(plot, true);
    char turned[64];
    buffer_append_format(out, "<svg xmlns=\"http://www.w3.org/2000/svg\"%s width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
                         "font-family=\"sans-serif\" font-size=\"13\" fill=\"#222222\">\n", place, WIDTH, HEIGHT, WIDTH, HEIGHT);
    buffer_append_string(out, "<title>");
    append_escaped(out, plot->title);
    buffer_append_format(out, "</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", WIDTH, HEIGHT);
    append_text(out, LEFT, 26, " font-size=\"17\" font-weight=\"bold\"", plot->title);
    if (plot->subtitle) append_text(out, LEFT, 46, " fill=\"#555555\"", plot->subtitle);
    append_ticks(out, &x, &y, false);
    append_ticks(out, &x, &y, true);
    buffer_append_format(out, "<path d=\"M%.1f %.1fV%.1fH%.1f\" fill=\"none\" stroke=\"#222222\"/>\n", x.start, y.end, y.start,
                         x.end);
    append_text(out, (x.start + x.end) / 2, HEIGHT - 18, " text-anchor=\"middle\"", plot->x_label);
    snprintf(turned, sizeof turned, " text-anchor=\"middle\" transform=\"rotate(-90 22 %.1f)\"", (y.start + y.end) / 2);
    append_text(out, 22, (y.start + y.end) / 2, turned, plot->y_label);
    for (size_t i = 0; i < plot->line_count; i++) append_line(out, plot, i, &x, &y);
    buffer_append_string(out, "</svg>\n");
}

void svg_plot_append(struct buffer *out, const struct svg_plot *plot)
{
    plot_append(out, plot, "");
}

static void plots_append(struct buffer *out, const struct svg_plot *plots, size_t count)
{
    if (count == 1) {
        svg_plot_append(out, plots);
        return;
    }
    const int rows = (int)(count + COLUMNS - 1) / COLUMNS;
    buffer_append_format(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n",
                         COLUMNS * WIDTH, rows * HEIGHT, COLUMNS * WIDTH, rows * HEIGHT);
    for (size_t i = 0; i < count; i++) {
        char place[64];
        snprintf(place, sizeof place, " x=\"%d\" y=\"%d\"", (int)(i % COLUMNS) * WIDTH, (int)(i / COLUMNS) * HEIGHT);
        plot_append(out, &plots[i], place);
    }
    buffer_append_string(out, "</svg>\n");
}

bf_status svg_plot_write(const char *path, const struct svg_plot *plots, size_t count, bf_error *error)
{
    struct buffer out = {0};
    bf_status status = BF_OK;
    plots_append(&out, plots, count);
    FILE *file = out.failed ? NULL : fopen(path, "wb");
    if (out.failed) status = fail_memory(error);
    else if (!file) status = fail_system(error, errno, "%s", path);
    else {
        const bool written = fwrite(out.bytes, 1, out.length, file) == out.length;
        if (fclose(file) != 0 || !written) status = fail_system(error, errno, "%s", path);
    }
    buffer_free(&out);
    return status;
}
