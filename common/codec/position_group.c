#include "position_group.h"

#include "bytes.h"
#include "length_byte.h"

/* ---- Room ---- */

uint32_t position_room_of(const struct position_room *room, uint8_t length_byte)
{
    uint64_t most = room->beyond;
    if (room->lengths) most += length_byte == UINT8_MAX ? POSITION_MOST : length_byte_decode((uint8_t)(length_byte + 1)) - 1;
    return most > POSITION_MOST ? POSITION_MOST + 1 : most ? (uint32_t)most : 1;
}

/* Rounded up; n is at least 1. */
static uint32_t log2_eighths(uint32_t n)
{
    /* 2^(31 + i / 8), rounded down: a number of 32 bits above it has a logarithm above that. */
    static const uint32_t steps[8] = {0x80000000, 0x8b95c1e3, 0x9837f051, 0xa5fed6a9, 0xb504f333, 0xc5672a11, 0xd744fcca, 0xeac0c6e7};
    uint32_t shift = (uint32_t)__builtin_clz(n), top = n << shift, eighth = 0;
    while (eighth < 8 && top > steps[eighth]) eighth++;
    return 8 * (31 - shift) + eighth;
}

void position_scale_make(const struct position_room *room, struct position_scale *scale)
{
    for (uint32_t byte = 0; byte < 256; byte++)
        scale->eighths[byte] = (uint8_t)log2_eighths(position_room_of(room, (uint8_t)byte));
}

/*
 * Bits of a low part. One position takes all bits of the room. Gaps are on average room / (tf + 1), and 0.69 of the mean, as a power of
 * two, is what Gallager and Van Voorhis prove best; the numbers are 8 log2((tf + 1) / 0.69), less what gave the smallest lists of
 * real articles.
 */
static uint32_t low_width(uint32_t eighths, uint32_t tf)
{
    static const int8_t less[16] = {0, -7, 15, 19, 21, 23, 25, 26, 28, 29, 30, 31, 32, 33, 34, 34};
    int32_t width = (int32_t)eighths;
    for (; tf >= 16; tf /= 2) width -= 8;
    width -= less[tf];
    return width > 0 ? (uint32_t)width / 8 : 0;
}

/* ---- Writing ---- */

static void put_bits(uint8_t *bytes, uint64_t bit, uint32_t value, uint32_t width)
{
    for (uint64_t rest = (uint64_t)value << bit % 8, left = bit % 8 + width, at = bit / 8;; rest >>= 8, left -= 8) {
        bytes[at++] |= (uint8_t)rest;
        if (left <= 8) break;
    }
}

/* Bits of all low parts and of all high parts. */
static void measure(const struct position_postings *postings, const uint32_t *positions, uint64_t *low, uint64_t *high)
{
    *low = *high = 0;
    for (uint32_t i = 0; i < postings->count; i++) {
        uint32_t tf = postings->tfs[i];
        uint32_t width = low_width(position_eighths(postings->scale, postings->length_bytes, postings->docs[i]), tf);
        *low += (uint64_t)tf * width;
        for (uint32_t j = 0, next = 0; j < tf; next = *positions++ + 1, j++)
            if (tf > 1) *high += 1 + ((*positions - next) >> width);
    }
}

void position_group_encode(const struct position_postings *postings, const uint32_t *positions, struct buffer *out)
{
    uint64_t low, high, high_at = 0;
    measure(postings, positions, &low, &high);
    size_t length = (size_t)((low + high + 7) / 8);
    if (low + high > SIZE_MAX / 2) out->failed = true;
    uint8_t *bytes = out->failed ? NULL : buffer_extend(out, length);
    if (!bytes) return;
    memset(bytes, 0, length);
    uint64_t low_at = 8 * (uint64_t)length;
    for (uint32_t i = 0; i < postings->count; i++) {
        uint32_t tf = postings->tfs[i];
        uint32_t width = low_width(position_eighths(postings->scale, postings->length_bytes, postings->docs[i]), tf);
        low_at -= (uint64_t)tf * width;
        for (uint32_t j = 0, next = 0; j < tf; next = *positions++ + 1, j++) {
            uint32_t value = *positions - next;
            if (width) put_bits(bytes, low_at + (uint64_t)j * width, value & ((1U << width) - 1), width);
            if (tf == 1) continue;
            high_at += value >> width;
            put_bits(bytes, high_at++, 1, 1);
        }
    }
}

/* ---- Reading ---- */

