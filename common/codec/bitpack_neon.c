/*
 * Eight integers a step, as with AVX2 (bitpack_avx2.c): four from byte 0, four from the byte in which integer 4 begins. A look-up
 * of bytes brings to each lane the four its integer touches; a shift to the right is one to the left by less than nothing.
 */
#include "bitpack.h"

#if defined(__aarch64__)
#include <arm_neon.h>

enum { LANE_WIDTH = 25 };

/* Where four integers stand in sixteen bytes, the first beginning in bit `first` of byte 0. */
struct quartet {
    uint8x16_t bytes;  /* the four bytes of each */
    int32x4_t shifts;
};

static inline struct quartet quartet_of(uint32_t first, uint32_t width)
{
    static const uint32_t number[4] = {0, 1, 2, 3};
    uint32x4_t bits = vmlaq_n_u32(vdupq_n_u32(first), vld1q_u32(number), width);
    uint32x4_t begins = vmulq_n_u32(vshrq_n_u32(bits, 3), 0x01010101);
    int32x4_t shifts = vreinterpretq_s32_u32(vandq_u32(bits, vdupq_n_u32(7)));
    return (struct quartet){vreinterpretq_u8_u32(vaddq_u32(begins, vdupq_n_u32(0x03020100))), vnegq_s32(shifts)};
}

static inline uint32x4_t quartet_take(struct quartet from, const uint8_t *bytes, uint32x4_t mask)
{
    uint32x4_t touched = vreinterpretq_u32_u8(vqtbl1q_u8(vld1q_u8(bytes), from.bytes));
    return vandq_u32(vshlq_u32(touched, from.shifts), mask);
}

static void unpack(const uint8_t *bytes, uint32_t count, uint32_t width, uint32_t values[BITPACK_COUNT])
{
    if (width == 0 || width > LANE_WIDTH) {
        bitpack_scalar.unpack(bytes, count, width, values);
        return;
    }
    const struct quartet low = quartet_of(0, width), high = quartet_of(width * 4 % 8, width);
    const uint32x4_t mask = vdupq_n_u32((UINT32_C(1) << width) - 1);
    for (uint32_t i = 0; i < count; i += 8) {
        vst1q_u32(values + i, quartet_take(low, bytes, mask));
        vst1q_u32(values + i + 4, quartet_take(high, bytes + width / 2, mask));
        bytes += width;
    }
}

/* Sums inside a register by two shifted additions (vext with zeros shifts lanes up), then the step's total is carried on. */
static void sum_gaps(uint32_t values[BITPACK_COUNT], uint32_t count, uint32_t before)
{
    const uint32x4_t zero = vdupq_n_u32(0), one = vdupq_n_u32(1);
    uint32x4_t carry = vdupq_n_u32(before);
    for (uint32_t i = 0; i < count; i += 4) {
        uint32x4_t v = vaddq_u32(vld1q_u32(values + i), one);
        v = vaddq_u32(v, vextq_u32(zero, v, 3));
        v = vaddq_u32(v, vextq_u32(zero, v, 2));
        v = vaddq_u32(v, carry);
        vst1q_u32(values + i, v);
        carry = vdupq_laneq_u32(v, 3);
    }
}

const struct bitpack bitpack_neon = {unpack, sum_gaps};
#endif
