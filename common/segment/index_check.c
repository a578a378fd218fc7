/*
 * Reads every byte of an index, verifies every checksum, decodes every record and recounts what is counted somewhere. Each
 * thing wrong is one line that names file, record and rule; the check goes on with the next part.
 */
#include "bm25.h"
#include "bytes.h"
#include "form_check.h"
#include "hash.h"
#include "posting_cursor.h"
#include "snapshot.h"
#include "status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct index_check {
    void (*finding)(void *context, const char *line);
    void *context;
    uint64_t findings;
    bf_error stopped;               /* what kept it from checking, if anything did */
    struct snapshot *snapshot;
    struct segment *segment;
    struct bm25 bm25;               /* as the segment's impacts were computed */
    struct posting_cursor *cursor;
    struct form_check forms;
    struct buffer positions;
    uint64_t terms, postings, position_count;
    uint64_t *words;                /* of each document of the segment, from its positions */
    bool is_text;
};

static void check_report(struct index_check *check, const char *line)
{
    if (check->stopped.status != BF_OK) return; /* what could not be read makes every count wrong */
    check->findings++;
    if (check->finding) check->finding(check->context, line);
}

/* Damage is reported; anything else, such as memory refused, says nothing of the index and ends the check. */
static void check_error(struct index_check *check, const bf_error *error)
{
    if (error->status == BF_CORRUPT) check_report(check, error->message);
    else if (check->stopped.status == BF_OK) check->stopped = *error;
}

static void check_rule(struct index_check *check, const char *record, const char *rule)
{
    bf_error error = {0};
    segment_corrupt(check->segment, record, rule, &error);
    check_error(check, &error);
}

static void check_section(struct index_check *check, struct section *section)
{
    bf_error error = {0};
    uint64_t total;
    if (section_check(section, &total, &error) != BF_OK) check_error(check, &error);
}

static float check_impact(void *context, uint32_t doc, uint32_t tf, uint32_t title_tf)
{
    struct index_check *check = context;
    float norm = check->is_text ? check->bm25.norm[segment_length_byte(check->segment, doc)] : check->bm25.k1;
    return bm25_impact(bm25_tf(&check->bm25, tf, title_tf), norm);
}

/* Every group of positions takes as many bits as its postings say. */
static bf_status check_groups(struct index_check *check, struct posting_cursor *cursor, bf_error *error)
{
    struct position_walk walk;
    if (!cursor->has_positions) return segment_corrupt(check->segment, "postings", "the list has no positions", error);
    if (!position_walk_open(&walk, check->segment, &cursor->view, &cursor->list)) return segment_outcome(check->segment, error);
    const char *rule = position_walk_check(&walk);
    return rule ? segment_corrupt(check->segment, "positions", rule, error) : segment_outcome(check->segment, error);
}

/* One list: its own consistency, then every posting with its positions against the dictionary and what deletions took. */
static bf_status check_term(struct index_check *check, const struct term_block_reader *block, bf_error *error)
{
    struct posting_cursor *cursor = check->cursor;
    struct segment *segment = check->segment;
    bf_status status = posting_cursor_open(cursor, segment, &block->entry, error);
    if (status != BF_OK) return status;
    check->is_text = block->term[0] == FIELD_TEXT;
    if (block->term[0] < FIELD_TEXT || block->term[0] > FIELD_LAST)
        check_rule(check, "terms", "a term must begin with a field's byte");
    if (cursor->shape != CURSOR_INLINE) {
        const char *rule = posting_list_check(&cursor->list, check_impact, check);
        if (rule) check_rule(check, "postings", rule);
        status = check_groups(check, cursor, error);
        if (status != BF_OK) return status;
    }
    status = form_check_begin(&check->forms, cursor, block->term, block->term_length, error);
    if (status != BF_OK) return status;
    struct term_adjustment taken, counted = {0};
    uint64_t df = 0, cf = 0;
    uint32_t before = NO_DOCUMENT;
    for (; cursor->doc != NO_DOCUMENT; posting_cursor_next(cursor)) {
        uint32_t tf = posting_cursor_tf(cursor), title_tf = 0, title_length = segment_title_length(segment, cursor->doc);
        buffer_clear(&check->positions);
        status = posting_cursor_positions(cursor, &check->positions, error);
        if (status != BF_OK) return status;
        for (uint32_t i = 0; i < tf; i++) {
            uint32_t position = load_u32(check->positions.bytes + 4 * (size_t)i);
            if (i > 0 && position <= load_u32(check->positions.bytes + 4 * (size_t)(i - 1)))
                return segment_corrupt(segment, "positions", "positions must ascend", error);
            title_tf += check->is_text && position < title_length;
            if (check->is_text && position >= title_length && title_length && position < title_length + FIELD_GAP)
                return segment_corrupt(segment, "positions", "no word stands between title and body", error);
        }
        if (segment->failure.status != BF_OK) break; /* of what was read, not of what is stored */
        if (check->is_text && title_tf != posting_cursor_title_tf(cursor))
            return segment_corrupt(segment, "postings", "the title part must count the positions within the title", error);
        status = form_check_posting(&check->forms, cursor, &check->positions, check->is_text ? title_length : 0,
                                    segment_is_deleted(segment, cursor->doc), error);
        if (status != BF_OK) return status;
        if (before != NO_DOCUMENT && cursor->doc <= before)
            return segment_corrupt(segment, "postings", "documents must ascend", error);
        before = cursor->doc;
        df++;
        cf += tf;
        if (check->is_text) check->words[cursor->doc] += tf;
        if (segment_is_deleted(segment, cursor->doc)) {
            counted.df++;
            counted.cf += tf;
            counted.title_df += title_tf > 0;
        }
    }
    if (segment->failure.status != BF_OK) {
        if (error) *error = segment->failure;
        return segment->failure.status;
    }
    if (df != block->entry.df || cf != block->entry.cf)
        return segment_corrupt(segment, "terms", "df and cf must be what the list holds", error);
    status = snapshot_adjust(check->snapshot, segment, block->term, block->term_length, &taken, error);
    if (status != BF_OK) return status;
    if (taken.df != counted.df || taken.cf != counted.cf || taken.title_df != counted.title_df)
        return segment_corrupt(segment, "terms", "what deletions took from a term must be what the deleted articles held", error);
    status = form_check_end(&check->forms, check->snapshot, segment, block->term, block->term_length, error);
    if (status != BF_OK) return status;
    check->terms++;
    check->postings += check->is_text ? df : 0;
    check->position_count += check->is_text ? cf : 0;
    return BF_OK;
}

