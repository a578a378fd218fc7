/*
 * Through the documents that several lists have in common, the rarest of them leading: its postings are taken a stretch of 65,536
 * documents at a time and sifted by one list after the other. A list with not many more postings than are left is made a set of
 * bits first, which costs less than looking each document up.
 */
#ifndef RANK_LEAD_WALK_H
#define RANK_LEAD_WALK_H

#include "rank_run.h"

struct lead_walk {
    struct ranked_list *lead;     /* not paged */
    struct ranked_list **others;  /* in this order; those that occur as MUST_NOT take their documents away */
    uint32_t other_count;
    uint32_t needed;              /* blocks whose bound is below it are left out */
    struct rank_scratch *scratch;
    uint32_t posting;             /* of the lead: the next one */
    uint32_t *kept;               /* the stretch's postings of the lead that are left */
    uint32_t kept_count;
};

/* Moves to the next stretch with postings. False: there is none, or damage was noted. */
bool lead_walk_next(struct lead_walk *walk);

#endif
