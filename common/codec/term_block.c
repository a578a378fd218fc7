/*
 * version (1 byte), count of entries (u16), checksum of everything but itself (u32), then the entries. An entry:
 *
 *   lengths   high half: bytes shared with the term before, low half: bytes that follow less one; 15 in a half: a byte with
 *             what is to be added to 15 comes after, the shared one first
 *   suffix    the bytes that follow
 *   df        varint
 *   counts    varint: (cf - df) * 2, + 1 for an inline list
 *   inline    length (1 byte), the list; or
 *   postings  varint, zigzag: their offset less the end of the block's last postings before; varint: their length
 */
#include "term_block.h"

#include "bytes.h"
#include "checksum.h"
#include "varint.h"

enum { TERM_BLOCK_VERSION = 1, HEADER = 7, COUNT_AT = 1, CHECKSUM_AT = 3, HALF = 15 };

static uint64_t zigzag(uint64_t difference) { return difference << 1 ^ (0 - (difference >> 63)); }
static uint64_t unzigzag(uint64_t coded) { return coded >> 1 ^ (0 - (coded & 1)); }

static uint32_t shared_prefix(const uint8_t *a, uint32_t a_length, const uint8_t *b, uint32_t b_length)
{
    uint32_t length = a_length < b_length ? a_length : b_length, shared = 0;
    while (shared < length && a[shared] == b[shared]) shared++;
    return shared;
}

bool term_block_add(struct term_block_writer *writer, const uint8_t *term, uint32_t term_length, const struct term_entry *entry)
{
    uint8_t coded[3 + DICTIONARY_TERM_MAX + 5 + VARINT_MAX + 1 + TERM_INLINE_MAX], *at = coded;
    bool is_inline = entry->postings_length == 0;
    uint32_t shared = writer->count ? shared_prefix(writer->last, writer->last_length, term, term_length) : 0;
    uint32_t suffix = term_length - shared - 1;
    *at++ = (uint8_t)((shared < HALF ? shared : HALF) << 4 | (suffix < HALF ? suffix : HALF));
    if (shared >= HALF) *at++ = (uint8_t)(shared - HALF);
    if (suffix >= HALF) *at++ = (uint8_t)(suffix - HALF);
    memcpy(at, term + shared, suffix + 1);
    at += suffix + 1;
    at += varint_write(at, entry->df);
    at += varint_write(at, (entry->cf - entry->df) << 1 | is_inline);
    if (is_inline) {
        *at++ = (uint8_t)entry->inline_length;
        memcpy(at, entry->inline_bytes, entry->inline_length);
        at += entry->inline_length;
    } else {
        at += varint_write(at, zigzag(entry->postings_offset - writer->last_offset));
        at += varint_write(at, entry->postings_length);
    }
    size_t length = (size_t)(at - coded);
    if (writer->count && (writer->bytes.length + length > TERM_BLOCK_MAX || writer->count == UINT16_MAX)) return false;
    if (!writer->count) {
        buffer_clear(&writer->bytes);
        buffer_append_zeros(&writer->bytes, HEADER);
        memcpy(writer->first, term, term_length);
        writer->first_length = term_length;
    }
    buffer_append(&writer->bytes, coded, length);
    memcpy(writer->last, term, term_length);
    writer->last_length = term_length;
    if (!is_inline) writer->last_offset = entry->postings_offset + entry->postings_length;
    writer->count++;
    return true;
}

static uint32_t block_checksum(const uint8_t *bytes, size_t length)
{
    return checksum(checksum(0, bytes, CHECKSUM_AT), bytes + HEADER, length - HEADER);
}

void term_block_finish(struct term_block_writer *writer)
{
    if (writer->bytes.failed || !writer->count) return;
    writer->bytes.bytes[0] = TERM_BLOCK_VERSION;
    store_u16(writer->bytes.bytes + COUNT_AT, (uint16_t)writer->count);
    store_u32(writer->bytes.bytes + CHECKSUM_AT, block_checksum(writer->bytes.bytes, writer->bytes.length));
}

void term_block_clear(struct term_block_writer *writer)
{
    buffer_clear(&writer->bytes);
    writer->first_length = writer->last_length = writer->count = 0;
    writer->last_offset = 0;
}

void term_block_free(struct term_block_writer *writer)
{
    buffer_free(&writer->bytes);
    term_block_clear(writer);
}

