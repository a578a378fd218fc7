#include "lead_sieve.h"

#include <string.h>

enum {
    TFS = RANKED_TABLE_TFS + 1, /* so often or more: what the lead adds is bounded by its most */
    TABLE_LEAST = POSTING_BLOCK, /* postings of the lead that pay for a table */
    DECODE_LEAST = 6,           /* postings of a block that are there, for which all its frequencies are decoded at once */
    BUCKET_SHIFT = 8,           /* of bounds below 2^16 */
};

/* The most that so many occurrences add, if each may be in the title: never more than the list's most, and so below 2^16. */
static void table_titled(const struct ranked_list *lead, float tf, const float *norms, uint16_t most[256])
{
    const float weight = lead->scaled_weight, limit = (float)(lead->most - 1);
    if (lead->bm25->title_weight > 1) tf *= lead->bm25->title_weight;
    for (uint32_t i = 0; i < 256; i++) {
        float added = weight * (tf / (tf + norms[i]));
        most[i] = (uint16_t)((int32_t)(added < limit ? added : limit) + 1);
    }
}

bool lead_sieve_open(struct lead_sieve *sieve, const struct rank_run *run, struct ranked_list *lead, const uint16_t *page_sums)
{
    const float *norms = lead->bm25->norm;
    float same[256];
    *sieve = (struct lead_sieve){.scratch = run->scratch, .lead = lead, .page_sums = page_sums, .added = run->scratch->added,
                                 .sums = run->scratch->paged_sums};
    if (lead->df < TABLE_LEAST || !lead->plain) return true;
    if (!(sieve->most = arena_take(lead->arena, (TFS + 1) * sizeof *sieve->most))) return false;
    for (uint32_t i = 0; i < 256 && !lead->leaf->counts_length; i++) same[i] = lead->bm25->k1;
    if (!lead->leaf->counts_length) norms = same;
    for (uint32_t tf = 1; tf < TFS; tf++) {
        if (lead->titles_matter) table_titled(lead, (float)tf, norms, sieve->most[tf]);
        else run->kernel->impacts((float)tf, norms, lead->scaled_weight, sieve->most[tf]);
    }
    for (uint32_t i = 0; i < 256; i++) sieve->most[0][i] = sieve->most[TFS][i] = (uint16_t)lead->most; /* 0: of damaged bytes */
    if (!lead->titles_matter && !lead->impacts) lead->impacts = sieve->most + 1;
    return true;
}

/* The page's sum; 0: one of the lists has nothing there. If there are none: 1, for this is asked for every posting. */
static inline uint32_t page_sum(const struct lead_sieve *sieve, uint32_t doc)
{
    return sieve->page_sums ? sieve->page_sums[doc / POSTING_PAGE] : 1;
}

/* Postings of one block, whose frequencies are there. */
static void take_by_impacts(struct lead_sieve *sieve, const uint32_t *postings, uint32_t count, uint32_t least)
{
    const struct ranked_list *lead = sieve->lead;
    const uint32_t *docs = lead->docs, *tfs = lead->tfs, none = sieve->page_sums == NULL;
    const uint8_t *lengths = segment_length_bytes(lead->segment, docs[postings[0]], docs[postings[count - 1]] + 1);
    uint32_t found = sieve->count;
    for (uint32_t i = 0; lengths && i < count; i++) {
        uint32_t posting = postings[i], doc = docs[posting], tf = tfs[posting], page = page_sum(sieve, doc);
        uint32_t added = sieve->most[tf < TFS ? tf : TFS][lengths[doc]];
        sieve->postings[found] = posting;
        sieve->added[found] = (uint16_t)added;
        sieve->sums[found] = (uint16_t)(page - none);
        found += (page > 0) & (page - none + added >= least);
    }
    sieve->count = found;
}

