/* Archives side by side: is a grown one like the one it was grown from? */
#include "bench_command.h"

#include "description.h"
#include "option.h"
#include "spread.h"
#include "status.h"
#include "table.h"

#include <math.h>
#include <stdlib.h>

enum { ARCHIVES_MOST = TABLE_COLUMNS_MAX - 1 };

struct describe {
    const char *const *paths;
    size_t count;
    struct query_set queries;
    struct description descriptions[ARCHIVES_MOST];
};

static void row(struct table *table, const struct describe *d, const char *name, const char *format, size_t offset, double scale)
{
    table_cell(table, "%s", name);
    for (size_t i = 0; i < d->count; i++)
        table_cell(table, format[0] == 'i' ? "%.0f" : format[0] == '2' ? "%.2f" : "%.3f",
                   scale * *(const double *)(const void *)((const char *)&d->descriptions[i] + offset));
}

#define FIGURE(member) offsetof(struct description, member)

static void rows_of_lengths(struct table *table, const struct describe *d)
{
    static const char *const names[] = {"p1", "p10", "p50", "p90", "p99", "most"};
    char name[64];
    table_cell(table, "articles");
    for (size_t i = 0; i < d->count; i++) table_cell(table, "%llu", (unsigned long long)d->descriptions[i].articles);
    table_cell(table, "words an article, mean");
    for (size_t i = 0; i < d->count; i++)
        table_cell(table, "%.1f", (double)d->descriptions[i].words / (double)d->descriptions[i].articles);
    for (size_t l = 0; l < DESCRIPTION_LENGTHS; l++) {
        snprintf(name, sizeof name, "words an article, %s", names[l]);
        row(table, d, name, "i", FIGURE(lengths) + l * sizeof(double), 1);
    }
    table_cell(table, "distinct words an article, mean");
    for (size_t i = 0; i < d->count; i++)
        table_cell(table, "%.1f", (double)d->descriptions[i].postings / (double)d->descriptions[i].articles);
}

static void rows_of_vocabulary(struct table *table, const struct describe *d)
{
    static const char *const samples[] = {"an eighth", "a quarter", "half", "all"};
    char name[64];
    for (size_t s = 0; s < DESCRIPTION_SAMPLES; s++) {
        snprintf(name, sizeof name, "distinct words in %s", samples[s]);
        row(table, d, name, "i", FIGURE(vocabulary) + s * sizeof(double), 1);
    }
    for (size_t s = 1; s < DESCRIPTION_SAMPLES; s++) {
        table_cell(table, "Heaps' exponent, %s to %s", samples[s - 1], samples[s]);
        for (size_t i = 0; i < d->count; i++)
            table_cell(table, "%.3f", log2(d->descriptions[i].vocabulary[s] / d->descriptions[i].vocabulary[s - 1]));
    }
    row(table, d, "vocabulary in one article, %", "2", FIGURE(once), 100);
    row(table, d, "vocabulary in 2 to 5 articles, %", "2", FIGURE(few), 100);
    row(table, d, "Zipf's slope, ranks 100 to 10,000", "3", FIGURE(zipf), 1);
    row(table, d, "Zipf's slope, ranks 10,000 to 100,000", "3", FIGURE(zipf_tail), 1);
    for (size_t t = 0, most = 10; t < DESCRIPTION_TOPS; t++, most *= 10) {
        snprintf(name, sizeof name, "the %zu most frequent, %% of all", most);
        row(table, d, name, "2", FIGURE(tops) + t * sizeof(double), 100);
    }
}

static void rows_of_bands(struct table *table, const struct describe *d)
{
    static const char *const tfs[] = {"1", "2", "3-4", "5-8", "9+"};
    char name[64];
    for (size_t b = 0; b < DESCRIPTION_BANDS; b++) {
        snprintf(name, sizeof name, "words in 10^-%zu.. of articles", 5 - b);
        row(table, d, name, "i", FIGURE(band_words) + b * sizeof(double), 1);
        for (size_t t = 0; t < DESCRIPTION_TFS; t++) {
            snprintf(name, sizeof name, "- %% of postings with tf %s", tfs[t]);
            row(table, d, name, "2", FIGURE(band_tf[b]) + t * sizeof(double), 100);
        }
    }
}

