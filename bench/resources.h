/* What a measurement costs: wall time, processor time and memory of this process or of a program it runs. */
#ifndef BENCH_RESOURCES_H
#define BENCH_RESOURCES_H

#include "backfile.h"
#include "buffer.h"

#include <stdint.h>

struct resources {
    double seconds;     /* wall time */
    double cpu_seconds; /* user and system, all threads */
    uint64_t peak_rss;  /* bytes, files that are mapped included */
    /* Of a program that was run: */
    uint64_t peak_anonymous; /* bytes of its own, which the system can't take back: looked at every few milliseconds */
    uint64_t written;        /* bytes it had written to the disk, or left for the system to write */
};

/* What one program took and then another: times and bytes add up, and the higher peak stays. */
void resources_add(struct resources *all, const struct resources *more);

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
