#include "form_check.h"

#include "bytes.h"
#include "field.h"
#include "status.h"

#include <stdlib.h>
#include <string.h>

struct form_tally {
    size_t name;                /* where it begins in names */
    uint32_t length;
    uint32_t next_doc;          /* one more than the last document it was found in */
    uint64_t cf;
    struct form_counts said, found, deleted;
    bool taken;                 /* the manifest says what deletions took from it */
};

static struct form_tally *form_tally_at(const struct form_check *check, uint32_t number)
{
    return (struct form_tally *)(void *)check->tallies.bytes + number;
}

static int compare_tallies(const struct form_check *check, const struct form_tally *x, const struct form_tally *y)
{
    int order = memcmp(check->names.bytes + x->name, check->names.bytes + y->name, x->length < y->length ? x->length : y->length);
    return order ? order : (x->length > y->length) - (x->length < y->length);
}

static int compare_names(const void *a, const void *b, void *context)
{
    const struct form_check *check = context;
    return compare_tallies(check, form_tally_at(check, *(const uint32_t *)a), form_tally_at(check, *(const uint32_t *)b));
}

/* No form stands twice in the list. */
static bf_status check_names(struct form_check *check, struct posting_cursor *cursor, bf_error *error)
{
    bf_status status = BF_OK;
    uint32_t *order = malloc(check->count * sizeof *order);
    if (!order) return fail_memory(error);
    for (uint32_t i = 0; i < check->count; i++) order[i] = i;
    qsort_r(order, check->count, sizeof *order, compare_names, check);
    for (uint32_t i = 1; status == BF_OK && i < check->count; i++)
        if (compare_names(&order[i - 1], &order[i], check) == 0)
            status = segment_corrupt(cursor->segment, "postings", "a term has each of its forms once", error);
    free(order);
    return status;
}

bf_status form_check_begin(struct form_check *check, struct posting_cursor *cursor, const uint8_t *term, uint32_t term_length,
                           bf_error *error)
{
    const uint8_t *bytes;
    size_t length;
    struct form_reader reader;
    bool more = true;
    bf_status status = posting_cursor_form_list(cursor, &bytes, &length, error);
    if (status != BF_OK) return status;
    if (length > 0 && term[0] != FIELD_TEXT)
        return segment_corrupt(cursor->segment, "postings", "only words of the text have forms", error);
    buffer_clear(&check->tallies);
    buffer_clear(&check->names);
    const char *rule = form_reader_open(&reader, bytes, length, term + 1, term_length - 1, cursor->df >= FORMS_COUNTED_DF);
    while (!rule && !(rule = form_reader_next(&reader, &more)) && more) {
        struct form_tally tally = {.name = check->names.length, .length = reader.form_length, .said = reader.counts};
        buffer_append(&check->tallies, &tally, sizeof tally);
        buffer_append(&check->names, reader.form, reader.form_length);
    }
    if (!rule && reader.at != reader.end) rule = "a list of forms is longer than its forms";
    if (!rule && reader.count == 1 && length > 0 && reader.form_length == term_length - 1 &&
        memcmp(reader.form, term + 1, term_length - 1) == 0)
        rule = "a term that is its only form has no list of forms";
    if (rule) return segment_corrupt(cursor->segment, "postings", rule, error);
    if (check->tallies.failed || check->names.failed) return fail_memory(error);
    check->count = reader.count;
    check->counted = reader.counted;
    return check_names(check, cursor, error);
}

bf_status form_check_posting(struct form_check *check, struct posting_cursor *cursor, const struct buffer *positions,
                             uint32_t title_length, bool is_deleted, bf_error *error)
{
    buffer_clear(&check->numbers);
    uint32_t *numbers = (uint32_t *)(void *)buffer_extend(&check->numbers, positions->length);
    if (!numbers) return fail_memory(error);
    bf_status status = posting_cursor_forms(cursor, check->count, numbers, error);
    for (size_t at = 0; status == BF_OK && at < check->numbers.length; at += 4) {
        struct form_tally *tally = form_tally_at(check, load_u32(check->numbers.bytes + at));
        bool in_title = load_u32(positions->bytes + at) < title_length;
        tally->cf++;
        if (tally->next_doc == cursor->doc + 1) continue;
        tally->next_doc = cursor->doc + 1;
        tally->found.df++;
        tally->found.title_df += in_title;
        if (!is_deleted) continue;
        tally->deleted.df++;
        tally->deleted.title_df += in_title;
    }
    return status;
}

static bool counts_are(struct form_counts a, struct form_counts b) { return a.df == b.df && a.title_df == b.title_df; }

static const char *check_counts(const struct form_check *check)
{
    for (uint32_t i = 0; i < check->count; i++) {
        const struct form_tally *tally = form_tally_at(check, i);
        if (tally->cf == 0) return "each form must occur";
        if (i > 0 && (tally->cf > tally[-1].cf || (tally->cf == tally[-1].cf && compare_tallies(check, tally - 1, tally) > 0)))
            return "the most frequent form comes first, of equals the lesser";
        if (check->counted && !counts_are(tally->said, tally->found)) return "a form's counts must be what the list holds";
    }
    return NULL;
}

static struct form_tally *form_tally_find(const struct form_check *check, const uint8_t *form, uint32_t length)
{
    for (uint32_t i = 0; i < check->count; i++) {
        struct form_tally *tally = form_tally_at(check, i);
        if (tally->length == length && memcmp(check->names.bytes + tally->name, form, length) == 0) return tally;
    }
    return NULL;
}

bf_status form_check_end(struct form_check *check, struct snapshot *snapshot, struct segment *segment, const uint8_t *term,
                         uint32_t term_length, bf_error *error)
{
    struct adjusted_form_reader reader;
    bool more = true;
    const char *rule = check_counts(check);
    if (rule) return segment_corrupt(segment, "postings", rule, error);
    if (term[0] != FIELD_TEXT) return BF_OK;
    bf_status status = snapshot_adjusted_forms(snapshot, segment, term, term_length, &reader, error);
    if (status != BF_OK) return status;
    while (!rule && !(rule = adjusted_form_next(&reader, &more)) && more) {
        struct form_tally *tally = form_tally_find(check, reader.form, reader.form_length);
        if (!tally || tally->taken || !counts_are(tally->deleted, reader.taken))
            rule = "what deletions took from a form must be what the deleted articles held";
        else tally->taken = true;
    }
    for (uint32_t i = 0; !rule && i < check->count; i++)
        if (form_tally_at(check, i)->deleted.df && !form_tally_at(check, i)->taken)
            rule = "what deletions took from a form must be what the deleted articles held";
    return rule ? segment_corrupt(segment, "terms", rule, error) : BF_OK;
}

void form_check_free(struct form_check *check)
{
    buffer_free(&check->tallies);
    buffer_free(&check->names);
    buffer_free(&check->numbers);
}
