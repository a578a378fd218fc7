/*
 * An immutable segment, open for reading by one handle in one thread. Parts are found when first asked for.
 *
 * Documents are numbered as they arrived, or as a merge that reorders them saw fit (bisection.h).
 */
#ifndef SEGMENT_SEGMENT_H
#define SEGMENT_SEGMENT_H

#include "arena.h"
#include "arrival_runs.h"
#include "article_dictionary.h"
#include "bitset.h"
#include "id_column.h"
#include "impact_change.h"
#include "manifest.h"
#include "position_group.h"
#include "section.h"
#include "segment_column.h"
#include "segment_meta.h"
#include "store.h"

/* How much of the postings and positions was read: blocks, pages and groups of positions, each time it was. */
struct segment_read {
    uint64_t parts, bytes;
};

struct segment {
    uint32_t number;
    struct manifest_segment listed;   /* what the manifest says of it */
    struct segment_meta meta;
    struct segment_store *store;
    struct section postings, positions, documents, articles;
    uint64_t *deleted;                /* a bit a document, or NULL: nothing is deleted */
    struct section_view length_bytes, arrival;
    struct arrival_run *runs;         /* where segments of the snapshot arrived at the same time; else NULL */
    uint32_t run_count;
    struct segment_column title_lengths, dates, article_first, article_offset; /* opened when asked for */
    struct section_view ids_view, id_order; /* bytes NULL until asked for */
    struct id_column ids;
    struct segment_scale *scales;     /* of the rooms for positions that lists had: two, mostly */
    const uint8_t *block;             /* a copy of the article block asked for last, */
    uint32_t block_number;            /* its number and one more; 0: none */
    /* Where the article asked for last was inflated, with others of its block. */
    struct buffer raw;
    uint32_t raw_block;               /* number of that block and one more; 0: none */
    struct article_dictionary dictionary; /* used last */
    uint64_t dictionary_place;        /* where it is and one more; 0: none */
    struct impact_change change;      /* to the parameters asked for last */
    struct segment_read read;         /* since it was opened */
    bf_error failure;                 /* the first failure of a cursor, whose functions have no status: sticky */
};

/* A scale is made once for all lists with the same room. */
struct segment_scale {
    struct segment_scale *next;
    struct position_room room;
    struct position_scale scale;
};

bf_status segment_open(const char *index_path, const struct manifest_segment *listed, struct segment **segment, bf_error *error);
/* The same of a segment of which nothing is known but its number: `listed` is then what it says itself, nothing deleted. */
bf_status segment_open_unlisted(const char *index_path, uint32_t number, struct segment **segment, bf_error *error);
void segment_close(struct segment *segment);

/* BF_CORRUPT, naming the segment's file, the record and the rule; BF_NO_MEMORY where the rule is memory_rule. */
bf_status segment_corrupt(const struct segment *segment, const char *record, const char *rule, bf_error *error);

/* Notes a failure where there is no way to return one; the first is kept. */
void segment_fail(struct segment *segment, const bf_error *error);

/* Notes that a record breaks a rule: segment_corrupt where there is no way to return it. */
void segment_broken(struct segment *segment, const char *record, const char *rule);

/* Verifies a part of a record (section_verify). False: damage, which is noted. */
bool segment_verified_slowly(struct segment *segment, const struct section_view *view, size_t first, size_t length);

static inline void segment_count_read(struct segment *segment, size_t length)
{
    segment->read.parts++;
    segment->read.bytes += length;
}

static inline bool segment_verified(struct segment *segment, const struct section_view *view, size_t first, size_t length)
{
    segment_count_read(segment, length);
    return section_verify(view, first, length, NULL) == BF_OK || segment_verified_slowly(segment, view, first, length);
}

/* The failure that was noted, with `error` filled, or BF_OK: to be asked after using functions that note theirs. */
bf_status segment_outcome(const struct segment *segment, bf_error *error);

static inline bool segment_is_deleted(const struct segment *segment, uint32_t doc)
{
    return segment->deleted && bitset_has(segment->deleted, doc);
}

/* Whether documents are numbered otherwise than they arrived. */
static inline bool segment_is_reordered(const struct segment *segment)
{
    return segment->meta.blobs[BLOB_ARRIVAL].length > 0;
}

