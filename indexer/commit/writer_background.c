/*
 * One merge at a time beside building: a thread with handles of its own on the segments it merges. Their deletions are those
 * there were when it began; what was deleted meanwhile is deleted from the result when that takes their place in the list.
 * Until then nothing knows of the result, so giving it up costs only its own work.
 */
#include "writer_state.h"

#include "merger.h"
#include "status.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct background_merge {
    pthread_t thread;
    bool is_running;               /* the thread was begun and not yet joined */
    atomic_bool done;
    const char *path;              /* the writer's */
    struct merge_options options;
    uint32_t number;               /* of the result */
    uint32_t count;
    struct segment **sources;      /* handles of its own */
    struct buffer *pending;        /* by source: u32 documents deleted since the last commit */
    struct analyzer *analyzer;
    /* Once done: */
    struct manifest_segment listed; /* doc_count 0: nothing of the sources was live */
    bf_error failure;
};

uint32_t writer_merge_number(const struct bf_writer *writer)
{
    return writer->merging ? writer->merging->number : 0;
}

bool writer_merge_has(const struct bf_writer *writer, uint32_t number)
{
    for (uint32_t i = 0; writer->merging && i < writer->merging->count; i++)
        if (writer->merging->sources[i]->number == number) return true;
    return false;
}

static void *merge_run(void *context)
{
    struct background_merge *merge = context;
    bf_error *error = &merge->failure;
    struct merge_reordered unused;
    bf_status status = BF_OK;
    uint32_t live = 0;
    for (uint32_t i = 0; status == BF_OK && i < merge->count; i++) {
        status = count_deleted_words(merge->analyzer, merge->sources[i], &merge->pending[i], error);
        live += merge->sources[i]->meta.doc_count - merge->sources[i]->listed.deleted_count;
    }
    if (status == BF_OK && live)
        status = merge_segments(merge->path, merge->sources, merge->count, merge->number, &merge->options, &merge->listed, &unused,
                                error);
    if (status == BF_OK) error->status = BF_OK;
    atomic_store(&merge->done, true);
    return NULL;
}

static void merge_free(struct background_merge *merge)
{
    if (!merge) return;
    if (merge->is_running) pthread_join(merge->thread, NULL);
    for (uint32_t i = 0; i < merge->count; i++) {
        segment_close(merge->sources[i]);
        buffer_free(&merge->pending[i]);
    }
    free(merge->sources);
    free(merge->pending);
    analyzer_free(merge->analyzer);
    free(merge);
}

/* A handle on a segment as it is now. */
static bf_status merge_take_source(struct background_merge *merge, const struct writer_segment *place, bf_error *error)
{
    const struct segment *segment = place->segment;
    struct segment *own;
    bf_status status = segment_open(merge->path, &segment->listed, &own, error);
    if (status != BF_OK) return status;
    merge->sources[merge->count] = own;
    buffer_append(&merge->pending[merge->count], place->deletions.bytes, place->deletions.length);
    bool failed = merge->pending[merge->count++].failed;
    if (segment->deleted) {
        size_t words = (size_t)(segment->meta.doc_count + DELETED_PIECE - 1) / DELETED_PIECE * (DELETED_PIECE / 64);
        own->deleted = malloc(words * sizeof *own->deleted);
        if (own->deleted) memcpy(own->deleted, segment->deleted, words * sizeof *own->deleted);
        else failed = true;
    }
    return failed ? fail_memory(error) : BF_OK;
}

static bf_status merge_start(struct background_merge *merge, bf_error *error)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int refused = pthread_create(&merge->thread, NULL, merge_run, merge);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    merge->is_running = !refused;
    return refused ? fail_system(error, refused, "a thread") : BF_OK;
}

