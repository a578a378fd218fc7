/* Quality of the default ranking on a judged collection. */
#include "bench_command.h"

#include "judgements.h"
#include "measures.h"
#include "option.h"
#include "status.h"
#include "table.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct quality {
    const char *index_path, *topics_path, *judgements_path;
    bf_search_options search;
    double k1, b, title_weight;
    bool operators, per_topic, json, help;

    bf_searcher *searcher;
    struct topics topics;
    struct judgements judgements;
    struct measures *measures;  /* a topic each */
    bool *judged;               /* whether the topic has anything relevant: others are left out of the mean */
    struct measures mean;
    size_t judged_count;
};

static bf_status quality_of_topic(struct quality *q, size_t topic, bf_error *error)
{
    bf_status status = BF_OK;
    bf_results *results = NULL;
    int *grades = NULL, *all_grades = NULL;
    size_t count, relevant = 0;
    const struct judgement *judgements = judgements_of(&q->judgements, q->topics.topics[topic].id, &count);
    for (size_t i = 0; i < count; i++) relevant += judgements[i].grade > 0;
    if (relevant == 0) return BF_OK;

    status = bf_search(q->searcher, q->topics.topics[topic].text, &q->search, &results, error);
    if (status != BF_OK) goto done;
    const size_t hits = bf_results_count(results);
    grades = calloc(hits + 1, sizeof *grades);
    all_grades = calloc(count, sizeof *all_grades);
    if (!grades || !all_grades) {
        status = fail_memory(error);
        goto done;
    }
    for (size_t i = 0; i < count; i++) all_grades[i] = judgements[i].grade;
    for (size_t i = 0; i < hits; i++) {
        bf_text id;
        status = bf_results_id(results, i, &id, error);
        if (status != BF_OK) goto done;
        grades[i] = judgements_grade(judgements, count, id);
    }
    q->measures[topic] = measures_of(grades, hits, all_grades, count);
    q->judged[topic] = true;
    q->judged_count++;
    measures_add(&q->mean, &q->measures[topic]);
done:
    free(grades);
    free(all_grades);
    bf_results_free(results);
    if (status != BF_OK) fail_within(error, status, "topic %s", q->topics.topics[topic].id);
    return status;
}

static void add_row(struct table *table, const char *name, const struct measures *m)
{
    table_cell(table, "%s", name);
    table_cell(table, "%.4f", m->average_precision);
    table_cell(table, "%.4f", m->ndcg_10);
    table_cell(table, "%.4f", m->precision_10);
    table_cell(table, "%.4f", m->recall_1000);
    table_cell(table, "%.4f", m->reciprocal_rank);
}

static bf_status print_table(const struct quality *q, bf_error *error)
{
    static const char *const headings[] = {"topic", "MAP", "nDCG@10", "P@10", "recall@1000", "MRR"};
    struct table table;
    table_begin(&table, headings, sizeof headings / sizeof *headings);
    for (size_t i = 0; q->per_topic && i < q->topics.count; i++)
        if (q->judged[i]) add_row(&table, q->topics.topics[i].id, &q->measures[i]);
    char name[64];
    snprintf(name, sizeof name, "all %zu", q->judged_count);
    add_row(&table, name, &q->mean);
    const bool printed = table_print(&table, stdout);
    table_free(&table);
    if (printed && q->judged_count < q->topics.count)
        printf("\n%zu of %zu topics have no relevant article among the judgements and are left out\n",
               q->topics.count - q->judged_count, q->topics.count);
    return printed ? BF_OK : fail_memory(error);
}

static json_t *json_of_measures(const struct measures *m)
{
    return json_pack("{sf sf sf sf sf}", "map", m->average_precision, "ndcg_10", m->ndcg_10, "precision_10", m->precision_10,
                     "recall_1000", m->recall_1000, "mrr", m->reciprocal_rank);
}

