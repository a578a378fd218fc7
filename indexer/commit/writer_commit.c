/*
 * How articles become visible, and stay: segment files complete and on disk first, then the manifest's transaction that
 * names them (the commit point), then the files it no longer names are removed. A crash before the commit leaves files no
 * commit names, swept by the next writer; after it, the same.
 */
#include "writer_state.h"

#include "bytes.h"
#include "posting_cursor.h"
#include "status.h"
#include "tally_forms.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TALLY_MEMORY = 64 << 20 };

bf_status writer_load(struct bf_writer *writer, bf_error *error)
{
    bf_error local;
    if (!error) error = &local;
    bf_status status = snapshot_open(writer->path, &writer->snapshot, error);
    if (status == BF_NOT_FOUND) {
        writer->head.next_segment = 1;
        writer->loaded = true;
        return BF_OK;
    }
    if (status != BF_OK) return status;
    writer->head = writer->snapshot->head;
    writer->committed = writer->head.generation;
    writer->segments = calloc(writer->snapshot->segment_count + 1, sizeof *writer->segments);
    if (!writer->segments) return fail_memory(error);
    writer->segment_room = writer->snapshot->segment_count + 1;
    for (uint32_t i = 0; i < writer->snapshot->segment_count; i++) {
        const struct segment *segment = writer->segments[i].segment = writer->snapshot->segments[i];
        if (segment->meta.end_arrival > writer->next_arrival) writer->next_arrival = segment->meta.end_arrival;
    }
    writer->segment_count = writer->snapshot->segment_count;
    writer->loaded = true;
    return BF_OK;
}

void writer_unload(struct bf_writer *writer)
{
    for (uint32_t i = 0; i < writer->segment_count; i++) {
        if (writer->segments[i].is_owned) segment_close(writer->segments[i].segment);
        buffer_free(&writer->segments[i].deletions);
    }
    free(writer->segments);
    writer->segments = NULL;
    writer->segment_count = writer->segment_room = 0;
    writer->loaded = false;
}

bf_status writer_sweep(struct bf_writer *writer, bf_error *error)
{
    DIR *folder = opendir(writer->path);
    if (!folder) return fail_system(error, errno, "%s", writer->path);
    for (struct dirent *entry; (entry = readdir(folder));) {
        uint32_t number;
        if (scratch_is_left(entry->d_name)) unlinkat(dirfd(folder), entry->d_name, 0);
        if (!segment_store_number(entry->d_name, &number)) continue;
        bool is_named = number == writer_merge_number(writer);
        for (uint32_t i = 0; writer->snapshot && i < writer->snapshot->segment_count; i++)
            is_named |= writer->snapshot->segments[i]->number == number;
        char path[PATH_MAX];
        segment_store_path(writer->path, number, path, sizeof path);
        if (!is_named && unlink(path) != 0 && errno != ENOENT) {
            bf_status status = fail_system(error, errno, "%s: can't remove", path);
            closedir(folder);
            return status;
        }
    }
    closedir(folder);
    return BF_OK;
}

static bf_status writer_sync_path(const char *path, int flags, bf_error *error)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0) return fail_system(error, errno, "%s", path);
    bf_status status = fsync(fd) == 0 ? BF_OK : fail_system(error, errno, "%s: can't sync", path);
    close(fd);
    return status;
}

bf_status writer_sync_folder(const struct bf_writer *writer, bf_error *error)
{
    return writer_sync_path(writer->path, O_RDONLY | O_DIRECTORY, error);
}

/* Segments of earlier commits may have been written without waiting for the disk, by another writer. A commit that waits answers
 * for all it names. */
static bf_status writer_sync_base(struct bf_writer *writer, bf_error *error)
{
    bf_status status = BF_OK;
    char path[PATH_MAX];
    for (uint32_t i = 0; status == BF_OK && !writer->base_synced && i < writer->segment_count; i++) {
        if (writer->segments[i].is_owned) continue;
        segment_store_path(writer->path, writer->segments[i].segment->number, path, sizeof path);
        status = writer_sync_path(path, O_RDONLY, error);
    }
    writer->base_synced = status == BF_OK;
    return status;
}

