#include "segment_writer.h"

#include "article_writer.h"
#include "bm25.h"
#include "bytes.h"
#include "column.h"
#include "hash.h"
#include "id_column.h"
#include "id_order.h"
#include "inline_list.h"
#include "form_numbers.h"
#include "position_group.h"
#include "posting_list.h"
#include "section.h"
#include "segment_meta.h"
#include "status.h"
#include "store.h"
#include "term_block.h"
#include "term_forms.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct segment_writer {
    struct segment_store_writer *store;
    struct section_writer postings, positions, documents, articles;
    struct segment_meta meta;
    struct bm25 bm25;
    uint32_t number;
    bool sync;
    char path[PATH_MAX];
    /* documents */
    struct buffer length_bytes;   /* u8 each */
    struct buffer title_lengths;  /* i64 each, as the next */
    struct buffer dates;
    struct buffer id_order;       /* u64: hash half << 32 | document */
    struct buffer runs;           /* as stored */
    struct buffer arrival;        /* u32 each; empty: documents are in the order of arrival */
    struct id_column_writer ids;  /* in the order of arrival */
    struct article_writer stored;
    /* terms */
    struct term_block_writer terms;
    struct buffer record;         /* the posting list or position group being encoded */
    struct buffer impacts;        /* float a posting */
    struct buffer group_offsets;  /* u64 a group, and where the last ends */
    struct position_room rooms[2]; /* for positions of a list, [1] with some beyond what lengths say; their scales */
    struct position_scale scales[2];
    struct buffer title_docs, title_tfs; /* u32 a posting that occurs in the title */
    struct term_forms forms;
    struct buffer form_list;
};

static void append_i64(struct buffer *buffer, int64_t value)
{
    buffer_append_u64(buffer, (uint64_t)value);
}

bf_status segment_writer_open(const char *index_path, uint32_t number, bool sync, struct segment_writer **result, bf_error *error)
{
    struct segment_writer *writer = calloc(1, sizeof *writer);
    if (!writer) return fail_memory(error);
    writer->number = number;
    writer->sync = sync;
    segment_store_path(index_path, number, writer->path, sizeof writer->path);
    bf_status status = segment_store_create(index_path, number, &writer->store, error);
    if (status != BF_OK) {
        segment_writer_abandon(writer);
        return status;
    }
    section_writer_begin(&writer->postings, writer->store, DATABASE_POSTINGS);
    section_writer_begin(&writer->positions, writer->store, DATABASE_POSITIONS);
    section_writer_begin(&writer->documents, writer->store, DATABASE_DOCUMENTS);
    section_writer_begin(&writer->articles, writer->store, DATABASE_ARTICLES);
    article_writer_begin(&writer->stored, &writer->articles, &writer->documents);
    *result = writer;
    return BF_OK;
}

void segment_writer_keep_in_scratch(struct segment_writer *writer, const struct scratch *scratch)
{
    struct buffer *const buffers[] = {
        &writer->length_bytes, &writer->title_lengths, &writer->dates, &writer->id_order, &writer->arrival, &writer->ids.bytes,
        &writer->ids.starts, &writer->stored.firsts, &writer->stored.offsets, &writer->record, &writer->impacts,
        &writer->group_offsets, &writer->title_docs, &writer->title_tfs, &writer->documents.chunk, &writer->postings.chunk};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) *buffers[i] = buffer_in_scratch(scratch);
}

static void segment_writer_free(struct segment_writer *writer)
{
    section_writer_free(&writer->postings);
    section_writer_free(&writer->positions);
    section_writer_free(&writer->documents);
    section_writer_free(&writer->articles);
    buffer_free(&writer->length_bytes);
    buffer_free(&writer->title_lengths);
    buffer_free(&writer->dates);
    buffer_free(&writer->id_order);
    buffer_free(&writer->runs);
    buffer_free(&writer->arrival);
    id_column_free(&writer->ids);
    article_writer_free(&writer->stored);
    term_block_free(&writer->terms);
    buffer_free(&writer->record);
    buffer_free(&writer->impacts);
    buffer_free(&writer->group_offsets);
    buffer_free(&writer->title_docs);
    buffer_free(&writer->title_tfs);
    term_forms_free(&writer->forms);
    buffer_free(&writer->form_list);
    free(writer);
}

