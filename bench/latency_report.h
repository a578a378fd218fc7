/* Latencies as a table in Markdown, as one JSON object, and as a plot. */
#ifndef BENCH_LATENCY_REPORT_H
#define BENCH_LATENCY_REPORT_H

#include "latency_plan.h"

struct json_t;

struct latency_report {
    const struct latency_plan *plan;
    bf_stats stats;
    const struct latency_samples *samples; /* of one kind ("search"), or of several: "open", "search" */
    size_t samples_count;
    const struct latency_eviction *eviction; /* NULL: warm */
    const struct latency_load *loads;        /* instead of samples */
    size_t load_count;
};

/* `per_query`: also a line for each query. */
bf_status latency_report_table(const struct latency_report *report, bool per_query, bf_error *error);

/* With every time of every query. The caller's; NULL when memory was refused or a name is not UTF-8. */
struct json_t *latency_report_json(const struct latency_report *report);

/* The share of queries answered within a time: a line a class (of the last kind of samples), or a line a load. */
bf_status latency_report_plot(const struct latency_report *report, const char *path, bf_error *error);

#endif
