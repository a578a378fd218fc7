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

bf_status segment_open_unlisted(const char *index_path, uint32_t number, struct segment **result, bf_error *error)
{
    struct segment *segment = calloc(1, sizeof *segment);
    if (!segment) return fail_memory(error);
    segment->number = number;
    const uint8_t *bytes;
    size_t length;
    bf_status status = segment_store_open(index_path, number, &segment->store, error);
    if (status != BF_OK) goto done;
    status = segment_store_get(segment->store, DATABASE_META, "segment", 7, &bytes, &length, error);
    if (status == BF_NOT_FOUND) status = segment_corrupt(segment, "meta", "there is no record \"segment\"", error);
    if (status != BF_OK) goto done;
    const char *rule = segment_meta_decode(bytes, length, &segment->meta);
    if (rule) {
        status = segment_corrupt(segment, "meta", rule, error);
        goto done;
    }
    segment->listed = (struct manifest_segment){.number = number, .doc_count = segment->meta.doc_count,
                                                .token_count = segment->meta.token_count,
                                                .bytes = segment_store_bytes(segment->store)};
    section_begin(&segment->postings, segment->store, DATABASE_POSTINGS);
    section_begin(&segment->positions, segment->store, DATABASE_POSITIONS);
    section_begin(&segment->documents, segment->store, DATABASE_DOCUMENTS);
    section_begin(&segment->articles, segment->store, DATABASE_ARTICLES);
done:
    if (status != BF_OK) segment_close(segment);
    else *result = segment;
    return status;
}

