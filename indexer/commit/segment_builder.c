#include "segment_builder.h"

#include "article_record.h"
#include "length_byte.h"
#include "status.h"

#include <string.h>

bf_status segment_builder_begin(struct segment_builder *builder, const char *index_path, uint32_t number, bool sync,
                                struct analyzer *analyzer, bf_error *error)
{
    bf_status status = builder->inverter ? BF_OK : inverter_new(analyzer, &builder->inverter, error);
    return status == BF_OK ? segment_writer_open(index_path, number, sync, &builder->writer, error) : status;
}

bf_status segment_builder_add(struct segment_builder *builder, const bf_article *article, const uint8_t *record, size_t length,
                              uint64_t arrival, bf_error *error)
{
    uint32_t doc = inverter_document_count(builder->inverter), words, title_words;
    bf_status status = inverter_add(builder->inverter, article, &words, &title_words, error);
    if (status != BF_OK) return status;
    struct document_facts facts = {article->id.bytes, article->id.length, length_byte_encode(words), title_words,
                                   article->date.precision ? article->date.seconds : INT64_MIN};
    status = segment_writer_document(builder->writer, &facts, error);
    if (status == BF_OK) status = segment_writer_article(builder->writer, record, length, error);
    if (status != BF_OK) return status;
    builder->token_count += words;
    builder->end_arrival = arrival + 1;
    return arrival_runs_add(&builder->runs, doc, arrival) ? BF_OK : fail_memory(error);
}

bf_status segment_builder_add_batch(struct segment_builder *builder, const struct article_batch *batch, const char *index_path,
                                    bool sync, struct analyzer *analyzer, bf_error *error)
{
    size_t count = batch->ends.length / sizeof(size_t), start = 0;
    bf_status status = BF_OK;
    if (count && !builder->writer) status = segment_builder_begin(builder, index_path, batch->segment, sync, analyzer, error);
    for (size_t i = 0; status == BF_OK && i < count; i++) {
        const uint8_t *record = batch->records.bytes + start;
        size_t end;
        bf_article article;
        memcpy(&end, batch->ends.bytes + i * sizeof end, sizeof end);
        arena_clear(&builder->arena);
        const char *rule = article_record_decode(record, end - start, &builder->arena, &article);
        if (rule) return rule == memory_rule ? fail_memory(error) : fail(error, BF_CORRUPT, "an article in memory: %s", rule);
        status = segment_builder_add(builder, &article, record, end - start, batch->first_arrival + i, error);
        start = end;
    }
    return status;
}

size_t segment_builder_memory(const struct segment_builder *builder)
{
    return (builder->inverter ? inverter_memory(builder->inverter) : 0) +
           (builder->writer ? segment_writer_memory(builder->writer) : 0) + builder->runs.room;
}

static bf_status write_term(void *context, const uint8_t *term, uint32_t term_length, const struct term_postings *postings,
                            bf_error *error)
{
    return segment_writer_term(context, term, term_length, postings, error);
}

bf_status segment_builder_finish(struct segment_builder *builder, struct manifest_segment *listed, bf_error *error)
{
    const struct arrival_run *runs = (const struct arrival_run *)(const void *)builder->runs.bytes;
    segment_writer_begin_terms(builder->writer, builder->token_count);
    bf_status status = segment_writer_arrived(builder->writer, runs, (uint32_t)(builder->runs.length / sizeof *runs),
                                              builder->end_arrival, error);
    if (status == BF_OK) status = inverter_each_term(builder->inverter, write_term, builder->writer, error);
    if (status == BF_OK) status = segment_writer_finish(builder->writer, listed, error);
    else segment_writer_abandon(builder->writer);
    builder->writer = NULL;
    builder->token_count = 0;
    buffer_clear(&builder->runs);
    inverter_clear(builder->inverter);
    return status;
}

void segment_builder_free(struct segment_builder *builder)
{
    segment_writer_abandon(builder->writer);
    inverter_free(builder->inverter);
    buffer_free(&builder->runs);
    arena_free(&builder->arena);
    *builder = (struct segment_builder){0};
}
