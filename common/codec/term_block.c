/*
 * version (1 byte), count of entries (u16), checksum of everything but itself (u32), where each group but the first begins (u16,
 * from the block's beginning), then the groups, each of GROUP entries, the last maybe of fewer. A group:
 *
 *   offset    varint: where the group's first posting list is, or would be; of the groups after the first, less that of the first
 *   entries
 *
 * An entry:
 *
 *   lengths   high half: bytes shared with the term before, 0 in the first of a group; low half: bytes that follow less one; 15
 * in
 *             a half: a byte with what is to be added to 15 comes after, the shared one first
 *   suffix    the bytes that follow
 *
 * and, of a list that is inline,
 *
 *   head      varint: (cf - df) * 8 + (df - 1) * 2 + 1
 *   inline    length (1 byte), the list
 *
 * of others, which lie one behind the other,
 *
 *   head      varint: df * 2
 *   cf        varint: cf - df
 *   length    varint: of the list in bytes
 */
#include "term_block.h"

#include "bytes.h"
#include "checksum.h"
#include "inline_list.h"
#include "varint.h"

enum { TERM_BLOCK_VERSION = 1, HEADER = 7, COUNT_AT = 1, CHECKSUM_AT = 3, HALF = 15, GROUP = 16 };

_Static_assert(INLINE_POSTINGS_MAX == 4, "two bits of an entry's head hold the df of an inline list");

static uint32_t shared_prefix(const uint8_t *a, uint32_t a_length, const uint8_t *b, uint32_t b_length)
{
    uint32_t length = a_length < b_length ? a_length : b_length, shared = 0;
    while (shared < length && a[shared] == b[shared]) shared++;
    return shared;
}

/* ---- Writing ---- */

static size_t entry_encode(uint8_t *coded, const uint8_t *term, uint32_t term_length, uint32_t shared,
                           const struct term_entry *entry)
{
    uint8_t *at = coded;
    uint32_t suffix = term_length - shared - 1;
    *at++ = (uint8_t)((shared < HALF ? shared : HALF) << 4 | (suffix < HALF ? suffix : HALF));
    if (shared >= HALF) *at++ = (uint8_t)(shared - HALF);
    if (suffix >= HALF) *at++ = (uint8_t)(suffix - HALF);
    memcpy(at, term + shared, suffix + 1);
    at += suffix + 1;
    if (entry->postings_length == 0) {
        at += varint_write(at, (entry->cf - entry->df) << 3 | (entry->df - 1) << 1 | 1);
        *at++ = (uint8_t)entry->inline_length;
        memcpy(at, entry->inline_bytes, entry->inline_length);
        at += entry->inline_length;
    } else {
        at += varint_write(at, (uint64_t)entry->df << 1);
        at += varint_write(at, entry->cf - entry->df);
        at += varint_write(at, entry->postings_length);
    }
    return (size_t)(at - coded);
}

bool term_block_add(struct term_block_writer *writer, const uint8_t *term, uint32_t term_length, const struct term_entry *entry)
{
    uint8_t coded[VARINT_MAX + 3 + DICTIONARY_TERM_MAX + 3 * VARINT_MAX + TERM_INLINE_MAX];
    bool has_list = entry->postings_length > 0, begins = writer->count % GROUP == 0;
    if (has_list && entry->postings_offset != writer->next_offset) {
        if (writer->count) return false;
        writer->next_offset = entry->postings_offset;
    }
    if (!writer->count) writer->base = writer->next_offset;
    size_t length = begins ? varint_write(coded, writer->next_offset - (writer->count ? writer->base : 0)) : 0;
    uint32_t shared = begins ? 0 : shared_prefix(writer->last, writer->last_length, term, term_length);
    length += entry_encode(coded + length, term, term_length, shared, entry);
    size_t room = TERM_BLOCK_MAX - HEADER - (writer->count ? writer->first_length : term_length);
    size_t directory = 2 * (size_t)(writer->count / GROUP); /* with this entry */
    if (writer->count && (writer->bytes.length + length + directory > room)) return false;
    if (!writer->count) {
        buffer_clear(&writer->bytes);
        memcpy(writer->first, term, term_length);
        writer->first_length = term_length;
    }
    if (begins) writer->groups[writer->count / GROUP] = (uint16_t)writer->bytes.length;
    buffer_append(&writer->bytes, coded, length);
    memcpy(writer->last, term, term_length);
    writer->last_length = term_length;
    writer->next_offset += entry->postings_length;
    writer->count++;
    return true;
}

