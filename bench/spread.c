#include "spread.h"

#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double percentile(const double *sorted, size_t count, size_t per_mille)
{
    return sorted[(count * per_mille + 999) / 1000 - 1];
}

struct spread spread_of(double *values, size_t count)
{
    struct spread spread = {.count = count};
    if (count == 0) return spread;
    qsort(values, count, sizeof *values, by_value);
    for (size_t i = 0; i < count; i++) spread.mean += values[i];
    spread.mean /= (double)count;
    spread.p50 = percentile(values, count, 500);
    spread.p90 = percentile(values, count, 900);
    spread.p99 = percentile(values, count, 990);
    spread.p999 = percentile(values, count, 999);
    spread.max = values[count - 1];
    return spread;
}

double spread_median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}
