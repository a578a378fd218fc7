/* backfile-index backup */
#include "index_command.h"

#include "option.h"
#include "readable.h"
#include "status.h"

#include <stdio.h>

int index_backup(int argc, char **argv)
{
    bf_backup_options options = {0};
    bf_backup_report report;
    bool quiet = false, help = false;
    const struct option_spec specs[] = {
        {0, "no-check", OPTION_FLAG, &options.no_check, NULL, "don't read the copy again"},
        {0, "no-sync", OPTION_FLAG, &options.no_sync, NULL, "don't wait for the disk: a power cut may lose the copy"},
        {'q', "quiet", OPTION_FLAG, &quiet, NULL, "no summary"},
        {0, "help", OPTION_FLAG, &help, NULL, "this"},
        {0},
    };
    bf_error error = {0};
    argc = options_parse(specs, argc, argv, &error);
    if (argc < 0) return index_misused("backup", &error);
    if (help) {
        puts("usage: backfile-index backup INDEX DEST\n\n"
             "Copies the last commit to DEST, a new folder that is then an index of its own, and checks the copy as `check`\n"
             "does. Searches and a writer may be at work meanwhile. After an error nothing is left of DEST.\n");
        options_help(specs, stdout);
        return INDEX_DONE;
    }
    if (argc != 3) {
        fail(&error, BF_BAD_ARGUMENT, "wants one index and where its copy is to be");
        return index_misused("backup", &error);
    }
    if (bf_backup(argv[1], argv[2], &options, &report, &error) != BF_OK) return index_stopped(&error);
    if (!quiet) {
        char a[READABLE_SIZE], b[READABLE_SIZE];
        printf("%s: commit %llu of %s: %s article%s in %u segment%s, %s copied in %.2f s", argv[2],
               (unsigned long long)report.generation, argv[1], readable_count(report.articles, a), report.articles == 1 ? "" : "s",
               report.segments, report.segments == 1 ? "" : "s", readable_bytes(report.bytes, b),
               report.seconds - report.seconds_checking);
        if (options.no_check) puts(", not checked");
        else printf(", checked in %.2f s: nothing wrong\n", report.seconds_checking);
    }
    return INDEX_DONE;
}
