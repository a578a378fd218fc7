#include "impact_change.h"

#include <math.h>

static void change_widen(double *least, double *most, double ratio)
{
    *most = fmax(*most, ratio);
    *least = fmin(*least, ratio);
}

static double change_ratio(float then, float now) { return now > 0 ? (double)then / (double)now : INFINITY; }

void impact_change_make(struct impact_change *change, float k1, float b, float title_weight, float average,
                        const struct bm25 *asked)
{
    if (change->known && change->k1 == asked->k1 && change->b == asked->b && change->title_weight == asked->title_weight &&
        change->average == asked->average)
        return;
    *change = (struct impact_change){.known = true,
                                     .k1 = asked->k1,
                                     .b = asked->b,
                                     .title_weight = asked->title_weight,
                                     .average = asked->average,
                                     .least = 1,
                                     .most = 1,
                                     .untitled_least = 1,
                                     .untitled_most = 1,
                                     .plain_least = 1,
                                     .plain_most = 1};
    if (k1 == asked->k1 && b == asked->b && title_weight == asked->title_weight && average == asked->average) return;
    struct bm25 then;
    bm25_prepare(&then, k1, b, title_weight, average);
    change_widen(&change->plain_least, &change->plain_most, change_ratio(then.k1, asked->k1));
    for (int byte = 1; byte < 256; byte++) /* an article that has a word is not empty */
        change_widen(&change->untitled_least, &change->untitled_most, change_ratio(then.norm[byte], asked->norm[byte]));
    double ratio = change_ratio(asked->title_weight, then.title_weight);
    change->most = change->untitled_most * fmax(1, ratio);
    change->least = change->untitled_least * fmin(1, ratio);
}