/* The document's number in the order of arrival, by which ties in rank are broken. doc < doc_count. */
bf_status segment_arrival_find(struct segment *segment, uint32_t doc, uint32_t *arrival, bf_error *error);

/* The same where there is no way to return a failure: it is noted (segment_fail) and gives the document itself. */
uint32_t segment_arrival_slowly(struct segment *segment, uint32_t doc);

static inline uint32_t segment_arrival(struct segment *segment, uint32_t doc)
{
    return segment_is_reordered(segment) ? segment_arrival_slowly(segment, doc) : doc;
}

/* The runs in which the documents arrived, allocated with malloc; at least one. */
bf_status segment_arrival_runs(struct segment *segment, struct arrival_run **runs, uint32_t *count, bf_error *error);

/* All documents in the order of arrival, allocated with malloc; NULL: they are numbered so. */
bf_status segment_arrived(struct segment *segment, uint32_t **docs, bf_error *error);

/* The same into room for all of them, if the segment is reordered. */
bf_status segment_arrived_into(struct segment *segment, uint32_t *docs, bf_error *error);

/* doc < doc_count. A failure is noted (segment_fail) and gives 0. */
uint8_t segment_length_byte_slowly(struct segment *segment, uint32_t doc);

static inline uint8_t segment_length_byte(struct segment *segment, uint32_t doc)
{
    if (segment->length_bytes.bytes && section_verify(&segment->length_bytes, doc, 1, NULL) == BF_OK)
        return segment->length_bytes.bytes[doc];
    return segment_length_byte_slowly(segment, doc);
}

/* Those of the documents [first, end), verified, addressed by document; NULL: damage, which is noted. */
const uint8_t *segment_length_bytes(struct segment *segment, uint32_t first, uint32_t end);

/* From the impacts stored in the segment to those of the parameters; good until asked for others. */
static inline const struct impact_change *segment_impact_change(struct segment *segment, const struct bm25 *asked)
{
    const struct segment_meta *built = &segment->meta;
    impact_change_make(&segment->change, built->k1, built->b, built->title_weight, built->average, asked);
    return &segment->change;
}

/* Where a list has this room for positions: how wide they are. Until the segment is closed. NULL: memory was refused, which is
 * noted. */
const struct position_scale *segment_position_scale(struct segment *segment, const struct position_room *room);

/* Words of the document's title. A failure is noted and gives 0. */
uint32_t segment_title_length(struct segment *segment, uint32_t doc);

bf_status segment_date(struct segment *segment, uint32_t doc, int64_t *seconds, bf_error *error); /* INT64_MIN: none */

/* The external id. `id` has room for 512 bytes. */
bf_status segment_id(struct segment *segment, uint32_t doc, char *id, size_t *length, bf_error *error);

/* Entry i of the order of ids: half a hash, and its document. */
bf_status segment_id_entry(struct segment *segment, uint32_t i, uint32_t *hash, uint32_t *doc, bf_error *error);

/* The live document of an id; BF_NOT_FOUND. */
bf_status segment_find_id(struct segment *segment, const char *id, size_t length, uint32_t *doc, bf_error *error);

/* The stored record of an article (article_record.h), borrowed until the next call. */
bf_status segment_article_record(struct segment *segment, uint32_t doc, const uint8_t **record, size_t *length, bf_error *error);

/* The stored article; text and keywords are in the arena. */
bf_status segment_article(struct segment *segment, uint32_t doc, struct arena *arena, bf_article *article, bf_error *error);

/* How long that record is, without inflating it. */
bf_status segment_article_length(struct segment *segment, uint32_t doc, size_t *length, bf_error *error);

/* The compressed block with its first document and the one after its last, for merges that copy it whole. Borrowed until close.
 */
bf_status segment_article_block(struct segment *segment, uint32_t block, const uint8_t **bytes, size_t *length, uint32_t *first,
                                uint32_t *end, bf_error *error);

/* The dictionary of a block, borrowed until close; NULL: it has none. */
bf_status segment_article_dictionary(struct segment *segment, const uint8_t *block, size_t length,
                                     const struct article_dictionary **dictionary, bf_error *error);

#endif