/* Quantiles of an archive's share of articles to the first archive's, over the queries for which that has at least ten. */
static bf_status rows_of_ratios(struct table *table, const struct describe *d, bool pairs, bf_error *error)
{
    static const double quantiles[] = {0.1, 0.25, 0.5, 0.75, 0.9};
    const size_t queries = d->queries.count;
    double *ratios = malloc((queries + 1) * d->count * sizeof *ratios), sums[ARCHIVES_MOST] = {0};
    size_t count = 0;
    if (!ratios) return fail_memory(error);
    for (size_t q = 0; q < queries; q++) {
        const struct description *first = &d->descriptions[0];
        const double base = pairs ? first->query_pair[q] : first->query_df[q];
        for (size_t i = 0; base >= 0 && i < d->count; i++)
            sums[i] += pairs ? d->descriptions[i].query_pair[q] : d->descriptions[i].query_df[q];
        if (base * (double)first->articles < 10) continue;
        for (size_t i = 0; i < d->count; i++)
            ratios[i * queries + count] = (pairs ? d->descriptions[i].query_pair[q] : d->descriptions[i].query_df[q]) / base;
        count++;
    }
    const char *what = pairs ? "a query's first two words" : "a query's first word";
    table_cell(table, "%s: mean %% of articles", what);
    for (size_t i = 0; i < d->count; i++) table_cell(table, "%.4f", 100 * sums[i] / (double)queries);
    for (size_t p = 0; count > 0 && p < sizeof quantiles / sizeof *quantiles; p++) {
        table_cell(table, "- as a multiple, p%.0f of %zu", 100 * quantiles[p], count);
        for (size_t i = 0; i < d->count; i++) {
            spread_of(&ratios[i * queries], count); /* sorts */
            table_cell(table, "%.3f", ratios[i * queries + (size_t)(quantiles[p] * (double)(count - 1))]);
        }
    }
    free(ratios);
    return BF_OK;
}

static bf_status describe_print(const struct describe *d, bf_error *error)
{
    const char *headings[TABLE_COLUMNS_MAX] = {""};
    struct table table;
    bf_status status = BF_OK;
    for (size_t i = 0; i < d->count; i++) headings[i + 1] = d->paths[i];
    table_begin(&table, headings, d->count + 1);
    rows_of_lengths(&table, d);
    rows_of_vocabulary(&table, d);
    rows_of_bands(&table, d);
    if (d->queries.count) status = rows_of_ratios(&table, d, false, error);
    if (status == BF_OK && d->queries.count) status = rows_of_ratios(&table, d, true, error);
    if (status == BF_OK && !table_print(&table, stdout)) status = fail_memory(error);
    table_free(&table);
    return status;
}

int bench_describe(int argc, char **argv)
{
    const char *queries = NULL;
    bool help = false;
    const struct option_spec specs[] = {
        {0, "queries", OPTION_STRING, &queries, "FILE", "also how often the words of these queries occur, and occur together"},
        {0, "help", OPTION_FLAG, &help, NULL, "this"},
        {0},
    };
    bf_error error = {0};
    argc = options_parse(specs, argc, argv, &error);
    if (argc < 0) return bench_misused(&error);
    if (help) {
        puts("usage: backfile-bench describe ARTICLES.jsonl... [--queries FILE]\n\n"
             "Lengths, vocabulary and word frequencies of archives side by side.\n");
        options_help(specs, stdout);
        return BENCH_DONE;
    }
    if (argc < 2 || argc > ARCHIVES_MOST + 1) {
        fail(&error, BF_BAD_ARGUMENT, "describe wants 1 to %d files of articles", ARCHIVES_MOST);
        return bench_misused(&error);
    }
    struct describe d = {.paths = (const char *const *)argv + 1, .count = (size_t)argc - 1};
    bf_status status = queries ? query_set_read(queries, QUERY_AS_TYPED, &d.queries, &error) : BF_OK;
    for (size_t i = 0; status == BF_OK && i < d.count; i++)
        status = description_make(d.paths[i], &d.queries, &d.descriptions[i], &error);
    if (status == BF_OK) status = describe_print(&d, &error);
    for (size_t i = 0; i < d.count; i++) description_free(&d.descriptions[i]);
    query_set_free(&d.queries);
    return status == BF_OK ? BENCH_DONE : bench_fail(&error);
}