const char *term_block_open(const uint8_t *bytes, size_t length, struct term_block_reader *reader)
{
    if (length < HEADER) return "a term block is shorter than its header";
    if (bytes[0] != TERM_BLOCK_VERSION) return "a term block's version is unknown";
    if (load_u32(bytes + CHECKSUM_AT) != block_checksum(bytes, length)) return "a term block's checksum is wrong";
    reader->at = bytes + HEADER;
    reader->end = bytes + length;
    reader->left = load_u16(bytes + COUNT_AT);
    reader->term_length = 0;
    reader->last_offset = 0;
    return NULL;
}

/* Reads the term of the next entry into the reader; *shared says how much of it is the last one's. */
static const char *read_term(struct term_block_reader *reader, uint32_t *shared)
{
    if (reader->at == reader->end) return "a term block has fewer entries than it says";
    uint32_t lengths = *reader->at++, suffix = (lengths & HALF) + 1;
    *shared = lengths >> 4;
    if (*shared == HALF) {
        if (reader->at == reader->end) return "a term is cut short";
        *shared += *reader->at++;
    }
    if (suffix == HALF + 1) {
        if (reader->at == reader->end) return "a term is cut short";
        suffix += *reader->at++;
    }
    if (*shared > reader->term_length) return "a term shares more than there is";
    if (*shared + suffix > DICTIONARY_TERM_MAX) return "a term is too long";
    if (suffix > (size_t)(reader->end - reader->at)) return "a term is cut short";
    if (*shared < reader->term_length && reader->at[0] <= reader->term[*shared]) return "terms are not in order";
    memcpy(reader->term + *shared, reader->at, suffix);
    reader->at += suffix;
    reader->term_length = *shared + suffix;
    return NULL;
}

static const char *read_entry(struct term_block_reader *reader)
{
    struct term_entry *entry = &reader->entry;
    uint64_t counts, difference;
    *entry = (struct term_entry){0};
    if (!varint_read_u32(&reader->at, reader->end, &entry->df) || !varint_read(&reader->at, reader->end, &counts))
        return "a term's counts are cut short";
    entry->cf = (counts >> 1) + entry->df;
    if (entry->df == 0) return "a term has no postings";
    if (counts & 1) {
        if (reader->at == reader->end) return "an inline list is cut short";
        entry->inline_length = *reader->at++;
        if (entry->inline_length > TERM_INLINE_MAX) return "an inline list is too long";
        if (entry->inline_length > (size_t)(reader->end - reader->at)) return "an inline list is cut short";
        entry->inline_bytes = reader->at;
        reader->at += entry->inline_length;
        return NULL;
    }
    if (!varint_read(&reader->at, reader->end, &difference) ||
        !varint_read_u32(&reader->at, reader->end, &entry->postings_length))
        return "a term's place is cut short";
    if (entry->postings_length == 0) return "a term's postings have no bytes";
    entry->postings_offset = reader->last_offset + unzigzag(difference);
    reader->last_offset = entry->postings_offset + entry->postings_length;
    return NULL;
}

static const char *next(struct term_block_reader *reader, uint32_t *shared, bool *more)
{
    *more = false;
    if (!reader->left) return reader->at == reader->end ? NULL : "a term block has more bytes than entries";
    const char *rule = read_term(reader, shared);
    if (!rule) rule = read_entry(reader);
    if (rule) return rule;
    reader->left--;
    *more = true;
    return NULL;
}

const char *term_block_next(struct term_block_reader *reader, bool *more)
{
    uint32_t shared;
    return next(reader, &shared, more);
}

/* Whether the entry last read is >= the term, the first `matched` bytes of both being equal and no more. */
static bool not_less(const struct term_block_reader *reader, const uint8_t *term, uint32_t term_length, uint32_t matched)
{
    return matched == term_length || (matched < reader->term_length && reader->term[matched] > term[matched]);
}

const char *term_block_seek(struct term_block_reader *reader, const uint8_t *term, uint32_t term_length, bool *more)
{
    /* `matched` bytes of the wanted term are those of the entry last read, which is less. An entry that shares more with that
     * one is as much less; one that shares fewer is greater, for it rose where that one was still equal; only one that shares
     * just as many has to be compared. */
    uint32_t matched = shared_prefix(reader->term, reader->term_length, term, term_length), shared;
    if (reader->term_length > 0 && not_less(reader, term, term_length, matched)) {
        *more = true;
        return NULL;
    }
    for (;;) {
        const char *rule = next(reader, &shared, more);
        if (rule || !*more) return rule;
        if (shared > matched) continue;
        if (shared < matched) return NULL;
        matched += shared_prefix(reader->term + matched, reader->term_length - matched, term + matched, term_length - matched);
        if (not_less(reader, term, term_length, matched)) return NULL;
    }
}