static uint32_t block_checksum(const uint8_t *bytes, size_t length)
{
    return checksum(checksum(0, bytes, CHECKSUM_AT), bytes + HEADER, length - HEADER);
}

/* Bytes before the first group. */
static size_t head_length(uint32_t count) { return HEADER + 2 * (size_t)((count - 1) / GROUP); }

void term_block_finish(struct term_block_writer *writer)
{
    size_t entries = writer->bytes.length, head = writer->count ? head_length(writer->count) : 0;
    if (!writer->count || !buffer_extend(&writer->bytes, head)) return;
    uint8_t *bytes = writer->bytes.bytes;
    memmove(bytes + head, bytes, entries);
    bytes[0] = TERM_BLOCK_VERSION;
    store_u16(bytes + COUNT_AT, (uint16_t)writer->count);
    for (uint32_t group = 1; group <= (writer->count - 1) / GROUP; group++)
        store_u16(bytes + HEADER + 2 * (size_t)(group - 1), (uint16_t)(writer->groups[group] + head));
    store_u32(bytes + CHECKSUM_AT, block_checksum(bytes, writer->bytes.length));
}

void term_block_clear(struct term_block_writer *writer)
{
    buffer_clear(&writer->bytes);
    writer->first_length = writer->last_length = writer->count = 0;
}

void term_block_free(struct term_block_writer *writer)
{
    buffer_free(&writer->bytes);
    term_block_clear(writer);
    writer->next_offset = 0;
}

/* ---- Reading ---- */

/* Reads the two lengths of a term: bytes shared with the one before, and bytes that follow, which are there. */
static inline const char *read_lengths(const uint8_t **at, const uint8_t *end, uint32_t *shared, uint32_t *suffix)
{
    const uint8_t *p = *at;
    if (p == end) return "a term block has fewer entries than it says";
    uint32_t lengths = *p++;
    *shared = lengths >> 4;
    *suffix = (lengths & HALF) + 1;
    if (*shared == HALF) {
        if (p == end) return "a term is cut short";
        *shared += *p++;
    }
    if (*suffix == HALF + 1) {
        if (p == end) return "a term is cut short";
        *suffix += *p++;
    }
    if (*suffix > (size_t)(end - p)) return "a term is cut short";
    *at = p;
    return NULL;
}

/* Reads what follows a term; *offset is where its list is if it has one, and then where the next is. */
static const char *read_counts(const uint8_t **at, const uint8_t *end, uint64_t *offset, struct term_entry *entry)
{
    uint64_t head, more;
    *entry = (struct term_entry){0};
    if (!varint_read(at, end, &head)) return "a term's counts are cut short";
    if (head & 1) {
        entry->df = (uint32_t)(head >> 1 & 3) + 1;
        entry->cf = (head >> 3) + entry->df;
        if (*at == end) return "an inline list is cut short";
        entry->inline_length = *(*at)++;
        if (entry->inline_length > TERM_INLINE_MAX) return "an inline list is too long";
        if (entry->inline_length > (size_t)(end - *at)) return "an inline list is cut short";
        entry->inline_bytes = *at;
        *at += entry->inline_length;
        return NULL;
    }
    if (head >> 1 > UINT32_MAX) return "a term has more postings than there can be";
    if (!varint_read(at, end, &more)) return "a term's counts are cut short";
    if (!varint_read_u32(at, end, &entry->postings_length)) return "a term's list is cut short";
    entry->df = (uint32_t)(head >> 1);
    entry->cf = more + entry->df;
    if (entry->df == 0) return "a term has no postings";
    if (entry->postings_length == 0) return "a term's postings have no bytes";
    entry->postings_offset = *offset;
    *offset += entry->postings_length;
    return NULL;
}

