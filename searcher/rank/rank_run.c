#include "rank_run.h"

#include "impact.h"
#include "posting_record.h"
#include "segment_order.h"
#include "status.h"

#include <math.h>
#include <string.h>

enum {
    BUCKETS = 256,    /* of candidates by their bounds */
    ARENA_KEPT = 1 << 20, /* bytes kept for the next query */
    AHEAD = 4,        /* pages whose memory is asked for before they are looked at */
    FEW = 24,         /* so few candidates are sorted by insertion */
};

struct arena rank_arena_take(struct rank_scratch *scratch)
{
    struct arena arena = scratch->arena;
    scratch->arena = (struct arena){0};
    return arena;
}

void rank_arena_return(struct rank_scratch *scratch, struct arena *arena)
{
    arena_clear(arena);
    if (arena->total > ARENA_KEPT) arena_free(arena);
    scratch->arena = *arena;
    *arena = (struct arena){0};
}

/* ---- Opening ---- */

static bf_status open_lists(struct rank_run *run, bool *possible, bf_error *error)
{
    const struct query_node *root = run->ranking->query->root;
    struct match_context context = {run->segment, run->number, run->ranking->leaves, run->ranking->bm25, &run->arena};
    size_t count = root->child_count;
    run->lists = arena_take(&run->arena, count * sizeof(struct ranked_list *));
    run->by_weight = arena_take(&run->arena, count * sizeof *run->by_weight);
    run->parts = arena_take(&run->arena, count * sizeof *run->parts);
    run->present = arena_take(&run->arena, count * sizeof *run->present);
    if (!run->lists || !run->by_weight || !run->parts || !run->present) return fail_memory(error);
    *possible = false;
    run->all_must = count > 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct query_node *node = root->children[i];
        run->all_must &= node->occur == QUERY_MUST;
        bf_status status = ranked_list_open(&context, node, &run->lists[run->list_count], error);
        if (status == BF_NOT_FOUND && node->occur == QUERY_MUST) return BF_OK;
        if (status == BF_NOT_FOUND) continue;
        if (status != BF_OK) return status;
        run->paged_count += ranked_list_is_paged(run->lists[run->list_count++]);
    }
    *possible = run->list_count > 0;
    return BF_OK;
}

/* Whether list a comes before list b in by_weight. */
static bool list_before(const struct ranked_list *a, const struct ranked_list *b)
{
    if (ranked_list_is_paged(a) != ranked_list_is_paged(b)) return ranked_list_is_paged(b);
    return a->most > b->most;
}

static void order_lists(struct rank_run *run)
{
    for (uint32_t i = 0; i < run->list_count; i++) {
        uint32_t at = i;
        for (; at > 0 && list_before(run->lists[i], run->lists[run->by_weight[at - 1]]); at--)
            run->by_weight[at] = run->by_weight[at - 1];
        run->by_weight[at] = i;
    }
}

/* The largest of the terms' scores that k documents reach with that term alone. Void where other clauses can exclude them. */
static double stored_limit(const struct rank_run *run)
{
    double limit = 0;
    int which = 0;
    while (which < POSTING_KTH && posting_kth_k[which] < run->ranking->top.k) which++;
    if (which == POSTING_KTH || (run->all_must && run->list_count > 1)) return 0;
    for (uint32_t i = 0; i < run->list_count; i++) limit = fmax(limit, run->lists[i]->kth[which]);
    return limit;
}

/* A computed score may lie above the sum of its true parts by the rounding of the additions. */
static double rank_safe(double limit, uint32_t count) { return limit * (1 - 1e-6 - 1.2e-7 * count); }

uint32_t rank_threshold(const struct top_hits *top, double *limit, double scale, uint32_t count)
{
    if ((double)top_hits_threshold(top) > *limit) *limit = (double)top_hits_threshold(top);
    double safe = rank_safe(*limit, count) * scale;
    /* Beyond what bounds come to, nothing in this segment can reach it. */
    return safe > UINT16_MAX ? UINT16_MAX + 1 : safe > 0 ? (uint32_t)safe : 0;
}

static void raise_least(struct rank_run *run)
{
    run->least = rank_threshold(&run->ranking->top, &run->limit, run->scale, run->list_count);
}

/* So many documents as are wanted have at least this bound, and nothing but rounding is between it and their scores. */
static void raise_to_bound(struct rank_run *run, uint32_t bound)
{
    if (bound <= run->list_count) return;
    double limit = (bound - run->list_count) / run->scale * (1 - 1e-5);
    if (limit <= run->limit) return;
    run->limit = limit;
    raise_least(run);
}

