/* The term dictionary of a segment: look-up of one term, and a walk in byte order. */
#ifndef SEGMENT_DICTIONARY_H
#define SEGMENT_DICTIONARY_H

#include "field.h"
#include "segment.h"
#include "term_block.h"

/* Finds a dictionary term (field byte and term). BF_NOT_FOUND without touching `error`. What the entry points to lives until the
 * segment is closed. */
bf_status dictionary_find(struct segment *segment, const uint8_t *term, uint32_t term_length, struct term_entry *entry,
                          bf_error *error);

/* The same in many segments, whose memory is waited for together; df 0: the segment does not have it. */
bf_status dictionary_find_all(struct segment *const *segments, uint32_t count, const uint8_t *term, uint32_t term_length,
                              struct term_entry *entries, bf_error *error);

/* A walk. Invariant: when `ended` is false, `block.term` and `block.entry` are the current term. */
struct dictionary_walk {
    struct segment *segment;
    struct term_block_reader block;
    struct store_entry stored;
    bool ended;
};

/* Stands on the first term that is >= the given one (length 0: the first of all). */
bf_status dictionary_walk_begin(struct dictionary_walk *walk, struct segment *segment, const uint8_t *term, uint32_t term_length,
                                bf_error *error);
bf_status dictionary_walk_next(struct dictionary_walk *walk, bf_error *error);

/* Several walks side by side: that whose term comes first, the first of them where it is several; NULL: all have ended. */
struct dictionary_walk *dictionary_walk_least(struct dictionary_walk *walks, uint32_t count);

/* Whether a walk stands on this term. */
bool dictionary_walk_is_on(const struct dictionary_walk *walk, const uint8_t *term, uint32_t term_length);

#endif
