#include "dictionary.h"

#include "status.h"

#include <string.h>

static bf_status dictionary_open_block(struct segment *segment, const struct store_entry *stored,
                                       struct term_block_reader *reader, bf_error *error)
{
    const char *rule = term_block_open(stored->value, stored->value_length, reader);
    return rule ? segment_corrupt(segment, "terms", rule, error) : BF_OK;
}

bf_status dictionary_find(struct segment *segment, const uint8_t *term, uint32_t term_length, struct term_entry *entry,
                          bf_error *error)
{
    struct store_entry stored;
    bool found;
    bf_status status = segment_store_find_term(segment->store, term, term_length, &stored, error);
    if (status != BF_OK) return status;
    const char *rule = term_block_find(stored.value, stored.value_length, term, term_length, entry, &found);
    if (rule) return segment_corrupt(segment, "terms", rule, error);
    return found ? BF_OK : BF_NOT_FOUND;
}

/* A look-up in one of many segments, that others go on beside. */
struct dictionary_look {
    struct segment *segment;
    struct term_way way;
    struct store_entry stored;
    bool absent;
};

static bf_status look_approach(struct dictionary_look *look, struct segment *segment, const uint8_t *term, uint32_t term_length,
                               bf_error *error)
{
    look->segment = segment;
    bf_status status = segment_store_approach_term(segment->store, term, term_length, &look->way, error);
    look->absent = status == BF_NOT_FOUND;
    return look->absent ? BF_OK : status;
}

static bf_status look_arrive(struct dictionary_look *look, const uint8_t *term, uint32_t term_length, bf_error *error)
{
    if (look->absent) return BF_OK;
    bf_status status = segment_store_arrive_term(look->segment->store, term, term_length, &look->way, &look->stored, error);
    look->absent = status == BF_NOT_FOUND;
    return look->absent ? BF_OK : status;
}

/* Whoever looks a word up reads its list next. */
static bf_status look_read(const struct dictionary_look *look, const uint8_t *term, uint32_t term_length,
                           struct term_entry *entry, bf_error *error)
{
    bool found = false;
    const struct store_entry *block = &look->stored;
    const char *rule = NULL;
    if (!look->absent) rule = term_block_find(block->value, block->value_length, term, term_length, entry, &found);
    if (rule) return segment_corrupt(look->segment, "terms", rule, error);
    if (!found) *entry = (struct term_entry){0};
    else if (entry->postings_length) section_prefetch(&look->segment->postings, entry->postings_offset);
    return BF_OK;
}

bf_status dictionary_find_all(struct segment *const *segments, uint32_t count, const uint8_t *term, uint32_t term_length,
                              struct term_entry *entries, bf_error *error)
{
    /* So many segments are between one step and the next, and twice as many under way. */
    enum { BETWEEN = 4, UNDER_WAY = 2 * BETWEEN + 1 };
    struct dictionary_look looks[UNDER_WAY];
    bf_status status = BF_OK;
    for (uint64_t i = 0; status == BF_OK && i < (uint64_t)count + 2 * BETWEEN; i++) {
        uint64_t arriving = i - BETWEEN, read = i - 2 * BETWEEN; /* beyond the count: none */
        if (i < count) status = look_approach(&looks[i % UNDER_WAY], segments[i], term, term_length, error);
        if (status == BF_OK && arriving < count) status = look_arrive(&looks[arriving % UNDER_WAY], term, term_length, error);
        if (status == BF_OK && read < count)
            status = look_read(&looks[read % UNDER_WAY], term, term_length, &entries[read], error);
    }
    return status;
}

/* Moves to the first term of the following blocks, or ends. */
static bf_status dictionary_walk_block(struct dictionary_walk *walk, bf_error *error)
{
    struct store_entry key = walk->stored;
    for (;;) {
        /* Several walks and look-ups share the store's cursor, so stand on the block again before going on. */
        bf_status status =
            segment_store_at_or_after(walk->segment->store, DATABASE_TERMS, key.key, key.key_length, &walk->stored, error);
        if (status == BF_OK) status = segment_store_following(walk->segment->store, DATABASE_TERMS, &walk->stored, error);
        if (status == BF_NOT_FOUND) {
            walk->ended = true;
            return BF_OK;
        }
        if (status == BF_OK) status = dictionary_open_block(walk->segment, &walk->stored, &walk->block, error);
        if (status != BF_OK) return status;
        bool more;
        const char *rule = term_block_next(&walk->block, &more);
        if (rule) return segment_corrupt(walk->segment, "terms", rule, error);
        if (more) return BF_OK;
        key = walk->stored;
    }
}

bf_status dictionary_walk_begin(struct dictionary_walk *walk, struct segment *segment, const uint8_t *term, uint32_t term_length,
                                bf_error *error)
{
    *walk = (struct dictionary_walk){.segment = segment};
    bf_status status = BF_NOT_FOUND;
    if (term_length) status = segment_store_at_or_before(segment->store, DATABASE_TERMS, term, term_length, &walk->stored, error);
    if (status == BF_NOT_FOUND) status = segment_store_at_or_after(segment->store, DATABASE_TERMS, NULL, 0, &walk->stored, error);
    if (status == BF_NOT_FOUND) {
        walk->ended = true;
        return BF_OK;
    }
    if (status == BF_OK) status = dictionary_open_block(segment, &walk->stored, &walk->block, error);
    if (status != BF_OK) return status;
    bool more;
    const char *rule =
        term_length ? term_block_seek(&walk->block, term, term_length, &more) : term_block_next(&walk->block, &more);
    if (rule) return segment_corrupt(segment, "terms", rule, error);
    return more ? BF_OK : dictionary_walk_block(walk, error);
}

bf_status dictionary_walk_next(struct dictionary_walk *walk, bf_error *error)
{
    bool more;
    const char *rule = term_block_next(&walk->block, &more);
    if (rule) return segment_corrupt(walk->segment, "terms", rule, error);
    return more ? BF_OK : dictionary_walk_block(walk, error);
}

struct dictionary_walk *dictionary_walk_least(struct dictionary_walk *walks, uint32_t count)
{
    struct dictionary_walk *least = NULL;
    for (struct dictionary_walk *walk = walks; walk < walks + count; walk++) {
        if (walk->ended) continue;
        if (least) {
            const struct term_block_reader *a = &walk->block, *b = &least->block;
            int order = memcmp(a->term, b->term, a->term_length < b->term_length ? a->term_length : b->term_length);
            if (order > 0 || (order == 0 && a->term_length >= b->term_length)) continue;
        }
        least = walk;
    }
    return least;
}

bool dictionary_walk_is_on(const struct dictionary_walk *walk, const uint8_t *term, uint32_t term_length)
{
    return !walk->ended && walk->block.term_length == term_length && memcmp(walk->block.term, term, term_length) == 0;
}
