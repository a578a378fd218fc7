/* backfile-index merge */
#include "index_command.h"

#include "option.h"
#include "readable.h"
#include "status.h"

#include <stdio.h>

static bf_status stats_of(const char *path, bf_stats *stats, bf_error *error)
{
    bf_searcher *searcher = NULL;
    bf_status status = bf_searcher_open(path, &searcher, error);
    if (status == BF_OK) status = bf_searcher_stats(searcher, stats, error);
    bf_searcher_close(searcher);
    return status;
}

int index_merge(int argc, char **argv)
{
    bf_writer_options writing = {.must_exist = true};
    bf_writer *writer = NULL;
    uint64_t segments = 1;
    bool quiet = false, help = false;
    const struct option_spec specs[] = {
        {0, "segments", OPTION_U64, &segments, "N", "how many may be left (1)"},
        {0, "wait", OPTION_FLAG, &writing.wait, NULL, "wait for another writer to end"},
        {0, "no-sync", OPTION_FLAG, &writing.no_sync, NULL, "don't wait for the disk: a power cut may lose the commit"},
        {'q', "quiet", OPTION_FLAG, &quiet, NULL, "no summary"},
        {0, "help", OPTION_FLAG, &help, NULL, "this"},
        {0},
    };
    bf_error error = {0};
    bf_stats before, after;
    argc = options_parse(specs, argc, argv, &error);
    if (argc < 0) return index_misused("merge", &error);
    if (help) {
        puts("usage: backfile-index merge INDEX\n\n"
             "Merges segments, so that searches have fewer places to look, and gives back the room of deleted articles.\n");
        options_help(specs, stdout);
        return INDEX_DONE;
    }
    if (argc != 2 || segments < 1 || segments > UINT32_MAX) {
        fail(&error, BF_BAD_ARGUMENT, "wants one index, and --segments of at least 1");
        return index_misused("merge", &error);
    }
    bf_status status = bf_writer_open(argv[1], &writing, &writer, &error);
    if (status == BF_OK) status = stats_of(argv[1], &before, &error);
    if (status == BF_OK) status = bf_writer_merge(writer, (uint32_t)segments, &error);
    bf_writer_close(writer);
    if (status == BF_OK) status = stats_of(argv[1], &after, &error);
    if (status != BF_OK) return index_stopped(&error);
    if (!quiet) {
        char a[READABLE_SIZE], b[READABLE_SIZE];
        printf("%u segment%s of %s, before %u of %s\n", after.segments, after.segments == 1 ? "" : "s",
               readable_bytes(after.bytes, a), before.segments, readable_bytes(before.bytes, b));
    }
    return INDEX_DONE;
}
