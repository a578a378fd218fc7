/*
 * The searching half of the drivers' contract: `search` times queries of ready-made tokens and writes a row for each and k, `ask`
 * answers one query of a person. Ranking is exact; scores are Lucene's BM25.
 *
 * At each k one pass is not timed; it keeps the answers, whose external ids are read there, outside of what is timed.
 */
#include "bench_command.h"

#include "option.h"
#include "query_set.h"
#include "resources.h"
#include "spread.h"
#include "status.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct peer_search {
    const char *index_path, *queries_path, *out_path, *name, *limits;
    uint64_t passes;
    bool count;

    bf_searcher *searcher;
    struct query_set set;
    struct buffer *answers; /* a query each: the number of matches, a tab, the list of hits */
    double *times;          /* microseconds, `passes` a query */
    FILE *out;
};

/* Everything a query's time may hold: from its tokens to the top k. */
static bf_status search_once(struct peer_search *p, const struct bench_query *query, uint32_t k, struct buffer *scratch,
                             bf_results **results, double *micros, bf_error *error)
{
    bf_search_options options = {
        .k = k, .count_only = k == 0, .no_total = k > 0, .set_parameters = true, .k1 = 1.2f, .b = 0.75f, .title_weight = 1,
    };
    const uint64_t start = resources_now_ns();
    const char *text = query_prepare(query, scratch, &options);
    bf_status status = text ? bf_search(p->searcher, text, &options, results, error) : fail_memory(error);
    *micros = (double)(resources_now_ns() - start) / 1e3;
    return status == BF_OK ? BF_OK : fail_within(error, status, "query %s", query->id);
}

static bf_status keep_answer(bf_results *results, struct buffer *answer, bf_error *error)
{
    const uint64_t total = bf_results_total(results);
    buffer_clear(answer);
    if (total == BF_TOTAL_UNKNOWN) buffer_append_string(answer, "-1\t");
    else buffer_append_format(answer, "%" PRIu64 "\t", total);
    for (size_t i = 0; i < bf_results_count(results); i++) {
        bf_text id;
        bf_status status = bf_results_id(results, i, &id, error);
        if (status != BF_OK) return status;
        if (i > 0) buffer_append_u8(answer, ',');
        buffer_append(answer, id.bytes, id.length);
        buffer_append_format(answer, ":%.9g", (double)bf_results_hit(results, i)->score);
    }
    return answer->failed ? fail_memory(error) : BF_OK;
}

/* All passes at one k, and its rows; k = 0 counts. */
static bf_status search_all(struct peer_search *p, uint32_t k, bf_error *error)
{
    bf_status status = BF_OK;
    struct buffer scratch = {0};
    for (uint64_t pass = 0; pass <= p->passes && status == BF_OK; pass++)
        for (size_t i = 0; i < p->set.count && status == BF_OK; i++) {
            bf_results *results = NULL;
            double micros = 0;
            status = search_once(p, &p->set.queries[i], k, &scratch, &results, &micros, error);
            if (pass > 0) p->times[i * p->passes + pass - 1] = micros;
            else if (status == BF_OK) status = keep_answer(results, &p->answers[i], error);
            bf_results_free(results);
        }
    for (size_t i = 0; i < p->set.count && status == BF_OK; i++) {
        const struct bench_query *query = &p->set.queries[i];
        double *times = &p->times[i * p->passes];
        const double median = spread_median(times, p->passes); /* sorts: the first is the least */
        fprintf(p->out, "%s\t%s\t%s\t%s\t%" PRIu32 "\t%.1f\t%.1f\t", p->name, query->id, query_mode_name(query->mode),
                query->class_name, k, times[0], median);
        fwrite(p->answers[i].bytes, 1, p->answers[i].length, p->out);
        fputc('\n', p->out);
    }
    buffer_free(&scratch);
    return status;
}

static bf_status search_limits(struct peer_search *p, bf_error *error)
{
    bf_status status = BF_OK;
    const char *at = p->limits;
    while (status == BF_OK && *at) {
        char *end;
        errno = 0;
        const unsigned long k = strtoul(at, &end, 10);
        if (errno || end == at || (*end && *end != ',') || k < 1 || k > UINT32_MAX)
            return fail(error, BF_BAD_ARGUMENT, "--k wants numbers with commas between, not \"%s\"", p->limits);
        status = search_all(p, (uint32_t)k, error);
        at = *end ? end + 1 : end;
    }
    if (status == BF_OK && p->count) status = search_all(p, 0, error);
    return status;
}

static bf_status search_run(struct peer_search *p, bf_error *error)
{
    bf_status status = query_set_read(p->queries_path, QUERY_OR, &p->set, error);
    if (status == BF_OK) status = bf_searcher_open(p->index_path, &p->searcher, error);
    if (status != BF_OK) goto done;
    p->answers = calloc(p->set.count, sizeof *p->answers);
    p->times = calloc(p->set.count * p->passes, sizeof *p->times);
    if (!p->answers || !p->times) {
        status = fail_memory(error);
        goto done;
    }
    p->out = fopen(p->out_path, "wb");
    if (!p->out) {
        status = fail_system(error, errno, "%s", p->out_path);
        goto done;
    }
    status = search_limits(p, error);
    if (fclose(p->out) != 0 && status == BF_OK) status = fail_system(error, errno, "%s", p->out_path);
done:
    for (size_t i = 0; p->answers && i < p->set.count; i++) buffer_free(&p->answers[i]);
    free(p->answers);
    free(p->times);
    bf_searcher_close(p->searcher);
    query_set_free(&p->set);
    return status;
}