void segment_writer_abandon(struct segment_writer *writer)
{
    if (!writer) return;
    segment_store_abandon(writer->store);
    segment_writer_free(writer);
}

bf_status segment_writer_document(struct segment_writer *writer, const struct document_facts *facts, bf_error *error)
{
    uint32_t doc = writer->meta.doc_count;
    if (doc == UINT32_MAX - 1) return fail(error, BF_BAD_ARGUMENT, "%s: a segment holds at most %u articles", writer->path, doc);
    buffer_append_u8(&writer->length_bytes, facts->length_byte);
    append_i64(&writer->title_lengths, facts->title_length);
    append_i64(&writer->dates, facts->date);
    buffer_append_u64(&writer->id_order, hash_bytes(facts->id, facts->id_length) << 32 | doc);
    id_column_add(&writer->ids, facts->id, facts->id_length);
    writer->meta.doc_count++;
    if (writer->length_bytes.failed || writer->title_lengths.failed || writer->dates.failed || writer->id_order.failed ||
        writer->ids.bytes.failed || writer->ids.starts.failed)
        return fail_memory(error);
    return BF_OK;
}

size_t segment_writer_memory(const struct segment_writer *writer)
{
    return writer->length_bytes.room + writer->title_lengths.room + writer->dates.room + writer->id_order.room +
           writer->ids.bytes.room + writer->ids.starts.room + article_writer_memory(&writer->stored);
}

/* Puts value i of `values`, of `size` bytes each, where document documents[i] has its own. */
static bool segment_writer_permute(const struct segment_writer *writer, struct buffer *values, size_t size,
                                   const uint32_t *documents)
{
    struct buffer permuted = buffer_in_scratch(values->scratch);
    uint8_t *to = buffer_extend(&permuted, values->length);
    if (!to) return false;
    for (uint32_t i = 0; i < writer->meta.doc_count; i++) memcpy(to + size * documents[i], values->bytes + size * i, size);
    buffer_free(values);
    *values = permuted;
    return true;
}

bf_status segment_writer_renumber(struct segment_writer *writer, const uint32_t *documents, bf_error *error)
{
    uint32_t doc_count = writer->meta.doc_count, same = 0;
    while (same < doc_count && documents[same] == same) same++;
    if (same == doc_count) return BF_OK;
    for (uint32_t i = 0; i < doc_count; i++) {
        uint8_t *at = writer->id_order.bytes + 8 * (size_t)i;
        store_u32(at, documents[i]); /* the low half */
        buffer_append_u32(&writer->arrival, i);
    }
    if (writer->arrival.failed || !segment_writer_permute(writer, &writer->arrival, 4, documents) ||
        !segment_writer_permute(writer, &writer->length_bytes, 1, documents) ||
        !segment_writer_permute(writer, &writer->title_lengths, 8, documents) ||
        !segment_writer_permute(writer, &writer->dates, 8, documents))
        return fail_memory(error);
    return BF_OK;
}

bf_status segment_writer_arrived(struct segment_writer *writer, const struct arrival_run *runs, uint32_t count, uint64_t end,
                                 bf_error *error)
{
    writer->meta.first_arrival = runs[0].arrival;
    writer->meta.end_arrival = end;
    buffer_clear(&writer->runs);
    if (count > 1) arrival_runs_encode(runs, count, &writer->runs);
    return writer->runs.failed ? fail_memory(error) : BF_OK;
}

bf_status segment_writer_article(struct segment_writer *writer, const uint8_t *record, size_t length, bf_error *error)
{
    return article_writer_add(&writer->stored, record, length, error);
}

bf_status segment_writer_article_block(struct segment_writer *writer, const uint8_t *block, size_t length, uint32_t doc_count,
                                       const struct article_dictionary *dictionary, bf_error *error)
{
    return article_writer_copy(&writer->stored, block, length, doc_count, dictionary, error);
}

/* ---- Terms ---- */

