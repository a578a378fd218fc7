#include "segment.h"

#include "article_block.h"
#include "article_record.h"
#include "bytes.h"
#include "hash.h"
#include "status.h"

#include <stdlib.h>
#include <string.h>

bf_status segment_corrupt(const struct segment *segment, const char *record, const char *rule, bf_error *error)
{
    if (rule == memory_rule) return fail_memory(error);
    return fail(error, BF_CORRUPT, "%s: %s: %s", segment_store_file(segment->store), record, rule);
}

void segment_fail(struct segment *segment, const bf_error *error)
{
    if (segment->failure.status == BF_OK) segment->failure = *error;
}

void segment_broken(struct segment *segment, const char *record, const char *rule)
{
    bf_error error = {0};
    segment_corrupt(segment, record, rule, &error);
    segment_fail(segment, &error);
}

bool segment_verified_slowly(struct segment *segment, const struct section_view *view, size_t first, size_t length)
{
    bf_error error = {0};
    if (section_verify(view, first, length, &error) == BF_OK) return true;
    segment_fail(segment, &error);
    return false;
}

bf_status segment_outcome(const struct segment *segment, bf_error *error)
{
    if (segment->failure.status != BF_OK && error) *error = segment->failure;
    return segment->failure.status;
}

bf_status segment_open(const char *index_path, const struct manifest_segment *listed, struct segment **result, bf_error *error)
{
    struct segment *segment = calloc(1, sizeof *segment);
    if (!segment) return fail_memory(error);
    segment->number = listed->number;
    segment->listed = *listed;
    const uint8_t *bytes;
    size_t length;
    bf_status status = segment_store_open(index_path, listed->number, &segment->store, error);
    if (status != BF_OK) goto done;
    status = segment_store_get(segment->store, DATABASE_META, "segment", 7, &bytes, &length, error);
    if (status == BF_NOT_FOUND) status = segment_corrupt(segment, "meta", "there is no record \"segment\"", error);
    if (status != BF_OK) goto done;
    const char *rule = segment_meta_decode(bytes, length, &segment->meta);
    if (!rule && (segment->meta.doc_count != listed->doc_count || segment->meta.token_count != listed->token_count))
        rule = "the manifest counts other articles or words in this segment";
    if (rule) {
        status = segment_corrupt(segment, "meta", rule, error);
        goto done;
    }
    section_begin(&segment->postings, segment->store, DATABASE_POSTINGS);
    section_begin(&segment->positions, segment->store, DATABASE_POSITIONS);
    section_begin(&segment->documents, segment->store, DATABASE_DOCUMENTS);
    section_begin(&segment->articles, segment->store, DATABASE_ARTICLES);
done:
    if (status != BF_OK) segment_close(segment);
    else *result = segment;
    return status;
}

void segment_close(struct segment *segment)
{
    if (!segment) return;
    section_free(&segment->postings);
    section_free(&segment->positions);
    section_free(&segment->documents);
    section_free(&segment->articles);
    segment_store_close(segment->store);
    for (struct segment_scale *scale = segment->scales, *next; scale; scale = next) {
        next = scale->next;
        free(scale);
    }
    free(segment->deleted);
    buffer_free(&segment->raw);
    free(segment);
}

static bf_status segment_blob(struct segment *segment, enum segment_blob blob, bool verify, struct section_view *view,
                              bf_error *error)
{
    uint64_t offset = segment->meta.blobs[blob].offset, length = segment->meta.blobs[blob].length;
    bf_status status = section_find(&segment->documents, offset, length, view, error);
    return status == BF_OK && verify ? section_verify(view, 0, view->length, error) : status;
}

static bf_status segment_column(struct segment *segment, enum segment_blob blob, const char *name, uint64_t count,
                                struct column *column, bf_error *error)
{
    if (column->bytes) return BF_OK;
    struct section_view view;
    struct column opened;
    bf_status status = segment_blob(segment, blob, true, &view, error);
    if (status != BF_OK) return status;
    const char *rule = column_open(view.bytes, view.length, &opened);
    if (!rule && opened.count != count) rule = "the column has the wrong number of entries";
    if (rule) return segment_corrupt(segment, name, rule, error);
    *column = opened;
    return BF_OK;
}

