/*
 * A term's postings in one segment as rankers see them: how much any of its parts can add to a score at most, whether a document
 * has the term, and exactly how much that adds.
 *
 * Bounds are integers, `scale` to a unit of score, rounded up: whatever a posting adds, its bound is at least 1.
 */
#ifndef RANK_RANKED_LIST_H
#define RANK_RANKED_LIST_H

#include "matcher.h"
#include "posting_cursor.h"

enum {
    RANKED_TABLE_TFS = 3,    /* frequencies that a table of impacts has */
    RANKED_SET = 1 << 16,    /* documents of a set */
};

#define RANKED_ROUNDING (1 + 1e-6) /* of the floats in a score, each good to 6e-8 */

struct ranked_list {
    const struct leaf_weight *leaf;
    enum query_occur occur;
    struct segment *segment;
    const struct bm25 *bm25;
    uint32_t df;
    enum cursor_shape shape;
    struct section_view view;
    struct posting_list list;      /* not inline */
    struct inline_list inlined;
    double unit;                   /* the score a code of 1 stands for at most: weight * inflation * the list's unit */
    double kth[POSTING_KTH];       /* scores that so many documents reach at least with this term alone; 0: unknown */
    /* Once ranked_list_scale was called: */
    uint32_t step;                 /* the bound of code c is (c * step >> 8) + 1; step < 2^16 */
    uint32_t grid_step;            /* the bound of grid code g is g * grid_step */
    uint32_t most;                 /* the bound of any posting */
    double scale;
    float scaled_weight;           /* the leaf's weight as a bound, and a hair more */
    uint16_t (*impacts)[256];      /* by frequency less one and length byte: what a posting adds; NULL until asked for */
    /* Lists that are not paged: documents and frequencies, a block at a time when first asked for (bit b: block b is there) */
    uint32_t *docs, *tfs;
    uint64_t *docs_ready, *tfs_ready;
    uint64_t one_ready[2];         /* the bits of up to 64 blocks */
    struct arena *arena;
    /* Whether occurrences in titles count differently; and the title postings: of a list that is not paged all of them, of
     * another a block. */
    bool titles_matter;
    bool plain;                    /* occurrences outside of titles count one each */
    uint32_t title_block, title_count;
    /* For a walk through ascending documents: the page whose set is kept, and the block come to. */
    bool keeps_sets;
    uint32_t set_page, set_block, block, found; /* of a list that is not paged: the posting that was found */
    uint64_t set[4];
    struct posting_page open;      /* the page come to; bytes NULL: it is empty, or damaged */
    uint32_t *title_docs, *title_tfs;
};

/* Whether a list can be opened for the leaf: a single term of the text or another indexed field as a whole. */
bool ranked_list_can(const struct query_node *node);

/* BF_NOT_FOUND, without touching `error`: the segment does not have the term. Everything is in the arena. */
bf_status ranked_list_open(const struct match_context *context, const struct query_node *node, struct ranked_list **list,
                           bf_error *error);

/* The list of one word of a term or phrase, wherever and in whatever form it stands: what it adds is then an upper bound of what
 * the leaf adds, unless the leaf is one of titles only. Not of a word that stands for many. */
bf_status ranked_list_open_term(const struct match_context *context, const struct query_node *node, uint32_t number,
                                struct ranked_list **list, bf_error *error);

/* The least score of a posting whose stored impact was so much, by the change that lowers impacts most. */
static inline double ranked_list_reached(double weight, double impact, double least)
{
    return weight * impact_change_lower(impact / RANKED_ROUNDING, least) / RANKED_ROUNDING;
}

/* Computes `unit` and `kth`: before anything of bounds. */
void ranked_list_weigh(struct ranked_list *list);

/* Computes the bounds. */
void ranked_list_scale(struct ranked_list *list, double scale);

static inline bool ranked_list_is_paged(const struct ranked_list *list) { return list->shape == CURSOR_PAGED; }

/* The bound of an impact code that is not 0. */
static inline uint32_t ranked_list_bound(const struct ranked_list *list, uint32_t code) { return (code * list->step >> 8) + 1; }

/* Blocks of a list that is not paged: an inline one is a single block. */
static inline uint32_t ranked_list_blocks(const struct ranked_list *list)
{
    return list->shape == CURSOR_INLINE ? 1 : list->list.block_count;
}

/* Finds and verifies a page of a paged list, but for its exceptions. False: it is empty, or damaged, which is noted. */
bool ranked_list_page(const struct ranked_list *list, uint32_t page, struct posting_page *open);

/* The same, which keeps the page open: for several looks at it. NULL: it is empty, or damaged. */
const struct posting_page *ranked_list_come_to(struct ranked_list *list, uint32_t page);

