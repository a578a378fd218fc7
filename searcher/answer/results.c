/* One query answered: parse, weigh, rank; and what is asked of the hits afterwards, found when it is asked. */
#include "searcher_state.h"

#include "present.h"
#include "rank_run.h"
#include "status.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SPARE_MOST = 64 << 10 }; /* bytes kept for the next query when results are freed */

static uint64_t microseconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* ---- Searching ---- */

static bf_status results_parameters(struct bf_results *results, const bf_search_options *options, bf_error *error)
{
    float k1 = BM25_K1, b = BM25_B, title_weight = BF_TITLE_WEIGHT;
    if (options->set_parameters) {
        k1 = options->k1;
        b = options->b;
        title_weight = options->title_weight;
        /* so that an impact is never lost below the least float */
        if (!(k1 >= 0 && k1 <= BF_K1_MOST)) return fail(error, BF_BAD_ARGUMENT, "k1 must be between 0 and 1000000");
        if (!(b >= 0 && b <= 1)) return fail(error, BF_BAD_ARGUMENT, "b must be between 0 and 1");
        /* so that a weighted frequency is always a number */
        if (!(title_weight >= 0 && title_weight <= BF_TITLE_WEIGHT_MOST))
            return fail(error, BF_BAD_ARGUMENT, "the title's weight must be between 0 and 1000000");
    }
    struct bm25 *last = &results->index->bm25;
    if (last->average == 0 || last->k1 != k1 || last->b != b || last->title_weight != title_weight)
        bm25_prepare(last, k1, b, title_weight, snapshot_average(results->index->snapshot));
    results->bm25 = *last; /* a copy: the next query may want others while these results still explain theirs */
    return BF_OK;
}

static bf_status results_words(struct bf_results *results, bf_error *error)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < results->leaf_count; i++) count += results->leaves[i].term_count;
    results->words = arena_take(&results->arena, (count + 1) * sizeof *results->words);
    if (!results->words) return fail_memory(error);
    for (uint32_t i = 0; i < results->leaf_count; i++) {
        const struct leaf_weight *leaf = &results->leaves[i];
        for (uint32_t j = 0; j < leaf->term_count; j++) {
            const struct query_term *term = &leaf->node->terms[j];
            results->words[results->word_count++] = (bf_word){query_field_name(leaf->node->field), term->word,
                                                              term->form ? term->form : term->term, leaf->terms[j].df,
                                                              leaf->terms[j].idf};
        }
    }
    return BF_OK;
}

static bf_status results_keep(struct bf_results *results, struct top_hits *top, uint32_t offset, bf_error *error)
{
    top_hits_sort(top);
    size_t count = top->count > offset ? (size_t)(top->count - offset) : 0;
    results->hits = arena_take(&results->arena, (count + 1) * sizeof *results->hits);
    results->articles = arena_take_zeroed(&results->arena, (count + 1) * sizeof *results->articles);
    if (!results->hits || !results->articles) return fail_memory(error);
    for (size_t i = 0; i < count; i++) {
        const struct ranked_hit *hit = &top->hits[offset + i];
        uint32_t segment = snapshot_run(results->index->snapshot, hit->run).segment;
        results->hits[i] = (bf_hit){offset + i + 1, hit->score, segment, hit->document};
    }
    results->hit_count = count;
    return BF_OK;
}

static struct segment_read read_so_far(const struct snapshot *snapshot)
{
    struct segment_read sum = {0};
    for (uint32_t i = 0; i < snapshot->segment_count; i++) {
        sum.parts += snapshot->segments[i]->read.parts;
        sum.bytes += snapshot->segments[i]->read.bytes;
    }
    return sum;
}

