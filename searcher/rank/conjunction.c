/*
 * Exact top k of a flat group of terms that must all match. The rarest leads. If its list is not paged, its postings are walked:
 * those that the other lists which are not paged have (lead_walk.h) are sieved by bounds of what the lead and the paged lists add
 * to them (lead_sieve.h), before anything of the paged lists is read. If all are paged, bounds are added up page by page and cell
 * by cell, empty ones making the sum nothing.
 */
#include "impact.h"
#include "lead_sieve.h"
#include "lead_walk.h"
#include "status.h"

enum {
    PAGED_CANDIDATES = 64, /* so many are scored at a time: the best pages raise the threshold for the others */
    MANY = 64,             /* hits: then nearly all candidates would be scored, and exact bounds are found for all at once */
    REFINED_LEAST = 32,    /* postings that are left, for which it pays too */
    SETTLE_LEAST = 48,     /* candidates, at least, by which the threshold is raised */
    SET_LEAST = 512,       /* postings of a stretch, for which a paged list is made a set */
    FIRST = 48,            /* postings with the best bounds that are looked into before others, at least ... */
    FIRST_SHARE = 4,       /* ... if there are so many times as many: they raise the threshold for the rest */
};

struct conjunction {
    struct rank_run run;
    uint16_t *page_sums;          /* of the paged lists; 0: one of them has nothing there. NULL: there are none */
    struct ranked_list *lead;
    struct ranked_list **shorts;  /* the others that are not paged, rarest first */
    uint32_t short_count;
    uint32_t short_most;          /* their bounds together */
    struct ranked_list **paged;   /* the others that are paged, rarest first */
    uint32_t paged_count;
    struct lead_sieve sieve;
    struct page_part *parts;      /* by list, all paged */
    bool many;                    /* hits are wanted */
    uint64_t settle_at;           /* so many candidates, and the threshold is raised; at first, and then that of further ones: */
    uint64_t settle_least;
};

/* Puts a list among others, the rarest first. */
static void insert_list(struct ranked_list **lists, uint32_t count, struct ranked_list *list)
{
    uint32_t at = count;
    for (; at > 0 && lists[at - 1]->df > list->df; at--) lists[at] = lists[at - 1];
    lists[at] = list;
}

static bool choose_lead(struct conjunction *c)
{
    struct rank_run *run = &c->run;
    c->shorts = arena_take(&run->arena, run->list_count * sizeof(struct ranked_list *));
    c->paged = arena_take(&run->arena, run->list_count * sizeof(struct ranked_list *));
    if (!c->shorts || !c->paged) return false;
    for (uint32_t i = 0; i < run->list_count; i++)
        if (!c->lead || run->lists[i]->df < c->lead->df) c->lead = run->lists[i];
    for (uint32_t i = 0; i < run->list_count; i++) {
        struct ranked_list *list = run->lists[i];
        list->keeps_sets = c->lead->df > run->page_count;
        if (list == c->lead) continue;
        if (ranked_list_is_paged(list)) {
            insert_list(c->paged, c->paged_count++, list);
            continue;
        }
        insert_list(c->shorts, c->short_count++, list);
        c->short_most += list->most;
    }
    return true;
}

/* Keeps a candidate. When there are many again, the threshold is raised: by the bounds of all where these are exact, or by the
 * scores of a few. */
static bool push(struct conjunction *c, uint32_t doc, uint32_t bound)
{
    struct rank_run *run = &c->run;
    const struct candidate candidate = {.doc = doc, .bound = (uint16_t)bound, .refined = run->all_refined};
    if (bound < run->least || segment_is_deleted(run->segment, doc)) return true;
    if (!rank_run_push_refined(run, &candidate)) return false;
    if (run->candidate_count < c->settle_at) return true;
    if (!rank_run_settle(run, run->ranking->top.k + 2)) return false;
    c->settle_at = run->candidate_count + (run->all_refined ? c->settle_least / 2 : run->candidate_count + c->settle_least);
    return true;
}

/* Puts into the sum what the paged lists really add to a document instead of its cells; documents ascend. 0: one of the lists
 * does not have it, or it can't reach the threshold. */
static uint32_t add_paged(struct conjunction *c, uint32_t doc, uint32_t sum)
{
    for (uint32_t i = 0; i < c->paged_count; i++) {
        struct ranked_list *list = c->paged[i];
        uint32_t posting = 0, tf = ranked_list_next_tf(list, doc, &posting);
        if (!tf) return 0;
        sum = sum - ranked_list_cell(list, doc) + ranked_list_impact(list, doc, posting, tf);
        if (sum + c->short_most < c->run.least) return 0;
    }
    return sum;
}

