/*
 * Where a passage begins and ends: around what must be in it, at the beginning of its sentence, where that is near, else with
 * a third of the free columns before it; up to the end of a sentence, where that leaves no more than 40 % of the columns
 * unused, else to the end of a word. A grapheme is never cut.
 */
#ifndef PRESENT_SNIPPET_SPAN_H
#define PRESENT_SNIPPET_SPAN_H

#include "snippet_region.h"

/* Cells [start, end) of the region. */
struct span {
    size_t start, end;
    bool cut_before, cut_after; /* it begins, ends within a sentence */
};

/* Fills the columns with what stands around the cells [first, last), or with the beginning of these where they don't fit. */
struct span span_fill(const struct region *region, size_t first, size_t last, uint32_t columns);

#endif
