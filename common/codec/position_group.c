#include "position_group.h"

#include "bytes.h"
#include "length_byte.h"
#include "position_measure.h"
#include "position_read.h"

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
    if (end > reader->bits) return position_cut_short;
    uint64_t low = reader->bits - end;
    if (tf > 1) {
        __builtin_prefetch(reader->bytes + low / 8); /* while high parts are passed */
        return position_read_best()(reader, before_high, low, width, tf, enough, positions, count);
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
    if (!position_pass_high(&reader, end.high) || reader.at + end.low > reader.bits) return position_cut_short;
    uint64_t unused = reader.bits - reader.at - end.low;
    if (unused > 7) return "a position group is longer than its positions";
    if (load_u64(bytes + reader.at / 8) >> reader.at % 8 & ((1U << unused) - 1)) return "bits between the parts must be 0";
    return NULL;
}
