/* Articles to one segment: inverted in memory, stored as they come, written when the segment is finished. Serves one thread. */
#ifndef COMMIT_SEGMENT_BUILDER_H
#define COMMIT_SEGMENT_BUILDER_H

#include "arena.h"
#include "article_batch.h"
#include "inverter.h"
#include "segment_writer.h"

struct segment_builder {
    struct segment_writer *writer; /* NULL: no segment is begun */
    struct inverter *inverter;     /* made with the first segment, kept for the next */
    uint64_t token_count;
    struct buffer runs;            /* struct arrival_run */
    uint64_t end_arrival;
    struct arena arena;            /* for an article */
};

/* `{0}` is ready for this. Borrows the analyzer until it is freed. */
bf_status segment_builder_begin(struct segment_builder *builder, const char *index_path, uint32_t number, bool sync,
                                struct analyzer *analyzer, bf_error *error);

/* Adds an article, which is `record` as article_record_encode made it, and arrived after those before. After a failure the
 * builder can only be abandoned or freed. */
bf_status segment_builder_add(struct segment_builder *builder, const bf_article *article, const uint8_t *record, size_t length,
                              uint64_t arrival, bf_error *error);

/* Adds all articles of a batch; begins the segment it names if none is begun. */
bf_status segment_builder_add_batch(struct segment_builder *builder, const struct article_batch *batch, const char *index_path,
                                    bool sync, struct analyzer *analyzer, bf_error *error);

/* Bytes of memory that finishing the segment gives back. */
size_t segment_builder_memory(const struct segment_builder *builder);

/* Writes the segment and says what the manifest is to list; the builder can begin another. */
bf_status segment_builder_finish(struct segment_builder *builder, struct manifest_segment *listed, bf_error *error);

/* Gives up what was not finished, and frees everything. */
void segment_builder_free(struct segment_builder *builder);

#endif
