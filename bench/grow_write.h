/* Writes the articles of one copy, each as a line of JSON. */
#ifndef BENCH_GROW_WRITE_H
#define BENCH_GROW_WRITE_H

#include "grow_mix.h"
#include "grow_rename.h"

#include <stdio.h>

bf_status grow_write_copy(const struct grow_archive *archive, const struct grow_mix *mix, const struct grow_rename *rename,
                          uint32_t copy, uint64_t seed, FILE *out, bf_error *error);

#endif
