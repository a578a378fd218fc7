/*
 * A posting list: in which documents of a segment a term occurs and how often, with upper bounds of what each part of it can
 * add to a score. Two shapes (FORMAT.md has every byte, ARCHITECTURE.md the use):
 *
 *   blocked  blocks of 128 postings
 *   paged    the rest: pages of 256 documents, each directly addressable
 *
 * Positions stand elsewhere, those of a *position group* of consecutive postings together (position_group.h): of a block, or of
 * 2^s pages. The list holds where each group is.
 *
 * Bytes in, bytes out. A decoding function returns NULL, or the rule that the bytes broke (static). After a successful
 * posting_list_open every other function here stays inside the record whatever its bytes are.
 */
#ifndef CODEC_POSTING_LIST_H
#define CODEC_POSTING_LIST_H

#include "buffer.h"
#include "position_group.h"

#include <stdint.h>

enum {
    POSTING_BLOCK = 128,      /* postings a block */
    POSTING_PAGE = 256,       /* documents a page */
    POSTING_PAGED_DF = 8192,  /* lists of so many postings, and of 8 postings a page on average, are paged, */
    POSTING_PAGED_SHARE = 32, /* documents a posting; */
    POSTING_DENSE_DF = 256,   /* and so are those of so many, and of 32 a page */
    POSTING_DENSE_SHARE = 8,
    POSTING_RUN = 16,         /* postings of a block that share a grid code: eight runs a block */
    POSTING_SLACK = 64,       /* readable bytes that must follow a record, of any content, for wide loads */
    POSTING_KTH = 3,          /* stored k-th best impacts */
};

/* The shape of a list. Where there are few postings a page, walking blocks is faster than looking at pages, and takes less room.
 * Words as frequent as those that are paged in a large segment must be so in small ones too: of all others, whose postings are
 * walked, a query over many small segments would walk all that there are. */
static inline bool posting_is_paged(uint32_t df, uint32_t doc_count)
{
    return (df >= POSTING_PAGED_DF && df >= doc_count / POSTING_PAGED_SHARE) ||
           (df >= POSTING_DENSE_DF && df >= doc_count / POSTING_DENSE_SHARE);
}

static const uint32_t posting_kth_k[POSTING_KTH] = {10, 100, 1000};

/* ---- Writing ---- */

struct posting_input {
    const uint32_t *docs;      /* strictly ascending, all < doc_count */
    const uint32_t *tfs;       /* >= 1: occurrences in title and body */
    const float *impacts;      /* > 0, finite: what the build's parameters give each posting (bm25.h) */
    uint32_t df;
    uint32_t doc_count;        /* documents of the segment */
    /* Where the positions of each group are: one for each group that has postings, in the order in which posting_group_end walks
     * them, and where the last one ends; each begins where the one before ends. NULL: list without positions. */
    const uint64_t *group_offsets;
    struct position_room room; /* with positions: posting_room made it */
    bool numbered;             /* with positions: each group begins with numbers of forms (form_numbers.h) */
    const uint32_t *title_docs, *title_tfs; /* the postings that occur in the title, and how often there */
    uint32_t title_df;
    const uint8_t *forms;      /* the list of the term's forms (form_list.h) */
    uint32_t forms_length;     /* 0: the term is its only form */
};

/* Postings [first, result) form the position group that begins at posting `first`. */
uint32_t posting_group_end(const struct posting_input *input, uint32_t first);

/* The room for positions that a list can say and that is no less than the given one. */
struct position_room posting_room(struct position_room least);

/* Appends the record. */
void posting_list_encode(const struct posting_input *input, struct buffer *out);

/* ---- Reading ---- */

struct posting_list {
    const uint8_t *bytes;   /* the record, borrowed */
    size_t length;
    uint32_t df, doc_count;
    uint64_t cf;            /* sum of tfs */
    bool paged;
    bool has_positions;
    float max_impact;       /* the largest of the postings' impacts */
    float unit;             /* an impact code c stands for at most c * unit */
    float kth[POSTING_KTH]; /* the k-th best impact, 0 when df < k; at most the true one */
    uint32_t block_count;   /* blocked: blocks. paged: pages of the document space, ceil(doc_count / 256) */
    uint32_t group_count;
    struct position_room room; /* for positions */
    bool numbered;             /* each group begins with numbers of forms */
    uint64_t positions_length; /* of all groups, which follow one another */
    uint32_t title_df;
    uint32_t title_block_count;
    uint32_t forms_length;  /* bytes of the list of forms, which ends the record; 0: the term is its only form */
    const uint8_t *page_max; /* paged: impact code of each page, 0: no posting there; zeros follow, to a multiple of 32 pages;
                                blocked: impact code of each block */
    const uint8_t *grid;     /* grid codes (4 bits), paged: of cells of 2^grid_shift documents; blocked: of runs of 16 postings */
    uint32_t grid_shift;     /* paged only: 4 to 8 */
    /* where the parts are in the record; owned by posting_list.c and its siblings */
    uint32_t parts[16];
};

/* Reads the first few numbers of the record, at most a hundred bytes, and finds out from them where everything is. The bytes
 * beyond are not touched, so that a caller who verifies checksums piece by piece (posting_list_head_length,
 * posting_page_range, posting_title_range) may do so before they are. */
const char *posting_list_open(const uint8_t *bytes, size_t length, uint32_t doc_count, struct posting_list *list);

/* Reads no more of the record than counts and stored impacts: df, cf, paged, has_positions, max_impact and kth. */
const char *posting_list_peek(const uint8_t *bytes, size_t length, uint32_t doc_count, struct posting_list *list);