void segment_writer_begin_terms(struct segment_writer *writer, uint64_t token_count)
{
    writer->meta.token_count = token_count;
    bm25_prepare(&writer->bm25, BM25_K1, BM25_B, BF_TITLE_WEIGHT, (float)((double)token_count / (double)writer->meta.doc_count));
}

/* Begins with a term's pieces. */
static bf_status segment_writer_rewind(const struct term_postings *postings, struct term_piece *piece, bf_error *error)
{
    *piece = (struct term_piece){.positions = postings->positions, .forms = postings->forms};
    return postings->source ? postings->source->rewind(postings->source->context, error) : BF_OK;
}

/* Goes on to the postings from piece->end to `end`. */
static bf_status segment_writer_piece(const struct term_postings *postings, uint32_t end, struct term_piece *piece,
                                      bf_error *error)
{
    const struct occurrence_source *source = postings->source;
    if (!source) {
        piece->positions += piece->count;
        if (piece->forms) piece->forms += piece->count;
    }
    piece->first = piece->end;
    piece->end = end;
    piece->count = 0;
    for (uint32_t i = piece->first; i < end; i++) piece->count += postings->tfs[i];
    return source ? source->read(source->context, end - piece->first, &piece->positions, &piece->forms, error) : BF_OK;
}

/* Computes the impacts, and which postings occur in the title: their first positions are below the title's length. Also the least
 * room that holds all positions: *beyond. */
static bool segment_writer_weigh(struct segment_writer *writer, bool is_text, const struct term_postings *postings,
                                 const struct term_piece *piece, uint32_t *beyond)
{
    const struct position_room length = {.lengths = is_text};
    const uint32_t *positions = piece->positions;
    uint8_t *impacts = buffer_extend(&writer->impacts, (piece->end - piece->first) * sizeof(float));
    if (!impacts) return false;
    for (uint32_t i = piece->first; i < piece->end; i++, impacts += sizeof(float)) {
        uint32_t doc = postings->docs[i], tf = postings->tfs[i], title_tf = 0, most = 0;
        if (is_text) {
            uint64_t title_length = load_u64(writer->title_lengths.bytes + 8 * (size_t)doc);
            most = position_room_of(&length, writer->length_bytes.bytes[doc]);
            while (title_tf < tf && positions[title_tf] < title_length) title_tf++;
            if (title_tf) {
                buffer_append_u32(&writer->title_docs, doc);
                buffer_append_u32(&writer->title_tfs, title_tf);
            }
        }
        positions += tf;
        if (positions[-1] >= most && positions[-1] - most >= *beyond) *beyond = positions[-1] - most + 1;
        /* Fields other than the text are scored without lengths (norm k1). */
        float norm = is_text ? writer->bm25.norm[writer->length_bytes.bytes[doc]] : writer->bm25.k1;
        store_f32(impacts, bm25_impact(bm25_tf(&writer->bm25, tf, title_tf), norm));
    }
    return !writer->title_docs.failed && !writer->title_tfs.failed;
}

static bf_status segment_writer_positions(struct segment_writer *writer, bool is_text, struct posting_input *input,
                                          const struct term_postings *postings, bf_error *error)
{
    struct term_piece piece;
    bf_status status = segment_writer_rewind(postings, &piece, error);
    input->numbered = writer->forms.count > 1;
    struct position_room *room = &writer->rooms[input->room.beyond > 0];
    struct position_scale *scale = &writer->scales[input->room.beyond > 0];
    if (input->room.lengths != room->lengths || input->room.beyond != room->beyond) {
        *room = input->room;
        position_scale_make(room, scale);
    }
    buffer_clear(&writer->group_offsets);
    while (status == BF_OK && piece.end < postings->df) {
        status = segment_writer_piece(postings, posting_group_end(input, piece.end), &piece, error);
        if (status != BF_OK) break;
        const uint8_t *length_bytes = is_text ? writer->length_bytes.bytes : NULL;
        const struct position_postings group = {scale, length_bytes, postings->docs + piece.first,
                                                postings->tfs + piece.first, piece.end - piece.first};
        uint64_t offset = section_writer_end(&writer->positions);
        buffer_clear(&writer->record);
        if (input->numbered) {
            if (postings->source) term_forms_renumber(&writer->forms, &piece);
            form_numbers_encode(piece.forms, piece.count, &writer->record);
        }
        position_group_encode(&group, piece.positions, &writer->record);
        if (writer->record.failed) return fail_memory(error);
        if (writer->record.length)
            status = section_append(&writer->positions, writer->record.bytes, writer->record.length, &offset, error);
        buffer_append_u64(&writer->group_offsets, offset);
    }
    buffer_append_u64(&writer->group_offsets, section_writer_end(&writer->positions));
    return status == BF_OK && writer->group_offsets.failed ? fail_memory(error) : status;
}