static bf_status results_rank(struct bf_results *results, const bf_search_options *options, bf_error *error)
{
    uint32_t k = options->k ? options->k : 10;
    if (!results->index->scratch) results->index->scratch = calloc(1, sizeof *results->index->scratch);
    if (!results->index->scratch) return fail_memory(error);
    struct ranking ranking = {
        .scratch = results->index->scratch,
        .snapshot = results->index->snapshot,
        .query = results->query,
        .leaves = results->leaves,
        .leaf_count = results->leaf_count,
        .bm25 = &results->bm25,
        .count_only = options->count_only,
        .no_total = options->no_total,
        .top.k = options->count_only ? 0 : (uint64_t)k + options->offset,
    };
    const struct ranker *ranker = ranker_choose(options->ranker, &ranking);
    if (!ranker) return fail(error, BF_BAD_ARGUMENT, "there is no ranker \"%s\" for this query", options->ranker);
    results->ranker = ranker;
    results->why = ranker_why(ranker, &ranking);
    struct segment_read before = read_so_far(ranking.snapshot);
    bf_status status = ranker->run(&ranking, error);
    struct segment_read after = read_so_far(ranking.snapshot);
    ranking.work.blocks = after.parts - before.parts;
    ranking.work.bytes = after.bytes - before.bytes;
    results->total = ranking.total;
    results->work = ranking.work;
    if (status == BF_OK) status = results_keep(results, &ranking.top, options->offset, error);
    top_hits_free(&ranking.top);
    return status;
}

static struct bf_results *results_new(struct opened_index *index)
{
    struct bf_results *results = index->spare ? index->spare : calloc(1, sizeof *results);
    if (!results) return NULL;
    index->spare = NULL;
    index->users++;
    results->index = index;
    return results;
}

bf_status bf_search(bf_searcher *searcher, const char *query, const bf_search_options *options, bf_results **result,
                    bf_error *error)
{
    static const bf_search_options defaults = {0};
    if (!options) options = &defaults;
    uint64_t started = microseconds_now();
    struct bf_results *results = results_new(searcher->index);
    if (!results) return fail_memory(error);
    struct query_options query_options = {options->plain_query, options->match_all_words};
    bf_status status = results_parameters(results, options, error);
    if (status == BF_OK)
        status = query_parse(query, &query_options, results->index->analyzer, &results->arena, &results->query, error);
    if (status == BF_OK)
        status = leaf_weights_make(results->query, results->index->snapshot, &results->arena, &results->leaves,
                                   &results->leaf_count, error);
    if (status == BF_OK) status = results_rank(results, options, error);
    results->took_us = microseconds_now() - started;
    if (status == BF_OK) status = results_words(results, error);
    if (status != BF_OK) bf_results_free(results);
    else *result = results;
    return status;
}

void bf_results_free(bf_results *results)
{
    if (!results) return;
    struct opened_index *index = results->index;
    snippet_maker_free(results->snippets);
    if (index->spare) {
        arena_free(&results->arena);
        free(results);
    } else {
        struct arena arena = results->arena;
        arena_clear(&arena);
        if (arena.total > SPARE_MOST) arena_free(&arena);
        memset(results, 0, offsetof(struct bf_results, bm25));
        results->arena = arena;
        index->spare = results;
    }
    opened_index_release(index);
}

/* ---- What was found ---- */

size_t bf_results_count(const bf_results *results)
{
    return results->hit_count;
}

uint64_t bf_results_total(const bf_results *results)
{
    return results->total;
}

uint64_t bf_results_took_us(const bf_results *results)
{
    return results->took_us;
}

const bf_hit *bf_results_hit(const bf_results *results, size_t i)
{
    return i < results->hit_count ? &results->hits[i] : NULL;
}

const char *bf_results_understood(const bf_results *results)
{
    return results->query->understood;
}

const char *bf_results_note(const bf_results *results, size_t i)
{
    return i < results->query->note_count ? results->query->notes[i] : NULL;
}

const bf_word *bf_results_word(const bf_results *results, size_t i)
{
    return i < results->word_count ? &results->words[i] : NULL;
}

void bf_results_work(const bf_results *results, bf_work *work)
{
    const struct rank_work *done = &results->work;
    *work = (bf_work){.lists = done->lists, .blocks = done->blocks, .bytes = done->bytes, .documents = done->documents};
}

/* "; 1 segment", "; 2 segments". Returns its length. */
static size_t append_count(char *text, size_t size, const char *sign, uint64_t count, const char *what)
{
    int length = snprintf(text, size, "%s%" PRIu64 " %s%s", sign, count, what, count == 1 ? "" : "s");
    return length > 0 ? (size_t)length : 0;
}

