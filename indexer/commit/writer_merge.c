/* Several segments into one, and one into a better one. */
#include "writer_state.h"

#include "bytes.h"
#include "merge_policy.h"
#include "merger.h"
#include "status.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    MERGING_OF_MEMORY = 8,          /* a record that a merge makes unasked takes at most an eighth of the memory, */
    MERGED_RECORD_LEAST = 16 << 20, /* but may be so long: that of a million articles */
};

bf_status writer_drop(struct bf_writer *writer, uint32_t first, uint32_t end, bf_error *error)
{
    uint32_t *removed = realloc(writer->removed, (writer->removed_count + end - first) * sizeof *removed);
    if (!removed) return fail_memory(error);
    writer->removed = removed;
    for (uint32_t i = first; i < end; i++) {
        struct writer_segment *place = &writer->segments[i];
        writer->removed[writer->removed_count++] = place->segment->number;
        if (place->is_owned) {
            /* No commit knows of it: its disk space is given back at once. What can't be removed now is swept later. */
            char path[PATH_MAX];
            segment_store_path(writer->path, place->segment->number, path, sizeof path);
            segment_close(place->segment);
            unlink(path);
        }
        buffer_free(&place->deletions);
    }
    memmove(writer->segments + first, writer->segments + end, (writer->segment_count - end) * sizeof *writer->segments);
    writer->segment_count -= end - first;
    writer->changed = true;
    return BF_OK;
}

bf_status count_deleted_words(struct analyzer *analyzer, struct segment *segment, struct buffer *deletions, bf_error *error)
{
    struct arena arena = {0};
    struct inverter *inverter = NULL;
    if (!deletions->length) return BF_OK;
    bf_status status = inverter_new(analyzer, &inverter, error);
    for (size_t i = 0; status == BF_OK && i < deletions->length; i += 4) {
        bf_article article;
        uint32_t length = 0, title_length;
        arena_clear(&arena);
        status = segment_article(segment, load_u32(deletions->bytes + i), &arena, &article, error);
        if (status == BF_OK) status = inverter_add(inverter, &article, &length, &title_length, error);
        segment->listed.deleted_token_count += length;
        inverter_clear(inverter);
    }
    buffer_clear(deletions);
    inverter_free(inverter);
    arena_free(&arena);
    return status;
}

/* What reordering changes of a segment's size. */
static void reordering_count(struct writer_reordering *reordering, const struct segment *segment, bool is_before)
{
    if (!reordering) return;
    bf_reorder_report *report = reordering->report;
    uint64_t postings = segment_store_database_bytes(segment->store, DATABASE_POSTINGS);
    uint64_t positions = segment_store_database_bytes(segment->store, DATABASE_POSITIONS);
    *(is_before ? &report->postings_before : &report->postings_after) += postings;
    *(is_before ? &report->positions_before : &report->positions_after) += positions;
}

static void reordering_add(struct writer_reordering *reordering, const struct merge_reordered *reordered,
                           const struct segment *segment)
{
    if (!reordering) return;
    bf_reorder_report *report = reordering->report;
    report->segments++;
    report->articles += segment->meta.doc_count;
    report->words += reordered->fitting_terms;
    report->words_used += reordered->used_terms;
    report->seconds_ordering += reordered->seconds;
    reordering_count(reordering, segment, false);
}

bool writer_segments_alone(const struct bf_writer *writer, uint32_t first, uint32_t end)
{
    uint64_t from = UINT64_MAX, to = 0;
    for (uint32_t i = first; i < end; i++) {
        const struct segment_meta *meta = &writer->segments[i].segment->meta;
        if (meta->first_arrival < from) from = meta->first_arrival;
        if (meta->end_arrival > to) to = meta->end_arrival;
    }
    for (uint32_t i = 0; i < writer->segment_count; i++) {
        const struct segment_meta *meta = &writer->segments[i].segment->meta;
        if ((i < first || i >= end) && meta->first_arrival < to && meta->end_arrival > from) return false;
    }
    for (uint32_t i = 0; i < writer->threads; i++)
        if (writer->builds[i].busy && writer->builds[i].first_arrival < to) return false;
    return true;
}

