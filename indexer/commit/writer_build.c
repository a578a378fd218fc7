/*
 * Articles to segments: in the caller's thread, or in several threads beside it (build_lines.h).
 *
 * Whatever is asked about ids is answered in the caller's thread, at once and in the order of the calls, so that the last
 * article of an id is the one that stays whichever thread builds it: articles not yet in a segment are known by when they
 * arrived. Threads are only begun when the first batch is full, so that few articles cost none.
 */
#include "writer_state.h"

#include "article_record.h"
#include "bytes.h"
#include "status.h"

#include <stdlib.h>
#include <string.h>

enum {
    BATCH_MOST = 1 << 20,    /* bytes of articles in a batch: at the end lines wait for each other as long as one takes */
    BATCHES_OF_MEMORY = 10,  /* all batches together have the tenth part of the memory, */
    WRITING_OF_MEMORY = 8,   /* an eighth is for what writing a segment and merging beside it take */
};

bf_status writer_builds_open(struct bf_writer *writer, bf_error *error)
{
    writer->builds = calloc(writer->threads, sizeof *writer->builds);
    writer->line_states = calloc(writer->threads, sizeof *writer->line_states);
    return writer->builds && writer->line_states ? BF_OK : fail_memory(error);
}

static void build_clear(struct writer_build *build)
{
    string_table_free(&build->ids);
    buffer_free(&build->id_arrivals);
    buffer_free(&build->dead);
    *build = (struct writer_build){0};
}

void writer_builds_close(struct bf_writer *writer)
{
    build_lines_free(writer->lines);
    segment_builder_free(&writer->builder);
    article_batch_free(writer->batch);
    for (uint32_t i = 0; writer->builds && i < writer->threads; i++) build_clear(&writer->builds[i]);
    free(writer->builds);
    free(writer->line_states);
}

static void build_begin(struct bf_writer *writer, struct writer_build *build)
{
    if (build->busy) return;
    build->busy = true;
    build->number = writer->head.next_segment++;
    build->first_arrival = writer->next_arrival;
}

static size_t build_memory(const struct writer_build *build)
{
    return string_table_memory(&build->ids) + build->id_arrivals.room + build->dead.room;
}

/* ---- Ids ---- */

static bool build_delete_id(struct writer_build *build, const char *id, size_t length, uint64_t hash, bool *found)
{
    uint32_t number = string_table_find(&build->ids, id, (uint32_t)length, hash);
    if (number == UINT32_MAX) return true;
    uint8_t *place = build->id_arrivals.bytes + sizeof(uint64_t) * number;
    if (load_u64(place) == NO_ARRIVAL) return true;
    buffer_append_u64(&build->dead, load_u64(place));
    store_u64(place, NO_ARRIVAL);
    *found = true;
    return !build->dead.failed;
}

bf_status writer_delete_id(struct bf_writer *writer, const char *id, size_t length, bool *found, bf_error *error)
{
    uint64_t hash = string_table_hash(id, (uint32_t)length);
    *found = false;
    for (uint32_t i = 0; !*found && i < writer->threads; i++)
        if (writer->builds[i].busy && !build_delete_id(&writer->builds[i], id, length, hash, found)) return fail_memory(error);
    for (uint32_t i = writer->segment_count; !*found && i-- > 0;) {
        uint32_t doc;
        bf_status status = segment_find_id(writer->segments[i].segment, id, length, &doc, error);
        if (status == BF_NOT_FOUND) continue;
        if (status == BF_OK) status = writer_delete_document(&writer->segments[i], doc, error);
        if (status != BF_OK) return status;
        *found = true;
    }
    if (*found) writer->changed = true;
    return BF_OK;
}

/* The article of this id in the build is the one that arrives now. */
static bool build_note_id(struct writer_build *build, bf_text id, uint64_t arrival)
{
    uint32_t number;
    bool is_new;
    if (!string_table_number(&build->ids, id.bytes, (uint32_t)id.length, &number, &is_new)) return false;
    if (is_new) buffer_append_u64(&build->id_arrivals, arrival);
    else store_u64(build->id_arrivals.bytes + sizeof arrival * number, arrival);
    return !build->id_arrivals.failed;
}

/* ---- A segment is complete ---- */

