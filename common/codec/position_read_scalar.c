/* The reference: what every other level must equal. */
#include "bytes.h"
#include "position_read.h"

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

bool position_pass_high(struct position_reader *reader, uint64_t wanted)
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
            if (at >= reader->bits) return position_cut_short;
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
    if (at - left > reader->bits) return position_cut_short;
    if (next > POSITION_MOST + 1) return position_too_far;
    reader->at = at - left;
    reader->passed += done;
    *count = done;
    return NULL;
}

const char *position_read_scalar(struct position_reader *reader, uint64_t high, uint64_t low, uint32_t width, uint32_t tf,
                                 uint32_t enough, uint32_t *positions, uint32_t *count)
{
    if (!position_pass_high(reader, high)) return position_cut_short;
    return read_several(reader, low, width, tf, enough, positions, count);
}
