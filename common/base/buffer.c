#include "buffer.h"

#include "bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buffer_free(struct buffer *buffer)
{
    if (!buffer) return;
    if (!buffer->borrowed) free(buffer->bytes);
    *buffer = (struct buffer){0};
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
        uint8_t *bytes = realloc(buffer->borrowed ? NULL : buffer->bytes, room);
        if (!bytes) {
            buffer->failed = true;
            return NULL;
        }
        if (buffer->borrowed) memcpy(bytes, buffer->bytes, buffer->length);
        buffer->borrowed = false;
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
