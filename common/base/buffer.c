#include "buffer.h"

#include "bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buffer_free(struct buffer *buffer)
{
    if (!buffer) return;
    if (buffer->file) scratch_close(buffer->file - 1, buffer->bytes, buffer->room);
    else if (!buffer->borrowed) free(buffer->bytes);
    *buffer = (struct buffer){.scratch = buffer->scratch};
}

/* Room in the scratch, where the bytes are brought if they aren't there. NULL: refused. */
static uint8_t *buffer_grow_in_scratch(struct buffer *buffer, size_t *room)
{
    int file = buffer->file ? buffer->file - 1 : scratch_open(buffer->scratch);
    if (file < 0) return NULL;
    *room = (*room + SCRATCH_LEAST - 1) / SCRATCH_LEAST * SCRATCH_LEAST;
    uint8_t *bytes = buffer->file ? scratch_grow(file, buffer->bytes, buffer->room, *room) : scratch_grow(file, NULL, 0, *room);
    if (!buffer->file && !bytes) scratch_close(file, NULL, 0);
    if (buffer->file || !bytes) return bytes;
    if (buffer->length) memcpy(bytes, buffer->bytes, buffer->length);
    if (!buffer->borrowed) free(buffer->bytes);
    buffer->borrowed = false;
    buffer->file = file + 1;
    return bytes;
}

static uint8_t *buffer_grow(struct buffer *buffer, size_t *room)
{
    if (buffer->scratch && *room >= buffer->scratch->least) {
        uint8_t *bytes = buffer_grow_in_scratch(buffer, room);
        if (bytes) return bytes;
    }
    bool moves = buffer->borrowed || buffer->file;
    uint8_t *bytes = realloc(moves ? NULL : buffer->bytes, *room);
    if (bytes && moves) memcpy(bytes, buffer->bytes, buffer->length);
    if (bytes && buffer->file) scratch_close(buffer->file - 1, buffer->bytes, buffer->room);
    if (!bytes) return NULL;
    buffer->borrowed = false;
    buffer->file = 0;
    return bytes;
}

uint8_t *buffer_reserve(struct buffer *buffer, size_t more)
{
    if (buffer->failed) return NULL;
    if (more > SIZE_MAX / 4 || buffer->length > SIZE_MAX / 4) {
        buffer->failed = true;
        return NULL;
    }
    size_t needed = buffer->length + more;
    if (needed > buffer->room || !buffer->bytes) {
        size_t room = buffer->room + buffer->room / 2;
        if (room < needed) room = needed;
        if (room < 64) room = 64;
        uint8_t *bytes = buffer_grow(buffer, &room);
        if (!bytes) {
            buffer->failed = true;
            return NULL;
        }
        buffer->bytes = bytes;
        buffer->room = room;
    }
    return buffer->bytes + buffer->length;
}

uint8_t *buffer_extend(struct buffer *buffer, size_t more)
{
    uint8_t *place = buffer_reserve(buffer, more);
    if (place) buffer->length += more;
    return place;
}

void buffer_append(struct buffer *buffer, const void *bytes, size_t length)
{
    if (!length) return;
    uint8_t *place = buffer_extend(buffer, length);
    if (place) memcpy(place, bytes, length);
}

void buffer_append_string(struct buffer *buffer, const char *string)
{
    buffer_append(buffer, string, strlen(string));
}

void buffer_append_format(struct buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    uint8_t *place = length < 0 ? NULL : buffer_reserve(buffer, (size_t)length + 1);
    if (place) {
        vsnprintf((char *)place, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    } else {
        buffer->failed = true;
    }
    va_end(again);
}

void buffer_append_u8(struct buffer *buffer, uint8_t value)
{
    uint8_t *place = buffer_extend(buffer, 1);
    if (place) *place = value;
}

void buffer_append_u16(struct buffer *buffer, uint16_t value)
{
    uint8_t *place = buffer_extend(buffer, 2);
    if (place) store_u16(place, value);
}

void buffer_append_u32(struct buffer *buffer, uint32_t value)
{
    uint8_t *place = buffer_extend(buffer, 4);
    if (place) store_u32(place, value);
}

void buffer_append_u64(struct buffer *buffer, uint64_t value)
{
    uint8_t *place = buffer_extend(buffer, 8);
    if (place) store_u64(place, value);
}

void buffer_append_zeros(struct buffer *buffer, size_t count)
{
    uint8_t *place = buffer_extend(buffer, count);
    if (place) memset(place, 0, count);
}

char *buffer_string(struct buffer *buffer)
{
    uint8_t *end = buffer_reserve(buffer, 1);
    if (!end) return NULL;
    *end = 0;
    return (char *)buffer->bytes;
}
