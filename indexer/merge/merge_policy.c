#include "merge_policy.h"

enum { TIER_LEAST = 1 << 20 }; /* bytes: smaller segments are all of tier 0 */

static unsigned tier_of(const struct manifest_segment *segment)
{
    unsigned tier = 0;
    for (uint64_t size = TIER_LEAST; size < segment->bytes && tier < 20; size *= MERGE_FANOUT) tier++;
    return tier;
}

bool merge_policy_next(const struct manifest_segment *segments, uint32_t count, uint32_t *first, uint32_t *end)
{
    for (unsigned tier = 0; tier <= 20; tier++) {
        uint32_t run = 0;
        for (uint32_t i = 0; i <= count; i++) {
            if (i < count && tier_of(&segments[i]) <= tier) {
                run++;
                continue;
            }
            if (run >= MERGE_FANOUT) {
                *first = i - run;
                *end = i;
                return true;
            }
            run = 0;
        }
    }
    for (uint32_t i = 0; i < count; i++)
        if (segments[i].deleted_count > segments[i].doc_count / 2) {
            *first = i;
            *end = i + 1;
            return true;
        }
    return false;
}

bool merge_policy_down_to(const struct manifest_segment *segments, uint32_t count, uint32_t wanted, uint32_t *first, uint32_t *end)
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
