/* The order of ids: hash half << 32 | document, ascending. */
#ifndef WRITE_ID_ORDER_H
#define WRITE_ID_ORDER_H

#include <stdint.h>

/* Sorts them in place, without memory beside: hashes are evenly spread, so the first step leaves little to the second. */
void id_order_sort(uint64_t *entries, uint32_t count);

#endif
