#include "snippet_span.h"

#include <string.h>

enum { WORD_LONG = 24 /* graphemes */ };

static bool cell_is(const struct region *region, size_t cell, uint32_t flags) { return region_cell(region, cell)->flags & flags; }

/* The last cell at or before `from`, but after `until`, with one of the flags; `until` where there is none. */
static size_t back_to(const struct region *region, size_t from, size_t until, uint32_t flags)
{
    while (from > until && !cell_is(region, from, flags)) from--;
    return from;
}

/* The first cell whose words up to `end` fit into the columns. */
static size_t reach_back(const struct region *region, size_t end, uint32_t columns)
{
    size_t cell = end;
    while (cell > 0 && region_columns(region, cell - 1, end) <= columns) cell--;
    return cell;
}

/* The last cell up to which words from `start` fit into the columns. */
static size_t reach(const struct region *region, size_t start, uint32_t columns)
{
    size_t cell = start;
    while (cell < region->cell_count && region_columns(region, start, cell + 1) <= columns) cell++;
    return cell;
}

/* Where a passage that must have the cells up to `must` and can't go beyond `most` ends best. */
static size_t end_of_words(const struct region *region, size_t start, size_t must, size_t most)
{
    size_t length = most - start;
    size_t sentence = back_to(region, most, must, CELL_SENTENCE);
    if (cell_is(region, sentence, CELL_SENTENCE) && sentence > start && (sentence - start) * 10 >= length * 6) return sentence;
    size_t floor = most - length / 3 > must ? most - length / 3 : must;
    size_t word = back_to(region, most, floor, CELL_BREAK);
    return cell_is(region, word, CELL_BREAK) && word > start ? word : most;
}

/* The first cell from `from` on, but before `until`, where words may begin. Where there is none: `until`, or `from` if that would
 * leave out more than a word is long (Thai writes no spaces). */
static size_t start_of_words(const struct region *region, size_t from, size_t until)
{
    for (size_t cell = from; cell < until; cell++)
        if ((cell > 0 && cell_is(region, cell, CELL_BREAK)) || cell_is(region, cell, CELL_SENTENCE)) return cell;
    return until - from > WORD_LONG ? from : until;
}

static bool is_pause(const struct region *region, size_t cell)
{
    size_t at = region_cell(region, cell)->start;
    return region_cell(region, cell + 1)->start == at + 1 && memchr(",;:", region->text.bytes[at], 3);
}

struct span span_fill(const struct region *region, size_t first, size_t last, uint32_t columns)
{
    struct span span = {first, last, true, true};
    uint32_t needed = region_columns(region, first, last);
    if (needed <= columns) {
        size_t sentence = back_to(region, first, 0, CELL_SENTENCE);
        bool near = cell_is(region, sentence, CELL_SENTENCE) &&
                    region_columns(region, sentence, first) <= (columns - needed) * 3 / 5;
        span.start = near ? sentence : start_of_words(region, reach_back(region, first, (columns - needed) / 3), first);
    }
    size_t most = reach(region, span.start, columns);
    span.end = most == region->cell_count ? most : end_of_words(region, span.start, needed <= columns ? last : span.start, most);
    while (needed <= columns && span.start > 0) { /* what is left over goes to the words before */
        size_t room = reach_back(region, span.end, columns), sentence = back_to(region, span.start - 1, 0, CELL_SENTENCE);
        bool fits = cell_is(region, sentence, CELL_SENTENCE) && sentence >= room;
        if (!fits && !cell_is(region, span.start, CELL_SENTENCE)) span.start = start_of_words(region, room, span.start);
        if (!fits) break;
        span.start = sentence;
    }
    while (span.start < span.end && cell_is(region, span.start, CELL_SPACE)) span.start++;
    span.cut_before = !cell_is(region, span.start, CELL_SENTENCE);
    span.cut_after = !cell_is(region, span.end, CELL_SENTENCE);
    while (span.end > span.start && (cell_is(region, span.end - 1, CELL_SPACE) ||
                                     (span.cut_after && is_pause(region, span.end - 1))))
        span.end--; /* neither stands before the sign of a cut */
    return span;
}
