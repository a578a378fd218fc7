#include "index_command.h"

#include <stddef.h>

bf_status index_counts(const char *path, bf_stats *stats, bf_error *error)
{
    bf_searcher *searcher = NULL;
    bf_status status = bf_searcher_open(path, &searcher, error);
    if (status != BF_OK) return status;
    bf_searcher_counts(searcher, stats);
    stats->analyzer = NULL; /* it was the searcher's */
    bf_searcher_close(searcher);
    return BF_OK;
}
