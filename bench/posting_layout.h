/* What posting lists take, part by part, in each of the layouts that were considered (RESULTS.md): sizes, nothing is written. */
#ifndef BENCH_POSTING_LAYOUT_H
#define BENCH_POSTING_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

enum { POSTING_CLASSES = 8, POSTING_PARTS = 21 };

struct posting_layout {
    double bits[POSTING_PARTS][POSTING_CLASSES];
    uint64_t postings[POSTING_CLASSES];
};

/* A list of `df` postings among `article_count` articles. */
void posting_layout_add(struct posting_layout *layout, const uint32_t *docs, const uint32_t *tfs, uint32_t df,
                        uint32_t article_count);

/* False: memory was refused. */
bool posting_layout_print(const struct posting_layout *layout);

#endif
