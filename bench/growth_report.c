#include "growth_report.h"

#include "status.h"
#include "svg_plot.h"
#include "table.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>

double growth_exponent(const struct growth_report *r, size_t row)
{
    double n = 0, x_sum = 0, y_sum = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < r->size_count; i++) {
        const double x = log((double)r->sizes[i].stats.articles), y = log(r->sizes[i].rows[row].minima.mean);
        n++, x_sum += x, y_sum += y, xx += x * x, xy += x * y;
    }
    const double spread = n * xx - x_sum * x_sum;
    return spread > 0 ? (n * xy - x_sum * y_sum) / spread : 0;
}

bf_status growth_report_table(const struct growth_report *r, bf_error *error)
{
    const struct growth_size *first = &r->sizes[0];
    struct table table;
    const char *headings[TABLE_COLUMNS_MAX] = {"articles", "segments", "MB of postings and positions"};
    const size_t fixed = 3, classes = first->row_count < TABLE_COLUMNS_MAX - fixed ? first->row_count : TABLE_COLUMNS_MAX - fixed;
    const size_t skipped = first->row_count - classes; /* the last row, all, is always there */
    for (size_t c = 0; c < classes; c++) headings[fixed + c] = first->rows[skipped + c].name;
    if (r->plan->work.count_only) printf("Counting matches");
    else printf("Top %llu", (unsigned long long)r->plan->work.k);
    printf(", ranker %s; mean microseconds a query, least of %llu passes, warm\n\n",
           r->plan->work.ranker ? r->plan->work.ranker : "auto", (unsigned long long)r->plan->passes);
    table_begin(&table, headings, fixed + classes);
    for (size_t i = 0; i < r->size_count; i++) {
        const bf_stats *stats = &r->sizes[i].stats;
        table_cell(&table, "%llu", (unsigned long long)stats->articles);
        table_cell(&table, "%u", stats->segments);
        table_cell(&table, "%.1f", (double)(stats->bytes_postings + stats->bytes_positions) / 1e6);
        for (size_t c = 0; c < classes; c++) table_cell(&table, "%.1f", r->sizes[i].rows[skipped + c].minima.mean);
    }
    table_cell(&table, "exponent");
    table_cell(&table, "-");
    table_cell(&table, "-");
    for (size_t c = 0; c < classes; c++) table_cell(&table, "%.2f", growth_exponent(r, skipped + c));
    const bool printed = table_print(&table, stdout);
    table_free(&table);
    if (skipped) printf("\n%zu more classes are in the JSON.\n", skipped);
    puts("\nThe exponent is the slope of log latency by log articles: 1 where time grows as the archive does, 0 where it "
         "doesn't.");
    return printed ? BF_OK : fail_memory(error);
}

bf_status growth_report_json(const struct growth_report *r, bf_error *error)
{
    json_t *sizes = json_array(), *exponents = json_object();
    for (size_t i = 0; i < r->size_count; i++) {
        const struct growth_size *size = &r->sizes[i];
        json_t *classes = json_array();
        for (size_t c = 0; c < size->row_count; c++) {
            const struct spread *s = &size->rows[c].minima;
            json_array_append_new(classes, json_pack("{ss sI sf sf sf sf sf sf}", "class", size->rows[c].name,
                                                     "queries", (json_int_t)s->count, "mean", s->mean, "p50", s->p50,
                                                     "p90", s->p90, "p99", s->p99, "p99.9", s->p999, "max", s->max));
        }
        json_array_append_new(sizes, json_pack("{ss sI sI sI sI so}", "index", size->index,
                                               "articles", (json_int_t)size->stats.articles,
                                               "segments", (json_int_t)size->stats.segments,
                                               "bytes_postings", (json_int_t)size->stats.bytes_postings,
                                               "bytes_positions", (json_int_t)size->stats.bytes_positions, "classes", classes));
    }
    for (size_t c = 0; c < r->sizes[0].row_count; c++)
        json_object_set_new(exponents, r->sizes[0].rows[c].name, json_real(growth_exponent(r, c)));
    json_t *report = json_pack("{sI sI ss ss so so}", "k", r->plan->work.count_only ? (json_int_t)0 : (json_int_t)r->plan->work.k,
                               "passes", (json_int_t)r->plan->passes,
                               "ranker", r->plan->work.ranker ? r->plan->work.ranker : "auto", "unit", "us",
                               "sizes", sizes, "exponents", exponents);
    const bool printed = report && json_dumpf(report, stdout, JSON_REAL_PRECISION(9)) == 0;
    if (printed) putchar('\n');
    json_decref(report);
    return printed ? BF_OK : fail(error, BF_BAD_ARGUMENT, "the report can't be written as JSON: a name in it is not UTF-8");
}

bf_status growth_report_plot(const struct growth_report *r, const char *path, bf_error *error)
{
    double x[GROWTH_SIZES_MOST], y[SVG_LINES_MOST][GROWTH_SIZES_MOST];
    struct svg_line lines[SVG_LINES_MOST];
    const size_t rows = r->sizes[0].row_count, count = rows < SVG_LINES_MOST ? rows : SVG_LINES_MOST;
    char subtitle[96] = "Counting matches, warm";
    if (!r->plan->work.count_only) snprintf(subtitle, sizeof subtitle, "top %llu, warm", (unsigned long long)r->plan->work.k);
    for (size_t i = 0; i < r->size_count; i++) x[i] = (double)r->sizes[i].stats.articles;
    for (size_t l = 0; l < count; l++) {
        const size_t row = rows - count + l;
        for (size_t i = 0; i < r->size_count; i++) y[l][i] = r->sizes[i].rows[row].minima.mean;
        const char *name = r->sizes[0].rows[row].name;
        lines[l] = (struct svg_line){.name = name, .x = x, .y = y[l], .count = r->size_count, .points = true};
    }
    if (count < rows) fprintf(stderr, "backfile-bench: the plot shows the last %zu of %zu classes\n", count, rows);
    const struct svg_plot plot = {
        .title = "Mean latency by the size of the archive", .subtitle = subtitle,
        .x_label = "articles (logarithmic)", .y_label = "microseconds a query (logarithmic)", .x_log = true, .y_log = true,
        .lines = lines, .line_count = count,
    };
    return svg_plot_write(path, &plot, error);
}
