/* version (1 byte), place of the dictionary (varint), count of records (varint), length of each (varints; with a dictionary that
 * of its coded text behind it), then the records in one zlib stream. */
#include "article_block.h"

#include "backfile.h"
#include "bytes.h"
#include "inflate.h"
#include "status.h"
#include "varint.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

enum {
    ARTICLE_BLOCK_VERSION = 1,
    ARTICLE_BLOCK_LEVEL = 4,        /* the first with lazy matching: on news 2.6 % more bytes than level 6 in half the time */
    ARTICLE_BLOCK_LEVEL_CODED = 2,  /* words coded there is less to find: level 4 saves 0.5 % of the bytes and takes 20 % longer */
    DEFLATE_RATIO_MAX = 1032,     /* 258 bytes from two bits, the best that RFC 1951 allows */
    RECORD_OVERHEAD_MAX = 64 << 10, /* of a record over twice its article: a keyword of a byte takes two */
};
#define RECORD_MOST (2 * (uint64_t)BF_ARTICLE_MAX + RECORD_OVERHEAD_MAX)

/* Forgets the dictionary, and what was made of it. */
static void article_block_reset(struct article_block_writer *writer)
{
    if (writer->stream) deflateEnd(writer->stream);
    free(writer->stream);
    article_word_table_free(writer->words);
    writer->stream = NULL;
    writer->words = NULL;
    writer->dictionary = (struct article_dictionary){0};
    writer->dictionary_place = 0;
}

bool article_block_use(struct article_block_writer *writer, const struct article_dictionary *dictionary, uint64_t place)
{
    article_block_reset(writer);
    writer->words = article_word_table_make(&dictionary->words);
    if (!writer->words) return false;
    writer->dictionary = *dictionary;
    writer->dictionary_place = place;
    return true;
}

void article_block_add(struct article_block_writer *writer, const uint8_t *record, size_t length)
{
    varint_append(&writer->lengths, length);
    if (writer->words) {
        size_t before = writer->raw.length;
        article_words_encode(writer->words, record, length, &writer->raw);
        varint_append(&writer->lengths, writer->raw.length - before);
    } else {
        buffer_append(&writer->raw, record, length);
    }
    writer->size += length;
    writer->count++;
}

static uInt at_most_int(size_t length) { return length < UINT_MAX ? (uInt)length : UINT_MAX; }

/* Hashing the dictionary takes longer than compressing a block, so that is done once and the state copied for each. */
static bool prepare_stream(struct article_block_writer *writer)
{
    z_stream *stream = calloc(1, sizeof *stream);
    int level = writer->level ? writer->level : writer->words ? ARTICLE_BLOCK_LEVEL_CODED : ARTICLE_BLOCK_LEVEL;
    if (!stream || deflateInit(stream, level) != Z_OK) {
        free(stream);
        return false;
    }
    if (writer->words) deflateSetDictionary(stream, writer->dictionary.bytes, (uInt)writer->dictionary.length);
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
    writer->size = 0;
    writer->count = 0;
    return done;
}

