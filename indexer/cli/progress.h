/*
 * The line that shows how far a run is, redrawn in place on a terminal. Where standard error is no terminal, nothing is
 * ever written.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool wanted;       /* standard error is a terminal, and nobody asked for quiet */
    bool drawn;        /* a line stands there now */
    double began, drew; /* seconds of a monotonic clock */
    uint64_t source_total; /* bytes all paths have on disk; 0: unknown */
};

/* `paths` are what will be read, to know how much there is; standard input makes it unknown. */
void progress_begin(struct progress *progress, bool quiet, char *const *paths, int path_count);

/* Redraws the line if it is time: about five times a second. `read` are decompressed bytes, `source` those on disk. */
void progress_update(struct progress *progress, uint64_t articles, uint64_t read, uint64_t source);

/* Shows what is being done now that there is nothing more to count. */
void progress_say(struct progress *progress, const char *doing);

/* Takes the line away, to be done before anything else is written to the terminal. */
void progress_clear(struct progress *progress);

/* Seconds since the beginning. */
double progress_seconds(const struct progress *progress);

#endif