bf_status segment_open(const char *index_path, const struct manifest_segment *listed, struct segment **result, bf_error *error)
{
    struct segment *segment;
    bf_status status = segment_open_unlisted(index_path, listed->number, &segment, error);
    if (status != BF_OK) return status;
    if (segment->meta.doc_count != listed->doc_count || segment->meta.token_count != listed->token_count) {
        status = segment_corrupt(segment, "meta", "the manifest counts other articles or words in this segment", error);
        segment_close(segment);
        return status;
    }
    segment->listed = *listed;
    *result = segment;
    return BF_OK;
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
    free(segment->runs);
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

/* Value i of a column that has `count`. */
static bf_status segment_value(struct segment *segment, enum segment_blob blob, const char *name, struct segment_column *column,
                               uint64_t count, uint32_t i, int64_t *value, bf_error *error)
{
    const char *rule = NULL;
    bf_status status = BF_OK;
    if (!column->column.bytes) {
        struct section_view view;
        status = segment_blob(segment, blob, false, &view, error);
        if (status == BF_OK) status = segment_column_open(column, &view, count, &rule, error);
    }
    if (status == BF_OK && !rule) status = segment_column_get(column, i, value, &rule, error);
    return rule ? segment_corrupt(segment, name, rule, error) : status;
}

uint8_t segment_length_byte_slowly(struct segment *segment, uint32_t doc)
{
    bf_error error; /* filled by a failure only: clearing a kilobyte costs more than most calls */
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
    bf_error error; /* filled by a failure only: clearing a kilobyte costs more than most calls */
    uint32_t arrival;
    if (segment_arrival_find(segment, doc, &arrival, &error) != BF_OK) segment_fail(segment, &error);
    return arrival;
}

bf_status segment_arrived_into(struct segment *segment, uint32_t *docs, bf_error *error)
{
    uint32_t doc_count = segment->meta.doc_count;
    uint64_t *seen = calloc(bitset_words(doc_count), sizeof *seen);
    bf_status status = seen ? BF_OK : fail_memory(error);
    for (uint32_t doc = 0; status == BF_OK && doc < doc_count; doc++) {
        uint32_t arrival;
        status = segment_arrival_find(segment, doc, &arrival, error);
        if (status != BF_OK) break;
        if (bitset_has(seen, arrival)) status = segment_corrupt(segment, "arrival", "no two documents arrived at once", error);
        bitset_add(seen, arrival);
        docs[arrival] = doc;
    }
    free(seen);
    return status;
}

bf_status segment_arrived(struct segment *segment, uint32_t **result, bf_error *error)
{
    *result = NULL;
    if (!segment_is_reordered(segment)) return BF_OK;
    uint32_t *docs = malloc(segment->meta.doc_count * sizeof *docs);
    bf_status status = docs ? segment_arrived_into(segment, docs, error) : fail_memory(error);
    if (status == BF_OK) *result = docs;
    else free(docs);
    return status;
}

bf_status segment_arrival_runs(struct segment *segment, struct arrival_run **result, uint32_t *count, bf_error *error)
{
    const struct segment_meta *meta = &segment->meta;
    uint64_t length = meta->blobs[BLOB_RUNS].length;
    struct section_view view;
    struct arrival_run *runs = malloc((size_t)(length / ARRIVAL_RUN_SIZE + 1) * sizeof *runs);
    if (!runs) return fail_memory(error);
    runs[0] = (struct arrival_run){.arrival = meta->first_arrival};
    bf_status status = length ? segment_blob(segment, BLOB_RUNS, true, &view, error) : BF_OK;
    const char *rule = length && status == BF_OK ? arrival_runs_decode(view.bytes, view.length, meta->doc_count,
                                                                       meta->first_arrival, meta->end_arrival, runs)
                                                 : NULL;
    if (rule) status = segment_corrupt(segment, "runs of arrival", rule, error);
    if (status != BF_OK) {
        free(runs);
        return status;
    }
    *result = runs;
    *count = length ? (uint32_t)(length / ARRIVAL_RUN_SIZE) : 1;
    return BF_OK;
}

/* ---- Columns ---- */

uint32_t segment_title_length(struct segment *segment, uint32_t doc)
{
    bf_error error; /* filled by a failure only: clearing a kilobyte costs more than most calls */
    int64_t length = 0;
    bf_status status = segment_value(segment, BLOB_TITLE_LENGTHS, "title lengths", &segment->title_lengths,
                                     segment->meta.doc_count, doc, &length, &error);
    if (status != BF_OK) segment_fail(segment, &error);
    return status == BF_OK ? (uint32_t)length : 0;
}

bf_status segment_date(struct segment *segment, uint32_t doc, int64_t *seconds, bf_error *error)
{
    return segment_value(segment, BLOB_DATES, "dates", &segment->dates, segment->meta.doc_count, doc, seconds, error);
}

static bf_status segment_ids_open(struct segment *segment, bf_error *error)
{
    struct section_view view;
    struct id_column ids;
    bf_status status = segment_blob(segment, BLOB_IDS, false, &view, error);
    if (status != BF_OK) return status;
    status = section_verify(&view, 0, view.length < ID_COLUMN_HEAD ? view.length : ID_COLUMN_HEAD, error);
    if (status != BF_OK) return status;
    const char *rule = id_column_open(view.bytes, view.length, &ids);
    if (!rule && ids.count != segment->meta.doc_count) rule = "there must be one id a document";
    if (rule) return segment_corrupt(segment, "ids", rule, error);
    segment->ids_view = view;
    segment->ids = ids;
    return BF_OK;
}

bf_status segment_id(struct segment *segment, uint32_t doc, char *id, size_t *length, bf_error *error)
{
    size_t at, size;
    uint32_t arrival;
    bf_status status = segment->ids.bytes ? BF_OK : segment_ids_open(segment, error);
    if (status == BF_OK) status = segment_arrival_find(segment, doc, &arrival, error);
    if (status != BF_OK) return status;
    id_column_entry(&segment->ids, arrival, &at, &size);
    status = section_verify(&segment->ids_view, at, size, error);
    if (status != BF_OK) return status;
    const char *rule = id_column_block(&segment->ids, arrival, &at, &size);
    if (!rule) status = section_verify(&segment->ids_view, at, size, error);
    if (status != BF_OK) return status;
    if (!rule) rule = id_column_get(&segment->ids, arrival, id, length);
    return rule ? segment_corrupt(segment, "ids", rule, error) : BF_OK;
}

bf_status segment_id_entry(struct segment *segment, uint32_t i, uint32_t *hash, uint32_t *doc, bf_error *error)
{
    bf_status status = BF_OK;
    if (!segment->id_order.bytes) status = segment_blob(segment, BLOB_ID_ORDER, false, &segment->id_order, error);
    if (status == BF_OK) status = section_verify(&segment->id_order, 8 * (size_t)i, 8, error);
    if (status != BF_OK) return status;
    const uint8_t *entry = segment->id_order.bytes + 8 * (size_t)i;
    *hash = load_u32(entry);
    *doc = load_u32(entry + 4);
    return *doc < segment->meta.doc_count ? BF_OK
                                          : segment_corrupt(segment, "order of ids", "a document is out of range", error);
}

bf_status segment_find_id(struct segment *segment, const char *id, size_t length, uint32_t *result, bf_error *error)
{
    uint32_t wanted = (uint32_t)hash_bytes(id, length), hash = 0, doc = 0;
    uint32_t low = 0, high = segment->meta.doc_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        bf_status status = segment_id_entry(segment, middle, &hash, &doc, error);
        if (status != BF_OK) return status;
        if (hash < wanted) low = middle + 1;
        else high = middle;
    }
    for (; low < segment->meta.doc_count; low++) {
        bf_status status = segment_id_entry(segment, low, &hash, &doc, error);
        if (status != BF_OK) return status;
        if (hash != wanted) break;
        char found[512];
        size_t found_length;
        status = segment_id(segment, doc, found, &found_length, error);
        if (status != BF_OK) return status;
        if (found_length == length && memcmp(found, id, length) == 0 && !segment_is_deleted(segment, doc)) {
            *result = doc;
            return BF_OK;
        }
    }
    return BF_NOT_FOUND;
}

