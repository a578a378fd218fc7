#include "rice_block.h"

#include "rice_unpack.h"

#include <string.h>

enum {
    HIGH_BITS = 9, /* of a high part, which is less than the bits of the stream */
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

/* Where the streams are. Returns NULL or the rule broken. */
struct rice_streams {
    const uint8_t *packed, *stream;
    uint32_t width, stream_length;
};

static const char *find_streams(const uint8_t *bytes, size_t length, uint32_t count, struct rice_streams *streams)
{
    if (length < 1 || bytes[0] > BITPACK_WIDTH) return "a block is wider than 32 bits";
    size_t packed = bitpack_size(count, bytes[0]), rest = length - 1;
    if (rest < packed || rest - packed > RICE_STREAM_MOST) return "a block's length is not what its integers take";
    *streams = (struct rice_streams){bytes + 1, bytes + 1 + packed, bytes[0], (uint32_t)(rest - packed)};
    return NULL;
}

/* `last`: the bit of the stream that ends the last integer. What was found past the stream's end was not looked at. */
static const char *check_streams(const struct rice_streams *streams, uint32_t count, uint32_t last)
{
    if (last == UINT32_MAX || last / 8 + 1 != streams->stream_length) return "a block has another number of integers";
    if (streams->width == BITPACK_WIDTH && last != count - 1) return "a block has an integer of more than 32 bits";
    return NULL;
}

const char *rice_block_decode(const uint8_t *bytes, size_t length, uint32_t count, uint32_t more, uint32_t values[BITPACK_COUNT])
{
    struct rice_streams streams;
    const char *rule = find_streams(bytes, length, count, &streams);
    if (rule) return rule;
    return check_streams(&streams, count,
                         rice_unpack_best()->values(streams.packed, streams.stream, count, streams.width, more, values));
}

const char *rice_block_decode_sums(const uint8_t *bytes, size_t length, uint32_t count, uint32_t before,
                                   uint32_t values[BITPACK_COUNT])
{
    struct rice_streams streams;
    const char *rule = find_streams(bytes, length, count, &streams);
    if (rule) return rule;
    return check_streams(&streams, count,
                         rice_unpack_best()->sums(streams.packed, streams.stream, count, streams.width, before, values));
}
