#include "impact.h"

#include <math.h>

float impact_unit(float max)
{
    float unit = (float)((double)max / IMPACT_CODE_MAX);
    while ((double)unit * IMPACT_CODE_MAX < (double)max) unit = nextafterf(unit, INFINITY);
    return unit;
}

uint8_t impact_code(float impact, float unit)
{
    uint32_t code = (uint32_t)((double)impact / (double)unit);
    if (code > 1) code--; /* the quotient may have been rounded up */
    else
        code = 1;
    while ((double)code * (double)unit < (double)impact && code < IMPACT_CODE_MAX) code++;
    return (uint8_t)code;
}

/* Puts the k largest of the values first, in no order (Hoare: Algorithm 65, Find, 1961). 1 <= k <= count. Returns the least
 * of those. */
static float select_largest(float *values, size_t count, size_t k)
{
    size_t low = 0, high = count - 1, wanted = k - 1;
    while (low < high) {
        float pivot = values[low + (high - low) / 2];
        size_t i = low - 1, j = high + 1;
        for (;;) {
            do i++; while (values[i] > pivot);
            do j--; while (values[j] < pivot);
            if (i >= j) break;
            float other = values[i];
            values[i] = values[j];
            values[j] = other;
        }
        /* values[low..j] >= pivot >= values[j + 1..high], and j < high */
        if (wanted <= j) high = j;
        else
            low = j + 1;
    }
    return values[wanted];
}

void impact_select(const float *impacts, size_t count, const uint32_t *k, uint32_t k_count, float *kth)
{
    /* The largest so far. When the room is full the least are dropped again; from then on only what beats the worst kept one
     * enters, so a long list costs little more than one comparison an impact. */
    float kept[4 * IMPACT_SELECT_MAX];
    size_t kept_count = 0;
    uint32_t largest_k = 0;
    for (uint32_t i = 0; i < k_count; i++) {
        kth[i] = 0;
        if (k[i] <= count) largest_k = k[i];
    }
    if (!largest_k) return;
    float worst_kept = -1;
    for (size_t i = 0; i < count; i++) {
        if (impacts[i] <= worst_kept) continue;
        kept[kept_count++] = impacts[i];
        if (kept_count == sizeof kept / sizeof *kept) {
            worst_kept = select_largest(kept, kept_count, largest_k);
            kept_count = largest_k;
        }
    }
    for (uint32_t i = k_count; i-- > 0;) {
        if (k[i] > count) continue;
        kth[i] = select_largest(kept, kept_count, k[i]);
        kept_count = k[i];
    }
}
