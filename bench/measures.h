/*
 * Measures of a ranking's quality against graded judgements, as TREC's evaluations define them: a grade above 0 is
 * relevant, an unjudged article is not.
 *
 * Average precision, precision and recall: Buckley and Voorhees, "Retrieval System Evaluation", in TREC: Experiment and
 * Evaluation in Information Retrieval (2005). nDCG: gain 2^grade - 1, discount log2(rank + 1), after Burges et al.,
 * "Learning to Rank using Gradient Descent" (ICML 2005).
 */
#ifndef BENCH_MEASURES_H
#define BENCH_MEASURES_H

#include <stddef.h>

#define MEASURES_DEPTH 1000 /* how far down a ranking is looked at */

struct measures {
    double average_precision;
    double ndcg_10;
    double precision_10;
    double recall_1000;
    double reciprocal_rank;
};

/* Of one topic. `grades[i]` is the grade of the article at rank i + 1; `judged` are the grades of all articles
 * judged for the topic in any order, found or not. All zeros when nothing judged is relevant. */
struct measures measures_of(const int *grades, size_t ranked, const int *judged, size_t judged_count);

/* Adds one topic to a sum, and turns the sum over `count` topics into the mean. */
void measures_add(struct measures *sum, const struct measures *topic);
void measures_divide(struct measures *sum, size_t count);

#endif
