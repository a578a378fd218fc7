/*
 * A stretch of an article made fit to be shown: white space of any kind is one space, control characters and signs that turn
 * the reading order are gone, and the rest is cut into cells, one a grapheme, with what decides where a passage may begin and
 * end.
 */
#ifndef PRESENT_SNIPPET_REGION_H
#define PRESENT_SNIPPET_REGION_H

#include "backfile.h"
#include "buffer.h"

enum {
    CELL_SPACE = 1,    /* white space */
    CELL_SENTENCE = 2, /* a sentence begins here, or the article ends */
    CELL_BREAK = 4,    /* a line may be cut before it: at white space, and between wide characters */
};

struct region_cell {
    uint32_t start;    /* in the shown text */
    uint32_t columns;  /* of all cells before */
    uint32_t flags;
};

/* Reused from one stretch to the next; {0} is an empty one. */
struct region {
    bf_text body;
    size_t raw_start, raw_end;  /* what of the body it shows */
    struct buffer text;         /* what is shown */
    struct buffer origins;      /* uint32_t: where each byte of it stands in the body, less raw_start; one more for the end */
    struct buffer cells;        /* struct region_cell; one more for the end, whose flags count too */
    size_t cell_count;
};

/* Shows the body from raw_start to raw_end, which must be grapheme boundaries. Failure is in the buffers. */
void region_show(struct region *region, bf_text body, size_t raw_start, size_t raw_end);
void region_free(struct region *region);

bool region_failed(const struct region *region);

static inline const struct region_cell *region_cell(const struct region *region, size_t i)
{
    return (const struct region_cell *)(const void *)region->cells.bytes + i;
}

static inline uint32_t region_columns(const struct region *region, size_t from, size_t to)
{
    return region_cell(region, to)->columns - region_cell(region, from)->columns;
}

/* The first byte of the shown text that stands at or after an offset of the body. */
size_t region_shown_at(const struct region *region, size_t raw);

/* The cell in which a byte of the shown text is. */
size_t region_cell_at(const struct region *region, size_t shown);

/* The offset in the body of the beginning of a cell. */
size_t region_raw_of_cell(const struct region *region, size_t cell);

#endif
