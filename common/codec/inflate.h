/*
 * Decompression of a zlib stream (RFC 1950, RFC 1951) that lies whole in memory, stopping where the reader has enough.
 */
#ifndef CODEC_INFLATE_H
#define CODEC_INFLATE_H

#include "article_dictionary.h"
#include "buffer.h"

/* Inflates the first `wanted` bytes into `raw`, taking memory only as bytes come. `whole` when the stream must end there: then
 * its checksum is verified too. `dictionary`: what the stream repeats besides itself; NULL if it has none. Returns NULL or the
 * broken rule; memory_rule if memory was refused. */
const char *inflate_first(const uint8_t *bytes, size_t length, const struct article_dictionary *dictionary, size_t wanted,
                          bool whole, struct buffer *raw);

/* Inflates a stream of `wanted` bytes to its end and verifies its checksum; *taken: where it ended, for other bytes may follow. */
const char *inflate_whole(const uint8_t *bytes, size_t length, const struct article_dictionary *dictionary, size_t wanted,
                          struct buffer *raw, size_t *taken);

#endif