bf_status writer_merge_begin(struct bf_writer *writer, bf_error *error)
{
    uint32_t first, end;
    if (writer->merging || !writer->merge) return BF_OK;
    bool is_due;
    bf_status status = writer_merge_due(writer, &is_due, &first, &end, error);
    if (status != BF_OK || !is_due) return status;

    struct background_merge *merge = calloc(1, sizeof *merge);
    if (!merge) return fail_memory(error);
    merge->path = writer->path;
    merge->options = (struct merge_options){.sync = writer->sync, .alone = writer_segments_alone(writer, first, end)};
    merge->number = writer->head.next_segment++;
    merge->sources = calloc(end - first, sizeof *merge->sources);
    merge->pending = calloc(end - first, sizeof *merge->pending);
    status = merge->sources && merge->pending ? BF_OK : fail_memory(error);
    if (status == BF_OK) status = analyzer_from_identity(analyzer_identity(writer->analyzer), &merge->analyzer, error);
    for (uint32_t i = first; status == BF_OK && i < end; i++) status = merge_take_source(merge, &writer->segments[i], error);
    if (status == BF_OK) status = merge_start(merge, error);
    if (status != BF_OK) merge_free(merge);
    else writer->merging = merge;
    return status;
}

/* ---- The result takes the place of what was merged ---- */

static uint32_t find_segment(const struct bf_writer *writer, uint32_t number)
{
    uint32_t i = 0;
    while (i < writer->segment_count && writer->segments[i].segment->number != number) i++;
    return i;
}

/* Notes the ids of documents that were deleted since the merge began: each with its length (u32) before it. */
static bf_status find_deleted(struct segment *now, const struct segment *before, struct buffer *ids, bf_error *error)
{
    bf_status status = BF_OK;
    if (now->listed.deleted_count == before->listed.deleted_count) return BF_OK;
    for (uint32_t doc = 0; status == BF_OK && doc < now->meta.doc_count; doc++) {
        char id[512];
        size_t length;
        if (!segment_is_deleted(now, doc) || segment_is_deleted(before, doc)) continue;
        status = segment_id(now, doc, id, &length, error);
        if (status != BF_OK) break;
        buffer_append_u32(ids, (uint32_t)length);
        buffer_append(ids, id, length);
    }
    return status == BF_OK && ids->failed ? fail_memory(error) : status;
}

static bf_status delete_again(struct writer_segment *place, const struct buffer *ids, bf_error *error)
{
    for (size_t at = 0; at < ids->length;) {
        uint32_t length, doc;
        memcpy(&length, ids->bytes + at, sizeof length);
        bf_status status = segment_find_id(place->segment, (const char *)ids->bytes + at + 4, length, &doc, error);
        if (status == BF_OK) status = writer_delete_document(place, doc, error);
        if (status != BF_OK) return status;
        at += 4 + length;
    }
    return BF_OK;
}

static bf_status merge_replace(struct bf_writer *writer, const struct background_merge *merge, bf_error *error)
{
    struct buffer ids = {0};
    bf_status status = BF_OK;
    for (uint32_t i = 0; status == BF_OK && i < merge->count; i++) {
        uint32_t at = find_segment(writer, merge->sources[i]->number);
        status = find_deleted(writer->segments[at].segment, merge->sources[i], &ids, error);
        if (status == BF_OK) status = writer_drop(writer, at, at + 1, error);
    }
    uint32_t at;
    if (status == BF_OK && merge->listed.doc_count) {
        status = writer_insert(writer, &merge->listed, &at, error);
        if (status == BF_OK) status = delete_again(&writer->segments[at], &ids, error);
    }
    buffer_free(&ids);
    return status;
}

bf_status writer_merge_collect(struct bf_writer *writer, bool wait, bf_error *error)
{
    struct background_merge *merge = writer->merging;
    if (!merge || (!wait && !atomic_load(&merge->done))) return BF_OK;
    pthread_join(merge->thread, NULL);
    merge->is_running = false;
    bf_status status = merge->failure.status;
    if (status != BF_OK && error) *error = merge->failure;
    if (status == BF_OK) status = merge_replace(writer, merge, error);
    merge_free(merge);
    writer->merging = NULL;
    return status;
}

void writer_merge_abandon(struct bf_writer *writer)
{
    merge_free(writer->merging);
    writer->merging = NULL;
}
