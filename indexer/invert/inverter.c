#include "inverter.h"

#include "bytes.h"
#include "occurrence_stream.h"
#include "status.h"
#include "string_table.h"

#include <stdlib.h>
#include <string.h>

enum {
    NO_TERM = -1,                  /* of a surface form with nothing to index */
    TOKEN_BATCH = 64,
    SURFACE_MAX = 1 << 16,         /* longer forms are analyzed each time and not kept */
    POSITION_MAX = (1 << 28) - 1,  /* more words than BF_ARTICLE_MAX has bytes can't be */
};

struct inverter {
    struct analyzer *analyzer;
    struct string_table surfaces;  /* the text's surface forms ... */
    struct buffer surface_terms;   /* ... to the number of its term: i32 each */
    struct string_table terms;     /* field byte and term */
    struct buffer streams;         /* struct occurrence_stream, by term number */
    struct buffer pool;            /* their bytes */
    uint32_t document_count;
};

bf_status inverter_new(struct analyzer *analyzer, struct inverter **result, bf_error *error)
{
    struct inverter *inverter = calloc(1, sizeof *inverter);
    if (!inverter) return fail_memory(error);
    inverter->analyzer = analyzer;
    *result = inverter;
    return BF_OK;
}

void inverter_free(struct inverter *inverter)
{
    if (!inverter) return;
    string_table_free(&inverter->surfaces);
    buffer_free(&inverter->surface_terms);
    string_table_free(&inverter->terms);
    buffer_free(&inverter->streams);
    buffer_free(&inverter->pool);
    free(inverter);
}

uint32_t inverter_document_count(const struct inverter *inverter)
{
    return inverter->document_count;
}

size_t inverter_memory(const struct inverter *inverter)
{
    return string_table_memory(&inverter->surfaces) + inverter->surface_terms.room + string_table_memory(&inverter->terms) +
           inverter->streams.room + inverter->pool.room;
}

static struct occurrence_stream *inverter_stream(const struct inverter *inverter, uint32_t number)
{
    return (struct occurrence_stream *)(void *)inverter->streams.bytes + number;
}

static bool inverter_analyze(struct inverter *inverter, enum field field, const char *surface, size_t length,
                             int32_t *term_number)
{
    uint8_t term[1 + TERM_MAX];
    bool failed = false, is_new;
    uint32_t number;
    size_t term_length = analyzer_term(inverter->analyzer, surface, length, (char *)term + 1, &failed);
    if (failed) return false;
    *term_number = NO_TERM;
    if (term_length == 0) return true;
    term[0] = (uint8_t)field;
    if (!string_table_number(&inverter->terms, term, (uint32_t)term_length + 1, &number, &is_new)) return false;
    if (is_new) {
        uint8_t *stream = buffer_extend(&inverter->streams, sizeof(struct occurrence_stream));
        if (!stream) return false;
        memset(stream, 0, sizeof(struct occurrence_stream));
    }
    *term_number = (int32_t)number;
    return true;
}

/* The term of a token of the text, from the table where it has been seen before. */
static bool inverter_text_term(struct inverter *inverter, const char *surface, size_t length, uint64_t hash, int32_t *term_number)
{
    if (length >= SURFACE_MAX) return inverter_analyze(inverter, FIELD_TEXT, surface, length, term_number);
    uint32_t number;
    bool is_new;
    if (!string_table_number_hashed(&inverter->surfaces, surface, (uint32_t)length, hash, &number, &is_new)) return false;
    if (is_new) {
        if (!inverter_analyze(inverter, FIELD_TEXT, surface, length, term_number)) return false;
        buffer_append_u32(&inverter->surface_terms, (uint32_t)*term_number);
        return !inverter->surface_terms.failed;
    }
    *term_number = (int32_t)load_u32(inverter->surface_terms.bytes + 4 * (size_t)number);
    return true;
}

/* The terms of a batch of tokens. Look-ups of the text wait for memory, so that of a whole batch is asked for before any is used.
 */
static bool inverter_terms(struct inverter *inverter, enum field field, bf_text text, const struct token *tokens, size_t count,
                           int32_t *terms)
{
    uint64_t hashes[TOKEN_BATCH];
    if (field != FIELD_TEXT) {
        for (size_t i = 0; i < count; i++)
            if (!inverter_analyze(inverter, field, text.bytes + tokens[i].start, tokens[i].length, &terms[i])) return false;
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        hashes[i] = string_table_hash(text.bytes + tokens[i].start, tokens[i].length);
        string_table_prefetch_slot(&inverter->surfaces, hashes[i]);
    }
    for (size_t i = 0; i < count; i++) string_table_prefetch_entry(&inverter->surfaces, hashes[i]);
    for (size_t i = 0; i < count; i++) {
        if (!inverter_text_term(inverter, text.bytes + tokens[i].start, tokens[i].length, hashes[i], &terms[i])) return false;
        if (terms[i] != NO_TERM) __builtin_prefetch(inverter_stream(inverter, (uint32_t)terms[i]), 1);
    }
    return true;
}