static void check_terms(struct index_check *check)
{
    bf_error error = {0};
    struct dictionary_walk walk;
    uint8_t last[DICTIONARY_TERM_MAX];
    uint32_t last_length = 0;
    bf_status status = dictionary_walk_begin(&walk, check->segment, NULL, 0, &error);
    while (status == BF_OK && !walk.ended) {
        const struct term_block_reader *block = &walk.block;
        int order = last_length ? memcmp(last, block->term, last_length < block->term_length ? last_length : block->term_length)
            : -1;
        if (order > 0 || (order == 0 && last_length >= block->term_length)) check_rule(check, "terms", "terms must ascend");
        memcpy(last, block->term, block->term_length);
        last_length = block->term_length;
        if (check_term(check, block, &error) != BF_OK) {
            check_error(check, &error);
            check->segment->failure = (bf_error){0};
        }
        status = dictionary_walk_next(&walk, &error);
    }
    if (status != BF_OK) check_error(check, &error);
    const struct segment_meta *meta = &check->segment->meta;
    if (check->terms != meta->term_count || check->postings != meta->posting_count ||
        check->position_count != meta->position_count)
        check_rule(check, "meta", "terms, postings and positions must be as many as it says");
}

static void check_documents(struct index_check *check)
{
    struct segment *segment = check->segment;
    struct arena arena = {0};
    uint64_t words = 0, deleted_words = 0;
    uint32_t order_before = 0;
    for (uint32_t doc = 0; doc < segment->meta.doc_count; doc++) {
        bf_error error = {0};
        bf_article article;
        char id[512];
        size_t length;
        int64_t date;
        arena_clear(&arena);
        bf_status status = segment_article(segment, doc, &arena, &article, &error);
        if (status == BF_OK) status = segment_id(segment, doc, id, &length, &error);
        if (status == BF_OK) status = segment_date(segment, doc, &date, &error);
        if (status == BF_OK && (article.id.length != length || memcmp(article.id.bytes, id, length) != 0))
            status = segment_corrupt(segment, "ids", "an id must be that of the stored article", &error);
        if (status == BF_OK && date != (article.date.precision ? article.date.seconds : INT64_MIN))
            status = segment_corrupt(segment, "dates", "a date must be that of the stored article", &error);
        uint32_t found = 0, hash = order_before;
        if (status == BF_OK && !segment_is_deleted(segment, doc)) {
            status = segment_find_id(segment, id, length, &found, &error);
            if (status == BF_NOT_FOUND || (status == BF_OK && found != doc))
                status = segment_corrupt(segment, "order of ids", "a live article must be found by its id", &error);
        }
        if (status == BF_OK) status = segment_id_entry(segment, doc, &hash, &found, &error);
        if (status != BF_OK) check_error(check, &error);
        words += check->words[doc];
        if (segment_is_deleted(segment, doc)) deleted_words += check->words[doc];
        if (hash < order_before) check_rule(check, "order of ids", "hashes must ascend");
        order_before = hash;
    }
    if (words != segment->meta.token_count) check_rule(check, "meta", "the words of all articles must be as many as it says");
    if (deleted_words != segment->listed.deleted_token_count)
        check_rule(check, "deletions", "the words of deleted articles must be as many as the manifest says");
    if (segment->failure.status != BF_OK) check_error(check, &segment->failure);
    arena_free(&arena);
}