static bf_status segment_writer_flush_terms(struct segment_writer *writer, bf_error *error)
{
    if (!writer->terms.count) return BF_OK;
    term_block_finish(&writer->terms);
    if (writer->terms.bytes.failed) return fail_memory(error);
    bf_status status = segment_store_put(writer->store, DATABASE_TERMS, writer->terms.first, writer->terms.first_length,
                                         writer->terms.bytes.bytes, writer->terms.bytes.length, error);
    term_block_clear(&writer->terms);
    return status;
}

static bf_status segment_writer_entry(struct segment_writer *writer, const uint8_t *term, uint32_t term_length,
                                      const struct term_entry *entry, bf_error *error)
{
    if (term_block_add(&writer->terms, term, term_length, entry)) return BF_OK;
    bf_status status = segment_writer_flush_terms(writer, error);
    if (status != BF_OK) return status;
    if (!term_block_add(&writer->terms, term, term_length, entry)) return fail_memory(error);
    return BF_OK;
}

static uint32_t segment_writer_title_length(void *context, uint32_t doc)
{
    const struct segment_writer *writer = context;
    return (uint32_t)load_u64(writer->title_lengths.bytes + 8 * (size_t)doc);
}

/* Makes writer->form_list of writer->forms. */
static bool segment_writer_form_list(struct segment_writer *writer, const uint8_t *term, uint32_t term_length, uint32_t df)
{
    buffer_clear(&writer->form_list);
    if (!writer->forms.count) return true;
    form_list_encode(term + 1, term_length - 1, term_form(&writer->forms, 0), writer->forms.count, df >= FORMS_COUNTED_DF,
                     &writer->form_list);
    return !writer->form_list.failed;
}

/* All that is to be known of the occurrences before the first can be written; of those that aren't in memory, also the forms. */
static bf_status segment_writer_survey(struct segment_writer *writer, bool is_text, struct posting_input *input,
                                       const struct term_postings *postings, bf_error *error)
{
    struct term_piece piece;
    struct position_room room = {.lengths = is_text};
    bf_status status = segment_writer_rewind(postings, &piece, error);
    buffer_clear(&writer->impacts);
    buffer_clear(&writer->title_docs);
    buffer_clear(&writer->title_tfs);
    while (status == BF_OK && piece.end < postings->df) {
        uint32_t end = postings->source ? posting_group_end(input, piece.end) : postings->df;
        status = segment_writer_piece(postings, end, &piece, error);
        if (status != BF_OK) break;
        if (postings->source) term_forms_count(&writer->forms, postings, &piece, segment_writer_title_length, writer);
        if (!segment_writer_weigh(writer, is_text, postings, &piece, &room.beyond)) status = fail_memory(error);
    }
    input->room = posting_room(room);
    return status;
}

/* Puts a short list into writer->record. *fits = false: it is no inline list. */
static bool segment_writer_inline(struct segment_writer *writer, const struct term_postings *postings, bool *fits)
{
    struct inline_list list = {.df = postings->df};
    *fits = postings->df <= INLINE_POSTINGS_MAX && postings->position_count <= INLINE_POSITIONS_MAX;
    if (!*fits) return true;
    memcpy(list.docs, postings->docs, postings->df * sizeof *list.docs);
    memcpy(list.tfs, postings->tfs, postings->df * sizeof *list.tfs);
    memcpy(list.positions, postings->positions, postings->position_count * sizeof *list.positions);
    list.forms = writer->form_list.bytes;
    list.forms_length = (uint32_t)writer->form_list.length;
    list.form_count = writer->forms.count;
    if (list.form_count > 1) memcpy(list.form_numbers, postings->forms, postings->position_count * sizeof *list.form_numbers);
    buffer_clear(&writer->record);
    inline_list_encode(&list, &writer->record);
    *fits = writer->record.length <= TERM_INLINE_MAX; /* many long forms may be too many bytes */
    return !writer->record.failed;
}

