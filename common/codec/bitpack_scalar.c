/* The reference: what every other level must equal. */
#include "bitpack.h"

static void unpack(const uint8_t *bytes, uint32_t count, uint32_t width, uint32_t values[BITPACK_COUNT])
{
    if (width == 0) memset(values, 0, count * sizeof *values);
    else
        for (uint32_t i = 0; i < count; i++) values[i] = bitpack_get(bytes, width, i);
}

static void sum_gaps(uint32_t values[BITPACK_COUNT], uint32_t count, uint32_t before)
{
    for (uint32_t i = 0; i < count; i++) values[i] = before += values[i] + 1;
}

const struct bitpack bitpack_scalar = {unpack, sum_gaps};