/* The scale is that of all segments, and so are the tables. */
static void share_tables(struct rank_run *run)
{
    struct rank_tables *tables = run->ranking->tables;
    for (uint32_t i = 0; tables && i < run->list_count; i++) {
        struct ranked_list *list = run->lists[i];
        uint16_t(**table)[256] = &tables->of_leaf[list->leaf - run->ranking->leaves];
        if (!*table) {
            list->arena = tables->arena;
            ranked_list_tabulate(list);
            list->arena = &run->arena;
            *table = list->impacts;
        }
        list->impacts = *table;
    }
}

bf_status rank_run_open(struct rank_run *run, struct ranking *ranking, uint32_t number, bool *possible, bf_error *error)
{
    *run = (struct rank_run){.ranking = ranking, .number = number, .segment = ranking->snapshot->segments[number],
                             .kernel = page_kernel(), .scratch = ranking->scratch,
                             .arena = rank_arena_take(ranking->scratch)};
    run->page_count = (run->segment->meta.doc_count + POSTING_PAGE - 1) / POSTING_PAGE;
    bf_status status = open_lists(run, possible, error);
    if (status != BF_OK || !*possible) return status;
    double most = 0;
    for (uint32_t i = 0; i < run->list_count; i++) {
        ranked_list_weigh(run->lists[i]);
        most += IMPACT_CODE_MAX * run->lists[i]->unit;
    }
    run->scale = most > 0 ? RANK_SUM_MOST / fmax(most, ranking->most) : 0;
    for (uint32_t i = 0; i < run->list_count; i++) ranked_list_scale(run->lists[i], run->scale);
    if (most <= ranking->most) share_tables(run);
    order_lists(run);
    run->limit = fmax(stored_limit(run), ranking->limit);
    raise_least(run);
    return BF_OK;
}

bool rank_run_can(const struct ranking *ranking)
{
    const struct query_node *root = ranking->query->root;
    if (root->child_count == 0 || root->child_count > RANK_LISTS_MOST || !(ranking->bm25->k1 > 0)) return false;
    for (uint32_t i = 0; i < root->child_count; i++)
        if (!ranked_list_can(root->children[i])) return false;
    return true;
}

bool rank_run_pays(const struct ranking *ranking)
{
    return !ranking->count_only && ranking->top.k <= RANK_HITS_MOST && rank_run_can(ranking);
}

bf_status rank_segments(struct ranking *ranking, bf_status (*segment)(struct ranking *ranking, uint32_t number, bf_error *error),
                        bf_error *error)
{
    if (ranking->snapshot->segment_count == 1) return segment(ranking, 0, error);
    struct arena arena = {0};
    struct segment_order order;
    struct rank_tables tables = {&arena, arena_take_zeroed(&arena, ranking->leaf_count * sizeof *tables.of_leaf)};
    bf_status status = tables.of_leaf ? segment_order_make(ranking, &arena, &order, error) : fail_memory(error);
    if (status == BF_OK && order.count) {
        ranking->limit = order.limit;
        ranking->most = order.segments[0].most;
        ranking->tables = &tables;
    }
    for (uint32_t i = 0; status == BF_OK && i < order.count; i++) {
        ranking->limit = fmax(ranking->limit, (double)top_hits_threshold(&ranking->top));
        if (order.segments[i].most < rank_safe(ranking->limit, ranking->leaf_count)) break; /* nor does any that follows */
        status = segment(ranking, order.segments[i].number, error);
    }
    ranking->tables = NULL;
    arena_free(&arena);
    return status;
}

bf_status rank_run_each(struct ranking *ranking, bf_status (*segment)(struct ranking *ranking, uint32_t number, bf_error *error),
                        bf_error *error)
{
    bf_status status = ranking->no_total ? BF_OK : ranking_count(ranking, error);
    if (ranking->no_total) ranking->total = BF_TOTAL_UNKNOWN;
    if (status != BF_OK || !ranking->top.k) return status;
    return rank_segments(ranking, segment, error);
}

bf_status rank_run_outcome(const struct rank_run *run, bf_error *error)
{
    return segment_outcome(run->segment, error);
}

void rank_run_close(struct rank_run *run)
{
    run->ranking->work.documents += run->scored_count;
    run->ranking->work.lists += run->list_count;
    rank_arena_return(run->scratch, &run->arena);
}

