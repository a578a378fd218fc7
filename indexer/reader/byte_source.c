#include "byte_source.h"

#include "status.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Calls `next` and remembers how the stream ended. */
static bf_status byte_source_next(struct byte_source *source, const uint8_t **bytes, size_t *length, bf_error *error)
{
    if (source->ended != BF_OK) {
        if (source->ended == BF_CORRUPT && error) *error = source->end;
        return source->ended;
    }
    bf_error local = {0};
    bf_status status = source->next(source, bytes, length, &local);
    if (status == BF_END || status == BF_CORRUPT) {
        source->ended = status;
        source->end = local;
    }
    if (status != BF_OK && error) *error = local;
    return status;
}

bf_status byte_source_peek(struct byte_source *source, size_t want, const uint8_t **bytes, size_t *length, bf_error *error)
{
    while (source->ahead.length - source->ahead_at < want) {
        const uint8_t *block;
        size_t block_length;
        bf_status status = byte_source_next(source, &block, &block_length, error);
        if (status == BF_END || status == BF_CORRUPT) break;
        if (status != BF_OK) return status;
        buffer_append(&source->ahead, block, block_length);
        if (source->ahead.failed) return fail_memory(error);
    }
    *bytes = source->ahead.length ? source->ahead.bytes + source->ahead_at : NULL;
    *length = source->ahead.length - source->ahead_at;
    return BF_OK;
}

bf_status byte_source_take(struct byte_source *source, const uint8_t **bytes, size_t *length, bf_error *error)
{
    if (source->ahead_at < source->ahead.length) {
        *bytes = source->ahead.bytes + source->ahead_at;
        *length = source->ahead.length - source->ahead_at;
        source->ahead_at = source->ahead.length;
        return BF_OK;
    }
    return byte_source_next(source, bytes, length, error);
}

void byte_source_free(struct byte_source *source)
{
    buffer_free(&source->ahead);
    source->ahead_at = 0;
}

/* A file is what it was when it was opened: one that is written to meanwhile might never end. Where there is less or more of it in
 * the end, that is said. A size of 0 says nothing: the files of /proc have it. */
static bf_status file_end(const struct file_source *file, uint64_t at, bf_error *error)
{
    struct stat about;
    if (!file->size || at < file->size) return file->size ? fail(error, BF_CORRUPT, "it became shorter while it was read") : BF_END;
    if (fstat(file->fd, &about) != 0 || (uint64_t)about.st_size <= file->size) return BF_END;
    return fail(error, BF_CORRUPT, "it grew while it was read, and what came later is not read");
}

static bf_status file_next(struct byte_source *source, const uint8_t **bytes, size_t *length, bf_error *error)
{
    struct file_source *file = source->context;
    size_t want = BYTE_SOURCE_BLOCK;
    uint64_t at = 0;
    ssize_t got;
    if (file->size) {
        off_t here = lseek(file->fd, 0, SEEK_CUR); /* who reads a zip goes back and forth */
        if (here >= 0) at = (uint64_t)here;
        if (at >= file->size) return file_end(file, at, error);
        if (file->size - at < want) want = (size_t)(file->size - at);
    }
    do got = read(file->fd, file->block, want);
    while (got < 0 && errno == EINTR);
    if (got < 0) return fail(error, BF_CORRUPT, "can't be read: %s", strerror(errno));
    if (got == 0) return file_end(file, at, error);
    file->taken += (uint64_t)got;
    count_add(&file->counts->source_bytes, (uint64_t)got);
    *bytes = file->block;
    *length = (size_t)got;
    return BF_OK;
}

bf_status file_source_open(struct file_source *file, int fd, struct reader_counts *counts, bf_error *error)
{
    struct stat about;
    bool seekable = fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
    *file = (struct file_source){
        .source = {.next = file_next, .fd = seekable ? fd : -1},
        .fd = fd,
        .size = seekable ? (uint64_t)about.st_size : 0,
        .counts = counts,
        .block = malloc(BYTE_SOURCE_BLOCK),
    };
    file->source.context = file;
    return file->block ? BF_OK : fail_memory(error);
}

void file_source_close(struct file_source *file)
{
    byte_source_free(&file->source);
    free(file->block);
    file->block = NULL;
}