static bf_status writer_merge_range(struct bf_writer *writer, uint32_t first, uint32_t end,
                                    struct writer_reordering *reordering, bf_error *error)
{
    struct manifest_segment listed;
    struct merge_options options = {.sync = writer->sync, .reorder = reordering ? reordering->crew : NULL,
                                    .reorder_memory = writer->memory, .alone = writer_segments_alone(writer, first, end)};
    struct merge_reordered reordered = {0};
    uint32_t live = 0;
    bf_status status = BF_OK;
    struct segment **sources = malloc((end - first) * sizeof *sources);
    if (!sources) return fail_memory(error);
    for (uint32_t i = first; status == BF_OK && i < end; i++) {
        sources[i - first] = writer->segments[i].segment;
        status = count_deleted_words(writer->analyzer, sources[i - first], &writer->segments[i].deletions, error);
        live += sources[i - first]->meta.doc_count - sources[i - first]->listed.deleted_count;
        reordering_count(reordering, sources[i - first], true);
    }
    if (status == BF_OK && live) {
        status = merge_segments(writer->path, sources, end - first, writer->head.next_segment++, &options, &listed, &reordered,
                                error);
    }
    free(sources);
    if (status == BF_OK) status = writer_drop(writer, first, end, error);
    if (status == BF_OK && live) {
        uint32_t at;
        status = writer_insert(writer, &listed, &at, error);
        if (status == BF_OK) reordering_add(reordering, &reordered, writer->segments[at].segment);
    }
    return status;
}

/* The longest of a segment's records that grow with its articles. */
static uint64_t longest_record(const struct segment *segment)
{
    uint64_t longest = 0;
    for (int i = 0; i < BLOB_COUNT; i++)
        if (segment->meta.blobs[i].length > longest) longest = segment->meta.blobs[i].length;
    return longest;
}

bf_status writer_merge_due(const struct bf_writer *writer, bool *is_due, uint32_t *first, uint32_t *end, bf_error *error)
{
    struct manifest_segment *listed = malloc((writer->segment_count + 1) * sizeof *listed);
    uint64_t *longest = malloc((writer->segment_count + 1) * sizeof *longest), most = writer->memory / MERGING_OF_MEMORY;
    bf_status status = listed && longest ? BF_OK : fail_memory(error);
    const struct merge_limit limit = {longest, most > MERGED_RECORD_LEAST ? most : MERGED_RECORD_LEAST};
    for (uint32_t i = 0; status == BF_OK && i < writer->segment_count; i++) {
        listed[i] = writer->segments[i].segment->listed;
        longest[i] = longest_record(writer->segments[i].segment);
    }
    if (status == BF_OK) *is_due = merge_policy_next(listed, writer->segment_count, &limit, first, end);
    free(listed);
    free(longest);
    return status;
}

/* The next to merge as was asked for. */
static bf_status writer_merge_next(const struct bf_writer *writer, uint32_t wanted, bool *more, uint32_t *first, uint32_t *end,
                                   bf_error *error)
{
    if (!wanted) return writer_merge_due(writer, more, first, end, error);
    struct manifest_segment *listed = malloc((writer->segment_count + 1) * sizeof *listed);
    if (!listed) return fail_memory(error);
    for (uint32_t i = 0; i < writer->segment_count; i++) listed[i] = writer->segments[i].segment->listed;
    *more = merge_policy_down_to(listed, writer->segment_count, wanted, first, end);
    free(listed);
    return BF_OK;
}

static bf_status writer_merge_all(struct bf_writer *writer, const struct writer_merging *merging, bf_error *error)
{
    for (;;) {
        uint32_t first = 0, end = 0;
        bool more = false;
        bf_status status = writer_merge_next(writer, merging->wanted, &more, &first, &end, error);
        if (status != BF_OK || !more) return status;
        status = writer_merge_range(writer, first, end, merging->reordering, error);
        if (status != BF_OK) return status;
    }
}

bf_status writer_merge_segments(struct bf_writer *writer, const struct writer_merging *merging, bf_error *error)
{
    uint32_t first_new = writer->head.next_segment;
    bf_status status = writer_merge_all(writer, merging, error);
    /* What there was no need to merge is to be reordered too. */
    for (uint32_t i = 0; status == BF_OK && merging->reordering && i < writer->segment_count; i++)
        if (writer->segments[i].segment->number < first_new)
            status = writer_merge_range(writer, i, i + 1, merging->reordering, error);
    return status;
}

bf_status bf_writer_merge(bf_writer *writer, uint32_t segment_count, bf_error *error)
{
    return writer_commit(writer, &(struct writer_merging){.wanted = segment_count ? segment_count : 1}, error);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

bf_status bf_writer_reorder(bf_writer *writer, const bf_reorder_options *options, bf_reorder_report *report, bf_error *error)
{
    static const bf_reorder_options defaults = {0};
    bf_reorder_report unwanted;
    if (!options) options = &defaults;
    if (!report) report = &unwanted;
    *report = (bf_reorder_report){0};
    double began = seconds_now();
    struct writer_reordering reordering = {.report = report};
    bf_status status = crew_new(options->threads, &reordering.crew, error);
    if (status != BF_OK) return status;
    report->threads = crew_size(reordering.crew);
    struct writer_merging merging = {.wanted = options->segment_count ? options->segment_count : 1, .reordering = &reordering};
    status = writer_commit(writer, &merging, error);
    crew_free(reordering.crew);
    report->seconds = seconds_now() - began;
    return status;
}
