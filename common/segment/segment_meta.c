#include "segment_meta.h"

#include "arrival_runs.h"
#include "bytes.h"
#include "checksum.h"

enum { SEGMENT_META_VERSION = 1, SEGMENT_META_SIZE = 4 + 8 + 6 * 8 + 4 * 4 + BLOB_COUNT * 16 + 4 };

static void append_f32(struct buffer *out, float value)
{
    uint8_t *place = buffer_extend(out, 4);
    if (place) store_f32(place, value);
}

void segment_meta_encode(const struct segment_meta *meta, struct buffer *out)
{
    size_t start = out->length;
    buffer_append_u32(out, SEGMENT_META_VERSION);
    buffer_append_u32(out, meta->doc_count);
    buffer_append_u32(out, meta->article_block_count);
    buffer_append_u64(out, meta->token_count);
    buffer_append_u64(out, meta->term_count);
    buffer_append_u64(out, meta->posting_count);
    buffer_append_u64(out, meta->position_count);
    buffer_append_u64(out, meta->first_arrival);
    buffer_append_u64(out, meta->end_arrival);
    append_f32(out, meta->average);
    append_f32(out, meta->k1);
    append_f32(out, meta->b);
    append_f32(out, meta->title_weight);
    for (int i = 0; i < BLOB_COUNT; i++) {
        buffer_append_u64(out, meta->blobs[i].offset);
        buffer_append_u64(out, meta->blobs[i].length);
    }
    if (!out->failed) buffer_append_u32(out, checksum(0, out->bytes + start, out->length - start));
}

const char *segment_meta_decode(const uint8_t *bytes, size_t length, struct segment_meta *meta)
{
    if (length < 4) return "a segment's meta record is cut short";
    if (load_u32(bytes) != SEGMENT_META_VERSION) return "a segment's meta record is of an unknown version";
    if (length != SEGMENT_META_SIZE) return "a segment's meta record has the wrong length";
    if (checksum(0, bytes, length - 4) != load_u32(bytes + length - 4))
        return "a segment's meta record does not have its checksum";
    *meta = (struct segment_meta){
        .doc_count = load_u32(bytes + 4),
        .article_block_count = load_u32(bytes + 8),
        .token_count = load_u64(bytes + 12),
        .term_count = load_u64(bytes + 20),
        .posting_count = load_u64(bytes + 28),
        .position_count = load_u64(bytes + 36),
        .first_arrival = load_u64(bytes + 44),
        .end_arrival = load_u64(bytes + 52),
        .average = load_f32(bytes + 60),
        .k1 = load_f32(bytes + 64),
        .b = load_f32(bytes + 68),
        .title_weight = load_f32(bytes + 72),
    };
    for (int i = 0; i < BLOB_COUNT; i++) {
        meta->blobs[i].offset = load_u64(bytes + 76 + 16 * i);
        meta->blobs[i].length = load_u64(bytes + 84 + 16 * i);
    }
    if (meta->doc_count == 0) return "a segment holds at least one article";
    if (meta->blobs[BLOB_LENGTH_BYTES].length != meta->doc_count) return "there must be one length byte a document";
    if (meta->blobs[BLOB_ID_ORDER].length != 8 * (uint64_t)meta->doc_count)
        return "the order of ids must have one entry a document";
    uint64_t arrival = meta->blobs[BLOB_ARRIVAL].length;
    if (arrival && arrival != 4 * (uint64_t)meta->doc_count)
        return "the order of arrival must have one entry a document, or none at all";
    if (meta->end_arrival < meta->first_arrival || meta->end_arrival - meta->first_arrival < meta->doc_count)
        return "no two documents arrive at once";
    if (meta->blobs[BLOB_RUNS].length > ARRIVAL_RUN_SIZE * (uint64_t)meta->doc_count)
        return "there are at most as many runs of arrival as documents";
    if ((meta->blobs[BLOB_RUNS].length == 0) != (meta->end_arrival - meta->first_arrival == meta->doc_count))
        return "documents that did not all arrive one after the other must have runs of arrival, and others none";
    return NULL;
}