bf_status segment_writer_term(struct segment_writer *writer, const uint8_t *term, uint32_t term_length,
                              const struct term_postings *postings, bf_error *error)
{
    bool is_text = term[0] == FIELD_TEXT, is_inline = false;
    struct term_entry entry = {.df = postings->df, .cf = postings->position_count};
    writer->meta.term_count++;
    if (is_text) {
        writer->meta.posting_count += postings->df;
        writer->meta.position_count += postings->position_count;
    }
    if (postings->source) {
        if (!term_forms_begin(&writer->forms, postings)) return fail_memory(error);
    } else if (!term_forms_make(&writer->forms, term + 1, term_length - 1, postings, segment_writer_title_length, writer) ||
               !segment_writer_form_list(writer, term, term_length, postings->df) ||
               !segment_writer_inline(writer, postings, &is_inline)) {
        return fail_memory(error);
    }
    if (is_inline) {
        entry.inline_bytes = writer->record.bytes;
        entry.inline_length = (uint32_t)writer->record.length;
        return segment_writer_entry(writer, term, term_length, &entry, error);
    }

    struct posting_input input = {
        .docs = postings->docs, .tfs = postings->tfs, .df = postings->df, .doc_count = writer->meta.doc_count};
    bf_status status = segment_writer_survey(writer, is_text, &input, postings, error);
    if (status == BF_OK && postings->source && (!term_forms_finish(&writer->forms, term + 1, term_length - 1) ||
                                                !segment_writer_form_list(writer, term, term_length, postings->df)))
        status = fail_memory(error);
    if (status == BF_OK) status = segment_writer_positions(writer, is_text, &input, postings, error);
    if (status != BF_OK) return status;
    input.impacts = (const float *)(const void *)writer->impacts.bytes;
    input.group_offsets = (const uint64_t *)(const void *)writer->group_offsets.bytes;
    input.title_docs = (const uint32_t *)(const void *)writer->title_docs.bytes;
    input.title_tfs = (const uint32_t *)(const void *)writer->title_tfs.bytes;
    input.title_df = (uint32_t)(writer->title_docs.length / sizeof(uint32_t));
    if (writer->form_list.length > UINT32_MAX)
        return fail(error, BF_BAD_ARGUMENT, "%s: a list of forms is longer than 4 GiB", writer->path);
    input.forms = writer->form_list.bytes;
    input.forms_length = (uint32_t)writer->form_list.length;
    buffer_clear(&writer->record);
    posting_list_encode(&input, &writer->record);
    if (writer->record.failed) return fail_memory(error);
    if (writer->record.length > UINT32_MAX)
        return fail(error, BF_BAD_ARGUMENT, "%s: a posting list is longer than 4 GiB", writer->path);
    status = section_append(&writer->postings, writer->record.bytes, writer->record.length, &entry.postings_offset, error);
    if (status != BF_OK) return status;
    entry.postings_length = (uint32_t)writer->record.length;
    return segment_writer_entry(writer, term, term_length, &entry, error);
}

/* ---- The end ---- */

static bf_status segment_writer_blob(struct segment_writer *writer, enum segment_blob blob, const struct buffer *bytes,
                                     bf_error *error)
{
    if (bytes->failed) return fail_memory(error);
    writer->meta.blobs[blob].length = bytes->length;
    return section_append(&writer->documents, bytes->bytes, bytes->length, &writer->meta.blobs[blob].offset, error);
}

