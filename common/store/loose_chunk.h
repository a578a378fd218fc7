/*
 * Chunks of sections (section.h) found in a segment's file without its trees: by their footers. For a file whose trees are
 * damaged, or whose columns that say where something is.
 */
#ifndef STORE_LOOSE_CHUNK_H
#define STORE_LOOSE_CHUNK_H

#include "backfile.h"

#include <stddef.h>
#include <stdint.h>

/* Which section a chunk is of, and where in it, is not known. */
struct loose_chunk {
    const uint8_t *bytes;      /* the payload */
    size_t length;
    const uint8_t *checksums;  /* four bytes a sector, verified */
};

/* How many bytes from `at` on (below the length) lie in sectors that have their checksum. */
size_t loose_chunk_sound(const struct loose_chunk *chunk, size_t at);

/* Calls back for every chunk of the file, in the order they stand in it, until the callback returns something else than BF_OK. */
bf_status loose_chunk_each(const char *path, bf_status (*found)(void *context, const struct loose_chunk *chunk, bf_error *error),
                           void *context, bf_error *error);

#endif
