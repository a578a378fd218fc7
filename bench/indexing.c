/*
 * How fast articles become an index. What is measured is `backfile-index add` itself, as a process of its own: from exec to exit,
 * with the memory and processor time the system counted for it.
 */
#include "bench_command.h"

#include "json_writer.h"
#include "option.h"
#include "resources.h"
#include "status.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct indexing {
    const char *out, *language, *analysis, *memory, *form;
    bool json, no_sync, help;
    char **paths;
    int path_count;

    char *index_path;
    struct resources used;
    uint64_t input_bytes, stored, refused;
    bf_stats stats;
};

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    return remove(path);
}

/* The figures that only the program itself knows, from the summary it printed. */
static bf_status summary_read(struct indexing *x, const struct buffer *summary, bf_error *error)
{
    json_error_t wrong;
    json_t *object = json_loadb((const char *)summary->bytes, summary->length, 0, &wrong);
    const json_t *bytes = json_object_get(object, "bytes_read"), *stored = json_object_get(object, "stored");
    const json_t *refused = json_object_get(object, "refused");
    const bool good = json_is_integer(bytes) && json_is_integer(stored) && json_is_integer(refused);
    x->input_bytes = (uint64_t)json_integer_value(bytes);
    x->stored = (uint64_t)json_integer_value(stored);
    x->refused = (uint64_t)json_integer_value(refused);
    json_decref(object);
    return good ? BF_OK : fail(error, BF_IO, "backfile-index printed a summary that can't be understood");
}

static bf_status index_once(struct indexing *x, bf_error *error)
{
    bf_status status = BF_OK;
    struct buffer summary = {0};
    bf_searcher *searcher = NULL;
    size_t count = 0;
    const char **arguments = calloc((size_t)x->path_count + 16, sizeof *arguments);
    if (!arguments) return fail_memory(error);
    const struct {
        const char *name, *value;
    } passed[] = {{"--language", x->language}, {"--analysis", x->analysis}, {"--memory", x->memory}, {"--as", x->form}};
    arguments[count++] = "add";
    arguments[count++] = "--json";
    if (x->no_sync) arguments[count++] = "--no-sync";
    for (size_t i = 0; i < sizeof passed / sizeof *passed; i++) {
        if (!passed[i].value) continue;
        arguments[count++] = passed[i].name;
        arguments[count++] = passed[i].value;
    }
    arguments[count++] = "--";
    arguments[count++] = x->index_path;
    for (int i = 0; i < x->path_count; i++) arguments[count++] = x->paths[i];
    status = resources_of_index(arguments, &summary, &x->used, error);
    if (status == BF_OK) status = summary_read(x, &summary, error);
    if (status == BF_OK) status = bf_searcher_open(x->index_path, &searcher, error);
    if (status == BF_OK) status = bf_searcher_stats(searcher, &x->stats, error);
    x->stats.analyzer = NULL; /* it lives no longer than the searcher */
    bf_searcher_close(searcher);
    buffer_free(&summary);
    free(arguments);
    return status;
}

static bf_status print_json(const struct indexing *x, bf_error *error)
{
    struct buffer out = {0};
    const double seconds = x->used.seconds;
    const struct {
        const char *key;
        double value;
    } measured[] = {
        {"seconds", seconds},
        {"cpu_seconds", x->used.cpu_seconds},
        {"mb_per_second", (double)x->input_bytes / 1e6 / seconds},
        {"articles_per_second", (double)x->stored / seconds},
    };
    const struct {
        const char *key;
        uint64_t value;
    } counted[] = {
        {"articles", x->stored}, {"refused", x->refused}, {"bytes_read", x->input_bytes}, {"peak_rss", x->used.peak_rss},
        {"segments", x->stats.segments}, {"bytes", x->stats.bytes}, {"bytes_dictionary", x->stats.bytes_dictionary},
        {"bytes_postings", x->stats.bytes_postings}, {"bytes_positions", x->stats.bytes_positions},
        {"bytes_documents", x->stats.bytes_documents}, {"bytes_articles", x->stats.bytes_articles},
        {"bytes_other", x->stats.bytes_other},
    };
    json_open(&out, '{');
    for (size_t i = 0; i < sizeof measured / sizeof *measured; i++) {
        json_append_key(&out, measured[i].key);
        json_append_double(&out, measured[i].value);
    }
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
        json_append_key(&out, counted[i].key);
        json_append_u64(&out, counted[i].value);
    }
    json_close(&out, '}');
    const char *text = buffer_string(&out);
    if (text) puts(text);
    buffer_free(&out);
    return text ? BF_OK : fail_memory(error);
}

