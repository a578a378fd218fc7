#include "merger.h"

#include "article_merge.h"
#include "bytes.h"
#include "dictionary.h"
#include "form_union.h"
#include "forward_index.h"
#include "merge_source.h"
#include "posting_sorter.h"
#include "segment_writer.h"
#include "status.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Occurrences of a term that are held in memory at once: more are read when they are written, and once before. */
enum { HELD_OCCURRENCES = 1 << 20 };

struct merger {
    struct scratch scratch;       /* for what grows with documents and lists */
    struct merge_source *sources;
    struct dictionary_walk *walks; /* by source */
    uint32_t count;
    const struct merge_options *options;
    struct segment_writer *writer;
    struct posting_cursor cursor;
    uint8_t term[DICTIONARY_TERM_MAX]; /* the one being merged, */
    uint32_t term_length;
    uint32_t reading;    /* and the source whose list the cursor is in */
    uint64_t mapped;     /* bytes of the sources, about */
    struct buffer docs, tfs, positions; /* u32 each: the term being merged */
    struct posting_sorter sorter;
    struct form_union forms;
    struct buffer runs;   /* struct arrival_run: when what was merged arrived */
    uint64_t end_arrival;
};

/* ---- Documents ---- */

/* What arrived in a source as numbers [run->first, run->end). Runs get shorter by what is deleted, which leaves them in order. */
static bf_status merge_documents_run(struct merger *merger, const struct snapshot_run *run, bf_error *error)
{
    struct merge_source *source = &merger->sources[run->segment];
    struct segment *segment = source->segment;
    uint64_t arrival = run->arrival;
    for (uint32_t i = run->first; i < run->end; i++) {
        uint32_t doc = merge_source_arrived(source, i), number = merge_source_number(source, doc);
        if (number == NO_DOCUMENT) continue;
        char id[512];
        struct document_facts facts = {
            .id = id, .length_byte = segment_length_byte(segment, doc), .title_length = segment_title_length(segment, doc)};
        bf_status status = segment_id(segment, doc, id, &facts.id_length, error);
        if (status == BF_OK) status = segment_date(segment, doc, &facts.date, error);
        if (status == BF_OK) status = segment_writer_document(merger->writer, &facts, error);
        if (status != BF_OK) return status;
        if (!arrival_runs_add(&merger->runs, number, arrival++)) return fail_memory(error);
        merger->end_arrival = arrival;
    }
    return BF_OK;
}

