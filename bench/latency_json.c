#include "latency_report.h"

#include <jansson.h>
#include <stdlib.h>

static json_t *spread_json(const struct spread *s)
{
    return json_pack("{sf sf sf sf sf sf}", "mean", s->mean, "p50", s->p50, "p90", s->p90, "p99", s->p99, "p99.9", s->p999,
                     "max", s->max);
}

static json_t *classes_json(const struct latency_report *r, const struct latency_samples *samples)
{
    struct latency_row *rows;
    size_t row_count;
    if (latency_rows_make(r->plan, samples, &rows, &row_count, NULL) != BF_OK) return NULL;
    json_t *classes = json_array();
    for (size_t i = 0; i < row_count; i++) {
        json_t *row = json_pack("{ss sI sf sf sf sf}", "class", rows[i].name, "queries", (json_int_t)rows[i].minima.count,
                                "mean_of_medians", rows[i].median_mean, "blocks", rows[i].blocks, "kilobytes",
                                rows[i].kilobytes, "documents_scored", rows[i].documents);
        json_t *spread = spread_json(&rows[i].minima);
        if (row && spread) json_object_update(row, spread);
        json_decref(spread);
        json_array_append_new(classes, row);
    }
    free(rows);
    return classes;
}

static json_t *queries_json(const struct latency_report *r, const struct latency_samples *samples)
{
    json_t *queries = json_array();
    for (size_t i = 0; i < samples->query_count; i++) {
        const struct bench_query *query = &r->plan->set.queries[i];
        json_t *times = json_array();
        for (size_t pass = 0; pass < samples->passes; pass++)
            json_array_append_new(times, json_real(*latency_sample(samples, i, pass)));
        json_array_append_new(queries, json_pack("{ss ss ss sf sf so}", "id", query->id, "class", query->class_name,
                                                 "mode", query_mode_name(query->mode), "min", samples->minima[i],
                                                 "median", samples->medians[i], "times", times));
    }
    return queries;
}

static json_t *loads_json(const struct latency_report *r)
{
    json_t *loads = json_array();
    for (size_t i = 0; i < r->load_count; i++) {
        const struct latency_load *load = &r->loads[i];
        json_array_append_new(loads, json_pack("{sI sf sI sf sf so so}", "threads", (json_int_t)load->threads,
                                               "queries_a_second_asked", load->rate, "queries", (json_int_t)load->count,
                                               "queries_a_second_answered", (double)load->count / load->seconds,
                                               "busy", load->busy, "latency", spread_json(&load->spread),
                                               "search", spread_json(&load->service)));
    }
    return loads;
}

json_t *latency_report_json(const struct latency_report *r)
{
    const struct latency_plan *plan = r->plan;
    const bool counting = plan->work.count_only;
    const char *kind = r->load_count ? (r->loads[0].rate > 0 ? "arrivals" : "threads") : r->eviction ? "cold" : "warm";
    json_t *report = json_pack("{ss ss sI sI sI sI ss sb ss}", "kind", kind, "index", plan->index_path,
                               "articles", (json_int_t)r->stats.articles, "segments", (json_int_t)r->stats.segments,
                               "k", counting ? (json_int_t)0 : (json_int_t)plan->work.k, "passes", (json_int_t)plan->passes,
                               "ranker", plan->work.ranker ? plan->work.ranker : "auto",
                               "exact_total", plan->work.exact_total || counting, "unit", "us");
    if (!report) return NULL;
    if (r->load_count) {
        json_object_set_new(report, "seed", json_integer((json_int_t)plan->seed));
        json_object_set_new(report, "loads", loads_json(r));
        return report;
    }
    /* What was searched is the report's own; what came before it (opening) has a name. */
    const struct latency_samples *last = &r->samples[r->samples_count - 1];
    json_object_set_new(report, "classes", classes_json(r, last));
    json_object_set_new(report, "queries", queries_json(r, last));
    for (size_t i = 0; i + 1 < r->samples_count; i++)
        json_object_set_new(report, r->samples[i].what, classes_json(r, &r->samples[i]));
    if (r->eviction)
        json_object_set_new(report, "pages", json_pack("{sI sI sI sI}", "all", (json_int_t)r->eviction->pages,
                                                       "after_eviction", (json_int_t)r->eviction->left,
                                                       "after_opening", (json_int_t)r->eviction->opened,
                                                       "after_search", (json_int_t)r->eviction->searched));
    return report;
}
