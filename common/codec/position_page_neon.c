#include "position_page_plain.h"

#if defined(__aarch64__)
#include <arm_neon.h>

static bool open(const uint8_t *bytes, uint32_t count, struct position_page *page)
{
    return position_page_open_plain(bytes, count, page);
}

static int find(const struct position_page *page, uint32_t low) { return position_page_find_plain(page, low); }

static uint32_t aside(const struct position_page *page, uint32_t index) { return position_page_aside_plain(page, index); }

static void widen(const struct position_scale *scale, const uint8_t *length_bytes, uint32_t docs, struct position_page *page)
{
    uint8_t less_bytes[16];
    (void)docs; /* all of the page are known to be there */
    position_page_rooms_plain(scale, length_bytes, page);
    for (uint32_t i = 0; i < 16; i++) less_bytes[i] = (uint8_t)(position_less[i] + 7); /* none is negative */
    const uint8x16_t less = vld1q_u8(less_bytes);
    for (uint32_t i = 0; i < page->count; i += 16) {
        uint8x16_t taken = vqtbl1q_u8(less, vld1q_u8(page->tfs + i));
        uint8x16_t width = vqsubq_u8(vqaddq_u8(vld1q_u8(page->rooms + i), vdupq_n_u8(7)), taken);
        vst1q_u8(page->widths + i, vshrq_n_u8(width, 3));
    }
}

static struct position_taken before(const struct position_page *page, uint32_t index)
{
    static const uint8_t numbers[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const uint8x16_t lanes = vld1q_u8(numbers), one = vdupq_n_u8(1);
    uint32x4_t lows = vdupq_n_u32(0), highs = vdupq_n_u32(0);
    for (uint32_t i = 0; i < index; i += 16) {
        uint8x16_t there = vcltq_u8(lanes, vdupq_n_u8((uint8_t)(index - i < 16 ? index - i : 16)));
        uint8x16_t tfs = vandq_u8(there, vld1q_u8(page->tfs + i)), widths = vld1q_u8(page->widths + i);
        lows = vpadalq_u16(lows, vmull_u8(vget_low_u8(tfs), vget_low_u8(widths)));
        lows = vpadalq_u16(lows, vmull_high_u8(tfs, widths));
        highs = vpadalq_u16(highs, vpaddlq_u8(vbicq_u8(tfs, vceqq_u8(tfs, one))));
    }
    return (struct position_taken){vaddvq_u32(lows), vaddvq_u32(highs)};
}

const struct position_page_kernel position_page_neon = {open, find, widen, before, aside};
#endif