uint16_t *rank_run_page_sums(struct rank_run *run, bool every)
{
    size_t room = posting_page_max_size(run->page_count);
    uint16_t *sums = arena_take_zeroed(&run->arena, room * sizeof *sums);
    for (uint32_t i = 0; sums && i < run->list_count; i++)
        if (ranked_list_is_paged(run->lists[i]))
            run->kernel->add_codes(sums, run->lists[i]->list.page_max, (uint32_t)room, run->lists[i]->step);
    for (uint32_t i = 0; sums && every && i < run->list_count; i++)
        if (ranked_list_is_paged(run->lists[i])) run->kernel->clear_empty(sums, run->lists[i]->list.page_max, (uint32_t)room);
    return sums;
}

uint32_t *rank_run_order_pages(struct rank_run *run, const uint16_t *sums, uint32_t *count)
{
    uint32_t *pages = arena_take(&run->arena, (2 * (size_t)run->page_count + 1) * sizeof *pages), *ordered;
    uint32_t starts[BUCKETS + 1] = {0}, least = run->least > 0 ? run->least : 1, found = 0, most = least, shift = 0;
    if (!pages) return NULL;
    ordered = pages + run->page_count;
    for (uint32_t page = 0; page < run->page_count; page++) { /* without a branch: which pages are live can't be foretold */
        pages[found] = page;
        found += sums[page] >= least;
        most = sums[page] > most ? sums[page] : most;
    }
    /* A full order would cost more than it gives. */
    while ((most - least) >> shift >= BUCKETS) shift++;
    for (uint32_t i = 0; i < found; i++) starts[((most - sums[pages[i]]) >> shift) + 1]++;
    for (uint32_t bucket = 1; bucket <= BUCKETS; bucket++) starts[bucket] += starts[bucket - 1];
    for (uint32_t i = 0; i < found; i++) ordered[starts[(most - sums[pages[i]]) >> shift]++] = pages[i];
    *count = found;
    return ordered;
}

void rank_run_prefetch(const struct rank_run *run, const uint32_t *pages, uint32_t at, uint32_t count)
{
    for (uint32_t i = run->list_count - run->paged_count; i < run->list_count; i++) {
        const struct posting_list *list = &run->lists[run->by_weight[i]]->list;
        if (at + 2 * AHEAD < count) posting_page_prefetch_directory(list, pages[at + 2 * AHEAD]);
        if (at + AHEAD < count && list->page_max[pages[at + AHEAD]]) posting_page_prefetch(list, pages[at + AHEAD]);
    }
}

/* ---- Scoring ---- */

/* Finds what the list adds to the document. */
static bool find_part(struct rank_run *run, uint32_t number, uint32_t doc)
{
    struct ranked_list *list = run->lists[number];
    uint32_t posting = 0, tf = ranked_list_tf(list, doc, &posting);
    run->present[number] = tf > 0;
    run->parts[number] = tf ? ranked_list_score(list, doc, posting, tf) : 0;
    return tf > 0;
}

/*
 * Replaces a document's bounds by what each term really adds, and stops as soon as it can't win: paged lists first, the heaviest
 * first, whose bounds are those of a cell; of the others the bound has what they add already, and they are looked at for the
 * exact sum. False: it can't win, or doesn't match.
 */
static bool score_parts(struct rank_run *run, const struct candidate *candidate)
{
    uint32_t doc = candidate->doc, bound = candidate->bound, short_count = run->list_count - run->paged_count;
    for (uint32_t i = short_count; i < run->list_count; i++) {
        uint32_t number = run->by_weight[i], cell = ranked_list_cell(run->lists[number], doc);
        run->present[number] = false;
        if (!cell && run->all_must) return false;
        if (!cell) continue;
        bool there = find_part(run, number, doc);
        if (!there && run->all_must) return false;
        if (candidate->refined) continue;
        bound -= cell;
        if (there) bound += (uint32_t)((double)run->parts[number] * run->scale) + 1;
        if (bound < run->least) return false;
    }
    for (uint32_t i = 0; i < short_count; i++) {
        uint32_t number = run->by_weight[i];
        bool there = find_part(run, number, doc);
        if (there ? candidate->paged_only : run->all_must) return false;
    }
    return bound >= run->least;
}

static bool score_candidate(struct rank_run *run, const struct candidate *candidate)
{
    uint32_t doc = candidate->doc;
    if (segment_is_deleted(run->segment, doc) || !score_parts(run, candidate)) return true;
    struct ranked_hit hit = hit_make(run->segment, run->number, doc);
    for (uint32_t i = 0; i < run->list_count; i++)
        if (run->present[i]) hit.score += run->parts[i];
    run->scored_count++;
    if (!top_hits_add(&run->ranking->top, &hit)) return false;
    raise_least(run);
    return true;
}