uint8_t segment_length_byte_slowly(struct segment *segment, uint32_t doc)
{
    bf_error error = {0};
    bf_status status = BF_OK;
    if (!segment->length_bytes.bytes) status = segment_blob(segment, BLOB_LENGTH_BYTES, false, &segment->length_bytes, &error);
    if (status == BF_OK) status = section_verify(&segment->length_bytes, doc, 1, &error);
    if (status == BF_OK) return segment->length_bytes.bytes[doc];
    segment_fail(segment, &error);
    return 0;
}

const uint8_t *segment_length_bytes(struct segment *segment, uint32_t first, uint32_t end)
{
    if (!segment->length_bytes.bytes) {
        bf_error error = {0};
        if (segment_blob(segment, BLOB_LENGTH_BYTES, false, &segment->length_bytes, &error) != BF_OK) {
            segment_fail(segment, &error);
            return NULL;
        }
    }
    return segment_verified(segment, &segment->length_bytes, first, end - first) ? segment->length_bytes.bytes : NULL;
}

const struct position_scale *segment_position_scale(struct segment *segment, const struct position_room *room)
{
    for (const struct segment_scale *known = segment->scales; known; known = known->next)
        if (known->room.lengths == room->lengths && known->room.beyond == room->beyond) return &known->scale;
    struct segment_scale *made = malloc(sizeof *made);
    if (!made) {
        segment_broken(segment, "positions", memory_rule);
        return NULL;
    }
    made->next = segment->scales;
    made->room = *room;
    position_scale_make(room, &made->scale);
    segment->scales = made;
    return &made->scale;
}

/* ---- The order of arrival ---- */

bf_status segment_arrival_find(struct segment *segment, uint32_t doc, uint32_t *arrival, bf_error *error)
{
    bf_status status = BF_OK;
    *arrival = doc;
    if (!segment_is_reordered(segment)) return BF_OK;
    if (!segment->arrival.bytes) status = segment_blob(segment, BLOB_ARRIVAL, false, &segment->arrival, error);
    if (status == BF_OK) status = section_verify(&segment->arrival, 4 * (size_t)doc, 4, error);
    if (status != BF_OK) return status;
    uint32_t number = load_u32(segment->arrival.bytes + 4 * (size_t)doc);
    if (number >= segment->meta.doc_count) return segment_corrupt(segment, "arrival", "a number is out of range", error);
    *arrival = number;
    return BF_OK;
}

uint32_t segment_arrival_slowly(struct segment *segment, uint32_t doc)
{
    bf_error error = {0};
    uint32_t arrival;
    if (segment_arrival_find(segment, doc, &arrival, &error) != BF_OK) segment_fail(segment, &error);
    return arrival;
}

bf_status segment_arrived(struct segment *segment, uint32_t **result, bf_error *error)
{
    uint32_t doc_count = segment->meta.doc_count;
    *result = NULL;
    if (!segment_is_reordered(segment)) return BF_OK;
    uint32_t *docs = malloc(doc_count * sizeof *docs);
    uint64_t *seen = calloc(bitset_words(doc_count), sizeof *seen);
    bf_status status = docs && seen ? BF_OK : fail_memory(error);
    for (uint32_t doc = 0; status == BF_OK && doc < doc_count; doc++) {
        uint32_t arrival;
        status = segment_arrival_find(segment, doc, &arrival, error);
        if (status != BF_OK) break;
        if (bitset_has(seen, arrival)) status = segment_corrupt(segment, "arrival", "no two documents arrived at once", error);
        bitset_add(seen, arrival);
        docs[arrival] = doc;
    }
    free(seen);
    if (status == BF_OK) *result = docs;
    else free(docs);
    return status;
}

/* ---- Columns ---- */