static bf_status merge_documents(struct merger *merger, struct segment *const *segments, const struct snapshot_order *order,
                                 uint32_t doc_count, bf_error *error)
{
    bf_status status = BF_OK;
    for (uint32_t i = 0; status == BF_OK && i < order->run_count; i++) {
        struct snapshot_run whole = {i, 0, 0, 0};
        const struct snapshot_run *run = order->runs ? &order->runs[i] : &whole;
        if (!order->runs) {
            whole.end = segments[i]->meta.doc_count;
            whole.arrival = segments[i]->meta.first_arrival;
        }
        status = merge_documents_run(merger, run, error);
    }
    if (status != BF_OK) return status;
    const struct arrival_run *runs = (const struct arrival_run *)(const void *)merger->runs.bytes;
    uint32_t run_count = (uint32_t)(merger->runs.length / sizeof *runs);
    if (merger->options->alone)
        return segment_writer_arrived(merger->writer, runs, 1, runs[0].arrival + doc_count, error);
    return segment_writer_arrived(merger->writer, runs, run_count, merger->end_arrival, error);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* renumbered[n] is to be the number of the document that arrived as number n. */
static bf_status merge_find_order(struct merger *merger, uint32_t doc_count, uint32_t *renumbered,
                                  struct merge_reordered *reordered, bf_error *error)
{
    struct forward_index index = {0};
    struct crew *crew = merger->options->reorder;
    uint64_t held = 3 * (uint64_t)doc_count * sizeof(uint32_t), memory = merger->options->reorder_memory;
    double began = seconds_now();
    uint32_t *order = malloc(doc_count * sizeof *order);
    bf_status status = order ? BF_OK : fail_memory(error);
    if (status == BF_OK)
        status = forward_index_build(merger->sources, merger->count, doc_count, memory > held ? memory - held : 0,
                                     crew_size(crew), &index, error);
    if (status == BF_OK) status = bisection_order(&index.graph, crew, order, error);
    for (uint32_t i = 0; status == BF_OK && i < doc_count; i++) renumbered[order[i]] = i;
    *reordered = (struct merge_reordered){index.fitting_terms, index.used_terms, seconds_now() - began};
    forward_index_free(&index);
    free(order);
    return status;
}

/* `alternates`: runs of one source arrived between runs of another. Documents of one stand together all the same. */
static bf_status merge_renumber(struct merger *merger, uint32_t doc_count, bool alternates, struct merge_reordered *reordered,
                                bf_error *error)
{
    bf_status status = BF_OK;
    bool is_renumbered = merger->options->reorder || alternates;
    for (uint32_t i = 0; i < merger->count; i++) is_renumbered |= merger->sources[i].arrived != NULL;
    if (!is_renumbered) return BF_OK;
    struct buffer room = buffer_in_scratch(&merger->scratch);
    uint32_t *renumbered = (uint32_t *)(void *)buffer_extend(&room, doc_count * sizeof *renumbered);
    if (!renumbered) return fail_memory(error);
    if (merger->options->reorder) status = merge_find_order(merger, doc_count, renumbered, reordered, error);
    else merge_sources_keep_order(merger->sources, merger->count, renumbered);
    if (status == BF_OK) status = segment_writer_renumber(merger->writer, renumbered, error);
    for (uint32_t i = 0; status == BF_OK && i < merger->count; i++)
        status = merge_source_renumber(&merger->sources[i], renumbered, error);
    buffer_free(&room);
    return status;
}

/* ---- Terms ---- */

/* Lists are read into memory, long ones into files. */
static void merge_keep_in_scratch(struct merger *merger)
{
    struct posting_sorter *sorter = &merger->sorter;
    struct buffer *const buffers[] = {&merger->docs,  &merger->tfs,   &merger->positions, &merger->forms.numbers,
                                      &sorter->order, &sorter->spare, &sorter->moved,     &sorter->starts};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) *buffers[i] = buffer_in_scratch(&merger->scratch);
}

static bool merge_source_has(const struct merger *merger, uint32_t source)
{
    return dictionary_walk_is_on(&merger->walks[source], merger->term, merger->term_length);
}

static bf_status merge_open_list(struct merger *merger, uint32_t source, bf_error *error)
{
    const struct term_block_reader *block = &merger->walks[source].block;
    bf_status status = posting_cursor_open(&merger->cursor, merger->sources[source].segment, &block->entry, error);
    if (status == BF_OK)
        status = form_union_source(&merger->forms, &merger->cursor, merger->term + 1, merger->term_length - 1, error);
    return status;
}

static bf_status merge_occurrences(struct merger *merger, bf_error *error)
{
    bf_status status = posting_cursor_positions(&merger->cursor, &merger->positions, error);
    return status == BF_OK ? form_union_posting(&merger->forms, &merger->cursor, error) : status;
}

static bf_status merge_postings(struct merger *merger, uint32_t which, bool held, bf_error *error)
{
    struct posting_cursor *cursor = &merger->cursor;
    const struct merge_source *source = &merger->sources[which];
    bf_status status = merge_open_list(merger, which, error);
    for (; status == BF_OK && cursor->doc != NO_DOCUMENT; posting_cursor_next(cursor)) {
        uint32_t doc = merge_source_number(source, cursor->doc);
        if (doc == NO_DOCUMENT) continue;
        buffer_append_u32(&merger->docs, doc);
        buffer_append_u32(&merger->tfs, posting_cursor_tf(cursor));
        if (held) status = merge_occurrences(merger, error);
    }
    if (status == BF_OK && (merger->docs.failed || merger->tfs.failed)) status = fail_memory(error);
    if (status == BF_OK) status = segment_outcome(source->segment, error);
    return status;
}

/* ---- Those that have too many occurrences for memory ---- */

