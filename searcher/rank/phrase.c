/*
 * A query that is a phrase and nothing else. Candidates are the documents that have all its words: sets of documents are
 * intersected, a window at a time, or the rarest list is walked where it is short. Then positions are compared.
 *
 * The phrase occurs no more often than the rarest of its words in a document, so the least of the words' bounds, each with the
 * phrase's weight, bounds the phrase's score. Where only the top k are wanted, and there are many candidates, those with the best
 * bounds are compared first, and of the others those that may still be among the k. Each part is compared in the order of
 * documents: the positions of a posting are found from those before it.
 */
#include "impact.h"
#include "phrase_word.h"
#include "posting_record.h"
#include "rank_run.h"
#include "status.h"

#include <math.h>
#include <string.h>

enum {
    SUM_MOST = 60000,    /* the largest bound */
    BOUNDED_LEAST = 512,  /* so many candidates are worth bounds */
    FIRST_LEAST = 32,    /* candidates, at least, whose positions are compared first ... */
    FIRST_SHARE = 24,     /* ... and this part of them */
    BUCKETS = 64,        /* of candidates by bounds */
    SET_PAGES = RANK_SET / POSTING_PAGE,
    WINDOW_LEAST = 128,  /* postings of the rarest list for which a window's sets pay */
};

struct phrase_run {
    struct ranking *ranking;
    struct segment *segment;
    uint32_t number;              /* of the segment */
    struct arena arena;
    struct phrase_words words;
    bool counting;                /* the total is wanted: every candidate is compared */
    bool intersected;             /* lists were not searched for single documents */
    double scale;
    uint32_t least;               /* the bound that a document must reach */
    struct candidate *candidates; /* in the order of documents */
    uint32_t candidate_count, candidate_room;
};

/* ---- Bounds ---- */

static void scale_lists(struct phrase_run *run)
{
    double most = 0;
    for (uint32_t i = 0; i < run->words.count; i++) {
        ranked_list_weigh(run->words.words[i].list);
        most = fmax(most, IMPACT_CODE_MAX * run->words.words[i].list->unit);
    }
    run->scale = most > 0 ? SUM_MOST / most : 0;
    for (uint32_t i = 0; i < run->words.count; i++) ranked_list_scale(run->words.words[i].list, run->scale);
}

static void raise_least(struct phrase_run *run)
{
    double safe = (double)top_hits_threshold(&run->ranking->top) * (1 - 1e-6) * run->scale;
    run->least = safe > UINT16_MAX ? UINT16_MAX + 1 : safe > 0 ? (uint32_t)safe : 0;
}

/* Lowers the candidates' bounds to what the list can add. */
static void bound_by(struct phrase_run *run, struct ranked_list *list)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < run->candidate_count; i++) {
        struct candidate *candidate = &run->candidates[i];
        uint32_t doc = candidate->doc, bound = list->most;
        if (ranked_list_is_paged(list)) bound = ranked_list_cell(list, doc);
        else if (!run->intersected) {
            if (ranked_list_has(list, doc) && ranked_list_load_tfs(list, list->block))
                bound = ranked_list_impact(list, doc, list->found, list->tfs[list->found]);
        } else { /* most blocks are there already */
            for (; at < list->df; at++) {
                if (at % POSTING_BLOCK == 0 && !ranked_list_docs(list, at / POSTING_BLOCK)) return;
                if (list->docs[at] >= doc) break;
            }
            if (at == list->df || !ranked_list_load_tfs(list, at / POSTING_BLOCK)) return;
            bound = ranked_list_impact(list, doc, at, list->tfs[at]);
        }
        if (bound < candidate->bound) candidate->bound = (uint16_t)bound;
    }
}

/* ---- Comparing ---- */

/* False: memory was refused. */
static bool compare(struct phrase_run *run, uint32_t doc)
{
    struct ranking *ranking = run->ranking;
    if (!phrase_words_match(&run->words, doc, run->least)) return true;
    if (run->counting) ranking->total++;
    if (ranking->count_only || !ranking->top.k) return true;
    struct ranked_hit hit = hit_make(run->segment, run->number, doc);
    hit.score = phrase_words_score(&run->words, doc);
    if (!top_hits_add(&ranking->top, &hit)) return false;
    if (!run->counting) raise_least(run);
    return true;
}

/* Takes a document that has all words. False: memory was refused, or damage noted. */
static bool take(struct phrase_run *run, uint32_t doc)
{
    if (segment_is_deleted(run->segment, doc)) return true;
    if (run->counting) return compare(run, doc) && run->segment->failure.status == BF_OK;
    if (run->candidate_count == run->candidate_room) {
        uint32_t room = run->candidate_room ? 4 * run->candidate_room : 256;
        struct candidate *more = arena_take(&run->arena, room * sizeof *more);
        if (!more) return false;
        if (run->candidate_count) memcpy(more, run->candidates, run->candidate_count * sizeof *more);
        run->candidates = more;
        run->candidate_room = room;
    }
    run->candidates[run->candidate_count++].doc = doc;
    return true;
}

