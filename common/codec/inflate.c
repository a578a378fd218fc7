/*
 * One table look-up decodes a symbol. The low bits of the stream index a root table; a code longer than the root's bits leads on
 * to a second table for the codes that begin like it (as in zlib and libdeflate, whose entries this resembles).
 */
#include "inflate.h"

#include "bytes.h"
#include "status.h"

#include <limits.h>
#include <zlib.h>

enum {
    CODE_LENGTH_MAX = 15,
    LITERAL_ROOT = 10,
    DISTANCE_ROOT = 8,
    LENGTHS_ROOT = 7,
    /* Root and second tables of any complete code, by zlib's examples/enough.c: 1334 of 288 symbols, 402 of 32. */
    LITERAL_ROOM = 1334,
    DISTANCE_ROOM = 402,
    LITERAL_COUNT = 288,
    DISTANCE_COUNT = 32,
    LENGTHS_COUNT = 19,
    MATCH_MOST = 258,
    DISTANCE_MOST = 28, /* bits of a distance's code and its extra ones */
    COPY_STEP = 16,
    OUTPUT_SLACK = MATCH_MOST + 3 + COPY_STEP, /* what one turn of the loop may write behind the place it was to reach */
    FIRST_STEP = 64 << 10,
};

/*
 * An entry, from its low bits: 0-7 bits to take from the stream for it (code and extra bits), 8-11 the code's own (in the table
 * it is in), 12-15 what it is, 16-31 a literal, the base of a length or a distance, or where the second table begins. To a second
 * table: bits 8-11 say how many bits index it. 0: no code begins so.
 */
enum entry_kind {
    ENTRY_NONE = 0,
    ENTRY_LITERAL = 1 << 12,
    ENTRY_BASE = 2 << 12,
    ENTRY_SECOND = 4 << 12,
    ENTRY_END = 8 << 12,
};

static const uint16_t length_bases[29] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                          31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
static const uint8_t length_extra[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};

struct bit_input {
    const uint8_t *at, *end;
    uint64_t bits;
    unsigned count, missing; /* bits that are loaded; zero bytes among them that stand behind the end */
};

struct inflation {
    struct bit_input in;
    const uint8_t *before; /* the end of the dictionary, */
    size_t before_length;  /* and how long it is */
    bool is_last;
    enum { PART_HEADER, PART_STORED, PART_CODED, PART_DONE } part; /* of a deflate block */
    size_t stored_left;
    uint32_t literals[LITERAL_ROOM], distances[DISTANCE_ROOM];
};

static const char cut_short[] = "an article block does not inflate: it is cut short";

/* At least 56 bits. */
static inline void load_bits(struct bit_input *in)
{
    if (in->end - in->at >= 8) {
        in->bits |= load_u64(in->at) << in->count;
        in->at += (63 - in->count) >> 3;
        in->count |= 56;
        return;
    }
    for (; in->count <= 56; in->count += 8) {
        if (in->at < in->end) in->bits |= (uint64_t)*in->at++ << in->count;
        else in->missing++;
    }
}

static inline uint32_t peek_bits(const struct bit_input *in, unsigned count)
{
    return (uint32_t)(in->bits & ((UINT64_C(1) << count) - 1));
}

static inline void drop_bits(struct bit_input *in, unsigned count)
{
    in->bits >>= count;
    in->count -= count;
}

static inline uint32_t take_bits(struct bit_input *in, unsigned count)
{
    uint32_t taken = peek_bits(in, count);
    drop_bits(in, count);
    return taken;
}

/* Whether bits were taken that are not there. */
static bool is_overdrawn(const struct bit_input *in) { return in->missing * 8 > in->count; }

/* Gives whole bytes back and drops the rest of the one that is begun. */
static void align_bits(struct bit_input *in)
{
    in->at -= in->count / 8 - in->missing;
    in->bits = in->count = in->missing = 0;
}

