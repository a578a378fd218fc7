#include "snapshot.h"

#include "status.h"

#include <stdlib.h>
#include <string.h>

static bf_status manifest_corrupt(const struct snapshot *snapshot, const char *rule, bf_error *error)
{
    if (rule == memory_rule) return fail_memory(error);
    return fail(error, BF_CORRUPT, "%s/manifest.lmdb: %s", snapshot->path, rule);
}

static bf_status snapshot_load_deleted(struct snapshot *snapshot, struct segment *segment, bf_error *error)
{
    uint32_t pieces = (segment->meta.doc_count + DELETED_PIECE - 1) / DELETED_PIECE;
    segment->deleted = calloc(pieces, DELETED_PIECE / 8);
    if (!segment->deleted) return fail_memory(error);
    for (uint32_t piece = 0; piece < pieces; piece++) {
        uint8_t key[9];
        const uint8_t *value;
        size_t length;
        size_t key_length = manifest_deleted_key(segment->number, piece, key);
        bf_status status = manifest_get(snapshot->transaction, key, key_length, &value, &length, error);
        if (status == BF_NOT_FOUND) continue;
        if (status != BF_OK) return status;
        const char *rule = manifest_deleted_decode(value, length, segment->deleted + (size_t)piece * DELETED_PIECE / 64);
        if (rule) return manifest_corrupt(snapshot, rule, error);
    }
    if (bitset_count(segment->deleted, bitset_words(segment->meta.doc_count)) != segment->listed.deleted_count)
        return manifest_corrupt(snapshot, "the deletions of a segment must be as many as the list of segments says", error);
    return BF_OK;
}

static bf_status snapshot_load(struct snapshot *snapshot, bf_error *error)
{
    const uint8_t *value;
    size_t length;
    struct manifest_segment *listed = NULL;
    uint32_t count = 0;
    bf_status status = manifest_read_begin(snapshot->store, &snapshot->transaction, error);
    if (status == BF_OK)
        status = manifest_get(snapshot->transaction, MANIFEST_KEY_INDEX, sizeof MANIFEST_KEY_INDEX - 1, &value, &length, error);
    if (status == BF_NOT_FOUND) {
        status =
            manifest_get(snapshot->transaction, MANIFEST_KEY_SEGMENTS, sizeof MANIFEST_KEY_SEGMENTS - 1, &value, &length, error);
        if (status == BF_OK) return manifest_corrupt(snapshot, "there is no index record", error);
        return status == BF_NOT_FOUND ? fail(error, BF_NOT_FOUND, "%s: the index was never committed to", snapshot->path)
                                      : status;
    }
    if (status != BF_OK) return status;
    uint32_t format;
    if (manifest_head_is_foreign(value, length, &format))
        return fail(error, BF_INCOMPATIBLE, "%s: the index is of format %u, and this program reads and writes format %d", snapshot->path,
                    format, MANIFEST_FORMAT);
    const char *rule = manifest_head_decode(value, length, &snapshot->head);
    if (rule) return manifest_corrupt(snapshot, rule, error);
    status = manifest_get(snapshot->transaction, MANIFEST_KEY_SEGMENTS, sizeof MANIFEST_KEY_SEGMENTS - 1, &value, &length, error);
    if (status == BF_NOT_FOUND) return manifest_corrupt(snapshot, "there is no list of segments", error);
    if (status != BF_OK) return status;
    rule = manifest_segments_decode(value, length, &listed, &count);
    if (rule) return manifest_corrupt(snapshot, rule, error);
    snapshot->segments = calloc(count ? count : 1, sizeof *snapshot->segments);
    if (!snapshot->segments) status = fail_memory(error);
    for (uint32_t i = 0; status == BF_OK && i < count; i++) {
        struct segment *segment;
        status = segment_open(snapshot->path, &listed[i], &segment, error);
        if (status != BF_OK) break;
        snapshot->segments[snapshot->segment_count++] = segment;
        if (listed[i].deleted_count) status = snapshot_load_deleted(snapshot, segment, error);
        snapshot->article_count += listed[i].doc_count - listed[i].deleted_count;
        snapshot->token_count += listed[i].token_count - listed[i].deleted_token_count;
    }
    free(listed);
    if (status == BF_OK) status = snapshot_order_make(snapshot->segments, snapshot->segment_count, &snapshot->order, error);
    return status;
}

static void snapshot_unload(struct snapshot *snapshot)
{
    for (uint32_t i = 0; i < snapshot->segment_count; i++) segment_close(snapshot->segments[i]);
    free(snapshot->segments);
    free(snapshot->order.runs);
    snapshot->order = (struct snapshot_order){0};
    manifest_end(snapshot->transaction);
    snapshot->segments = NULL;
    snapshot->segment_count = 0;
    snapshot->transaction = NULL;
    snapshot->article_count = snapshot->token_count = 0;
}