bf_status writer_insert(struct bf_writer *writer, const struct manifest_segment *listed, uint32_t *result, bf_error *error)
{
    if (writer->segment_count == writer->segment_room) {
        uint32_t room = writer->segment_room ? 2 * writer->segment_room : 8;
        struct writer_segment *segments = realloc(writer->segments, room * sizeof *segments);
        if (!segments) return fail_memory(error);
        writer->segments = segments;
        writer->segment_room = room;
    }
    struct writer_segment place = {.is_owned = true};
    bf_status status = segment_open(writer->path, listed, &place.segment, error);
    if (status != BF_OK) return status;
    uint32_t at = writer->segment_count;
    while (at > 0 && writer->segments[at - 1].segment->meta.first_arrival > place.segment->meta.first_arrival) at--;
    memmove(writer->segments + at + 1, writer->segments + at, (writer->segment_count - at) * sizeof *writer->segments);
    writer->segments[at] = place;
    writer->segment_count++;
    writer->changed = true;
    *result = at;
    return BF_OK;
}

/* ---- What deletions take from the statistics ---- */

struct tally {
    struct manifest_transaction *transaction;
    uint32_t segment;
    const struct buffer *title_lengths; /* u32 by document of the inverter */
    struct tally_forms forms;
    struct buffer value;
};

static uint32_t tally_title_length(void *context, uint32_t doc)
{
    const struct tally *tally = context;
    return load_u32(tally->title_lengths->bytes + 4 * (size_t)doc);
}

static bf_status tally_term(void *context, const uint8_t *term, uint32_t term_length, const struct term_postings *postings,
                            bf_error *error)
{
    struct tally *tally = context;
    uint8_t key[300];
    const uint8_t *value;
    size_t length, taken, key_length = manifest_adjustment_key(tally->segment, term, term_length, key);
    struct term_adjustment adjustment = {0};
    const struct form *forms;
    uint32_t form_count;
    bf_status status = manifest_get(tally->transaction, key, key_length, &value, &length, error);
    if (status != BF_OK && status != BF_NOT_FOUND) return status;
    if (status == BF_NOT_FOUND) length = 0;
    const char *rule = length ? manifest_adjustment_decode(value, length, &adjustment, &taken) : NULL;
    if (!rule)
        rule = tally_forms_add(&tally->forms, term + 1, term_length - 1, value, length, postings, tally_title_length, tally,
                               &forms, &form_count);
    if (rule == memory_rule) return fail_memory(error);
    if (rule) return fail(error, BF_CORRUPT, "manifest.lmdb: %s", rule);
    adjustment.df += postings->df;
    adjustment.cf += postings->position_count;
    const uint32_t *positions = postings->positions;
    for (uint32_t i = 0; term[0] == FIELD_TEXT && i < postings->df; i++) {
        adjustment.title_df += positions[0] < tally_title_length(tally, postings->docs[i]);
        positions += postings->tfs[i];
    }
    buffer_clear(&tally->value);
    adjusted_forms_encode(&adjustment, term + 1, term_length - 1, forms, form_count, &tally->value);
    if (tally->value.failed) return fail_memory(error);
    return manifest_put(tally->transaction, key, key_length, tally->value.bytes, tally->value.length, error);
}

/* Analyzes each deleted article once more and takes its words off: the cost of a deletion is that of the article, and df, N
 * and the average stay exact. */
static bf_status writer_tally(struct bf_writer *writer, struct writer_segment *place, struct manifest_transaction *transaction,
                              bf_error *error)
{
    struct buffer title_lengths = {0};
    struct arena arena = {0};
    struct inverter *inverter = NULL;
    struct tally tally = {.transaction = transaction, .segment = place->segment->number, .title_lengths = &title_lengths};
    bf_status status = inverter_new(writer->analyzer, &inverter, error);
    for (size_t i = 0; status == BF_OK && i < place->deletions.length; i += 4) {
        bf_article article;
        uint32_t length = 0, title_length = 0;
        arena_clear(&arena);
        status = segment_article(place->segment, load_u32(place->deletions.bytes + i), &arena, &article, error);
        if (status == BF_OK) status = inverter_add(inverter, &article, &length, &title_length, error);
        if (status != BF_OK) break;
        buffer_append_u32(&title_lengths, title_length);
        if (title_lengths.failed) status = fail_memory(error);
        place->segment->listed.deleted_token_count += length;
        if (inverter_memory(inverter) > TALLY_MEMORY || i + 4 == place->deletions.length) {
            if (status == BF_OK) status = inverter_each_term(inverter, tally_term, &tally, error);
            inverter_clear(inverter);
            buffer_clear(&title_lengths);
        }
    }
    inverter_free(inverter);
    arena_free(&arena);
    buffer_free(&title_lengths);
    tally_forms_free(&tally.forms);
    buffer_free(&tally.value);
    return status;
}