static inline bool varint_skip(const uint8_t **at, const uint8_t *end)
{
    while (*at < end)
        if (*(*at)++ < 0x80) return true;
    return false;
}

/* Passes over what read_counts reads; a false block may be passed over that is refused there. */
static inline const char *skip_counts(const uint8_t **at, const uint8_t *end, uint64_t *offset)
{
    uint32_t length;
    if (*at == end) return "a term's counts are cut short";
    bool is_inline = **at & 1;
    if (!varint_skip(at, end)) return "a term's counts are cut short";
    if (is_inline) {
        if (*at == end || **at >= end - *at) return "an inline list is cut short";
        *at += **at + 1;
        return NULL;
    }
    if (!varint_skip(at, end)) return "a term's counts are cut short";
    if (!varint_read_u32(at, end, &length)) return "a term's list is cut short";
    *offset += length;
    return NULL;
}

static const char *block_begin(struct term_block_reader *reader, const uint8_t *bytes, size_t length)
{
    if (length < HEADER) return "a term block is shorter than its header";
    if (bytes[0] != TERM_BLOCK_VERSION) return "a term block's version is unknown";
    reader->count = load_u16(bytes + COUNT_AT);
    if (reader->count == 0) return "a term block has no entries";
    if (head_length(reader->count) > length) return "a term block is shorter than its directory";
    reader->bytes = bytes;
    reader->at = bytes + head_length(reader->count);
    reader->end = bytes + length;
    reader->index = reader->term_length = 0;
    reader->next_offset = 0;
    return NULL;
}

/* Where a group begins. NULL: outside of the block. */
static inline const uint8_t *group_at(const struct term_block_reader *reader, uint32_t group)
{
    size_t head = head_length(reader->count), length = (size_t)(reader->end - reader->bytes);
    size_t at = group ? load_u16(reader->bytes + HEADER + 2 * (size_t)(group - 1)) : head;
    return at < head || at >= length ? NULL : reader->bytes + at;
}

/* Stands before the first entry of a group and reads where the group's first list is. */
static const char *group_enter(struct term_block_reader *reader, uint32_t group)
{
    uint64_t base = 0, offset;
    const uint8_t *first = group_at(reader, 0);
    reader->at = group_at(reader, group);
    if (!first || !reader->at) return "a group of terms begins outside of its block";
    if (group && !varint_read(&first, reader->end, &base)) return "a group of terms is cut short";
    if (!varint_read(&reader->at, reader->end, &offset)) return "a group of terms is cut short";
    reader->next_offset = base + offset;
    reader->index = group * GROUP;
    return NULL;
}

/* The last group that begins with a term not greater than the one wanted, or the first of all. */
static const char *group_find(const struct term_block_reader *reader, const uint8_t *term, uint32_t term_length, uint32_t *group)
{
    uint32_t low = 0, high = (reader->count + GROUP - 1) / GROUP, shared, suffix;
    while (low + 1 < high) {
        uint32_t middle = low + (high - low) / 2;
        const uint8_t *at = group_at(reader, middle);
        if (!at || !varint_skip(&at, reader->end)) return "a group of terms begins outside of its block";
        const char *rule = read_lengths(&at, reader->end, &shared, &suffix);
        if (rule) return rule;
        int order = memcmp(at, term, suffix < term_length ? suffix : term_length);
        if (order < 0 || (order == 0 && suffix <= term_length)) low = middle;
        else high = middle;
    }
    *group = low;
    return NULL;
}

