#include "position_measure.h"

#if defined(__aarch64__)
#include <arm_neon.h>

/* Each lane with those before it added. */
static inline uint32x4_t sum_lanes(uint32x4_t v)
{
    const uint32x4_t zero = vdupq_n_u32(0);
    v = vaddq_u32(v, vextq_u32(zero, v, 3));
    return vaddq_u32(v, vextq_u32(zero, v, 2));
}

/* position_less as bytes. */
static inline uint8x16_t less_table(void)
{
    int16x8_t low = vcombine_s16(vmovn_s32(vld1q_s32(position_less)), vmovn_s32(vld1q_s32(position_less + 4)));
    int16x8_t high = vcombine_s16(vmovn_s32(vld1q_s32(position_less + 8)), vmovn_s32(vld1q_s32(position_less + 12)));
    return vreinterpretq_u8_s8(vcombine_s8(vmovn_s16(low), vmovn_s16(high)));
}

bool position_measure_neon(const struct position_postings *postings, struct position_sums *sums)
{
    const uint8x16_t table = less_table();
    const int32x4_t zero = vdupq_n_s32(0);
    const uint32_t count = postings->count;
    const uint8_t *eighths = postings->scale->eighths, *length_bytes = postings->length_bytes;
    uint32x4_t low = vdupq_n_u32(0), high = low, seen = low; /* of the postings before, in all lanes */
    sums->low[0] = sums->high[0] = 0;
    if (count && postings->docs[count - 1] > INT32_MAX) return false;
    for (uint32_t i = 0; i < count; i += 4) {
        uint32_t here = count - i < 4 ? count - i : 4, tfs[4] = {0};
        int32_t rooms[4] = {0};
        for (uint32_t lane = 0; lane < here; lane++) {
            tfs[lane] = postings->tfs[i + lane];
            rooms[lane] = eighths[length_bytes ? length_bytes[postings->docs[i + lane]] : 0];
        }
        uint32x4_t tf = vld1q_u32(tfs);
        /* How often a frequency is to be halved: its binary logarithm less three. */
        int32x4_t halved = vmaxq_s32(vsubq_s32(vdupq_n_s32(31 - 3), vreinterpretq_s32_u32(vclzq_u32(tf))), zero);
        uint32x4_t index = vandq_u32(vshlq_u32(tf, vnegq_s32(halved)), vdupq_n_u32(15));
        int32x4_t found = vreinterpretq_s32_u8(vqtbl1q_u8(table, vreinterpretq_u8_u32(index)));
        int32x4_t less = vaddq_s32(vshrq_n_s32(vshlq_n_s32(found, 24), 24), vshlq_n_s32(halved, 3));
        uint32x4_t width = vreinterpretq_u32_s32(vshrq_n_s32(vmaxq_s32(vsubq_s32(vld1q_s32(rooms), less), zero), 3));
        low = vaddq_u32(low, sum_lanes(vmulq_u32(width, tf)));
        high = vaddq_u32(high, sum_lanes(vandq_u32(tf, vcgtq_u32(tf, vdupq_n_u32(1)))));
        vst1q_u32(sums->low + i + 1, low);
        vst1q_u32(sums->high + i + 1, high);
        low = vdupq_laneq_u32(low, 3);
        high = vdupq_laneq_u32(high, 3);
        seen = vorrq_u32(seen, tf);
    }
    return vmaxvq_u32(seen) < POSITION_MEASURED_TF;
}
#endif
