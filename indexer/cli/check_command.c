/* backfile-index check */
#include "index_command.h"

#include "option.h"
#include "status.h"
#include "terminal.h"

#include <stdio.h>

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

int index_check(int argc, char **argv)
{
    uint64_t findings = 0;
    bool quiet = false, help = false;
    const struct option_spec specs[] = {
        {'q', "quiet", OPTION_FLAG, &quiet, NULL, "say nothing when nothing is wrong"},
        {0, "help", OPTION_FLAG, &help, NULL, "this"},
        {0},
    };
    bf_error error = {0};
    argc = options_parse(specs, argc, argv, &error);
    if (argc < 0) return index_misused("check", &error);
    if (help) {
        puts("usage: backfile-index check INDEX\n\n"
             "Reads every byte of the last commit, verifies every checksum, recounts everything, and prints a line for each\n"
             "thing wrong: file, record, rule.\n");
        options_help(specs, stdout);
        puts("\nExit codes: 0 nothing wrong, 2 something is.");
        return INDEX_DONE;
    }
    if (argc != 2) {
        fail(&error, BF_BAD_ARGUMENT, "wants one index");
        return index_misused("check", &error);
    }
    if (bf_check(argv[1], print_finding, &findings, &error) != BF_OK) return index_stopped(&error);
    if (!quiet) printf("%s: nothing wrong\n", argv[1]);
    return INDEX_DONE;
}
