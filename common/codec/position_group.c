#include "position_group.h"

#include "bytes.h"
#include "length_byte.h"
#include "position_measure.h"

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
    static const uint32_t steps[8] = {0x80000000, 0x8b95c1e3, 0x9837f051, 0xa5fed6a9,
                                      0xb504f333, 0xc5672a11, 0xd744fcca, 0xeac0c6e7};
    uint32_t shift = (uint32_t)__builtin_clz(n), top = n << shift, eighth = 0;
    while (eighth < 8 && top > steps[eighth]) eighth++;
    return 8 * (31 - shift) + eighth;
}

void position_scale_make(const struct position_room *room, struct position_scale *scale)
{
    memset(scale->slack, 0, sizeof scale->slack);
    for (uint32_t byte = 0; byte < 256; byte++)
        scale->eighths[byte] = (uint8_t)log2_eighths(position_room_of(room, (uint8_t)byte));
}

static uint32_t width_of(const struct position_postings *postings, uint32_t i)
{
    uint8_t length_byte = postings->length_bytes ? postings->length_bytes[postings->docs[i]] : 0;
    return position_width(postings->scale->eighths[length_byte], postings->tfs[i]);
}

/* ---- Writing ---- */

/* Bits of all low parts and of all high parts. */
static void measure(const struct position_postings *postings, const uint32_t *positions, uint64_t *low, uint64_t *high)
{
    *low = *high = 0;
    for (uint32_t i = 0; i < postings->count; i++) {
        uint32_t tf = postings->tfs[i];
        uint32_t width = width_of(postings, i);
        *low += (uint64_t)tf * width;
        for (uint32_t j = 0, next = 0; j < tf; next = *positions++ + 1, j++)
            if (tf > 1) *high += 1 + ((*positions - next) >> width);
    }
}

/* Sets the ones of the high parts in zeros, from bit 0 on. */
static void put_high(const struct position_postings *postings, const uint32_t *positions, uint8_t *bytes)
{
    uint64_t at = 0;
    for (uint32_t i = 0; i < postings->count; i++) {
        uint32_t tf = postings->tfs[i];
        if (tf == 1) {
            positions++;
            continue;
        }
        uint32_t width = width_of(postings, i);
        for (uint32_t j = 0, next = 0; j < tf; next = *positions++ + 1, j++, at++) {
            at += (*positions - next) >> width;
            bytes[at / 8] |= (uint8_t)(1U << at % 8);
        }
    }
}

/* Puts the low parts from bit `at` on, up to where all end: those of the last posting come first. */
static void put_low(const struct position_postings *postings, const uint32_t *positions_end, uint8_t *bytes, uint64_t at)
{
    uint8_t *to = bytes + at / 8;
    uint32_t filled = at % 8; /* bits of `word`, fewer than 32 but inside the loop */
    uint64_t word = filled ? *to : 0;
    for (uint32_t i = postings->count; i-- > 0;) {
        uint32_t tf = postings->tfs[i], width = width_of(postings, i);
        positions_end -= tf;
        for (uint32_t j = 0, next = 0; j < tf; next = positions_end[j++] + 1) {
            word |= ((positions_end[j] - next) & ((UINT64_C(1) << width) - 1)) << filled;
            filled += width;
            if (filled < 32) continue;
            store_u32(to, (uint32_t)word);
            to += 4;
            word >>= 32;
            filled -= 32;
        }
    }
    for (; filled > 0; filled -= filled < 8 ? filled : 8, word >>= 8) *to++ = (uint8_t)word;
}

void position_group_encode(const struct position_postings *postings, const uint32_t *positions, struct buffer *out)
{
    uint64_t low, high, count = 0;
    measure(postings, positions, &low, &high);
    size_t length = (size_t)((low + high + 7) / 8);
    if (low + high > SIZE_MAX / 2) out->failed = true;
    uint8_t *bytes = out->failed ? NULL : buffer_extend(out, length);
    if (!bytes) return;
    memset(bytes, 0, length);
    if (high) put_high(postings, positions, bytes);
    for (uint32_t i = 0; i < postings->count; i++) count += postings->tfs[i];
    if (low) put_low(postings, positions + count, bytes, 8 * (uint64_t)length - low);
}

/* ---- Reading ---- */

void position_place_add(struct position_place *place, const struct position_postings *postings)
{
    for (uint32_t i = 0; i < postings->count; i++) {
        uint32_t tf = postings->tfs[i];
        place->low += (uint64_t)tf * width_of(postings, i);
        place->high += tf > 1 ? tf : 0;
    }
}

/* In byte i: the ones in bytes 0 to i. */
static uint64_t count_bytewise(uint64_t word)
{
    word -= word >> 1 & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
    return ((word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f)) * UINT64_C(0x0101010101010101);
}

/* Shifts a one into place for each byte that is at least n; bytes and n are below 128. */
static uint64_t bytes_at_least(uint64_t bytes, uint64_t n)
{
    return ((bytes | UINT64_C(0x8080808080808080)) - n * UINT64_C(0x0101010101010101)) & UINT64_C(0x8080808080808080);
}

