/* Clauses that choose documents but never score: every article, those of a range of dates, the one of an id. */
#include "matcher.h"
#include "posting_cursor.h"
#include "status.h"

struct filter_matcher {
    struct matcher base;
    struct segment *segment;
    const struct query_node *node;
};

static bool filter_holds(struct filter_matcher *matcher, uint32_t doc)
{
    if (matcher->node->kind == QUERY_ALL) return true;
    int64_t date = INT64_MIN;
    bf_error error; /* filled by a failure only: clearing a kilobyte costs more than most calls */
    if (segment_date(matcher->segment, doc, &date, &error) != BF_OK) segment_fail(matcher->segment, &error);
    return date != INT64_MIN && date >= matcher->node->date_from && date < matcher->node->date_to;
}

static void filter_seek(struct matcher *base, uint32_t doc)
{
    struct filter_matcher *matcher = (struct filter_matcher *)base;
    base->doc = NO_DOCUMENT;
    if (matcher->node->kind == QUERY_ID) return; /* at most one document, which has been passed */
    for (; doc < matcher->segment->meta.doc_count && matcher->segment->failure.status == BF_OK; doc++)
        if (filter_holds(matcher, doc)) {
            base->doc = doc;
            return;
        }
}

static void filter_next(struct matcher *base)
{
    if (base->doc != NO_DOCUMENT) filter_seek(base, base->doc + 1);
}

static void filter_add_score(struct matcher *base, float *sum)
{
    (void)base;
    (void)sum;
}

bf_status filter_matcher_open(const struct match_context *context, const struct query_node *node, struct matcher **result,
                              bf_error *error)
{
    static const struct matcher_methods methods = {filter_next, filter_seek, filter_add_score, NULL};
    struct filter_matcher *matcher = arena_take_zeroed(context->arena, sizeof *matcher);
    if (!matcher) return fail_memory(error);
    matcher->base.methods = &methods;
    matcher->base.occur = node->occur;
    matcher->segment = context->segment;
    matcher->node = node;
    matcher->base.cost = node->kind == QUERY_ID ? 1 : context->segment->meta.doc_count;
    if (node->kind == QUERY_ID) {
        bf_status status = segment_find_id(context->segment, node->id.bytes, node->id.length, &matcher->base.doc, error);
        if (status == BF_NOT_FOUND) matcher->base.doc = NO_DOCUMENT;
        else if (status != BF_OK) return status;
    } else {
        filter_seek(&matcher->base, 0);
    }
    *result = &matcher->base;
    return BF_OK;
}
