/*
 * How many live documents match a flat group of terms, without scoring any: from df where that is the answer; by sets of
 * documents, a window of 65,536 at a time; or, where a word that must be there is rare, by walking its postings.
 */
#include "lead_walk.h"
#include "status.h"

#include <string.h>

struct counting {
    struct segment *segment;
    struct arena arena;
    struct ranked_list **lists;
    uint32_t list_count;
    uint32_t must_count, should_count;
    struct ranked_list *rarest;  /* of those that must match */
    struct rank_scratch *scratch;
    uint64_t *set, *other;       /* of the window: what matches so far; one list */
};

/* *possible = false: nothing can match. */
static bf_status open_lists(struct counting *counting, struct ranking *ranking, uint32_t number, bool *possible, bf_error *error)
{
    const struct query_node *root = ranking->query->root;
    struct match_context context = {counting->segment, number, ranking->leaves, ranking->bm25, &counting->arena};
    bool any_must = false;
    counting->lists = arena_take(&counting->arena, root->child_count * sizeof(struct ranked_list *));
    if (!counting->lists) return fail_memory(error);
    *possible = false;
    for (uint32_t i = 0; i < root->child_count; i++) any_must |= root->children[i]->occur == QUERY_MUST;
    for (uint32_t i = 0; i < root->child_count; i++) {
        const struct query_node *node = root->children[i];
        if (any_must && node->occur == QUERY_SHOULD) continue; /* whether it matches makes no difference */
        struct ranked_list *list;
        bf_status status = ranked_list_open(&context, node, &list, error);
        if (status == BF_NOT_FOUND && node->occur == QUERY_MUST) return BF_OK;
        if (status == BF_NOT_FOUND) continue;
        if (status != BF_OK) return status;
        counting->lists[counting->list_count++] = list;
        counting->must_count += node->occur == QUERY_MUST;
        counting->should_count += node->occur == QUERY_SHOULD;
        if (node->occur == QUERY_MUST && (!counting->rarest || list->df < counting->rarest->df)) counting->rarest = list;
    }
    *possible = counting->must_count + counting->should_count > 0;
    return BF_OK;
}

/* Takes the list's documents away from the set, or all others. */
static void sieve(struct counting *counting, struct ranked_list *list, uint32_t first)
{
    const uint32_t words = rank_set_words(counting->segment->meta.doc_count, first);
    memset(counting->other, 0, words * sizeof *counting->other);
    ranked_list_add_to_set(list, first, counting->other);
    bool keep = list->occur == QUERY_MUST;
    for (uint32_t i = 0; i < words; i++) counting->set[i] &= keep ? counting->other[i] : ~counting->other[i];
}

static uint64_t count_window(struct counting *counting, uint32_t first)
{
    const uint64_t *deleted = counting->segment->deleted ? counting->segment->deleted + first / 64 : NULL;
    uint32_t docs = counting->segment->meta.doc_count - first < RANK_SET ? counting->segment->meta.doc_count - first : RANK_SET;
    const uint32_t words = rank_set_words(counting->segment->meta.doc_count, first);
    memset(counting->set, 0, words * sizeof *counting->set);
    for (uint32_t i = 0; i < counting->list_count; i++)
        if (counting->rarest ? counting->lists[i] == counting->rarest : counting->lists[i]->occur == QUERY_SHOULD)
            ranked_list_add_to_set(counting->lists[i], first, counting->set);
    for (uint32_t i = 0; i < counting->list_count; i++)
        if (counting->lists[i] != counting->rarest && counting->lists[i]->occur != QUERY_SHOULD)
            sieve(counting, counting->lists[i], first);
    for (uint32_t i = 0; deleted && i < bitset_words(docs); i++) counting->set[i] &= ~deleted[i];
    return page_kernel()->count_bits(counting->set, words);
}

/* Walks the rarest of the words that must match. */
static uint64_t count_walking(struct counting *counting)
{
    struct lead_walk walk = {.lead = counting->rarest, .scratch = counting->scratch};
    uint64_t total = 0;
    walk.others = arena_take(&counting->arena, counting->list_count * sizeof(struct ranked_list *));
    if (!walk.others) {
        segment_broken(counting->segment, "postings", memory_rule);
        return 0;
    }
    for (uint32_t i = 0; i < counting->list_count; i++) { /* the rarest first, and last those that must not match */
        struct ranked_list *list = counting->lists[i];
        uint32_t at = walk.other_count;
        list->keeps_sets = walk.lead->df > counting->segment->meta.doc_count / POSTING_PAGE;
        if (list == walk.lead) continue;
        for (; at > 0 && list->occur == QUERY_MUST; at--) {
            if (walk.others[at - 1]->occur == QUERY_MUST && walk.others[at - 1]->df <= list->df) break;
            walk.others[at] = walk.others[at - 1];
        }
        walk.others[at] = list;
        walk.other_count++;
    }
    while (lead_walk_next(&walk)) {
        total += walk.kept_count;
        for (uint32_t i = 0; counting->segment->deleted && i < walk.kept_count; i++)
            total -= segment_is_deleted(counting->segment, walk.lead->docs[walk.kept[i]]);
    }
    return total;
}

static bf_status count_segment(struct ranking *ranking, uint32_t number, bf_error *error)
{
    struct counting counting = {.segment = ranking->snapshot->segments[number],
                                .scratch = ranking->scratch, .set = ranking->scratch->sets[0], .other = ranking->scratch->sets[1],
                                .arena = rank_arena_take(ranking->scratch)};
    bool possible = false;
    bf_status status = open_lists(&counting, ranking, number, &possible, error);
    if (status == BF_OK && possible) {
        uint32_t doc_count = counting.segment->meta.doc_count;
        if (counting.list_count == 1 && !counting.segment->deleted) ranking->total += counting.lists[0]->df;
        else if (counting.rarest && !ranked_list_is_paged(counting.rarest)) ranking->total += count_walking(&counting);
        else
            for (uint64_t first = 0; first < doc_count; first += RANK_SET)
                ranking->total += count_window(&counting, (uint32_t)first);
        status = segment_outcome(counting.segment, error);
    }
    rank_arena_return(ranking->scratch, &counting.arena);
    return status;
}

bf_status ranking_count(struct ranking *ranking, bf_error *error)
{
    bf_status status = BF_OK;
    const struct query_node *root = ranking->query->root;
    ranking->total = 0;
    if (root->child_count == 1 && root->children[0]->occur != QUERY_MUST_NOT) { /* of one word it is known: deletions are off */
        ranking->total = ranking->leaves[root->children[0]->leaf].terms[0].df;
        return BF_OK;
    }
    for (uint32_t i = 0; status == BF_OK && i < ranking->snapshot->segment_count; i++) status = count_segment(ranking, i, error);
    return status;
}

static bool counting_can(const struct ranking *ranking)
{
    return ranking->count_only && rank_run_can(ranking);
}

const struct ranker counting_ranker = {"counting", "only the number of matches is wanted", counting_can, ranking_count};
