/* The distribution of latencies: for a time on the logarithmic x axis, the share of queries answered within it. */
#include "latency_report.h"

#include "status.h"
#include "svg_plot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Values in ascending order and the share of them up to each. At most POINTS of them, the extremes among them. */
enum { POINTS = 500 };

struct curve {
    double x[POINTS], y[POINTS];
    char name[80];
};

static void curve_add(struct curve *curve, struct svg_line *line, const char *name, const double *sorted, size_t count)
{
    const size_t points = count < POINTS ? count : POINTS;
    snprintf(curve->name, sizeof curve->name, "%s", name);
    for (size_t i = 0; i < points; i++) {
        const size_t rank = points > 1 ? i * (count - 1) / (points - 1) : 0;
        curve->x[i] = sorted[rank];
        curve->y[i] = 100 * (double)(rank + 1) / (double)count;
    }
    *line = (struct svg_line){.name = curve->name, .x = curve->x, .y = curve->y, .count = points};
}

/* All queries first; classes after that, as many as the plot has lines for. */
static bf_status curves_of_classes(const struct latency_report *r, struct curve *curves, struct svg_line *lines, size_t *count,
                                   bf_error *error)
{
    const struct latency_samples *samples = &r->samples[r->samples_count - 1];
    double *values = malloc(r->plan->set.count * sizeof *values);
    struct latency_row *rows = NULL;
    size_t row_count = 0;
    bf_status status = values ? latency_rows_make(r->plan, samples, &rows, &row_count, error) : fail_memory(error);
    for (size_t i = 0; status == BF_OK && i < row_count && *count < SVG_LINES_MOST; i++) {
        const struct latency_row *row = &rows[(i + row_count - 1) % row_count];
        if (i > 0 && row_count == 2) break; /* the one class there is */
        size_t found = 0;
        for (size_t q = 0; q < r->plan->set.count; q++)
            if (i == 0 || strcmp(r->plan->set.queries[q].class_name, row->name) == 0) values[found++] = samples->minima[q];
        spread_of(values, found); /* sorts */
        curve_add(&curves[*count], &lines[*count], row->name, values, found);
        ++*count;
    }
    if (status == BF_OK && row_count > SVG_LINES_MOST)
        fprintf(stderr, "backfile-bench: the plot shows the first %d of %zu classes\n", SVG_LINES_MOST - 1, row_count - 1);
    free(values);
    free(rows);
    return status;
}

static void curves_of_loads(const struct latency_report *r, struct curve *curves, struct svg_line *lines, size_t *count)
{
    char name[80];
    for (; *count < r->load_count && *count < SVG_LINES_MOST; ++*count) {
        const struct latency_load *load = &r->loads[*count];
        if (load->rate > 0) snprintf(name, sizeof name, "%.0f queries/s", load->rate);
        else snprintf(name, sizeof name, "%llu thread%s", (unsigned long long)load->threads, load->threads == 1 ? "" : "s");
        curve_add(&curves[*count], &lines[*count], name, load->times, load->count);
    }
    if (r->load_count > SVG_LINES_MOST)
        fprintf(stderr, "backfile-bench: the plot shows the first %d of %zu loads\n", SVG_LINES_MOST, r->load_count);
}

bf_status latency_report_plot(const struct latency_report *r, const char *path, bf_error *error)
{
    struct svg_line lines[SVG_LINES_MOST];
    struct curve *curves = malloc(SVG_LINES_MOST * sizeof *curves);
    size_t count = 0;
    char subtitle[160];
    bf_status status = curves ? BF_OK : fail_memory(error);
    if (status == BF_OK && r->load_count) curves_of_loads(r, curves, lines, &count);
    else if (status == BF_OK) status = curves_of_classes(r, curves, lines, &count, error);
    char asked[40] = "counting matches";
    if (!r->plan->work.count_only) snprintf(asked, sizeof asked, "top %llu", (unsigned long long)r->plan->work.k);
    snprintf(subtitle, sizeof subtitle, "%s of %llu articles, %s, %zu queries", asked, (unsigned long long)r->stats.articles,
             r->load_count ? (r->loads[0].rate > 0 ? "waiting included" : "all times of all threads")
                           : r->eviction ? "index evicted before each query" : "warm, least of the passes",
             r->plan->set.count);
    const struct svg_plot plot = {
        .title = "Share of queries answered within a time", .subtitle = subtitle,
        .x_label = "microseconds (logarithmic)", .y_label = "% of queries", .x_log = true,
        .lines = lines, .line_count = count,
    };
    if (status == BF_OK) status = svg_plot_write(path, &plot, 1, error);
    free(curves);
    return status;
}
