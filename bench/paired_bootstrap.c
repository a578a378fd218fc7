/*
 * The percentile bootstrap (Efron 1979) in two levels. Queries are drawn with replacement, A's and B's times of one always
 * together: the differences between queries, which are far larger than that between A and B, cancel. Rounds are drawn with
 * replacement too, the same for all queries of a draw, since what disturbs a machine disturbs many queries of a round; where
 * A and B took turns they are given the same rounds. A query's figure is its least time over the rounds drawn, as
 * elsewhere. With one round there is nothing to tell the noise of, and only queries vary.
 */
#include "paired_bootstrap.h"

#include "random_source.h"
#include "status.h"

#include <stdlib.h>

struct draw {
    size_t *a_rounds, *b_rounds; /* drawn */
    double *a, *b;               /* least times of the queries drawn */
    double *means, *medians;     /* ratios of each draw */
};

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double mean_of(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += values[i];
    return sum / (double)count;
}

/* The value of rank `wanted`; reorders the values (quickselect as in Wirth 1976). */
static double select_value(double *values, size_t count, size_t wanted)
{
    ptrdiff_t low = 0, high = (ptrdiff_t)count - 1;
    const ptrdiff_t rank = (ptrdiff_t)wanted;
    while (low < high) {
        const double pivot = values[rank];
        ptrdiff_t i = low, j = high;
        while (i <= j) {
            while (values[i] < pivot) i++;
            while (values[j] > pivot) j--;
            if (i > j) break;
            const double held = values[i];
            values[i++] = values[j];
            values[j--] = held;
        }
        if (j < rank) low = i;
        if (rank < i) high = j;
    }
    return values[wanted];
}

static double median_of(double *values, size_t count)
{
    const double upper = select_value(values, count, count / 2);
    return count % 2 ? upper : (select_value(values, count, count / 2 - 1) + upper) / 2;
}

static double least_of(const double *rounds, const size_t *drawn, size_t count)
{
    double least = rounds[drawn[0]];
    for (size_t i = 1; i < count; i++)
        if (rounds[drawn[i]] < least) least = rounds[drawn[i]];
    return least;
}

static void rounds_draw(size_t *drawn, size_t count, struct random_source *random)
{
    for (size_t i = 0; i < count; i++) drawn[i] = random_below(random, (uint32_t)count);
}

static void draw_once(const struct paired_times *t, struct draw *draw, size_t number, struct random_source *random)
{
    rounds_draw(draw->a_rounds, t->a_rounds, random);
    rounds_draw(draw->b_rounds, t->b_rounds, random);
    const size_t *b_rounds = t->interleaved ? draw->a_rounds : draw->b_rounds;
    for (size_t i = 0; i < t->queries; i++) {
        const size_t query = random_below(random, (uint32_t)t->queries);
        draw->a[i] = least_of(t->a + query * t->a_rounds, draw->a_rounds, t->a_rounds);
        draw->b[i] = least_of(t->b + query * t->b_rounds, b_rounds, t->b_rounds);
    }
    draw->means[number] = mean_of(draw->b, t->queries) / mean_of(draw->a, t->queries);
    draw->medians[number] = median_of(draw->b, t->queries) / median_of(draw->a, t->queries);
}

static struct ratio_interval interval_of(double *ratios, double ratio)
{
    qsort(ratios, BOOTSTRAP_ROUNDS, sizeof *ratios, by_value);
    return (struct ratio_interval){ratio, ratios[BOOTSTRAP_ROUNDS * 25 / 1000], ratios[BOOTSTRAP_ROUNDS * 975 / 1000 - 1]};
}

/* As measured: every query and round once. */
static void measure(const struct paired_times *t, struct draw *draw, struct paired_verdict *v)
{
    for (size_t i = 0; i < t->a_rounds; i++) draw->a_rounds[i] = i;
    for (size_t i = 0; i < t->b_rounds; i++) draw->b_rounds[i] = i;
    *v = (struct paired_verdict){0};
    for (size_t i = 0; i < t->queries; i++) {
        draw->a[i] = least_of(t->a + i * t->a_rounds, draw->a_rounds, t->a_rounds);
        draw->b[i] = least_of(t->b + i * t->b_rounds, draw->b_rounds, t->b_rounds);
        v->a_faster += draw->a[i] < draw->b[i];
        v->b_faster += draw->b[i] < draw->a[i];
    }
    v->a_mean = mean_of(draw->a, t->queries);
    v->b_mean = mean_of(draw->b, t->queries);
    v->a_median = median_of(draw->a, t->queries);
    v->b_median = median_of(draw->b, t->queries);
}

/* -1: B takes less; 1: it takes more; 0: neither is shown. */
static int side_of(const struct ratio_interval *interval) { return interval->high < 1 ? -1 : interval->low > 1; }

static const char *word_for(const struct paired_verdict *v)
{
    const int means = side_of(&v->means), medians = side_of(&v->medians);
    if (means * medians < 0) return "mixed";
    return means < 0 ? "faster" : means > 0 ? "slower" : "no difference shown";
}

bf_status paired_bootstrap(const struct paired_times *t, uint64_t seed, struct paired_verdict *verdict, bf_error *error)
{
    struct random_source random = {seed};
    struct draw draw = {
        .a_rounds = malloc(t->a_rounds * sizeof(size_t)), .b_rounds = malloc(t->b_rounds * sizeof(size_t)),
        .a = malloc(t->queries * sizeof(double)), .b = malloc(t->queries * sizeof(double)),
        .means = malloc(BOOTSTRAP_ROUNDS * sizeof(double)), .medians = malloc(BOOTSTRAP_ROUNDS * sizeof(double)),
    };
    const bool taken = draw.a_rounds && draw.b_rounds && draw.a && draw.b && draw.means && draw.medians;
    if (taken) {
        measure(t, &draw, verdict);
        for (size_t i = 0; i < BOOTSTRAP_ROUNDS; i++) draw_once(t, &draw, i, &random);
        verdict->means = interval_of(draw.means, verdict->b_mean / verdict->a_mean);
        verdict->medians = interval_of(draw.medians, verdict->b_median / verdict->a_median);
        verdict->word = word_for(verdict);
    }
    free(draw.a_rounds);
    free(draw.b_rounds);
    free(draw.a);
    free(draw.b);
    free(draw.means);
    free(draw.medians);
    return taken ? BF_OK : fail_memory(error);
}
