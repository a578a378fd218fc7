#include "forward_index.h"

#include "dictionary.h"
#include "status.h"

#include <stdlib.h>
#include <string.h>

enum {
    DF_LEAST = 64,             /* rarer words are too many for what they save; ... */
    DF_LEAST_SHARE = 64,       /* ... in small collections those in fewer than a 64th of the documents */
    DF_MOST_SHARE = 8,         /* words in more than an eighth of the documents are everywhere anyway */
    OCTAVES = 32,
};

struct gathering {
    const struct merge_source *sources;
    uint32_t source_count;
    uint32_t df_least, df_most;
    struct dictionary_walk *walks;   /* by source */
    struct posting_cursor *cursor;
    struct forward_index *index;
};

/* What is done with each term whose df is right: its number, and df. The walks of the sources that have it stand on it. */
typedef bf_status gather_term(struct gathering *gathering, uint32_t number, const uint8_t *term, uint32_t term_length,
                              uint64_t df, void *context, bf_error *error);

static bf_status gathering_each(struct gathering *gathering, gather_term *gather, void *context, bf_error *error)
{
    uint32_t count = gathering->source_count, number = 0;
    const uint8_t field = FIELD_TEXT;
    struct dictionary_walk *walks = gathering->walks, *least;
    bf_status status = BF_OK;
    for (uint32_t i = 0; status == BF_OK && i < count; i++)
        status = dictionary_walk_begin(&walks[i], gathering->sources[i].segment, &field, 1, error);
    while (status == BF_OK && (least = dictionary_walk_least(walks, count)) && least->block.term[0] == FIELD_TEXT) {
        uint8_t term[DICTIONARY_TERM_MAX];
        uint32_t term_length = least->block.term_length;
        uint64_t df = 0;
        memcpy(term, least->block.term, term_length);
        for (struct dictionary_walk *walk = least; walk < walks + count; walk++)
            if (dictionary_walk_is_on(walk, term, term_length)) df += walk->block.entry.df;
        if (df >= gathering->df_least && df <= gathering->df_most)
            status = gather(gathering, number++, term, term_length, df, context, error);
        for (struct dictionary_walk *walk = least; status == BF_OK && walk < walks + count; walk++)
            if (dictionary_walk_is_on(walk, term, term_length)) status = dictionary_walk_next(walk, error);
    }
    return status;
}

/* ---- How many terms there is room for ---- */

/* Terms and postings with more than df_most / 2^(i + 1) documents and at most df_most / 2^i. */
struct octave {
    uint64_t terms, postings;
};

static bf_status count_octave(struct gathering *gathering, uint32_t number, const uint8_t *term, uint32_t term_length,
                              uint64_t df, void *context, bf_error *error)
{
    struct octave *octaves = context;
    uint32_t i = 0;
    (void)number, (void)term, (void)term_length, (void)error;
    while (i + 1 < OCTAVES && df <= gathering->df_most >> (i + 1)) i++;
    octaves[i].terms++;
    octaves[i].postings += df;
    return BF_OK;
}

static uint64_t memory_of(uint32_t doc_count, uint64_t terms, uint64_t postings, uint32_t threads)
{
    return postings * sizeof(uint32_t) + (uint64_t)doc_count * 2 * sizeof(uint32_t) +
           bisection_memory(doc_count, (uint32_t)terms, threads);
}

/* Lowers df_most until the rest fits. */
static bf_status gathering_fit(struct gathering *gathering, uint32_t doc_count, uint64_t memory, uint32_t threads,
                               bf_error *error)
{
    struct octave octaves[OCTAVES] = {{0}};
    uint64_t terms = 0, postings = 0;
    bf_status status = gathering_each(gathering, count_octave, octaves, error);
    if (status != BF_OK) return status;
    for (uint32_t i = 0; i < OCTAVES; i++) {
        terms += octaves[i].terms;
        postings += octaves[i].postings;
    }
    gathering->index->fitting_terms = terms;
    for (uint32_t i = 0; i < OCTAVES && terms; i++) {
        if (terms < UINT32_MAX && postings < UINT32_MAX && memory_of(doc_count, terms, postings, threads) <= memory) break;
        terms -= octaves[i].terms;
        postings -= octaves[i].postings;
        gathering->df_most = i + 1 < OCTAVES ? gathering->df_most >> 1 : 0;
    }
    gathering->index->used_terms = terms;
    gathering->index->graph.term_count = (uint32_t)terms;
    return BF_OK;
}