/* The first document of a block; that of the block after the last is the number of all. */
static bf_status segment_article_first(struct segment *segment, uint32_t block, int64_t *first, bf_error *error)
{
    uint32_t blocks = segment->meta.article_block_count;
    *first = segment->meta.doc_count;
    if (block == blocks) return BF_OK;
    return segment_value(segment, BLOB_ARTICLE_FIRST, "article blocks", &segment->article_first, blocks, block, first, error);
}

static bf_status segment_article_offset(struct segment *segment, uint32_t block, int64_t *offset, bf_error *error)
{
    uint64_t count = (uint64_t)segment->meta.article_block_count + 1;
    return segment_value(segment, BLOB_ARTICLE_OFFSET, "article blocks", &segment->article_offset, count, block, offset, error);
}

/* Where a block is, and its documents. */
static bf_status segment_article_place(struct segment *segment, uint32_t block, uint64_t *offset, size_t *length, uint32_t *first,
                                       uint32_t *end, bf_error *error)
{
    int64_t begin_doc = 0, end_doc = 0, begin = 0, following = 0;
    bf_status status = segment_article_first(segment, block, &begin_doc, error);
    if (status == BF_OK) status = segment_article_first(segment, block + 1, &end_doc, error);
    if (status == BF_OK) status = segment_article_offset(segment, block, &begin, error);
    if (status == BF_OK) status = segment_article_offset(segment, block + 1, &following, error);
    if (status != BF_OK) return status;
    if (begin_doc < 0 || end_doc <= begin_doc || end_doc > segment->meta.doc_count || begin < 0 || following <= begin)
        return segment_corrupt(segment, "article blocks", "blocks must be in order and hold at least one article", error);
    *offset = (uint64_t)begin;
    *length = (size_t)(following - begin);
    *first = (uint32_t)begin_doc;
    *end = (uint32_t)end_doc;
    return BF_OK;
}

bf_status segment_article_block(struct segment *segment, uint32_t block, const uint8_t **bytes, size_t *length, uint32_t *first,
                                uint32_t *end, bf_error *error)
{
    uint64_t offset = 0;
    struct section_view view;
    bf_status status = segment_article_place(segment, block, &offset, length, first, end, error);
    if (status == BF_OK) status = section_read(&segment->articles, offset, *length, &view, error);
    if (status == BF_OK) *bytes = view.bytes;
    return status;
}

