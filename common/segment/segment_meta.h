/* The record that says what a segment holds and where: key "segment" of its meta database. FORMAT.md, "Segment". */
#ifndef SEGMENT_SEGMENT_META_H
#define SEGMENT_SEGMENT_META_H

#include "backfile.h"
#include "buffer.h"

/* Records of the documents section that are a whole each. */
enum segment_blob {
    BLOB_LENGTH_BYTES,   /* a byte a document */
    BLOB_TITLE_LENGTHS,  /* column: words of the title */
    BLOB_DATES,          /* column: seconds since 1970, INT64_MIN: none */
    BLOB_IDS,            /* id column, in the order of arrival */
    BLOB_ID_ORDER,       /* by id: 8 bytes a document, ascending: low half of the id's hash, document */
    BLOB_ARTICLE_FIRST,  /* column: first document of each article block */
    BLOB_ARTICLE_OFFSET, /* column: offset of each article block, and last where they end */
    BLOB_ARRIVAL,        /* u32 a document: its number in the order of arrival; empty: documents are in that order */
    BLOB_RUNS,           /* arrival_runs.h; empty: nothing else arrived between the first and the last */
    BLOB_COUNT,
};

struct segment_meta {
    uint32_t doc_count;
    uint32_t article_block_count;
    uint64_t token_count;     /* words of titles and bodies */
    uint64_t term_count;
    uint64_t posting_count;   /* of the text field */
    uint64_t position_count;  /* of the text field */
    uint64_t first_arrival, end_arrival; /* documents arrived from that number on, before this one: all of them, or in runs */
    float average, k1, b, title_weight; /* what its stored impacts were computed with */
    struct { uint64_t offset, length; } blobs[BLOB_COUNT];
};

void segment_meta_encode(const struct segment_meta *meta, struct buffer *out);
const char *segment_meta_decode(const uint8_t *bytes, size_t length, struct segment_meta *meta);

#endif
