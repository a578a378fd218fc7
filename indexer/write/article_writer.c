#include "article_writer.h"

#include "checksum.h"
#include "status.h"

#include <string.h>

/* Articles of another kind may follow: a dictionary that blocks have outgrown by an eighth is left for a new one. */
enum { WINDOW = 4 << 20, WINDOWS_LEAST = 6, OUTGROWN = 8 };

struct written_dictionary {
    uint64_t place; /* where it is among the documents, and one more */
    uint32_t checksum, length; /* of its record */
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

/* Judges the dictionary by the blocks of each window. The first window is what it was learnt from and says nothing; by the second
 * all others are measured. At least so many windows must have paid for it. */
static void judge_dictionary(struct article_writer *writer, size_t size, size_t compressed)
{
    struct article_window *window = &writer->window;
    window->size += size;
    window->compressed += compressed;
    if (window->size < WINDOW || !writer->block.words) return;
    writer->windows++;
    if (writer->windows == 2) writer->measure = *window;
    uint64_t expected = writer->measure.compressed * window->size, taken = window->compressed * writer->measure.size;
    if (writer->windows >= WINDOWS_LEAST && taken > expected + expected / OUTGROWN) writer->is_settled = false;
    *window = (struct article_window){0};
}

static bf_status flush_block(struct article_writer *writer, bf_error *error)
{
    uint32_t count = writer->block.count;
    size_t size = writer->block.size;
    if (!count) return BF_OK;
    buffer_clear(&writer->compressed);
    if (!article_block_finish(&writer->block, &writer->compressed)) return fail_memory(error);
    bf_status status = store_block(writer, &writer->compressed, count, error);
    judge_dictionary(writer, size, writer->compressed.length);
    return status;
}

static bf_status add_record(struct article_writer *writer, const uint8_t *record, size_t length, bf_error *error)
{
    size_t target = writer->block.dictionary_place ? ARTICLE_BLOCK_TARGET : ARTICLE_BLOCK_TARGET_ALONE;
    article_block_add(&writer->block, record, length);
    return writer->block.size >= target ? flush_block(writer, error) : BF_OK;
}

/* Writes a dictionary's record, unless it is there. */
static bf_status place_dictionary(struct article_writer *writer, const struct article_dictionary *dictionary, uint64_t *place,
                                  bf_error *error)
{
    const struct written_dictionary *written = (const struct written_dictionary *)(const void *)writer->dictionaries.bytes;
    size_t count = writer->dictionaries.length / sizeof *written;
    uint32_t sum = checksum(0, dictionary->record, dictionary->record_length);
    for (size_t i = count; i-- > 0;)
        if (written[i].checksum == sum && written[i].length == dictionary->record_length) {
            *place = written[i].place;
            return BF_OK;
        }
    uint64_t offset = 0;
    bf_status status = section_append(writer->documents, dictionary->record, dictionary->record_length, &offset, error);
    /* Into the file before the blocks that want it: what is left of a file that was cut short can then be read (repair). */
    if (status == BF_OK) status = section_writer_finish(writer->documents, error);
    if (status != BF_OK) return status;
    struct written_dictionary added = {offset + 1, sum, (uint32_t)dictionary->record_length};
    buffer_append(&writer->dictionaries, &added, sizeof added);
    *place = added.place;
    return writer->dictionaries.failed ? fail_memory(error) : BF_OK;
}

/* Decides for a dictionary: the given one, or one learnt from what was held back, or the one before, or none; and compresses what
 * was held back. */
static bf_status settle(struct article_writer *writer, const struct article_dictionary *given, bf_error *error)
{
    struct buffer held = writer->held, held_ends = writer->held_ends, record = {0};
    const size_t *ends = (const size_t *)(const void *)held_ends.bytes;
    size_t count = held_ends.length / sizeof *ends;
    struct article_dictionary dictionary;
    bf_status status = held.failed || held_ends.failed ? fail_memory(error) : flush_block(writer, error);
    uint64_t place = 0;
    writer->held = writer->held_ends = (struct buffer){0};
    writer->is_settled = true;
    writer->windows = 0;
    writer->window = (struct article_window){0};
    if (status == BF_OK && given) buffer_append(&record, given->record, given->record_length);
    if (status == BF_OK && !given && !article_dictionary_learn(held.bytes, ends, count, &record)) status = fail_memory(error);
    if (status == BF_OK && record.failed) status = fail_memory(error);
    if (status == BF_OK && record.length && !article_dictionary_open(record.bytes, record.length, &dictionary)) {
        status = place_dictionary(writer, &dictionary, &place, error);
        if (status == BF_OK && !article_block_use(&writer->block, &dictionary, place)) status = fail_memory(error);
        buffer_free(&writer->dictionary);
        writer->dictionary = record;
        record = (struct buffer){0};
    }
    for (size_t i = 0, at = 0; status == BF_OK && i < count; at = ends[i++])
        status = add_record(writer, held.bytes + at, ends[i] - at, error);
    buffer_free(&record);
    buffer_free(&held);
    buffer_free(&held_ends);
    return status;
}

bf_status article_writer_add(struct article_writer *writer, const uint8_t *record, size_t length, bf_error *error)
{
    if (writer->is_settled) return add_record(writer, record, length, error);
    buffer_append(&writer->held, record, length);
    buffer_append(&writer->held_ends, &writer->held.length, sizeof writer->held.length);
    if (writer->held.failed || writer->held_ends.failed) return fail_memory(error);
    return writer->held.length >= ARTICLE_DICTIONARY_SAMPLE ? settle(writer, NULL, error) : BF_OK;
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

size_t article_writer_memory(const struct article_writer *writer)
{
    return writer->dictionary.room + writer->firsts.room + writer->offsets.room + writer->compressed.room;
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