uint32_t rank_run_refine(struct rank_run *run, uint32_t page, struct ranked_list *const *lists, uint32_t list_count, bool members,
                         struct candidate *found, uint32_t count)
{
    for (uint32_t i = 0; i < list_count && count > 0; i++) {
        struct ranked_list *list = lists[i];
        const struct posting_page *open = ranked_list_come_to(list, page);
        uint32_t kept = 0;
        bool verified = false; /* all of it */
        if (!open) return 0;   /* damage, which was noted */
        for (uint32_t j = 0; j < count; j++) {
            struct candidate candidate = found[j];
            uint32_t tf = posting_page_tf_at(&list->list, open, candidate.doc % POSTING_PAGE), bound = candidate.bound;
            /* Exceptions stand elsewhere; what was read is believed only now. */
            if (tf >= 15 && !verified && !posting_list_verify_page(run->segment, &list->view, &list->list, page)) return 0;
            verified |= tf >= 15;
            if (tf || !members) bound -= ranked_list_cell(list, candidate.doc);
            if (tf) bound += ranked_list_impact(list, candidate.doc, 0, tf);
            candidate.bound = (uint16_t)bound;
            found[kept] = candidate;
            kept += bound >= run->least;
        }
        count = kept;
    }
    for (uint32_t j = 0; j < count; j++) found[j].refined = true;
    return count;
}

/* Asks for the memory by which candidates will be scored that are next. */
static void prefetch_candidates(const struct rank_run *run, const struct candidate *candidates, uint32_t at, uint32_t count)
{
    for (uint32_t i = run->list_count - run->paged_count; i < run->list_count; i++) {
        const struct posting_list *list = &run->lists[run->by_weight[i]]->list;
        if (at + 2 * AHEAD < count) posting_page_prefetch_directory(list, candidates[at + 2 * AHEAD].doc / POSTING_PAGE);
        if (at + AHEAD < count && list->page_max[candidates[at + AHEAD].doc / POSTING_PAGE])
            posting_page_prefetch(list, candidates[at + AHEAD].doc / POSTING_PAGE);
    }
}

static void sort_few(struct candidate *candidates, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        struct candidate moved = candidates[i];
        uint32_t at = i;
        for (; at > 0 && candidates[at - 1].bound < moved.bound; at--) candidates[at] = candidates[at - 1];
        candidates[at] = moved;
    }
}

/* The range of the candidates' bounds, of which there is at least one, and by how far to shift it for so many buckets. */
struct bound_range {
    uint32_t most, least, shift;
};

static struct bound_range candidate_range(const struct rank_run *run)
{
    const struct candidate *candidates = run->scratch->candidates;
    struct bound_range range = {0, UINT32_MAX, 0};
    for (uint32_t i = 0; i < run->candidate_count; i++) {
        if (candidates[i].bound > range.most) range.most = candidates[i].bound;
        if (candidates[i].bound < range.least) range.least = candidates[i].bound;
    }
    while ((range.most - range.least) >> range.shift >= BUCKETS) range.shift++;
    return range;
}

/* Into `sorted`, by the high bits of how far each is below the most: a full order would cost more than it gives. */
static void sort_many(struct rank_run *run, struct candidate *sorted)
{
    const struct candidate *candidates = run->scratch->candidates;
    const struct bound_range range = candidate_range(run);
    uint32_t starts[BUCKETS + 1] = {0};
    for (uint32_t i = 0; i < run->candidate_count; i++) starts[((range.most - candidates[i].bound) >> range.shift) + 1]++;
    for (uint32_t bucket = 1; bucket <= BUCKETS; bucket++) starts[bucket] += starts[bucket - 1];
    for (uint32_t i = 0; i < run->candidate_count; i++)
        sorted[starts[(range.most - candidates[i].bound) >> range.shift]++] = candidates[i];
}

/* Where all candidates are refined: raises the threshold to what k of them reach, and keeps, in their order, those that reach it
 * too. */