/* Where the n-th one is, from 1, of a word of which `counts` is known: without a branch, since none could be foretold (Vigna:
 * Broadword implementation of rank/select queries, 2008). */
static uint32_t select_one(uint64_t word, uint64_t counts, uint64_t n)
{
    uint32_t byte = (uint32_t)__builtin_ctzll(bytes_at_least(counts, n)) - 7; /* its first bit */
    n -= counts << 8 >> byte & 255;
    uint64_t spread = (word >> byte & 255) * UINT64_C(0x0101010101010101) & UINT64_C(0x8040201008040201); /* a bit a byte */
    uint64_t ones = (spread + UINT64_C(0x7f7f7f7f7f7f7f7f)) >> 7 & UINT64_C(0x0101010101010101);
    return byte + (uint32_t)__builtin_ctzll(bytes_at_least(ones * UINT64_C(0x0101010101010101), n)) / 8;
}

/* Moves behind so many high parts. False: there are fewer. */
static bool pass_high(struct position_reader *reader, uint64_t wanted)
{
    if (wanted < reader->passed) reader->at = reader->passed = 0;
    uint64_t left = wanted - reader->passed, at = reader->at;
    reader->passed = wanted;
    if (!left) return true;
    uint64_t word = 0, counts = 0;
    for (;; at = (at | 63) + 1) { /* from here to the next multiple of 64 */
        if (at >= reader->bits) {
            reader->at = reader->passed = 0;
            return false;
        }
        word = load_u64(reader->bytes + at / 64 * 8) >> at % 64;
        counts = count_bytewise(word);
        if (counts >> 56 >= left) break;
        left -= counts >> 56;
    }
    reader->at = at + select_one(word, counts, (uint32_t)left) + 1;
    return true;
}

static const char *const cut_short = "a position group is shorter than its positions";

/* `low`: the bit with which the posting's low parts begin. */
static const char *read_several(struct position_reader *reader, uint64_t low, uint32_t width, uint32_t tf, uint32_t enough,
                                uint32_t *positions, uint32_t *count)
{
    const uint8_t *bytes = reader->bytes;
    const uint64_t mask = (UINT64_C(1) << width) - 1;
    uint64_t at = reader->at, next = 0; /* the word's first bit */
    uint64_t word = load_u64(bytes + at / 8) >> at % 8;
    uint32_t left = 64 - (uint32_t)(at % 8), done = 0; /* bits of the word that are the group's and not passed */
    at += left; /* from here on, the bit behind the word */
    do {
        while (!word) { /* so many zeros: go on in the next word */
            next += (uint64_t)left << width;
            if (at >= reader->bits) return cut_short;
            word = load_u64(bytes + at / 8) >> at % 8;
            left = 64 - (uint32_t)(at % 8);
            at += left;
        }
        uint32_t zeros = (uint32_t)__builtin_ctzll(word);
        word = word >> zeros >> 1;
        left -= zeros + 1;
        next += (uint64_t)zeros << width | (load_u64(bytes + low / 8) >> low % 8 & mask);
        low += width;
        positions[done++] = (uint32_t)next;
    } while (next++ < enough && done < tf);
    if (at - left > reader->bits) return cut_short;
    if (next > POSITION_MOST + 1) return "a position is past 28 bits";
    reader->at = at - left;
    reader->passed += done;
    *count = done;
    return NULL;
}

const char *position_reader_read(struct position_reader *reader, struct position_place place, uint32_t eighths, uint32_t tf,
                                 uint32_t enough, uint32_t *positions, uint32_t *count)
{
    return position_reader_read_wide(reader, place.low, place.high, position_width(eighths, tf), tf, enough, positions, count);
}

const char *position_reader_read_wide(struct position_reader *reader, uint64_t before_low, uint64_t before_high, uint32_t width,
                                      uint32_t tf, uint32_t enough, uint32_t *positions, uint32_t *count)
{
    uint64_t end = before_low + (uint64_t)tf * width;
    *count = 0;
    if (end > reader->bits) return cut_short;
    uint64_t low = reader->bits - end;
    if (tf > 1) {
        __builtin_prefetch(reader->bytes + low / 8); /* while high parts are passed */
        if (!pass_high(reader, before_high)) return cut_short;
        return read_several(reader, low, width, tf, enough, positions, count);
    }
    *positions = (uint32_t)(load_u64(reader->bytes + low / 8) >> low % 8 & ((UINT64_C(1) << width) - 1));
    *count = 1;
    return NULL;
}

const char *position_group_check(const uint8_t *bytes, size_t length, const struct position_postings *postings)
{
    struct position_reader reader;
    struct position_place end = {0};
    position_reader_open(&reader, bytes, length);
    position_place_add(&end, postings);
    if (!pass_high(&reader, end.high) || reader.at + end.low > reader.bits) return cut_short;
    uint64_t unused = reader.bits - reader.at - end.low;
    if (unused > 7) return "a position group is longer than its positions";
    if (load_u64(bytes + reader.at / 8) >> reader.at % 8 & ((1U << unused) - 1)) return "bits between the parts must be 0";
    return NULL;
}
