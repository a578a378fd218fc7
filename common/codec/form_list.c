/*
 * A form: high half of a byte: bytes at the term's end that it has not; low half: bytes that follow; 15 in a half: a byte with
 * what is to be added to 15 comes after, the former first; then the bytes that follow.
 *
 * A list: the first form; if there are more, varint: how many more; and then, where the list is counted, varint df and varint
 * title df of each form behind it. The counts of the first stand behind the number.
 */
#include "form_list.h"

#include "varint.h"

#include <string.h>

enum { HALF = 15 };

void form_append(const uint8_t *term, uint32_t term_length, const uint8_t *form, uint32_t form_length, struct buffer *out)
{
    uint32_t shared = 0;
    while (shared < term_length && shared < form_length && term[shared] == form[shared]) shared++;
    uint32_t left_out = term_length - shared, added = form_length - shared;
    buffer_append_u8(out, (uint8_t)((left_out < HALF ? left_out : HALF) << 4 | (added < HALF ? added : HALF)));
    if (left_out >= HALF) buffer_append_u8(out, (uint8_t)(left_out - HALF));
    if (added >= HALF) buffer_append_u8(out, (uint8_t)(added - HALF));
    buffer_append(out, form + shared, added);
}

static void append_counts(const struct form *form, bool counted, struct buffer *out)
{
    if (!counted) return;
    varint_append(out, form->counts.df);
    varint_append(out, form->counts.title_df);
}

void form_list_encode(const uint8_t *term, uint32_t term_length, const struct form *forms, uint32_t count, bool counted,
                      struct buffer *out)
{
    form_append(term, term_length, forms[0].bytes, forms[0].length, out);
    if (count == 1) return;
    varint_append(out, count - 1);
    append_counts(&forms[0], counted, out);
    for (uint32_t i = 1; i < count; i++) {
        form_append(term, term_length, forms[i].bytes, forms[i].length, out);
        append_counts(&forms[i], counted, out);
    }
}

/* The two lengths of a form; *at is then where its bytes are, all of which are there. */
static const char *read_lengths(const uint8_t **at, const uint8_t *end, uint32_t *left_out, uint32_t *added)
{
    if (*at == end) return "a form is cut short";
    uint32_t lengths = *(*at)++;
    *left_out = lengths >> 4;
    *added = lengths & HALF;
    if (*left_out == HALF) {
        if (*at == end) return "a form is cut short";
        *left_out += *(*at)++;
    }
    if (*added == HALF) {
        if (*at == end) return "a form is cut short";
        *added += *(*at)++;
    }
    return *added > (size_t)(end - *at) ? "a form is cut short" : NULL;
}

const char *form_read(const uint8_t **at, const uint8_t *end, const uint8_t *term, uint32_t term_length, uint8_t form[FORM_MAX],
                      uint32_t *form_length)
{
    uint32_t left_out, added;
    const char *rule = read_lengths(at, end, &left_out, &added);
    if (rule) return rule;
    if (left_out > term_length) return "a form leaves out more than its term has";
    uint32_t shared = term_length - left_out;
    if (shared + added > FORM_MAX) return "a form is too long";
    if (shared + added == 0) return "a form is empty";
    if (shared) memcpy(form, term, shared);
    if (added) memcpy(form + shared, *at, added);
    *at += added;
    *form_length = shared + added;
    return NULL;
}

/* The first form and how many there are in all; *at is then behind the number. */
static const char *read_count(const uint8_t **at, const uint8_t *end, uint32_t *count)
{
    uint32_t left_out, added, more = 0;
    *count = 1;
    if (*at == end) return NULL;
    const char *rule = read_lengths(at, end, &left_out, &added);
    if (rule) return rule;
    *at += added;
    if (*at == end) return NULL;
    if (!varint_read_u32(at, end, &more)) return "a list of forms is cut short";
    if (more == 0 || more > (size_t)(end - *at)) return "a list has fewer forms than it says";
    *count += more;
    return NULL;
}

const char *form_list_count(const uint8_t *bytes, size_t length, uint32_t *count)
{
    *count = 1;
    return length ? read_count(&bytes, bytes + length, count) : NULL;
}

const char *form_list_skip(const uint8_t *bytes, size_t length, uint32_t *count, size_t *taken)
{
    const uint8_t *at = bytes, *end = length ? bytes + length : bytes; /* of an empty list there may be no bytes at all */
    uint32_t left_out, added;
    const char *rule = read_count(&at, end, count);
    for (uint32_t i = 1; !rule && i < *count; i++) {
        rule = read_lengths(&at, end, &left_out, &added);
        if (!rule) at += added;
    }
    *taken = (size_t)(at - bytes);
    return rule;
}

const char *form_reader_open(struct form_reader *reader, const uint8_t *bytes, size_t length, const uint8_t *term,
                             uint32_t term_length, bool counted)
{
    *reader = (struct form_reader){.at = bytes, .end = length ? bytes + length : bytes, .term = term, .term_length = term_length};
    const char *rule = form_list_count(bytes, length, &reader->count);
    reader->counted = counted && reader->count > 1;
    return rule;
}

const char *form_reader_next(struct form_reader *reader, bool *more)
{
    uint32_t unused;
    *more = false;
    if (reader->index == reader->count) return NULL;
    if (reader->at == reader->end && reader->index == 0) { /* nothing is written of a term that is its only form */
        if (reader->term_length > FORM_MAX) return "a form is too long";
        if (reader->term_length) memcpy(reader->form, reader->term, reader->term_length);
        reader->form_length = reader->term_length;
    } else {
        const char *rule = form_read(&reader->at, reader->end, reader->term, reader->term_length, reader->form,
                                     &reader->form_length);
        if (rule) return rule;
        if (reader->index == 0 && reader->count > 1 && !varint_read_u32(&reader->at, reader->end, &unused))
            return "a list of forms is cut short";
    }
    if (reader->counted && (!varint_read_u32(&reader->at, reader->end, &reader->counts.df) ||
                            !varint_read_u32(&reader->at, reader->end, &reader->counts.title_df)))
        return "a form's counts are cut short";
    reader->index++;
    *more = true;
    return NULL;
}