/* Bytes [0, result) of the record are its head: numbers, maxima, grid and directories; documents and frequencies follow. */
uint32_t posting_list_head_length(const struct posting_list *list);
/* Where documents and frequencies of the title part are in the record; length 0: there is none. */
void posting_title_range(const struct posting_list *list, uint32_t *offset, uint32_t *length);

/* Where the positions of group g are; a paged list's group without postings has none. False: the directory is damaged. */
bool posting_group_range(const struct posting_list *list, uint32_t group, uint64_t *offset, uint64_t *length);

/* Blocked: */
uint32_t posting_block_last(const struct posting_list *list, uint32_t block);  /* last document of the block */
uint8_t posting_block_max(const struct posting_list *list, uint32_t block);    /* impact code */
/* Grid codes of the block's runs of 16 postings, the first in the lowest half byte; 0: no such run. */
uint32_t posting_block_runs(const struct posting_list *list, uint32_t block);
uint32_t posting_block_count(const struct posting_list *list, uint32_t block); /* postings in it: 128 but in the last */
/* First block whose last document is >= doc, starting at `from`; block_count if none. */
uint32_t posting_block_seek(const struct posting_list *list, uint32_t from, uint32_t doc);
/* Bytes that its documents and frequencies take. */
uint32_t posting_block_size(const struct posting_list *list, uint32_t block);
const char *posting_block_docs(const struct posting_list *list, uint32_t block, uint32_t docs[POSTING_BLOCK]);
const char *posting_block_tfs(const struct posting_list *list, uint32_t block, uint32_t tfs[POSTING_BLOCK]);

/* Paged: */
uint32_t posting_page_count(const struct posting_list *list, uint32_t page);  /* postings in it, 0 to 256 */
/* Where its bytes are in the record, and those of its exceptions. */
void posting_page_range(const struct posting_list *list, uint32_t page, uint32_t *offset, uint32_t *length);
/* Its documents, as whole numbers, and as a set of their low bytes. */
const char *posting_page_docs(const struct posting_list *list, uint32_t page, uint32_t docs[POSTING_PAGE]);
const char *posting_page_bits(const struct posting_list *list, uint32_t page, uint64_t bits[4]);
const char *posting_page_tfs(const struct posting_list *list, uint32_t page, uint32_t tfs[POSTING_PAGE]);
/* Both, as what says where positions are (position_page.h); a page may be without postings. */
struct position_page;
const char *posting_page_measure(const struct posting_list *list, uint32_t number, struct position_page *page);
/* The index of `doc` among the page's postings, or -1. */
int posting_page_find(const struct posting_list *list, uint32_t page, uint32_t doc);
/* Of one posting, index < posting_page_count; at least 1, even from damaged bytes. */
uint32_t posting_page_tf(const struct posting_list *list, uint32_t page, uint32_t index);
/* A page as rankers look into it: what is in it is found without decoding it. */
struct posting_page {
    const uint8_t *bytes;      /* its documents, then its frequencies */
    uint32_t offset, length;   /* of both in the record: to be verified before they are looked at */
    uint32_t count, number;
};

/* Ask for the memory that says where the page is and what its cells hold; and, once that is there, for that of the page. */
void posting_page_prefetch_directory(const struct posting_list *list, uint32_t page);
void posting_page_prefetch(const struct posting_list *list, uint32_t page);

/* Finds the page. False: it has no postings, or the directory points out of the record. */
bool posting_page_open(const struct posting_list *list, uint32_t page, struct posting_page *open);
/* How often the term occurs in document `low` of the page; 0: it does not. Exceptions are looked at unverified where the
 * frequency is 15 or more (posting_page_range has them). */
uint32_t posting_page_tf_at(const struct posting_list *list, const struct posting_page *open, uint32_t low);
bool posting_page_has(const struct posting_page *open, uint32_t low);
/* All its documents as a set of low bytes. */
const char *posting_page_set(const struct posting_list *list, const struct posting_page *open, uint64_t bits[4]);
/* The half byte of posting `index`: its frequency, or 15: that and more. */
static inline uint32_t posting_page_half(const struct posting_page *open, uint32_t index)
{
    const uint8_t *halves = open->bytes + (open->count < 32 ? open->count : 32);
    return (uint32_t)halves[index / 2] >> index % 2 * 4 & 15;
}
/* Adds the documents of pages [first, end) to a set that begins with the document 256 * first: what a walk over many pages costs
 * least. */
const char *posting_pages_add(const struct posting_list *list, uint32_t first, uint32_t end, uint64_t *set);
/* First page at or after `from` that has a posting; block_count if none. */
uint32_t posting_page_next(const struct posting_list *list, uint32_t from);
/* Pages of a position group: group = page >> group_shift. */
uint32_t posting_page_group_shift(const struct posting_list *list);

/* The title part: blocks of 128 like a blocked list's. */
uint32_t posting_title_last(const struct posting_list *list, uint32_t block);
uint32_t posting_title_count(const struct posting_list *list, uint32_t block);
uint32_t posting_title_seek(const struct posting_list *list, uint32_t from, uint32_t doc);
const char *posting_title_docs(const struct posting_list *list, uint32_t block, uint32_t docs[POSTING_BLOCK]);
const char *posting_title_tfs(const struct posting_list *list, uint32_t block, uint32_t tfs[POSTING_BLOCK]);

/* Decodes everything and recounts it against the header, maxima and grid: for `check`. `impact` gives the impact of a
 * posting; NULL: bounds are not checked, only counts and order. */
typedef float posting_impact(void *context, uint32_t doc, uint32_t tf, uint32_t title_tf);
const char *posting_list_check(const struct posting_list *list, posting_impact *impact, void *context);

#endif
