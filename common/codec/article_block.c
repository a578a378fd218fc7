/* version (1 byte), place of the dictionary (varint), count of records (varint), length of each (varints), then the records in
 * one zlib stream. */
#include "article_block.h"

#include "backfile.h"
#include "bytes.h"
#include "inflate.h"
#include "varint.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

enum {
    ARTICLE_BLOCK_VERSION = 1,
    ARTICLE_BLOCK_LEVEL = 4,        /* the first with lazy matching: on news 2.6 % more bytes than level 6 in half the time */
    DEFLATE_RATIO_MAX = 1032,     /* 258 bytes from two bits, the best that RFC 1951 allows */
    RECORD_OVERHEAD_MAX = 64 << 10, /* of a record over twice its article: a keyword of a byte takes two */
};

void article_block_add(struct article_block_writer *writer, const uint8_t *record, size_t length)
{
    buffer_append(&writer->raw, record, length);
    varint_append(&writer->lengths, length);
    writer->count++;
}

static uInt at_most_int(size_t length) { return length < UINT_MAX ? (uInt)length : UINT_MAX; }

/* Hashing the dictionary takes longer than compressing a block, so that is done once and the state copied for each. */
static bool prepare_stream(struct article_block_writer *writer)
{
    z_stream *stream = calloc(1, sizeof *stream);
    const struct article_dictionary *dictionary = &writer->dictionary;
    if (!stream || deflateInit(stream, writer->level ? writer->level : ARTICLE_BLOCK_LEVEL) != Z_OK) {
        free(stream);
        return false;
    }
    if (dictionary->bytes) {
        /* As level 4 but with half its candidates: with a dictionary there are more of them, and good ones sooner. On news 0.373
         * instead of 0.391 in a little less time; with 16 it is 0.363, in 15 % more. */
        if (!writer->level) deflateTune(stream, 4, 4, 16, 8);
        deflateSetDictionary(stream, dictionary->bytes, (uInt)dictionary->length);
    }
    writer->stream = stream;
    return true;
}

static bool deflate_all(z_stream *prepared, const struct buffer *raw, struct buffer *out)
{
    z_stream stream;
    size_t consumed = 0;
    int status = Z_OK;
    if (deflateCopy(&stream, prepared) != Z_OK) return false;
    while (status == Z_OK) {
        size_t room = 4096 + (raw->length - consumed) / 2;
        uint8_t *place = buffer_reserve(out, room);
        if (!place) break;
        stream.next_in = raw->length ? raw->bytes + consumed : NULL;
        stream.avail_in = at_most_int(raw->length - consumed);
        stream.next_out = place;
        stream.avail_out = at_most_int(room);
        uInt given = stream.avail_in, offered = stream.avail_out;
        status = deflate(&stream, given == raw->length - consumed ? Z_FINISH : Z_NO_FLUSH);
        consumed += given - stream.avail_in;
        out->length += offered - stream.avail_out;
    }
    deflateEnd(&stream);
    return status == Z_STREAM_END;
}

bool article_block_finish(struct article_block_writer *writer, struct buffer *out)
{
    bool done = false;
    if (!writer->raw.failed && !writer->lengths.failed && (writer->stream || prepare_stream(writer))) {
        buffer_append_u8(out, ARTICLE_BLOCK_VERSION);
        varint_append(out, writer->dictionary_place);
        varint_append(out, writer->count);
        buffer_append(out, writer->lengths.bytes, writer->lengths.length);
        done = deflate_all(writer->stream, &writer->raw, out) && !out->failed;
    }
    buffer_clear(&writer->raw);
    buffer_clear(&writer->lengths);
    writer->count = 0;
    return done;
}

void article_block_free(struct article_block_writer *writer)
{
    buffer_free(&writer->raw);
    buffer_free(&writer->lengths);
    writer->count = 0;
    if (writer->stream) deflateEnd(writer->stream);
    free(writer->stream);
    writer->stream = NULL;
}

static const char *read_dictionary(const uint8_t **at, const uint8_t *end, uint64_t *place)
{
    if (*at == end) return "an article block is empty";
    if (*(*at)++ != ARTICLE_BLOCK_VERSION) return "an article block's version is unknown";
    return varint_read(at, end, place) ? NULL : "an article block is cut short";
}

const char *article_block_dictionary(const uint8_t *bytes, size_t length, uint64_t *place)
{
    const uint8_t *at = bytes;
    return read_dictionary(&at, bytes + length, place);
}

