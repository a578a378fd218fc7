/*
 * Threads that build segments beside the one that reads articles. Each *line* is a thread with a segment of its own, and is
 * handed batches of articles:
 *
 *     reading thread:   batch 0   batch 1   batch 2   batch 3   ...
 *                          |         |         |         |
 *     line 0: segment 7    +---------|---------+         |
 *     line 1: segment 8              +-------------------+
 *
 * A lock is taken per batch, never per article. At most two batches wait for a line, or are in its work, so reading is ahead of
 * building by so much and no more. Which line gets a batch is left to chance; that nothing depends on it is seen to by numbering
 * articles as they are handed out (arrival_runs.h).
 */
#ifndef COMMIT_BUILD_LINES_H
#define COMMIT_BUILD_LINES_H

#include "article_batch.h"
#include "manifest.h"

enum { BUILD_LINE_BATCHES = 2 }; /* of a line at once */

struct build_lines;

/* `count` of them, or fewer where the system refuses threads; at least one. `identity`: the analyzer's. */
bf_status build_lines_new(const char *index_path, bool sync, const char *identity, uint32_t count, struct build_lines **lines,
                          bf_error *error);
uint32_t build_lines_count(const struct build_lines *lines);

/* How the lines are. */
struct build_line_state {
    uint32_t batches;         /* waiting or in work */
    size_t memory;            /* that its segment takes */
    bool completing;          /* it was given the last batch of its segment, ... */
    bool complete;            /* ... and the segment is there: `listed` */
    struct manifest_segment listed;
};

/* Fills states[0 .. count); first waits for something to change since the last call, if `wait`. Fails where a line failed. */
bf_status build_lines_look(struct build_lines *lines, bool wait, struct build_line_state *states, bf_error *error);

/* Hands over a batch, which the line frees. */
void build_lines_give(struct build_lines *lines, uint32_t line, struct article_batch *batch);

/* The complete segment of a line has been noted; it may begin another. */
void build_lines_taken(struct build_lines *lines, uint32_t line);

/* Ends all threads when they have done with the batch they are at; segments that are not complete are given up. Accepts NULL. */
void build_lines_free(struct build_lines *lines);

#endif
