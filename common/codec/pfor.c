#include "pfor.h"

static uint32_t bits_of(uint32_t value) { return value ? 32U - (uint32_t)__builtin_clz(value) : 0; }

/* The header of the smallest body; of two as small the one with fewer exceptions. */
static uint16_t choose(const uint32_t *values, uint32_t count)
{
    uint32_t histogram[BITPACK_WIDTH + 1] = {0}, widest = 0;
    for (uint32_t i = 0; i < count; i++) histogram[bits_of(values[i])]++;
    for (uint32_t width = 0; width <= BITPACK_WIDTH; width++)
        if (histogram[width]) widest = width;
    uint32_t best_width = widest, best_exceptions = 0, exceptions = 0;
    size_t best_size = bitpack_size(count, widest);
    for (uint32_t width = widest; width-- > 0;) {
        exceptions += histogram[width + 1];
        if (exceptions > PFOR_EXCEPTIONS) break;
        size_t size = bitpack_size(count, width) + exceptions + bitpack_size(exceptions, widest - width);
        if (size < best_size) {
            best_size = size;
            best_width = width;
            best_exceptions = exceptions;
        }
    }
    uint32_t high_width = best_exceptions ? widest - best_width : 1;
    return (uint16_t)(best_width | best_exceptions << 6 | (high_width - 1) << 11);
}

uint16_t pfor_encode(const uint32_t *values, uint32_t count, struct buffer *out)
{
    uint16_t header = choose(values, count);
    uint32_t width = pfor_width(header), exceptions = pfor_exceptions(header), found = 0;
    uint8_t *body = buffer_extend(out, pfor_size(header, count));
    if (!body) return header;
    if (!exceptions) {
        bitpack_pack(values, count, width, body);
        return header;
    }
    uint32_t low[PFOR_COUNT], high[PFOR_EXCEPTIONS];
    uint8_t *indices = body + bitpack_size(count, width);
    for (uint32_t i = 0; i < count; i++) {
        low[i] = values[i] & ((UINT32_C(1) << width) - 1);
        if (low[i] == values[i]) continue;
        indices[found] = (uint8_t)i;
        high[found++] = values[i] >> width;
    }
    bitpack_pack(low, count, width, body);
    bitpack_pack(high, exceptions, pfor_high_width(header), indices + exceptions);
    return header;
}

static const char *check(size_t length, uint16_t header, uint32_t count)
{
    if (pfor_bits(header) > BITPACK_WIDTH) return "a frame is wider than 32 bits";
    if (pfor_size(header, count) > length) return "a frame is longer than its record";
    return NULL;
}

const char *pfor_decode(const uint8_t *bytes, size_t length, uint16_t header, uint32_t count, uint32_t values[PFOR_COUNT])
{
    const char *rule = check(length, header, count);
    if (rule) return rule;
    uint32_t width = pfor_width(header), exceptions = pfor_exceptions(header), high_width = pfor_high_width(header);
    bitpack_best()->unpack(bytes, count, width, values);
    const uint8_t *indices = bytes + bitpack_size(count, width);
    for (uint32_t i = 0; i < exceptions; i++) {
        if (indices[i] >= count) return "a frame has an exception past its end";
        values[indices[i]] |= bitpack_get(indices + exceptions, high_width, i) << width;
    }
    return NULL;
}

const char *pfor_decode_range(const uint8_t *bytes, size_t length, uint16_t header, uint32_t count, uint32_t first,
                              uint32_t wanted, uint32_t *values)
{
    const char *rule = check(length, header, count);
    if (rule) return rule;
    if (first > count || wanted > count - first) return "a frame has fewer values than are asked for";
    uint32_t width = pfor_width(header), exceptions = pfor_exceptions(header), high_width = pfor_high_width(header);
    for (uint32_t i = 0; i < wanted; i++) values[i] = bitpack_get(bytes, width, first + i);
    const uint8_t *indices = bytes + bitpack_size(count, width);
    for (uint32_t i = 0; i < exceptions; i++) {
        if (indices[i] >= count) return "a frame has an exception past its end";
        if (indices[i] >= first && indices[i] - first < wanted)
            values[indices[i] - first] |= bitpack_get(indices + exceptions, high_width, i) << width;
    }
    return NULL;
}
