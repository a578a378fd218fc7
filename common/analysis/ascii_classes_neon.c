#include "ascii_classes.h"

#if defined(__aarch64__)

#include <arm_neon.h>

/* The 64 bytes, as four vectors. */
struct block {
    uint8x16_t parts[4];
};

/* A bit for each byte. There is no instruction that takes a bit of each byte: the bit that is the byte's own in its eight is
 * kept, and eight added. The bytes of `ones` are all ones or all zeros. */
static inline uint64_t block_mask(struct block ones)
{
    const uint8x16_t own = vreinterpretq_u8_u64(vdupq_n_u64(UINT64_C(0x8040201008040201)));
    uint8x16_t low = vpaddq_u8(vandq_u8(ones.parts[0], own), vandq_u8(ones.parts[1], own));
    uint8x16_t high = vpaddq_u8(vandq_u8(ones.parts[2], own), vandq_u8(ones.parts[3], own));
    uint8x16_t sum = vpaddq_u8(low, high);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)), 0);
}

/* first <= byte < first + count, unsigned. */
static inline uint64_t block_in_range(const struct block *block, uint8_t first, uint8_t count)
{
    struct block found;
    for (int i = 0; i < 4; i++)
        found.parts[i] = vcltq_u8(vsubq_u8(block->parts[i], vdupq_n_u8(first)), vdupq_n_u8(count));
    return block_mask(found);
}

static inline uint64_t block_equal(const struct block *block, uint8_t wanted)
{
    struct block found;
    for (int i = 0; i < 4; i++) found.parts[i] = vceqq_u8(block->parts[i], vdupq_n_u8(wanted));
    return block_mask(found);
}

/* Either of two, with one mask made of both. */
static inline uint64_t block_either(const struct block *block, uint8_t one, uint8_t other)
{
    struct block found;
    for (int i = 0; i < 4; i++)
        found.parts[i] = vorrq_u8(vceqq_u8(block->parts[i], vdupq_n_u8(one)), vceqq_u8(block->parts[i], vdupq_n_u8(other)));
    return block_mask(found);
}

void ascii_classify_neon(const char *text, struct ascii_classes *classes)
{
    struct block block, lowered;
    for (int i = 0; i < 4; i++) {
        block.parts[i] = vld1q_u8((const uint8_t *)text + 16 * i);
        lowered.parts[i] = vorrq_u8(block.parts[i], vdupq_n_u8(0x20));
    }
    classes->letter = block_in_range(&lowered, 'a', 26);
    classes->digit = block_in_range(&block, '0', 10);
    classes->underscore = block_equal(&block, '_');
    classes->letter_s = block_equal(&lowered, 's');
    classes->apostrophe = block_equal(&block, '\'');
    classes->full_stop = block_equal(&block, '.');
    classes->colon = block_equal(&block, ':');
    classes->comma = block_either(&block, ',', ';');
    classes->ampersand = block_equal(&block, '&');
    classes->plus = block_equal(&block, '+');
    classes->hash = block_equal(&block, '#');
    classes->blank = block_either(&block, ' ', '\t') | block_either(&block, '\n', '\r');
    classes->foreign = block_in_range(&block, 128, 128);
}

#endif
