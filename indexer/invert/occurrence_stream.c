#include "occurrence_stream.h"

#include "bytes.h"

enum { SLICE_FIRST = 12, SLICE_LEVELS = 8, LINK = 4, LEVEL_BITS = 4, CODE_MOST = 5 /* bytes of a varint of 32 bits */ };

static uint32_t slice_size(uint32_t level)
{
    return (uint32_t)SLICE_FIRST << level;
}

static bool stream_grow(struct occurrence_stream *stream, struct buffer *pool)
{
    bool is_first = stream->limit == 0;
    uint32_t last = stream->level_form & ((1U << LEVEL_BITS) - 1), level = is_first ? 0 : last + (last < SLICE_LEVELS);
    uint32_t size = slice_size(level);
    if (pool->length + size + LINK > UINT32_MAX) return false;
    if (pool->length == 0) buffer_append_zeros(pool, 1); /* offset 0 stays unused */
    uint32_t start = (uint32_t)pool->length;
    if (!buffer_extend(pool, size + LINK)) return false;
    if (is_first) stream->first = start;
    else store_u32(pool->bytes + stream->limit, start);
    stream->at = start;
    stream->limit = start + size;
    stream->level_form += level - last;
    return true;
}

/* Puts a value across the end of a slice. */
static bool stream_put_slowly(struct occurrence_stream *stream, struct buffer *pool, uint32_t value)
{
    for (;;) {
        if (stream->at == stream->limit && !stream_grow(stream, pool)) return false;
        if (value < 0x80) {
            pool->bytes[stream->at++] = (uint8_t)value;
            return true;
        }
        pool->bytes[stream->at++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
}

static inline bool stream_put(struct occurrence_stream *stream, struct buffer *pool, uint32_t value)
{
    if (stream->limit - stream->at < CODE_MOST) return stream_put_slowly(stream, pool, value);
    uint8_t *out = pool->bytes + stream->at, *start = out;
    for (; value >= 0x80; value >>= 7) *out++ = (uint8_t)(value | 0x80);
    *out++ = (uint8_t)value;
    stream->at += (uint32_t)(out - start);
    return true;
}

bool occurrence_stream_add(struct occurrence_stream *stream, struct buffer *pool, uint32_t doc, uint32_t position, uint32_t form)
{
    uint32_t turns = form != stream->level_form >> LEVEL_BITS;
    stream->cf++;
    if (stream->last_doc == doc + 1) {
        uint32_t gap = position - stream->last_position;
        stream->last_position = position;
        if (!stream_put(stream, pool, gap << 2 | turns << 1)) return false;
    } else {
        uint32_t doc_gap = doc + 1 - stream->last_doc;
        stream->last_doc = doc + 1;
        stream->last_position = position;
        stream->df++;
        if (!stream_put(stream, pool, position << 2 | turns << 1 | 1) || !stream_put(stream, pool, doc_gap)) return false;
    }
    if (!turns) return true;
    stream->level_form = (stream->level_form & ((1U << LEVEL_BITS) - 1)) | form << LEVEL_BITS;
    return stream_put(stream, pool, form);
}

struct stream_reader {
    const uint8_t *pool;
    uint32_t at, limit, level;
};

static uint32_t stream_get_slowly(struct stream_reader *reader)
{
    uint32_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        if (reader->at == reader->limit) {
            reader->at = load_u32(reader->pool + reader->limit);
            reader->level += reader->level < SLICE_LEVELS;
            reader->limit = reader->at + slice_size(reader->level);
        }
        uint8_t byte = reader->pool[reader->at++];
        value |= (uint32_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
    }
}

static inline uint32_t stream_get(struct stream_reader *reader)
{
    if (reader->limit - reader->at < CODE_MOST) return stream_get_slowly(reader);
    const uint8_t *at = reader->pool + reader->at;
    uint32_t value = *at++;
    if (value >= 0x80) {
        value &= 0x7f;
        for (unsigned shift = 7;; shift += 7) {
            uint8_t byte = *at++;
            value |= (uint32_t)(byte & 0x7f) << shift;
            if (byte < 0x80) break;
        }
    }
    reader->at = (uint32_t)(at - reader->pool);
    return value;
}

void occurrence_stream_read(const struct occurrence_stream *stream, const struct buffer *pool, uint32_t *docs, uint32_t *tfs,
                            uint32_t *positions, uint32_t *forms)
{
    struct stream_reader reader = {pool->bytes, stream->first, stream->first + slice_size(0), 0};
    uint32_t posting = UINT32_MAX, doc = 0, position = 0, form = 0;
    for (uint32_t i = 0; i < stream->cf; i++) {
        uint32_t code = stream_get(&reader);
        if (code & 1) {
            doc += stream_get(&reader);
            position = code >> 2;
            docs[++posting] = doc - 1;
            tfs[posting] = 0;
        } else {
            position += code >> 2;
        }
        if (code & 2) form = stream_get(&reader);
        tfs[posting]++;
        positions[i] = position;
        forms[i] = form;
    }
}
