/*
 * Warm latency. One pass over the queries is not timed; then every pass runs all of them once, one after the other, so
 * that a query never meets the caches its own last run left. A query's figure is its minimum over the passes: what it takes
 * when nothing else on the machine gets in the way.
 */
#include "bench_command.h"

#include "option.h"
#include "query_set.h"
#include "resources.h"
#include "spread.h"
#include "status.h"
#include "table.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct latency {
    const char *index_path, *queries_path, *mode_name, *ranker;
    uint64_t passes, k;
    bool json, per_query, exact_total, count_only, help;

    bf_searcher *searcher;
    bf_stats stats;
    struct query_set set;
    double *times;             /* microseconds: `passes` of the first query, of the second, ... */
    double *minima, *medians;  /* a query each */
};

/* A row of the table: the queries of one class, or all. */
struct latency_row {
    const char *name;
    struct spread minima;
    double median_mean;
};

static bf_status run_passes(struct latency *l, bf_error *error)
{
    bf_status status = BF_OK;
    struct buffer scratch = {0};
    for (uint64_t pass = 0; pass <= l->passes && status == BF_OK; pass++) { /* pass 0 warms up */
        for (size_t i = 0; i < l->set.count && status == BF_OK; i++) {
            bf_results *results = NULL;
            bf_search_options options = {
                .k = (uint32_t)l->k,
                .ranker = l->ranker,
                .count_only = l->count_only,
                .no_total = !l->exact_total && !l->count_only,
            };
            const uint64_t start = resources_now_ns();
            const char *text = query_prepare(&l->set.queries[i], &scratch, &options);
            status = text ? bf_search(l->searcher, text, &options, &results, error) : fail_memory(error);
            const uint64_t took = resources_now_ns() - start;
            if (status != BF_OK) fail_within(error, status, "query %s", l->set.queries[i].id);
            if (pass > 0) l->times[i * l->passes + pass - 1] = (double)took / 1e3;
            bf_results_free(results);
        }
    }
    for (size_t i = 0; i < l->set.count && status == BF_OK; i++) {
        l->medians[i] = spread_median(&l->times[i * l->passes], l->passes);
        l->minima[i] = l->times[i * l->passes]; /* now sorted */
    }
    buffer_free(&scratch);
    return status;
}

