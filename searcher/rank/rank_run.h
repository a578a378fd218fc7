/*
 * One query being ranked over one segment: what rankers that prune have in common. They differ in how they find candidates,
 * documents whose bound reaches the threshold; here candidates are scored, best bound first, as the threshold rises.
 *
 * The threshold `least` is an integer like the bounds (ranked_list.h): a document whose bound is below it can't be among the top
 * k. It begins at a stored k-th impact where that is valid, and only what is *below* it may be left out: of equal scores the
 * earlier article wins, and documents are not visited in order.
 */
#ifndef RANK_RANK_RUN_H
#define RANK_RANK_RUN_H

#include "arena.h"
#include "page_kernel.h"
#include "ranked_list.h"
#include "ranker.h"

enum {
    RANK_SUM_MOST = 60000,       /* what all bounds of a query together come to; rounded up twice each, they stay below 2^16 ... */
    RANK_LISTS_MOST = 2500,      /* ... if there are not more than these */
    RANK_CANDIDATES = 8192,      /* kept before they are scored */
    RANK_HITS_MOST = 2048,       /* wanted: with more, candidates crowd each other out, and going page by page is faster */
    RANK_WINDOW = 1 << 14,       /* documents of a window of sums, which then stays in the nearest cache */
    RANK_SET = RANKED_SET,       /* documents of a set */
};

struct candidate {
    uint32_t doc;
    uint16_t bound;   /* what lists that are not paged add, and the cells of the others */
    bool refined;     /* whether those were looked at too, and `bound` is no more than rounding above the score */
    bool paged_only;  /* if a list that is not paged has it after all, it was a candidate before, or beaten */
};

/* Words of a set that begins with the document `first`, as far as the segment has pages: a small one has few. */
static inline uint32_t rank_set_words(uint32_t doc_count, uint32_t first)
{
    uint32_t left = doc_count - first;
    return left >= RANK_SET ? RANK_SET / 64 : (left + KERNEL_PAGE - 1) / KERNEL_PAGE * (KERNEL_PAGE / 64);
}

/* Memory that outlives a query, so that none is cleared or asked for each time. Belongs to the searcher, is used by one query at
 * a time, and `sums` is all zero between two. */
struct rank_scratch {
    uint16_t sums[RANK_WINDOW];
    struct candidate candidates[RANK_CANDIDATES], sorted[RANK_CANDIDATES];
    uint64_t sets[2][RANK_SET / 64];
    uint32_t postings[RANK_SET]; /* numbers of those of a list, in a stretch of documents ... */
    uint16_t added[RANK_SET], paged_sums[RANK_SET]; /* ... bounds of theirs, and which are looked into (lead_sieve.h) */
    uint32_t chosen[RANK_SET];
    struct arena arena;          /* of the segment being ranked; between segments and queries it is empty, and keeps its room */
};

/* Lends the scratch's arena, and takes it back emptied. */
struct arena rank_arena_take(struct rank_scratch *scratch);
void rank_arena_return(struct rank_scratch *scratch, struct arena *arena);

/* Where many segments are ranked with one scale, tables of impacts are made once a query and not once a segment. */
struct rank_tables {
    struct arena *arena;
    uint16_t (**of_leaf)[256];    /* by leaf: its table (ranked_list.h), or NULL: not made yet */
};

struct rank_run {
    struct ranking *ranking;
    struct segment *segment;
    uint32_t number;              /* of the segment */
    const struct page_kernel *kernel;
    struct rank_scratch *scratch;
    struct arena arena;
    struct ranked_list **lists;   /* in the order of the query: scores add up in this order */
    uint32_t list_count;
    uint32_t paged_count;
    uint32_t *by_weight;          /* numbers of the lists: those that are not paged first, and heaviest first */
    float *parts;                 /* by list: what it adds to the document being scored ... */
    bool *present;                /* ... if it has the document */
    bool all_must;                /* every list must have the document */
    uint32_t page_count;
    double scale;
    double limit;                 /* a score that k documents are known to reach */
    uint32_t least;               /* the bound that a document must reach */
    bool all_refined;             /* all candidates are, live, and there is none twice */
    uint32_t candidate_count;
    uint64_t scored_count;        /* documents that were scored: for the summary of work */
};