/* Opens the list of the first source from `first` on that has the term. */
static bf_status merge_read_from(struct merger *merger, uint32_t first, bf_error *error)
{
    while (first < merger->count && !merge_source_has(merger, first)) first++;
    merger->reading = first;
    return first < merger->count ? merge_open_list(merger, first, error) : BF_OK;
}

static bf_status merge_rewind(void *context, bf_error *error)
{
    return merge_read_from(context, 0, error);
}

static bf_status merge_read(void *context, uint32_t posting_count, const uint32_t **positions, uint32_t **forms, bf_error *error)
{
    struct merger *merger = context;
    struct posting_cursor *cursor = &merger->cursor;
    bf_status status = BF_OK;
    buffer_clear(&merger->positions);
    buffer_clear(&merger->forms.numbers);
    while (status == BF_OK && posting_count > 0) {
        if (merger->reading == merger->count) return fail(error, BF_CORRUPT, "a list ended before its end");
        const struct merge_source *source = &merger->sources[merger->reading];
        if (cursor->doc == NO_DOCUMENT) {
            status = segment_outcome(source->segment, error);
            if (status == BF_OK) status = merge_read_from(merger, merger->reading + 1, error);
            continue;
        }
        if (merge_source_number(source, cursor->doc) != NO_DOCUMENT) {
            status = merge_occurrences(merger, error);
            posting_count--;
        }
        posting_cursor_next(cursor);
    }
    *positions = (const uint32_t *)(const void *)merger->positions.bytes;
    *forms = (uint32_t *)(void *)merger->forms.numbers.bytes;
    return status;
}

/* Documents that were reordered come in the order they had before. */
static bf_status merge_sort(struct merger *merger, bf_error *error)
{
    struct posting_sorter *sorter = &merger->sorter;
    if (!merger->options->reorder) return BF_OK;
    return posting_sorter_documents(sorter, &merger->docs) &&
                   posting_sorter_occurrences(sorter, &merger->tfs, &merger->positions) &&
                   (!merger->forms.numbers.length || posting_sorter_occurrences(sorter, &merger->tfs, &merger->forms.numbers)) &&
                   posting_sorter_postings(sorter, &merger->tfs)
               ? BF_OK
               : fail_memory(error);
}

/* Whether all occurrences are to be in memory: where documents are reordered, they come from everywhere. */
static bool merge_holds(const struct merger *merger)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < merger->count; i++)
        if (merge_source_has(merger, i)) total += merger->walks[i].block.entry.cf;
    return merger->options->reorder || total <= HELD_OCCURRENCES;
}

static bf_status merge_term(struct merger *merger, bf_error *error)
{
    const struct occurrence_source source = {merger, merge_rewind, merge_read};
    bool held = merge_holds(merger);
    bf_status status = BF_OK;
    buffer_clear(&merger->docs);
    buffer_clear(&merger->tfs);
    buffer_clear(&merger->positions);
    form_union_clear(&merger->forms);
    for (uint32_t i = 0; status == BF_OK && i < merger->count; i++)
        if (merge_source_has(merger, i)) status = merge_postings(merger, i, held, error);
    if (status == BF_OK) status = merge_sort(merger, error);
    struct term_postings postings = {
        .docs = (uint32_t *)(void *)merger->docs.bytes,
        .tfs = (uint32_t *)(void *)merger->tfs.bytes,
        .df = (uint32_t)(merger->docs.length / sizeof(uint32_t)),
    };
    if (status != BF_OK || !postings.df) return status;
    for (uint32_t i = 0; i < postings.df; i++) postings.position_count += postings.tfs[i];
    uint32_t *forms = (uint32_t *)(void *)merger->forms.numbers.bytes;
    postings.positions = (const uint32_t *)(const void *)merger->positions.bytes;
    if (!held && postings.position_count > HELD_OCCURRENCES) {
        postings.source = &source;
    } else if (!held) { /* most of it was deleted */
        status = merge_rewind(merger, error);
        if (status == BF_OK) status = merge_read(merger, postings.df, &postings.positions, &forms, error);
        if (status != BF_OK) return status;
    }
    struct form itself = {.bytes = merger->term + 1, .length = merger->term_length - 1};
    if (!form_union_names(&merger->forms, itself, &postings.form_names, &postings.form_count)) return fail_memory(error);
    if (postings.form_count > 1 && !postings.source) postings.forms = forms;
    return segment_writer_term(merger->writer, merger->term, merger->term_length, &postings, error);
}