uint32_t segment_title_length(struct segment *segment, uint32_t doc)
{
    if (segment->title_lengths.bytes) return (uint32_t)column_get(&segment->title_lengths, doc);
    bf_error error = {0};
    if (segment_column(segment, BLOB_TITLE_LENGTHS, "title lengths", segment->meta.doc_count, &segment->title_lengths, &error) !=
        BF_OK) {
        segment_fail(segment, &error);
        return 0;
    }
    return (uint32_t)column_get(&segment->title_lengths, doc);
}

bf_status segment_date(struct segment *segment, uint32_t doc, int64_t *seconds, bf_error *error)
{
    bf_status status = segment_column(segment, BLOB_DATES, "dates", segment->meta.doc_count, &segment->dates, error);
    if (status == BF_OK) *seconds = column_get(&segment->dates, doc);
    return status;
}

bf_status segment_id(struct segment *segment, uint32_t doc, char *id, size_t *length, bf_error *error)
{
    if (!segment->ids.bytes) {
        struct section_view view;
        struct id_column ids;
        bf_status status = segment_blob(segment, BLOB_IDS, true, &view, error);
        if (status != BF_OK) return status;
        const char *rule = id_column_open(view.bytes, view.length, &ids);
        if (!rule && ids.count != segment->meta.doc_count) rule = "there must be one id a document";
        if (rule) return segment_corrupt(segment, "ids", rule, error);
        segment->ids = ids;
    }
    uint32_t arrival;
    bf_status status = segment_arrival_find(segment, doc, &arrival, error);
    if (status != BF_OK) return status;
    const char *rule = id_column_get(&segment->ids, arrival, id, length);
    return rule ? segment_corrupt(segment, "ids", rule, error) : BF_OK;
}

bf_status segment_find_id(struct segment *segment, const char *id, size_t length, uint32_t *result, bf_error *error)
{
    if (!segment->id_order) {
        struct section_view view;
        bf_status status = segment_blob(segment, BLOB_ID_ORDER, true, &view, error);
        if (status != BF_OK) return status;
        segment->id_order = view.bytes;
    }
    uint32_t wanted = (uint32_t)hash_bytes(id, length);
    uint32_t low = 0, high = segment->meta.doc_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (load_u32(segment->id_order + 8 * (size_t)middle) < wanted) low = middle + 1;
        else high = middle;
    }
    for (; low < segment->meta.doc_count && load_u32(segment->id_order + 8 * (size_t)low) == wanted; low++) {
        uint32_t doc = load_u32(segment->id_order + 8 * (size_t)low + 4);
        if (doc >= segment->meta.doc_count) return segment_corrupt(segment, "order of ids", "a document is out of range", error);
        char found[512];
        size_t found_length;
        bf_status status = segment_id(segment, doc, found, &found_length, error);
        if (status != BF_OK) return status;
        if (found_length == length && memcmp(found, id, length) == 0 && !segment_is_deleted(segment, doc)) {
            *result = doc;
            return BF_OK;
        }
    }
    return BF_NOT_FOUND;
}

static bf_status segment_article_columns(struct segment *segment, bf_error *error)
{
    bf_status status = segment_column(segment, BLOB_ARTICLE_FIRST, "article blocks", segment->meta.article_block_count,
                                      &segment->article_first, error);
    if (status == BF_OK)
        status = segment_column(segment, BLOB_ARTICLE_OFFSET, "article blocks", (uint64_t)segment->meta.article_block_count + 1,
                                &segment->article_offset, error);
    return status;
}