static bf_status writer_put_deletions(struct writer_segment *place, struct manifest_transaction *transaction, bf_error *error)
{
    struct segment *segment = place->segment;
    uint32_t pieces = (segment->meta.doc_count + DELETED_PIECE - 1) / DELETED_PIECE;
    uint64_t *changed = calloc(bitset_words(pieces), sizeof *changed);
    if (!changed) return fail_memory(error);
    for (size_t i = 0; i < place->deletions.length; i += 4)
        bitset_add(changed, load_u32(place->deletions.bytes + i) / DELETED_PIECE);
    bf_status status = BF_OK;
    struct buffer value = {0};
    for (uint32_t piece = 0; status == BF_OK && piece < pieces; piece++) {
        if (!bitset_has(changed, piece)) continue;
        uint8_t key[9];
        size_t key_length = manifest_deleted_key(segment->number, piece, key);
        buffer_clear(&value);
        manifest_deleted_encode(segment->deleted + (size_t)piece * DELETED_PIECE / 64, &value);
        status = value.failed ? fail_memory(error) : manifest_put(transaction, key, key_length, value.bytes, value.length, error);
    }
    buffer_free(&value);
    free(changed);
    return status;
}

/* ---- The commit ---- */

static bf_status writer_put_lists(struct bf_writer *writer, struct manifest_transaction *transaction, bf_error *error)
{
    struct buffer value = {0};
    bf_status status = BF_OK;
    struct manifest_segment *listed = calloc(writer->segment_count + 1, sizeof *listed);
    if (!listed) return fail_memory(error);
    for (uint32_t i = 0; i < writer->segment_count; i++) listed[i] = writer->segments[i].segment->listed;
    manifest_segments_encode(listed, writer->segment_count, &value);
    status = value.failed ? fail_memory(error)
                          : manifest_put(transaction, MANIFEST_KEY_SEGMENTS, sizeof MANIFEST_KEY_SEGMENTS - 1, value.bytes,
                                         value.length, error);
    buffer_clear(&value);
    manifest_head_encode(&writer->head, &value);
    if (status == BF_OK)
        status = value.failed ? fail_memory(error)
                              : manifest_put(transaction, MANIFEST_KEY_INDEX, sizeof MANIFEST_KEY_INDEX - 1, value.bytes,
                                             value.length, error);
    free(listed);
    buffer_free(&value);
    return status;
}

/* What is about to be written rests on the commit the writer read. Where locks don't work (some network file systems) it
 * may not be the last. */
static bf_status writer_verify_base(const struct bf_writer *writer, struct manifest_transaction *transaction, bf_error *error)
{
    struct manifest_head head = {0};
    const uint8_t *value;
    size_t length;
    bf_status status = manifest_get(transaction, MANIFEST_KEY_INDEX, sizeof MANIFEST_KEY_INDEX - 1, &value, &length, error);
    const char *rule = status == BF_OK ? manifest_head_decode(value, length, &head) : NULL;
    if (rule) return fail(error, BF_CORRUPT, "%s/manifest.lmdb: %s", writer->path, rule);
    if (status != BF_OK && status != BF_NOT_FOUND) return status;
    if (head.generation != writer->head.generation)
        return fail(error, BF_BUSY, "%s: another writer has committed meanwhile, though this one holds the lock", writer->path);
    return BF_OK;
}

