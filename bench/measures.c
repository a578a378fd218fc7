#include "measures.h"

#include <math.h>

enum { NDCG_DEPTH = 10, PRECISION_DEPTH = 10 };

static double discounted_gain(int grade, size_t rank)
{
    return grade > 0 ? (exp2(grade) - 1) / log2((double)rank + 1) : 0;
}

/* The DCG of the best possible order. Only the ten best grades count, so they are picked out grade by grade,
 * from the highest down. */
static double ideal_gain(const int *judged, size_t judged_count)
{
    double sum = 0;
    int below = 0; /* grades at or above this one are taken; 0: none yet */
    size_t rank = 1;
    while (rank <= NDCG_DEPTH) {
        int best = 0;
        size_t times = 0;
        for (size_t i = 0; i < judged_count; i++) {
            if (judged[i] <= 0 || (below > 0 && judged[i] >= below)) continue;
            if (judged[i] > best) times = 0;
            if (judged[i] >= best) {
                best = judged[i];
                times++;
            }
        }
        if (best == 0) break;
        for (; times > 0 && rank <= NDCG_DEPTH; times--, rank++) sum += discounted_gain(best, rank);
        below = best;
    }
    return sum;
}

struct measures measures_of(const int *grades, size_t ranked, const int *judged, size_t judged_count)
{
    struct measures m = {0};
    size_t relevant = 0, found = 0;
    for (size_t i = 0; i < judged_count; i++) relevant += judged[i] > 0;
    if (relevant == 0) return m;
    if (ranked > MEASURES_DEPTH) ranked = MEASURES_DEPTH;

    size_t found_10 = 0;
    double precisions = 0, gain = 0;
    for (size_t i = 0; i < ranked; i++) {
        if (grades[i] <= 0) continue;
        const size_t rank = i + 1;
        found++;
        precisions += (double)found / (double)rank;
        if (found == 1) m.reciprocal_rank = 1 / (double)rank;
        if (rank <= PRECISION_DEPTH) found_10++;
        if (rank <= NDCG_DEPTH) gain += discounted_gain(grades[i], rank);
    }
    m.average_precision = precisions / (double)relevant;
    m.precision_10 = (double)found_10 / PRECISION_DEPTH;
    m.ndcg_10 = gain / ideal_gain(judged, judged_count);
    m.recall_1000 = (double)found / (double)relevant;
    return m;
}

void measures_add(struct measures *sum, const struct measures *topic)
{
    sum->average_precision += topic->average_precision;
    sum->ndcg_10 += topic->ndcg_10;
    sum->precision_10 += topic->precision_10;
    sum->recall_1000 += topic->recall_1000;
    sum->reciprocal_rank += topic->reciprocal_rank;
}

void measures_divide(struct measures *sum, size_t count)
{
    if (count == 0) return;
    sum->average_precision /= (double)count;
    sum->ndcg_10 /= (double)count;
    sum->precision_10 /= (double)count;
    sum->recall_1000 /= (double)count;
    sum->reciprocal_rank /= (double)count;
}
