#include "manifest.h"

#include "bytes.h"
#include "checksum.h"
#include "status.h"
#include "varint.h"

#include <stdlib.h>
#include <string.h>

static void append_checksum(struct buffer *out, size_t start)
{
    if (!out->failed) buffer_append_u32(out, checksum(0, out->bytes + start, out->length - start));
}

static bool checksum_holds(const uint8_t *bytes, size_t length)
{
    return length >= 4 && checksum(0, bytes, length - 4) == load_u32(bytes + length - 4);
}

void manifest_head_encode(const struct manifest_head *head, struct buffer *out)
{
    size_t start = out->length;
    buffer_append(out, "Backfile", 8);
    buffer_append_u32(out, MANIFEST_FORMAT);
    buffer_append_u32(out, head->next_segment);
    buffer_append_u64(out, head->generation);
    buffer_append_u32(out, (uint32_t)strlen(head->analyzer));
    buffer_append_string(out, head->analyzer);
    append_checksum(out, start);
}

bool manifest_head_is_foreign(const uint8_t *bytes, size_t length, uint32_t *format)
{
    if (length < 12 || memcmp(bytes, "Backfile", 8) != 0) return false;
    *format = load_u32(bytes + 8);
    return *format != MANIFEST_FORMAT;
}

const char *manifest_head_decode(const uint8_t *bytes, size_t length, struct manifest_head *head)
{
    if (length < 12 || memcmp(bytes, "Backfile", 8) != 0) return "the index record must begin with \"Backfile\"";
    if (load_u32(bytes + 8) != MANIFEST_FORMAT) return "the index is of another format version than 1";
    if (length < 32 || !checksum_holds(bytes, length)) return "the index record does not have its checksum";
    uint32_t identity = load_u32(bytes + 24);
    if (identity != length - 32 || identity >= MANIFEST_IDENTITY_MAX) return "the analyzer's identity must end the index record";
    *head = (struct manifest_head){.next_segment = load_u32(bytes + 12), .generation = load_u64(bytes + 16)};
    memcpy(head->analyzer, bytes + 28, identity);
    return NULL;
}

enum { SEGMENT_ENTRY = 36 };

void manifest_segments_encode(const struct manifest_segment *segments, uint32_t count, struct buffer *out)
{
    size_t start = out->length;
    buffer_append_u32(out, count);
    for (uint32_t i = 0; i < count; i++) {
        buffer_append_u32(out, segments[i].number);
        buffer_append_u32(out, segments[i].doc_count);
        buffer_append_u32(out, segments[i].deleted_count);
        buffer_append_u64(out, segments[i].token_count);
        buffer_append_u64(out, segments[i].deleted_token_count);
        buffer_append_u64(out, segments[i].bytes);
    }
    append_checksum(out, start);
}

const char *manifest_segments_decode(const uint8_t *bytes, size_t length, struct manifest_segment **result,
                                     uint32_t *result_count)
{
    if (length < 8 || !checksum_holds(bytes, length)) return "the list of segments does not have its checksum";
    uint32_t count = load_u32(bytes);
    if ((length - 8) / SEGMENT_ENTRY != count || (length - 8) % SEGMENT_ENTRY != 0)
        return "the list of segments has the wrong length";
    struct manifest_segment *segments = calloc(count ? count : 1, sizeof *segments);
    if (!segments) return memory_rule;
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *at = bytes + 4 + (size_t)SEGMENT_ENTRY * i;
        segments[i] = (struct manifest_segment){load_u32(at), load_u32(at + 4), load_u32(at + 8),
                                                load_u64(at + 12), load_u64(at + 20), load_u64(at + 28)};
        if (segments[i].deleted_count > segments[i].doc_count || segments[i].deleted_token_count > segments[i].token_count) {
            free(segments);
            return "a segment can't have more deleted than it has";
        }
    }
    *result = segments;
    *result_count = count;
    return NULL;
}

size_t manifest_deleted_key(uint32_t segment, uint32_t piece, uint8_t key[9])
{
    key[0] = 'D';
    store_u32_be(key + 1, segment);
    store_u32_be(key + 5, piece);
    return 9;
}

size_t manifest_adjustment_key(uint32_t segment, const uint8_t *term, uint32_t term_length, uint8_t key[300])
{
    key[0] = 'S';
    store_u32_be(key + 1, segment);
    if (term_length) memcpy(key + 5, term, term_length);
    return 5 + (size_t)term_length;
}

void manifest_deleted_encode(const uint64_t *words, struct buffer *out)
{
    size_t start = out->length;
    for (int i = 0; i < DELETED_PIECE / 64; i++) buffer_append_u64(out, words[i]);
    append_checksum(out, start);
}

const char *manifest_deleted_decode(const uint8_t *bytes, size_t length, uint64_t *words)
{
    if (length != DELETED_PIECE / 8 + 4) return "a piece of deletions has the wrong length";
    if (!checksum_holds(bytes, length)) return "a piece of deletions does not have its checksum";
    for (int i = 0; i < DELETED_PIECE / 64; i++) words[i] = load_u64(bytes + 8 * i);
    return NULL;
}

const char *manifest_adjustment_decode(const uint8_t *bytes, size_t length, struct term_adjustment *adjustment, size_t *taken)
{
    if (!checksum_holds(bytes, length)) return "what deletions took from a term does not have its checksum";
    const uint8_t *at = bytes, *end = bytes + length - 4;
    if (!varint_read_u32(&at, end, &adjustment->df) || !varint_read(&at, end, &adjustment->cf) ||
        !varint_read_u32(&at, end, &adjustment->title_df))
        return "what deletions took from a term is cut short";
    *taken = (size_t)(at - bytes);
    return NULL;
}
