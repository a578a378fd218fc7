/* What `backfile-index add` says at its end. */
#ifndef CLI_ADD_SUMMARY_H
#define CLI_ADD_SUMMARY_H

#include "reader.h"

struct add_summary {
    uint64_t stored;   /* articles, those included that replaced others */
    uint64_t replaced;
    uint64_t unchanged; /* articles that were there already, to the byte */
    uint64_t committed; /* of those stored */
    uint64_t commits;   /* before the end of the run */
    uint64_t refused;  /* records, or files where no record could be told apart */
    uint64_t skipped;  /* files */
    double seconds;
    struct reader_counts counts;
};

/* On standard output; `json` as one object on one line. Opens the index to see what became of it. */
bf_status add_summary_print(const struct add_summary *summary, const char *index_path, bool json, bf_error *error);

#endif
