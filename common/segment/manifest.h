/*
 * What the manifest says, as records: encoding and decoding only. FORMAT.md, "Manifest".
 *
 *     "index"              struct manifest_head, with the analyzer's identity
 *     "segments"           the live segments in article order
 *     'D' segment piece    which documents of a piece of DELETED_PIECE are deleted
 *     'S' segment term     what deletions took from the term's df, cf and title df, and from its forms'
 */
#ifndef SEGMENT_MANIFEST_H
#define SEGMENT_MANIFEST_H

#include "backfile.h"
#include "buffer.h"

#define MANIFEST_KEY_INDEX "index"
#define MANIFEST_KEY_SEGMENTS "segments"

enum {
    MANIFEST_FORMAT = 1,
    DELETED_PIECE = 8192,        /* documents a piece */
    MANIFEST_IDENTITY_MAX = 256,
};

struct manifest_head {
    uint64_t generation;         /* counts commits */
    uint32_t next_segment;       /* the number the next segment gets: numbers are never used twice */
    char analyzer[MANIFEST_IDENTITY_MAX];
};

struct manifest_segment {
    uint32_t number;
    uint32_t doc_count;
    uint32_t deleted_count;
    uint64_t token_count;         /* words of all its articles */
    uint64_t deleted_token_count; /* of those, words of the deleted ones */
    uint64_t bytes;               /* of its file */
};

void manifest_head_encode(const struct manifest_head *head, struct buffer *out);
/* Whether it is of another format than this code knows; *format: which. */
bool manifest_head_is_foreign(const uint8_t *bytes, size_t length, uint32_t *format);
const char *manifest_head_decode(const uint8_t *bytes, size_t length, struct manifest_head *head);

void manifest_segments_encode(const struct manifest_segment *segments, uint32_t count, struct buffer *out);
/* *segments is allocated with malloc. */
const char *manifest_segments_decode(const uint8_t *bytes, size_t length, struct manifest_segment **segments, uint32_t *count);

/* Keys; each returns its length. */
size_t manifest_deleted_key(uint32_t segment, uint32_t piece, uint8_t key[9]);
size_t manifest_adjustment_key(uint32_t segment, const uint8_t *term, uint32_t term_length, uint8_t key[300]);

/* A piece of deletions: bits, and a checksum. */
void manifest_deleted_encode(const uint64_t *words, struct buffer *out); /* DELETED_PIECE / 64 words */
const char *manifest_deleted_decode(const uint8_t *bytes, size_t length, uint64_t *words);

struct term_adjustment {
    uint32_t df, title_df;
    uint64_t cf;
};

/* Reads the beginning of the record, `taken` bytes; what they took from the term's forms follows (adjusted_form.h). */
const char *manifest_adjustment_decode(const uint8_t *bytes, size_t length, struct term_adjustment *adjustment, size_t *taken);

#endif