/* The bound that about so many of the candidates reach. */
static uint32_t bound_reached(const struct phrase_run *run, uint32_t wanted)
{
    uint32_t counts[BUCKETS] = {0}, reached = 0, bucket = BUCKETS;
    for (uint32_t i = 0; i < run->candidate_count; i++) counts[run->candidates[i].bound >> 10]++;
    while (bucket > 0 && reached < wanted) reached += counts[--bucket];
    return bucket << 10;
}

/* Compares those with bounds in [from, above). */
static bool compare_between(struct phrase_run *run, uint32_t from, uint32_t above)
{
    for (uint32_t i = 0; i < run->candidate_count && run->segment->failure.status == BF_OK; i++) {
        const struct candidate *candidate = &run->candidates[i];
        if (candidate->bound < from || candidate->bound >= above || candidate->bound < run->least) continue;
        if (!compare(run, candidate->doc)) return false;
    }
    return true;
}

static bool compare_candidates(struct phrase_run *run)
{
    uint32_t count = run->candidate_count, wanted = count / FIRST_SHARE, first = 0;
    bool bounded = count >= BOUNDED_LEAST && run->ranking->top.k < count;
    scale_lists(run);
    raise_least(run);
    for (uint32_t i = 0; i < count; i++) run->candidates[i].bound = UINT16_MAX - 1;
    for (uint32_t i = 0; bounded && i < run->words.count; i++) {
        ranked_list_rewind(run->words.words[i].list);
        ranked_list_tabulate(run->words.words[i].list);
        bound_by(run, run->words.words[i].list);
    }
    if (bounded) first = bound_reached(run, wanted > FIRST_LEAST ? wanted : FIRST_LEAST);
    return compare_between(run, first, UINT16_MAX) && (first == 0 || compare_between(run, 0, first));
}

/* ---- Candidates ---- */

static bool have_all(const struct phrase_run *run, uint32_t doc)
{
    for (uint32_t i = 1; i < run->words.count; i++)
        if (!ranked_list_has(run->words.words[i].list, doc)) return false;
    return true;
}

/* Walks the rarest list, which is not paged. */
static bool walk_lead(struct phrase_run *run)
{
    struct ranked_list *lead = run->words.words[0].list;
    uint32_t pages = run->segment->meta.doc_count / POSTING_PAGE;
    for (uint32_t i = 1; i < run->words.count; i++) run->words.words[i].list->keeps_sets = lead->df > pages;
    for (uint32_t block = 0, blocks = ranked_list_blocks(lead); block < blocks && ranked_list_docs(lead, block); block++) {
        const uint32_t *docs = lead->docs + (size_t)block * POSTING_BLOCK;
        uint32_t count = lead->shape == CURSOR_INLINE ? lead->df : posting_block_count(&lead->list, block);
        for (uint32_t i = 0; i < count; i++) {
            if (have_all(run, docs[i]) && !take(run, docs[i])) return false;
        }
    }
    return true;
}

/* Words of the sets of a window, which may end with the segment's last page. */
static uint32_t window_words(const struct phrase_run *run, uint64_t first)
{
    uint64_t pages = (run->segment->meta.doc_count - first - 1) / POSTING_PAGE + 1;
    return pages < SET_PAGES ? 4 * (uint32_t)pages : 4 * SET_PAGES;
}

/* Makes the set of the list's documents in [first, first + RANK_SET). Windows come in ascending order. */
static bool make_set(struct phrase_run *run, struct ranked_list *list, uint32_t first, uint64_t *set, uint32_t set_words)
{
    memset(set, 0, set_words * sizeof *set);
    if (ranked_list_is_paged(list)) {
        if (!segment_verified(run->segment, &list->view, 0, list->view.length)) return false;
        const char *rule = posting_pages_add(&list->list, first / POSTING_PAGE, first / POSTING_PAGE + SET_PAGES, set);
        if (rule) segment_broken(run->segment, "postings", rule);
    }
    for (uint32_t blocks = ranked_list_is_paged(list) ? 0 : ranked_list_blocks(list); list->block < blocks; list->block++) {
        if (!ranked_list_docs(list, list->block)) return false;
        const uint32_t *docs = list->docs + (size_t)list->block * POSTING_BLOCK;
        uint32_t count = list->shape == CURSOR_INLINE ? list->df : posting_block_count(&list->list, list->block);
        for (uint32_t i = 0; i < count; i++)
            if (docs[i] - first < RANK_SET) bitset_add(set, docs[i] - first); /* earlier ones wrap around */
        if (docs[count - 1] - first >= RANK_SET && docs[count - 1] >= first) break; /* the rest is the next window's */
    }
    return run->segment->failure.status == BF_OK;
}

/* Copies the documents of a list that is not paged, those in [first, first + RANK_SET). Windows come in ascending order. Returns
 * how many. */
static uint32_t copy_docs(struct ranked_list *list, uint32_t first, uint32_t *copied)
{
    uint32_t count = 0, at = list->found;
    for (; at < list->df; at++) {
        if (at % POSTING_BLOCK == 0 && !ranked_list_docs(list, at / POSTING_BLOCK)) break;
        if (list->docs[at] - first >= RANK_SET) break;
        copied[count++] = list->docs[at];
    }
    list->found = at;
    return count;
}

