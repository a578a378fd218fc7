#include "merge_policy.h"

enum { SIZE_LEAST = 1 << 20 }; /* bytes: smaller segments count as so many, since it is their number that costs */

bool merge_policy_next(const struct manifest_segment *segments, uint32_t count, const struct merge_limit *limit, uint32_t *first,
                       uint32_t *end)
{
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t sum = 0, largest = 0, longest = 0;
        for (uint32_t j = i; j < count && sum < least; j++) {
            uint64_t size = segments[j].bytes < SIZE_LEAST ? SIZE_LEAST : segments[j].bytes;
            if (limit && (longest += limit->longest[j]) > limit->most) break;
            sum += size;
            if (size > largest) largest = size;
            if (j + 1 - i < MERGE_FANOUT || sum < largest * MERGE_GROWTH || sum >= least) continue;
            least = sum;
            *first = i;
            *end = j + 1;
        }
    }
    if (least != UINT64_MAX) return true;
    for (uint32_t i = 0; i < count; i++)
        if (segments[i].deleted_count > segments[i].doc_count / 2) {
            *first = i;
            *end = i + 1;
            return true;
        }
    return false;
}

bool merge_policy_down_to(const struct manifest_segment *segments, uint32_t count, uint32_t wanted, uint32_t *first,
                          uint32_t *end)
{
    if (count <= wanted) {
        for (uint32_t i = 0; wanted == 1 && i < count; i++)
            if (segments[i].deleted_count) {
                *first = i;
                *end = i + 1;
                return true;
            }
        return false;
    }
    uint32_t width = count - wanted + 1;
    uint64_t cost = 0, least = UINT64_MAX;
    for (uint32_t i = 0; i < count; i++) {
        cost += segments[i].bytes;
        if (i + 1 < width) continue;
        if (cost < least) {
            least = cost;
            *first = i + 1 - width;
            *end = i + 1;
        }
        cost -= segments[i + 1 - width].bytes;
    }
    return true;
}