const char *bf_results_plan(bf_results *results)
{
    const struct ranker *ranker = results->ranker;
    const struct rank_work *work = &results->work;
    size_t room = strlen(ranker->name) + strlen(results->why) + 256, at;
    char *plan = results->plan ? NULL : arena_take(&results->arena, room);
    if (!plan) return results->plan ? results->plan : ranker->name;
    at = (size_t)snprintf(plan, room, "%s: %s", ranker->name, results->why);
    at += append_count(plan + at, room - at, "; ", results->index->snapshot->segment_count, "segment");
    if (work->few) at += append_count(plan + at, room - at, ", few can match in ", work->few, "segment");
    if (work->lists) at += append_count(plan + at, room - at, ", ", work->lists, "list");
    if (work->pages) at += append_count(plan + at, room - at, ", ", work->pages, "page");
    at += append_count(plan + at, room - at, ", ", work->blocks, "block");
    at += append_count(plan + at, room - at, " of ", work->bytes, "byte");
    at += append_count(plan + at, room - at, ", ", work->documents, "document");
    snprintf(plan + at, room - at, " scored");
    return results->plan = plan;
}

static bf_status results_segment(const bf_results *results, size_t i, struct segment **segment, bf_error *error)
{
    if (i >= results->hit_count) return fail(error, BF_BAD_ARGUMENT, "there is no hit %zu", i);
    *segment = results->index->snapshot->segments[results->hits[i].segment];
    return BF_OK;
}

bf_status bf_results_id(bf_results *results, size_t i, bf_text *id, bf_error *error)
{
    struct segment *segment = NULL;
    char bytes[512];
    size_t length;
    bf_status status = results_segment(results, i, &segment, error);
    if (status == BF_OK) status = segment_id(segment, results->hits[i].document, bytes, &length, error);
    if (status != BF_OK) return status;
    const char *copy = arena_copy(&results->arena, bytes, length);
    if (!copy) return fail_memory(error);
    *id = (bf_text){copy, length};
    return BF_OK;
}

bf_status bf_results_article(bf_results *results, size_t i, const bf_article **article, bf_error *error)
{
    struct segment *segment = NULL;
    bf_status status = results_segment(results, i, &segment, error);
    if (status != BF_OK) return status;
    if (!results->articles[i]) {
        bf_article *fetched = arena_take(&results->arena, sizeof *fetched);
        if (!fetched) return fail_memory(error);
        status = segment_article(segment, results->hits[i].document, &results->arena, fetched, error);
        if (status != BF_OK) return status;
        results->articles[i] = fetched;
    }
    *article = results->articles[i];
    return BF_OK;
}

/* ---- What it looks like ---- */

static bf_status results_snippets_begin(struct bf_results *results, bf_error *error)
{
    uint32_t count = query_leaf_count(results->query);
    float *weights = arena_take(&results->arena, (count + 1) * sizeof *weights);
    const struct query_node **leaves = arena_take(&results->arena, (count + 1) * sizeof *leaves);
    if (!weights || !leaves) return fail_memory(error);
    query_leaves(results->query, leaves);
    for (uint32_t i = 0; i < count; i++) weights[i] = results->leaves[leaves[i]->leaf].weight;
    return snippet_maker_new(results->query, weights, results->index->analyzer, &results->arena, &results->snippets, error);
}

bf_status bf_results_snippet(bf_results *results, size_t i, size_t width, bf_passage *passage, bf_error *error)
{
    const bf_article *article;
    bf_status status = bf_results_article(results, i, &article, error);
    if (status != BF_OK) return status;
    if (!results->snippets) status = results_snippets_begin(results, error);
    if (status != BF_OK) return status;
    return snippet_make(results->snippets, article->body, width ? width : 240, &results->arena, passage, error);
}

bf_status bf_results_highlight(bf_results *results, const char *field, bf_text text, const bf_mark **marks, size_t *mark_count,
                               bf_error *error)
{
    enum query_field looked = QUERY_TEXT;
    while (field && looked <= QUERY_KEYWORDS && strcmp(query_field_name(looked), field) != 0) looked++;
    if (looked > QUERY_KEYWORDS) return fail(error, BF_BAD_ARGUMENT, "there is no field \"%s\"", field);
    const struct text_match *matches;
    size_t match_count;
    bf_status status = text_matches(results->query, results->index->analyzer, text, looked, !field, &results->arena, &matches,
                                    &match_count, error);
    return status == BF_OK ? marks_of_matches(text, matches, match_count, &results->arena, marks, mark_count, error) : status;
}
