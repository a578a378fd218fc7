/* backfile-bench: measures how fast an index answers, how fast it is made, and how good its rankings are. */
#include "bench_command.h"

#include "cut_file.h"
#include "standard_streams.h"
#include "status.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"latency", bench_latency, "how long queries take, by query class: warm, cold, or under load"},
    {"compare", bench_compare, "of two latencies, which is less, if that can be said"},
    {"growth", bench_growth, "how latency grows with the archive"},
    {"indexing", bench_indexing, "how fast articles are indexed, in what memory, to how many bytes"},
    {"quality", bench_quality, "MAP, nDCG@10, P@10, recall@1000 and MRR against judgements"},
    {"layout", bench_layout, "how many bits a position and a posting take in each code that was considered"},
    {"grow", bench_grow, "a larger archive of the same kind, out of one that is too small to measure with"},
    {"describe", bench_describe, "what archives are like, side by side: lengths, vocabulary, frequencies"},
    {"peer", bench_peer, "take part in a comparison of engines: index, search, index-product, ask"},
};

int bench_fail(const bf_error *error)
{
    fprintf(stderr, "backfile-bench: %s\n", error->message);
    return BENCH_FAILED;
}

int bench_misused(const bf_error *error)
{
    bench_fail(error);
    fputs("backfile-bench: see backfile-bench --help\n", stderr);
    return BENCH_FAILED;
}

static void print_help(FILE *out)
{
    fputs("usage: backfile-bench COMMAND ...\n\nMeasures Backfile.\n\n", out);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    fputs("\n`backfile-bench COMMAND --help` says more. Also: --help, --version.\n", out);
}

/* What was printed may still wait in memory; a full disk is an error, whatever else was done. */
static int finish(int code)
{
    if (code == BENCH_FAILED || (fflush(stdout) == 0 && !ferror(stdout))) return code;
    perror("backfile-bench: standard output");
    return BENCH_FAILED;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    standard_streams_hold();
    cut_file_watch("backfile-bench");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(name, commands[i].name) == 0) return finish(commands[i].run(argc - 1, argv + 1));
    if (strcmp(name, "--version") == 0) {
        printf("backfile-bench %s\n%s\n", bf_version(), bf_library_versions());
        return finish(BENCH_DONE);
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "help") == 0) {
        print_help(stdout);
        return finish(BENCH_DONE);
    }
    if (*name) fprintf(stderr, "backfile-bench: there is no command %s\n", name);
    print_help(stderr);
    return BENCH_FAILED;
}
