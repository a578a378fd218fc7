#include "inverter.h"

#include "bytes.h"
#include "inverted_forms.h"
#include "occurrence_stream.h"
#include "status.h"
#include "string_table.h"

#include <stdlib.h>
#include <string.h>

enum {
    NO_TERM = -1,                  /* of a surface form with nothing to index */
    TOKEN_BATCH = 64,
    TERMS_AHEAD = 8,
    SURFACE_MAX = 1 << 16,         /* longer forms are analyzed each time and not kept */
    POSITION_MAX = (1 << 28) - 1,  /* more words than BF_ARTICLE_MAX has bytes can't be */
};

/* What a token is indexed as. */
struct indexed {
    int32_t term;                  /* its number, or NO_TERM */
    uint32_t form;                 /* which form of the term it is: 0, the term itself, or the number in `forms` */
};

struct inverter {
    struct analyzer *analyzer;
    struct string_table surfaces;  /* the text's surface forms; what each is (struct indexed) is the entry's value */
    struct string_table terms;     /* field byte and term */
    struct buffer streams;         /* STRING_LEAD bytes, then struct occurrence_stream by term number */
    struct buffer pool;            /* their bytes */
    struct inverted_forms forms;   /* of the text's terms */
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
    string_table_free(&inverter->terms);
    buffer_free(&inverter->streams);
    buffer_free(&inverter->pool);
    inverted_forms_free(&inverter->forms);
    free(inverter);
}

uint32_t inverter_document_count(const struct inverter *inverter)
{
    return inverter->document_count;
}

size_t inverter_memory(const struct inverter *inverter)
{
    return string_table_memory(&inverter->surfaces) + string_table_memory(&inverter->terms) + inverter->streams.room +
           inverter->pool.room + inverted_forms_memory(&inverter->forms);
}

static struct occurrence_stream *inverter_stream(const struct inverter *inverter, uint32_t number)
{
    return (struct occurrence_stream *)(void *)(inverter->streams.bytes + STRING_LEAD) + number;
}

static bool inverter_analyze(struct inverter *inverter, enum field field, const char *surface, size_t length,
                             struct indexed *indexed)
{
    uint8_t term[1 + TERM_MAX], form[TERM_MAX];
    bool failed = false, is_new, has_form = field == FIELD_TEXT && analyzer_has_forms(inverter->analyzer);
    uint32_t number;
    size_t form_length = 0, term_length;
    char *after_field = (char *)term + 1;
    if (has_form)
        term_length =
            analyzer_term_and_form(inverter->analyzer, surface, length, after_field, (char *)form, &form_length, &failed);
    else term_length = analyzer_term(inverter->analyzer, surface, length, after_field, &failed);
    if (failed) return false;
    *indexed = (struct indexed){.term = NO_TERM};
    if (term_length == 0) return true;
    term[0] = (uint8_t)field;
    if (!string_table_number(&inverter->terms, term, (uint32_t)term_length + 1, &number, &is_new)) return false;
    if (is_new) {
        buffer_append_zeros(&inverter->streams, sizeof(struct occurrence_stream) + (number ? 0 : STRING_LEAD));
        if (inverter->streams.failed) return false;
    }
    indexed->term = (int32_t)number;
    if (!has_form || (form_length == term_length && memcmp(form, term + 1, form_length) == 0)) return true;
    return inverted_forms_number(&inverter->forms, number, form, (uint32_t)form_length, &indexed->form);
}

/* A surface form as the table is asked for it. */
struct surface {
    const char *bytes;
    size_t length;
    uint64_t hash;
    struct short_bytes word; /* if it is so short */
};

static inline struct surface inverter_surface(bf_text text, const struct token *token)
{
    struct surface surface = {.bytes = text.bytes + token->start, .length = token->length};
    if (surface.length > SHORT_MOST) {
        surface.hash = string_table_hash(surface.bytes, (uint32_t)surface.length);
        return surface;
    }
    surface.word = short_bytes_of((const uint8_t *)surface.bytes, surface.length, text.length - token->start);
    surface.hash = short_bytes_hash(surface.word, surface.length);
    return surface;
}

