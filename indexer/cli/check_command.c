/* backfile-index check */
#include "index_command.h"

#include "option.h"
#include "readable.h"
#include "status.h"
#include "terminal.h"

#include <stdio.h>
#include <string.h>

static void print_finding(void *context, const char *line)
{
    uint64_t *count = context;
    struct buffer out = {0};
    ++*count;
    terminal_append_string(&out, line);
    const char *text = buffer_string(&out);
    puts(text ? text : "out of memory while naming what is wrong");
    buffer_free(&out);
}

static int check_repair(const char *path, const char *into, const bf_repair_options *options, bool quiet)
{
    uint64_t findings = 0;
    bf_repair_report report;
    bf_error error = {0};
    bf_status status = bf_repair(path, into, options, print_finding, &findings, &report, &error);
    if (status == BF_BAD_ARGUMENT && strstr(error.message, "language")) index_say("--language says which, --analysis plain too");
    if (status != BF_OK) return index_stopped(&error);
    char a[READABLE_SIZE], b[READABLE_SIZE];
    if (!quiet)
        printf("%s: %s article%s saved, %s%s lost\n", into, readable_count(report.saved, a), report.saved == 1 ? "" : "s",
               report.lost_may_be_more ? "at least " : "", readable_count(report.lost, b));
    if (!quiet && report.manifest_lost)
        puts("the manifest is lost: all segment files there were are in it, with what was deleted or replaced in them");
    else if (!quiet && report.deletions_lost)
        puts("which articles were deleted is lost in part: some may be back");
    return report.lost || report.deletions_lost || report.lost_may_be_more ? INDEX_PARTLY : INDEX_DONE;
}

int index_check(int argc, char **argv)
{
    uint64_t findings = 0;
    bool quiet = false, help = false;
    const char *into = NULL;
    bf_repair_options repairing = {0};
    const struct option_spec specs[] = {
        {0, "repair", OPTION_STRING, &into, "NEW", "save every whole article into a new index there, and name those that are lost"},
        {0, "language", OPTION_STRING, &repairing.language, "L", "for --repair, where the manifest is too damaged to say"},
        {0, "analysis", OPTION_STRING, &repairing.analysis, "A", "the same"},
        {0, "memory", OPTION_SIZE, &repairing.memory, "SIZE", "for --repair, as for `add` (512M)"},
        {'q', "quiet", OPTION_FLAG, &quiet, NULL, "say nothing when nothing is wrong"},
        {0, "help", OPTION_FLAG, &help, NULL, "this"},
        {0},
    };
    bf_error error = {0};
    argc = options_parse(specs, argc, argv, &error);
    if (argc < 0) return index_misused("check", &error);
    if (help) {
        puts("usage: backfile-index check INDEX [--repair NEW]\n\n"
             "Reads every byte of the last commit, verifies every checksum, recounts everything, and prints a line for each\n"
             "thing wrong: file, record, rule. --repair doesn't touch INDEX: stored articles that are whole are indexed anew.\n");
        options_help(specs, stdout);
        puts("\nExit codes: 0 nothing wrong, 2 something is. With --repair: 0 all articles saved, 1 some are lost, or deleted ones\n"
             "may be back, 2 stopped by an error.");
        return INDEX_DONE;
    }
    if (argc != 2) {
        fail(&error, BF_BAD_ARGUMENT, "wants one index");
        return index_misused("check", &error);
    }
    if (!into && (repairing.language || repairing.analysis || repairing.memory)) {
        fail(&error, BF_BAD_ARGUMENT, "--language, --analysis and --memory go with --repair");
        return index_misused("check", &error);
    }
    if (into) return check_repair(argv[1], into, &repairing, quiet);
    if (bf_check(argv[1], print_finding, &findings, &error) != BF_OK) return index_stopped(&error);
    if (!quiet) printf("%s: nothing wrong\n", argv[1]);
    return INDEX_DONE;
}
