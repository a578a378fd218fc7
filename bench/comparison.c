#include "comparison.h"

#include "status.h"

#include <stdlib.h>
#include <string.h>

/* The times of the queries of one class (NULL: all), packed. */
static size_t times_pack(const struct latency_times *times, const char *class_name, double *packed)
{
    size_t count = 0;
    for (size_t i = 0; i < times->count; i++) {
        if (class_name && strcmp(times->queries[i].class_name, class_name) != 0) continue;
        memcpy(packed + count++ * times->rounds, times->queries[i].times, times->rounds * sizeof *packed);
    }
    return count;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bf_status row_make(struct comparison *c, const char *class_name, double *a, double *b, uint64_t seed, bf_error *error)
{
    struct comparison_row *row = &c->rows[c->row_count];
    const struct paired_times times = {
        .a = a, .b = b, .a_rounds = c->a.rounds, .b_rounds = c->b.rounds, .interleaved = c->interleaved,
        .queries = times_pack(&c->a, class_name, a),
    };
    times_pack(&c->b, class_name, b);
    row->name = class_name ? class_name : "all";
    row->queries = times.queries;
    c->row_count++;
    return paired_bootstrap(&times, seed, &row->verdict, error);
}

bf_status comparison_make(struct comparison *c, uint64_t seed, bf_error *error)
{
    const char **names = malloc(c->a.count * sizeof *names);
    double *a = malloc(c->a.count * c->a.rounds * sizeof *a), *b = malloc(c->a.count * c->b.rounds * sizeof *b);
    bf_status status = BF_OK;
    c->rows = calloc(c->a.count + 1, sizeof *c->rows);
    if (!names || !a || !b || !c->rows) status = fail_memory(error);
    for (size_t i = 0; status == BF_OK && i < c->a.count; i++) names[i] = c->a.queries[i].class_name;
    if (status == BF_OK) qsort(names, c->a.count, sizeof *names, by_name);
    for (size_t i = 0; status == BF_OK && i < c->a.count; i++)
        if (i == 0 || strcmp(names[i - 1], names[i]) != 0) status = row_make(c, names[i], a, b, seed, error);
    if (status == BF_OK) status = row_make(c, NULL, a, b, seed, error);
    free(names);
    free(a);
    free(b);
    return status;
}

void comparison_free(struct comparison *c)
{
    latency_times_free(&c->a);
    latency_times_free(&c->b);
    free(c->rows);
    *c = (struct comparison){0};
}
