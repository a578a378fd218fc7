#include "matcher.h"

#include "status.h"

bf_status matcher_open(const struct match_context *context, const struct query_node *node, struct matcher **matcher,
                       bf_error *error)
{
    switch (node->kind) {
    case QUERY_TERM: return term_matcher_open(context, node, matcher, error);
    case QUERY_PHRASE: return phrase_matcher_open(context, node, matcher, error);
    case QUERY_GROUP: return group_matcher_open(context, node, matcher, error);
    case QUERY_ALL:
    case QUERY_DATE:
    case QUERY_ID: return filter_matcher_open(context, node, matcher, error);
    }
    return fail(error, BF_BAD_ARGUMENT, "a clause of an unknown kind");
}
