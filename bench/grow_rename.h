/* Words that one copy of the archive spells otherwise, so that the vocabulary grows as it did within the archive. */
#ifndef BENCH_GROW_RENAME_H
#define BENCH_GROW_RENAME_H

#include "grow_archive.h"

struct grow_rename {
    uint32_t *as;       /* of every word of the archive: its number in this copy (itself, or one invented) */
    uint32_t *invented; /* the one invented for it last; WORD_NONE: none yet */
    double growth;      /* Heaps' exponent, measured on the archive */
};

bf_status grow_rename_begin(const struct grow_archive *archive, struct grow_rename *rename, bf_error *error);

/* The words of copy 1, 2, ...: invents what the vocabulary lacks at that size. */
bf_status grow_rename_copy(struct grow_archive *archive, uint32_t copy, uint64_t seed, struct grow_rename *rename,
                           bf_error *error);
void grow_rename_free(struct grow_rename *rename);

/* How many words an archive of so many times the size is expected to have. */
double grow_rename_expected(const struct grow_archive *archive, const struct grow_rename *rename, double times);

#endif
