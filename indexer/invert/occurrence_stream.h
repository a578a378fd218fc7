/*
 * Many growing byte streams in one pool: for each term the documents and word numbers it occurs at, and the number of the form it
 * occurs in.
 *
 * A stream is a chain of slices, each twice as long as the one before up to a limit, so that a term seen once costs a few bytes
 * and a frequent one little for its links (as in-memory inverters have done since Moffat and Bell 1995; Lucene's byte slices).
 *
 *     slice: | bytes ...                | u32 where the next slice is |
 *
 * An occurrence is a varint: the gap from the term's last position in this document, shifted left by two; or, where the low bit
 * is set, the first position in a new document, followed by the gap from the last document as another varint. Where the second
 * bit is set, the form is another than the one before, 0 before all, and its number comes last, as a varint: most words keep
 * their form for a while, and many terms have only one.
 */
#ifndef INVERT_OCCURRENCE_STREAM_H
#define INVERT_OCCURRENCE_STREAM_H

#include "buffer.h"

#include <stdbool.h>
#include <stdint.h>

struct occurrence_stream {
    uint32_t first;        /* offset of the first slice in the pool */
    uint32_t at, limit;    /* where the next byte goes; where the slice's link begins. at == limit == 0: no slice yet */
    uint32_t last_doc;     /* the document being added to, plus one; 0: none yet */
    uint32_t last_position;
    uint32_t df;
    uint32_t cf;           /* occurrences: fewer than 2^32, the pool is full before */
    uint32_t level_form;   /* level of the newest slice, and the form of the last occurrence << 4 */
};

/* False: memory refused, or 4 GiB of pool reached. Documents and positions come in ascending order; form < 2^28. */
bool occurrence_stream_add(struct occurrence_stream *stream, struct buffer *pool, uint32_t doc, uint32_t position, uint32_t form);

/* Decodes the whole stream: df documents with their tfs, and all positions and forms. */
void occurrence_stream_read(const struct occurrence_stream *stream, const struct buffer *pool, uint32_t *docs, uint32_t *tfs,
                            uint32_t *positions, uint32_t *forms);

#endif
