/* backfile-index compact: all that an index can do without is given back. */
#include "index_command.h"

#include "option.h"
#include "readable.h"
#include "status.h"

#include <stdio.h>

static void print_compacted(const char *path, const bf_stats *before, const bf_stats *after)
{
    char a[READABLE_SIZE], b[READABLE_SIZE];
    if (before->generation == after->generation) {
        printf("%s: nothing to compact: one segment, no deleted articles\n", path);
        return;
    }
    printf("%s: one segment in place of %u, %s deleted article%s purged\n", path, before->segments,
           readable_count(before->deleted, a), before->deleted == 1 ? "" : "s");
    printf("%s, before %s: %+.1f %%\n", readable_bytes(after->bytes, a), readable_bytes(before->bytes, b),
           before->bytes ? 100 * ((double)after->bytes - (double)before->bytes) / (double)before->bytes : 0.0);
}

int index_compact(int argc, char **argv)
{
    bf_writer_options writing = {.must_exist = true};
    bf_writer *writer = NULL;
    bool quiet = false, help = false;
    const struct option_spec specs[] = {
        {0, "wait", OPTION_FLAG, &writing.wait, NULL, "wait for another writer to end"},
        {0, "no-sync", OPTION_FLAG, &writing.no_sync, NULL, "don't wait for the disk: a power cut may lose the commit"},
        {'q', "quiet", OPTION_FLAG, &quiet, NULL, "no summary"},
        {0, "help", OPTION_FLAG, &help, NULL, "this"},
        {0},
    };
    bf_error error = {0};
    bf_stats before, after;
    argc = options_parse(specs, argc, argv, &error);
    if (argc < 0) return index_misused("compact", &error);
    if (help) {
        puts("usage: backfile-index compact INDEX\n\n"
             "Merges all segments to one and gives back the room of deleted articles, as `merge` does with no options, and says\n"
             "what it gained. For the time of the merge it needs as much room again as the index has. `merge --reorder` makes an\n"
             "archive that is complete smaller still.\n");
        options_help(specs, stdout);
        return INDEX_DONE;
    }
    if (argc != 2) {
        fail(&error, BF_BAD_ARGUMENT, "wants one index");
        return index_misused("compact", &error);
    }
    bf_status status = bf_writer_open(argv[1], &writing, &writer, &error);
    if (status == BF_OK) status = index_counts(argv[1], &before, &error);
    if (status == BF_OK) status = bf_writer_merge(writer, 1, &error);
    bf_writer_close(writer);
    if (status == BF_OK) status = index_counts(argv[1], &after, &error);
    if (status != BF_OK) return index_stopped(&error);
    if (!quiet) print_compacted(argv[1], &before, &after);
    return INDEX_DONE;
}
