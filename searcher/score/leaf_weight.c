#include "leaf_weight.h"

#include "bitset.h"
#include "dictionary.h"
#include "status.h"
#include "term_source.h"

#include <stdlib.h>
#include <string.h>

static enum field dictionary_field(enum query_field field)
{
    switch (field) {
    case QUERY_TEXT:
    case QUERY_TITLE:
    case QUERY_BODY: return FIELD_TEXT;
    case QUERY_SECTION: return FIELD_SECTION;
    case QUERY_PLACE: return FIELD_PLACE;
    case QUERY_BYLINE: return FIELD_BYLINE;
    case QUERY_SOURCE: return FIELD_SOURCE;
    case QUERY_URL: return FIELD_URL;
    case QUERY_LANGUAGE: return FIELD_LANGUAGE;
    case QUERY_KEYWORDS: return FIELD_KEYWORDS;
    }
    return FIELD_TEXT;
}

/* The df of a word that stands for many terms is that of their union: found by walking it. So is that of a form in a list too
 * short to say it. */
static bf_status count_walk(struct snapshot *snapshot, uint32_t number, const struct term_weight *term, bool titles,
                            uint64_t *df, bf_error *error)
{
    struct segment *segment = snapshot->segments[number];
    struct arena arena = {0};
    struct term_source source;
    bf_status status = term_source_open(&source, term, segment, number, &arena, error);
    for (; status == BF_OK && source.doc != NO_DOCUMENT; term_source_next(&source)) {
        if (segment_is_deleted(segment, source.doc)) continue;
        *df += titles ? term_source_title_tf(&source) > 0 : !source.exact || term_source_tf(&source) > 0;
    }
    if (status == BF_OK) status = segment_outcome(segment, error);
    arena_free(&arena);
    return status;
}

/* The df of one form of a term. *is_term: it is the only one, so that it is that of the term. */
static bf_status count_form(struct snapshot *snapshot, uint32_t segment_number, const struct term_weight *term, bool titles,
                            bool *is_term, uint64_t *df, bf_error *error)
{
    struct segment *segment = snapshot->segments[segment_number];
    const struct term_entry *entry = &term->entries[segment_number];
    struct form_counts all, gone;
    uint32_t number, count = 0;
    *is_term = false;
    struct posting_cursor *cursor = malloc(sizeof *cursor);
    if (!cursor) return fail_memory(error);
    bf_status status = posting_cursor_open(cursor, segment, entry, error);
    if (status == BF_OK) status = posting_cursor_form_count(cursor, &count, error);
    if (status == BF_OK)
        status = posting_cursor_find_form(cursor, term->term + 1, term->term_length - 1, (const uint8_t *)term->form,
                                          term->form_length, &number, &all, error);
    free(cursor);
    if (status == BF_NOT_FOUND) return BF_OK;
    *is_term = count == 1;
    if (status != BF_OK || *is_term) return status;
    if (entry->df < FORMS_COUNTED_DF) return count_walk(snapshot, segment_number, term, titles, df, error);
    status = snapshot_adjust_form(snapshot, segment, term->term, term->term_length, (const uint8_t *)term->form,
                                  term->form_length, &gone, error);
    if (status != BF_OK) return status;
    if (gone.df > all.df || gone.title_df > all.title_df)
        return segment_corrupt(segment, "terms", "deletions can't take more from a form than it has", error);
    *df += titles ? all.title_df - gone.title_df : all.df - gone.df;
    return BF_OK;
}

static bf_status count_term(struct snapshot *snapshot, uint32_t number, const struct term_weight *term, bool titles,
                            uint64_t *df, bf_error *error)
{
    struct segment *segment = snapshot->segments[number];
    const struct term_entry *entry = &term->entries[number];
    struct term_adjustment taken;
    bf_status status = BF_OK;
    bool is_term = true;
    if (!entry->df) return BF_OK;
    if (term->form) status = count_form(snapshot, number, term, titles, &is_term, df, error);
    if (status == BF_OK && !is_term) return BF_OK;
    if (status == BF_OK) status = snapshot_adjust(snapshot, segment, term->term, term->term_length, &taken, error);
    if (status != BF_OK) return status;
    uint32_t all = entry->df, gone = taken.df;
    if (titles) {
        struct posting_cursor *cursor = malloc(sizeof *cursor);
        if (!cursor) return fail_memory(error);
        status = posting_cursor_open(cursor, segment, entry, error);
        all = status == BF_OK ? posting_cursor_title_df(cursor) : 0;
        gone = taken.title_df;
        free(cursor);
        if (status != BF_OK) return status;
    }
    if (gone > all) return segment_corrupt(segment, "terms", "deletions can't take more from a term than it has", error);
    *df += all - gone;
    return BF_OK;
}