static uint32_t reverse(uint32_t code, unsigned length)
{
    code = (code & 0x5555) << 1 | (code >> 1 & 0x5555);
    code = (code & 0x3333) << 2 | (code >> 2 & 0x3333);
    code = (code & 0x0f0f) << 4 | (code >> 4 & 0x0f0f);
    code = (code & 0x00ff) << 8 | code >> 8;
    return code >> (16 - length);
}

static void fill(uint32_t *table, uint32_t room, uint32_t first, unsigned length, uint32_t entry)
{
    for (uint32_t i = first; i < room; i += UINT32_C(1) << length) table[i] = entry;
}

/* The table of a canonical code (RFC 1951, 3.2.2). `values`: an entry's upper bits and extra bits for each symbol. */
static bool make_table(const uint8_t *lengths, unsigned count, const uint32_t *values, unsigned root, uint32_t *table,
                       unsigned table_room)
{
    unsigned counts[CODE_LENGTH_MAX + 1] = {0}, most = CODE_LENGTH_MAX, used = 1U << root;
    uint32_t next[CODE_LENGTH_MAX + 2] = {0}, second = 0, prefix = UINT32_MAX;
    uint16_t sorted[LITERAL_COUNT], starts[CODE_LENGTH_MAX + 2] = {0};
    int left = 1;
    for (unsigned i = 0; i < count; i++) counts[lengths[i]]++;
    counts[0] = 0;
    while (most > 0 && counts[most] == 0) most--;
    for (unsigned length = 1; length <= CODE_LENGTH_MAX; length++) {
        left = left * 2 - (int)counts[length];
        if (left < 0) return false; /* more codes than there can be */
        next[length + 1] = (next[length] + counts[length]) << 1;
        starts[length + 1] = (uint16_t)(starts[length] + counts[length]);
    }
    if (left > 0 && most > 1) return false; /* bits that are no code: only allowed where there is one symbol or none */
    for (unsigned i = 0; i < used; i++) table[i] = ENTRY_NONE;
    for (unsigned i = 0; i < count; i++)
        if (lengths[i]) sorted[starts[lengths[i]]++] = (uint16_t)i;
    for (unsigned i = 0, all = starts[CODE_LENGTH_MAX]; i < all; i++) { /* short codes first */
        unsigned length = lengths[sorted[i]], second_bits;
        uint32_t code = reverse(next[length]++, length), value = values[sorted[i]];
        if (length <= root) {
            fill(table, 1U << root, code, length, value + length * 0x101);
            continue;
        }
        if ((code & ((1U << root) - 1)) != prefix) { /* as many bits as the codes that begin so need */
            prefix = code & ((1U << root) - 1);
            second_bits = length - root;
            for (int room = 1 << second_bits; second_bits + root < most; second_bits++, room *= 2) {
                unsigned have = counts[second_bits + root];
                if (second_bits + root == length) have -= (unsigned)(i - (starts[length] - counts[length]));
                room -= (int)have;
                if (room <= 0) break;
            }
            second = used;
            used += 1U << second_bits;
            if (used > table_room) return false;
            for (unsigned j = second; j < used; j++) table[j] = ENTRY_NONE;
            table[prefix] = second << 16 | ENTRY_SECOND | second_bits << 8 | root;
        }
        second_bits = table[prefix] >> 8 & 15;
        fill(table + second, 1U << second_bits, code >> root, length - root, value + (length - root) * 0x101);
    }
    return true;
}

static bool make_literals(struct inflation *s, const uint8_t *lengths, unsigned count)
{
    uint32_t values[LITERAL_COUNT];
    for (unsigned i = 0; i < count; i++) {
        if (i < 256) values[i] = i << 16 | ENTRY_LITERAL;
        else if (i == 256) values[i] = ENTRY_END;
        else if (i < 286) values[i] = (uint32_t)length_bases[i - 257] << 16 | ENTRY_BASE | length_extra[i - 257];
        else values[i] = ENTRY_NONE; /* of the fixed code, never used */
    }
    return make_table(lengths, count, values, LITERAL_ROOT, s->literals, LITERAL_ROOM);
}

