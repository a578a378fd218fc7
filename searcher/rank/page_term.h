/*
 * A term's postings as a ranker that works page by page sees them: which documents of a page (256 documents) it is in, at most
 * how much it can add to a score there, and, for the few documents that are left, exactly how much.
 *
 * Bounds are integers: a score s is at most its bound divided by the ranker's scale. They are rounded up everywhere.
 */
#ifndef RANK_PAGE_TERM_H
#define RANK_PAGE_TERM_H

#include "matcher.h"
#include "page_kernel.h"
#include "posting_cursor.h"

struct page_term {
    const struct leaf_weight *leaf;
    enum query_occur occur;
    struct segment *segment;
    const struct bm25 *bm25;
    uint32_t df;
    enum cursor_shape shape;
    struct section_view view;
    struct posting_list list;
    struct inline_list inlined;
    const uint8_t *page_codes;     /* impact code of each page; 0: not there */
    double unit;                   /* the score a code stands for at most: weight * inflation * the list's unit */
    double most;                   /* the score the term can add at most */
    double kth[POSTING_KTH];       /* scores that so many documents reach at least with this term alone; 0: unknown */
    uint16_t weights[256];         /* the bound of each code, once page_term_scale was called ... */
    uint16_t grid_weights[16];     /* ... and of each of the grid's */
    /* Lists that are not paged, decoded whole: */
    uint32_t *docs;
    uint8_t *block_codes;
    uint16_t *page_firsts;         /* the first posting of each page; of an inline list NULL */
    /* The page being ranked: */
    uint64_t set[4];               /* its documents that have the term */
    uint16_t cells[KERNEL_CELLS];  /* bounds of its cells */
    /* What was decoded last, for the exact score: a block, or a page, of frequencies */
    uint32_t tf_part, title_block, title_count;
    uint32_t ranks[4];             /* postings before each word of the set, for the page of tf_part */
    uint32_t tfs[POSTING_PAGE], title_docs[POSTING_BLOCK], title_tfs[POSTING_BLOCK];
};

/* Whether the ranker can treat the leaf: a single term of the text or another indexed field as a whole. */
bool page_term_can(const struct query_node *node);

/* BF_NOT_FOUND, without touching `error`: the segment does not have the term. Everything is in the arena. */
bf_status page_term_open(const struct match_context *context, const struct query_node *node, struct page_term **term,
                         bf_error *error);

/* Computes the bounds: `scale` integers a unit of score. */
void page_term_scale(struct page_term *term, double scale);

/* Which documents of the page have the term; the page has some. A failure is noted and gives an empty set. */
void page_term_set(struct page_term *term, uint32_t page, uint64_t set[4]);

/* Fills term->cells: bounds of the page's cells of 16 documents. The page has some documents of the term. */
void page_term_cells(struct page_term *term, uint32_t page);

/* Decodes the page's frequencies at once: worth it when several of its documents are to be scored. term->set must be the page's.
 */
void page_term_expect(struct page_term *term, uint32_t page);

/* What the term adds to the score of a document in term->set, which is that of the document's page. */
float page_term_score(struct page_term *term, uint32_t doc);

#endif