/* What those not paged add to the document, which all of them have, and the `sum` so far. 0: it can't reach the threshold. */
static uint32_t add_shorts(struct conjunction *c, uint32_t doc, uint32_t sum)
{
    uint32_t rest = c->short_most;
    for (uint32_t i = 0; i < c->short_count; i++) {
        struct ranked_list *list = c->shorts[i];
        uint32_t posting = 0, tf;
        if (sum + rest < c->run.least) return 0;
        rest -= list->most;
        if ((tf = ranked_list_next_tf(list, doc, &posting)) > 0) sum += ranked_list_impact(list, doc, posting, tf);
    }
    return sum;
}

/* What of the threshold the lead and the paged lists must reach. */
static uint32_t least_without_shorts(const struct conjunction *c)
{
    return c->run.least > c->short_most ? c->run.least - c->short_most : 0;
}

/* Looks into the lists for the documents that are left and whose bounds are from `least` to below `end`, as long as what is known
 * and the most of the others reach the threshold. False: memory was refused. */
static bool look_into_lists(struct conjunction *c, uint32_t least, uint32_t end)
{
    struct rank_run *run = &c->run;
    struct ranked_list *lead = c->lead;
    const struct lead_sieve *sieve = &c->sieve;
    uint32_t *chosen = run->scratch->chosen, count = lead_sieve_choose(sieve, least, end, chosen);
    for (uint32_t i = 0; i < run->list_count; i++)
        if (run->lists[i] != lead) ranked_list_rewind(run->lists[i]);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = chosen[i], posting = sieve->postings[at], doc = lead->docs[posting], sum = sieve->sums[at];
        if (sum + sieve->added[at] + c->short_most < run->least) continue;
        if (!ranked_list_tfs(lead, posting / POSTING_BLOCK)) return true;
        sum += ranked_list_impact(lead, doc, posting, lead->tfs[posting]);
        if (sum + c->short_most < run->least) continue;
        if (run->all_refined && c->paged_count && !(sum = add_paged(c, doc, sum))) continue;
        sum = add_shorts(c, doc, sum);
        if (sum && !push(c, doc, sum)) return false;
    }
    return true;
}

/*
 * Goes through postings of the leading list, in a stretch of documents, whose documents all lists have that are not paged. Bounds
 * come in the order of what they cost: what the lead adds and the page; where many are left, sets of paged lists, the rarest first;
 * the cells; and then lists are looked into, first for those with the best bounds.
 */
static bool walk_kept(struct conjunction *c, uint32_t *kept, uint32_t count)
{
    struct lead_sieve *sieve = &c->sieve;
    uint64_t first = c->run.ranking->top.k > FIRST / 2 ? 2 * c->run.ranking->top.k : FIRST;
    lead_sieve_take(sieve, kept, count, least_without_shorts(c));
    for (uint32_t i = 0; i < c->paged_count && sieve->count >= SET_LEAST; i++) lead_sieve_by_set(sieve, c->paged[i]);
    for (uint32_t i = 0; i < c->paged_count; i++) lead_sieve_by_cells(sieve, c->paged[i], least_without_shorts(c));
    uint32_t reached = UINT16_MAX + 1;
    if (sieve->count > FIRST_SHARE * first) {
        reached = lead_sieve_reached(sieve, (uint32_t)first);
        if (!look_into_lists(c, reached, UINT16_MAX + 1)) return false;
    }
    return look_into_lists(c, least_without_shorts(c), reached);
}

static bool walk_lead(struct conjunction *c)
{
    struct rank_run *run = &c->run;
    struct lead_walk walk = {.lead = c->lead, .others = c->shorts, .other_count = c->short_count, .scratch = run->scratch};
    uint32_t others = c->short_most;
    for (uint32_t i = 0; i < run->list_count; i++)
        if (ranked_list_is_paged(run->lists[i])) others += run->lists[i]->most;
    for (uint32_t i = 0; i < run->list_count; i++) {
        ranked_list_rewind(run->lists[i]);
        if (c->many && run->lists[i] != c->lead) ranked_list_tabulate(run->lists[i]);
    }
    if (!lead_sieve_open(&c->sieve, run, c->lead, c->page_sums)) return false;
    for (;;) {
        walk.needed = run->least > others ? run->least - others : 0;
        if (!lead_walk_next(&walk)) break;
        /* Of a handful, cells say enough of which to score. */
        if (run->candidate_count == 0 && walk.kept_count >= REFINED_LEAST) run->all_refined = true;
        if (!walk_kept(c, walk.kept, walk.kept_count)) return false;
    }
    return rank_run_flush(run);
}

