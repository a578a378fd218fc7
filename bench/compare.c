/* `compare`: of two latency reports, or of two commands that take turns at writing them. */
#include "bench_command.h"

#include "comparison.h"
#include "option.h"
#include "status.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

static bf_status report_of_file(const char *path, struct latency_times *times, bf_error *error)
{
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!in) return fail_system(error, errno, "%s", path);
    const bf_status status = latency_times_read(in, path, times, error);
    if (in != stdin) fclose(in);
    return status;
}

/* The first run of a command begins its times, every later one adds to them. */
static bf_status report_of_command(const char *command, struct latency_times *times, bf_error *error)
{
    struct latency_times more = {0};
    FILE *in = popen(command, "re");
    if (!in) return fail_system(error, errno, "%s", command);
    bf_status status = latency_times_read(in, command, times->count ? &more : times, error);
    const int end = pclose(in);
    if (end != 0 && status == BF_OK) latency_times_free(times->count ? &more : times);
    if (end != 0) return fail(error, BF_BAD_ARGUMENT, "the command failed: %s", command);
    if (status == BF_OK && more.count) status = latency_times_extend(times, &more, error);
    latency_times_free(&more);
    return status;
}

/* A B, B A, A B, ...: what grows or shrinks in the course of the whole falls on both alike. */
static bf_status take_turns(const char *const commands[2], uint64_t turns, struct comparison *c, bf_error *error)
{
    bf_status status = BF_OK;
    for (uint64_t turn = 0; turn < 2 * turns && status == BF_OK; turn++) {
        const int b = (turn & 1) ^ (turn >> 1 & 1);
        fprintf(stderr, "turn %llu of %llu: %c\n", (unsigned long long)turn + 1, (unsigned long long)(2 * turns), "AB"[b]);
        status = report_of_command(commands[b], b ? &c->b : &c->a, error);
    }
    return status;
}

static bf_status compare_run(const char *const operands[2], uint64_t turns, uint64_t seed, bool json, const char *svg,
                             bf_error *error)
{
    struct comparison c = {0};
    bf_status status = BF_OK;
    if (turns) {
        status = take_turns(operands, turns, &c, error);
    } else {
        status = report_of_file(operands[0], &c.a, error);
        if (status == BF_OK) status = report_of_file(operands[1], &c.b, error);
    }
    if (status == BF_OK) status = latency_times_match(&c.a, &c.b, error);
    c.interleaved = turns > 0 && c.a.rounds == c.b.rounds;
    if (status == BF_OK) status = comparison_make(&c, seed, error);
    if (status == BF_OK) status = json ? comparison_print_json(&c, error) : comparison_print_table(&c, error);
    if (status == BF_OK && svg) status = comparison_plot(&c, svg, error);
    comparison_free(&c);
    return status;
}

int bench_compare(int argc, char **argv)
{
    uint64_t turns = 0, seed = 1;
    const char *svg = NULL;
    bool json = false, help = false;
    const struct option_spec specs[] = {
        {0, "interleave", OPTION_U64, &turns, "N", "A and B are commands that print reports; each is run N times, in turns"},
        {0, "seed", OPTION_U64, &seed, "N", "of the bootstrap (1)"},
        {0, "json", OPTION_FLAG, &json, NULL, "one JSON object"},
        {0, "svg", OPTION_STRING, &svg, "FILE", "plot both distributions there"},
        {0, "help", OPTION_FLAG, &help, NULL, "this"},
        {0},
    };
    bf_error error = {0};
    argc = options_parse(specs, argc, argv, &error);
    if (argc < 0) return bench_misused(&error);
    if (help) {
        puts("usage: backfile-bench compare A.json B.json\n"
             "       backfile-bench compare --interleave N 'COMMAND A' 'COMMAND B'\n\n"
             "Is B faster than A? By the JSON of `backfile-bench latency` on the same queries: the ratios of means and of\n"
             "medians with intervals of 95 % confidence, and a verdict.\n");
        options_help(specs, stdout);
        return BENCH_DONE;
    }
    if (argc != 3 || turns > 10000) {
        fail(&error, BF_BAD_ARGUMENT, argc != 3 ? "compare wants A and B" : "--interleave is at most 10000");
        return bench_misused(&error);
    }
    const char *const operands[2] = {argv[1], argv[2]};
    return compare_run(operands, turns, seed, json, svg, &error) == BF_OK ? BENCH_DONE : bench_fail(&error);
}
