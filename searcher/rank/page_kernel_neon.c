#include "page_kernel.h"

#if defined(__aarch64__)

#include <arm_neon.h>

/* Sixteen lanes of 16 bits; two registers. */
struct lanes {
    uint16x8_t low, high;
};

static inline struct lanes lanes_load(const uint16_t *numbers)
{
    return (struct lanes){vld1q_u16(numbers), vld1q_u16(numbers + 8)};
}

static inline void lanes_store(uint16_t *numbers, struct lanes lanes)
{
    vst1q_u16(numbers, lanes.low);
    vst1q_u16(numbers + 8, lanes.high);
}

static inline struct lanes lanes_add(struct lanes a, struct lanes b)
{
    return (struct lanes){vaddq_u16(a.low, b.low), vaddq_u16(a.high, b.high)};
}

static inline struct lanes lanes_widen(uint8x16_t bytes)
{
    return (struct lanes){vmovl_u8(vget_low_u8(bytes)), vmovl_high_u8(bytes)};
}

/* The number where its bit is set, else nothing. */
static inline struct lanes lanes_of(uint16_t bits, uint16_t number)
{
    static const uint16_t each[16] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768};
    const uint16x8_t all = vdupq_n_u16(bits), numbers = vdupq_n_u16(number);
    return (struct lanes){vandq_u16(vtstq_u16(all, vld1q_u16(each)), numbers),
                          vandq_u16(vtstq_u16(all, vld1q_u16(each + 8)), numbers)};
}

/* A byte of ones for each lane that is at least `least`, and of zeros for the others. */
static inline uint8x16_t lanes_reach(struct lanes lanes, uint16x8_t least)
{
    return vuzp1q_u8(vreinterpretq_u8_u16(vcgeq_u16(lanes.low, least)), vreinterpretq_u8_u16(vcgeq_u16(lanes.high, least)));
}

/* There is no instruction that takes a bit of each byte: the bit that is the byte's own in its eight is kept, and eight added. */
static inline uint8x16_t own_bits(uint8x16_t ones)
{
    return vandq_u8(ones, vreinterpretq_u8_u64(vdupq_n_u64(UINT64_C(0x8040201008040201))));
}

static inline uint32_t bits_at_least(struct lanes lanes, uint16_t least)
{
    uint8x16_t bits = own_bits(lanes_reach(lanes, vdupq_n_u16(least)));
    return (uint32_t)vaddv_u8(vget_low_u8(bits)) | (uint32_t)vaddv_u8(vget_high_u8(bits)) << 8;
}

/* code * step / 256, and one where the code is not 0. */
static inline uint16x8_t code_bounds(uint16x8_t codes, uint16_t step)
{
    uint16x4_t low = vshrn_n_u32(vmull_n_u16(vget_low_u16(codes), step), 8);
    uint16x8_t bounds = vshrn_high_n_u32(low, vmull_high_n_u16(codes, step), 8);
    return vsubq_u16(bounds, vtstq_u16(codes, codes)); /* all ones is -1 */
}

static void add_codes_neon(uint16_t *sums, const uint8_t *codes, uint32_t count, uint32_t step)
{
    for (uint32_t i = 0; i < count; i += 16) {
        struct lanes code = lanes_widen(vld1q_u8(codes + i));
        struct lanes bounds = {code_bounds(code.low, (uint16_t)step), code_bounds(code.high, (uint16_t)step)};
        lanes_store(sums + i, lanes_add(lanes_load(sums + i), bounds));
    }
}

static void clear_empty_neon(uint16_t *sums, const uint8_t *codes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i += 16) {
        struct lanes code = lanes_widen(vld1q_u8(codes + i)), sum = lanes_load(sums + i);
        sum.low = vandq_u16(sum.low, vtstq_u16(code.low, code.low));
        sum.high = vandq_u16(sum.high, vtstq_u16(code.high, code.high));
        lanes_store(sums + i, sum);
    }
}

static bool any_neon(const uint16_t sums[KERNEL_PAGE], uint16_t least)
{
    uint16x8_t most = vdupq_n_u16(0);
    for (uint32_t first = 0; first < KERNEL_PAGE; first += 8) most = vmaxq_u16(most, vld1q_u16(sums + first));
    return vmaxvq_u16(most) >= least;
}

static uint32_t take_neon(uint16_t sums[KERNEL_PAGE], uint16_t least, uint8_t lows[KERNEL_PAGE], uint16_t taken[KERNEL_PAGE])
{
    uint32_t count = 0;
    for (uint32_t first = 0; first < KERNEL_PAGE; first += 16) {
        struct lanes sum = lanes_load(sums + first);
        if (vmaxvq_u16(vmaxq_u16(sum.low, sum.high)) >= least) { /* most have nothing: one look at sixteen */
            for (uint32_t bits = bits_at_least(sum, least); bits; bits &= bits - 1) {
                uint32_t low = first + (uint32_t)__builtin_ctz(bits);
                lows[count] = (uint8_t)low;
                taken[count++] = sums[low];
            }
        }
        lanes_store(sums + first, (struct lanes){vdupq_n_u16(0), vdupq_n_u16(0)});
    }
    return count;
}