bf_status segment_article_block(struct segment *segment, uint32_t block, const uint8_t **bytes, size_t *length, uint32_t *first,
                                uint32_t *end, bf_error *error)
{
    bf_status status = segment_article_columns(segment, error);
    if (status != BF_OK) return status;
    uint32_t blocks = segment->meta.article_block_count, docs = segment->meta.doc_count;
    int64_t begin_doc = column_get(&segment->article_first, block);
    int64_t end_doc = block + 1 < blocks ? column_get(&segment->article_first, block + 1) : docs;
    int64_t offset = column_get(&segment->article_offset, block), following = column_get(&segment->article_offset, block + 1);
    if (begin_doc < 0 || end_doc <= begin_doc || end_doc > docs || offset < 0 || following <= offset)
        return segment_corrupt(segment, "article blocks", "blocks must be in order and hold at least one article", error);
    struct section_view view;
    status = section_read(&segment->articles, (uint64_t)offset, (size_t)(following - offset), &view, error);
    if (status != BF_OK) return status;
    *bytes = view.bytes;
    *length = view.length;
    *first = (uint32_t)begin_doc;
    *end = (uint32_t)end_doc;
    return BF_OK;
}

/* The block that a document's article is in. */
static bf_status segment_article_find(struct segment *segment, uint32_t doc, uint32_t *block, const uint8_t **bytes,
                                      size_t *length, uint32_t *first, uint32_t *end, bf_error *error)
{
    bf_status status = segment_article_columns(segment, error);
    if (status != BF_OK) return status;
    uint32_t low = 0, high = segment->meta.article_block_count;
    while (low + 1 < high) { /* the last block whose first document is <= doc */
        uint32_t middle = low + (high - low) / 2;
        if (column_get(&segment->article_first, middle) <= doc) low = middle;
        else high = middle;
    }
    *block = low;
    status = segment_article_block(segment, low, bytes, length, first, end, error);
    if (status == BF_OK && (doc < *first || doc >= *end))
        return segment_corrupt(segment, "article blocks", "no block holds the document", error);
    return status;
}

bf_status segment_article_length(struct segment *segment, uint32_t doc, size_t *record_length, bf_error *error)
{
    const uint8_t *bytes;
    size_t length, offset;
    uint32_t block, first, end;
    bf_status status = segment_article_find(segment, doc, &block, &bytes, &length, &first, &end, error);
    if (status != BF_OK) return status;
    const char *rule = article_block_find(bytes, length, doc - first, &offset, record_length);
    return rule ? segment_corrupt(segment, "articles", rule, error) : BF_OK;
}

bf_status segment_article_record(struct segment *segment, uint32_t doc, const uint8_t **record, size_t *record_length,
                                 bf_error *error)
{
    const uint8_t *bytes;
    size_t length, offset, size;
    uint32_t block, first, end;
    bf_status status = segment_article_find(segment, doc, &block, &bytes, &length, &first, &end, error);
    if (status != BF_OK) return status;
    const char *rule = article_block_find(bytes, length, doc - first, &offset, &size);
    if (!rule && (segment->raw_block != block + 1 || segment->raw.length < offset + size)) {
        /* A block is inflated only as far as its article needs. Who then asks for a further one is walking through them, and gets
         * the rest at once, unless the rest is damaged and the article is not. */
        bool walking = segment->raw_block == block + 1;
        size_t unused;
        segment->raw_block = 0;
        if (walking) rule = article_block_read(bytes, length, end - first - 1, &segment->raw, &unused, &unused);
        if (!walking || (rule && rule != memory_rule))
            rule = article_block_read(bytes, length, doc - first, &segment->raw, &unused, &unused);
        if (!rule) segment->raw_block = block + 1;
    }
    if (rule) return segment_corrupt(segment, "articles", rule, error);
    *record = segment->raw.bytes + offset;
    *record_length = size;
    return BF_OK;
}

bf_status segment_article(struct segment *segment, uint32_t doc, struct arena *arena, bf_article *article, bf_error *error)
{
    const uint8_t *record = NULL;
    size_t length = 0;
    bf_status status = segment_article_record(segment, doc, &record, &length, error);
    if (status != BF_OK) return status;
    char *copy = arena_copy(arena, record, length);
    if (!copy) return fail_memory(error);
    const char *rule = article_record_decode((const uint8_t *)copy, length, arena, article);
    return rule ? segment_corrupt(segment, "articles", rule, error) : BF_OK;
}