/* What a surface form is that hasn't been seen before, or is too long to be looked up in haste. */
static bool inverter_surface_slowly(struct inverter *inverter, const struct surface *surface, struct indexed *indexed)
{
    const size_t length = surface->length;
    if (length >= SURFACE_MAX) return inverter_analyze(inverter, FIELD_TEXT, surface->bytes, length, indexed);
    uint32_t number;
    bool is_new;
    if (!string_table_number_hashed(&inverter->surfaces, surface->bytes, (uint32_t)length, surface->hash, &number, &is_new))
        return false;
    uint32_t *value = string_table_entry(&inverter->surfaces, number)->value;
    if (is_new) {
        if (!inverter_analyze(inverter, FIELD_TEXT, surface->bytes, length, indexed)) return false;
        memcpy(value, indexed, sizeof *indexed);
    }
    memcpy(indexed, value, sizeof *indexed);
    return true;
}

/* Tokens of a text and what is known of them. */
struct token_batch {
    size_t count;
    struct token tokens[TOKEN_BATCH];
    struct surface surfaces[TOKEN_BATCH];
    struct indexed indexed[TOKEN_BATCH];
};

/* ---- The steps of a batch of the text: each asks for the memory that the one after it wants ---- */

static bool batch_take(const struct inverter *inverter, bf_text text, struct tokenizer *tokenizer, struct token_batch *batch)
{
    batch->count = tokenizer_next(tokenizer, batch->tokens, TOKEN_BATCH);
    for (size_t i = 0; i < batch->count; i++) {
        batch->surfaces[i] = inverter_surface(text, &batch->tokens[i]);
        string_table_prefetch_slot(&inverter->surfaces, batch->surfaces[i].hash);
    }
    return batch->count > 0;
}

static void batch_ask_entries(const struct inverter *inverter, const struct token_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) string_table_prefetch_entry(&inverter->surfaces, batch->surfaces[i].hash);
}

static bool batch_find(struct inverter *inverter, struct token_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct surface *surface = &batch->surfaces[i];
        uint32_t number = UINT32_MAX;
        if (surface->length <= SHORT_MOST)
            number = string_table_find_short(&inverter->surfaces, surface->word, (uint32_t)surface->length, surface->hash);
        if (number != UINT32_MAX)
            memcpy(&batch->indexed[i], string_table_entry(&inverter->surfaces, number)->value, sizeof *batch->indexed);
        else if (!inverter_surface_slowly(inverter, surface, &batch->indexed[i]))
            return false;
        if (batch->indexed[i].term != NO_TERM) __builtin_prefetch(inverter_stream(inverter, (uint32_t)batch->indexed[i].term), 1);
    }
    return true;
}

static void batch_ask_pool(const struct inverter *inverter, const struct token_batch *batch)
{
    const uintptr_t pool = (uintptr_t)inverter->pool.bytes; /* 0 before the first word */
    for (size_t i = 0; i < batch->count; i++)
        if (batch->indexed[i].term != NO_TERM)
            __builtin_prefetch((const void *)(pool + inverter_stream(inverter, (uint32_t)batch->indexed[i].term)->at), 1);
}

static bool batch_add(struct inverter *inverter, const struct token_batch *batch, uint32_t *position)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct indexed *indexed = &batch->indexed[i];
        if (indexed->term == NO_TERM) continue;
        if (*position > POSITION_MAX) return false;
        if (!occurrence_stream_add(inverter_stream(inverter, (uint32_t)indexed->term), &inverter->pool, inverter->document_count,
                                   (*position)++, indexed->form))
            return false;
    }
    return true;
}