/* The rarest list is not paged: its documents are looked for in the sets of the others. */
static bool sift(struct phrase_run *run)
{
    uint64_t *set = run->ranking->scratch->sets[0];
    struct ranked_list *lead = run->words.words[0].list;
    uint32_t *docs = arena_take(&run->arena, (lead->df + 1) * sizeof *docs), doc_count = run->segment->meta.doc_count;
    if (!docs) return false;
    run->intersected = run->words.verified = true;
    lead->found = 0;
    for (uint64_t first = 0; first < doc_count; first += RANK_SET) {
        uint32_t count = copy_docs(lead, (uint32_t)first, docs), words = window_words(run, first);
        for (uint32_t i = 1; count && i < run->words.count; i++) {
            uint32_t kept = 0;
            if (!make_set(run, run->words.words[i].list, (uint32_t)first, set, words)) return true;
            for (uint32_t j = 0; j < count; j++) {
                uint32_t low = docs[j] - (uint32_t)first;
                docs[kept] = docs[j];
                kept += (uint32_t)(set[low / 64] >> low % 64 & 1);
            }
            count = kept;
        }
        for (uint32_t i = 0; i < count; i++)
            if (!take(run, docs[i])) return false;
        if (run->segment->failure.status != BF_OK) return true;
    }
    return true;
}

static bool intersect(struct phrase_run *run)
{
    uint64_t *set = run->ranking->scratch->sets[0], *other = run->ranking->scratch->sets[1];
    uint32_t doc_count = run->segment->meta.doc_count;
    run->intersected = run->words.verified = true;
    for (uint64_t first = 0; first < doc_count; first += RANK_SET) {
        uint32_t words = window_words(run, first);
        if (!make_set(run, run->words.words[0].list, (uint32_t)first, set, words)) return true;
        for (uint32_t i = 1; i < run->words.count; i++) {
            if (!make_set(run, run->words.words[i].list, (uint32_t)first, other, words)) return true;
            for (uint32_t word = 0; word < words; word++) set[word] &= other[word];
        }
        for (uint32_t word = 0; word < words; word++)
            for (uint64_t left = set[word]; left; left &= left - 1)
                if (!take(run, (uint32_t)first + 64 * word + (uint32_t)__builtin_ctzll(left))) return false;
    }
    return true;
}

/* ---- The ranker ---- */

static bf_status phrase_segment(struct ranking *ranking, uint32_t number, bool counting, bf_error *error)
{
    struct phrase_run run = {.ranking = ranking, .segment = ranking->snapshot->segments[number], .number = number,
                             .counting = counting, .arena = rank_arena_take(ranking->scratch)};
    struct match_context context = {run.segment, number, ranking->leaves, ranking->bm25, &run.arena};
    bf_status status = phrase_words_open(&context, ranking->query->root->children[0], &run.words, error);
    if (status == BF_OK) {
        const struct ranked_list *lead = run.words.words[0].list;
        uint32_t windows = (run.segment->meta.doc_count - 1) / RANK_SET + 1;
        bool good = ranked_list_is_paged(lead)              ? intersect(&run)
                    : lead->df / WINDOW_LEAST >= windows ? sift(&run)
                                                         : walk_lead(&run);
        if (good && !counting) good = compare_candidates(&run);
        status = segment_outcome(run.segment, error);
        if (status == BF_OK && !good) status = fail_memory(error);
    }
    rank_arena_return(ranking->scratch, &run.arena);
    return status == BF_NOT_FOUND ? BF_OK : status;
}

static bf_status count_segment(struct ranking *ranking, uint32_t number, bf_error *error)
{
    return phrase_segment(ranking, number, true, error);
}

static bf_status rank_segment(struct ranking *ranking, uint32_t number, bf_error *error)
{
    return phrase_segment(ranking, number, false, error);
}

static bool phrase_can(const struct ranking *ranking)
{
    const struct query_node *root = ranking->query->root, *node = root->child_count == 1 ? root->children[0] : NULL;
    if (!node || node->kind != QUERY_PHRASE || node->occur == QUERY_MUST_NOT || !(ranking->bm25->k1 > 0)) return false;
    for (uint32_t i = 0; i < node->term_count; i++)
        if (node->terms[i].prefix || node->terms[i].form) return false;
    return true;
}

static bf_status phrase_run(struct ranking *ranking, bf_error *error)
{
    bf_status status = BF_OK;
    /* Titles are scored without lengths: bounds of the text say nothing of them. */
    bool titles = ranking->query->root->children[0]->field == QUERY_TITLE;
    bool counting = ranking->count_only || !ranking->no_total || titles;
    ranking->total = 0;
    if (!counting) status = rank_segments(ranking, rank_segment, error);
    for (uint32_t i = 0; counting && status == BF_OK && i < ranking->snapshot->segment_count; i++)
        status = count_segment(ranking, i, error);
    if (ranking->no_total && !ranking->count_only) ranking->total = BF_TOTAL_UNKNOWN;
    return status;
}

const struct ranker phrase_ranker = {"phrase", "a phrase alone: articles with all words, then positions", phrase_can, phrase_run};
