#include "lead_walk.h"

#include <string.h>

enum {
    SET_RATIO = 16,  /* of a list's postings to those that are left: with more it isn't made a set ... */
    SET_PAGED = 512, /* ... and a paged one only for so many that are left */
};

/* Takes the lead's postings of the stretch that begins with the document `first`. */
static void take_postings(struct lead_walk *walk, uint32_t first)
{
    struct ranked_list *lead = walk->lead;
    while (walk->posting < lead->df) {
        uint32_t block = walk->posting / POSTING_BLOCK, end = (block + 1) * POSTING_BLOCK;
        if (end > lead->df) end = lead->df;
        bool inlined = lead->shape == CURSOR_INLINE;
        if (!inlined && ranked_list_bound(lead, posting_block_max(&lead->list, block)) < walk->needed) {
            walk->posting = end;
            continue;
        }
        if (!ranked_list_docs(lead, block)) return;
        bool all = lead->docs[end - 1] - first < RANK_SET;
        while (!all && lead->docs[end - 1] - first >= RANK_SET && end > walk->posting) end--;
        uint32_t *kept = walk->kept + walk->kept_count, from = walk->posting, count = end - from;
        for (uint32_t i = 0; i < count; i++) kept[i] = from + i;
        walk->kept_count += count;
        walk->posting = end;
        if (!all) return;
    }
}

static void sift_by_set(struct lead_walk *walk, struct ranked_list *list, uint32_t first, bool wanted)
{
    uint64_t *set = walk->scratch->sets[0];
    const uint32_t *docs = walk->lead->docs;
    uint32_t kept = 0;
    memset(set, 0, rank_set_words(list->segment->meta.doc_count, first) * sizeof *set);
    ranked_list_add_to_set(list, first, set);
    for (uint32_t i = 0; i < walk->kept_count; i++) {
        uint32_t posting = walk->kept[i];
        walk->kept[kept] = posting;
        kept += bitset_has(set, docs[posting] - first) == wanted;
    }
    walk->kept_count = kept;
}

static void sift_by_look_up(struct lead_walk *walk, struct ranked_list *list, bool wanted)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < walk->kept_count; i++) {
        uint32_t posting = walk->kept[i];
        if (ranked_list_has(list, walk->lead->docs[posting]) == wanted) walk->kept[kept++] = posting;
    }
    walk->kept_count = kept;
}

bool lead_walk_next(struct lead_walk *walk)
{
    struct ranked_list *lead = walk->lead;
    walk->kept = walk->scratch->postings;
    walk->kept_count = 0;
    while (walk->kept_count == 0) {
        if (walk->posting >= lead->df || lead->segment->failure.status != BF_OK) return false;
        if (!ranked_list_docs(lead, walk->posting / POSTING_BLOCK)) return false;
        uint32_t first = lead->docs[walk->posting] / RANK_SET * RANK_SET;
        take_postings(walk, first);
        for (uint32_t i = 0; i < walk->other_count && walk->kept_count; i++) {
            struct ranked_list *list = walk->others[i];
            bool paged = ranked_list_is_paged(list), wanted = list->occur != QUERY_MUST_NOT;
            if (paged ? walk->kept_count >= SET_PAGED : list->df / SET_RATIO <= walk->kept_count)
                sift_by_set(walk, list, first, wanted);
            else
                sift_by_look_up(walk, list, wanted);
        }
    }
    return true;
}
