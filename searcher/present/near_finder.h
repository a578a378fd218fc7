/*
 * Finds in a text the stretches where the words of one clause stand near each other, as near_count.h counts them: of those that
 * don't overlap the one that ends first, then the next. It is given the words one after the other, and keeps of each the latest
 * places, as many as the word needs.
 */
#ifndef PRESENT_NEAR_FINDER_H
#define PRESENT_NEAR_FINDER_H

#include "arena.h"
#include "present.h"

struct near_finder;

/* The leaf is a phrase with a span. Everything is in the arena. NULL: memory was refused. */
struct near_finder *near_finder_new(const struct query_node *leaf, uint32_t clause, struct arena *arena);

/* Forgets all places: before another text. */
void near_finder_forget(struct near_finder *finder);

/* Word `word` of the leaf, which needs places, stands at a token. Several words may stand at one. */
void near_finder_put(struct near_finder *finder, uint32_t word, const struct text_match *place);

/* To be called when all is put that stands at the token last put. How many words of a stretch that ends with it were found, each
 * token once, in order: *matches, until the finder is used again. 0: none ends there. */
uint32_t near_finder_take(struct near_finder *finder, const struct text_match **matches);

#endif
