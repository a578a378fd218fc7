/*
 * 0 to 23 stand for themselves. From 24 on the byte counts steps of a little float over length - 24: three stored bits below a
 * leading one that is not, and an exponent; the first 16 steps are 1 wide, so everything up to 40 is exact.
 */
#include "length_byte.h"

enum { EXACT = 24, SIGNIFICANT_BITS = 4, LENGTH_MAX = INT32_MAX };

uint8_t length_byte_encode(uint32_t length)
{
    if (length < EXACT) return (uint8_t)length;
    if (length > LENGTH_MAX) length = LENGTH_MAX;
    uint32_t rest = length - EXACT;
    if (rest < 1U << (SIGNIFICANT_BITS - 1)) return (uint8_t)(EXACT + rest);
    uint32_t exponent = 32U - (uint32_t)__builtin_clz(rest) - SIGNIFICANT_BITS;
    return (uint8_t)(EXACT + ((exponent + 1) << 3 | (rest >> exponent & 7)));
}

uint32_t length_byte_decode(uint8_t byte)
{
    if (byte < EXACT) return byte;
    uint32_t code = byte - (uint32_t)EXACT, fraction = code & 7, exponent = code >> 3;
    return EXACT + (exponent == 0 ? fraction : (fraction | 8) << (exponent - 1));
}