/* Whether the query is a flat group of terms as these rankers want it; which of them must or may match is not looked at. */
bool rank_run_can(const struct ranking *ranking);

/* The same, and few enough hits are wanted for candidates to pay. */
bool rank_run_pays(const struct ranking *ranking);

/* Ranks segment after segment, those that promise most first, and leaves out those that can't have one of the top k: for any
 * query. */
bf_status rank_segments(struct ranking *ranking, bf_status (*segment)(struct ranking *ranking, uint32_t number, bf_error *error),
                        bf_error *error);

/* Finds the total if it is wanted, then ranks segment after segment. */
bf_status rank_run_each(struct ranking *ranking, bf_status (*segment)(struct ranking *ranking, uint32_t number, bf_error *error),
                        bf_error *error);

/* Opens the lists of the query, a flat group of terms, in the segment, computes bounds and a first threshold. *possible = false:
 * nothing can match here. rank_run_close in any case. */
bf_status rank_run_open(struct rank_run *run, struct ranking *ranking, uint32_t number, bool *possible, bf_error *error);

/* The bound that a document must reach, from the score that k documents are known to reach: *limit, which is raised to that of
 * the worst of the best k. `count`: of what adds up to a score. */
uint32_t rank_threshold(const struct top_hits *top, double *limit, double scale, uint32_t count);

/* BF_OK, or the failure that a list noted. */
bf_status rank_run_outcome(const struct rank_run *run, bf_error *error);
void rank_run_close(struct rank_run *run);

/* Sums the page maxima of the paged lists: an array of page_count entries; NULL: memory was refused. `every`: 0 where one of them
 * has nothing. */
uint16_t *rank_run_page_sums(struct rank_run *run, bool every);

/* The pages whose sums reach the threshold and are not 0, about the best first; *count of them. NULL: memory was refused. */
uint32_t *rank_run_order_pages(struct rank_run *run, const uint16_t *sums, uint32_t *count);

/* Asks for the memory of pages that will be looked at soon: pages are visited in no order that a processor could foresee. */
void rank_run_prefetch(const struct rank_run *run, const uint32_t *pages, uint32_t at, uint32_t count);

/* Scores the candidates, those with the best bounds first, and forgets them. False: memory was refused. */
bool rank_run_flush(struct rank_run *run);

/* Scores about so many of the best of them, which raises the threshold, and keeps those of the others that reach it. */
bool rank_run_settle(struct rank_run *run, uint64_t count);

/* Makes room for further candidates. */
bool rank_run_make_room(struct rank_run *run);

/* Puts into the bounds of the first `count` candidates of one page, from `found` on, what the paged lists really add instead of
 * the cells they have there, keeps those that still reach the threshold, in order, and returns how many. `members`: a bound holds
 * the cells only of lists that have the document. */
uint32_t rank_run_refine(struct rank_run *run, uint32_t page, struct ranked_list *const *lists, uint32_t list_count, bool members,
                         struct candidate *found, uint32_t count);

static inline bool rank_run_push_refined(struct rank_run *run, const struct candidate *candidate)
{
    if (run->candidate_count == RANK_CANDIDATES && !rank_run_make_room(run)) return false;
    if (candidate->bound >= run->least) run->scratch->candidates[run->candidate_count++] = *candidate;
    return true;
}

/* Keeps a document. */
static inline bool rank_run_push(struct rank_run *run, uint32_t doc, uint32_t bound)
{
    const struct candidate candidate = {.doc = doc, .bound = (uint16_t)bound};
    return bound < run->least || rank_run_push_refined(run, &candidate);
}

#endif
