/*
 * Exact top k of a single term. Its blocks, or pages, are visited in the order of their maxima, the largest first, and only while
 * these reach the threshold, which begins at the stored k-th impact: of a list of thousands that leaves about k of them.
 */
#include "impact.h"
#include "posting_record.h"
#include "rank_run.h"
#include "status.h"

#define NONE UINT32_MAX

struct one_term {
    struct rank_run run;
    struct ranked_list *list;
    uint32_t first[IMPACT_CODE_MAX + 1]; /* by code: the first part that has it as its maximum, or NONE ... */
    uint32_t *following;                 /* ... and by part: another of the same */
};

static bool push(struct one_term *one, uint32_t doc, uint32_t posting, uint32_t tf)
{
    struct rank_run *run = &one->run;
    const struct candidate candidate = {.doc = doc, .bound = (uint16_t)ranked_list_impact(one->list, doc, posting, tf),
                                        .refined = true};
    return candidate.bound < run->least || segment_is_deleted(run->segment, doc) || rank_run_push_refined(run, &candidate);
}

/* Chains the parts whose maxima reach the threshold by their codes. False: memory was refused. */
static bool chain_parts(struct one_term *one)
{
    const struct posting_list *list = &one->list->list;
    one->following = arena_take(&one->run.arena, (size_t)list->block_count * sizeof *one->following);
    if (!one->following) return false;
    for (uint32_t code = 0; code <= IMPACT_CODE_MAX; code++) one->first[code] = NONE;
    uint32_t least = 1;
    while (least <= IMPACT_CODE_MAX && ranked_list_bound(one->list, least) < one->run.least) least++;
    for (uint32_t part = list->block_count; part-- > 0;) {
        uint32_t code = list->page_max[part];
        if (code < least) continue;
        one->following[part] = one->first[code];
        one->first[code] = part;
    }
    return true;
}

/* Those runs of a block that reach the threshold. */
static bool rank_block(struct one_term *one, uint32_t block)
{
    struct ranked_list *list = one->list;
    uint32_t codes = posting_block_runs(&list->list, block), count = posting_block_count(&list->list, block);
    if (!ranked_list_docs(list, block) || !ranked_list_load_tfs(list, block)) return true;
    for (uint32_t at = 0; at < count; at++) {
        uint32_t posting = block * POSTING_BLOCK + at;
        if ((codes >> at / POSTING_RUN * 4 & 15) * list->grid_step < one->run.least) {
            at |= POSTING_RUN - 1; /* to the end of the run */
            continue;
        }
        if (!push(one, list->docs[posting], posting, list->tfs[posting])) return false;
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
    uint32_t tfs[POSTING_PAGE], at = 0;
    const struct page_cells from = {list->list.grid, list->list.grid_shift, list->grid_step,
                                    ranked_list_bound(list, list->list.page_max[page])};
    run->kernel->add_cells(&from, page, cells, sums);
    uint32_t live = run->kernel->at_least(sums, (uint16_t)(run->least ? run->least : 1));
    if (!live || !posting_list_verify_page(run->segment, &list->view, &list->list, page)) return true;
    const char *rule = posting_page_bits(&list->list, page, set);
    if (!rule) rule = posting_page_tfs(&list->list, page, tfs);
    if (rule) {
        segment_broken(run->segment, "postings", rule);
        return true;
    }
    for (uint32_t word = 0; word < 4; word++)
        for (uint64_t left = set[word]; left; left &= left - 1, at++) {
            uint32_t low = 64 * word + (uint32_t)__builtin_ctzll(left);
            if ((live >> low / 16 & 1) && !push(one, page * POSTING_PAGE + low, 0, tfs[at])) return false;
        }
    return true;
}

static bool rank_list(struct one_term *one)
{
    struct ranked_list *list = one->list;
    if (list->shape == CURSOR_INLINE) {
        for (uint32_t i = 0; i < list->df; i++)
            if (!push(one, list->docs[i], i, list->tfs[i])) return false;
        return rank_run_flush(&one->run);
    }
    if (list->df >= POSTING_BLOCK) ranked_list_tabulate(list);
    if (!chain_parts(one)) return false;
    for (uint32_t code = IMPACT_CODE_MAX; code > 0; code--) {
        if (one->first[code] == NONE) continue;
        if (ranked_list_bound(list, code) < one->run.least) break;
        for (uint32_t part = one->first[code]; part != NONE; part = one->following[part])
            if (ranked_list_is_paged(list) ? !rank_page(one, part) : !rank_block(one, part)) return false;
        /* Enough of them raise the threshold by their bounds. */
        if (one->run.candidate_count >= one->run.ranking->top.k && !rank_run_settle(&one->run, 0)) return false;
    }
    return rank_run_flush(&one->run);
}

static bf_status one_term_segment(struct ranking *ranking, uint32_t number, bf_error *error)
{
    struct one_term one;
    bool possible = false, good = true;
    bf_status status = rank_run_open(&one.run, ranking, number, &possible, error);
    if (status == BF_OK && possible) {
        one.list = one.run.lists[0];
        one.run.all_refined = true;
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

const struct ranker one_term_ranker = {"one-term", "a single word, its blocks or pages in the order of their maxima",
                                       one_term_can, one_term_run};
