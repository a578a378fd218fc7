#include "phrase_starts.h"

#include "bytes.h"
#include "status.h"

/* Keeps the starts s for which s + offset is among the positions. Both ascend. */
static void keep_starts(struct buffer *starts, const struct buffer *positions, uint32_t offset)
{
    const uint8_t *position = positions->bytes, *end = positions->bytes + positions->length;
    size_t kept = 0;
    for (size_t i = 0; i < starts->length && position < end; i += 4) {
        uint32_t start = load_u32(starts->bytes + i), wanted = start + offset;
        while (position < end && load_u32(position) < wanted) position += 4;
        if (position < end && load_u32(position) == wanted) {
            store_u32(starts->bytes + kept, start);
            kept += 4;
        }
    }
    starts->length = kept;
}

/* Makes `starts` the positions less the word's place in the phrase. */
static void begin_starts(struct buffer *starts, const struct buffer *positions, uint32_t word)
{
    buffer_clear(starts);
    for (size_t at = 0; at < positions->length; at += 4) {
        uint32_t position = load_u32(positions->bytes + at);
        if (position >= word) buffer_append_u32(starts, position - word);
    }
}

bf_status phrase_starts_find(struct term_source *sources, const uint32_t *by_cost, uint32_t count, struct buffer *starts,
                             struct buffer *positions, bf_error *error)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t word = by_cost[i];
        bf_status status = term_source_positions(&sources[word], positions, error);
        if (status != BF_OK) return status;
        if (i == 0) begin_starts(starts, positions, word);
        else keep_starts(starts, positions, word);
        if (starts->failed) return fail_memory(error);
        if (!starts->length) return BF_OK;
    }
    return BF_OK;
}
