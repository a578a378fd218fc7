/* What the positions of one group of postings take in each of the codes that were considered (RESULTS.md): sizes in bits, nothing
 * is written. */
#ifndef BENCH_POSITION_CODE_H
#define BENCH_POSITION_CODE_H

#include <stdint.h>

struct layout_group {
    const uint32_t *lengths;   /* of each posting's article: the most that has the same length byte */
    const uint32_t *exact;     /* the article's length itself */
    const uint32_t *tfs;
    const uint32_t *positions; /* of the first posting, of the second, ... */
    uint32_t posting_count;
    uint64_t position_count;
};

struct layout_code {
    const char *name;
    double (*bits)(const struct layout_group *group);
};

enum { LAYOUT_CODES = 13 };
extern const struct layout_code layout_codes[LAYOUT_CODES];

#endif
