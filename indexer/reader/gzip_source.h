/*
 * Gzip members (RFC 1952) inflated as a stream, with their checksums verified: libarchive leaves those out, and damage in
 * the middle of a file can go on making text.
 */
#ifndef READER_GZIP_SOURCE_H
#define READER_GZIP_SOURCE_H

#include "byte_source.h"

#include <zlib.h>

struct gzip_source {
    struct byte_source source;
    struct byte_source *below;
    z_stream inflate;
    uint8_t *block;
    bool began, in_member;
};

/* `below` stands at the first byte of a member, stays the caller's, and must outlive this. */
bf_status gzip_source_open(struct gzip_source *gzip, struct byte_source *below, bf_error *error);
void gzip_source_close(struct gzip_source *gzip);

#endif
