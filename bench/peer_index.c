/* The indexing half of the drivers' contract: `index` for ready-made tokens, `index-product` for articles as they are. */
#include "bench_command.h"

#include "article_lines.h"
#include "json_writer.h"
#include "option.h"
#include "resources.h"
#include "status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct peer_index {
    const char *input, *out, *stats_path;
    uint64_t threads; /* that build; 0: one */
};

static bf_status add_tokens(bf_writer *writer, const char *path, bf_error *error)
{
    struct article_lines lines;
    bf_status status = article_lines_open(path, &lines, error);
    if (status != BF_OK) return status;
    while ((status = article_lines_next(&lines, error)) == BF_OK) {
        const bf_article article = {.id = lines.id, .body = lines.body};
        status = bf_writer_add(writer, &article, NULL, error);
        if (status == BF_OK) continue;
        fail_within(error, status, "%s:%zu", path, lines.number);
        break;
    }
    article_lines_close(&lines);
    return status == BF_END ? BF_OK : status;
}

/* Writes what the contract wants to know: its one JSON object. */
static bf_status write_stats(const struct peer_index *peer, const char *mode, const struct resources *used, bf_error *error)
{
    struct buffer out = {0};
    bf_searcher *searcher = NULL;
    bf_stats s;
    FILE *file = NULL;
    bf_status status = bf_searcher_open(peer->out, &searcher, error);
    if (status == BF_OK) status = bf_searcher_stats(searcher, &s, error);
    if (status != BF_OK) goto done;
    const struct {
        const char *name;
        uint64_t bytes;
    } parts[] = {
        {"dictionary", s.bytes_dictionary}, {"postings", s.bytes_postings}, {"positions", s.bytes_positions},
        {"documents", s.bytes_documents},   {"articles", s.bytes_articles}, {"other", s.bytes_other},
    };
    json_open(&out, '{');
    json_append_key(&out, "engine");
    json_append_c_string(&out, "backfile");
    json_append_key(&out, "version");
    json_append_c_string(&out, bf_version());
    json_append_key(&out, "mode");
    json_append_c_string(&out, mode);
    json_append_key(&out, "docs");
    json_append_u64(&out, s.articles);
    json_append_key(&out, "seconds");
    json_append_double(&out, used->seconds);
    json_append_key(&out, "cpu_seconds");
    json_append_double(&out, used->cpu_seconds);
    json_append_key(&out, "peak_rss_kb");
    json_append_u64(&out, used->peak_rss / 1024);
    json_append_key(&out, "bytes");
    json_append_u64(&out, s.bytes);
    json_append_key(&out, "bytes_by_part");
    json_open(&out, '{');
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        json_append_key(&out, parts[i].name);
        json_append_u64(&out, parts[i].bytes);
    }
    json_close(&out, '}');
    json_close(&out, '}');
    buffer_append_u8(&out, '\n');
    if (out.failed) {
        status = fail_memory(error);
        goto done;
    }
    file = fopen(peer->stats_path, "wb");
    if (!file || fwrite(out.bytes, 1, out.length, file) != out.length) status = fail_system(error, errno, "%s", peer->stats_path);
    if (file && fclose(file) != 0 && status == BF_OK) status = fail_system(error, errno, "%s", peer->stats_path);
done:
    buffer_free(&out);
    bf_searcher_close(searcher);
    return status;
}

static int options_read(struct peer_index *peer, const char *input_name, const char *input_help, int argc, char **argv)
{
    const struct option_spec specs[] = {
        {0, input_name, OPTION_STRING, &peer->input, "FILE", input_help},
        {0, "out", OPTION_STRING, &peer->out, "DIR", "the index"},
        {0, "stats", OPTION_STRING, &peer->stats_path, "FILE", "where to write the figures"},
        {0, "threads", OPTION_U64, &peer->threads, "N", "that build (1)"},
        {0},
    };
    bf_error error = {0};
    argc = options_parse(specs, argc, argv, &error);
    if (argc < 0) return bench_misused(&error);
    if (argc != 1 || !peer->input || !peer->out || !peer->stats_path) {
        fail(&error, BF_BAD_ARGUMENT, "peer %s wants --%s, --out and --stats", argv[0], input_name);
        return bench_misused(&error);
    }
    return BENCH_DONE;
}

static uint32_t threads_of(const struct peer_index *peer)
{
    return peer->threads > 1 ? (uint32_t)peer->threads : 1;
}

int bench_peer_index(int argc, char **argv)
{
    const uint64_t start = resources_now_ns();
    struct peer_index peer = {0};
    bf_error error = {0};
    bf_writer *writer = NULL;
    if (options_read(&peer, "tokens", "JSON lines with id and body", argc, argv) != BENCH_DONE) return BENCH_FAILED;

    const bf_writer_options options = {.language = "none", .analysis = "plain", .threads = threads_of(&peer)};
    bf_status status = bf_writer_open(peer.out, &options, &writer, &error);
    if (status == BF_OK) status = add_tokens(writer, peer.input, &error);
    if (status == BF_OK) status = bf_writer_merge(writer, 1, &error); /* the contract wants one segment */
    bf_writer_close(writer);
    const struct resources used = resources_of_self(start);
    if (status == BF_OK) status = write_stats(&peer, "engine", &used, &error);
    return status == BF_OK ? BENCH_DONE : bench_fail(&error);
}

int bench_peer_index_product(int argc, char **argv)
{
    struct peer_index peer = {0};
    struct resources used;
    struct buffer summary = {0};
    bf_error error = {0};
    if (options_read(&peer, "articles", "JSON lines with id, title and body", argc, argv) != BENCH_DONE) return BENCH_FAILED;
    char threads[16];
    snprintf(threads, sizeof threads, "%u", threads_of(&peer));
    const char *const arguments[] = {"add", "--quiet",   "--as", "json",   "--language", "english", "--threads",
                                     threads, "--", peer.out, peer.input, NULL};
    bf_status status = resources_of_index(arguments, &summary, &used, &error);
    if (status == BF_OK) status = write_stats(&peer, "product", &used, &error);
    buffer_free(&summary);
    return status == BF_OK ? BENCH_DONE : bench_fail(&error);
}
