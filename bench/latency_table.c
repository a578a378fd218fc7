#include "latency_report.h"

#include "status.h"
#include "table.h"

#include <stdlib.h>
#include <unistd.h>

static void print_heading(const struct latency_report *r)
{
    const struct latency_plan *plan = r->plan;
    if (plan->work.count_only) printf("%s: counting matches", plan->index_path);
    else printf("%s: top %llu", plan->index_path, (unsigned long long)plan->work.k);
    printf(" in %llu articles, %u segment%s, ranker %s", (unsigned long long)r->stats.articles, r->stats.segments,
           r->stats.segments == 1 ? "" : "s", plan->work.ranker ? plan->work.ranker : "auto");
}

static void cells_spread(struct table *table, const struct spread *s)
{
    const double figures[] = {s->mean, s->p50, s->p90, s->p99, s->p999, s->max};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) table_cell(table, "%.1f", figures[i]);
}

static bf_status print_samples(const struct latency_report *r, const struct latency_samples *samples, bf_error *error)
{
    static const char *const headings[] = {"class", "queries", "mean", "p50", "p90", "p99", "p99.9", "max", "mean of medians",
                                           "blocks read", "KB of them", "scored"};
    struct table table;
    struct latency_row *rows;
    size_t row_count;
    bf_status status = latency_rows_make(r->plan, samples, &rows, &row_count, error);
    if (status != BF_OK) return status;
    printf("\n%s: microseconds a query, least of %zu pass%s\n\n", samples->what, samples->passes,
           samples->passes == 1 ? "" : "es");
    table_begin(&table, headings, sizeof headings / sizeof *headings);
    for (size_t i = 0; i < row_count; i++) {
        table_cell(&table, "%s", rows[i].name);
        table_cell(&table, "%zu", rows[i].minima.count);
        cells_spread(&table, &rows[i].minima);
        table_cell(&table, "%.1f", rows[i].median_mean);
        const bool known = rows[i].blocks > 0 || rows[i].documents > 0;
        table_cell(&table, known ? "%.0f" : "-", rows[i].blocks);
        table_cell(&table, known ? "%.1f" : "-", rows[i].kilobytes);
        table_cell(&table, known ? "%.0f" : "-", rows[i].documents);
    }
    if (!table_print(&table, stdout)) status = fail_memory(error);
    table_free(&table);
    free(rows);
    return status;
}

static void print_queries(const struct latency_report *r, const struct latency_samples *samples)
{
    printf("\nquery\tclass\tmode\tmin\tmedian\n");
    for (size_t i = 0; i < r->plan->set.count; i++)
        printf("%s\t%s\t%s\t%.1f\t%.1f\n", r->plan->set.queries[i].id, r->plan->set.queries[i].class_name,
               query_mode_name(r->plan->set.queries[i].mode), samples->minima[i], samples->medians[i]);
}

static bf_status print_loads(const struct latency_report *r, bf_error *error)
{
    static const char *const headings[] = {"threads", "asked, queries/s", "answered, queries/s", "queries", "mean", "p50", "p90",
                                           "p99", "p99.9", "max", "search alone, mean", "busy, %"};
    struct table table;
    bf_status status = BF_OK;
    table_begin(&table, headings, sizeof headings / sizeof *headings);
    for (size_t i = 0; i < r->load_count; i++) {
        const struct latency_load *load = &r->loads[i];
        table_cell(&table, "%llu", (unsigned long long)load->threads);
        if (load->rate > 0) table_cell(&table, "%.0f", load->rate);
        else table_cell(&table, "all they can");
        table_cell(&table, "%.0f", (double)load->count / load->seconds);
        table_cell(&table, "%zu", load->count);
        cells_spread(&table, &load->spread);
        table_cell(&table, "%.1f", load->service.mean);
        table_cell(&table, "%.0f", 100 * load->busy);
    }
    printf("\n%s\n\n", r->loads[0].rate > 0 ? "microseconds from a query's arrival to its answer, waiting included"
                                            : "microseconds a query, all times of all threads");
    if (!table_print(&table, stdout)) status = fail_memory(error);
    table_free(&table);
    for (size_t i = 0; i < r->load_count; i++)
        if (r->loads[i].rate > 0 && (double)r->loads[i].count / r->loads[i].seconds < 0.95 * r->loads[i].rate)
            printf("\nMore than %llu thread%s could answer: at %.0f queries/s the queue grew to the end, and so do the times.\n",
                   (unsigned long long)r->loads[i].threads, r->loads[i].threads == 1 ? "" : "s", r->loads[i].rate);
    return status;
}

static void print_eviction(const struct latency_report *r)
{
    const struct latency_eviction *e = r->eviction;
    const double runs = (double)(r->plan->set.count * r->plan->passes), mb = (double)sysconf(_SC_PAGESIZE) / 1e6 / runs;
    printf("\nBefore every query the index was closed and its files evicted: %.2f %% of their pages stayed in memory all the "
           "same.\nThe program and its libraries were warm, and a disk's own cache may be. Of %.1f MB, opening brought %.2f MB "
           "into memory\nand a query %.2f MB more, with what the system read ahead.\n",
           e->pages ? 100 * (double)e->left / (double)e->pages : 0, (double)e->pages * mb,
           ((double)e->opened - (double)e->left) * mb, ((double)e->searched - (double)e->opened) * mb);
}

bf_status latency_report_table(const struct latency_report *r, bool per_query, bf_error *error)
{
    bf_status status = BF_OK;
    print_heading(r);
    putchar('\n');
    if (r->load_count) return print_loads(r, error);
    if (r->eviction) print_eviction(r);
    for (size_t i = 0; i < r->samples_count && status == BF_OK; i++) status = print_samples(r, &r->samples[i], error);
    if (status == BF_OK && per_query) print_queries(r, &r->samples[r->samples_count - 1]);
    return status;
}
