#include "inflate.h"

#include "status.h"

#include <limits.h>
#include <zlib.h>

enum { STEP_LEAST = 1 << 16 }; /* bytes of room made at a time */

static uInt at_most_int(size_t length) { return length < UINT_MAX ? (uInt)length : UINT_MAX; }

/* Makes further room, twice as much each time, and inflates into it. */
static const char *inflate_step(z_stream *stream, const uint8_t *end, size_t wanted, struct buffer *raw, int *status)
{
    size_t left = wanted - raw->length, step = raw->length + STEP_LEAST, room = left < step ? left : step;
    uint8_t none, *place = room ? buffer_reserve(raw, room) : &none;
    if (!place) return memory_rule;
    stream->avail_in = at_most_int((size_t)(end - stream->next_in));
    stream->next_out = place;
    stream->avail_out = at_most_int(room);
    const uInt offered = stream->avail_out;
    *status = inflate(stream, Z_NO_FLUSH);
    raw->length += offered - stream->avail_out;
    if (*status == Z_OK || *status == Z_STREAM_END || *status == Z_NEED_DICT) return NULL;
    return *status == Z_MEM_ERROR ? memory_rule : "an article block does not inflate";
}

static const char *inflate_all(z_stream *stream, const uint8_t *end, const struct article_dictionary *dictionary, size_t wanted,
                               bool whole, size_t *taken, struct buffer *raw)
{
    const char *rule = NULL;
    int status = Z_OK;
    bool given = false;
    while (!rule && status == Z_OK && (raw->length < wanted || whole)) {
        rule = inflate_step(stream, end, wanted, raw, &status);
        if (rule || status != Z_NEED_DICT) continue;
        if (!dictionary || given) return "an article block wants a dictionary that it has not";
        status = inflateSetDictionary(stream, dictionary->bytes, (uInt)dictionary->length);
        if (status != Z_OK) return "an article block wants another dictionary";
        given = true;
    }
    if (!rule && dictionary && !given && stream->total_in > 0) rule = "an article block does not want the dictionary it names";
    if (!rule && raw->length < wanted) rule = "an article block inflates to less than its records";
    if (taken) *taken = (size_t)stream->total_in;
    if (!rule && whole && (status != Z_STREAM_END || (!taken && stream->next_in != end)))
        rule = "an article block inflates to more than its records";
    return rule;
}

static const char *inflate_some(const uint8_t *bytes, size_t length, const struct article_dictionary *dictionary, size_t wanted,
                                bool whole, size_t *taken, struct buffer *raw)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)bytes}; /* zlib reads through it only */
    buffer_clear(raw);
    /* even if nothing is wanted, raw->bytes can be pointed into */
    if (!buffer_reserve(raw, 1) || inflateInit(&stream) != Z_OK) return memory_rule;
    const char *rule = inflate_all(&stream, bytes + length, dictionary, wanted, whole, taken, raw);
    inflateEnd(&stream);
    return rule;
}

const char *inflate_first(const uint8_t *bytes, size_t length, const struct article_dictionary *dictionary, size_t wanted,
                          bool whole, struct buffer *raw)
{
    return inflate_some(bytes, length, dictionary, wanted, whole, NULL, raw);
}

const char *inflate_whole(const uint8_t *bytes, size_t length, const struct article_dictionary *dictionary, size_t wanted,
                          struct buffer *raw, size_t *taken)
{
    return inflate_some(bytes, length, dictionary, wanted, true, taken, raw);
}