/* The documents of a page that has some, as a set of their low bytes; it is kept open. False: damage, which is noted. */
bool ranked_list_page_set(struct ranked_list *list, uint32_t page, uint64_t set[4]);

/* Makes sure that documents `block * POSTING_BLOCK ...` of `docs` are there, or of `tfs`. False: damage, which is noted. */
bool ranked_list_load_docs(struct ranked_list *list, uint32_t block);
bool ranked_list_load_tfs(struct ranked_list *list, uint32_t block);

static inline bool ranked_list_docs(struct ranked_list *list, uint32_t block)
{
    return bitset_has(list->docs_ready, block) || ranked_list_load_docs(list, block);
}

static inline bool ranked_list_tfs(struct ranked_list *list, uint32_t block)
{
    return bitset_has(list->tfs_ready, block) || ranked_list_load_tfs(list, block);
}

/* The bound of the document's cell, of a paged list; 0: it is empty. As the kernel's add_cells finds it. */
static inline uint32_t ranked_list_cell(const struct ranked_list *list, uint32_t doc)
{
    size_t cell = doc >> list->list.grid_shift;
    uint32_t bound = ((uint32_t)list->list.grid[cell / 2] >> cell % 2 * 4 & 15) * list->grid_step;
    uint32_t most = ranked_list_bound(list, list->list.page_max[doc / POSTING_PAGE]);
    return bound < most ? bound : most;
}

/* What so many occurrences in the document add, `title_tf` of them in its title, as the least bound there is. */
uint32_t ranked_list_impact_slowly(const struct ranked_list *list, uint32_t doc, uint32_t tf, uint32_t title_tf);

/* The same by frequency and length byte. */
static inline uint32_t ranked_list_impact_at(const struct ranked_list *list, float tf, uint8_t length)
{
    float norm = list->leaf->counts_length ? list->bm25->norm[length] : list->bm25->k1;
    return (uint32_t)(list->scaled_weight * bm25_impact(tf, norm)) + 1;
}

/* Makes sure that all title postings of a list that is not inline are there. False: damage, which is noted. Of a paged list
 * nothing that looks for titles near a document may be asked afterwards. */
bool ranked_list_titles(struct ranked_list *list);

/* The first of the title postings, all of which are there, whose document is at least `doc`; title_count: none. */
uint32_t ranked_list_title_from(const struct ranked_list *list, uint32_t doc);

/* Adds the documents of a page that have the term in their titles, as a set of their low bytes: of a paged list. */
void ranked_list_title_set(struct ranked_list *list, uint32_t page, uint64_t set[4]);

/* How many of the posting's occurrences are in the title, if titles matter. */
uint32_t ranked_list_title_tf(struct ranked_list *list, uint32_t doc, uint32_t posting, uint32_t tf);

static inline uint32_t ranked_list_impact(struct ranked_list *list, uint32_t doc, uint32_t posting, uint32_t tf)
{
    uint32_t title_tf = list->titles_matter ? ranked_list_title_tf(list, doc, posting, tf) : 0;
    if (title_tf || !list->plain) return ranked_list_impact_slowly(list, doc, tf, title_tf);
    uint8_t length = list->leaf->counts_length ? segment_length_byte(list->segment, doc) : 0;
    return list->impacts && tf <= RANKED_TABLE_TFS ? list->impacts[tf - 1][length]
                                                   : ranked_list_impact_at(list, (float)tf, length);
}

/* Fills the table that makes the above fast: worth it for a hundred postings. Without memory for it there is none. */
void ranked_list_tabulate(struct ranked_list *list);

/* Whether the document has the term. Documents must be asked for in ascending order. With `keeps_sets` whole pages are read,
 * which pays where several documents of a page are asked for. */
bool ranked_list_has(struct ranked_list *list, uint32_t doc);

/* Adds the list's documents in [first, first + RANKED_SET) to a set that begins with the first. Sets must be asked for in
 * ascending order. */
void ranked_list_add_to_set(struct ranked_list *list, uint32_t first, uint64_t *set);

/* How often the term occurs in the document; 0: it does not, or damage was noted. *posting: its number, if the list is not
 * paged. */
uint32_t ranked_list_tf(struct ranked_list *list, uint32_t doc, uint32_t *posting);

/* The same for ascending documents, one after the other, after a rewind. */
uint32_t ranked_list_next_tf(struct ranked_list *list, uint32_t doc, uint32_t *posting);
void ranked_list_rewind(struct ranked_list *list);

/* What `tf` occurrences add to the score of the document. */
float ranked_list_score(struct ranked_list *list, uint32_t doc, uint32_t posting, uint32_t tf);

#endif