static void sift_refined(struct rank_run *run)
{
    struct candidate *candidates = run->scratch->candidates;
    uint32_t counts[BUCKETS] = {0}, count = run->candidate_count, kept = 0, bucket = 0;
    if (count >= run->ranking->top.k) {
        const struct bound_range range = candidate_range(run);
        for (uint32_t i = 0; i < count; i++) counts[(range.most - candidates[i].bound) >> range.shift]++;
        for (uint64_t reached = counts[0]; reached < run->ranking->top.k; reached += counts[bucket]) bucket++;
        uint32_t below = (bucket + 1) << range.shift; /* the most that those of the buckets up to here are below it, and 1 */
        if (range.most >= below) raise_to_bound(run, range.most - below + 1);
    }
    for (uint32_t i = 0; i < count; i++) {
        struct candidate candidate = candidates[i];
        candidates[kept] = candidate;
        kept += candidate.bound >= run->least;
    }
    run->candidate_count = kept;
}

bool rank_run_settle(struct rank_run *run, uint64_t wanted)
{
    struct candidate *candidates = run->scratch->candidates, *sorted = candidates;
    uint32_t count = run->candidate_count, kept = 0, i = 0;
    if (run->all_refined && count > FEW && wanted < UINT64_MAX) {
        sift_refined(run);
        return true;
    }
    if (run->all_refined && wanted < UINT64_MAX) wanted = 0;
    if (count > FEW) sort_many(run, sorted = run->scratch->sorted);
    else sort_few(candidates, count);
    for (; i < count && i < wanted && sorted[i].bound >= run->least; i++) {
        prefetch_candidates(run, sorted, i, count);
        if (!score_candidate(run, &sorted[i])) return false;
    }
    for (; i < count; i++)
        if (sorted[i].bound >= run->least) candidates[kept++] = sorted[i];
    run->candidate_count = kept;
    return true;
}

/* Puts the candidates in the order of their documents, a byte of these at a time from the lowest (radix sort). Found window by
 * window they are so already. */
static void sort_by_document(struct rank_run *run)
{
    struct candidate *from = run->scratch->candidates, *to = run->scratch->sorted;
    uint32_t count = run->candidate_count, most = 0, misplaced = 0;
    for (uint32_t i = 0; i < count; i++) {
        misplaced += from[i].doc < most;
        most = from[i].doc > most ? from[i].doc : most;
    }
    if (!misplaced) return;
    for (uint32_t shift = 0; shift < 32 && most >> shift; shift += 8) {
        uint32_t starts[257] = {0};
        for (uint32_t i = 0; i < count; i++) starts[(from[i].doc >> shift & 255) + 1]++;
        for (uint32_t i = 1; i <= 256; i++) starts[i] += starts[i - 1];
        for (uint32_t i = 0; i < count; i++) to[starts[from[i].doc >> shift & 255]++] = from[i];
        struct candidate *other = from;
        from = to;
        to = other;
    }
    if (from != run->scratch->candidates) memcpy(run->scratch->candidates, from, count * sizeof *from);
}

/* Scores many candidates that are refined, a list at a time, in document order: what one look-up finds serves the next. */
static bool score_finalists(struct rank_run *run)
{
    struct candidate *candidates = run->scratch->candidates;
    uint32_t count = run->candidate_count;
    float *scores = arena_take_zeroed(&run->arena, count * sizeof *scores);
    if (!scores) return false;
    sort_by_document(run);
    for (uint32_t i = 0; i < run->list_count; i++) {
        struct ranked_list *list = run->lists[i];
        ranked_list_rewind(list);
        for (uint32_t j = 0; j < count; j++) {
            uint32_t posting = 0, tf = ranked_list_next_tf(list, candidates[j].doc, &posting);
            if (tf) scores[j] += ranked_list_score(list, candidates[j].doc, posting, tf);
        }
    }
    for (uint32_t j = 0; j < count; j++) {
        struct ranked_hit hit = hit_make(run->segment, run->number, candidates[j].doc);
        hit.score = scores[j];
        if (!top_hits_add(&run->ranking->top, &hit)) return false;
    }
    run->scored_count += count;
    run->candidate_count = 0;
    raise_least(run);
    return true;
}

bool rank_run_flush(struct rank_run *run)
{
    if (run->all_refined && run->candidate_count > FEW) return rank_run_settle(run, 0) && score_finalists(run);
    while (run->candidate_count > 0)
        if (!rank_run_settle(run, UINT64_MAX)) return false;
    return true;
}

bool rank_run_make_room(struct rank_run *run)
{
    /* If most are still there when the threshold has risen by their bounds, they are to be scored. */
    if (run->all_refined && !rank_run_settle(run, 0)) return false;
    return run->candidate_count < RANK_CANDIDATES * 3 / 4 || rank_run_flush(run);
}
