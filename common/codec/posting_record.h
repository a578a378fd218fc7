/* How a posting list's record is laid out: what its encoder and its decoders share. FORMAT.md describes the bytes. */
#ifndef CODEC_POSTING_RECORD_H
#define CODEC_POSTING_RECORD_H

#include "bytes.h"
#include "posting_list.h"

enum { POSTING_VERSION = 1 };

enum {
    POSTING_IS_PAGED = 1,
    POSTING_HAS_POSITIONS = 2,
    POSTING_WIDE_GROUPS = 4, /* group offsets take eight bytes each */
    POSTING_HAS_TITLE = 8,
    POSTING_HAS_FORMS = 16,
    POSTING_ROOM = 32 | 64,  /* what room there is for positions, see below */
    POSTING_NUMBERED = 128,  /* position groups have numbers of forms */
    POSTING_FLAGS = 255,
};

/* Room for positions: the article's length; that and 16 more, for what is left free between title and body; that and 2^n more, n
 * in a byte of its own; 2^n whatever the length. */
enum { ROOM_SHIFT = 5, ROOM_LENGTH = 0, ROOM_GAP = 1, ROOM_BEYOND = 2, ROOM_ALONE = 3, ROOM_GAP_SIZE = 16, ROOM_POWER_MOST = 28 };

enum {
    PAGE_LOW_BYTES = 32,     /* a page of fewer postings lists their low bytes; others have a bitmap, of as many bytes */
    PAGE_TF_ASIDE = 15,      /* half byte: 15 and more, see the window's exceptions */
    PAGE_MAX_ROUND = 32,     /* page_max is filled up with zeros to a multiple of so many pages */
    GRID_SHIFT_LEAST = 4,
    GRID_SHIFT_MOST = 8,     /* a cell is a page */
    GROUP_SHIFT_MOST = 6,
    GROUP_POSTINGS = 64,     /* postings a position group should have on average, at least */
    GROUP_RUN = 16,          /* groups of a run, whose offsets count from that of its first */
};

/* A window is 16 pages; its entry in the directory:
 *   0 u32 where its pages begin in the pages' bytes
 *   4 u16 bit p: page p has exceptions
 *   6 u8[16] postings in each page less one; of an empty page 0 */
enum {
    WINDOW_PAGES = 16,
    WINDOW_OFFSET = 0,
    WINDOW_EXCEPTIONS = 4,
    WINDOW_COUNTS = 6,
    WINDOW_ENTRY = 22,
};

/* A page with exceptions ends with a u16: where its own begin among the window's, and how wide each is (1 << form bytes). */
enum {
    EXCEPTION_FORM_SHIFT = 14,
    EXCEPTION_START_MASK = (1 << EXCEPTION_FORM_SHIFT) - 1,
};

/* posting_list.parts. A blocked list has a section of blocks where a paged one has its pages. */
enum {
    PART_BLOCKS = 0, /* six, see below */
    PART_WINDOWS = 0,
    PART_PAGES = 1,
    PART_PAGES_LENGTH = 2,
    PART_TITLE = 6, /* six */
    PART_GROUPS = 12,
    PART_GROUP_BASE_LOW = 13,
    PART_GROUP_BASE_HIGH = 14,
    PART_GROUP_FORM = 15, /* bits 0-7: the shift of paged lists; bits 8 and 9: enum group_form */
};

/* How the offsets of the groups are kept: in two bytes each, in two and four for each run, in eight. */
enum group_form { GROUPS_NARROW, GROUPS_RUNS, GROUPS_WIDE };

static inline uint32_t posting_group_runs(uint32_t group_count) { return (group_count - 1) / GROUP_RUN; } /* but the first */

static inline uint64_t posting_groups_size(enum group_form form, uint32_t group_count)
{
    if (form == GROUPS_WIDE) return (uint64_t)(group_count - 1) * 8;
    return (uint64_t)(group_count - 1) * 2 + (form == GROUPS_RUNS ? (uint64_t)posting_group_runs(group_count) * 4 : 0);
}

