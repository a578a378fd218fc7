#include "latency_plan.h"

#include "status.h"

#include <stdlib.h>
#include <string.h>

bf_status latency_samples_make(const struct latency_plan *plan, const char *what, struct latency_samples *samples,
                               bf_error *error)
{
    size_t bytes;
    *samples = (struct latency_samples){.what = what, .query_count = plan->set.count, .passes = plan->passes};
    if (__builtin_mul_overflow(plan->set.count * sizeof(double), plan->passes, &bytes))
        return fail(error, BF_BAD_ARGUMENT, "so many passes can't be counted");
    samples->times = malloc(bytes);
    samples->minima = malloc(plan->set.count * sizeof(double));
    samples->medians = malloc(plan->set.count * sizeof(double));
    samples->done = calloc(plan->set.count, sizeof *samples->done);
    if (samples->times && samples->minima && samples->medians && samples->done) return BF_OK;
    latency_samples_free(samples);
    return fail_memory(error);
}

void latency_samples_free(struct latency_samples *samples)
{
    free(samples->times);
    free(samples->minima);
    free(samples->medians);
    free(samples->done);
    *samples = (struct latency_samples){0};
}

bf_status latency_samples_settle(struct latency_samples *samples, bf_error *error)
{
    double *sorted = malloc(samples->passes * sizeof *sorted);
    if (!sorted) return fail_memory(error);
    for (size_t q = 0; q < samples->query_count; q++) {
        memcpy(sorted, latency_sample(samples, q, 0), samples->passes * sizeof *sorted);
        samples->medians[q] = spread_median(sorted, samples->passes);
        samples->minima[q] = sorted[0];
    }
    free(sorted);
    return BF_OK;
}

static struct latency_row row_of(const struct latency_plan *plan, const struct latency_samples *samples, const char *class_name,
                                 double *values)
{
    struct latency_row row = {.name = class_name ? class_name : "all"};
    size_t count = 0;
    for (size_t i = 0; i < plan->set.count; i++) {
        if (class_name && strcmp(plan->set.queries[i].class_name, class_name) != 0) continue;
        values[count++] = samples->minima[i];
        row.median_mean += samples->medians[i];
        row.blocks += (double)samples->done[i].blocks;
        row.kilobytes += (double)samples->done[i].bytes / 1e3;
        row.documents += (double)samples->done[i].documents;
    }
    row.minima = spread_of(values, count);
    row.median_mean /= (double)count;
    row.blocks /= (double)count;
    row.kilobytes /= (double)count;
    row.documents /= (double)count;
    return row;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bf_status latency_rows_make(const struct latency_plan *plan, const struct latency_samples *samples, struct latency_row **rows,
                            size_t *row_count, bf_error *error)
{
    const size_t queries = plan->set.count;
    const char **names = malloc(queries * sizeof *names);
    double *values = malloc(queries * sizeof *values);
    struct latency_row *made = calloc(queries + 1, sizeof *made);
    size_t count = 0;
    const bool taken = names && values && made;
    for (size_t i = 0; taken && i < queries; i++) names[i] = plan->set.queries[i].class_name;
    if (taken) qsort(names, queries, sizeof *names, by_name);
    for (size_t i = 0; taken && i < queries; i++)
        if (i == 0 || strcmp(names[i - 1], names[i]) != 0) made[count++] = row_of(plan, samples, names[i], values);
    if (taken) made[count++] = row_of(plan, samples, NULL, values);
    free(names);
    free(values);
    if (!taken) {
        free(made);
        return fail_memory(error);
    }
    *rows = made;
    *row_count = count;
    return BF_OK;
}