static void print_text(const struct indexing *x)
{
    const double seconds = x->used.seconds, mb = (double)x->input_bytes / 1e6;
    printf("%" PRIu64 " articles stored, %" PRIu64 " records refused, %.1f MB read\n", x->stored, x->refused, mb);
    printf("%.2f s, %.1f MB/s, %.0f articles/s\n", seconds, mb / seconds, (double)x->stored / seconds);
    printf("%.2f s of processor time, %.0f MiB at most in memory\n", x->used.cpu_seconds, (double)x->used.peak_rss / 1048576);
    printf("%.1f MB on disk, %.2f of what was read, in %u segment%s: dictionary %.1f, postings %.1f, positions %.1f, "
           "documents %.1f, articles %.1f, other %.1f\n",
           (double)x->stats.bytes / 1e6, x->input_bytes ? (double)x->stats.bytes / (double)x->input_bytes : 0, x->stats.segments,
           x->stats.segments == 1 ? "" : "s", (double)x->stats.bytes_dictionary / 1e6, (double)x->stats.bytes_postings / 1e6,
           (double)x->stats.bytes_positions / 1e6, (double)x->stats.bytes_documents / 1e6, (double)x->stats.bytes_articles / 1e6,
           (double)x->stats.bytes_other / 1e6);
}

static bf_status indexing_run(struct indexing *x, bf_error *error)
{
    bf_status status = BF_OK;
    char *folder = NULL; /* of an index that nobody asked to keep */
    if (x->out) {
        /* An index that is there already would be extended, and something else measured. */
        if (access(x->out, F_OK) == 0) return fail(error, BF_BAD_ARGUMENT, "%s is there already", x->out);
        x->index_path = strdup(x->out);
    } else {
        const char *place = getenv("TMPDIR");
        if (asprintf(&folder, "%s/backfile-bench-XXXXXX", place && *place ? place : "/tmp") < 0) folder = NULL;
        if (folder && !mkdtemp(folder)) {
            status = fail_system(error, errno, "%s", folder);
            free(folder);
            return status;
        }
        if (!folder || asprintf(&x->index_path, "%s/index.bf", folder) < 0) x->index_path = NULL;
    }
    status = x->index_path ? index_once(x, error) : fail_memory(error);
    if (folder && nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0 && status == BF_OK)
        status = fail_system(error, errno, "removing %s", folder);
    free(folder);
    free(x->index_path);
    if (status != BF_OK) return status;
    if (x->json) return print_json(x, error);
    print_text(x);
    return BF_OK;
}

int bench_indexing(int argc, char **argv)
{
    struct indexing x = {0};
    const struct option_spec specs[] = {
        {0, "out", OPTION_STRING, &x.out, "INDEX", "keep the index here (it is made in TMPDIR and removed)"},
        {0, "language", OPTION_STRING, &x.language, "L", "as for backfile-index add"},
        {0, "analysis", OPTION_STRING, &x.analysis, "A", "as for backfile-index add"},
        {0, "memory", OPTION_STRING, &x.memory, "SIZE", "as for backfile-index add"},
        {0, "as", OPTION_STRING, &x.form, "FORM", "as for backfile-index add"},
        {0, "no-sync", OPTION_FLAG, &x.no_sync, NULL, "as for backfile-index add"},
        {0, "json", OPTION_FLAG, &x.json, NULL, "one JSON object"},
        {0, "help", OPTION_FLAG, &x.help, NULL, "this"},
        {0},
    };
    bf_error error = {0};
    argc = options_parse(specs, argc, argv, &error);
    if (argc < 0) return bench_misused(&error);
    if (x.help) {
        puts("usage: backfile-bench indexing PATH...\n\n"
             "How fast backfile-index makes an index of the articles, in what memory, and how large it is.\n");
        options_help(specs, stdout);
        return BENCH_DONE;
    }
    if (argc < 2) {
        fail(&error, BF_BAD_ARGUMENT, "indexing wants paths of articles");
        return bench_misused(&error);
    }
    x.paths = argv + 1;
    x.path_count = argc - 1;
    return indexing_run(&x, &error) == BF_OK ? BENCH_DONE : bench_fail(&error);
}
