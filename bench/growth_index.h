/* Indexes of the beginning of an archive: what it was when it was smaller; and what it took to make them. */
#ifndef BENCH_GROWTH_INDEX_H
#define BENCH_GROWTH_INDEX_H

#include "growth_cost.h"

enum { GROWTH_EIGHTHS = 4 /* an eighth, a quarter, half, all */, GROWTH_SIZES_MOST = 16 };

struct growth_making {
    const char *articles, *work; /* JSON lines; the folder the indexes are in */
    uint64_t from;               /* bytes of the smallest; 0: eighths, a quarter ... of the lines */
    uint64_t steps;              /* how many with `from`, each the same number of times as large as the one before */
    bool merge;
    const char *memory, *threads; /* for backfile-index add; NULL: not said */
};

/* Makes WORK/growth-1.bf, -2, -4 and -8 of the file's first lines, or, with `from`, WORK/growth-<bytes>.bf, or leaves those that
 * are there. Their paths are the caller's to free, on failure too. What each took is kept beside it (growth_cost.h). */
bf_status growth_index_make(const struct growth_making *making, char *paths[GROWTH_SIZES_MOST], size_t *count,
                            bf_error *error);

#endif
