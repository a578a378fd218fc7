/*
 * Exact top k of a single term. Where the score that k documents reach is stored, only blocks or pages, and only runs or cells of
 * them, are looked at whose maxima reach it: of a list of thousands that leaves about k postings. Where it isn't, for another k or
 * because documents were deleted, they are visited in the order of their maxima, the largest first, and while these reach the
 * worst score of the best k so far.
 *
 * An impact tf / (tf + norm) reaches i where tf reaches norm * i / (1 - i): a posting is asked this, and only what passes is
 * scored. There is nothing to add up, so there are no candidates: a hit is scored where it is found.
 */
#include "impact.h"
#include "posting_record.h"
#include "rank_run.h"
#include "status.h"

#include <math.h>

#define NONE UINT32_MAX

struct one_term {
    struct rank_run run;
    struct ranked_list *list;
    float title_most;                    /* how often an occurrence counts at most */
    float odds;                          /* a posting must occur so many times its norm, all occurrences counting most */
    double odds_limit;                   /* the score that this was computed from */
    float tabled_odds;                   /* those that the next was computed from */
    uint32_t least_tf[256];              /* by length byte: how often that is */
    uint32_t first[IMPACT_CODE_MAX + 1]; /* by code: the first part that has it as its maximum, or NONE ... */
    uint32_t *following;                 /* ... and by part: another of the same */
};

/* Of impact i the odds are i / (1 - i). Rounding in a score is made up for. */
static void raise_odds(struct one_term *one)
{
    struct rank_run *run = &one->run;
    run->least = rank_threshold(&run->ranking->top, &run->limit, run->scale, 1);
    if (run->limit <= one->odds_limit) return;
    one->odds_limit = run->limit;
    double impact = run->limit * (1 - 2e-6) / (double)one->list->leaf->weight;
    one->odds = impact < 1 ? (float)(impact / (1 - impact) / (double)one->title_most) : INFINITY;
}

/* Scores a posting that passed. False: memory was refused. */
static bool score(struct one_term *one, uint32_t doc, uint32_t posting, uint32_t tf)
{
    struct rank_run *run = &one->run;
    if (segment_is_deleted(run->segment, doc)) return true;
    struct ranked_hit hit = hit_make(run->segment, run->number, doc);
    hit.score = ranked_list_score(one->list, doc, posting, tf);
    run->scored_count++;
    if (!top_hits_add(&run->ranking->top, &hit)) return false;
    if (run->ranking->top.count == run->ranking->top.k) raise_odds(one);
    return true;
}

/* Those runs of a block that reach the threshold. */
static bool rank_block(struct one_term *one, uint32_t block)
{
    struct ranked_list *list = one->list;
    uint32_t codes = posting_block_runs(&list->list, block), count = posting_block_count(&list->list, block);
    if (!ranked_list_docs(list, block) || !ranked_list_load_tfs(list, block)) return true;
    const uint32_t *docs = list->docs + (size_t)block * POSTING_BLOCK, *tfs = list->tfs + (size_t)block * POSTING_BLOCK;
    for (uint32_t from = 0; from < count; from += POSTING_RUN, codes >>= 4) {
        if ((codes & 15) * list->grid_step < one->run.least) continue;
        uint32_t end = count - from < POSTING_RUN ? count : from + POSTING_RUN;
        for (uint32_t at = from; at < end; at++) {
            if ((float)tfs[at] < one->odds * leaf_norm(list->leaf, list->bm25, list->segment, docs[at])) continue;
            if (!score(one, docs[at], block * POSTING_BLOCK + at, tfs[at])) return false;
        }
    }
    return true;
}

/* A frequency of 2^24 and more passes in any case: so far floats hold all integers. */
static void table_odds(struct one_term *one)
{
    const float *norms = one->list->bm25->norm, odds = one->odds, same = one->list->bm25->k1, most = 1 << 24;
    const bool counts_length = one->list->leaf->counts_length;
    if (one->tabled_odds == odds) return;
    one->tabled_odds = odds;
    for (uint32_t i = 0; i < 256; i++) {
        float least = odds * (counts_length ? norms[i] : same);
        if (!(least < most)) least = most;
        int32_t whole = (int32_t)least;
        one->least_tf[i] = (uint32_t)whole + ((float)whole < least);
    }
}

/* Those documents of a cell that reach the threshold. Which these are is found out without a branch where the cell is full, as
 * those of a word that is everywhere are. */
static bool rank_cell(struct one_term *one, uint32_t first, uint32_t set, const uint8_t *lengths, const uint32_t *tfs)
{
    uint32_t reached = 0, full = set == 0xffff;
    for (uint32_t low = 0; full && low < 16; low++) reached |= (uint32_t)(tfs[low] >= one->least_tf[lengths[first + low]]) << low;
    for (uint32_t left = full ? reached : set; left; left &= left - 1) {
        uint32_t low = (uint32_t)__builtin_ctz(left);
        uint32_t tf = full ? tfs[low] : *tfs++;
        if (tf >= one->least_tf[lengths[first + low]] && !score(one, first + low, 0, tf)) return false;
    }
    return true;
}

