/*
 * A stream of bytes handed out in blocks, wherever they come from: a file, standard input, a member of an archive.
 *
 * Bytes can be looked at before they are taken, so that who decides what they are needs no way back.
 */
#ifndef READER_BYTE_SOURCE_H
#define READER_BYTE_SOURCE_H

#include "buffer.h"
#include "reader.h"

enum { BYTE_SOURCE_BLOCK = 256 * 1024 };

struct byte_source {
    /* Gives the next block, at least one byte, borrowed until the next call. BF_END: no more. BF_CORRUPT: what follows
     * can't be read, error->message says why; it will not be called again. Any other failure ends the run. */
    bf_status (*next)(struct byte_source *source, const uint8_t **bytes, size_t *length, bf_error *error);
    void *context;
    int fd;              /* of a file on disk that can be repositioned, otherwise -1 */
    struct buffer ahead; /* bytes looked at but not taken yet begin at `ahead_at` */
    size_t ahead_at;
    bf_status ended;     /* BF_END or BF_CORRUPT once `next` has said so */
    bf_error end;        /* the words of BF_CORRUPT */
};

/* Reads until `want` bytes lie ahead or the stream ends. The bytes are borrowed until the next call on the source; fewer than
 * `want` means the end, whatever its reason. */
bf_status byte_source_peek(struct byte_source *source, size_t want, const uint8_t **bytes, size_t *length, bf_error *error);

/* Takes the next block. Returns as `next` does. */
bf_status byte_source_take(struct byte_source *source, const uint8_t **bytes, size_t *length, bf_error *error);

void byte_source_free(struct byte_source *source);

/* A file that is open for reading. */
struct file_source {
    struct byte_source source;
    int fd;
    uint8_t *block;
    struct reader_counts *counts; /* source_bytes grows as the file is read */
    uint64_t taken;
    uint64_t size;   /* of a file on disk, when it was opened; 0: unknown */
};

/* The descriptor stays the caller's. */
bf_status file_source_open(struct file_source *file, int fd, struct reader_counts *counts, bf_error *error);
void file_source_close(struct file_source *file);

/* Adds to one of the counts, which another thread may be looking at. Only one thread ever adds. */
static inline void count_add(uint64_t *count, uint64_t by)
{
    __atomic_store_n(count, *count + by, __ATOMIC_RELAXED);
}

#endif
