/* backfile-index merge */
#include "index_command.h"

#include "option.h"
#include "readable.h"
#include "status.h"

#include <stdio.h>

enum { THREADS_MOST = 1024 };

static void print_change(const char *what, uint64_t before, uint64_t after)
{
    char a[READABLE_SIZE], b[READABLE_SIZE];
    double percent = before ? 100 * ((double)after - (double)before) / (double)before : 0;
    printf("%-9s  %s, before %s: %+.1f %%\n", what, readable_bytes(after, a), readable_bytes(before, b), percent);
}

static void print_reordered(const bf_reorder_report *report)
{
    char a[READABLE_SIZE], b[READABLE_SIZE];
    printf("%s articles reordered by the company of %s words, in %.1f s, of which finding the order %.1f s with %u thread%s\n",
           readable_count(report->articles, a), readable_count(report->words_used, b), report->seconds,
           report->seconds_ordering, report->threads, report->threads == 1 ? "" : "s");
    if (report->words_used < report->words)
        printf("%s of %s words, the most frequent, were left out to stay within --memory\n",
               readable_count(report->words - report->words_used, a), readable_count(report->words, b));
    print_change("postings", report->postings_before, report->postings_after);
    print_change("positions", report->positions_before, report->positions_after);
}

int index_merge(int argc, char **argv)
{
    bf_writer_options writing = {.must_exist = true};
    bf_reorder_options reordering = {0};
    bf_reorder_report report = {0};
    bf_writer *writer = NULL;
    uint64_t segments = 1, threads = 0;
    bool reorder = false, quiet = false, help = false;
    const struct option_spec specs[] = {
        {0, "segments", OPTION_U64, &segments, "N", "how many may be left (1)"},
        {0, "reorder", OPTION_FLAG, &reorder, NULL, "put articles that share words together: smaller and faster to search"},
        {0, "threads", OPTION_U64, &threads, "N", "for that (as many as there are processors)"},
        {0, "memory", OPTION_SIZE, &writing.memory, "SIZE", "for that (512M)"},
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
        puts("usage: backfile-index merge INDEX [--reorder]\n\n"
             "Merges segments, so that searches have fewer places to look, and gives back the room of deleted articles.\n");
        options_help(specs, stdout);
        return INDEX_DONE;
    }
    if (argc != 2 || segments < 1 || segments > UINT32_MAX) {
        fail(&error, BF_BAD_ARGUMENT, "wants one index, and --segments of at least 1");
        return index_misused("merge", &error);
    }
    if (threads > THREADS_MOST || ((threads || writing.memory) && !reorder)) {
        fail(&error, BF_BAD_ARGUMENT, "--threads (at most %d) and --memory go with --reorder", THREADS_MOST);
        return index_misused("merge", &error);
    }
    reordering = (bf_reorder_options){(uint32_t)segments, (uint32_t)threads};
    bf_status status = bf_writer_open(argv[1], &writing, &writer, &error);
    if (status == BF_OK) status = index_counts(argv[1], &before, &error);
    if (status == BF_OK && reorder) status = bf_writer_reorder(writer, &reordering, &report, &error);
    else if (status == BF_OK) status = bf_writer_merge(writer, (uint32_t)segments, &error);
    bf_writer_close(writer);
    if (status == BF_OK) status = index_counts(argv[1], &after, &error);
    if (status != BF_OK) return index_stopped(&error);
    if (!quiet) {
        char a[READABLE_SIZE], b[READABLE_SIZE];
        printf("%u segment%s of %s, before %u of %s\n", after.segments, after.segments == 1 ? "" : "s",
               readable_bytes(after.bytes, a), before.segments, readable_bytes(before.bytes, b));
        if (reorder) print_reordered(&report);
    }
    return INDEX_DONE;
}
