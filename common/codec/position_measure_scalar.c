#include "position_measure.h"

bool position_measure_scalar(const struct position_postings *postings, struct position_sums *sums)
{
    uint32_t low = 0, high = 0, seen = 0;
    for (uint32_t i = 0; i < postings->count; i++) {
        uint32_t tf = postings->tfs[i], doc = postings->docs[i];
        sums->low[i] = low;
        sums->high[i] = high;
        low += tf * position_width(postings->scale->eighths[postings->length_bytes ? postings->length_bytes[doc] : 0], tf);
        high += tf > 1 ? tf : 0;
        seen |= tf;
    }
    sums->low[postings->count] = low;
    sums->high[postings->count] = high;
    return seen < POSITION_MEASURED_TF && (postings->count == 0 || postings->docs[postings->count - 1] <= INT32_MAX);
}
