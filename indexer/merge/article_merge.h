/* The stored articles of the segments being merged, brought into the new one in the order of its documents. */
#ifndef MERGE_ARTICLE_MERGE_H
#define MERGE_ARTICLE_MERGE_H

#include "merge_source.h"
#include "segment_writer.h"

/* One source after the other, each in its own order: blocks of which nothing is deleted are copied as they are, compressed. */
bf_status merge_articles(const struct merge_source *sources, uint32_t count, struct segment_writer *writer, bf_error *error);

/*
 * In a new order, so that articles which share words share a block too and are packed smaller. Each block of a source holds
 * articles from everywhere in the new order; so that it isn't inflated once for each of them, articles are gathered in memory,
 * as many as `memory` bytes hold at a time.
 */
bf_status merge_articles_reordered(const struct merge_source *sources, uint32_t count, uint32_t doc_count, uint64_t memory,
                                   struct segment_writer *writer, bf_error *error);

#endif