static void add_cells_neon(const struct page_cells *from, uint32_t page, uint16_t cells[KERNEL_CELLS],
                           uint16_t sums[KERNEL_CELLS])
{
    static const uint8_t numbers[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const uint8x8_t packed = vcreate_u8(page_grid_codes(from, page));
    const uint8x8_t low = vand_u8(packed, vdup_n_u8(15)), high = vshr_n_u8(packed, 4);
    uint8x16_t codes = vcombine_u8(vzip1_u8(low, high), vzip2_u8(low, high));
    codes = vqtbl1q_u8(codes, vshlq_u8(vld1q_u8(numbers), vdupq_n_s8((int8_t)(4 - (int)from->grid_shift))));
    const uint16x8_t step = vdupq_n_u16((uint16_t)from->grid_step), most = vdupq_n_u16((uint16_t)from->most);
    struct lanes bounds = lanes_widen(codes);
    bounds.low = vminq_u16(vmulq_u16(bounds.low, step), most);
    bounds.high = vminq_u16(vmulq_u16(bounds.high, step), most);
    lanes_store(cells, bounds);
    lanes_store(sums, lanes_add(lanes_load(sums), bounds));
}

static uint32_t at_least_neon(const uint16_t sums[KERNEL_CELLS], uint16_t least)
{
    return bits_at_least(lanes_load(sums), least);
}

static uint32_t cell_documents_neon(const struct page_part *parts, uint32_t count, uint32_t cell, uint16_t least,
                                    uint16_t sums[16])
{
    struct lanes sum = {vdupq_n_u16(0), vdupq_n_u16(0)};
    for (uint32_t i = 0; i < count; i++)
        sum = lanes_add(sum, lanes_of((uint16_t)(parts[i].set[cell / 4] >> cell % 4 * 16), parts[i].cells[cell]));
    lanes_store(sums, sum);
    return bits_at_least(sum, least);
}

static void add_neon(uint16_t sums[KERNEL_PAGE], const uint64_t set[4], const uint16_t weights[KERNEL_CELLS])
{
    for (int cell = 0; cell < KERNEL_CELLS; cell++) {
        uint16_t bits = (uint16_t)(set[cell / 4] >> cell % 4 * 16), *at = sums + 16 * cell;
        if (bits) lanes_store(at, lanes_add(lanes_load(at), lanes_of(bits, weights[cell])));
    }
}

static void select_neon(const uint16_t sums[KERNEL_PAGE], uint16_t least, uint64_t set[4])
{
    const uint16x8_t bound = vdupq_n_u16(least);
    for (int word = 0; word < 4; word++) {
        uint8x16_t bits[4];
        for (int i = 0; i < 4; i++) bits[i] = own_bits(lanes_reach(lanes_load(sums + 64 * word + 16 * i), bound));
        uint8x16_t sum = vpaddq_u8(vpaddq_u8(bits[0], bits[1]), vpaddq_u8(bits[2], bits[3]));
        set[word] = vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)), 0);
    }
}

static void impacts_neon(float tf, const float norm[256], float weight, uint16_t bounds[256])
{
    for (int i = 0; i < 256; i++) bounds[i] = (uint16_t)((int32_t)(weight * (tf / (tf + norm[i]))) + 1);
}

static uint64_t count_bits_neon(const uint64_t *words, uint32_t word_count)
{
    uint64x2_t total = vdupq_n_u64(0);
    uint32_t i = 0;
    for (; i + 2 <= word_count; i += 2) {
        uint8x16_t counts = vcntq_u8(vreinterpretq_u8_u64(vld1q_u64(words + i)));
        total = vpadalq_u32(total, vpaddlq_u16(vpaddlq_u8(counts)));
    }
    return vaddvq_u64(total) + (i < word_count ? (uint64_t)__builtin_popcountll(words[i]) : 0);
}

static uint32_t count_neon(const uint64_t set[4])
{
    uint8x16_t low = vcntq_u8(vreinterpretq_u8_u64(vld1q_u64(set))), high = vcntq_u8(vreinterpretq_u8_u64(vld1q_u64(set + 2)));
    return vaddlvq_u8(vaddq_u8(low, high));
}

const struct page_kernel page_kernel_neon = {add_codes_neon, clear_empty_neon, any_neon, take_neon, add_cells_neon,
                                             at_least_neon, cell_documents_neon, add_neon, select_neon, impacts_neon,
                                             count_bits_neon, count_neon};

#endif