bf_status segment_article_dictionary(struct segment *segment, const uint8_t *block, size_t length,
                                     const struct article_dictionary **dictionary, bf_error *error)
{
    uint64_t place;
    size_t size;
    struct section_view view;
    struct article_dictionary opened;
    const char *rule = article_block_dictionary(block, length, &place);
    if (rule) return segment_corrupt(segment, "articles", rule, error);
    *dictionary = place ? &segment->dictionary : NULL;
    if (!place || place == segment->dictionary_place) return BF_OK;
    bf_status status = section_read(&segment->documents, place - 1, ARTICLE_DICTIONARY_HEAD, &view, error);
    if (status != BF_OK) return status;
    rule = article_dictionary_size(view.bytes, &size);
    if (!rule) status = section_read(&segment->documents, place - 1, size, &view, error);
    if (status != BF_OK) return status;
    if (!rule) rule = article_dictionary_open(view.bytes, view.length, &opened);
    if (rule) return segment_corrupt(segment, "dictionaries", rule, error);
    segment->dictionary = opened;
    segment->dictionary_place = place;
    return BF_OK;
}

/* The block that a document's article is in, borrowed until the next call. */
static bf_status segment_article_find(struct segment *segment, uint32_t doc, uint32_t *block, const uint8_t **bytes,
                                      size_t *length, uint32_t *first, uint32_t *end, bf_error *error)
{
    bf_status status = BF_OK;
    uint64_t place = 0;
    uint32_t low = 0, high = segment->meta.article_block_count;
    while (low + 1 < high) { /* the last block whose first document is <= doc */
        uint32_t middle = low + (high - low) / 2;
        int64_t begin = 0;
        status = segment_article_first(segment, middle, &begin, error);
        if (status != BF_OK) return status;
        if (begin <= doc) low = middle;
        else high = middle;
    }
    status = segment_article_place(segment, low, &place, length, first, end, error);
    if (status != BF_OK) return status;
    if (doc < *first || doc >= *end) return segment_corrupt(segment, "article blocks", "no block holds the document", error);
    if (segment->block_number != low + 1) {
        segment->block_number = 0;
        status = section_copy(&segment->articles, place, *length, &segment->block, error);
        if (status != BF_OK) return status;
        segment->block_number = low + 1;
    }
    *block = low;
    *bytes = segment->block;
    return BF_OK;
}

bf_status segment_article_length(struct segment *segment, uint32_t doc, size_t *record_length, bf_error *error)
{
    const uint8_t *bytes = NULL;
    size_t length = 0, offset;
    uint32_t block, first = 0, end;
    bf_status status = segment_article_find(segment, doc, &block, &bytes, &length, &first, &end, error);
    if (status != BF_OK) return status;
    const char *rule = article_block_find(bytes, length, doc - first, &offset, record_length);
    return rule ? segment_corrupt(segment, "articles", rule, error) : BF_OK;
}

bf_status segment_article_record(struct segment *segment, uint32_t doc, const uint8_t **record, size_t *record_length,
                                 bf_error *error)
{
    const uint8_t *bytes = NULL;
    size_t length = 0, offset, size;
    uint32_t block = 0, first = 0, end = 0;
    bf_status status = segment_article_find(segment, doc, &block, &bytes, &length, &first, &end, error);
    if (status != BF_OK) return status;
    const char *rule = article_block_find(bytes, length, doc - first, &offset, &size);
    if (!rule && (segment->raw_block != block + 1 || segment->raw.length < offset + size)) {
        /* A block is inflated only as far as its article needs. Who then asks for a further one is walking through them, and gets
         * the rest at once, unless the rest is damaged and the article is not. */
        bool walking = segment->raw_block == block + 1;
        size_t unused;
        const struct article_dictionary *dictionary;
        segment->raw_block = 0;
        status = segment_article_dictionary(segment, bytes, length, &dictionary, error);
        if (status != BF_OK) return status;
        if (walking) rule = article_block_read(bytes, length, dictionary, end - first - 1, &segment->raw, &unused, &unused);
        if (!walking || (rule && rule != memory_rule))
            rule = article_block_read(bytes, length, dictionary, doc - first, &segment->raw, &unused, &unused);
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
