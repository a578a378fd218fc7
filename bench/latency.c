/* `latency`: what was asked for is measured one way or another, and reported. */
#include "bench_command.h"

#include "latency_report.h"
#include "option.h"
#include "status.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

struct latency {
    struct latency_plan plan;
    const char *queries_path, *mode_name, *svg;
    uint64_t threads;
    struct option_list rates;
    bool cold, json, per_query, help;
};

static bf_status report(const struct latency *l, const struct latency_report *r, bf_error *error)
{
    bf_status status = BF_OK;
    if (l->json) {
        json_t *object = latency_report_json(r);
        const bool printed = object && json_dumpf(object, stdout, JSON_REAL_PRECISION(9)) == 0;
        if (printed) putchar('\n');
        else status = fail(error, BF_BAD_ARGUMENT, "the report can't be written as JSON: a name in it is not UTF-8");
        json_decref(object);
    } else {
        status = latency_report_table(r, l->per_query, error);
    }
    return status == BF_OK && l->svg ? latency_report_plot(r, l->svg, error) : status;
}

static bf_status run_samples(struct latency *l, struct latency_report *r, bf_error *error)
{
    struct latency_samples samples[2] = {{0}};
    struct latency_eviction eviction;
    const char *what = l->plan.work.count_only ? "count" : "search";
    bf_status status = latency_samples_make(&l->plan, l->cold ? "open" : what, &samples[0], error);
    if (status == BF_OK && l->cold) status = latency_samples_make(&l->plan, what, &samples[1], error);
    if (status == BF_OK)
        status = l->cold ? latency_cold(&l->plan, &samples[0], &samples[1], &eviction, error)
                         : latency_warm(&l->plan, &samples[0], error);
    if (status == BF_OK) {
        r->samples = samples;
        r->samples_count = l->cold ? 2 : 1;
        r->eviction = l->cold ? &eviction : NULL;
        status = report(l, r, error);
    }
    latency_samples_free(&samples[0]);
    latency_samples_free(&samples[1]);
    return status;
}

static bf_status rate_parse(const char *text, double *rate, bf_error *error)
{
    char *end;
    *rate = strtod(text, &end);
    if (end != text && !*end && isfinite(*rate) && *rate > 0) return BF_OK;
    return fail(error, BF_BAD_ARGUMENT, "--rate wants queries a second, not \"%s\"", text);
}

/* A load a rate; or without rates 1, 2, 4, ... threads up to as many as were asked for. */
static bf_status run_loads(struct latency *l, struct latency_report *r, bf_error *error)
{
    struct latency_load loads[64];
    bf_status status = BF_OK;
    const uint64_t threads = l->threads ? l->threads : 1;
    size_t count = 0;
    while (status == BF_OK && count < l->rates.count) {
        double rate;
        status = rate_parse(l->rates.items[count], &rate, error);
        if (status == BF_OK) status = latency_arrivals(&l->plan, threads, rate, &loads[count], error);
        count += status == BF_OK;
    }
    for (uint64_t n = 1; status == BF_OK && l->rates.count == 0; n = 2 * n < threads ? 2 * n : threads) {
        status = latency_threads(&l->plan, n, &loads[count], error);
        count += status == BF_OK;
        if (n == threads) break;
    }
    if (status == BF_OK) {
        r->loads = loads;
        r->load_count = count;
        status = report(l, r, error);
    }
    for (size_t i = 0; i < count; i++) latency_load_free(&loads[i]);
    return status;
}

