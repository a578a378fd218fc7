/* version (1 byte), count (u32), offset of each block of 64 ids (u32, after these), then the ids: bytes shared with the one
 * before (varint, 0 in the first of a block), bytes that follow (varint), those bytes. */
#include "id_column.h"

#include "bytes.h"
#include "varint.h"

enum { ID_COLUMN_VERSION = 1, ID_BLOCK = 64, ID_LENGTH_MAX = 511, HEADER = ID_COLUMN_HEAD };

static uint32_t blocks_of(uint32_t count) { return count / ID_BLOCK + (count % ID_BLOCK != 0); }

void id_column_add(struct id_column_writer *writer, const char *id, size_t length)
{
    uint32_t shared = 0, least = (uint32_t)length < writer->last_length ? (uint32_t)length : writer->last_length;
    if (writer->count % ID_BLOCK == 0) {
        if (writer->bytes.length > UINT32_MAX) writer->bytes.failed = true;
        buffer_append_u32(&writer->starts, (uint32_t)writer->bytes.length);
    } else {
        while (shared < least && (uint8_t)id[shared] == writer->last[shared]) shared++;
    }
    varint_append(&writer->bytes, shared);
    varint_append(&writer->bytes, length - shared);
    buffer_append(&writer->bytes, id + shared, length - shared);
    if (length) memcpy(writer->last, id, length);
    writer->last_length = (uint32_t)length;
    writer->count++;
}

void id_column_finish(struct id_column_writer *writer, struct buffer *out)
{
    buffer_append_u8(out, ID_COLUMN_VERSION);
    buffer_append_u32(out, writer->count);
    buffer_append(out, writer->starts.bytes, writer->starts.length);
    buffer_append(out, writer->bytes.bytes, writer->bytes.length);
    if (writer->starts.failed || writer->bytes.failed) out->failed = true;
}

void id_column_free(struct id_column_writer *writer)
{
    buffer_free(&writer->bytes);
    buffer_free(&writer->starts);
    writer->last_length = writer->count = 0;
}

const char *id_column_open(const uint8_t *bytes, size_t length, struct id_column *column)
{
    if (length < HEADER) return "an id column is shorter than its header";
    if (bytes[0] != ID_COLUMN_VERSION) return "an id column's version is unknown";
    uint32_t count = load_u32(bytes + 1);
    if (blocks_of(count) > (length - HEADER) / 4) return "an id column is shorter than its directory";
    *column = (struct id_column){bytes, length, count};
    return NULL;
}

void id_column_entry(const struct id_column *column, uint32_t i, size_t *at, size_t *length)
{
    uint32_t block = i / ID_BLOCK;
    *at = HEADER + 4 * (size_t)block;
    *length = block + 1 < blocks_of(column->count) ? 8 : 4; /* the next one's says where it ends */
}

const char *id_column_block(const struct id_column *column, uint32_t i, size_t *at, size_t *length)
{
    uint32_t block = i / ID_BLOCK;
    const uint8_t *entry = column->bytes + HEADER + 4 * (size_t)block;
    size_t ids = HEADER + 4 * (size_t)blocks_of(column->count), room = column->length - ids;
    size_t start = load_u32(entry), end = block + 1 < blocks_of(column->count) ? load_u32(entry + 4) : room;
    if (start > end || end > room) return "a block of ids lies outside its column";
    *at = ids + start;
    *length = end - start;
    return NULL;
}

const char *id_column_get(const struct id_column *column, uint32_t i, char id[512], size_t *id_length)
{
    size_t begin, size;
    uint32_t length = 0, shared, more;
    const char *rule = id_column_block(column, i, &begin, &size);
    if (rule) return rule;
    const uint8_t *at = column->bytes + begin, *end = at + size;
    for (uint32_t passed = 0; passed <= i % ID_BLOCK; passed++) {
        if (!varint_read_u32(&at, end, &shared) || !varint_read_u32(&at, end, &more)) return "an id is cut short";
        if (shared > length) return "an id shares more than there is";
        if (more > ID_LENGTH_MAX - shared) return "an id is too long";
        if (more > (size_t)(end - at)) return "an id is cut short";
        memcpy(id + shared, at, more);
        at += more;
        length = shared + more;
    }
    *id_length = length;
    return NULL;
}
