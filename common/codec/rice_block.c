#include "rice_block.h"

#include "page_unpack.h"

#include <string.h>

enum {
    STREAM_STEP = 256,                   /* bits that page_unpack takes at a time */
    STREAM_MOST = 3 * BITPACK_COUNT / 8, /* bytes: with the best width there are at most two zeros for each one (below) */
    HIGH_BITS = 9,                       /* of a high part, which is less than the bits of the stream */
};

/* Bits of the stream. */
static uint64_t stream_bits(const uint32_t *values, uint32_t count, uint32_t width)
{
    uint64_t bits = count;
    for (uint32_t i = 0; i < count; i++) bits += (uint64_t)values[i] >> width;
    return bits;
}

/*
 * The width of the smallest code, the least of several. One bit more costs `count` bits, and saves at least half of the zeros: so
 * with the best width there are at most 2 * count of them.
 */
static uint32_t choose_width(const uint32_t *values, uint32_t count)
{
    uint64_t least = UINT64_MAX;
    uint32_t best = 0;
    for (uint32_t width = 0; width <= BITPACK_WIDTH; width++) {
        uint64_t stream = stream_bits(values, count, width), bits = stream + (uint64_t)count * width;
        if (bits < least) {
            least = bits;
            best = width;
        }
        if (stream == count) break; /* no high parts are left */
    }
    return best;
}

void rice_block_encode(const uint32_t *values, uint32_t count, struct buffer *out)
{
    uint32_t width = choose_width(values, count), low[BITPACK_COUNT], at = 0;
    size_t packed = bitpack_size(count, width), size = 1 + packed + (size_t)(stream_bits(values, count, width) + 7) / 8;
    uint8_t *bytes = buffer_extend(out, size);
    if (!bytes) return;
    memset(bytes, 0, size);
    bytes[0] = (uint8_t)width;
    for (uint32_t i = 0; i < count; i++, at++) {
        uint64_t value = values[i];
        low[i] = (uint32_t)(value & ((UINT64_C(1) << width) - 1));
        at += (uint32_t)(value >> width);
        bytes[1 + packed + at / 8] |= (uint8_t)(1 << at % 8);
    }
    bitpack_pack(low, count, width, bytes + 1);
}

uint32_t rice_block_bits(const uint8_t *bytes) { return bytes[0] + HIGH_BITS; }

/* Four integers at a time. */
typedef uint32_t four __attribute__((vector_size(16)));

static four four_load(const uint32_t *values)
{
    four loaded;
    memcpy(&loaded, values, sizeof loaded);
    return loaded;
}

const char *rice_block_decode(const uint8_t *bytes, size_t length, uint32_t count, uint32_t values[BITPACK_COUNT])
{
    uint32_t room[4 + 2 * STREAM_STEP], *ones = room + 4; /* the one before the first is at -1 */
    if (length < 1 || bytes[0] > BITPACK_WIDTH) return "a block is wider than 32 bits";
    uint32_t width = bytes[0];
    size_t packed = bitpack_size(count, width), rest = length - 1;
    if (rest < packed || rest - packed > STREAM_MOST) return "a block's length is not what its integers take";
    const struct page_unpack *unpack = page_unpack_best();
    const uint8_t *stream = bytes + 1 + packed; /* what is found past its end is not looked at */
    uint32_t found = unpack->bitmap(stream, 0, ones);
    if (found < count) found += unpack->bitmap(stream + STREAM_STEP / 8, STREAM_STEP, ones + found);
    if (found < count || ones[count - 1] / 8 + 1 != rest - packed) return "a block has another number of integers";
    bitpack_best()->unpack(bytes + 1, count, width, values);
    ones[-1] = UINT32_MAX;
    if (width == BITPACK_WIDTH) return ones[count - 1] == count - 1 ? NULL : "a block has an integer of more than 32 bits";
    for (uint32_t i = 0; i < count; i += 4) {
        four sum = ((four_load(ones + i) - four_load(ones + i - 1) - 1) << width) + four_load(values + i);
        memcpy(values + i, &sum, sizeof sum);
    }
    return NULL;
}
