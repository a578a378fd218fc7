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

bool growth_costs_known(const struct growth_report *r)
{
    for (size_t i = 0; i < r->size_count; i++)
        if (!r->sizes[i].cost.input_bytes) return false;
    return r->size_count > 0;
}

/* ---- What indexing took ---- */

enum cost_figure { COST_SPEED, COST_CPU, COST_ANONYMOUS, COST_RESIDENT, COST_ROOM, COST_WRITTEN, COST_FIGURES };

static double cost_figure(const struct growth_size *size, enum cost_figure which)
{
    const struct resources *used = &size->cost.used;
    const double input = (double)size->cost.input_bytes, index = (double)size->stats.bytes;
    switch (which) {
    case COST_SPEED: return input / 1e6 / used->seconds;
    case COST_CPU: return used->cpu_seconds / (input / 1e9);
    case COST_ANONYMOUS: return (double)used->peak_anonymous / 1048576;
    case COST_RESIDENT: return (double)used->peak_rss / 1048576;
    case COST_ROOM: return index / input;
    case COST_WRITTEN: return (double)used->written / index;
    case COST_FIGURES: break;
    }
    return 0;
}

static bool costs_print(const struct growth_report *r)
{
    struct table table;
    const char *headings[] = {"MB of articles", "articles", "segments", "MB/s", "processor s a GB", "MiB of memory",
                              "MiB with mapped files", "index, of raw", "written, of index"};
    table_begin(&table, headings, sizeof headings / sizeof *headings);
    for (size_t i = 0; i < r->size_count; i++) {
        const struct growth_size *size = &r->sizes[i];
        table_cell(&table, "%.0f", (double)size->cost.input_bytes / 1e6);
        table_cell(&table, "%llu", (unsigned long long)size->stats.articles);
        table_cell(&table, "%u", size->stats.segments);
        for (enum cost_figure figure = COST_SPEED; figure < COST_FIGURES; figure++)
            table_cell(&table, figure >= COST_ROOM ? "%.2f" : figure == COST_SPEED ? "%.1f" : "%.0f", cost_figure(size, figure));
    }
    puts("What indexing took:\n");
    const bool printed = table_print(&table, stdout);
    table_free(&table);
    puts("");
    return printed;
}

bf_status growth_report_table(const struct growth_report *r, bf_error *error)
{
    const struct growth_size *first = &r->sizes[0];
    struct table table;
    const char *headings[TABLE_COLUMNS_MAX] = {"articles", "segments", "MB of postings and positions"};
    const size_t fixed = 3, classes = first->row_count < TABLE_COLUMNS_MAX - fixed ? first->row_count : TABLE_COLUMNS_MAX - fixed;
    const size_t skipped = first->row_count - classes; /* the last row, all, is always there */
    if (growth_costs_known(r) && !costs_print(r)) return fail_memory(error);
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
        const struct resources *used = &size->cost.used;
        json_t *cost = json_null();
        if (size->cost.input_bytes)
            cost = json_pack("{sI sI sf sf sI sI sI}", "input_bytes", (json_int_t)size->cost.input_bytes, "bytes",
                             (json_int_t)size->stats.bytes, "seconds", used->seconds, "cpu_seconds", used->cpu_seconds,
                             "peak_anonymous", (json_int_t)used->peak_anonymous, "peak_rss", (json_int_t)used->peak_rss,
                             "written", (json_int_t)used->written);
        json_array_append_new(sizes, json_pack("{ss so sI sI sI sI so}", "index", size->index, "cost", cost,
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

/* Two figures of what indexing took, or one, by the size of the archive. */
struct cost_plot {
    const char *title, *y_label;
    enum cost_figure figures[2];
    const char *names[2];
    size_t count;
};

static const struct cost_plot cost_plots[] = {
    {"How fast an archive is indexed", "MB of articles a second", {COST_SPEED}, {"MB/s"}, 1},
    {"Processor time of indexing", "processor seconds a GB of articles", {COST_CPU}, {"seconds"}, 1},
    {"Most memory while indexing", "MiB", {COST_ANONYMOUS, COST_RESIDENT}, {"its own", "with mapped files"}, 2},
    {"Room on disk", "bytes a byte", {COST_ROOM, COST_WRITTEN}, {"index, of articles", "written, of index"}, 2},
};
enum { COST_PLOTS = sizeof cost_plots / sizeof *cost_plots };

bf_status growth_report_plot(const struct growth_report *r, const char *path, bf_error *error)
{
    double x[GROWTH_SIZES_MOST], mb[GROWTH_SIZES_MOST], y[SVG_LINES_MOST][GROWTH_SIZES_MOST];
    double cost_y[COST_FIGURES][GROWTH_SIZES_MOST];
    struct svg_line lines[SVG_LINES_MOST], cost_lines[COST_PLOTS][2];
    struct svg_plot plots[1 + COST_PLOTS];
    size_t plot_count = 0;
    const size_t rows = r->sizes[0].row_count, count = rows < SVG_LINES_MOST ? rows : SVG_LINES_MOST;
    char subtitle[96] = "Counting matches, warm";
    if (!r->plan->work.count_only) snprintf(subtitle, sizeof subtitle, "top %llu, warm", (unsigned long long)r->plan->work.k);
    for (size_t i = 0; i < r->size_count; i++) {
        x[i] = (double)r->sizes[i].stats.articles;
        mb[i] = (double)r->sizes[i].cost.input_bytes / 1e6;
        for (enum cost_figure figure = COST_SPEED; figure < COST_FIGURES; figure++)
            cost_y[figure][i] = cost_figure(&r->sizes[i], figure);
    }
    for (size_t p = 0; growth_costs_known(r) && p < COST_PLOTS; p++) {
        const struct cost_plot *plot = &cost_plots[p];
        for (size_t l = 0; l < plot->count; l++)
            cost_lines[p][l] = (struct svg_line){plot->names[l], mb, cost_y[plot->figures[l]], r->size_count, true};
        plots[plot_count++] = (struct svg_plot){.title = plot->title, .x_label = "MB of articles (logarithmic)",
                                                .y_label = plot->y_label, .x_log = true, .lines = cost_lines[p],
                                                .line_count = plot->count};
    }
    for (size_t l = 0; l < count; l++) {
        const size_t row = rows - count + l;
        for (size_t i = 0; i < r->size_count; i++) y[l][i] = r->sizes[i].rows[row].minima.mean;
        const char *name = r->sizes[0].rows[row].name;
        lines[l] = (struct svg_line){.name = name, .x = x, .y = y[l], .count = r->size_count, .points = true};
    }
    if (count < rows) fprintf(stderr, "backfile-bench: the plot shows the last %zu of %zu classes\n", count, rows);
    plots[plot_count++] = (struct svg_plot){
        .title = "Mean latency by the size of the archive", .subtitle = subtitle,
        .x_label = "articles (logarithmic)", .y_label = "microseconds a query (logarithmic)", .x_log = true, .y_log = true,
        .lines = lines, .line_count = count,
    };
    return svg_plot_write(path, plots, plot_count, error);
}
