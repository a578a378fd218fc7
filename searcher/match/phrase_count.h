/* How often a phrase is in a document, from the positions of its words: where they stand in a row, p for the first word, p + 1 for
 * the second, ..., or near each other. */
#ifndef MATCH_PHRASE_COUNT_H
#define MATCH_PHRASE_COUNT_H

#include "near_count.h"
#include "term_source.h"

/* `{0}` but for what says so. */
struct phrase_counter {
    struct segment *segment;         /* to be set, with `leaf` */
    const struct leaf_weight *leaf;
    struct near_word *words;         /* NULL unless near: those that need a place; to be set by phrase_counter_open */
    uint32_t word_count;
    struct buffer starts, positions; /* u32: where the phrase may still begin, or the positions of all words; those of a word */
};

/* False: memory was refused. phrase_counter_free frees what is not in the arena. */
bool phrase_counter_open(struct phrase_counter *counter, struct segment *segment, const struct leaf_weight *leaf,
                         struct arena *arena);
void phrase_counter_free(struct phrase_counter *counter);

/* Counts in the document that all sources, in the order of the phrase, stand on. `by_cost`: their numbers, rarest first.
 * *title_tf: those in the title, of the fields that have one. */
bf_status phrase_count(struct phrase_counter *counter, struct term_source *sources, const uint32_t *by_cost, uint32_t *tf,
                       uint32_t *title_tf, bf_error *error);

#endif