/* Adds the words of a title or a body, numbering them from *position; *position is then the number of the word after. */
static bool inverter_text(struct inverter *inverter, bf_text text, uint32_t *position)
{
    struct tokenizer tokenizer;
    struct token_batch batch;
    if (!text.length) return true;
    tokenizer_start(&tokenizer, inverter->analyzer, text.bytes, text.length, 0);
    while (batch_take(inverter, text, &tokenizer, &batch)) {
        batch_ask_entries(inverter, &batch);
        if (!batch_find(inverter, &batch)) return false;
        batch_ask_pool(inverter, &batch);
        if (!batch_add(inverter, &batch, position)) return false;
    }
    return true;
}

/* The same of another field, whose texts are short. */
static bool inverter_field(struct inverter *inverter, enum field field, bf_text text, uint32_t *position)
{
    struct tokenizer tokenizer;
    struct token_batch batch;
    if (!text.length) return true;
    tokenizer_start(&tokenizer, inverter->analyzer, text.bytes, text.length, 0);
    while ((batch.count = tokenizer_next(&tokenizer, batch.tokens, TOKEN_BATCH)) > 0) {
        for (size_t i = 0; i < batch.count; i++)
            if (!inverter_analyze(inverter, field, text.bytes + batch.tokens[i].start, batch.tokens[i].length, &batch.indexed[i]))
                return false;
        if (!batch_add(inverter, &batch, position)) return false;
    }
    return true;
}

bf_status inverter_add(struct inverter *inverter, const bf_article *article, uint32_t *length, uint32_t *title_length,
                       bf_error *error)
{
    uint32_t position = 0;
    bool good = inverter_text(inverter, article->title, &position);
    *title_length = position;
    if (position) position += FIELD_GAP;
    uint32_t body_start = position;
    good = good && inverter_text(inverter, article->body, &position);
    *length = *title_length + (position - body_start);
    for (enum field field = FIELD_TEXT + 1; good && field <= FIELD_LAST; field++) {
        position = 0;
        if (field != FIELD_KEYWORDS) good = inverter_field(inverter, field, field_member(article, field), &position);
        for (size_t i = 0; good && field == FIELD_KEYWORDS && i < article->keyword_count; i++) {
            good = inverter_field(inverter, field, article->keywords[i], &position);
            position += FIELD_GAP; /* no phrase crosses from one keyword to the next */
        }
    }
    inverter->document_count++;
    return good ? BF_OK : fail_memory(error);
}

/* ---- Reading back ---- */

/* A term with its first bytes, by which most comparisons are decided without a look into memory far away. */
struct ordered_term {
    uint64_t first; /* eight bytes, big-endian, zeros where the term is shorter */
    uint32_t number;
};

static int compare_terms(const void *a, const void *b, void *context)
{
    const struct ordered_term *p = a, *q = b;
    if (p->first != q->first) return p->first < q->first ? -1 : 1;
    const struct inverter *inverter = context;
    uint32_t x_length, y_length;
    const uint8_t *x = string_table_get(&inverter->terms, p->number, &x_length);
    const uint8_t *y = string_table_get(&inverter->terms, q->number, &y_length);
    int order = memcmp(x, y, x_length < y_length ? x_length : y_length);
    return order ? order : (x_length > y_length) - (x_length < y_length);
}

/* All terms in the order of their bytes; NULL: memory refused. */
static struct ordered_term *inverter_order(struct inverter *inverter)
{
    uint32_t count = inverter->terms.count;
    struct ordered_term *order = malloc((count ? count : 1) * sizeof *order);
    if (!order) return NULL;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t first[8] = {0};
        uint32_t length;
        const uint8_t *term = string_table_get(&inverter->terms, i, &length);
        memcpy(first, term, length < sizeof first ? length : sizeof first);
        order[i] = (struct ordered_term){load_u64_be(first), i};
    }
    qsort_r(order, count, sizeof *order, compare_terms, inverter);
    return order;
}

/* What the postings of a term are decoded into. */
struct inverted {
    struct buffer docs, tfs, positions, forms; /* u32 each */
};