static bf_status build_bury_dead(const struct writer_build *build, struct writer_segment *place, bf_error *error)
{
    struct arrival_run *runs;
    uint32_t run_count;
    if (!build->dead.length) return BF_OK;
    bf_status status = segment_arrival_runs(place->segment, &runs, &run_count, error);
    if (status != BF_OK) return status;
    for (size_t i = 0; status == BF_OK && i < build->dead.length; i += sizeof(uint64_t)) {
        uint64_t arrival = load_u64(build->dead.bytes + i);
        uint32_t run = 0, end = run_count;
        while (end - run > 1) { /* the last that doesn't begin after it */
            uint32_t middle = run + (end - run) / 2;
            if (runs[middle].arrival <= arrival) run = middle;
            else end = middle;
        }
        status = writer_delete_document(place, runs[run].first + (uint32_t)(arrival - runs[run].arrival), error);
    }
    free(runs);
    return status;
}

static bf_status build_complete(struct bf_writer *writer, struct writer_build *build, const struct manifest_segment *listed,
                                bf_error *error)
{
    uint32_t at;
    bf_status status = writer_insert(writer, listed, &at, error);
    if (status == BF_OK) status = build_bury_dead(build, &writer->segments[at], error);
    build_clear(build);
    return status;
}

/* ---- Beside the caller's thread ---- */

static size_t batch_room(const struct bf_writer *writer)
{
    uint64_t room = writer->memory / BATCHES_OF_MEMORY / (BUILD_LINE_BATCHES * writer->threads + 1);
    return room < BATCH_MOST ? (size_t)room : BATCH_MOST;
}

/* A batch without articles completes the segment of a line. */
static bf_status line_complete(struct bf_writer *writer, uint32_t line, bf_error *error)
{
    struct article_batch *batch = calloc(1, sizeof *batch);
    if (!batch) return fail_memory(error);
    batch->last = true;
    build_lines_give(writer->lines, line, batch);
    writer->line_states[line].completing = true;
    return BF_OK;
}

/* Puts complete segments into the list. */
static bf_status lines_collect(struct bf_writer *writer, bool wait, bf_error *error)
{
    bf_status status = build_lines_look(writer->lines, wait, writer->line_states, error);
    for (uint32_t i = 0; status == BF_OK && i < build_lines_count(writer->lines); i++) {
        struct build_line_state *state = &writer->line_states[i];
        if (!state->complete) continue;
        status = build_complete(writer, &writer->builds[i], &state->listed, error);
        build_lines_taken(writer->lines, i);
        state->complete = state->completing = false;
        if (status == BF_OK) status = writer_merge_collect(writer, false, error);
        if (status == BF_OK) status = writer_merge_begin(writer, error);
    }
    return status;
}

/* The line that has least to do. */
static bf_status line_choose(struct bf_writer *writer, uint32_t *line, bf_error *error)
{
    uint32_t count = build_lines_count(writer->lines);
    uint64_t shared = writer->memory / BATCHES_OF_MEMORY + writer->memory / WRITING_OF_MEMORY;
    uint64_t each = (writer->memory - shared) / count;
    for (bool wait = false;; wait = true) {
        bf_status status = lines_collect(writer, wait, error);
        for (uint32_t i = 0; status == BF_OK && i < count; i++) {
            const struct build_line_state *state = &writer->line_states[i];
            if (writer->builds[i].busy && !state->completing && state->memory + build_memory(&writer->builds[i]) > each)
                status = line_complete(writer, i, error);
        }
        if (status != BF_OK) return status;
        *line = UINT32_MAX;
        for (uint32_t i = 0; i < count; i++) {
            const struct build_line_state *state = &writer->line_states[i];
            if (state->completing || state->batches >= BUILD_LINE_BATCHES) continue;
            if (*line == UINT32_MAX || state->batches < writer->line_states[*line].batches) *line = i;
        }
        if (*line != UINT32_MAX) return BF_OK;
    }
}

static bf_status batch_open(struct bf_writer *writer, bf_error *error)
{
    uint32_t line = 0;
    bf_status status = writer->lines ? line_choose(writer, &line, error) : BF_OK;
    if (status != BF_OK) return status;
    writer->batch = calloc(1, sizeof *writer->batch);
    if (!writer->batch) return fail_memory(error);
    writer->batch_line = line;
    build_begin(writer, &writer->builds[line]);
    writer->batch->segment = writer->builds[line].number;
    writer->batch->first_arrival = writer->next_arrival;
    return BF_OK;
}