static bf_status latency_run(struct latency *l, bf_error *error)
{
    enum query_mode mode = QUERY_AS_TYPED;
    bf_searcher *searcher = NULL;
    struct latency_report r = {.plan = &l->plan};
    if (l->mode_name && !query_mode_parse(l->mode_name, &mode))
        return fail(error, BF_BAD_ARGUMENT, "--mode is or, and, or phrase, not \"%s\"", l->mode_name);
    if (l->plan.passes == 0) l->plan.passes = l->cold ? 1 : 5;
    if (l->plan.passes > 1000000 || l->plan.work.k > UINT32_MAX)
        return fail(error, BF_BAD_ARGUMENT, "--passes or -k is too large");
    if (l->threads > 1024) return fail(error, BF_BAD_ARGUMENT, "--threads is at most 1024");
    if (l->cold && (l->threads || l->rates.count))
        return fail(error, BF_BAD_ARGUMENT, "--cold is measured one query at a time, without --threads and --rate");
    bf_status status = query_set_read(l->queries_path, mode, &l->plan.set, error);
    if (status == BF_OK) status = bf_searcher_open(l->plan.index_path, &searcher, error);
    if (status == BF_OK) status = bf_searcher_stats(searcher, &r.stats, error);
    bf_searcher_close(searcher);
    if (status == BF_OK) status = l->threads || l->rates.count ? run_loads(l, &r, error) : run_samples(l, &r, error);
    query_set_free(&l->plan.set);
    return status;
}

int bench_latency(int argc, char **argv)
{
    struct latency l = {.plan = {.work = {.k = 10}, .seed = 1}};
    const struct option_spec specs[] = {
        {0, "queries", OPTION_STRING, &l.queries_path, "FILE", "the queries: `id TAB text` lines or those listed below"},
        {'k', NULL, OPTION_U64, &l.plan.work.k, "N", "how many hits (10)"},
        {0, "passes", OPTION_U64, &l.plan.passes, "N", "how often every query is timed (5; --cold: 1)"},
        {0, "cold", OPTION_FLAG, &l.cold, NULL, "evict the index's files and open it anew before every query"},
        {0, "threads", OPTION_U64, &l.threads, "N", "1, 2, 4, .. N threads that ask as fast as they are answered"},
        {0, "rate", OPTION_LIST, &l.rates, "QPS", "so many queries a second arrive, at random, and wait for one of --threads; "
                                                  "may be given more than once"},
        {0, "seed", OPTION_U64, &l.plan.seed, "N", "of the order and the arrivals (1)"},
        {0, "mode", OPTION_STRING, &l.mode_name, "MODE", "how to take lines that don't say it: or, and, phrase; else as typed"},
        {0, "ranker", OPTION_STRING, &l.plan.work.ranker, "NAME", "auto, or exhaustive"},
        {0, "total", OPTION_FLAG, &l.plan.work.exact_total, NULL, "also count every match exactly"},
        {0, "count", OPTION_FLAG, &l.plan.work.count_only, NULL, "only count matches, rank nothing"},
        {0, "per-query", OPTION_FLAG, &l.per_query, NULL, "also the minimum and median of every query (JSON always has them)"},
        {0, "json", OPTION_FLAG, &l.json, NULL, "one JSON object, with every time: what `compare` reads"},
        {0, "svg", OPTION_STRING, &l.svg, "FILE", "plot the distribution there"},
        {0, "help", OPTION_FLAG, &l.help, NULL, "this"},
        {0},
    };
    bf_error error = {0};
    argc = options_parse(specs, argc, argv, &error);
    if (argc < 0) return bench_misused(&error);
    if (l.help) {
        puts("usage: backfile-bench latency INDEX --queries FILE\n\n"
             "How long queries take, by query class: once everything is in memory, or --cold, or under load.\n");
        options_help(specs, stdout);
        puts("\nLines of FILE: `id TAB text`; `id TAB mode TAB text`; `id TAB mode TAB class TAB text`;\n"
             "or JSON, {\"query\": \"+a +b\", \"tags\": [\"class\"]}.");
        return BENCH_DONE;
    }
    if (argc != 2 || !l.queries_path) {
        fail(&error, BF_BAD_ARGUMENT, "latency wants one index and --queries FILE");
        return bench_misused(&error);
    }
    l.plan.index_path = argv[1];
    return latency_run(&l, &error) == BF_OK ? BENCH_DONE : bench_fail(&error);
}
