/*
 * What separates words for a person: spaces of any width, line ends, controls. No-break spaces do not separate: they hold
 * together what they stand in ("10 000").
 */
#ifndef QUERY_WHITE_SPACE_H
#define QUERY_WHITE_SPACE_H

#include <stdbool.h>
#include <stdint.h>

static inline bool white_space_is(uint32_t code_point)
{
    return code_point <= 0x20 || (code_point >= 0x7F && code_point < 0xA0) || code_point == 0x1680 ||
           (code_point >= 0x2000 && code_point <= 0x200A && code_point != 0x2007) || code_point == 0x2028 ||
           code_point == 0x2029 || code_point == 0x205F || code_point == 0x3000;
}

#endif