static bf_status batch_send(struct bf_writer *writer, bf_error *error)
{
    if (!writer->lines) {
        bf_status status = build_lines_new(writer->path, writer->sync, analyzer_identity(writer->analyzer), writer->threads,
                                           &writer->lines, error);
        if (status != BF_OK) return status;
    }
    build_lines_give(writer->lines, writer->batch_line, writer->batch);
    writer->batch = NULL;
    return BF_OK;
}

static bf_status writer_add_to_batch(struct bf_writer *writer, const bf_article *article, bool *replaced, bf_error *error)
{
    bf_status status = writer->batch ? BF_OK : batch_open(writer, error);
    if (status == BF_OK) status = writer_delete_id(writer, article->id.bytes, article->id.length, replaced, error);
    if (status != BF_OK) return status;
    if (!article_batch_add(writer->batch, article) ||
        !build_note_id(&writer->builds[writer->batch_line], article->id, writer->next_arrival++))
        return fail_memory(error);
    return writer->batch->records.length < batch_room(writer) ? BF_OK : batch_send(writer, error);
}

/* ---- In it ---- */

static bf_status writer_add_here(struct bf_writer *writer, const bf_article *article, bool *replaced, bf_error *error)
{
    struct writer_build *build = &writer->builds[0];
    bf_status status = BF_OK;
    if (!build->busy) {
        build_begin(writer, build);
        status = segment_builder_begin(&writer->builder, writer->path, build->number, writer->sync, writer->analyzer, error);
    }
    if (status == BF_OK) status = writer_delete_id(writer, article->id.bytes, article->id.length, replaced, error);
    if (status != BF_OK) return status;
    buffer_clear(&writer->record);
    article_record_encode(article, &writer->record);
    if (writer->record.failed) return fail_memory(error);
    status = segment_builder_add(&writer->builder, article, writer->record.bytes, writer->record.length, writer->next_arrival,
                                 error);
    if (status != BF_OK) return status;
    if (!build_note_id(build, article->id, writer->next_arrival++)) return fail_memory(error);
    return segment_builder_memory(&writer->builder) + build_memory(build) > writer->memory ? writer_flush(writer, error) : BF_OK;
}

bf_status writer_add(struct bf_writer *writer, const bf_article *article, bool *replaced, bf_error *error)
{
    bf_status status = writer->threads > 1 ? writer_add_to_batch(writer, article, replaced, error)
                                           : writer_add_here(writer, article, replaced, error);
    if (status == BF_OK) writer->changed = true;
    return status;
}

/* ---- All that is left ---- */

static bf_status flush_here(struct bf_writer *writer, bf_error *error)
{
    struct manifest_segment listed;
    bf_status status = BF_OK;
    if (!writer->builds[0].busy) return BF_OK;
    if (writer->batch)
        status = segment_builder_add_batch(&writer->builder, writer->batch, writer->path, writer->sync, writer->analyzer, error);
    article_batch_free(writer->batch);
    writer->batch = NULL;
    if (status == BF_OK) status = segment_builder_finish(&writer->builder, &listed, error);
    return status == BF_OK ? build_complete(writer, &writer->builds[0], &listed, error) : status;
}

static bool builds_any(const struct bf_writer *writer)
{
    for (uint32_t i = 0; i < writer->threads; i++)
        if (writer->builds[i].busy) return true;
    return false;
}

static bf_status flush_lines(struct bf_writer *writer, bf_error *error)
{
    bf_status status = build_lines_look(writer->lines, false, writer->line_states, error);
    if (status == BF_OK && writer->batch) {
        writer->batch->last = true;
        writer->line_states[writer->batch_line].completing = true;
        status = batch_send(writer, error);
    }
    for (uint32_t i = 0; status == BF_OK && i < build_lines_count(writer->lines); i++)
        if (writer->builds[i].busy && !writer->line_states[i].completing) status = line_complete(writer, i, error);
    for (bool wait = false; status == BF_OK && builds_any(writer); wait = true) status = lines_collect(writer, wait, error);
    return status;
}

bf_status writer_flush(struct bf_writer *writer, bf_error *error)
{
    return writer->lines ? flush_lines(writer, error) : flush_here(writer, error);
}