void article_block_free(struct article_block_writer *writer)
{
    buffer_free(&writer->raw);
    buffer_free(&writer->lengths);
    writer->size = 0;
    writer->count = 0;
    article_block_reset(writer);
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

static const char *read_count(const uint8_t **at, const uint8_t *end, uint32_t *count, bool *coded)
{
    uint64_t place;
    const char *rule = read_dictionary(at, end, &place);
    if (rule) return rule;
    *coded = place != 0;
    if (!varint_read_u32(at, end, count)) return "an article block is cut short";
    if (*count == 0 || *count > (size_t)(end - *at)) return "an article block can't have so many records";
    return NULL;
}

const char *article_block_count(const uint8_t *bytes, size_t length, uint32_t *count)
{
    const uint8_t *at = bytes;
    bool coded;
    return read_count(&at, bytes + length, count, &coded);
}

/* Where records are, and how far the stream must be inflated for the one wanted. */
struct record_place {
    uint32_t count;            /* records of the block */
    bool coded;                /* with the dictionary's words */
    uint64_t before, wanted;   /* bytes of the records before it, and of it */
    uint64_t stream;           /* bytes to inflate for all these */
};

/* Steps over the lengths; *at is then where the stream begins. */
static const char *find_record(const uint8_t **at, const uint8_t *end, uint32_t i, struct record_place *place)
{
    *place = (struct record_place){0};
    const char *rule = read_count(at, end, &place->count, &place->coded);
    if (rule) return rule;
    if (i >= place->count) return "an article block has fewer records";
    for (uint32_t record = 0; record < place->count; record++) {
        uint64_t here, coded;
        if (!varint_read(at, end, &here)) return "an article block is cut short";
        if (here > RECORD_MOST) return "an article block has a record longer than any article";
        coded = here;
        if (place->coded && !varint_read(at, end, &coded)) return "an article block is cut short";
        if (coded > 2 * (RECORD_MOST + 1) || here > coded * WORDS_RATIO_MAX)
            return "an article block has words longer than they can be";
        if (record > i) continue;
        place->stream += coded;
        if (record < i) place->before += here;
        else place->wanted = here;
    }
    /* A stream can't inflate to more than so much; saying so first keeps a false length from costing time or memory. */
    if (place->stream > (uint64_t)(end - *at) * DEFLATE_RATIO_MAX) return "an article block claims more than it can inflate to";
    return NULL;
}

const char *article_block_find(const uint8_t *bytes, size_t length, uint32_t i, size_t *offset, size_t *record_length)
{
    const uint8_t *at = bytes;
    struct record_place place;
    const char *rule = find_record(&at, bytes + length, i, &place);
    if (rule) return rule;
    *offset = (size_t)place.before;
    *record_length = (size_t)place.wanted;
    return NULL;
}

/* The records up to the i-th, as they were before they were coded. The block's lengths have been gone through before. */
static const char *decode_records(const uint8_t *bytes, size_t length, const struct article_words *words,
                                  const struct buffer *coded, uint32_t i, struct buffer *raw)
{
    const uint8_t *lengths = bytes, *end = bytes + length, *at = coded->bytes;
    uint32_t count;
    bool is_coded;
    const char *rule = read_count(&lengths, end, &count, &is_coded);
    for (uint32_t record = 0; !rule && record <= i; record++) {
        uint64_t here = 0, size = 0;
        varint_read(&lengths, end, &here);
        varint_read(&lengths, end, &size);
        rule = article_words_decode(words, at, (size_t)size, (size_t)here, raw);
        at += size;
    }
    return rule;
}

const char *article_block_read(const uint8_t *bytes, size_t length, const struct article_dictionary *dictionary, uint32_t i,
                               struct buffer *raw, size_t *offset, size_t *record_length)
{
    const uint8_t *at = bytes, *end = bytes + length;
    struct record_place place;
    struct buffer coded = {0};
    buffer_clear(raw);
    const char *rule = find_record(&at, end, i, &place);
    if (rule) return rule;
    if (place.coded && !dictionary) return "an article block wants a dictionary that it has not";
    *offset = (size_t)place.before;
    *record_length = (size_t)place.wanted;
    bool whole = i + 1 == place.count;
    if (!place.coded) return inflate_first(at, (size_t)(end - at), dictionary, (size_t)place.stream, whole, raw);
    rule = inflate_first(at, (size_t)(end - at), dictionary, (size_t)place.stream, whole, &coded);
    if (!rule && !buffer_reserve(raw, (size_t)(place.before + place.wanted) + 1)) rule = memory_rule;
    if (!rule) rule = decode_records(bytes, length, &dictionary->words, &coded, i, raw);
    buffer_free(&coded);
    return rule;
}

const char *article_block_begin(const uint8_t *bytes, size_t length, struct article_block_head *head)
{
    const uint8_t *at = bytes, *end = bytes + length;
    struct record_place last;
    uint32_t count;
    bool coded;
    const char *rule = read_count(&at, end, &count, &coded);
    if (rule) return rule;
    at = bytes;
    rule = find_record(&at, end, count - 1, &last);
    if (rule) return rule;
    /* RFC 1950: method and window, flags that make both a multiple of 31, and the dictionary's Adler-32 if bit 5 says so. */
    if (end - at < 2 || (at[0] & 15) != 8 || (at[0] * 256 + at[1]) % 31 != 0 || (at[1] & 32 && end - at < 6))
        return "an article block does not inflate";
    if (coded != ((at[1] & 32) != 0)) return "an article block does not want the dictionary it names";
    *head = (struct article_block_head){count, (size_t)(at - bytes), (size_t)last.stream, coded,
                                        coded ? __builtin_bswap32(load_u32(at + 2)) : 0};
    return NULL;
}

const char *article_block_read_all(const uint8_t *bytes, size_t length, const struct article_block_head *head,
                                   const struct article_dictionary *dictionary, struct buffer *raw, size_t *taken)
{
    struct buffer coded = {0}, *inflated = head->wants_dictionary ? &coded : raw;
    buffer_clear(raw);
    const char *rule = inflate_whole(bytes + head->stream, length - head->stream, dictionary, head->total, inflated, taken);
    if (!rule && head->wants_dictionary)
        rule = decode_records(bytes, length, &dictionary->words, &coded, head->count - 1, raw);
    *taken += head->stream;
    buffer_free(&coded);
    return rule;
}
