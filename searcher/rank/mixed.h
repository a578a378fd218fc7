/* Why bounds would not help with a query, in a word or two for the plan; NULL: they do. */
#ifndef RANK_MIXED_H
#define RANK_MIXED_H

#include "ranker.h"

const char *mixed_refusal(const struct ranking *ranking);

#endif
