#include "merger.h"

#include "article_record.h"
#include "bytes.h"
#include "dictionary.h"
#include "form_union.h"
#include "posting_cursor.h"
#include "segment_writer.h"
#include "status.h"

#include <stdlib.h>
#include <string.h>

struct source {
    struct segment *segment;
    uint32_t *renumbered;         /* new number of each document, NO_DOCUMENT: deleted; NULL: nothing is deleted */
    uint32_t first;               /* new number of its first live document */
    struct dictionary_walk walk;
};

struct merger {
    struct source *sources;
    uint32_t count;
    struct segment_writer *writer;
    struct posting_cursor cursor;
    struct buffer docs, tfs, positions; /* u32 each: the term being merged */
    struct form_union forms;
};

static bool source_is_whole(const struct source *source, uint32_t first, uint32_t end)
{
    for (uint32_t doc = first; source->renumbered && doc < end; doc++)
        if (source->renumbered[doc] == NO_DOCUMENT) return false;
    return true;
}

static bf_status merge_documents(struct merger *merger, struct source *source, uint32_t *next, bf_error *error)
{
    struct segment *segment = source->segment;
    uint32_t doc_count = segment->meta.doc_count;
    source->first = *next;
    if (segment->deleted) {
        source->renumbered = malloc(doc_count * sizeof *source->renumbered);
        if (!source->renumbered) return fail_memory(error);
    }
    for (uint32_t doc = 0; doc < doc_count; doc++) {
        if (segment_is_deleted(segment, doc)) {
            source->renumbered[doc] = NO_DOCUMENT;
            continue;
        }
        char id[512];
        struct document_facts facts = {
            .id = id, .length_byte = segment_length_byte(segment, doc), .title_length = segment_title_length(segment, doc)};
        bf_status status = segment_id(segment, doc, id, &facts.id_length, error);
        if (status == BF_OK) status = segment_date(segment, doc, &facts.date, error);
        if (status == BF_OK) status = segment_writer_document(merger->writer, &facts, error);
        if (status != BF_OK) return status;
        if (source->renumbered) source->renumbered[doc] = *next;
        ++*next;
    }
    return BF_OK;
}

/* Blocks of articles that are all live are copied as they are, compressed. */
static bf_status merge_articles(struct merger *merger, struct source *source, bf_error *error)
{
    bf_status status = BF_OK;
    for (uint32_t block = 0; status == BF_OK && block < source->segment->meta.article_block_count; block++) {
        const uint8_t *bytes;
        size_t length;
        uint32_t first, end;
        status = segment_article_block(source->segment, block, &bytes, &length, &first, &end, error);
        if (status == BF_OK && source_is_whole(source, first, end)) {
            status = segment_writer_article_block(merger->writer, bytes, length, end - first, error);
            continue;
        }
        for (uint32_t doc = first; status == BF_OK && doc < end; doc++) {
            if (source->renumbered[doc] == NO_DOCUMENT) continue;
            status = segment_article_record(source->segment, doc, &bytes, &length, error);
            if (status == BF_OK) status = segment_writer_article(merger->writer, bytes, length, error);
        }
    }
    return status;
}

static bf_status merge_postings(struct merger *merger, struct source *source, bf_error *error)
{
    struct posting_cursor *cursor = &merger->cursor;
    bf_status status = posting_cursor_open(cursor, source->segment, &source->walk.block.entry, error);
    const struct term_block_reader *block = &source->walk.block;
    if (status == BF_OK) status = form_union_source(&merger->forms, cursor, block->term + 1, block->term_length - 1, error);
    for (; status == BF_OK && cursor->doc != NO_DOCUMENT; posting_cursor_next(cursor)) {
        uint32_t doc = source->renumbered ? source->renumbered[cursor->doc] : source->first + cursor->doc;
        if (doc == NO_DOCUMENT) continue;
        buffer_append_u32(&merger->docs, doc);
        buffer_append_u32(&merger->tfs, posting_cursor_tf(cursor));
        status = posting_cursor_positions(cursor, &merger->positions, error);
        if (status == BF_OK) status = form_union_posting(&merger->forms, cursor, error);
    }
    if (status == BF_OK && (merger->docs.failed || merger->tfs.failed)) status = fail_memory(error);
    if (status == BF_OK) status = segment_outcome(source->segment, error);
    return status;
}