static bool make_distances(struct inflation *s, const uint8_t *lengths, unsigned count)
{
    uint32_t values[DISTANCE_COUNT];
    for (unsigned i = 0; i < count; i++) {
        unsigned extra = i < 2 ? 0 : i / 2 - 1;
        if (i >= 30) values[i] = ENTRY_NONE;
        else values[i] = (i < 2 ? i + 1 : ((2 + (i & 1)) << extra) + 1) << 16 | ENTRY_BASE | extra;
    }
    return make_table(lengths, count, values, DISTANCE_ROOT, s->distances, DISTANCE_ROOM);
}

static const char *read_codes(struct inflation *s)
{
    static const uint8_t order[LENGTHS_COUNT] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    static const char rule[] = "an article block does not inflate: it has an impossible code";
    uint32_t table[1 << LENGTHS_ROOT], values[LENGTHS_COUNT];
    uint8_t lengths[LITERAL_COUNT + DISTANCE_COUNT + 138] = {0}, code_lengths[LENGTHS_COUNT] = {0};
    load_bits(&s->in);
    unsigned literals = take_bits(&s->in, 5) + 257, distances = take_bits(&s->in, 5) + 1, codes = take_bits(&s->in, 4) + 4;
    unsigned count = 0;
    if (literals > 286 || distances > 30) return rule;
    for (unsigned i = 0; i < codes; i++) {
        if (i == 14) load_bits(&s->in);
        code_lengths[order[i]] = (uint8_t)take_bits(&s->in, 3);
    }
    for (unsigned i = 0; i < LENGTHS_COUNT; i++) values[i] = i << 16 | ENTRY_LITERAL;
    if (!make_table(code_lengths, LENGTHS_COUNT, values, LENGTHS_ROOT, table, 1 << LENGTHS_ROOT)) return rule;
    while (count < literals + distances) {
        load_bits(&s->in);
        uint32_t entry = table[peek_bits(&s->in, LENGTHS_ROOT)];
        if (!(entry & ENTRY_LITERAL)) return rule;
        drop_bits(&s->in, entry & 255);
        uint32_t symbol = entry >> 16, repeat = 1;
        uint8_t length = symbol < 16 ? (uint8_t)symbol : 0;
        if (symbol == 16) {
            if (count == 0) return rule;
            length = lengths[count - 1];
            repeat = 3 + take_bits(&s->in, 2);
        } else if (symbol > 16) {
            repeat = symbol == 17 ? 3 + take_bits(&s->in, 3) : 11 + take_bits(&s->in, 7);
        }
        if (repeat > literals + distances - count) return rule;
        while (repeat--) lengths[count++] = length;
    }
    if (lengths[256] == 0) return rule; /* it could not end */
    return make_literals(s, lengths, literals) && make_distances(s, lengths + literals, distances) ? NULL : rule;
}

static const char *fixed_codes(struct inflation *s)
{
    uint8_t lengths[LITERAL_COUNT], distances[DISTANCE_COUNT];
    for (unsigned i = 0; i < LITERAL_COUNT; i++) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    for (unsigned i = 0; i < DISTANCE_COUNT; i++) distances[i] = 5;
    return make_literals(s, lengths, LITERAL_COUNT) && make_distances(s, distances, DISTANCE_COUNT) ? NULL
           : "an article block does not inflate: the fixed code is not one";
}

static const char *begin_block(struct inflation *s)
{
    if (s->is_last) {
        s->part = PART_DONE;
        return NULL;
    }
    load_bits(&s->in);
    s->is_last = take_bits(&s->in, 1);
    s->part = PART_CODED;
    switch (take_bits(&s->in, 2)) {
    case 0: break;
    case 1: return fixed_codes(s);
    case 2: return read_codes(s);
    default: return "an article block does not inflate: it has a part of an unknown kind";
    }
    drop_bits(&s->in, s->in.count & 7);
    load_bits(&s->in);
    uint32_t length = take_bits(&s->in, 16), complement = take_bits(&s->in, 16);
    if (is_overdrawn(&s->in)) return cut_short;
    if (length != (complement ^ 0xffff)) return "an article block does not inflate: a stored part has a false length";
    align_bits(&s->in);
    s->stored_left = length;
    s->part = PART_STORED;
    return NULL;
}

