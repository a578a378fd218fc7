/*
 * How many live documents match a flat group of terms, without scoring any: from df where that is the answer; by sets of documents,
 * a window of 65,536 at a time; or, where a word that must be there is rare, by walking its postings.
 */
#include "posting_record.h"
#include "rank_run.h"
#include "status.h"

#include <string.h>

enum { WORDS = RANK_SET / 64, PAGES = RANK_SET / POSTING_PAGE };

struct counting {
    struct segment *segment;
    struct arena arena;
    struct ranked_list **lists;
    uint32_t list_count;
    uint32_t must_count, should_count;
    struct ranked_list *rarest;  /* of those that must match */
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

/* Adds the list's documents in [first, first + RANK_SET) to a set that begins with the first. */
static void add_documents(struct counting *counting, struct ranked_list *list, uint32_t first, uint64_t *set)
{
    uint32_t end = first + RANK_SET < first ? UINT32_MAX : first + RANK_SET;
    if (ranked_list_is_paged(list)) {
        bf_error error = {0};
        const char *rule = NULL;
        /* Sectors that were verified before cost a bit each. */
        if (section_verify(&list->view, 0, list->view.length, &error) != BF_OK) segment_fail(counting->segment, &error);
        else rule = posting_pages_add(&list->list, first / POSTING_PAGE, first / POSTING_PAGE + PAGES, set);
        if (rule) segment_broken(counting->segment, "postings", rule);
        return;
    }
    for (uint32_t blocks = ranked_list_blocks(list); list->block < blocks; list->block++) {
        if (!ranked_list_docs(list, list->block)) return;
        const uint32_t *docs = list->docs + (size_t)list->block * POSTING_BLOCK;
        uint32_t count = list->shape == CURSOR_INLINE ? list->df : posting_block_count(&list->list, list->block);
        if (docs[0] >= first && docs[count - 1] < end) {
            for (uint32_t i = 0; i < count; i++) bitset_add(set, docs[i] - first);
            continue;
        }
        for (uint32_t i = 0; i < count; i++)
            if (docs[i] >= first && docs[i] < end) bitset_add(set, docs[i] - first);
        if (docs[count - 1] >= end) break; /* the rest is the next window's */
    }
}

/* Takes the list's documents away from the set, or all others. */
static void sieve(struct counting *counting, struct ranked_list *list, uint32_t first)
{
    memset(counting->other, 0, WORDS * sizeof *counting->other);
    add_documents(counting, list, first, counting->other);
    bool keep = list->occur == QUERY_MUST;
    for (uint32_t i = 0; i < WORDS; i++) counting->set[i] &= keep ? counting->other[i] : ~counting->other[i];
}

static uint64_t count_window(struct counting *counting, uint32_t first)
{
    const uint64_t *deleted = counting->segment->deleted ? counting->segment->deleted + first / 64 : NULL;
    uint32_t docs = counting->segment->meta.doc_count - first < RANK_SET ? counting->segment->meta.doc_count - first : RANK_SET;
    memset(counting->set, 0, WORDS * sizeof *counting->set);
    for (uint32_t i = 0; i < counting->list_count; i++)
        if (counting->rarest ? counting->lists[i] == counting->rarest : counting->lists[i]->occur == QUERY_SHOULD)
            add_documents(counting, counting->lists[i], first, counting->set);
    for (uint32_t i = 0; i < counting->list_count; i++)
        if (counting->lists[i] != counting->rarest && counting->lists[i]->occur != QUERY_SHOULD)
            sieve(counting, counting->lists[i], first);
    for (uint32_t i = 0; deleted && i < bitset_words(docs); i++) counting->set[i] &= ~deleted[i];
    return page_kernel()->count_bits(counting->set, WORDS);
}

/* Walks the rarest of the words that must match. */
static uint64_t count_walking(struct counting *counting)
{
    struct ranked_list *lead = counting->rarest;
    uint32_t pages = counting->segment->meta.doc_count / POSTING_PAGE;
    uint64_t total = 0;
    for (uint32_t i = 0; i < counting->list_count; i++) counting->lists[i]->keeps_sets = lead->df > pages;
    for (uint32_t block = 0, blocks = ranked_list_blocks(lead); block < blocks && ranked_list_docs(lead, block); block++) {
        const uint32_t *docs = lead->docs + (size_t)block * POSTING_BLOCK;
        uint32_t count = lead->shape == CURSOR_INLINE ? lead->df : posting_block_count(&lead->list, block);
        for (uint32_t i = 0; i < count; i++) {
            bool match = !segment_is_deleted(counting->segment, docs[i]);
            for (uint32_t j = 0; match && j < counting->list_count; j++)
                if (counting->lists[j] != lead)
                    match = ranked_list_has(counting->lists[j], docs[i]) == (counting->lists[j]->occur == QUERY_MUST);
            total += match;
        }
    }
    return total;
}

static bf_status count_segment(struct ranking *ranking, uint32_t number, bf_error *error)
{
    struct counting counting = {.segment = ranking->snapshot->segments[number],
                                .set = ranking->scratch->sets[0], .other = ranking->scratch->sets[1],
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
