/*
 * The positions of one list's postings. What all postings of a block or page take in their group is added up at once, so that any
 * of them is then found without looking at the others; cheapest in document order.
 */
#ifndef SEGMENT_POSITION_WALK_H
#define SEGMENT_POSITION_WALK_H

#include "form_numbers.h"
#include "position_page.h"
#include "posting_list.h"
#include "segment.h"

/* A block or page of the list, decoded; it has postings. */
struct position_part {
    uint32_t number;
    uint32_t count;
    const uint32_t *docs, *tfs;
};

struct position_walk {
    struct segment *segment;
    const struct posting_list *list;
    const struct section_view *view;  /* of the list */
    const struct position_scale *scale;
    const uint8_t *length_bytes;      /* NULL: they don't count, or none was asked for yet */
    struct section_view group_view;   /* of the group that is open */
    uint32_t group;                   /* UINT32_MAX: none is */
    uint32_t part;                    /* the one that stands open, */
    struct position_place place;      /* what the group's postings before it take, */
    struct position_place end;        /* and those to its last */
    bool measured;                    /* `sums` are the part's; if not, it is added up anew for each posting */
    uint32_t counted;                 /* the part of which positions before it were counted: so many */
    uint64_t counted_before;
    struct form_numbers numbers;      /* of the group, if it has them */
    struct position_reader reader;
    struct position_sums sums;
};

/* `list`, opened in `view`, has positions. Both are borrowed. False: a failure, which is noted in the segment. */
bool position_walk_open(struct position_walk *walk, struct segment *segment, const struct section_view *view,
                        const struct posting_list *list);

/* Makes the part the open one; before anything is read of it. False: damage, which is noted in the segment. */
bool position_walk_turn_slowly(struct position_walk *walk, const struct position_part *part);

static inline bool position_walk_turn(struct position_walk *walk, const struct position_part *part)
{
    return (walk->group != UINT32_MAX && walk->part == part->number) || position_walk_turn_slowly(walk, part);
}

/* Reads the positions of posting `index` of the open part, up to the first that is at least `enough`. `positions` has room for
 * the posting's frequency. Returns how many were read; 0: damage, which is noted in the segment. */
uint32_t position_walk_read(struct position_walk *walk, const struct position_part *part, uint32_t index, uint32_t enough,
                            uint32_t *positions);

/* The same for a page (posting_page_measure). */
bool position_walk_turn_page_slowly(struct position_walk *walk, uint32_t number, struct position_page *page);

static inline bool position_walk_turn_page(struct position_walk *walk, uint32_t number, struct position_page *page)
{
    return (walk->group != UINT32_MAX && walk->part == number && page->widened) ||
           position_walk_turn_page_slowly(walk, number, page);
}

uint32_t position_walk_read_page(struct position_walk *walk, const struct position_page *page, uint32_t index, uint32_t enough,
                                 uint32_t *positions);

/* Reads the numbers of the forms at all positions of posting `index` of the open part. False: damage, which is noted. */
bool position_walk_forms(struct position_walk *walk, const struct position_part *part, uint32_t index, uint32_t *numbers);

/* Whether a posting of the open part can have so many positions: to be asked before memory is taken for them. */
static inline bool position_walk_holds(const struct position_walk *walk, uint32_t tf)
{
    return position_reader_holds(&walk->reader, tf);
}

/* Whether every group is exactly as long as its postings' positions, for `check`. NULL, or the rule that is broken. */
const char *position_walk_check(struct position_walk *walk);

#endif
