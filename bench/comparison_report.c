#include "comparison.h"

#include "spread.h"
#include "status.h"
#include "svg_plot.h"
#include "table.h"

#include <jansson.h>
#include <stdlib.h>

static void cell_interval(struct table *table, const struct ratio_interval *interval)
{
    table_cell(table, "%.3f (%.3f to %.3f)", interval->ratio, interval->low, interval->high);
}

bf_status comparison_print_table(const struct comparison *c, bf_error *error)
{
    static const char *const headings[] = {"class", "queries", "mean A", "mean B", "B / A (95 %)", "median A", "median B",
                                           "B / A (95 %)", "B less / more", "B is"};
    struct table table;
    printf("A: %s, ranker %s, %zu rounds\n", c->a.index, c->a.ranker, c->a.rounds);
    printf("B: %s, ranker %s, %zu rounds\n", c->b.index, c->b.ranker, c->b.rounds);
    printf("%s; microseconds a query, least of the rounds\n\n", c->a.asked);
    table_begin(&table, headings, sizeof headings / sizeof *headings);
    for (size_t i = 0; i < c->row_count; i++) {
        const struct paired_verdict *v = &c->rows[i].verdict;
        table_cell(&table, "%s", c->rows[i].name);
        table_cell(&table, "%zu", c->rows[i].queries);
        table_cell(&table, "%.1f", v->a_mean);
        table_cell(&table, "%.1f", v->b_mean);
        cell_interval(&table, &v->means);
        table_cell(&table, "%.1f", v->a_median);
        table_cell(&table, "%.1f", v->b_median);
        cell_interval(&table, &v->medians);
        table_cell(&table, "%zu / %zu", v->b_faster, v->a_faster);
        table_cell(&table, "%s", v->word);
    }
    const bool printed = table_print(&table, stdout);
    table_free(&table);
    if (c->a.rounds < 3 || c->b.rounds < 3) puts("\nFewer than three rounds: the intervals hardly know of the machine's noise.");
    if (!c->interleaved)
        puts("\nA and B did not take turns: had the machine been slower during one of them, it would look like a difference. "
             "See --interleave.");
    return printed ? BF_OK : fail_memory(error);
}

static json_t *interval_json(const struct ratio_interval *interval)
{
    return json_pack("{sf sf sf}", "ratio", interval->ratio, "low", interval->low, "high", interval->high);
}

bf_status comparison_print_json(const struct comparison *c, bf_error *error)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < c->row_count; i++) {
        const struct paired_verdict *v = &c->rows[i].verdict;
        json_array_append_new(rows, json_pack("{ss sI sf sf so sf sf so sI sI ss}", "class", c->rows[i].name,
                                              "queries", (json_int_t)c->rows[i].queries, "a_mean", v->a_mean, "b_mean", v->b_mean,
                                              "means", interval_json(&v->means), "a_median", v->a_median, "b_median", v->b_median,
                                              "medians", interval_json(&v->medians), "b_less", (json_int_t)v->b_faster,
                                              "b_more", (json_int_t)v->a_faster, "b_is", v->word));
    }
    json_t *report = json_pack("{ss ss ss ss ss sI sI sb ss so}", "a", c->a.index, "a_ranker", c->a.ranker,
                               "b", c->b.index, "b_ranker", c->b.ranker, "asked", c->a.asked,
                               "a_rounds", (json_int_t)c->a.rounds, "b_rounds", (json_int_t)c->b.rounds,
                               "interleaved", c->interleaved, "unit", "us", "classes", rows);
    const bool printed = report && json_dumpf(report, stdout, JSON_REAL_PRECISION(9)) == 0;
    if (printed) putchar('\n');
    json_decref(report);
    return printed ? BF_OK : fail_memory(error);
}

/* Each query's least time in ascending order, and the share of queries up to it. */
static void curve_make(const struct latency_times *times, double *x, double *y)
{
    for (size_t i = 0; i < times->count; i++) {
        x[i] = times->queries[i].times[0];
        for (size_t r = 1; r < times->rounds; r++)
            if (times->queries[i].times[r] < x[i]) x[i] = times->queries[i].times[r];
        y[i] = 100 * (double)(i + 1) / (double)times->count;
    }
    spread_of(x, times->count); /* sorts */
}

bf_status comparison_plot(const struct comparison *c, const char *path, bf_error *error)
{
    const size_t count = c->a.count;
    double *points = malloc(4 * count * sizeof *points);
    if (!points) return fail_memory(error);
    curve_make(&c->a, points, points + count);
    curve_make(&c->b, points + 2 * count, points + 3 * count);
    const struct svg_line lines[] = {
        {.name = "A", .x = points, .y = points + count, .count = count},
        {.name = "B", .x = points + 2 * count, .y = points + 3 * count, .count = count},
    };
    const struct svg_plot plot = {
        .title = "Share of queries answered within a time", .subtitle = c->a.asked,
        .x_label = "microseconds (logarithmic)", .y_label = "% of queries", .x_log = true, .lines = lines, .line_count = 2,
    };
    const bf_status status = svg_plot_write(path, &plot, 1, error);
    free(points);
    return status;
}
