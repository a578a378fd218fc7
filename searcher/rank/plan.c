/* Which ranker runs a query: the first of the list that can. */
#include "mixed.h"

#include <stddef.h>
#include <string.h>

static const struct ranker *const rankers[] = {
    &counting_ranker,
    &one_term_ranker,
    &disjunction_ranker,
    &conjunction_ranker,
    &phrase_ranker,
    &mixed_ranker,
    &exhaustive_ranker,
};

const struct ranker *ranker_choose(const char *name, const struct ranking *ranking)
{
    bool any = !name || strcmp(name, "auto") == 0;
    for (size_t i = 0; i < sizeof rankers / sizeof *rankers; i++) {
        if (!any && strcmp(name, rankers[i]->name) != 0) continue;
        if (!rankers[i]->can || rankers[i]->can(ranking)) return rankers[i];
    }
    return NULL;
}

const char *ranker_why(const struct ranker *ranker, const struct ranking *ranking)
{
    const char *refusal = ranker == &exhaustive_ranker ? mixed_refusal(ranking) : NULL;
    return refusal ? refusal : ranker->why;
}

const char *ranker_name(size_t i)
{
    return i < sizeof rankers / sizeof *rankers ? rankers[i]->name : NULL;
}
