/*
 * The positions of one list's postings, asked for in any order and cheapest in document order: a posting's are found by adding up
 * what those before it in its group take, from the last one that was asked for.
 */
#ifndef SEGMENT_POSITION_WALK_H
#define SEGMENT_POSITION_WALK_H

#include "position_group.h"
#include "posting_list.h"
#include "segment.h"

struct position_walk {
    struct segment *segment;
    const struct posting_list *list;
    const struct section_view *view;  /* of the list */
    const uint8_t *length_bytes;      /* NULL: they don't count */
    struct section_view group_view;   /* of the group that is open */
    uint32_t group;                   /* UINT32_MAX: none is */
    uint32_t part, index;             /* the reader stands before this posting of this block or page */
    uint32_t verified;                /* the part of which the length bytes are verified */
    struct position_reader reader;
    struct position_scale scale;
};

/* A block or page of the list, decoded. */
struct position_part {
    uint32_t number;
    uint32_t count;
    const uint32_t *docs, *tfs;
};

/* `list`, opened in `view`, has positions. Both are borrowed. */
void position_walk_open(struct position_walk *walk, struct segment *segment, const struct section_view *view,
                        const struct posting_list *list);

/* Moves before the part's first posting whose document is at least `doc`: it is number walk->index then, or the part's count.
 * False: damage, which is noted in the segment. */
bool position_walk_seek(struct position_walk *walk, const struct position_part *part, uint32_t doc);

/* Reads the positions of the posting it stands before, up to the first that is at least `enough`, and moves on to the next one.
 * `positions` has room for the posting's frequency. Returns how many were read; 0: damage, which is noted in the segment. */
uint32_t position_walk_read(struct position_walk *walk, const struct position_part *part, uint32_t enough, uint32_t *positions);

/* Whether the posting it stands before can have so many positions: to be asked before memory is taken for them. */
static inline bool position_walk_holds(const struct position_walk *walk, uint32_t tf)
{
    return position_reader_holds(&walk->reader, tf);
}

/* Whether every group is exactly as long as its postings' positions, for `check`. NULL, or the rule that is broken. */
const char *position_walk_check(struct position_walk *walk);

#endif