/* From `distance` bytes before, which may overlap; may write COPY_STEP bytes too many. */
static inline void copy_match(uint8_t *out, size_t distance, size_t length)
{
    const uint8_t *from = out - distance;
    if (distance >= COPY_STEP) { /* most are no longer than a step, and all of them are copied without asking */
        memcpy(out, from, COPY_STEP);
        for (size_t i = COPY_STEP; i < length; i += COPY_STEP) memcpy(out + i, from + i, COPY_STEP);
    } else {
        for (size_t i = 0; i < length; i++) out[i] = from[i];
    }
}

/* A match that begins `back` bytes before the output, in the dictionary. */
static void copy_from_before(const struct inflation *s, uint8_t *out, size_t distance, size_t length, size_t back)
{
    size_t there = length < back ? length : back;
    memcpy(out, s->before - back, there);
    if (length > there) copy_match(out + there, distance, length - there);
}

/* Decodes symbols until *out is at or behind `limit`, or the part ends. OUTPUT_SLACK bytes behind the limit may be written. */
static const char *inflate_coded(struct inflation *s, const uint8_t *first, uint8_t *limit, uint8_t **out)
{
    const uint32_t *literals = s->literals, *distances = s->distances;
    struct bit_input in = s->in; /* kept in registers */
    const char *rule = NULL;
    uint8_t *to = *out;
    load_bits(&in);
    uint32_t entry = literals[peek_bits(&in, LITERAL_ROOT)];
    while (to < limit) {
        for (int more = 2; entry & ENTRY_LITERAL && more; more--) { /* 20 bits at most, which leaves 36 */
            drop_bits(&in, entry & 255);
            *to++ = (uint8_t)(entry >> 16);
            entry = literals[peek_bits(&in, LITERAL_ROOT)];
        }
        if (entry & ENTRY_SECOND) {
            drop_bits(&in, LITERAL_ROOT);
            entry = literals[(entry >> 16) + peek_bits(&in, entry >> 8 & 15)];
        }
        uint32_t length = peek_bits(&in, entry & 255) >> (entry >> 8 & 15);
        drop_bits(&in, entry & 255);
        if (entry & ENTRY_LITERAL) {
            *to++ = (uint8_t)(entry >> 16);
            load_bits(&in);
            entry = literals[peek_bits(&in, LITERAL_ROOT)];
            continue;
        }
        if (!(entry & ENTRY_BASE)) {
            if (!(entry & ENTRY_END)) rule = "an article block does not inflate: it has bits that are no code";
            s->part = PART_HEADER;
            break;
        }
        length += entry >> 16;
        if (in.count < DISTANCE_MOST) load_bits(&in);
        entry = distances[peek_bits(&in, DISTANCE_ROOT)];
        if (entry & ENTRY_SECOND) {
            drop_bits(&in, DISTANCE_ROOT);
            entry = distances[(entry >> 16) + peek_bits(&in, entry >> 8 & 15)];
        }
        size_t distance = (entry >> 16) + (peek_bits(&in, entry & 255) >> (entry >> 8 & 15));
        drop_bits(&in, entry & 255);
        if (!(entry & ENTRY_BASE) || distance > (size_t)(to - first) + s->before_length) {
            rule = "an article block does not inflate: it repeats what is not before it";
            break;
        }
        load_bits(&in); /* the next symbol is looked up while this one is copied */
        entry = literals[peek_bits(&in, LITERAL_ROOT)];
        if (distance <= (size_t)(to - first)) copy_match(to, distance, length);
        else copy_from_before(s, to, distance, length, distance - (size_t)(to - first));
        to += length;
    }
    s->in = in;
    *out = to;
    return rule ? rule : is_overdrawn(&in) ? cut_short : NULL;
}