static void check_arrival(struct index_check *check)
{
    uint32_t *arrived, same = 0, doc_count = check->segment->meta.doc_count;
    bf_error error = {0};
    if (segment_arrived(check->segment, &arrived, &error) != BF_OK) {
        check_error(check, &error);
        return;
    }
    while (arrived && same < doc_count && arrived[same] == same) same++;
    if (same == doc_count) check_rule(check, "arrival", "documents that are numbered as they arrived have no such column");
    free(arrived);
    struct arrival_run *runs;
    uint32_t run_count;
    if (segment_arrival_runs(check->segment, &runs, &run_count, &error) == BF_OK) free(runs);
    else check_error(check, &error);
}

/* No two articles of the whole index arrived at once: runs of different segments don't overlap. */
static void check_order(struct index_check *check)
{
    const struct snapshot_order *order = &check->snapshot->order;
    for (uint32_t i = 0; order->runs && i + 1 < order->run_count; i++) {
        check->segment = check->snapshot->segments[order->runs[i].segment];
        if (order->runs[i + 1].arrival < order->runs[i].arrival + (order->runs[i].end - order->runs[i].first))
            check_rule(check, "runs of arrival", "no two documents arrive at once");
    }
}

static bf_status check_segment(struct index_check *check, struct segment *segment, bf_error *error)
{
    check->segment = segment;
    check->terms = check->postings = check->position_count = 0;
    bm25_prepare(&check->bm25, segment->meta.k1, segment->meta.b, segment->meta.title_weight, segment->meta.average);
    check->words = calloc(segment->meta.doc_count, sizeof *check->words);
    if (!check->words) return fail_memory(error);
    uint64_t before = check->findings;
    bf_error damage = {0};
    if (segment_store_verify(segment->store, &damage) != BF_OK) check_error(check, &damage);
    check_section(check, &segment->postings);
    check_section(check, &segment->positions);
    check_section(check, &segment->documents);
    check_section(check, &segment->articles);
    /* Where bytes are damaged every count would be wrong in consequence; what is damaged has been named. */
    if (check->findings == before) {
        check_terms(check);
        check_documents(check);
        check_arrival(check);
    }
    free(check->words);
    check->words = NULL;
    return BF_OK;
}

/* No id is live twice. */
static void check_ids(struct index_check *check)
{
    for (uint32_t i = 0; i + 1 < check->snapshot->segment_count; i++) {
        struct segment *segment = check->snapshot->segments[i];
        check->segment = segment;
        for (uint32_t doc = 0; doc < segment->meta.doc_count; doc++) {
            char id[512];
            size_t length;
            uint32_t other;
            if (segment_is_deleted(segment, doc) || segment_id(segment, doc, id, &length, NULL) != BF_OK) continue;
            for (uint32_t j = i + 1; j < check->snapshot->segment_count; j++)
                if (segment_find_id(check->snapshot->segments[j], id, length, &other, NULL) == BF_OK)
                    check_rule(check, "ids", "an id is live in two segments");
        }
    }
}

bf_status bf_check(const char *path, void (*finding)(void *context, const char *line), void *context, bf_error *error)
{
    struct index_check check = {.finding = finding, .context = context};
    bf_error local = {0};
    if (!error) error = &local;
    bf_status status = snapshot_open(path, &check.snapshot, error);
    if (status == BF_CORRUPT) check_error(&check, error);
    if (status != BF_OK) return status;
    if (manifest_verify_all(check.snapshot->transaction, error) != BF_OK) check_error(&check, error);
    check.cursor = malloc(sizeof *check.cursor);
    if (!check.cursor) status = fail_memory(error);
    for (uint32_t i = 0; status == BF_OK && i < check.snapshot->segment_count; i++)
        status = check_segment(&check, check.snapshot->segments[i], error);
    if (status == BF_OK && !check.findings) check_order(&check);
    if (status == BF_OK && !check.findings) check_ids(&check);
    free(check.cursor);
    buffer_free(&check.positions);
    form_check_free(&check.forms);
    snapshot_close(check.snapshot);
    if (status == BF_OK && check.stopped.status != BF_OK) {
        *error = check.stopped;
        status = error->status;
    }
    if (status == BF_OK && check.findings)
        return fail(error, BF_CORRUPT, "%s: %llu thing%s wrong", path, (unsigned long long)check.findings, check.findings == 1
                    ? " is" : "s are");
    return status;
}
