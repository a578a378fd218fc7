/* What a measurement costs: wall time, processor time and memory of this process or of a program it runs. */
#ifndef BENCH_RESOURCES_H
#define BENCH_RESOURCES_H

#include "backfile.h"
#include "buffer.h"

#include <stdint.h>

struct resources {
    double seconds;     /* wall time */
    double cpu_seconds; /* user and system, all threads */
    uint64_t peak_rss;  /* bytes */
};

/* A monotonic clock. */
uint64_t resources_now_ns(void);

/* Of this process so far; `seconds` counts from `since_ns`. */
struct resources resources_of_self(uint64_t since_ns);

/*
 * Runs backfile-index with the arguments (NULL-terminated, without its name): the one beside this program, else the one
 * in PATH. What it prints to standard output is appended to `output`; standard error is shared. Fails when it can't be started or
 * ends with 2 or by a signal.
 */
bf_status resources_of_index(const char *const *arguments, struct buffer *output, struct resources *resources, bf_error *error);

#endif
