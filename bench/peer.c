/*
 * backfile-bench peer: Backfile as one engine among others, under the contract that every engine's driver obeys (README.md in
 * this folder): the same tokens or articles in, the same queries, the same k1 and b, rows of times and answers out.
 */
#include "bench_command.h"

#include "status.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: backfile-bench peer index --tokens FILE --out DIR --stats FILE [--threads N]\n"
    "       backfile-bench peer search --index DIR --queries FILE --out FILE [--k 10,1000] [--passes 5]\n"
    "                                  [--name ENGINE] [--count]\n"
    "       backfile-bench peer index-product --articles FILE --out DIR --stats FILE [--threads N]\n"
    "       backfile-bench peer ask --index DIR WORDS...\n"
    "\n"
    "Backfile as an engine in a comparison. Tokens are split at spaces and taken as they are, in one segment; articles\n"
    "go the way `backfile-index add` takes them.\n";

int bench_peer(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } tasks[] = {
        {"index", bench_peer_index},
        {"search", bench_peer_search},
        {"index-product", bench_peer_index_product},
        {"ask", bench_peer_ask},
    };
    const char *name = argc > 1 ? argv[1] : "";
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        if (strcmp(name, tasks[i].name) == 0) return tasks[i].run(argc - 1, argv + 1);
    const bool wants_help = strcmp(name, "--help") == 0;
    fputs(usage, wants_help ? stdout : stderr);
    return wants_help ? BENCH_DONE : BENCH_FAILED;
}
