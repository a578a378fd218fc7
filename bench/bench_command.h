/* The commands of backfile-bench. Each takes what stands after its name (argv[0] is the name) and returns the exit code. */
#ifndef BENCH_BENCH_COMMAND_H
#define BENCH_BENCH_COMMAND_H

#include "backfile.h"

#include <stddef.h>

enum { BENCH_DONE = 0, BENCH_FAILED = 2 };

int bench_latency(int argc, char **argv);
int bench_compare(int argc, char **argv);
int bench_growth(int argc, char **argv);
int bench_indexing(int argc, char **argv);
int bench_quality(int argc, char **argv);
int bench_layout(int argc, char **argv);
int bench_grow(int argc, char **argv);
int bench_describe(int argc, char **argv);
int bench_peer(int argc, char **argv);
int bench_peer_index(int argc, char **argv);
int bench_peer_index_product(int argc, char **argv);
int bench_peer_search(int argc, char **argv);
int bench_peer_ask(int argc, char **argv);

/* Says the error on standard error, with the program's name, and returns BENCH_FAILED. */
int bench_fail(const bf_error *error);

/* For a command line that is wrong: also points to --help. */
int bench_misused(const bf_error *error);

#endif