/* ---- The lists ---- */

static bf_status gather_postings(struct gathering *gathering, uint32_t number, const uint8_t *term, uint32_t term_length,
                                 uint64_t df, void *context, bf_error *error)
{
    struct bisection_graph *graph = &gathering->index->graph;
    struct posting_cursor *cursor = gathering->cursor;
    const bool *counting = context;
    bf_status status = BF_OK;
    (void)df;
    for (uint32_t i = 0; status == BF_OK && i < gathering->source_count; i++) {
        if (!dictionary_walk_is_on(&gathering->walks[i], term, term_length)) continue;
        const struct merge_source *source = &gathering->sources[i];
        status = posting_cursor_open(cursor, source->segment, &gathering->walks[i].block.entry, error);
        for (; status == BF_OK && cursor->doc != NO_DOCUMENT; posting_cursor_next(cursor)) {
            uint32_t doc = merge_source_number(source, cursor->doc);
            if (doc == NO_DOCUMENT) continue;
            if (!*counting) graph->terms[graph->starts[doc] + graph->counts[doc]] = number;
            graph->counts[doc]++;
        }
        if (status == BF_OK) status = segment_outcome(source->segment, error);
    }
    return status;
}

/* First how long each list is, then the lists. */
static bf_status gathering_fill(struct gathering *gathering, bf_error *error)
{
    struct bisection_graph *graph = &gathering->index->graph;
    size_t docs = graph->doc_count;
    uint32_t start = 0;
    graph->starts = malloc((docs + 1) * sizeof *graph->starts);
    graph->counts = calloc(docs + 1, sizeof *graph->counts);
    if (!graph->starts || !graph->counts) return fail_memory(error);
    bf_status status = gathering_each(gathering, gather_postings, &(bool){true}, error);
    if (status != BF_OK) return status;
    for (size_t doc = 0; doc < docs; doc++) {
        graph->starts[doc] = start;
        start += graph->counts[doc];
    }
    memset(graph->counts, 0, docs * sizeof *graph->counts);
    graph->terms = malloc((start + (size_t)1) * sizeof *graph->terms);
    if (!graph->terms) return fail_memory(error);
    return gathering_each(gathering, gather_postings, &(bool){false}, error);
}

bf_status forward_index_build(const struct merge_source *sources, uint32_t count, uint32_t doc_count, uint64_t memory,
                              uint32_t threads, struct forward_index *index, bf_error *error)
{
    struct gathering gathering = {.sources = sources, .source_count = count, .index = index};
    *index = (struct forward_index){.graph.doc_count = doc_count};
    gathering.df_least = doc_count / DF_LEAST_SHARE < DF_LEAST ? doc_count / DF_LEAST_SHARE : DF_LEAST;
    if (gathering.df_least < 2) gathering.df_least = 2;
    gathering.df_most = doc_count / DF_MOST_SHARE;
    gathering.walks = calloc(count, sizeof *gathering.walks);
    gathering.cursor = malloc(sizeof *gathering.cursor);
    bf_status status = gathering.walks && gathering.cursor ? BF_OK : fail_memory(error);
    if (status == BF_OK) status = gathering_fit(&gathering, doc_count, memory, threads, error);
    if (status == BF_OK) status = gathering_fill(&gathering, error);
    free(gathering.walks);
    free(gathering.cursor);
    return status;
}

void forward_index_free(struct forward_index *index)
{
    free(index->graph.terms);
    free(index->graph.starts);
    free(index->graph.counts);
    *index = (struct forward_index){0};
}
