#include "rice_unpack.h"

#include "page_unpack.h"

#include <string.h>

enum { STREAM_STEP = 256 }; /* bits that page_unpack takes at a time */

/* Four integers at a time. */
typedef uint32_t four __attribute__((vector_size(16)));

static four four_load(const uint32_t *values)
{
    four loaded;
    memcpy(&loaded, values, sizeof loaded);
    return loaded;
}

static uint32_t unpack_values(const uint8_t *packed, const uint8_t *stream, uint32_t count, uint32_t width, uint32_t more,
                              uint32_t values[BITPACK_COUNT])
{
    uint32_t room[4 + 2 * STREAM_STEP], *ones = room + 4; /* the one before the first is at -1 */
    const struct page_unpack *unpack = page_unpack_best();
    uint32_t found = unpack->bitmap(stream, 0, ones);
    if (found < count) found += unpack->bitmap(stream + STREAM_STEP / 8, STREAM_STEP, ones + found);
    if (found < count || ones[count - 1] >= 8 * RICE_STREAM_MOST) return UINT32_MAX;
    bitpack_best()->unpack(packed, count, width, values);
    ones[-1] = UINT32_MAX;
    for (uint32_t i = 0; i < count; i += 4) {
        four high = four_load(ones + i) - four_load(ones + i - 1) - 1;
        four sum = (width < BITPACK_WIDTH ? high << width : high - high) + four_load(values + i) + more;
        memcpy(values + i, &sum, sizeof sum);
    }
    return ones[count - 1];
}

static uint32_t unpack_sums(const uint8_t *packed, const uint8_t *stream, uint32_t count, uint32_t width, uint32_t before,
                            uint32_t values[BITPACK_COUNT])
{
    uint32_t last = unpack_values(packed, stream, count, width, 0, values);
    if (last != UINT32_MAX) bitpack_best()->sum_gaps(values, count, before);
    return last;
}

const struct rice_unpack rice_unpack_portable = {unpack_values, unpack_sums};

const struct rice_unpack *rice_unpack_at(enum cpu_level level)
{
#if defined(__x86_64__)
    if (level == CPU_AVX512) return &rice_unpack_avx512;
#endif
    return bitpack_at(level) ? &rice_unpack_portable : NULL;
}

const struct rice_unpack *rice_unpack_best(void) { return rice_unpack_at(cpu_level()); }
