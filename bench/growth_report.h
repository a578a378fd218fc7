/* Latency by the size of the archive. */
#ifndef BENCH_GROWTH_REPORT_H
#define BENCH_GROWTH_REPORT_H

#include "growth_index.h"
#include "latency_plan.h"

struct growth_size {
    const char *index;
    bf_stats stats;
    struct growth_cost cost; /* of making it, where that is known */
    struct latency_row *rows; /* the same classes for every size */
    size_t row_count;
};

struct growth_report {
    const struct latency_plan *plan;
    struct growth_size sizes[GROWTH_SIZES_MOST];
    size_t size_count;
};

/*
 * How latency grows with the articles: the slope of the line through (log articles, log mean latency), least squares.
 * 0: not at all; 1: twice the articles, twice the time. 0 for fewer than two sizes.
 */
double growth_exponent(const struct growth_report *report, size_t row);

/* Whether it is known of all sizes what they took. */
bool growth_costs_known(const struct growth_report *report);

bf_status growth_report_table(const struct growth_report *report, bf_error *error);
bf_status growth_report_json(const struct growth_report *report, bf_error *error);
bf_status growth_report_plot(const struct growth_report *report, const char *path, bf_error *error);

#endif