/* The six of a section. */
enum { SECTION_LAST, SECTION_DIRECTORY, SECTION_DOCS, SECTION_DOCS_LENGTH, SECTION_TFS, SECTION_TFS_LENGTH };

static inline uint32_t posting_blocks(uint32_t df) { return df / POSTING_BLOCK + (df % POSTING_BLOCK != 0); }
static inline uint32_t posting_pages(uint32_t doc_count) { return doc_count / POSTING_PAGE + (doc_count % POSTING_PAGE != 0); }
static inline uint32_t posting_windows(uint32_t pages) { return pages / WINDOW_PAGES + (pages % WINDOW_PAGES != 0); }

static inline uint32_t posting_groups(uint32_t pages, uint32_t shift)
{
    return (pages >> shift) + ((pages & ((1U << shift) - 1)) != 0);
}

/* Bytes of the grid: half a byte a cell, 2^(8 - shift) cells a page. */
static inline uint64_t posting_grid_size(uint32_t pages, uint32_t shift)
{
    return (((uint64_t)pages << (GRID_SHIFT_MOST - shift)) + 1) / 2;
}

/* Bytes of the bounds of a blocked list: for each block its maximum, and for each of its eight runs half a byte. A single block
 * has none: its maximum is the list's. */
enum { BLOCK_RUNS_SIZE = POSTING_BLOCK / POSTING_RUN / 2 };

static inline uint32_t posting_bounded_blocks(uint32_t block_count) { return block_count > 1 ? block_count : 0; }

static inline uint64_t posting_page_max_size(uint32_t pages)
{
    return ((uint64_t)pages + PAGE_MAX_ROUND - 1) / PAGE_MAX_ROUND * PAGE_MAX_ROUND;
}

/* Bytes of a page of count + 1 postings but for its exceptions. */
static inline uint32_t posting_page_size(uint32_t count_less_one, bool exceptions)
{
    uint32_t docs = count_less_one < PAGE_LOW_BYTES - 1 ? count_less_one + 1 : PAGE_LOW_BYTES;
    return docs + count_less_one / 2 + 1 + (exceptions ? 2 : 0);
}

/* A section's directory says of each block but the last: its last document (u32), where its documents end in the section's
 * documents, where its frequencies end in the section's frequencies; the three in arrays. Ends take two bytes where the
 * section's blocks, at most 529 bytes each, can't pass 65,535. */
static inline uint32_t section_end_size(uint32_t block_count) { return block_count <= 123 ? 2 : 4; }

static inline uint64_t section_directory_size(uint32_t block_count)
{
    return block_count ? (uint64_t)(block_count - 1) * (4 + 2 * section_end_size(block_count)) : 0;
}

/* Encoder's side of a section (block_section_encode.c). */
struct block_section {
    struct buffer directory, docs, tfs;
    uint32_t last;
};

void block_section_encode(const uint32_t *docs, const uint32_t *tfs, uint32_t df, struct block_section *section);
void block_section_free(struct block_section *section);

/* Decoder's side (block_section.c): `section` is six parts of the list. block < block_count. */
uint32_t block_section_last(const struct posting_list *list, const uint32_t *section, uint32_t block_count, uint32_t block);
uint32_t block_section_seek(const struct posting_list *list, const uint32_t *section, uint32_t block_count, uint32_t from,
                            uint32_t doc);
uint32_t block_section_size(const struct posting_list *list, const uint32_t *section, uint32_t block_count, uint32_t block);
const char *block_section_docs(const struct posting_list *list, const uint32_t *section, uint32_t df, uint32_t block,
                               uint32_t docs[POSTING_BLOCK]);
const char *block_section_tfs(const struct posting_list *list, const uint32_t *section, uint32_t df, uint32_t block,
                              uint32_t tfs[POSTING_BLOCK]);

static inline uint32_t block_section_count(uint32_t df, uint32_t block)
{
    uint32_t left = df - block * POSTING_BLOCK;
    return left < POSTING_BLOCK ? left : POSTING_BLOCK;
}

/* Shifts of a paged list, from its size. */
uint32_t posting_grid_shift(uint32_t df, uint32_t doc_count);
uint32_t posting_group_shift(uint32_t df, uint32_t doc_count);

#endif