int bench_peer_search(int argc, char **argv)
{
    struct peer_search p = {.name = "backfile", .limits = "10", .passes = 5};
    const struct option_spec specs[] = {
        {0, "index", OPTION_STRING, &p.index_path, "DIR", "the index"},
        {0, "queries", OPTION_STRING, &p.queries_path, "FILE", "qid, mode, class and tokens, tabs between"},
        {0, "out", OPTION_STRING, &p.out_path, "FILE", "where to write the rows"},
        {0, "k", OPTION_STRING, &p.limits, "LIST", "how many hits, one or several numbers (10)"},
        {0, "passes", OPTION_U64, &p.passes, "N", "how often every query is timed (5)"},
        {0, "name", OPTION_STRING, &p.name, "NAME", "what the engine is called in the rows"},
        {0, "count", OPTION_FLAG, &p.count, NULL, "also count all matches"},
        {0},
    };
    bf_error error = {0};
    argc = options_parse(specs, argc, argv, &error);
    if (argc < 0) return bench_misused(&error);
    if (argc != 1 || !p.index_path || !p.queries_path || !p.out_path || p.passes < 1 || p.passes > 1000000) {
        fail(&error, BF_BAD_ARGUMENT, "peer search wants --index, --queries, --out, and --passes of at least 1");
        return bench_misused(&error);
    }
    return search_run(&p, &error) == BF_OK ? BENCH_DONE : bench_fail(&error);
}

/* One field of an answer's line: what would end it becomes a space. */
static void append_field(struct buffer *out, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        const uint8_t byte = (uint8_t)bytes[i];
        buffer_append_u8(out, byte == '\t' || byte == '\n' || byte == '\r' ? ' ' : byte);
    }
}

static void append_passage(struct buffer *out, const bf_passage *passage)
{
    size_t at = 0;
    for (size_t i = 0; i < passage->mark_count; i++) {
        const bf_mark mark = passage->marks[i];
        append_field(out, passage->text.bytes + at, mark.start - at);
        buffer_append_string(out, "<b>");
        append_field(out, passage->text.bytes + mark.start, mark.end - mark.start);
        buffer_append_string(out, "</b>");
        at = mark.end;
    }
    append_field(out, passage->text.bytes + at, passage->text.length - at);
}

/* rank, score, id, title, snippet. */
static bf_status append_hit(bf_results *results, size_t i, struct buffer *out, bf_error *error)
{
    const bf_article *article;
    bf_passage passage;
    const bf_hit *hit = bf_results_hit(results, i);
    bf_status status = bf_results_article(results, i, &article, error);
    if (status == BF_OK) status = bf_results_snippet(results, i, 0, &passage, error);
    if (status != BF_OK) return status;
    buffer_append_format(out, "%" PRIu64 "\t%.6g\t", hit->rank, (double)hit->score);
    append_field(out, article->id.bytes, article->id.length);
    buffer_append_u8(out, '\t');
    append_field(out, article->title.bytes, article->title.length);
    buffer_append_u8(out, '\t');
    append_passage(out, &passage);
    buffer_append_u8(out, '\n');
    return BF_OK;
}

static bf_status ask_run(const char *index_path, const char *words, bf_error *error)
{
    bf_searcher *searcher = NULL;
    bf_results *results = NULL;
    struct buffer out = {0};
    /* Any of the words may match, whatever signs stand between them. */
    const bf_search_options options = {.k = 10, .no_total = true, .plain_query = true};
    bf_status status = bf_searcher_open(index_path, &searcher, error);
    if (status == BF_OK) status = bf_search(searcher, words, &options, &results, error);
    for (size_t i = 0; status == BF_OK && i < bf_results_count(results); i++) status = append_hit(results, i, &out, error);
    if (status == BF_OK && out.failed) status = fail_memory(error);
    if (status == BF_OK && (fwrite(out.bytes, 1, out.length, stdout) != out.length || fflush(stdout) != 0))
        status = fail_system(error, errno, "standard output");
    buffer_free(&out);
    bf_results_free(results);
    bf_searcher_close(searcher);
    return status;
}

int bench_peer_ask(int argc, char **argv)
{
    const char *index_path = NULL;
    const struct option_spec specs[] = {
        {0, "index", OPTION_STRING, &index_path, "DIR", "the index"},
        {0},
    };
    bf_error error = {0};
    struct buffer words = {0};
    argc = options_parse_lenient(specs, argc, argv, &error);
    if (argc < 0) return bench_misused(&error);
    if (!index_path || argc < 2) {
        fail(&error, BF_BAD_ARGUMENT, "peer ask wants --index and words");
        return bench_misused(&error);
    }
    for (int i = 1; i < argc; i++) {
        if (i > 1) buffer_append_u8(&words, ' ');
        buffer_append_string(&words, argv[i]);
    }
    const char *text = buffer_string(&words);
    bf_status status = text ? ask_run(index_path, text, &error) : fail_memory(&error);
    buffer_free(&words);
    return status == BF_OK ? BENCH_DONE : bench_fail(&error);
}
