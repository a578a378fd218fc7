/* What a damaged index still says of itself: its analyzer, its segments, and what is deleted of them. */
#ifndef COMMIT_REPAIR_PLAN_H
#define COMMIT_REPAIR_PLAN_H

#include "manifest.h"

struct repair_segment {
    struct manifest_segment listed; /* only the number where the manifest is lost */
    uint64_t *deleted;              /* a bit a document; NULL: none, or not known */
    bool deletions_lost;
    uint64_t first_arrival;         /* where the manifest is lost */
};

struct repair_plan {
    struct repair_segment *segments; /* in article order */
    uint32_t count;
    char analyzer[MANIFEST_IDENTITY_MAX]; /* "": not known */
    bool manifest_lost;
};

/* `finding`: for each thing that can't be used. BF_NOT_FOUND: there is no index, nor a segment. BF_INCOMPATIBLE: it is of another
 * version. */
bf_status repair_plan_make(const char *path, struct repair_plan *plan, void (*finding)(void *context, const char *line),
                           void *context, bf_error *error);
void repair_plan_free(struct repair_plan *plan);

#endif
