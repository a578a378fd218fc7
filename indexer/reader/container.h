/*
 * Compressed streams and archives, by libarchive: gzip, bzip2, xz and Zstandard, tar in all its dialects, zip, and one of the
 * former around a tar. Members are read as streams, one after the other; nothing is unpacked to disk.
 */
#ifndef READER_CONTAINER_H
#define READER_CONTAINER_H

#include "byte_source.h"

enum { CONTAINER_LOOK = 512 }; /* bytes container_kind wants to see */

/* What the first bytes say the stream is: "gzip", "zip", ...; NULL when it is none of those above. Looks at signatures that no
 * text has, and at a tar header's checksum, so that text is never taken for an archive. */
const char *container_kind(const uint8_t *bytes, size_t length);

struct container;

/* Opens the stream. `below` must outlive the container. BF_CORRUPT: the message says what is wrong with it. */
bf_status container_open(struct byte_source *below, struct container **container, bf_error *error);

/* A regular member. */
struct container_member {
    /* its path inside, normalised, valid UTF-8; NULL: the container is no archive but one compressed stream */
    const char *name;
    struct byte_source *bytes; /* borrowed until the next call */
    const char *not_read;      /* why it holds nothing to read, as for a link; NULL for a regular file */
};

/* Moves to the next member; folders are passed over. BF_END: there is none. BF_CORRUPT: the archive is damaged, nothing further
 * can be read from it. */
bf_status container_next(struct container *container, struct container_member *member, bf_error *error);

void container_close(struct container *container);

#endif