/* Those cells of a page that reach the threshold. */
static bool rank_page(struct one_term *one, uint32_t page)
{
    struct ranked_list *list = one->list;
    struct rank_run *run = &one->run;
    uint16_t cells[KERNEL_CELLS], sums[KERNEL_CELLS] = {0};
    uint64_t set[4];
    uint32_t tfs[POSTING_PAGE], at = 0, first = page * POSTING_PAGE, docs = run->segment->meta.doc_count - first;
    const struct page_cells from = {list->list.grid, list->list.grid_shift, list->grid_step,
                                    ranked_list_bound(list, list->list.page_max[page])};
    run->kernel->add_cells(&from, page, cells, sums);
    uint32_t live = run->kernel->at_least(sums, (uint16_t)(run->least ? run->least : 1));
    if (!live || !posting_list_verify_page(run->segment, &list->view, &list->list, page)) return true;
    const uint8_t *lengths = segment_length_bytes(run->segment, first, first + (docs < POSTING_PAGE ? docs : POSTING_PAGE));
    const char *rule = posting_page_bits(&list->list, page, set);
    if (!rule) rule = posting_page_tfs(&list->list, page, tfs);
    if (rule) segment_broken(run->segment, "postings", rule);
    if (rule || !lengths) return true;
    table_odds(one);
    for (uint32_t cell = 0; cell < KERNEL_CELLS && live >> cell; cell++) {
        uint32_t here = (uint32_t)(set[cell / 4] >> cell % 4 * 16) & 0xffff;
        if ((live >> cell & 1) && !rank_cell(one, first + cell * 16, here, lengths, tfs + at)) return false;
        at += (uint32_t)__builtin_popcount(here);
    }
    return true;
}

static bool rank_part(struct one_term *one, uint32_t part)
{
    if (one->run.least > UINT16_MAX) return true;
    return ranked_list_is_paged(one->list) ? rank_page(one, part) : rank_block(one, part);
}

/* The least code whose bound reaches the threshold; 0 is of parts that have nothing. */
static uint32_t least_code(const struct one_term *one)
{
    uint32_t code = 1;
    if (one->run.least > 0 && one->list->step > 0 && one->run.least - 1 <= UINT16_MAX)
        code = ((one->run.least - 1) << 8) / one->list->step;
    if (code == 0) code = 1;
    while (code <= IMPACT_CODE_MAX && ranked_list_bound(one->list, code) < one->run.least) code++;
    return code;
}

/* All parts whose maxima reach the threshold, as they come. */
static bool rank_in_order(struct one_term *one)
{
    const struct posting_list *list = &one->list->list;
    uint32_t least = least_code(one);
    for (uint32_t part = 0; part < list->block_count; part++)
        if (list->page_max[part] >= least && !rank_part(one, part)) return false;
    return true;
}

/* Chains the parts whose maxima reach the threshold by their codes. False: memory was refused. */
static bool chain_parts(struct one_term *one)
{
    const struct posting_list *list = &one->list->list;
    uint32_t least = least_code(one);
    one->following = arena_take(&one->run.arena, (size_t)list->block_count * sizeof *one->following);
    if (!one->following) return false;
    for (uint32_t code = 0; code <= IMPACT_CODE_MAX; code++) one->first[code] = NONE;
    for (uint32_t part = list->block_count; part-- > 0;) {
        uint32_t code = list->page_max[part];
        if (code < least) continue;
        one->following[part] = one->first[code];
        one->first[code] = part;
    }
    return true;
}

static bool rank_best_first(struct one_term *one)
{
    if (!chain_parts(one)) return false;
    for (uint32_t code = IMPACT_CODE_MAX; code > 0; code--) {
        if (one->first[code] == NONE) continue;
        if (ranked_list_bound(one->list, code) < one->run.least) break;
        for (uint32_t part = one->first[code]; part != NONE; part = one->following[part])
            if (!rank_part(one, part)) return false;
    }
    return true;
}

static bool rank_list(struct one_term *one)
{
    struct ranked_list *list = one->list;
    const struct rank_run *run = &one->run;
    bool stored = false;
    one->title_most = list->titles_matter && list->bm25->title_weight > 1 ? list->bm25->title_weight : 1;
    one->odds = 0;
    one->odds_limit = 0;
    one->tabled_odds = -1;
    raise_odds(one);
    if (list->shape == CURSOR_INLINE) {
        for (uint32_t i = 0; i < list->df; i++)
            if (!score(one, list->docs[i], i, list->tfs[i])) return false;
        return true;
    }
    for (int i = 0; i < POSTING_KTH; i++) stored |= run->ranking->top.k == posting_kth_k[i] && list->kth[i] > 0;
    return stored ? rank_in_order(one) : rank_best_first(one);
}

static bf_status one_term_segment(struct ranking *ranking, uint32_t number, bf_error *error)
{
    struct one_term one;
    bool possible = false, good = true;
    bf_status status = rank_run_open(&one.run, ranking, number, &possible, error);
    if (status == BF_OK && possible) {
        one.list = one.run.lists[0];
        good = one.run.least > UINT16_MAX || rank_list(&one);
        status = good ? rank_run_outcome(&one.run, error) : fail_memory(error);
    }
    rank_run_close(&one.run);
    return status;
}

static bool one_term_can(const struct ranking *ranking)
{
    const struct query_node *root = ranking->query->root;
    return root->child_count == 1 && root->children[0]->occur != QUERY_MUST_NOT && rank_run_pays(ranking);
}

static bf_status one_term_run(struct ranking *ranking, bf_error *error)
{
    return rank_run_each(ranking, one_term_segment, error);
}

const struct ranker one_term_ranker = {"one-term", "a single word: blocks or pages that reach the k-th impact", one_term_can,
                                       one_term_run};