static const char *inflate_stored(struct inflation *s, uint8_t *limit, uint8_t **out)
{
    size_t count = s->stored_left < (size_t)(limit - *out) ? s->stored_left : (size_t)(limit - *out);
    if (count > (size_t)(s->in.end - s->in.at)) return cut_short;
    if (count) memcpy(*out, s->in.at, count);
    *out += count;
    s->in.at += count;
    s->stored_left -= count;
    if (s->stored_left == 0) s->part = PART_HEADER;
    return NULL;
}

/* Until there are `target` bytes, or the stream ends. */
static const char *inflate_until(struct inflation *s, size_t target, struct buffer *raw)
{
    const char *rule = NULL;
    uint8_t *out = buffer_reserve(raw, target - raw->length + OUTPUT_SLACK);
    if (!out) return memory_rule;
    while (!rule && s->part != PART_DONE && (out < raw->bytes + target || (s->part == PART_HEADER && s->is_last))) {
        if (s->part == PART_HEADER) rule = begin_block(s);
        else if (s->part == PART_STORED) rule = inflate_stored(s, raw->bytes + target, &out);
        else rule = inflate_coded(s, raw->bytes, raw->bytes + target, &out);
    }
    raw->length = (size_t)(out - raw->bytes);
    return rule;
}

/* The Adler-32 behind the stream, which must be the last of the bytes. */
static const char *verify_end(struct inflation *s, const struct buffer *raw)
{
    align_bits(&s->in);
    if (s->in.end - s->in.at < 4) return cut_short;
    if (s->in.end - s->in.at > 4) return "an article block has bytes behind its stream";
    return load_u32_be(s->in.at) == adler32_z(1, raw->bytes, raw->length) ? NULL : "an article block does not have its checksum";
}

/* The head of the stream (RFC 1950, 2.2). */
static const char *begin_stream(struct inflation *s, const uint8_t *bytes, size_t length,
                                const struct article_dictionary *dictionary)
{
    enum { HEAD = 2, HAS_DICTIONARY = 32, DICTIONARY_ID = 4 };
    if (length < HEAD + DICTIONARY_ID) return cut_short;
    unsigned method = bytes[0], flags = bytes[1];
    if ((method & 15) != Z_DEFLATED || method >> 4 > 7 || (method << 8 | flags) % 31 != 0)
        return "an article block does not inflate: it is no zlib stream";
    if (!(flags & HAS_DICTIONARY) != !dictionary || (dictionary && load_u32_be(bytes + HEAD) != dictionary->id))
        return "an article block does not inflate: it wants another dictionary";
    s->before = dictionary ? dictionary->bytes + dictionary->length : NULL;
    s->before_length = dictionary ? dictionary->length : 0;
    s->in = (struct bit_input){.at = bytes + HEAD + (dictionary ? DICTIONARY_ID : 0), .end = bytes + length};
    s->is_last = false;
    s->part = PART_HEADER;
    return NULL;
}

const char *inflate_first(const uint8_t *bytes, size_t length, const struct article_dictionary *dictionary, size_t wanted,
                          bool whole, struct buffer *raw)
{
    struct inflation s;
    buffer_clear(raw);
    const char *rule = begin_stream(&s, bytes, length, dictionary);
    if (rule) return rule;
    /* even if nothing is wanted, raw->bytes can be pointed into */
    if (!buffer_reserve(raw, 1)) return memory_rule;
    while (!rule && s.part != PART_DONE && raw->length < wanted) {
        size_t left = wanted - raw->length, step = raw->length + FIRST_STEP;
        rule = inflate_until(&s, raw->length + (left < step ? left : step), raw);
    }
    if (!rule && whole && s.part != PART_DONE) rule = inflate_until(&s, wanted + 1, raw);
    if (!rule && raw->length < wanted) rule = "an article block inflates to less than its records";
    if (!rule && whole && (s.part != PART_DONE || raw->length > wanted))
        rule = "an article block inflates to more than its records";
    if (!rule && whole) rule = verify_end(&s, raw);
    if (!rule) raw->length = wanted;
    return rule;
}
