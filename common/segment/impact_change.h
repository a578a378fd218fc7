/*
 * What impacts that were computed with one set of BM25's parameters are worth with another. With others, every impact is at most
 * `most` and at least `least` times what it was: tf / (tf + norm') over tf / (tf + norm) lies between 1 and norm / norm', and an
 * impact grows with tf, but never faster.
 *
 * A segment's stored impacts bound scores with any parameters by that; the change is the same for all its terms.
 */
#ifndef SEGMENT_IMPACT_CHANGE_H
#define SEGMENT_IMPACT_CHANGE_H

#include "bm25.h"

#include <stdbool.h>

struct impact_change {
    bool known;
    float k1, b, title_weight, average; /* what is asked for now */
    double least, most;                 /* of fields that count lengths */
    double untitled_least, untitled_most; /* ... and of lists of theirs without any occurrence in a title */
    double plain_least, plain_most;     /* of others */
};

/* Makes it the change from those parameters to the ones asked for; nothing to do when it is already. */
void impact_change_make(struct impact_change *change, float k1, float b, float title_weight, float average,
                        const struct bm25 *asked);

/*
 * What has become of an impact w at least, and at most, by one of the factors above. As w = tf / (tf + norm), norm / tf is
 * (1 - w) / w, and what that is multiplied by lies between 1 / most and 1 / least: large impacts change less than small ones.
 */
static inline double impact_change_lower(double impact, double least)
{
    return least > 0 ? impact / (impact + (1 - impact) / least) : 0;
}

static inline double impact_change_raise(double impact, double most) { return impact / (impact + (1 - impact) / most); }

#endif