static bool inverted_read(struct inverted *inverted, const struct inverter *inverter, uint32_t number,
                          struct term_postings *postings)
{
    const struct occurrence_stream *stream = inverter_stream(inverter, number);
    buffer_clear(&inverted->docs);
    buffer_clear(&inverted->tfs);
    buffer_clear(&inverted->positions);
    buffer_clear(&inverted->forms);
    *postings = (struct term_postings){.df = stream->df, .position_count = stream->cf};
    postings->docs = (uint32_t *)(void *)buffer_extend(&inverted->docs, stream->df * sizeof(uint32_t));
    postings->tfs = (uint32_t *)(void *)buffer_extend(&inverted->tfs, stream->df * sizeof(uint32_t));
    uint32_t *positions = (uint32_t *)(void *)buffer_extend(&inverted->positions, stream->cf * sizeof(uint32_t));
    uint32_t *forms = (uint32_t *)(void *)buffer_extend(&inverted->forms, stream->cf * sizeof(uint32_t));
    if (!postings->docs || !postings->tfs || !positions || !forms) return false;
    occurrence_stream_read(stream, &inverter->pool, postings->docs, postings->tfs, positions, forms);
    postings->positions = positions;
    postings->forms = forms;
    return true;
}

static void inverted_free(struct inverted *inverted)
{
    buffer_free(&inverted->docs);
    buffer_free(&inverted->tfs);
    buffer_free(&inverted->positions);
    buffer_free(&inverted->forms);
}

/* Asks for what the next terms want: they are rare for the most part, and each is in another place. */
static void inverter_ask_ahead(const struct inverter *inverter, const struct ordered_term *order, uint32_t count, uint32_t i)
{
    if (count - i > 2 * TERMS_AHEAD) {
        uint32_t number = order[i + 2 * TERMS_AHEAD].number;
        __builtin_prefetch(string_table_entry(&inverter->terms, number));
        __builtin_prefetch(inverter_stream(inverter, number));
        inverted_forms_ask(&inverter->forms, number);
    }
    if (count - i > TERMS_AHEAD)
        __builtin_prefetch(inverter->pool.bytes + inverter_stream(inverter, order[i + TERMS_AHEAD].number)->first);
}

bf_status inverter_each_term(struct inverter *inverter,
                             bf_status (*callback)(void *context, const uint8_t *term, uint32_t term_length,
                                                   const struct term_postings *postings, bf_error *error),
                             void *context, bf_error *error)
{
    bf_status status = BF_OK;
    uint32_t count = inverter->terms.count;
    struct inverted inverted = {0};
    /* What is only for adding makes room for what reading takes. */
    string_table_free(&inverter->surfaces);
    struct ordered_term *order = inverter_order(inverter);
    if (!order || !inverted_forms_gather(&inverter->forms)) status = fail_memory(error);
    for (uint32_t i = 0; status == BF_OK && i < count; i++) {
        struct term_postings postings;
        uint32_t term_length;
        inverter_ask_ahead(inverter, order, count, i);
        const uint8_t *term = string_table_get(&inverter->terms, order[i].number, &term_length);
        struct form itself = {.bytes = term + 1, .length = term_length - 1};
        if (!inverted_read(&inverted, inverter, order[i].number, &postings) ||
            !inverted_forms_of(&inverter->forms, order[i].number, itself, &postings.form_names, &postings.form_count)) {
            status = fail_memory(error);
            break;
        }
        if (postings.form_count == 1) postings.forms = NULL;
        status = callback(context, term, term_length, &postings, error);
    }
    free(order);
    inverted_free(&inverted);
    return status;
}

void inverter_clear(struct inverter *inverter)
{
    string_table_free(&inverter->surfaces);
    string_table_free(&inverter->terms);
    buffer_free(&inverter->streams);
    buffer_free(&inverter->pool);
    inverted_forms_free(&inverter->forms);
    inverter->document_count = 0;
}