/* Looks at one page in which every list has something. False: memory was refused. */
static bool rank_page(struct conjunction *c, uint32_t page)
{
    struct rank_run *run = &c->run;
    uint16_t cell_sums[KERNEL_CELLS] = {0}, sums[KERNEL_CELLS], least = (uint16_t)(run->least > 0 ? run->least : 1);
    uint64_t both[4] = {~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0)};
    struct candidate found[POSTING_PAGE];
    uint32_t count = 0;
    if (run->least > UINT16_MAX) return true;
    for (uint32_t i = 0; i < run->list_count; i++) {
        const struct ranked_list *list = run->lists[i];
        const struct page_cells cells = {list->list.grid, list->list.grid_shift, list->grid_step,
                                         ranked_list_bound(list, list->list.page_max[page])};
        run->kernel->add_cells(&cells, page, c->parts[i].cells, cell_sums);
    }
    uint32_t live = run->kernel->at_least(cell_sums, least);
    for (uint32_t i = 0; live && i < run->list_count; i++) live &= run->kernel->at_least(c->parts[i].cells, 1);
    for (uint32_t i = 0; live && i < run->list_count; i++) {
        if (!ranked_list_page_set(run->lists[i], page, c->parts[i].set)) return true;
        uint32_t left = 0;
        for (int word = 0; word < 4; word++) both[word] &= c->parts[i].set[word];
        for (uint32_t cells = live; cells; cells &= cells - 1) {
            uint32_t cell = (uint32_t)__builtin_ctz(cells);
            if (both[cell / 4] >> cell % 4 * 16 & 0xffff) left |= 1U << cell;
        }
        live = left;
    }
    for (; live; live &= live - 1) {
        uint32_t cell = (uint32_t)__builtin_ctz(live);
        uint32_t docs = run->kernel->cell_documents(c->parts, run->list_count, cell, least, sums);
        for (docs &= (uint32_t)(both[cell / 4] >> cell % 4 * 16 & 0xffff); docs; docs &= docs - 1) {
            uint32_t low = (uint32_t)__builtin_ctz(docs), doc = page * POSTING_PAGE + cell * 16 + low;
            if (run->all_refined) found[count++] = (struct candidate){.doc = doc, .bound = sums[low]};
            else if (!rank_run_push(run, doc, sums[low])) return false;
        }
    }
    count = rank_run_refine(run, page, run->lists, run->list_count, true, found, count);
    for (uint32_t i = 0; i < count; i++)
        if (!push(c, found[i].doc, found[i].bound)) return false;
    return true;
}

static bool rank_pages(struct conjunction *c)
{
    struct rank_run *run = &c->run;
    uint32_t count, *pages = rank_run_order_pages(run, c->page_sums, &count);
    c->parts = arena_take(&run->arena, run->list_count * sizeof *c->parts);
    if (!pages || !c->parts) return false;
    for (uint32_t i = 0; c->many && i < run->list_count; i++) ranked_list_tabulate(run->lists[i]);
    for (uint32_t i = 0; i < count; i++) {
        if (c->page_sums[pages[i]] < run->least) continue;
        rank_run_prefetch(run, pages, i, count);
        if (!rank_page(c, pages[i])) return false;
        if (!run->all_refined && run->candidate_count >= PAGED_CANDIDATES && !rank_run_flush(run)) return false;
        if (run->segment->failure.status != BF_OK) return true;
    }
    return rank_run_flush(run);
}

static bf_status conjunction_segment(struct ranking *ranking, uint32_t number, bf_error *error)
{
    struct conjunction c = {0};
    struct rank_run *run = &c.run;
    bool possible = false;
    bf_status status = rank_run_open(run, ranking, number, &possible, error);
    if (status == BF_OK && possible && run->scale > 0) {
        bool good = choose_lead(&c);
        /* Bounds are exact but for what cells stand for. */
        c.many = ranking->top.k >= MANY;
        run->all_refined = c.many;
        c.settle_at = c.settle_least = ranking->top.k < SETTLE_LEAST / 2 ? SETTLE_LEAST : ranking->top.k + ranking->top.k / 4;
        if (good && run->paged_count) good = (c.page_sums = rank_run_page_sums(run, true)) != NULL;
        good = good && (ranked_list_is_paged(c.lead) ? rank_pages(&c) : walk_lead(&c));
        status = good ? rank_run_outcome(run, error) : fail_memory(error);
    }
    rank_run_close(run);
    return status;
}

static bool conjunction_can(const struct ranking *ranking)
{
    const struct query_node *root = ranking->query->root;
    if (!rank_run_pays(ranking)) return false;
    for (uint32_t i = 0; i < root->child_count; i++)
        if (root->children[i]->occur != QUERY_MUST) return false;
    return true;
}

static bf_status conjunction_run(struct ranking *ranking, bf_error *error)
{
    return rank_run_each(ranking, conjunction_segment, error);
}

const struct ranker conjunction_ranker = {"conjunction", "all of the words, the rarest leading", conjunction_can,
                                          conjunction_run};