static bf_status term_weight_make(const struct query_node *node, const struct query_term *term, struct snapshot *snapshot,
                                  struct arena *arena, struct term_weight *weight, bf_error *error)
{
    weight->term_length = term->term_length + 1;
    weight->prefix = term->prefix;
    weight->form = term->form;
    weight->form_length = term->form_length;
    weight->df = 0;
    weight->term = arena_take(arena, weight->term_length);
    weight->entries = term->prefix ? NULL : arena_take(arena, snapshot->segment_count * sizeof *weight->entries);
    if (!weight->term || (!weight->entries && !term->prefix)) return fail_memory(error);
    weight->term[0] = (uint8_t)dictionary_field(node->field);
    memcpy(weight->term + 1, term->term, term->term_length);
    if (!term->prefix) {
        bf_status status = dictionary_find_all(snapshot->segments, snapshot->segment_count, weight->term, weight->term_length,
                                               weight->entries, error);
        if (status != BF_OK) return status;
    }
    for (uint32_t i = 0; i < snapshot->segment_count; i++) {
        bf_status status =
            term->prefix ? count_walk(snapshot, i, weight, node->field == QUERY_TITLE, &weight->df, error)
                         : count_term(snapshot, i, weight, node->field == QUERY_TITLE, &weight->df, error);
        if (status != BF_OK) return status;
    }
    weight->idf = bm25_idf(snapshot->article_count, weight->df);
    return BF_OK;
}

static uint32_t count_leaves(const struct query_node *node)
{
    uint32_t count = node->kind == QUERY_TERM || node->kind == QUERY_PHRASE;
    for (uint32_t i = 0; i < node->child_count; i++) count += count_leaves(node->children[i]);
    return count;
}

static bf_status leaf_weights_fill(struct query_node *node, struct snapshot *snapshot, struct arena *arena,
                                   struct leaf_weight *leaves, uint32_t *count, bf_error *error)
{
    bf_status status = BF_OK;
    for (uint32_t i = 0; status == BF_OK && i < node->child_count; i++)
        status = leaf_weights_fill(node->children[i], snapshot, arena, leaves, count, error);
    if (status != BF_OK || (node->kind != QUERY_TERM && node->kind != QUERY_PHRASE)) return status;
    struct leaf_weight *leaf = &leaves[*count];
    node->leaf = (*count)++;
    *leaf = (struct leaf_weight){
        .node = node, .term_count = node->term_count, .counts_length = node->field == QUERY_TEXT || node->field == QUERY_BODY};
    leaf->terms = arena_take_zeroed(arena, node->term_count * sizeof *leaf->terms);
    if (!leaf->terms) return fail_memory(error);
    for (uint32_t i = 0; i < node->term_count; i++) {
        status = term_weight_make(node, &node->terms[i], snapshot, arena, &leaf->terms[i], error);
        if (status != BF_OK) return status;
        leaf->idf += leaf->terms[i].idf;
    }
    leaf->weight = node->boost * leaf->idf;
    return BF_OK;
}

bf_status leaf_weights_make(const struct query *query, struct snapshot *snapshot, struct arena *arena,
                            struct leaf_weight **leaves, uint32_t *leaf_count, bf_error *error)
{
    *leaf_count = 0;
    *leaves = arena_take(arena, count_leaves(query->root) * sizeof **leaves);
    if (!*leaves) return fail_memory(error);
    return leaf_weights_fill(query->root, snapshot, arena, *leaves, leaf_count, error);
}
