/* Where a phrase begins in a document, from the positions of its words: p for the first word, p + 1 for the second, ... */
#ifndef MATCH_PHRASE_STARTS_H
#define MATCH_PHRASE_STARTS_H

#include "term_source.h"

/* Fills `starts` (u32 each, ascending) for the document that all `count` sources, in the order of the phrase, stand on. `by_cost`:
 * their numbers, rarest first. `positions` is room. */
bf_status phrase_starts_find(struct term_source *sources, const uint32_t *by_cost, uint32_t count, struct buffer *starts,
                             struct buffer *positions, bf_error *error);

#endif
