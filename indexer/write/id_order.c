/*
 * One step of a radix sort by the first bits of the hash, in place (McIlroy, Bostic and McIlroy, "Engineering Radix Sort", 1993:
 * the American flag sort); then each bucket by itself. The C library's qsort alone may take as much memory again as is sorted.
 */
#include "id_order.h"

#include <stdlib.h>

enum { BUCKET_BITS = 12, BUCKETS = 1 << BUCKET_BITS };

static uint32_t id_order_bucket(uint64_t entry) { return (uint32_t)(entry >> (64 - BUCKET_BITS)); }

static int id_order_compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

void id_order_sort(uint64_t *entries, uint32_t count)
{
    uint32_t next[BUCKETS] = {0}, ends[BUCKETS], sum = 0;
    for (uint32_t i = 0; i < count; i++) next[id_order_bucket(entries[i])]++;
    for (uint32_t bucket = 0; bucket < BUCKETS; bucket++) {
        uint32_t size = next[bucket];
        next[bucket] = sum;
        ends[bucket] = sum += size;
    }
    for (uint32_t bucket = 0; bucket < BUCKETS; bucket++)
        while (next[bucket] < ends[bucket]) {
            uint64_t *place = &entries[next[bucket]], entry = *place;
            uint32_t home = id_order_bucket(entry);
            if (home == bucket) {
                next[bucket]++;
                continue;
            }
            *place = entries[next[home]];
            entries[next[home]++] = entry;
        }
    for (uint32_t bucket = 0, first = 0; bucket < BUCKETS; first = ends[bucket++])
        if (ends[bucket] - first > 1) qsort(entries + first, ends[bucket] - first, sizeof *entries, id_order_compare);
}