static void take_by_pages(struct lead_sieve *sieve, const uint32_t *postings, uint32_t count, uint32_t least)
{
    const struct ranked_list *lead = sieve->lead;
    uint32_t most = lead->most, found = sieve->count, none = sieve->page_sums == NULL;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t posting = postings[i], page = page_sum(sieve, lead->docs[posting]);
        sieve->postings[found] = posting;
        sieve->added[found] = (uint16_t)most;
        sieve->sums[found] = (uint16_t)(page - none);
        found += (page > 0) & (page - none + most >= least);
    }
    sieve->count = found;
}

void lead_sieve_take(struct lead_sieve *sieve, uint32_t *postings, uint32_t count, uint32_t least)
{
    struct ranked_list *lead = sieve->lead;
    sieve->postings = postings;
    sieve->count = 0;
    for (uint32_t at = 0, end; at < count; at = end) {
        uint32_t block = postings[at] / POSTING_BLOCK, after = (block + 1) * POSTING_BLOCK;
        for (end = at + 1; end < count && postings[end] < after;) end++;
        if (sieve->most && (end - at >= DECODE_LEAST || bitset_has(lead->tfs_ready, block))) {
            if (!ranked_list_tfs(lead, block)) return;
            take_by_impacts(sieve, postings + at, end - at, least);
        } else {
            take_by_pages(sieve, postings + at, end - at, least);
        }
    }
}

void lead_sieve_by_set(struct lead_sieve *sieve, struct ranked_list *list)
{
    const uint32_t *docs = sieve->lead->docs;
    uint32_t found = 0, first = docs[sieve->postings[0]] / RANK_SET * RANK_SET;
    uint64_t *set = sieve->scratch->sets[0];
    memset(set, 0, rank_set_words(list->segment->meta.doc_count, first) * sizeof *set);
    ranked_list_add_to_set(list, first, set);
    for (uint32_t i = 0; i < sieve->count; i++) {
        uint32_t posting = sieve->postings[i];
        sieve->postings[found] = posting;
        sieve->added[found] = sieve->added[i];
        sieve->sums[found] = sieve->sums[i];
        found += bitset_has(set, docs[posting] - first);
    }
    sieve->count = found;
}

void lead_sieve_by_cells(struct lead_sieve *sieve, const struct ranked_list *list, uint32_t least)
{
    const uint32_t *docs = sieve->lead->docs, shift = list->list.grid_shift, grid_step = list->grid_step;
    const uint8_t *grid = list->list.grid, *page_max = list->list.page_max;
    uint32_t found = 0;
    for (uint32_t i = 0; i < sieve->count; i++) {
        uint32_t posting = sieve->postings[i], doc = docs[posting], cell = doc >> shift, added = sieve->added[i];
        uint32_t bound = ((uint32_t)grid[cell / 2] >> cell % 2 * 4 & 15) * grid_step;
        uint32_t page = ranked_list_bound(list, page_max[doc / POSTING_PAGE]), less = page > bound ? page - bound : 0;
        uint32_t sum = sieve->sums[i] - less;
        sieve->postings[found] = posting;
        sieve->added[found] = (uint16_t)added;
        sieve->sums[found] = (uint16_t)sum;
        found += (bound > 0) & (sum + added >= least);
    }
    sieve->count = found;
}

uint32_t lead_sieve_reached(const struct lead_sieve *sieve, uint32_t wanted)
{
    uint32_t counts[(UINT16_MAX >> BUCKET_SHIFT) + 1] = {0}, bucket = UINT16_MAX >> BUCKET_SHIFT;
    for (uint32_t i = 0; i < sieve->count; i++) counts[(uint16_t)(sieve->added[i] + sieve->sums[i]) >> BUCKET_SHIFT]++;
    for (uint32_t reached = counts[bucket]; reached < wanted && bucket > 0; reached += counts[bucket]) bucket--;
    return bucket << BUCKET_SHIFT;
}

uint32_t lead_sieve_choose(const struct lead_sieve *sieve, uint32_t least, uint32_t end, uint32_t *chosen)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < sieve->count; i++) {
        uint32_t bound = (uint32_t)sieve->added[i] + sieve->sums[i];
        chosen[found] = i;
        found += (bound >= least) & (bound < end);
    }
    return found;
}
