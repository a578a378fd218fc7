/* Line plots as SVG 1.1 documents of their own, for a browser: axes with labels and ticks, a legend, logarithmic scales. */
#ifndef BENCH_SVG_PLOT_H
#define BENCH_SVG_PLOT_H

#include "buffer.h"

#include "backfile.h"

enum { SVG_LINES_MOST = 10 };

struct svg_line {
    const char *name;
    const double *x, *y;
    size_t count;
    bool points; /* mark each point: for a few measured ones */
};

struct svg_plot {
    const char *title, *subtitle; /* subtitle: may be NULL */
    const char *x_label, *y_label;
    bool x_log, y_log;            /* points that are not above 0 are left out there */
    const struct svg_line *lines;
    size_t line_count;            /* at most SVG_LINES_MOST */
};

/* Appends the document; failure is the buffer's. A plot without any point has axes from 1 to 10 or 0 to 1. */
void svg_plot_append(struct buffer *out, const struct svg_plot *plot);

/* The same to a file; several plots in two columns. */
bf_status svg_plot_write(const char *path, const struct svg_plot *plots, size_t count, bf_error *error);

#endif