/* Adds the words of one text, numbering them from *position; *position is then the number of the word after. */
static bool inverter_text(struct inverter *inverter, enum field field, bf_text text, uint32_t *position)
{
    struct tokenizer tokenizer;
    struct token tokens[TOKEN_BATCH];
    int32_t terms[TOKEN_BATCH];
    if (!text.length) return true;
    tokenizer_start(&tokenizer, inverter->analyzer, text.bytes, text.length, 0);
    for (size_t count; (count = tokenizer_next(&tokenizer, tokens, TOKEN_BATCH)) > 0;) {
        if (!inverter_terms(inverter, field, text, tokens, count, terms)) return false;
        for (size_t i = 0; i < count; i++) {
            if (terms[i] == NO_TERM) continue;
            if (*position > POSITION_MAX) return false;
            if (!occurrence_stream_add(inverter_stream(inverter, (uint32_t)terms[i]), &inverter->pool, inverter->document_count,
                                       (*position)++))
                return false;
        }
    }
    return true;
}

bf_status inverter_add(struct inverter *inverter, const bf_article *article, uint32_t *length, uint32_t *title_length,
                       bf_error *error)
{
    uint32_t position = 0;
    bool good = inverter_text(inverter, FIELD_TEXT, article->title, &position);
    *title_length = position;
    if (position) position += FIELD_GAP;
    uint32_t body_start = position;
    good = good && inverter_text(inverter, FIELD_TEXT, article->body, &position);
    *length = *title_length + (position - body_start);
    for (enum field field = FIELD_TEXT + 1; good && field <= FIELD_LAST; field++) {
        position = 0;
        if (field != FIELD_KEYWORDS) good = inverter_text(inverter, field, field_member(article, field), &position);
        for (size_t i = 0; good && field == FIELD_KEYWORDS && i < article->keyword_count; i++) {
            good = inverter_text(inverter, field, article->keywords[i], &position);
            position += FIELD_GAP; /* no phrase crosses from one keyword to the next */
        }
    }
    inverter->document_count++;
    return good ? BF_OK : fail_memory(error);
}

/* ---- Reading back ---- */

static int compare_terms(const void *a, const void *b, void *context)
{
    const struct inverter *inverter = context;
    uint32_t x_length, y_length;
    const uint8_t *x = string_table_get(&inverter->terms, *(const uint32_t *)a, &x_length);
    const uint8_t *y = string_table_get(&inverter->terms, *(const uint32_t *)b, &y_length);
    int order = memcmp(x, y, x_length < y_length ? x_length : y_length);
    return order ? order : (x_length > y_length) - (x_length < y_length);
}

bf_status inverter_each_term(struct inverter *inverter,
                             bf_status (*callback)(void *context, const uint8_t *term, uint32_t term_length,
                                                   const struct term_postings *postings, bf_error *error),
                             void *context, bf_error *error)
{
    bf_status status = BF_OK;
    uint32_t count = inverter->terms.count;
    struct buffer docs = {0}, tfs = {0}, positions = {0};
    uint32_t *order = malloc((count ? count : 1) * sizeof *order);
    if (!order) return fail_memory(error);
    for (uint32_t i = 0; i < count; i++) order[i] = i;
    qsort_r(order, count, sizeof *order, compare_terms, inverter);
    for (uint32_t i = 0; status == BF_OK && i < count; i++) {
        const struct occurrence_stream *stream = inverter_stream(inverter, order[i]);
        buffer_clear(&docs);
        buffer_clear(&tfs);
        buffer_clear(&positions);
        struct term_postings postings = {.df = stream->df, .position_count = stream->cf};
        postings.docs = (uint32_t *)(void *)buffer_extend(&docs, stream->df * sizeof(uint32_t));
        postings.tfs = (uint32_t *)(void *)buffer_extend(&tfs, stream->df * sizeof(uint32_t));
        uint32_t *all = (uint32_t *)(void *)buffer_extend(&positions, stream->cf * sizeof(uint32_t));
        if (!postings.docs || !postings.tfs || !all) {
            status = fail_memory(error);
            break;
        }
        occurrence_stream_read(stream, &inverter->pool, postings.docs, postings.tfs, all);
        postings.positions = all;
        uint32_t term_length;
        const uint8_t *term = string_table_get(&inverter->terms, order[i], &term_length);
        status = callback(context, term, term_length, &postings, error);
    }
    free(order);
    buffer_free(&docs);
    buffer_free(&tfs);
    buffer_free(&positions);
    return status;
}

void inverter_clear(struct inverter *inverter)
{
    string_table_free(&inverter->surfaces);
    buffer_free(&inverter->surface_terms);
    string_table_free(&inverter->terms);
    buffer_free(&inverter->streams);
    buffer_free(&inverter->pool);
    inverter->document_count = 0;
}