/* The source whose current term comes first; NULL when all have ended. */
static struct source *merge_least(struct merger *merger)
{
    struct source *least = NULL;
    for (uint32_t i = 0; i < merger->count; i++) {
        struct source *source = &merger->sources[i];
        if (source->walk.ended) continue;
        if (least) {
            const struct term_block_reader *a = &source->walk.block, *b = &least->walk.block;
            int order = memcmp(a->term, b->term, a->term_length < b->term_length ? a->term_length : b->term_length);
            if (order > 0 || (order == 0 && a->term_length >= b->term_length)) continue;
        }
        least = source;
    }
    return least;
}

static bf_status merge_terms(struct merger *merger, bf_error *error)
{
    bf_status status = BF_OK;
    for (uint32_t i = 0; status == BF_OK && i < merger->count; i++)
        status = dictionary_walk_begin(&merger->sources[i].walk, merger->sources[i].segment, NULL, 0, error);
    struct source *least;
    while (status == BF_OK && (least = merge_least(merger))) {
        uint8_t term[DICTIONARY_TERM_MAX];
        uint32_t term_length = least->walk.block.term_length;
        memcpy(term, least->walk.block.term, term_length);
        buffer_clear(&merger->docs);
        buffer_clear(&merger->tfs);
        buffer_clear(&merger->positions);
        form_union_clear(&merger->forms);
        for (struct source *source = least; status == BF_OK && source < merger->sources + merger->count; source++) {
            if (source->walk.ended || source->walk.block.term_length != term_length ||
                memcmp(source->walk.block.term, term, term_length) != 0)
                continue;
            status = merge_postings(merger, source, error);
            if (status == BF_OK) status = dictionary_walk_next(&source->walk, error);
        }
        struct term_postings postings = {
            .docs = (uint32_t *)(void *)merger->docs.bytes,
            .tfs = (uint32_t *)(void *)merger->tfs.bytes,
            .df = (uint32_t)(merger->docs.length / sizeof(uint32_t)),
            .positions = (const uint32_t *)(const void *)merger->positions.bytes,
            .position_count = merger->positions.length / sizeof(uint32_t),
        };
        struct form itself = {.bytes = term + 1, .length = term_length - 1};
        if (status == BF_OK && !form_union_names(&merger->forms, itself, &postings.form_names, &postings.form_count))
            status = fail_memory(error);
        if (postings.form_count > 1) postings.forms = (uint32_t *)(void *)merger->forms.numbers.bytes;
        if (status == BF_OK && postings.df) status = segment_writer_term(merger->writer, term, term_length, &postings, error);
    }
    return status;
}

bf_status merge_segments(const char *index_path, struct segment **segments, uint32_t count, uint32_t number, bool sync,
                         struct manifest_segment *listed, bf_error *error)
{
    struct merger *merger = calloc(1, sizeof *merger);
    uint64_t token_count = 0;
    uint32_t next = 0;
    bf_status status;
    if (!merger) return fail_memory(error);
    merger->count = count;
    merger->sources = calloc(count, sizeof *merger->sources);
    if (!merger->sources) {
        status = fail_memory(error);
        goto done;
    }
    status = segment_writer_open(index_path, number, sync, &merger->writer, error);
    for (uint32_t i = 0; status == BF_OK && i < count; i++) {
        merger->sources[i].segment = segments[i];
        token_count += segments[i]->listed.token_count - segments[i]->listed.deleted_token_count;
        status = merge_documents(merger, &merger->sources[i], &next, error);
    }
    for (uint32_t i = 0; status == BF_OK && i < count; i++) status = merge_articles(merger, &merger->sources[i], error);
    if (status != BF_OK) goto done;
    segment_writer_begin_terms(merger->writer, token_count);
    status = merge_terms(merger, error);
    if (status != BF_OK) goto done;
    status = segment_writer_finish(merger->writer, listed, error);
    merger->writer = NULL;
done:
    segment_writer_abandon(merger->writer);
    for (uint32_t i = 0; merger->sources && i < count; i++) free(merger->sources[i].renumbered);
    free(merger->sources);
    buffer_free(&merger->docs);
    buffer_free(&merger->tfs);
    buffer_free(&merger->positions);
    form_union_free(&merger->forms);
    free(merger);
    return status;
}
