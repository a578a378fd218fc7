/*
 * Reading a posting's positions where there are several: high parts before it are passed, then its own are put together with the
 * low parts. One file for each instruction set that gains by it, all with the same results; others take the scalar one.
 */
#ifndef CODEC_POSITION_READ_H
#define CODEC_POSITION_READ_H

#include "cpu.h"
#include "position_group.h"

/* `high`: high parts before it; `low`: the bit with which its low parts begin, all of which the group has. tf >= 2; `enough`,
 * `positions` and `count` as in position_reader_read. */
typedef const char *position_read(struct position_reader *reader, uint64_t high, uint64_t low, uint32_t width, uint32_t tf,
                                  uint32_t enough, uint32_t *positions, uint32_t *count);

/* That of a level, which the processor must have; NULL where this build has none. */
position_read *position_read_at(enum cpu_level level);

/* That of cpu_level(). */
position_read *position_read_best(void);

position_read position_read_scalar;
#if defined(__x86_64__)
position_read position_read_avx512;
#endif

/* Moves behind so many high parts. False: there are fewer. */
bool position_pass_high(struct position_reader *reader, uint64_t wanted);

extern const char position_cut_short[], position_too_far[]; /* rules */

#endif
