/* backfile-index stats */
#include "index_command.h"

#include "article_json.h"
#include "json_writer.h"
#include "option.h"
#include "readable.h"
#include "status.h"

#include <stdio.h>

/* Bytes of the dictionary and the postings a posting: short lists live in the dictionary. Positions are apart. */
static double bytes_per_posting(const bf_stats *s)
{
    return s->postings ? (double)(s->bytes_dictionary + s->bytes_postings) / (double)s->postings : 0;
}

static bf_status print_json(const bf_stats *s, bf_error *error)
{
    struct buffer out = {0};
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {
        {"articles", s->articles},   {"deleted", s->deleted}, {"terms", s->terms},       {"postings", s->postings},
        {"positions", s->positions}, {"tokens", s->tokens},   {"segments", s->segments}, {"generation", s->generation},
    }, parts[] = {
        {"total", s->bytes},         {"dictionary", s->bytes_dictionary}, {"postings", s->bytes_postings},
        {"positions", s->bytes_positions}, {"documents", s->bytes_documents}, {"articles", s->bytes_articles},
        {"other", s->bytes_other},
    };
    json_open(&out, '{');
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        json_append_key(&out, counts[i].key);
        json_append_u64(&out, counts[i].value);
    }
    json_append_key(&out, "bytes");
    json_open(&out, '{');
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        json_append_key(&out, parts[i].key);
        json_append_u64(&out, parts[i].value);
    }
    json_append_key(&out, "per_posting");
    json_append_double(&out, bytes_per_posting(s));
    json_close(&out, '}');
    json_append_key(&out, "analyzer");
    json_append_c_string(&out, s->analyzer);
    json_append_key(&out, "dates");
    json_open(&out, '{');
    json_append_key(&out, "first");
    json_append_date(&out, s->first);
    json_append_key(&out, "last");
    json_append_date(&out, s->last);
    json_close(&out, '}');
    json_close(&out, '}');
    const char *text = buffer_string(&out);
    if (text) puts(text);
    buffer_free(&out);
    return text ? BF_OK : fail_memory(error);
}

static void print_text(const bf_stats *s)
{
    char text[READABLE_SIZE], first[BF_DATE_TEXT_SIZE], last[BF_DATE_TEXT_SIZE];
    const struct {
        const char *name;
        uint64_t value;
    } counts[] = {
        {"articles", s->articles}, {"deleted, not yet purged", s->deleted}, {"words", s->tokens},           {"terms", s->terms},
        {"postings", s->postings}, {"positions", s->positions},             {"segments", s->segments}, {"commits", s->generation},
    }, parts[] = {
        {"dictionary", s->bytes_dictionary}, {"postings", s->bytes_postings}, {"positions", s->bytes_positions},
        {"documents", s->bytes_documents},   {"articles", s->bytes_articles}, {"other", s->bytes_other},
    };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        printf("%-24s %15s\n", counts[i].name, readable_count(counts[i].value, text));
    if (bf_date_format(s->first, first) && bf_date_format(s->last, last)) printf("%-24s %s to %s\n", "dates", first, last);
    printf("%-24s %s\n\n", "analyzer", s->analyzer);
    printf("%-24s %15s\n", "bytes", readable_count(s->bytes, text));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        printf("  %-22s %15s %5.1f %%\n", parts[i].name, readable_count(parts[i].value, text),
               s->bytes ? 100.0 * (double)parts[i].value / (double)s->bytes : 0);
    printf("  %-22s %15.2f   (dictionary and postings)\n", "per posting", bytes_per_posting(s));
}

int index_stats(int argc, char **argv)
{
    bool json = false, help = false;
    const struct option_spec specs[] = {
        {0, "json", OPTION_FLAG, &json, NULL, "one JSON object"},
        {0, "help", OPTION_FLAG, &help, NULL, "this"},
        {0},
    };
    bf_error error = {0};
    bf_searcher *searcher = NULL;
    bf_stats stats;
    argc = options_parse(specs, argc, argv, &error);
    if (argc < 0) return index_misused("stats", &error);
    if (help) {
        puts("usage: backfile-index stats INDEX\n\nHow much is in the index, and where its bytes are.\n");
        options_help(specs, stdout);
        return INDEX_DONE;
    }
    if (argc != 2) {
        fail(&error, BF_BAD_ARGUMENT, "wants one index");
        return index_misused("stats", &error);
    }
    bf_status status = bf_searcher_open(argv[1], &searcher, &error);
    if (status == BF_OK) status = bf_searcher_stats(searcher, &stats, &error);
    if (status == BF_OK && json) status = print_json(&stats, &error);
    else if (status == BF_OK) print_text(&stats);
    bf_searcher_close(searcher);
    return status == BF_OK ? INDEX_DONE : index_stopped(&error);
}
