#include "occurrence_stream.h"

#include "bytes.h"

enum { SLICE_FIRST = 12, SLICE_LEVELS = 8, LINK = 4 };

static uint32_t slice_size(uint32_t level)
{
    return (uint32_t)SLICE_FIRST << level;
}

static bool stream_grow(struct occurrence_stream *stream, struct buffer *pool)
{
    bool is_first = stream->limit == 0;
    uint32_t last = stream->level, level = is_first ? 0 : last + (last < SLICE_LEVELS);
    uint32_t size = slice_size(level);
    if (pool->length + size + LINK > UINT32_MAX) return false;
    if (pool->length == 0) buffer_append_zeros(pool, 1); /* offset 0 stays unused */
    uint32_t start = (uint32_t)pool->length;
    if (!buffer_extend(pool, size + LINK)) return false;
    if (is_first) stream->first = start;
    else store_u32(pool->bytes + stream->limit, start);
    stream->at = start;
    stream->limit = start + size;
    stream->level = level & 15;
    return true;
}

static bool stream_put(struct occurrence_stream *stream, struct buffer *pool, uint32_t value)
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

bool occurrence_stream_add(struct occurrence_stream *stream, struct buffer *pool, uint32_t doc, uint32_t position, uint32_t form)
{
    bool turns = form != stream->last_form, is_first = stream->last_doc != doc + 1;
    uint32_t code = (is_first ? position : position - stream->last_position) << 2 | (uint32_t)turns << 1 | is_first;
    stream->cf++;
    stream->last_position = position;
    if (!stream_put(stream, pool, code)) return false;
    if (is_first) {
        uint32_t doc_gap = doc + 1 - stream->last_doc;
        stream->last_doc = doc + 1;
        stream->df++;
        if (!stream_put(stream, pool, doc_gap)) return false;
    }
    stream->last_form = form & 0xfffffff;
    return !turns || stream_put(stream, pool, form);
}

struct stream_reader {
    const uint8_t *pool;
    uint32_t at, limit, level;
};

static uint32_t stream_get(struct stream_reader *reader)
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
