/*
 * A growable run of bytes. Failure is sticky: once memory is refused, `failed` is set and every later
 * append does nothing, so encoding code reads straight down and is checked once, at the end.
 *
 * Invariants: `length <= room`; `bytes` is NULL exactly when `room` is 0. `{0}` is an empty buffer.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include "scratch.h"

#include <stdbool.h>

struct buffer {
    uint8_t *bytes;
    size_t length, room;
    bool failed;
    bool borrowed; /* the room is not the buffer's own: it is left where it is when more is needed */
    const struct scratch *scratch; /* where it is kept once it is large; NULL: in memory */
    int file;      /* of the scratch, and one more; 0: it is in memory */
};

/* Frees the room; where the buffer is kept once it is large again stays said. */
void buffer_free(struct buffer *buffer);

/* An empty buffer that will be kept in a file once it is large; the scratch is borrowed. Where the file is refused it stays in
 * memory. */
static inline struct buffer buffer_in_scratch(const struct scratch *scratch)
{
    return (struct buffer){.scratch = scratch};
}

/* An empty buffer that begins in room of the caller's, which must live as long: for what is mostly small. */
static inline struct buffer buffer_within(void *room, size_t size)
{
    return (struct buffer){.bytes = room, .room = size, .borrowed = true};
}

/* Empties it, keeps the room, forgets a failure. */
static inline void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    buffer->failed = false;
}

/* Makes room for `more` further bytes and returns where they go, or NULL (and fails). Length is unchanged. */
uint8_t *buffer_reserve(struct buffer *buffer, size_t more);

/* Lengthens it by `more` bytes, not set to anything, and returns where they begin, or NULL (and fails). */
uint8_t *buffer_extend(struct buffer *buffer, size_t more);

void buffer_append(struct buffer *buffer, const void *bytes, size_t length);
void buffer_append_string(struct buffer *buffer, const char *string);
void buffer_append_format(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_append_u8(struct buffer *buffer, uint8_t value);
void buffer_append_u16(struct buffer *buffer, uint16_t value); /* little-endian, as everything on disk */
void buffer_append_u32(struct buffer *buffer, uint32_t value);
void buffer_append_u64(struct buffer *buffer, uint64_t value);
void buffer_append_zeros(struct buffer *buffer, size_t count);

/* Appends a NUL that does not count into the length, and returns the bytes as a string, or NULL when failed. */
char *buffer_string(struct buffer *buffer);

#endif
