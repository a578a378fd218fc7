/*
 * How far text goes on without bytes that need a look, eight at a time: most of an article is such text.
 *
 * The sums below carry from no byte into the next, for the high bit of each is taken off before (Warren: Hacker's Delight, 6-1).
 */
#ifndef READER_BYTE_RUN_H
#define READER_BYTE_RUN_H

#include "bytes.h"

#include <stddef.h>

#define BYTE_RUN_ONES UINT64_C(0x0101010101010101)
#define BYTE_RUN_HIGH UINT64_C(0x8080808080808080)

/* The high bit of each byte that is a control character: below 0x20, or 0x7f. */
static inline uint64_t byte_run_controls(uint64_t bytes)
{
    uint64_t low = bytes & ~BYTE_RUN_HIGH;
    return (~(low + 0x60 * BYTE_RUN_ONES) | (low + BYTE_RUN_ONES)) & ~bytes & BYTE_RUN_HIGH;
}

/* The high bit of each byte that is `wanted`. */
static inline uint64_t byte_run_equal(uint64_t bytes, uint8_t wanted)
{
    uint64_t other = bytes ^ wanted * BYTE_RUN_ONES;
    return ~(((other & ~BYTE_RUN_HIGH) + 0x7f * BYTE_RUN_ONES) | other) & BYTE_RUN_HIGH;
}

/* Where the first control character from `at` on is, or within the last seven bytes somewhere before: `length` at most. */
static inline size_t byte_run_plain(const char *text, size_t length, size_t at)
{
    for (; length - at >= 8; at += 8) {
        uint64_t found = byte_run_controls(load_u64(text + at));
        if (found) return at + (size_t)__builtin_ctzll(found) / 8;
    }
    return at;
}

/* The same of quotes and backslashes too: inside a JSON string nothing else needs a look (RFC 8259, section 7). */
static inline size_t byte_run_string(const char *text, size_t length, size_t at)
{
    for (; length - at >= 8; at += 8) {
        uint64_t bytes = load_u64(text + at);
        uint64_t found = byte_run_controls(bytes) | byte_run_equal(bytes, '"') | byte_run_equal(bytes, '\\');
        if (found) return at + (size_t)__builtin_ctzll(found) / 8;
    }
    return at;
}

#endif
