/* `growth`: the same queries on indexes of rising size. */
#include "bench_command.h"

#include "growth_report.h"
#include "growth_index.h"
#include "option.h"
#include "status.h"

#include <stdlib.h>

struct growth {
    const char *queries_path, *mode_name, *svg;
    bool json, help;
    struct growth_making making;
    struct latency_plan plan;
    struct growth_report report;
};

static bf_status size_measure(struct growth *g, const char *index, bf_error *error)
{
    struct growth_size *size = &g->report.sizes[g->report.size_count];
    struct latency_samples samples = {0};
    bf_searcher *searcher = NULL;
    g->plan.index_path = size->index = index;
    fprintf(stderr, "%s\n", index);
    bf_status status = growth_cost_load(index, &size->cost, error);
    if (status == BF_OK) status = bf_searcher_open(index, &searcher, error);
    if (status == BF_OK) status = bf_searcher_stats(searcher, &size->stats, error);
    bf_searcher_close(searcher);
    if (status == BF_OK) status = latency_samples_make(&g->plan, "search", &samples, error);
    if (status == BF_OK) status = latency_warm(&g->plan, &samples, error);
    if (status == BF_OK) status = latency_rows_make(&g->plan, &samples, &size->rows, &size->row_count, error);
    latency_samples_free(&samples);
    g->report.size_count += status == BF_OK;
    return status;
}

static bf_status growth_run(struct growth *g, const char *const *indexes, size_t count, bf_error *error)
{
    enum query_mode mode = QUERY_AS_TYPED;
    char *made[GROWTH_SIZES_MOST] = {0};
    bf_status status = BF_OK;
    if (g->mode_name && !query_mode_parse(g->mode_name, &mode))
        return fail(error, BF_BAD_ARGUMENT, "--mode is or, and, or phrase, not \"%s\"", g->mode_name);
    if (g->plan.passes == 0 || g->plan.passes > 1000000 || g->plan.work.k > UINT32_MAX)
        return fail(error, BF_BAD_ARGUMENT, "--passes is 1 or more; --passes or -k may be too large");
    status = query_set_read(g->queries_path, mode, &g->plan.set, error);
    if (status == BF_OK && g->making.articles) {
        status = growth_index_make(&g->making, made, &count, error);
        indexes = (const char *const *)made;
    }
    for (size_t i = 0; status == BF_OK && i < count; i++) status = size_measure(g, indexes[i], error);
    g->report.plan = &g->plan;
    if (status == BF_OK) status = g->json ? growth_report_json(&g->report, error) : growth_report_table(&g->report, error);
    if (status == BF_OK && g->svg) status = growth_report_plot(&g->report, g->svg, error);
    for (size_t i = 0; i < g->report.size_count; i++) free(g->report.sizes[i].rows);
    for (size_t i = 0; i < GROWTH_SIZES_MOST; i++) free(made[i]);
    query_set_free(&g->plan.set);
    return status;
}

int bench_growth(int argc, char **argv)
{
    struct growth g = {.plan = {.work = {.k = 10}, .passes = 5}, .making = {.steps = 5}};
    const struct option_spec specs[] = {
        {0, "queries", OPTION_STRING, &g.queries_path, "FILE", "the queries, as for latency"},
        {0, "articles", OPTION_STRING, &g.making.articles, "FILE", "JSON lines: index the first eighth, quarter, half and all"},
        {0, "work", OPTION_STRING, &g.making.work, "DIR", "where those indexes are kept; one that is there is used again"},
        {0, "from", OPTION_SIZE, &g.making.from, "SIZE", "rather index so much first, then by steps up to all"},
        {0, "steps", OPTION_U64, &g.making.steps, "N", "how many sizes with --from, evenly on a logarithmic scale (5)"},
        {0, "memory", OPTION_STRING, &g.making.memory, "SIZE", "as for backfile-index add"},
        {0, "threads", OPTION_STRING, &g.making.threads, "N", "as for backfile-index add"},
        {0, "merge", OPTION_FLAG, &g.making.merge, NULL, "merge each to one segment"},
        {'k', NULL, OPTION_U64, &g.plan.work.k, "N", "how many hits (10)"},
        {0, "passes", OPTION_U64, &g.plan.passes, "N", "how often every query is timed (5)"},
        {0, "mode", OPTION_STRING, &g.mode_name, "MODE", "how to take lines that don't say it: or, and, phrase; else as typed"},
        {0, "ranker", OPTION_STRING, &g.plan.work.ranker, "NAME", "auto, or exhaustive"},
        {0, "count", OPTION_FLAG, &g.plan.work.count_only, NULL, "only count matches, rank nothing"},
        {0, "json", OPTION_FLAG, &g.json, NULL, "one JSON object"},
        {0, "svg", OPTION_STRING, &g.svg, "FILE", "plot by size there: mean latency, and what making the indexes took"},
        {0, "help", OPTION_FLAG, &g.help, NULL, "this"},
        {0},
    };
    bf_error error = {0};
    argc = options_parse(specs, argc, argv, &error);
    if (argc < 0) return bench_misused(&error);
    if (g.help) {
        puts("usage: backfile-bench growth INDEX... --queries FILE\n"
             "       backfile-bench growth --articles FILE --work DIR --queries FILE\n\n"
             "How latency grows with the archive: the same queries, warm, on indexes of rising size. And how the cost of\n"
             "indexing does, where the indexes are made here: time, processor time, memory, room, bytes written.\n");
        options_help(specs, stdout);
        return BENCH_DONE;
    }
    if (!g.queries_path || (g.making.articles ? argc != 1 || !g.making.work : argc < 2 || argc > GROWTH_SIZES_MOST + 1)) {
        fail(&error, BF_BAD_ARGUMENT, "growth wants --queries, and 1 to %d indexes or --articles with --work", GROWTH_SIZES_MOST);
        return bench_misused(&error);
    }
    if (g.making.steps < 2 || g.making.steps > GROWTH_SIZES_MOST) {
        fail(&error, BF_BAD_ARGUMENT, "--steps is 2 to %d", GROWTH_SIZES_MOST);
        return bench_misused(&error);
    }
    return growth_run(&g, (const char *const *)argv + 1, (size_t)argc - 1, &error) == BF_OK ? BENCH_DONE : bench_fail(&error);
}
