/*
 * The lists of a query that are not paged, walked a window of documents at a time: what their postings add is added up in an
 * array of sums (rank_scratch). Where a window's postings are few, the sums are found again by them, which costs less than looking
 * through the whole array.
 */
#ifndef RANK_SHORT_WINDOW_H
#define RANK_SHORT_WINDOW_H

#include "rank_run.h"

enum {
    SHORT_WINDOW_PAGES = RANK_WINDOW / KERNEL_PAGE,
    SHORT_WINDOW_FEW = 10 * SHORT_WINDOW_PAGES, /* postings of a window */
};

/* A list that is walked. */
struct short_walk {
    struct ranked_list *list;
    uint32_t block;              /* it has come to */
    uint32_t most;               /* the bound of any of its postings in the window; 0: it has none */
};

struct short_window {
    struct rank_run *run;
    const uint16_t *page_sums;   /* bounds of the paged lists, by page */
    struct short_walk *walks;    /* heaviest first */
    uint32_t walk_count;
    uint32_t first, end;         /* the window is documents [first, end) */
    uint64_t touched;            /* its pages that something was added in */
    uint32_t count;              /* postings that were added; if they are at most SHORT_WINDOW_FEW, where their documents are: */
    uint32_t stretch_count;
    struct short_stretch {
        const uint32_t *docs;
        uint32_t count;
    } stretches[SHORT_WINDOW_FEW];
    const uint8_t *lengths;
};

/* Prepares walks of the run's lists that are not paged. False: memory was refused. */
bool short_window_open(struct short_window *window, struct rank_run *run, const uint16_t *page_sums);

/* Goes to the window that begins with `first`, which comes after the one before, and adds up. False: nothing there can win, or a
 * damage was noted. */
bool short_window_add(struct short_window *window, uint32_t first);

#endif