bf_status snapshot_open(const char *path, struct snapshot **result, bf_error *error)
{
    struct snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (!snapshot) return fail_memory(error);
    bf_status status = (snapshot->path = strdup(path)) ? BF_OK : fail_memory(error);
    if (status == BF_OK) status = manifest_store_open(path, false, &snapshot->store, error);
    /* A writer may remove a merged segment between our look at the manifest and our opening of the file; the newer manifest no
     * longer names it, so look again. A file that the same manifest keeps naming is really missing. */
    uint64_t generation = UINT64_MAX;
    while (status == BF_OK) {
        status = snapshot_load(snapshot, error);
        if (status != BF_NOT_FOUND || !snapshot->head.generation || snapshot->head.generation == generation) break;
        generation = snapshot->head.generation;
        snapshot_unload(snapshot);
        status = BF_OK;
    }
    if (status == BF_NOT_FOUND && snapshot->head.generation) {
        status = BF_CORRUPT;
        if (error) error->status = status;
    }
    if (status != BF_OK) snapshot_close(snapshot);
    else *result = snapshot;
    return status;
}

void snapshot_close(struct snapshot *snapshot)
{
    if (!snapshot) return;
    snapshot_unload(snapshot);
    manifest_store_close(snapshot->store);
    free(snapshot->path);
    free(snapshot);
}

bf_status snapshot_is_stale(const struct snapshot *snapshot, bool *stale, bf_error *error)
{
    struct manifest_transaction *transaction;
    struct manifest_head head;
    const uint8_t *value;
    size_t length;
    bf_status status = manifest_read_begin(snapshot->store, &transaction, error);
    if (status != BF_OK) return status;
    status = manifest_get(transaction, MANIFEST_KEY_INDEX, sizeof MANIFEST_KEY_INDEX - 1, &value, &length, error);
    const char *rule = status == BF_OK ? manifest_head_decode(value, length, &head) : NULL;
    if (rule) status = manifest_corrupt(snapshot, rule, error);
    if (status == BF_OK) *stale = head.generation != snapshot->head.generation;
    manifest_end(transaction);
    return status;
}

float snapshot_average(const struct snapshot *snapshot)
{
    return snapshot->article_count ? (float)((double)snapshot->token_count / (double)snapshot->article_count) : 1.0f;
}

/* The record of what deletions took from a term; length 0: there is none. */
static bf_status snapshot_adjustment(struct snapshot *snapshot, const struct segment *segment, const uint8_t *term,
                                     uint32_t term_length, const uint8_t **value, size_t *length, bf_error *error)
{
    *value = NULL;
    *length = 0;
    if (!segment->deleted) return BF_OK;
    uint8_t key[300];
    size_t key_length = manifest_adjustment_key(segment->number, term, term_length, key);
    bf_status status = manifest_get(snapshot->transaction, key, key_length, value, length, error);
    if (status != BF_NOT_FOUND) return status;
    *length = 0;
    return BF_OK;
}

bf_status snapshot_adjust(struct snapshot *snapshot, const struct segment *segment, const uint8_t *term, uint32_t term_length,
                          struct term_adjustment *adjustment, bf_error *error)
{
    const uint8_t *value;
    size_t length, taken;
    *adjustment = (struct term_adjustment){0};
    bf_status status = snapshot_adjustment(snapshot, segment, term, term_length, &value, &length, error);
    if (status != BF_OK || length == 0) return status;
    const char *rule = manifest_adjustment_decode(value, length, adjustment, &taken);
    return rule ? manifest_corrupt(snapshot, rule, error) : BF_OK;
}

bf_status snapshot_adjusted_forms(struct snapshot *snapshot, const struct segment *segment, const uint8_t *term,
                                  uint32_t term_length, struct adjusted_form_reader *reader, bf_error *error)
{
    const uint8_t *value;
    size_t length;
    bf_status status = snapshot_adjustment(snapshot, segment, term, term_length, &value, &length, error);
    if (status != BF_OK) return status;
    const char *rule = adjusted_form_open(reader, value, length, term + 1, term_length - 1);
    return rule ? manifest_corrupt(snapshot, rule, error) : BF_OK;
}

bf_status snapshot_adjust_form(struct snapshot *snapshot, const struct segment *segment, const uint8_t *term,
                               uint32_t term_length, const uint8_t *form, uint32_t form_length, struct form_counts *taken,
                               bf_error *error)
{
    struct adjusted_form_reader reader;
    bool more = true;
    *taken = (struct form_counts){0};
    bf_status status = snapshot_adjusted_forms(snapshot, segment, term, term_length, &reader, error);
    while (status == BF_OK && more) {
        const char *rule = adjusted_form_next(&reader, &more);
        if (rule) return manifest_corrupt(snapshot, rule, error);
        if (!more || reader.form_length != form_length || memcmp(reader.form, form, form_length) != 0) continue;
        *taken = reader.taken;
        break;
    }
    return status;
}

bf_status snapshot_find_id(struct snapshot *snapshot, const char *id, size_t length, uint32_t *segment, uint32_t *doc,
                           bf_error *error)
{
    for (uint32_t i = snapshot->segment_count; i-- > 0;) { /* the newest first: that is where a look-up is likeliest to end */
        bf_status status = segment_find_id(snapshot->segments[i], id, length, doc, error);
        if (status == BF_OK) *segment = i;
        if (status != BF_NOT_FOUND) return status;
    }
    return BF_NOT_FOUND;
}
