/* Adds what can be saved of the segments of a damaged index to a new one. */
#ifndef COMMIT_REPAIR_SEGMENTS_H
#define COMMIT_REPAIR_SEGMENTS_H

#include "repair_plan.h"

struct repair_target {
    bf_writer *writer;
    void (*finding)(void *context, const char *line); /* for each article lost and each part that can't be used; may be NULL */
    void *context;
};

bf_status repair_segments(const char *path, const struct repair_plan *plan, const struct repair_target *target,
                          bf_repair_report *report, bf_error *error);

#endif
