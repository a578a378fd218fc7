#include "bytes.h"
#include "page_counts.h"
#include "page_unpack.h"

#if defined(__aarch64__)
#include <arm_neon.h>

/* Eight bytes as eight numbers, with the base added. */
static inline void store_wide(uint8x8_t bytes, uint32x4_t base, uint32_t *numbers)
{
    uint16x8_t wide = vmovl_u8(bytes);
    vst1q_u32(numbers, vaddw_u16(base, vget_low_u16(wide)));
    vst1q_u32(numbers + 4, vaddw_high_u16(base, wide));
}

static void bytes(const uint8_t *low, uint32_t count, uint32_t base, uint32_t docs[256])
{
    for (uint32_t i = 0; i < count; i += 8) store_wide(vld1_u8(low + i), vdupq_n_u32(base), docs + i);
}

/* The bits that are set in each half byte. */
static const uint32_t half_byte_bits[16][4] = {
    {0},    {0},    {1},    {0, 1},    {2},    {0, 2},    {1, 2},    {0, 1, 2},
    {3},    {0, 3}, {1, 3}, {0, 1, 3}, {2, 3}, {0, 2, 3}, {1, 2, 3}, {0, 1, 2, 3},
};

static const uint8_t half_byte_count[16] = {0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4};

/* Four bits a step. The four numbers written can pass the 256th only if fewer were found before, since at most four are found a
 * step. */
static uint32_t bitmap(const uint8_t bits[32], uint32_t base, uint32_t docs[256])
{
    uint32_t found = 0;
    for (uint32_t word = 0; word < 4; word++) {
        uint64_t left = load_u64(bits + 8 * word);
        for (uint32_t first = base + 64 * word; left; left >>= 4, first += 4) {
            uint32_t half_byte = left & 15;
            vst1q_u32(docs + found, vaddq_u32(vld1q_u32(half_byte_bits[half_byte]), vdupq_n_u32(first)));
            found += half_byte_count[half_byte];
        }
    }
    return found;
}

static uint32_t rank(const uint8_t bits[32], uint32_t low) { return page_count_below(bits, low); }

static uint32_t count_bits(const uint64_t bits[4]) { return page_count_set(bits); }

static uint32_t fifteens(const uint8_t *packed, uint32_t count) { return page_count_fifteens(packed, count); }

static void halves(const uint8_t *packed, uint32_t count, uint32_t tfs[256])
{
    for (uint32_t i = 0; i < count; i += 16) {
        uint8x8_t both = vld1_u8(packed + i / 2), low = vand_u8(both, vdup_n_u8(15)), high = vshr_n_u8(both, 4);
        store_wide(vzip1_u8(low, high), vdupq_n_u32(0), tfs + i);
        store_wide(vzip2_u8(low, high), vdupq_n_u32(0), tfs + i + 8);
    }
}

const struct page_unpack page_unpack_neon = {bytes, bitmap, rank, count_bits, fifteens, halves};
#endif
