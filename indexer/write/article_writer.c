#include "article_writer.h"

#include "status.h"

#include <string.h>

enum { HELD_MOST = ARTICLE_DICTIONARY_MOST * ARTICLE_DICTIONARY_SHARE };

struct written_dictionary {
    uint64_t place; /* where it is among the documents, and one more */
    uint32_t id, length;
};

void article_writer_begin(struct article_writer *writer, struct section_writer *articles, struct section_writer *documents)
{
    *writer = (struct article_writer){.articles = articles, .documents = documents};
}

static void append_i64(struct buffer *buffer, int64_t value) { buffer_append_u64(buffer, (uint64_t)value); }

static bf_status store_block(struct article_writer *writer, const struct buffer *block, uint32_t doc_count, bf_error *error)
{
    uint64_t offset;
    if (block->failed) return fail_memory(error);
    bf_status status = section_append(writer->articles, block->bytes, block->length, &offset, error);
    if (status != BF_OK) return status;
    append_i64(&writer->firsts, writer->stored_count);
    append_i64(&writer->offsets, (int64_t)offset);
    writer->end = offset + block->length;
    writer->block_count++;
    writer->stored_count += doc_count;
    return writer->firsts.failed || writer->offsets.failed ? fail_memory(error) : BF_OK;
}

static bf_status flush_block(struct article_writer *writer, bf_error *error)
{
    uint32_t count = writer->block.count;
    if (!count) return BF_OK;
    buffer_clear(&writer->compressed);
    if (!article_block_finish(&writer->block, &writer->compressed)) return fail_memory(error);
    return store_block(writer, &writer->compressed, count, error);
}

static bf_status add_record(struct article_writer *writer, const uint8_t *record, size_t length, bf_error *error)
{
    size_t target = writer->block.dictionary_place ? ARTICLE_BLOCK_TARGET : ARTICLE_BLOCK_TARGET_ALONE;
    article_block_add(&writer->block, record, length);
    return writer->block.raw.length >= target ? flush_block(writer, error) : BF_OK;
}

/* Writes a dictionary's record, unless it is there. */
static bf_status place_dictionary(struct article_writer *writer, const struct article_dictionary *dictionary, uint64_t *place,
                                  bf_error *error)
{
    const struct written_dictionary *written = (const struct written_dictionary *)(const void *)writer->dictionaries.bytes;
    size_t count = writer->dictionaries.length / sizeof *written;
    for (size_t i = count; i-- > 0;)
        if (written[i].id == dictionary->id && written[i].length == dictionary->length) {
            *place = written[i].place;
            return BF_OK;
        }
    struct buffer record = {0};
    uint64_t offset = 0;
    article_dictionary_encode(dictionary->bytes, dictionary->length, &record);
    bf_status status = record.failed ? fail_memory(error)
                                     : section_append(writer->documents, record.bytes, record.length, &offset, error);
    buffer_free(&record);
    /* Into the file before the blocks that want it: what is left of a file that was cut short can then be read (repair). */
    if (status == BF_OK) status = section_writer_finish(writer->documents, error);
    if (status != BF_OK) return status;
    struct written_dictionary added = {offset + 1, dictionary->id, (uint32_t)dictionary->length};
    buffer_append(&writer->dictionaries, &added, sizeof added);
    *place = added.place;
    return writer->dictionaries.failed ? fail_memory(error) : BF_OK;
}

/* Decides for a dictionary: the given one, or one learnt from what was held back, or none; and compresses what was. */
static bf_status settle(struct article_writer *writer, const struct article_dictionary *given, bf_error *error)
{
    const size_t *ends = (const size_t *)(const void *)writer->held_ends.bytes;
    size_t count = writer->held_ends.length / sizeof *ends, size = writer->held.length / ARTICLE_DICTIONARY_SHARE;
    struct article_dictionary dictionary;
    bf_status status = BF_OK;
    if (writer->held.failed || writer->held_ends.failed) return fail_memory(error);
    if (size > ARTICLE_DICTIONARY_MOST) size = ARTICLE_DICTIONARY_MOST;
    writer->is_settled = true;
    if (given) article_dictionary_encode(given->bytes, given->length, &writer->dictionary);
    else if (!article_dictionary_learn(writer->held.bytes, ends, count, size, &writer->dictionary)) return fail_memory(error);
    if (writer->dictionary.failed) return fail_memory(error);
    if (writer->dictionary.length &&
        !article_dictionary_open(writer->dictionary.bytes, writer->dictionary.length, &dictionary)) {
        writer->block.dictionary = dictionary;
        status = place_dictionary(writer, &dictionary, &writer->block.dictionary_place, error);
    }
    for (size_t i = 0, at = 0; status == BF_OK && i < count; at = ends[i++])
        status = add_record(writer, writer->held.bytes + at, ends[i] - at, error);
    buffer_free(&writer->held);
    buffer_free(&writer->held_ends);
    return status;
}

bf_status article_writer_add(struct article_writer *writer, const uint8_t *record, size_t length, bf_error *error)
{
    if (writer->is_settled) return add_record(writer, record, length, error);
    buffer_append(&writer->held, record, length);
    buffer_append(&writer->held_ends, &writer->held.length, sizeof writer->held.length);
    if (writer->held.failed || writer->held_ends.failed) return fail_memory(error);
    return writer->held.length >= HELD_MOST ? settle(writer, NULL, error) : BF_OK;
}

bf_status article_writer_copy(struct article_writer *writer, const uint8_t *block, size_t length, uint32_t doc_count,
                              const struct article_dictionary *dictionary, bf_error *error)
{
    uint64_t place = 0;
    bf_status status = writer->is_settled ? BF_OK : settle(writer, dictionary, error);
    if (status == BF_OK) status = flush_block(writer, error);
    if (status == BF_OK && dictionary) status = place_dictionary(writer, dictionary, &place, error);
    if (status != BF_OK) return status;
    buffer_clear(&writer->compressed);
    const char *rule = article_block_move(block, length, place, &writer->compressed);
    return rule ? fail(error, BF_CORRUPT, "%s", rule) : store_block(writer, &writer->compressed, doc_count, error);
}

bf_status article_writer_finish(struct article_writer *writer, bf_error *error)
{
    bf_status status = writer->is_settled ? BF_OK : settle(writer, NULL, error);
    if (status == BF_OK) status = flush_block(writer, error);
    append_i64(&writer->offsets, (int64_t)writer->end);
    return status;
}

void article_writer_free(struct article_writer *writer)
{
    article_block_free(&writer->block);
    buffer_free(&writer->held);
    buffer_free(&writer->held_ends);
    buffer_free(&writer->dictionary);
    buffer_free(&writer->dictionaries);
    buffer_free(&writer->firsts);
    buffer_free(&writer->offsets);
    buffer_free(&writer->compressed);
}
