/* Indexes of the beginning of an archive: what it was when it was smaller. */
#ifndef BENCH_GROWTH_INDEX_H
#define BENCH_GROWTH_INDEX_H

#include "backfile.h"

enum { GROWTH_EIGHTHS = 4 }; /* an eighth, a quarter, half, all */

/* Makes WORK/growth-1.bf, -2, -4 and -8 of the file's first lines, or leaves those that are there. Their paths are the caller's
 * to free, on failure too. */
bf_status growth_index_make(const char *articles, const char *work, bool merge, char *paths[GROWTH_EIGHTHS], bf_error *error);

#endif