const char *article_block_move(const uint8_t *bytes, size_t length, uint64_t place, struct buffer *out)
{
    const uint8_t *at = bytes, *end = bytes + length;
    uint64_t before;
    const char *rule = read_dictionary(&at, end, &before);
    if (rule) return rule;
    buffer_append_u8(out, ARTICLE_BLOCK_VERSION);
    varint_append(out, place);
    buffer_append(out, at, (size_t)(end - at));
    return NULL;
}

static const char *read_count(const uint8_t **at, const uint8_t *end, uint32_t *count)
{
    uint64_t place;
    const char *rule = read_dictionary(at, end, &place);
    if (rule) return rule;
    if (!varint_read_u32(at, end, count)) return "an article block is cut short";
    if (*count == 0 || *count > (size_t)(end - *at)) return "an article block can't have so many records";
    return NULL;
}

const char *article_block_count(const uint8_t *bytes, size_t length, uint32_t *count)
{
    const uint8_t *at = bytes;
    return read_count(&at, bytes + length, count);
}

/* Steps over the lengths; *at is then where the stream begins. */
static const char *find_record(const uint8_t **at, const uint8_t *end, uint32_t i, uint32_t *count, uint64_t *before,
                               uint64_t *wanted)
{
    uint64_t here;
    const char *rule = read_count(at, end, count);
    if (rule) return rule;
    if (i >= *count) return "an article block has fewer records";
    *before = *wanted = 0;
    for (uint32_t record = 0; record < *count; record++) {
        if (!varint_read(at, end, &here)) return "an article block is cut short";
        if (here > 2 * BF_ARTICLE_MAX + RECORD_OVERHEAD_MAX) return "an article block has a record longer than any article";
        if (record < i) *before += here;
        if (record == i) *wanted = here;
    }
    /* A stream can't inflate to more than so much; saying so first keeps a false length from costing time or memory. */
    if (*before + *wanted > (uint64_t)(end - *at) * DEFLATE_RATIO_MAX)
        return "an article block claims more than it can inflate to";
    return NULL;
}

const char *article_block_find(const uint8_t *bytes, size_t length, uint32_t i, size_t *offset, size_t *record_length)
{
    const uint8_t *at = bytes;
    uint32_t count;
    uint64_t before, wanted;
    const char *rule = find_record(&at, bytes + length, i, &count, &before, &wanted);
    if (rule) return rule;
    *offset = (size_t)before;
    *record_length = (size_t)wanted;
    return NULL;
}

const char *article_block_read(const uint8_t *bytes, size_t length, const struct article_dictionary *dictionary, uint32_t i,
                               struct buffer *raw, size_t *offset, size_t *record_length)
{
    const uint8_t *at = bytes, *end = bytes + length;
    uint32_t count;
    uint64_t before, wanted;
    const char *rule = find_record(&at, end, i, &count, &before, &wanted);
    if (rule) return rule;
    *offset = (size_t)before;
    *record_length = (size_t)wanted;
    return inflate_first(at, (size_t)(end - at), dictionary, (size_t)(before + wanted), i + 1 == count, raw);
}

const char *article_block_begin(const uint8_t *bytes, size_t length, struct article_block_head *head)
{
    const uint8_t *at = bytes, *end = bytes + length;
    uint64_t before, last;
    uint32_t count;
    const char *rule = read_count(&at, end, &count);
    if (rule) return rule;
    at = bytes;
    rule = find_record(&at, end, count - 1, &count, &before, &last);
    if (rule) return rule;
    /* RFC 1950: method and window, flags that make both a multiple of 31, and the dictionary's Adler-32 if bit 5 says so. */
    if (end - at < 2 || (at[0] & 15) != 8 || (at[0] * 256 + at[1]) % 31 != 0 || (at[1] & 32 && end - at < 6))
        return "an article block does not inflate";
    *head = (struct article_block_head){count, (size_t)(at - bytes), (size_t)(before + last), (at[1] & 32) != 0,
                                        at[1] & 32 ? __builtin_bswap32(load_u32(at + 2)) : 0};
    return NULL;
}

const char *article_block_read_all(const uint8_t *bytes, size_t length, const struct article_block_head *head,
                                   const struct article_dictionary *dictionary, struct buffer *raw, size_t *taken)
{
    const char *rule = inflate_whole(bytes + head->stream, length - head->stream, dictionary, head->total, raw, taken);
    *taken += head->stream;
    return rule;
}
