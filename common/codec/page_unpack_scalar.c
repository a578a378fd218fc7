/* The reference: what every other level must equal. */
#include "bytes.h"
#include "page_counts.h"
#include "page_unpack.h"

static void bytes(const uint8_t *low, uint32_t count, uint32_t base, uint32_t docs[256])
{
    for (uint32_t i = 0; i < count; i++) docs[i] = base + low[i];
}

static uint32_t bitmap(const uint8_t bits[32], uint32_t base, uint32_t docs[256])
{
    uint32_t found = 0;
    for (uint32_t word = 0; word < 4; word++)
        for (uint64_t left = load_u64(bits + 8 * word); left; left &= left - 1)
            docs[found++] = base + 64 * word + (uint32_t)__builtin_ctzll(left);
    return found;
}

static uint32_t rank(const uint8_t bits[32], uint32_t low) { return page_count_below(bits, low); }

static uint32_t count_bits(const uint64_t bits[4]) { return page_count_set(bits); }

static uint32_t fifteens(const uint8_t *packed, uint32_t count) { return page_count_fifteens(packed, count); }

static void halves(const uint8_t *packed, uint32_t count, uint32_t tfs[256])
{
    for (uint32_t i = 0; i < count; i++) tfs[i] = (uint32_t)packed[i / 2] >> i % 2 * 4 & 15;
}

const struct page_unpack page_unpack_scalar = {bytes, bitmap, rank, count_bits, fifteens, halves};