static struct latency_row row_of(const struct latency *l, const char *class_name, double *values)
{
    struct latency_row row = {.name = class_name ? class_name : "all"};
    size_t count = 0;
    for (size_t i = 0; i < l->set.count; i++) {
        if (class_name && strcmp(l->set.queries[i].class_name, class_name) != 0) continue;
        values[count++] = l->minima[i];
        row.median_mean += l->medians[i];
    }
    row.minima = spread_of(values, count);
    row.median_mean /= (double)count;
    return row;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* One row a class, in the order of their names, then all. `rows` has room for one more than there are queries. */
static size_t rows_make(const struct latency *l, const char **names, double *values, struct latency_row *rows)
{
    size_t count = 0;
    for (size_t i = 0; i < l->set.count; i++) names[i] = l->set.queries[i].class_name;
    qsort(names, l->set.count, sizeof *names, by_name);
    for (size_t i = 0; i < l->set.count; i++)
        if (i == 0 || strcmp(names[i - 1], names[i]) != 0) rows[count++] = row_of(l, names[i], values);
    rows[count++] = row_of(l, NULL, values);
    return count;
}

static bf_status print_table(const struct latency *l, const struct latency_row *rows, size_t row_count, bf_error *error)
{
    static const char *const headings[] = {"class", "queries", "mean", "p50", "p90", "p99", "max", "mean of medians"};
    struct table table;
    if (l->count_only) printf("%s: counting matches", l->index_path);
    else printf("%s: top %llu", l->index_path, (unsigned long long)l->k);
    printf(" in %llu articles, %u segment%s, ranker %s; microseconds a query, least of %llu passes\n\n",
           (unsigned long long)l->stats.articles, l->stats.segments, l->stats.segments == 1 ? "" : "s",
           l->ranker ? l->ranker : "auto", (unsigned long long)l->passes);
    table_begin(&table, headings, sizeof headings / sizeof *headings);
    for (size_t i = 0; i < row_count; i++) {
        const struct spread *s = &rows[i].minima;
        table_cell(&table, "%s", rows[i].name);
        table_cell(&table, "%zu", s->count);
        table_cell(&table, "%.1f", s->mean);
        table_cell(&table, "%.1f", s->p50);
        table_cell(&table, "%.1f", s->p90);
        table_cell(&table, "%.1f", s->p99);
        table_cell(&table, "%.1f", s->max);
        table_cell(&table, "%.1f", rows[i].median_mean);
    }
    const bool printed = table_print(&table, stdout);
    table_free(&table);
    if (printed && l->per_query) {
        printf("\nquery\tclass\tmode\tmin\tmedian\n");
        for (size_t i = 0; i < l->set.count; i++)
            printf("%s\t%s\t%s\t%.1f\t%.1f\n", l->set.queries[i].id, l->set.queries[i].class_name,
                   query_mode_name(l->set.queries[i].mode), l->minima[i], l->medians[i]);
    }
    return printed ? BF_OK : fail_memory(error);
}

static bf_status print_json(const struct latency *l, const struct latency_row *rows, size_t row_count, bf_error *error)
{
    json_t *classes = json_array(), *queries = l->per_query ? json_array() : NULL;
    for (size_t i = 0; i < row_count; i++) {
        const struct spread *s = &rows[i].minima;
        json_array_append_new(classes, json_pack("{ss sI sf sf sf sf sf sf}", "class", rows[i].name,
                                                 "queries", (json_int_t)s->count, "mean", s->mean, "p50", s->p50,
                                                 "p90", s->p90, "p99", s->p99, "max", s->max,
                                                 "mean_of_medians", rows[i].median_mean));
    }
    for (size_t i = 0; queries && i < l->set.count; i++) {
        const struct bench_query *query = &l->set.queries[i];
        json_array_append_new(queries, json_pack("{ss ss ss sf sf}", "id", query->id, "class", query->class_name,
                                                 "mode", query_mode_name(query->mode),
                                                 "min", l->minima[i], "median", l->medians[i]));
    }
    json_t *report = json_pack("{ss sI sI sI sI ss sb ss so so*}", "index", l->index_path,
                               "articles", (json_int_t)l->stats.articles, "segments", (json_int_t)l->stats.segments,
                               "k", l->count_only ? (json_int_t)0 : (json_int_t)l->k, "passes", (json_int_t)l->passes,
                               "ranker", l->ranker ? l->ranker : "auto", "exact_total", l->exact_total || l->count_only,
                               "unit", "us", "classes", classes, "queries", queries);
    const bool printed = report && json_dumpf(report, stdout, JSON_REAL_PRECISION(9)) == 0;
    if (printed) putchar('\n');
    json_decref(report);
    return printed ? BF_OK : fail(error, BF_BAD_ARGUMENT, "the report can't be written as JSON: a name in it is not UTF-8");
}

static bf_status latency_run(struct latency *l, bf_error *error)
{
    bf_status status = BF_OK;
    enum query_mode mode = QUERY_AS_TYPED;
    const char **names = NULL;
    double *values = NULL;
    struct latency_row *rows = NULL;
    if (l->mode_name && !query_mode_parse(l->mode_name, &mode)) {
        status = fail(error, BF_BAD_ARGUMENT, "--mode is or, and, or phrase, not \"%s\"", l->mode_name);
        goto done;
    }
    if (l->passes < 1 || l->passes > 1000000 || l->k < 1 || l->k > UINT32_MAX) {
        status = fail(error, BF_BAD_ARGUMENT, "--passes and -k are at least 1");
        goto done;
    }
    status = query_set_read(l->queries_path, mode, &l->set, error);
    if (status != BF_OK) goto done;
    const size_t count = l->set.count;
    l->times = calloc(count * l->passes, sizeof *l->times);
    l->minima = calloc(count, sizeof *l->minima);
    l->medians = calloc(count, sizeof *l->medians);
    values = calloc(count, sizeof *values);
    names = calloc(count, sizeof *names);
    rows = calloc(count + 1, sizeof *rows);
    if (!l->times || !l->minima || !l->medians || !values || !names || !rows) {
        status = fail_memory(error);
        goto done;
    }
    status = bf_searcher_open(l->index_path, &l->searcher, error);
    if (status == BF_OK) status = bf_searcher_stats(l->searcher, &l->stats, error);
    if (status == BF_OK) status = run_passes(l, error);
    if (status != BF_OK) goto done;
    const size_t row_count = rows_make(l, names, values, rows);
    status = l->json ? print_json(l, rows, row_count, error) : print_table(l, rows, row_count, error);
done:
    bf_searcher_close(l->searcher);
    query_set_free(&l->set);
    free(l->times);
    free(l->minima);
    free(l->medians);
    free(values);
    free(names);
    free(rows);
    return status;
}

int bench_latency(int argc, char **argv)
{
    struct latency l = {.passes = 5, .k = 10};
    const struct option_spec specs[] = {
        {0, "queries", OPTION_STRING, &l.queries_path, "FILE", "the queries: `id TAB text` lines or those listed below"},
        {'k', NULL, OPTION_U64, &l.k, "N", "how many hits (10)"},
        {0, "passes", OPTION_U64, &l.passes, "N", "how often every query is timed (5)"},
        {0, "mode", OPTION_STRING, &l.mode_name, "MODE", "how to take lines that don't say it: or, and, phrase; else as typed"},
        {0, "ranker", OPTION_STRING, &l.ranker, "NAME", "auto, or exhaustive"},
        {0, "total", OPTION_FLAG, &l.exact_total, NULL, "also count every match exactly"},
        {0, "count", OPTION_FLAG, &l.count_only, NULL, "only count matches, rank nothing"},
        {0, "per-query", OPTION_FLAG, &l.per_query, NULL, "also the minimum and median of every query"},
        {0, "json", OPTION_FLAG, &l.json, NULL, "one JSON object"},
        {0, "help", OPTION_FLAG, &l.help, NULL, "this"},
        {0},
    };
    bf_error error = {0};
    argc = options_parse(specs, argc, argv, &error);
    if (argc < 0) return bench_misused(&error);
    if (l.help) {
        puts("usage: backfile-bench latency INDEX --queries FILE\n\n"
             "How long queries take once everything is in memory, by query class.\n");
        options_help(specs, stdout);
        puts("\nLines of FILE: `id TAB text`; `id TAB mode TAB text`; `id TAB mode TAB class TAB text`;\n"
             "or JSON, {\"query\": \"+a +b\", \"tags\": [\"class\"]}.");
        return BENCH_DONE;
    }
    if (argc != 2 || !l.queries_path) {
        fail(&error, BF_BAD_ARGUMENT, "latency wants one index and --queries FILE");
        return bench_misused(&error);
    }
    l.index_path = argv[1];
    return latency_run(&l, &error) == BF_OK ? BENCH_DONE : bench_fail(&error);
}