static bf_status writer_publish(struct bf_writer *writer, bf_error *error)
{
    struct manifest_transaction *transaction;
    bf_status status = writer->sync ? writer_sync_base(writer, error) : BF_OK;
    if (status == BF_OK && writer->sync) status = writer_sync_folder(writer, error);
    if (status == BF_OK) status = manifest_write_begin(writer->store, writer->sync, &transaction, error);
    if (status != BF_OK) return status;
    status = writer_verify_base(writer, transaction, error);
    for (uint32_t i = 0; status == BF_OK && i < writer->removed_count; i++) {
        uint8_t key[300];
        status = manifest_delete_prefix(transaction, key, manifest_adjustment_key(writer->removed[i], NULL, 0, key), error);
        key[0] = 'D';
        if (status == BF_OK) status = manifest_delete_prefix(transaction, key, 5, error);
    }
    for (uint32_t i = 0; status == BF_OK && i < writer->segment_count; i++) {
        struct writer_segment *place = &writer->segments[i];
        if (!place->deletions.length) continue;
        status = writer_put_deletions(place, transaction, error);
        if (status == BF_OK) status = writer_tally(writer, place, transaction, error);
    }
    writer->head.generation++;
    if (status == BF_OK) status = writer_put_lists(writer, transaction, error);
    if (status == BF_OK) return manifest_commit(transaction, error);
    manifest_end(transaction);
    return status;
}

static bf_status writer_drop_empty(struct bf_writer *writer, bf_error *error)
{
    for (uint32_t i = 0; i < writer->segment_count;) {
        const struct segment *segment = writer->segments[i].segment;
        if (segment->listed.deleted_count < segment->meta.doc_count || writer_merge_has(writer, segment->number)) {
            i++;
            continue;
        }
        bf_status status = writer_drop(writer, i, i + 1, error);
        if (status != BF_OK) return status;
    }
    return BF_OK;
}

static bf_status writer_publish_all(struct bf_writer *writer, bf_error *error)
{
    if (!writer->changed && writer->snapshot) return BF_OK;
    bf_status status = writer_publish(writer, error);
    if (status != BF_OK) return status;
    /* From here on the commit stands. */
    writer->committed = writer->head.generation;
    writer_unload(writer);
    snapshot_close(writer->snapshot);
    writer->snapshot = NULL;
    writer->removed_count = 0;
    writer->changed = false;
    status = writer_load(writer, error);
    if (status == BF_OK) status = writer_sweep(writer, error);
    return status == BF_OK ? BF_OK : fail_within(error, status, "committed, but the writer can't go on");
}

/* Articles first, so that nobody waits for a merge to see them, and that one which fails costs nothing else. */
static bf_status writer_commit_all(struct bf_writer *writer, const struct writer_merging *merging, bf_error *error)
{
    const uint64_t before = writer->committed;
    bf_status status = writer_flush(writer, error);
    if (status == BF_OK) status = writer_merge_collect(writer, false, error);
    if (status == BF_OK) status = writer_drop_empty(writer, error);
    if (status == BF_OK) status = writer_publish_all(writer, error);
    if (status != BF_OK || !merging) return status;
    const uint64_t articles = writer->committed;
    status = writer_merge_collect(writer, true, error);
    if (status == BF_OK) status = writer_merge_segments(writer, merging, error);
    if (status == BF_OK) status = writer_publish_all(writer, error);
    /* Where the merge is committed, too, that is said already. */
    if (status == BF_OK || writer->committed != articles) return status;
    return fail_within(error, status, "%ssegments could not be merged", articles != before ? "committed, but " : "");
}

bf_status writer_commit(struct bf_writer *writer, const struct writer_merging *merging, bf_error *error)
{
    if (writer->broken) return fail(error, BF_BAD_ARGUMENT, "%s: the writer failed before and can only be closed", writer->path);
    bf_status status = writer_commit_all(writer, merging, error);
    if (status != BF_OK) writer->broken = true;
    return status;
}

bf_status bf_writer_commit(bf_writer *writer, bf_error *error)
{
    return writer_commit(writer, writer->merge ? &(struct writer_merging){0} : NULL, error);
}

uint64_t bf_writer_generation(const bf_writer *writer)
{
    return writer->committed;
}
