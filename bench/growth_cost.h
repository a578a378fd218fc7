/* What it took to make an index: measured, and kept in a file of JSON beside it, INDEX.cost.json. */
#ifndef BENCH_GROWTH_COST_H
#define BENCH_GROWTH_COST_H

#include "resources.h"

struct growth_cost {
    uint64_t input_bytes; /* 0: nothing is known */
    struct resources used;
};

/* Reads what was kept of an index; where there is no such file, nothing is known. */
bf_status growth_cost_load(const char *index, struct growth_cost *cost, bf_error *error);
bf_status growth_cost_save(const char *index, const struct growth_cost *cost, bf_error *error);

#endif
