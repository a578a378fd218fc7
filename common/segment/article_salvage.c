#include "article_salvage.h"

#include "arena.h"
#include "article_block.h"
#include "article_dictionary.h"
#include "article_record.h"
#include "loose_chunk.h"
#include "section.h"
#include "status.h"

#include <string.h>

/* A copy of a dictionary, since a chunk is only there for a call. */
struct salvaged_dictionary {
    struct salvaged_dictionary *next;
    struct article_dictionary dictionary;
};

struct salvage {
    bf_status (*found)(void *context, const bf_article *article, bf_error *error);
    void *context;
    struct arena kept;   /* the dictionaries */
    struct salvaged_dictionary *dictionaries;
    struct arena arena;  /* the article at hand */
    struct buffer raw;
};

/* ---- Dictionaries: they begin chunks of a segment's `documents` ---- */

static bf_status salvage_dictionary(struct salvage *salvage, const struct article_dictionary *dictionary, bf_error *error)
{
    struct salvaged_dictionary *kept = arena_take(&salvage->kept, sizeof *kept);
    char *record = arena_copy(&salvage->kept, dictionary->record, dictionary->record_length);
    if (!kept || !record) return fail_memory(error);
    kept->next = salvage->dictionaries;
    if (article_dictionary_open((const uint8_t *)record, dictionary->record_length, &kept->dictionary)) return BF_OK;
    salvage->dictionaries = kept;
    return BF_OK;
}

static bf_status salvage_dictionaries(void *context, const struct loose_chunk *chunk, bf_error *error)
{
    struct salvage *salvage = context;
    bf_status status = BF_OK;
    size_t at = 0, size;
    while (status == BF_OK && chunk->length - at >= ARTICLE_DICTIONARY_HEAD) {
        struct article_dictionary dictionary;
        if (article_dictionary_size(chunk->bytes + at, &size) || size > loose_chunk_sound(chunk, at)) break;
        if (article_dictionary_open(chunk->bytes + at, size, &dictionary)) break;
        status = salvage_dictionary(salvage, &dictionary, error);
        at += size;
    }
    return status;
}

/* ---- Blocks ---- */

static const struct article_dictionary *salvage_find(const struct salvage *salvage, uint32_t id)
{
    for (const struct salvaged_dictionary *kept = salvage->dictionaries; kept; kept = kept->next)
        if (kept->dictionary.id == id) return &kept->dictionary;
    return NULL;
}

static bf_status salvage_record(struct salvage *salvage, const uint8_t *record, size_t length, bf_error *error)
{
    bf_article article;
    arena_clear(&salvage->arena);
    char *copy = arena_copy(&salvage->arena, record, length);
    if (!copy) return fail_memory(error);
    const char *rule = article_record_decode((const uint8_t *)copy, length, &salvage->arena, &article);
    if (rule == memory_rule) return fail_memory(error);
    return rule ? BF_OK : salvage->found(salvage->context, &article, error);
}

/* Of a block that goes on where bytes are damaged: the records before. Sound bytes that inflate are what was written. */
static bf_status salvage_beginning(struct salvage *salvage, const uint8_t *bytes, size_t length,
                                   const struct article_block_head *head, const struct article_dictionary *dictionary,
                                   bf_error *error)
{
    for (uint32_t i = 0; i + 1 < head->count; i++) {
        size_t offset, size;
        const char *rule = article_block_read(bytes, length, dictionary, i, &salvage->raw, &offset, &size);
        if (rule == memory_rule) return fail_memory(error);
        if (rule) return BF_OK;
        bf_status status = salvage_record(salvage, salvage->raw.bytes + offset, size, error);
        if (status != BF_OK) return status;
    }
    return BF_OK;
}

/* *taken = 0: no block begins here, or none that is whole. `is_cut`: damage follows the bytes. */
static bf_status salvage_block(struct salvage *salvage, const uint8_t *bytes, size_t length, bool is_cut, size_t *taken,
                               bf_error *error)
{
    struct article_block_head head;
    *taken = 0;
    if (article_block_begin(bytes, length, &head)) return BF_OK;
    const struct article_dictionary *dictionary = head.wants_dictionary ? salvage_find(salvage, head.dictionary_id) : NULL;
    if (head.wants_dictionary && !dictionary) return BF_OK;
    size_t size;
    const char *rule = article_block_read_all(bytes, length, &head, dictionary, &salvage->raw, &size);
    if (rule == memory_rule) return fail_memory(error);
    if (rule) return is_cut ? salvage_beginning(salvage, bytes, length, &head, dictionary, error) : BF_OK;
    bf_status status = BF_OK;
    for (uint32_t i = 0; status == BF_OK && i < head.count; i++) {
        size_t offset, record_length;
        if (article_block_find(bytes, size, i, &offset, &record_length)) break;
        status = salvage_record(salvage, salvage->raw.bytes + offset, record_length, error);
    }
    *taken = size;
    return status;
}

/* Where no block begins the next byte may: after damage, and in chunks of other sections, which have none. */
static bf_status salvage_chunk(void *context, const struct loose_chunk *chunk, bf_error *error)
{
    struct salvage *salvage = context;
    bf_status status = BF_OK;
    for (size_t at = 0; status == BF_OK && at < chunk->length;) {
        size_t end = at + loose_chunk_sound(chunk, at);
        bool is_cut = end < chunk->length;
        while (status == BF_OK && at < end) {
            size_t taken;
            status = salvage_block(salvage, chunk->bytes + at, end - at, is_cut, &taken, error);
            at += taken;
            if (taken) continue;
            const uint8_t *next = at + 1 < end ? memchr(chunk->bytes + at + 1, 1, end - at - 1) : NULL; /* the version byte */
            at = next ? (size_t)(next - chunk->bytes) : end;
        }
        at = is_cut ? (end / SECTION_SECTOR + 1) * SECTION_SECTOR : end; /* behind the damaged sector */
    }
    return status;
}

bf_status article_salvage(const char *path, bf_status (*found)(void *context, const bf_article *article, bf_error *error),
                          void *context, bf_error *error)
{
    struct salvage salvage = {.found = found, .context = context};
    bf_status status = loose_chunk_each(path, salvage_dictionaries, &salvage, error);
    if (status == BF_OK) status = loose_chunk_each(path, salvage_chunk, &salvage, error);
    arena_free(&salvage.kept);
    arena_free(&salvage.arena);
    buffer_free(&salvage.raw);
    return status;
}
