/*
 * Postings of a leading list, a stretch of documents at a time, sieved by bounds of what the lead and paged lists add to their
 * documents, before any page is looked into. One posting in ten passes a sieve, and there is no telling which, so nothing
 * branches by it.
 */
#ifndef RANK_LEAD_SIEVE_H
#define RANK_LEAD_SIEVE_H

#include "rank_run.h"

struct lead_sieve {
    struct rank_scratch *scratch;
    struct ranked_list *lead;     /* not paged */
    const uint16_t *page_sums;    /* of the paged lists (rank_run_page_sums); NULL: there are none */
    uint16_t (*most)[256];        /* by frequency and length byte: the most that the lead adds; NULL: its postings are too few */
    uint32_t count;
    uint32_t *postings;           /* of the lead, ascending ... */
    uint16_t *added, *sums;       /* ... what it adds at most, and what the paged lists do: 0 where there are none */
};

/* Tables what the lead adds. False: memory was refused. */
bool lead_sieve_open(struct lead_sieve *sieve, const struct rank_run *run, struct ranked_list *lead, const uint16_t *page_sums);

/* Takes the postings, which stay where they are, but for those whose lead and page do not reach `least` together, or whose page
 * is empty in a list. */
void lead_sieve_take(struct lead_sieve *sieve, uint32_t *postings, uint32_t count, uint32_t least);

/* Keeps those whose documents a paged list has; all are in one stretch of RANK_SET documents, after those of the call before. */
void lead_sieve_by_set(struct lead_sieve *sieve, struct ranked_list *list);

/* Puts a paged list's cells into the bounds instead of its pages, and keeps those that are not empty and reach `least`. */
void lead_sieve_by_cells(struct lead_sieve *sieve, const struct ranked_list *list, uint32_t least);

/* A bound that about so many reach: of at least one. */
uint32_t lead_sieve_reached(const struct lead_sieve *sieve, uint32_t wanted);

/* Which of them have bounds from `least` to below `end`: their indexes, ascending; how many. */
uint32_t lead_sieve_choose(const struct lead_sieve *sieve, uint32_t least, uint32_t end, uint32_t *chosen);

#endif
