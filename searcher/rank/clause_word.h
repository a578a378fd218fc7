/*
 * A word of a clause in one segment, as a ranker that works page by page (256 documents) sees it: which pages and documents may
 * have it, and how much it can add at most. It is a list, or, where no list says what is wanted (a word of titles, a beginning of
 * words, an id), a set of documents that was made when the query began.
 */
#ifndef RANK_CLAUSE_WORD_H
#define RANK_CLAUSE_WORD_H

#include "page_kernel.h"
#include "ranked_list.h"

struct clause_word {
    struct ranked_list *list;
    uint64_t *bits;              /* without a list: the documents, four words a page */
    uint32_t *firsts;            /* of a list that is not paged: by page, and one more, its postings before it */
    const uint8_t *codes;        /* by page, posting_page_max_size of them: of the most it adds; 0: not here */
    double unit;                 /* the score that a code of 1 stands for at most */
    uint32_t step;               /* the bound of code c is (c * step >> 8) + 1, once clause_word_scale was called */
};

/*
 * All give BF_NOT_FOUND, without touching `error`, where the segment does not have the word. Everything is in the context's
 * arena.
 */

/* Word `number` of a term or phrase, wherever and in whatever form it stands. */
bf_status clause_word_open_list(const struct match_context *context, const struct query_node *node, uint32_t number,
                                struct clause_word *word, bf_error *error);

/* Word `number`, in whatever form, of titles. */
bf_status clause_word_open_titles(const struct match_context *context, const struct query_node *node, uint32_t number,
                                  struct clause_word *word, bf_error *error);

/* Word `number`, which stands for all that begin with it. */
bf_status clause_word_open_prefix(const struct match_context *context, const struct query_node *node, uint32_t number,
                                  struct clause_word *word, bf_error *error);

/* What has this id, as a word that adds nothing. */
bf_status clause_word_open_id(const struct match_context *context, const struct query_node *node, struct clause_word *word,
                              bf_error *error);

/* Computes the bounds: `scale` integers a unit of score. */
void clause_word_scale(struct clause_word *word, double scale);

/* The documents of a page that have it. A failure is noted and gives none. */
void clause_word_set(const struct clause_word *word, uint32_t page, uint64_t set[4]);

/* Of a list: the length bytes of the page's documents, by document; NULL: damage, which is noted. */
const uint8_t *clause_word_lengths(const struct clause_word *word, uint32_t page);

/* Of a list: adds those that may have the word in their titles. */
void clause_word_titles(const struct clause_word *word, uint32_t page, uint64_t set[4]);

/* The bounds of the cells of a page in which it is. */
void clause_word_cells(const struct clause_word *word, const struct page_kernel *kernel, uint32_t page,
                       uint16_t cells[KERNEL_CELLS]);

/* The least bound there is of what it adds to a document that has it. */
uint32_t clause_word_bound(const struct clause_word *word, uint32_t doc);

#endif