uint32_t position_reader_skip(struct position_reader *reader, const struct position_postings *postings, uint32_t doc)
{
    const uint32_t *docs = postings->docs, *tfs = postings->tfs, count = postings->count;
    uint64_t low = reader->low, ones = reader->ones;
    uint32_t i = 0;
    for (; i < count && docs[i] < doc; i++) {
        uint32_t tf = tfs[i];
        low += (uint64_t)tf * low_width(position_eighths(postings->scale, postings->length_bytes, docs[i]), tf);
        ones += tf > 1 ? tf : 0;
    }
    reader->low = low;
    reader->ones = ones;
    return i;
}

/* In byte i: the ones in bytes 0 to i. */
static uint64_t count_bytewise(uint64_t word)
{
    word -= word >> 1 & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
    return ((word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f)) * UINT64_C(0x0101010101010101);
}

/* Passes over reader->ones ones. False: there are fewer. */
static bool pass_ones(struct position_reader *reader)
{
    uint64_t left = reader->ones, at = reader->high;
    reader->ones = 0;
    if (!left) return true;
    uint64_t word = 0, counts = 0;
    for (;; at = (at | 63) + 1) { /* from here to the next multiple of 64 */
        if (at >= reader->bits) return false;
        word = load_u64(reader->bytes + at / 64 * 8) >> at % 64;
        counts = count_bytewise(word);
        if (counts >> 56 >= left) break;
        left -= counts >> 56;
    }
    /* The byte that has the last of them: as many bytes are before it as have counts below `left`. */
    uint32_t skipped = 0;
    while ((counts >> skipped & 255) < left) skipped += 8;
    if (skipped) left -= counts >> (skipped - 8) & 255;
    uint64_t rest = word >> skipped;
    while (--left) rest &= rest - 1;
    reader->high = at + skipped + (uint32_t)__builtin_ctzll(rest) + 1;
    return true;
}

static const char *const cut_short = "a position group is shorter than its positions";

static const char *read_several(struct position_reader *reader, uint32_t width, uint32_t tf, uint32_t enough, uint32_t *positions,
                                uint32_t *count)
{
    if (!pass_ones(reader)) return cut_short;
    const uint8_t *bytes = reader->bytes;
    const uint64_t mask = (UINT64_C(1) << width) - 1;
    uint64_t low = reader->bits - reader->low, at = reader->high, next = 0;
    uint64_t word = load_u64(bytes + at / 8) >> at % 8;
    uint32_t known = 64 - at % 8, done = 0; /* bits of the word that are the group's */
    while (done < tf) {
        uint64_t gap = 0;
        while (!word) { /* so many zeros: go on in the next word */
            gap += known;
            at += known;
            if (at >= reader->bits) return cut_short;
            word = load_u64(bytes + at / 8) >> at % 8;
            known = 64 - at % 8;
        }
        uint32_t zeros = (uint32_t)__builtin_ctzll(word);
        word = word >> zeros >> 1;
        known -= zeros + 1;
        at += zeros + 1;
        next += (gap + zeros) << width | (load_u64(bytes + low / 8) >> low % 8 & mask);
        low += width;
        if (next > POSITION_MOST) return "a position is past 28 bits";
        positions[done++] = (uint32_t)next;
        if (next++ >= enough) break;
    }
    if (at > reader->bits) return cut_short;
    reader->high = at;
    reader->ones = tf - done;
    *count = done;
    return NULL;
}

const char *position_reader_read(struct position_reader *reader, uint32_t eighths, uint32_t tf, uint32_t enough,
                                 uint32_t *positions, uint32_t *count)
{
    uint32_t width = low_width(eighths, tf);
    *count = 0;
    reader->low += (uint64_t)tf * width;
    if (reader->low > reader->bits) return cut_short;
    if (tf > 1) return read_several(reader, width, tf, enough, positions, count);
    uint64_t at = reader->bits - reader->low;
    *positions = (uint32_t)(load_u64(reader->bytes + at / 8) >> at % 8 & ((UINT64_C(1) << width) - 1));
    *count = 1;
    return NULL;
}

const char *position_group_check(const uint8_t *bytes, size_t length, const struct position_postings *postings)
{
    struct position_reader reader;
    position_reader_open(&reader, bytes, length);
    position_reader_skip(&reader, postings, UINT32_MAX);
    if (!pass_ones(&reader) || reader.high + reader.low > reader.bits) return cut_short;
    uint64_t unused = reader.bits - reader.high - reader.low;
    if (unused > 7) return "a position group is longer than its positions";
    if (load_u64(bytes + reader.high / 8) >> reader.high % 8 & ((1U << unused) - 1)) return "bits between the parts must be 0";
    return NULL;
}