const char *term_block_find(const uint8_t *bytes, size_t length, const uint8_t *term, uint32_t term_length,
                            struct term_entry *entry, bool *found)
{
    struct term_block_reader reader;
    uint32_t group, shared, suffix, matched = 0;
    *found = false;
    const char *rule = block_begin(&reader, bytes, length);
    if (!rule) rule = group_find(&reader, term, term_length, &group);
    if (!rule) rule = group_enter(&reader, group);
    if (rule) return rule;
    uint32_t end = reader.count - reader.index < GROUP ? reader.count : reader.index + GROUP;
    /* `matched` bytes of the wanted term are those of the entry before, which is less. An entry that shares more with that one is
     * as much less; one that shares fewer is greater, for it rose where that one was still equal; only one that shares just as
     * many has to be compared. */
    for (; reader.index < end; reader.index++) {
        rule = read_lengths(&reader.at, reader.end, &shared, &suffix);
        if (rule) return rule;
        if (shared < matched) return NULL;
        if (shared == matched) {
            uint32_t same = shared_prefix(reader.at, suffix, term + matched, term_length - matched);
            matched += same;
            if (matched == term_length && same == suffix) {
                reader.at += suffix;
                rule = read_counts(&reader.at, reader.end, &reader.next_offset, entry);
                *found = !rule;
                return rule;
            }
            if (matched == term_length || (same < suffix && reader.at[same] > term[matched])) return NULL;
        }
        reader.at += suffix;
        rule = skip_counts(&reader.at, reader.end, &reader.next_offset);
        if (rule) return rule;
    }
    return NULL;
}

const char *term_block_open(const uint8_t *bytes, size_t length, struct term_block_reader *reader)
{
    const char *rule = block_begin(reader, bytes, length);
    if (rule) return rule;
    return load_u32(bytes + CHECKSUM_AT) == block_checksum(bytes, length) ? NULL : "a term block's checksum is wrong";
}

/* Reads the term of the next entry into the reader. */
static const char *read_term(struct term_block_reader *reader, bool whole)
{
    uint32_t shared, suffix;
    const char *rule = read_lengths(&reader->at, reader->end, &shared, &suffix);
    if (rule) return rule;
    if (whole && shared > 0) return "the first term of a group must be whole";
    if (shared > reader->term_length) return "a term shares more than there is";
    if (shared + suffix > DICTIONARY_TERM_MAX) return "a term is too long";
    /* Within a group, the bytes that a term does not share begin with a greater one than that in their place. */
    uint32_t same = whole ? shared_prefix(reader->term, reader->term_length, reader->at, suffix) : shared;
    if (same - shared == suffix || (same < reader->term_length && reader->at[same - shared] <= reader->term[same]))
        return "terms are not in order";
    memcpy(reader->term + shared, reader->at, suffix);
    reader->at += suffix;
    reader->term_length = shared + suffix;
    return NULL;
}

const char *term_block_next(struct term_block_reader *reader, bool *more)
{
    const char *rule = NULL;
    const uint8_t *at = reader->at;
    uint64_t next_offset = reader->next_offset;
    bool begins = reader->index % GROUP == 0;
    *more = false;
    if (reader->index == reader->count) return at == reader->end ? NULL : "a term block has more bytes than entries";
    if (begins) {
        rule = group_enter(reader, reader->index / GROUP);
        if (!rule && reader->index > 0 && (at != group_at(reader, reader->index / GROUP) || next_offset != reader->next_offset))
            rule = "a group of terms must follow the one before";
    }
    if (!rule) rule = read_term(reader, begins);
    if (!rule) rule = read_counts(&reader->at, reader->end, &reader->next_offset, &reader->entry);
    if (rule) return rule;
    reader->index++;
    *more = true;
    return NULL;
}

/* Whether the entry last read is >= the term. */
static bool not_less(const struct term_block_reader *reader, const uint8_t *term, uint32_t term_length)
{
    int order = memcmp(reader->term, term, reader->term_length < term_length ? reader->term_length : term_length);
    return order > 0 || (order == 0 && reader->term_length >= term_length);
}

const char *term_block_seek(struct term_block_reader *reader, const uint8_t *term, uint32_t term_length, bool *more)
{
    uint32_t group;
    *more = true;
    if (reader->term_length > 0 && not_less(reader, term, term_length)) return NULL;
    const char *rule = group_find(reader, term, term_length, &group);
    if (!rule && group * GROUP > reader->index) { /* over groups of lesser terms, to stand before the first of this */
        rule = group_enter(reader, group);
        reader->at = group_at(reader, group);
        reader->term_length = 0;
    }
    while (!rule) {
        rule = term_block_next(reader, more);
        if (!rule && (!*more || not_less(reader, term, term_length))) return NULL;
    }
    *more = false;
    return rule;
}
