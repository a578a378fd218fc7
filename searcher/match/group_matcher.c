/*
 * A group: every MUST, no MUST_NOT, and where there is no MUST at least one SHOULD.
 *
 * With MUSTs the rarest leads and the others are sought; SHOULDs are only sought when a score is asked for. Without, a binary
 * heap of the SHOULDs by document gives the least.
 */
#include "matcher.h"
#include "posting_cursor.h"
#include "status.h"

struct group_matcher {
    struct matcher base;
    struct matcher **children;      /* in the order of the query: scores add up in this order */
    uint32_t child_count;
    struct matcher **musts;         /* rarest first */
    uint32_t must_count;
    struct matcher **nots;
    uint32_t not_count;
    struct matcher **heap;          /* of SHOULDs, least document first; only without MUSTs */
    uint32_t heap_count;
};

static void heap_sift(struct group_matcher *group, uint32_t at)
{
    struct matcher *moved = group->heap[at];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= group->heap_count) break;
        if (child + 1 < group->heap_count && group->heap[child + 1]->doc < group->heap[child]->doc) child++;
        if (group->heap[child]->doc >= moved->doc) break;
        group->heap[at] = group->heap[child];
        at = child;
    }
    group->heap[at] = moved;
}

static bool group_excludes(struct group_matcher *group, uint32_t doc)
{
    for (uint32_t i = 0; i < group->not_count; i++) {
        matcher_seek(group->nots[i], doc);
        if (group->nots[i]->doc == doc) return true;
    }
    return false;
}

/* From the leading MUST's document on. */
static void group_settle_musts(struct group_matcher *group)
{
    struct matcher *lead = group->musts[0];
    while (lead->doc != NO_DOCUMENT) {
        uint32_t doc = lead->doc, i = 1;
        for (; i < group->must_count; i++) {
            matcher_seek(group->musts[i], doc);
            if (group->musts[i]->doc != doc) break;
        }
        if (i < group->must_count) {
            matcher_seek(lead, group->musts[i]->doc);
            continue;
        }
        if (!group_excludes(group, doc)) break;
        matcher_next(lead);
    }
    group->base.doc = lead->doc;
}

static void group_settle_shoulds(struct group_matcher *group)
{
    while (group->heap[0]->doc != NO_DOCUMENT && group_excludes(group, group->heap[0]->doc)) {
        uint32_t doc = group->heap[0]->doc;
        while (group->heap[0]->doc == doc) {
            matcher_next(group->heap[0]);
            heap_sift(group, 0);
        }
    }
    group->base.doc = group->heap[0]->doc;
}

static void group_next(struct matcher *base)
{
    struct group_matcher *group = (struct group_matcher *)base;
    if (base->doc == NO_DOCUMENT) return;
    if (group->must_count) {
        matcher_next(group->musts[0]);
        group_settle_musts(group);
        return;
    }
    while (group->heap[0]->doc == base->doc) {
        matcher_next(group->heap[0]);
        heap_sift(group, 0);
    }
    group_settle_shoulds(group);
}

static void group_seek(struct matcher *base, uint32_t doc)
{
    struct group_matcher *group = (struct group_matcher *)base;
    if (group->must_count) {
        matcher_seek(group->musts[0], doc);
        group_settle_musts(group);
        return;
    }
    if (!group->heap_count) return;
    while (group->heap[0]->doc < doc) {
        matcher_seek(group->heap[0], doc);
        heap_sift(group, 0);
    }
    group_settle_shoulds(group);
}

static void group_add_score(struct matcher *base, float *sum)
{
    struct group_matcher *group = (struct group_matcher *)base;
    for (uint32_t i = 0; i < group->child_count; i++) {
        struct matcher *child = group->children[i];
        if (child->occur == QUERY_MUST_NOT) continue;
        if (group->must_count) matcher_seek(child, base->doc);
        if (child->doc == base->doc) matcher_add_score(child, sum);
    }
}

static void group_free(struct matcher *base)
{
    struct group_matcher *group = (struct group_matcher *)base;
    for (uint32_t i = 0; i < group->child_count; i++) matcher_free(group->children[i]);
}

static void group_file(struct group_matcher *group, struct matcher *child)
{
    switch (child->occur) {
    case QUERY_MUST: {
        uint32_t at = group->must_count++;
        for (; at > 0 && group->musts[at - 1]->cost > child->cost; at--) group->musts[at] = group->musts[at - 1];
        group->musts[at] = child;
        break;
    }
    case QUERY_MUST_NOT:
        group->nots[group->not_count++] = child;
        break;
    case QUERY_SHOULD:
        group->heap[group->heap_count++] = child;
        break;
    }
}

bf_status group_matcher_open(const struct match_context *context, const struct query_node *node, struct matcher **result,
                             bf_error *error)
{
    static const struct matcher_methods methods = {group_next, group_seek, group_add_score, group_free};
    struct group_matcher *group = arena_take_zeroed(context->arena, sizeof *group);
    size_t room = (node->child_count + 1) * sizeof(struct matcher *);
    if (!group) return fail_memory(error);
    group->base.methods = &methods;
    group->base.occur = node->occur;
    group->base.doc = NO_DOCUMENT;
    group->children = arena_take_zeroed(context->arena, room);
    group->musts = arena_take_zeroed(context->arena, room);
    group->nots = arena_take_zeroed(context->arena, room);
    group->heap = arena_take_zeroed(context->arena, room);
    if (!group->children || !group->musts || !group->nots || !group->heap) return fail_memory(error);
    uint64_t cost = 0;
    for (uint32_t i = 0; i < node->child_count; i++) {
        bf_status status = matcher_open(context, node->children[i], &group->children[i], error);
        if (status != BF_OK) {
            group_free(&group->base);
            return status;
        }
        group->child_count++;
        group_file(group, group->children[i]);
        if (group->children[i]->occur == QUERY_SHOULD) cost += group->children[i]->cost;
    }
    if (group->must_count) {
        group->base.cost = group->musts[0]->cost;
        group_settle_musts(group);
    } else if (group->heap_count) {
        group->base.cost = cost > UINT32_MAX ? UINT32_MAX : (uint32_t)cost;
        for (uint32_t i = group->heap_count; i-- > 0;) heap_sift(group, i);
        group_settle_shoulds(group);
    }
    *result = &group->base;
    return BF_OK;
}