static bf_status print_json(const struct quality *q, bf_error *error)
{
    json_t *report = json_of_measures(&q->mean), *each = json_object();
    json_object_set_new(report, "topics", json_integer((json_int_t)q->judged_count));
    json_object_set_new(report, "topics_left_out", json_integer((json_int_t)(q->topics.count - q->judged_count)));
    for (size_t i = 0; q->per_topic && i < q->topics.count; i++)
        if (q->judged[i]) json_object_set_new(each, q->topics.topics[i].id, json_of_measures(&q->measures[i]));
    if (q->per_topic) json_object_set(report, "per_topic", each);
    const bool printed = report && json_dumpf(report, stdout, JSON_REAL_PRECISION(9)) == 0;
    if (printed) putchar('\n');
    json_decref(each);
    json_decref(report);
    return printed ? BF_OK : fail_memory(error);
}

static bf_status quality_run(struct quality *q, bf_error *error)
{
    bf_status status = topics_read(q->topics_path, &q->topics, error);
    if (status == BF_OK) status = judgements_read(q->judgements_path, &q->judgements, error);
    if (status == BF_OK) status = bf_searcher_open(q->index_path, &q->searcher, error);
    if (status != BF_OK) goto done;
    q->measures = calloc(q->topics.count + 1, sizeof *q->measures);
    q->judged = calloc(q->topics.count + 1, sizeof *q->judged);
    if (!q->measures || !q->judged) {
        status = fail_memory(error);
        goto done;
    }
    for (size_t i = 0; i < q->topics.count && status == BF_OK; i++) status = quality_of_topic(q, i, error);
    if (status != BF_OK) goto done;
    if (q->judged_count == 0) {
        status = fail(error, BF_BAD_ARGUMENT, "no topic of %s has a relevant article in %s", q->topics_path, q->judgements_path);
        goto done;
    }
    measures_divide(&q->mean, q->judged_count);
    status = q->json ? print_json(q, error) : print_table(q, error);
done:
    free(q->measures);
    free(q->judged);
    topics_free(&q->topics);
    judgements_free(&q->judgements);
    bf_searcher_close(q->searcher);
    return status;
}

int bench_quality(int argc, char **argv)
{
    struct quality q = {.k1 = 1.2, .b = 0.75, .title_weight = (double)BF_TITLE_WEIGHT};
    const struct option_spec specs[] = {
        {0, "topics", OPTION_STRING, &q.topics_path, "FILE", "the topics: `id TAB text` lines"},
        {0, "qrels", OPTION_STRING, &q.judgements_path, "FILE", "TREC judgements: `topic iteration article grade` lines"},
        {0, "per-topic", OPTION_FLAG, &q.per_topic, NULL, "a row for every topic"},
        {0, "operators", OPTION_FLAG, &q.operators, NULL, "signs in topics have their meaning as in a query (they have none)"},
        {0, "ranker", OPTION_STRING, &q.search.ranker, "NAME", "auto, or exhaustive"},
        {0, "k1", OPTION_DOUBLE, &q.k1, "X", "BM25's k1 (1.2)"},
        {0, "b", OPTION_DOUBLE, &q.b, "X", "BM25's b (0.75)"},
        {0, "title-weight", OPTION_DOUBLE, &q.title_weight, "X", "how often an occurrence in the title counts (2)"},
        {0, "json", OPTION_FLAG, &q.json, NULL, "one JSON object"},
        {0, "help", OPTION_FLAG, &q.help, NULL, "this"},
        {0},
    };
    bf_error error = {0};
    argc = options_parse(specs, argc, argv, &error);
    if (argc < 0) return bench_misused(&error);
    if (q.help) {
        puts("usage: backfile-bench quality INDEX --topics FILE --qrels FILE\n\n"
             "How good the first thousand hits of every topic are, by its judgements.\n"
             "Unjudged articles count as not relevant.\n");
        options_help(specs, stdout);
        return BENCH_DONE;
    }
    if (argc != 2 || !q.topics_path || !q.judgements_path) {
        fail(&error, BF_BAD_ARGUMENT, "quality wants one index, --topics FILE and --qrels FILE");
        return bench_misused(&error);
    }
    q.index_path = argv[1];
    q.search.k = MEASURES_DEPTH;
    q.search.no_total = true;
    q.search.plain_query = !q.operators;
    q.search.set_parameters = true;
    q.search.k1 = (float)q.k1;
    q.search.b = (float)q.b;
    q.search.title_weight = (float)q.title_weight;
    return quality_run(&q, &error) == BF_OK ? BENCH_DONE : bench_fail(&error);
}