static bf_status segment_writer_column(struct segment_writer *writer, enum segment_blob blob, const struct buffer *values,
                                       bf_error *error)
{
    if (values->failed) return fail_memory(error);
    buffer_clear(&writer->record);
    column_encode((const int64_t *)(const void *)values->bytes, (uint32_t)(values->length / sizeof(int64_t)), &writer->record);
    return segment_writer_blob(writer, blob, &writer->record, error);
}

/* By hash, then by document; on disk as hash, document: the halves change places. */
static void segment_writer_order_ids(struct segment_writer *writer)
{
    id_order_sort((uint64_t *)(void *)writer->id_order.bytes, writer->meta.doc_count);
    for (uint32_t i = 0; i < writer->meta.doc_count; i++) {
        uint8_t *at = writer->id_order.bytes + 8 * (size_t)i;
        uint64_t value = load_u64(at);
        store_u64(at, value >> 32 | value << 32);
    }
}

static bf_status segment_writer_documents(struct segment_writer *writer, bf_error *error)
{
    segment_writer_order_ids(writer);
    struct buffer ids = buffer_in_scratch(writer->ids.bytes.scratch);
    id_column_finish(&writer->ids, &ids);
    writer->meta.article_block_count = writer->stored.block_count;
    bf_status status = segment_writer_blob(writer, BLOB_LENGTH_BYTES, &writer->length_bytes, error);
    if (status == BF_OK) status = segment_writer_column(writer, BLOB_TITLE_LENGTHS, &writer->title_lengths, error);
    if (status == BF_OK) status = segment_writer_column(writer, BLOB_DATES, &writer->dates, error);
    if (status == BF_OK) status = segment_writer_blob(writer, BLOB_IDS, &ids, error);
    if (status == BF_OK) status = segment_writer_blob(writer, BLOB_ID_ORDER, &writer->id_order, error);
    if (status == BF_OK) status = segment_writer_column(writer, BLOB_ARTICLE_FIRST, &writer->stored.firsts, error);
    if (status == BF_OK) status = segment_writer_column(writer, BLOB_ARTICLE_OFFSET, &writer->stored.offsets, error);
    if (status == BF_OK && writer->arrival.length)
        status = segment_writer_blob(writer, BLOB_ARRIVAL, &writer->arrival, error);
    if (status == BF_OK && writer->runs.length) status = segment_writer_blob(writer, BLOB_RUNS, &writer->runs, error);
    if (!writer->meta.end_arrival) writer->meta.end_arrival = writer->meta.doc_count;
    buffer_free(&ids);
    return status;
}

bf_status segment_writer_finish(struct segment_writer *writer, struct manifest_segment *listed, bf_error *error)
{
    bf_status status = segment_writer_flush_terms(writer, error);
    if (status == BF_OK) status = article_writer_finish(&writer->stored, error);
    if (status == BF_OK) status = segment_writer_documents(writer, error);
    if (status == BF_OK) status = section_writer_finish(&writer->postings, error);
    if (status == BF_OK) status = section_writer_finish(&writer->positions, error);
    if (status == BF_OK) status = section_writer_finish(&writer->documents, error);
    if (status == BF_OK) status = section_writer_finish(&writer->articles, error);
    if (status == BF_OK) {
        writer->meta.average = writer->bm25.average;
        writer->meta.k1 = writer->bm25.k1;
        writer->meta.b = writer->bm25.b;
        writer->meta.title_weight = writer->bm25.title_weight;
        buffer_clear(&writer->record);
        segment_meta_encode(&writer->meta, &writer->record);
        status = writer->record.failed ? fail_memory(error)
                                       : segment_store_put(writer->store, DATABASE_META, "segment", 7, writer->record.bytes,
                                                           writer->record.length, error);
    }
    if (status != BF_OK) {
        segment_writer_abandon(writer);
        return status;
    }
    status = segment_store_finish(writer->store, writer->sync, error);
    writer->store = NULL;
    struct stat about;
    if (status == BF_OK)
        *listed = (struct manifest_segment){.number = writer->number,
                                            .doc_count = writer->meta.doc_count,
                                            .token_count = writer->meta.token_count,
                                            .bytes = stat(writer->path, &about) == 0 ? (uint64_t)about.st_size : 0};
    segment_writer_free(writer);
    return status;
}
