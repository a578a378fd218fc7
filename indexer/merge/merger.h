/* Merges segments into one: live documents in order, deleted ones left out. Streams term by term: memory for some bytes a
 * document and for the longest list. */
#ifndef MERGE_MERGER_H
#define MERGE_MERGER_H

#include "segment.h"

/* Writes segment `number` from `count` segments, in the order given. At least one document must be live. */
bf_status merge_segments(const char *index_path, struct segment **segments, uint32_t count, uint32_t number, bool sync,
                         struct manifest_segment *listed, bf_error *error);

#endif
