#include "phrase_count.h"

#include "bytes.h"
#include "status.h"

/* ---- In a row ---- */

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

static bf_status find_starts(struct phrase_counter *counter, struct term_source *sources, const uint32_t *by_cost,
                             bf_error *error)
{
    struct buffer *starts = &counter->starts;
    for (uint32_t i = 0; i < counter->leaf->term_count; i++) {
        uint32_t word = by_cost[i];
        bf_status status = term_source_positions(&sources[word], &counter->positions, error);
        if (status != BF_OK) return status;
        if (i == 0) begin_starts(starts, &counter->positions, word);
        else keep_starts(starts, &counter->positions, word);
        if (starts->failed) return fail_memory(error);
        if (!starts->length) return BF_OK;
    }
    return BF_OK;
}

static bf_status count_row(struct phrase_counter *counter, struct term_source *sources, const uint32_t *by_cost, uint32_t *tf,
                           uint32_t *title_tf, bf_error *error)
{
    struct buffer *starts = &counter->starts;
    bf_status status = find_starts(counter, sources, by_cost, error);
    if (status != BF_OK) return status;
    *tf = (uint32_t)(starts->length / 4);
    if (counter->leaf->node->field > QUERY_BODY || !*tf) return BF_OK;
    uint32_t title_length = segment_title_length(counter->segment, sources[0].doc);
    while (*title_tf < *tf && load_u32(starts->bytes + 4 * (size_t)*title_tf) < title_length) ++*title_tf;
    return BF_OK;
}

/* ---- Near each other ---- */

static bf_status count_near(struct phrase_counter *counter, struct term_source *sources, const uint32_t *by_cost, uint32_t *tf,
                            uint32_t *title_tf, bf_error *error)
{
    const struct query_node *node = counter->leaf->node;
    uint32_t used = 0, title_length = 0;
    buffer_clear(&counter->starts);
    for (uint32_t i = 0; i < node->term_count; i++) {
        struct near_word *word = &counter->words[used];
        word->need = node->terms[by_cost[i]].need;
        if (!word->need) continue;
        bf_status status = term_source_positions(&sources[by_cost[i]], &counter->positions, error);
        if (status != BF_OK) return status;
        word->count = (uint32_t)(counter->positions.length / 4);
        if (word->count < word->need) return BF_OK;
        buffer_append(&counter->starts, counter->positions.bytes, counter->positions.length);
        used++;
    }
    if (counter->starts.failed) return fail_memory(error);
    const uint32_t *positions = (const uint32_t *)(const void *)counter->starts.bytes;
    for (uint32_t i = 0; i < used; positions += counter->words[i++].count) counter->words[i].positions = positions;
    if (node->field <= QUERY_BODY) title_length = segment_title_length(counter->segment, sources[0].doc);
    *title_tf = title_length ? near_count(counter->words, used, node->span, 0, title_length) : 0;
    *tf = *title_tf + near_count(counter->words, used, node->span, title_length, UINT32_MAX);
    return BF_OK;
}

/* ---- Either ---- */

bool phrase_counter_open(struct phrase_counter *counter, struct segment *segment, const struct leaf_weight *leaf,
                         struct arena *arena)
{
    counter->segment = segment;
    counter->leaf = leaf;
    if (!leaf->node->span) return true;
    counter->words = arena_take_zeroed(arena, leaf->term_count * sizeof *counter->words);
    return counter->words;
}

void phrase_counter_free(struct phrase_counter *counter)
{
    buffer_free(&counter->starts);
    buffer_free(&counter->positions);
}

bf_status phrase_count(struct phrase_counter *counter, struct term_source *sources, const uint32_t *by_cost, uint32_t *tf,
                       uint32_t *title_tf, bf_error *error)
{
    *tf = *title_tf = 0;
    if (counter->leaf->node->span) return count_near(counter, sources, by_cost, tf, title_tf, error);
    return count_row(counter, sources, by_cost, tf, title_tf, error);
}