static bf_status merge_terms(struct merger *merger, bf_error *error)
{
    bf_status status = BF_OK;
    for (uint32_t i = 0; status == BF_OK && i < merger->count; i++)
        status = dictionary_walk_begin(&merger->walks[i], merger->sources[i].segment, NULL, 0, error);
    struct dictionary_walk *least;
    while (status == BF_OK && (least = dictionary_walk_least(merger->walks, merger->count))) {
        merger->term_length = least->block.term_length;
        memcpy(merger->term, least->block.term, merger->term_length);
        status = merge_term(merger, error);
        merge_source_passed(merger->sources, merger->count, merger->docs.length, &merger->mapped);
        for (uint32_t i = (uint32_t)(least - merger->walks); status == BF_OK && i < merger->count; i++)
            if (merge_source_has(merger, i)) status = dictionary_walk_next(&merger->walks[i], error);
    }
    return status;
}

bf_status merge_segments(const char *index_path, struct segment **segments, uint32_t count, uint32_t number,
                         const struct merge_options *options, struct manifest_segment *listed,
                         struct merge_reordered *reordered, bf_error *error)
{
    struct merger *merger = calloc(1, sizeof *merger);
    uint64_t token_count = 0;
    uint32_t doc_count = 0;
    struct snapshot_order order = {0};
    bf_status status;
    if (!merger) return fail_memory(error);
    merger->count = count;
    merger->options = options;
    merger->scratch = (struct scratch){index_path, options->scratch_least ? options->scratch_least : SCRATCH_LEAST};
    merge_keep_in_scratch(merger);
    merger->sources = calloc(count, sizeof *merger->sources);
    merger->walks = calloc(count, sizeof *merger->walks);
    if (!merger->sources || !merger->walks) {
        status = fail_memory(error);
        goto done;
    }
    status = segment_writer_open(index_path, number, options->sync, &merger->writer, error);
    if (status == BF_OK) segment_writer_keep_in_scratch(merger->writer, &merger->scratch);
    for (uint32_t i = 0; i < count; i++)
        token_count += segments[i]->listed.token_count - segments[i]->listed.deleted_token_count;
    /* What arrived between the runs of one source must stay between them, be it of another source or of no source at all. */
    bool alternates = !snapshot_order_is_plain(segments, count);
    order.run_count = count;
    if (status == BF_OK && (alternates || !options->alone)) status = snapshot_order_list(segments, count, &order, error);
    if (status == BF_OK)
        status = merge_sources_open(merger->sources, segments, count, &order, &merger->scratch, &doc_count, error);
    if (status == BF_OK) status = merge_documents(merger, segments, &order, doc_count, error);
    if (status == BF_OK) status = merge_renumber(merger, doc_count, alternates, reordered, error);
    if (status == BF_OK && options->reorder)
        status = merge_articles_reordered(merger->sources, count, doc_count, options->reorder_memory, merger->writer, error);
    else if (status == BF_OK)
        status = merge_articles(merger->sources, count, merger->writer, error);
    if (status != BF_OK) goto done;
    segment_writer_begin_terms(merger->writer, token_count);
    status = merge_terms(merger, error);
    if (status != BF_OK) goto done;
    status = segment_writer_finish(merger->writer, listed, error);
    merger->writer = NULL;
done:
    segment_writer_abandon(merger->writer);
    for (uint32_t i = 0; merger->sources && i < count; i++) merge_source_close(&merger->sources[i]);
    free(order.runs);
    buffer_free(&merger->runs);
    free(merger->sources);
    free(merger->walks);
    buffer_free(&merger->docs);
    buffer_free(&merger->tfs);
    buffer_free(&merger->positions);
    posting_sorter_free(&merger->sorter);
    form_union_free(&merger->forms);
    free(merger);
    return status;
}
