/*
 * The forms of a term: the distinct words of the text, folded but not stemmed, that were indexed under it, the most frequent
 * first. They are numbered 0, 1, 2, ... and which of them stood at a position is a number beside that position
 * (position_group.h, inline_list.h).
 *
 * A term of which only the term itself occurs has no list, one of which only one other word occurs has a list of that alone, and
 * neither has numbers beside its positions.
 *
 * A form is written as what it does not share with the term. Long posting lists (FORMS_COUNTED_DF) also say of each form in how
 * many documents and in how many titles it occurs; of shorter ones it is as fast to count. No version of its own: it is part of
 * a posting list or an inline list, which is part of a record that has one.
 */
#ifndef CODEC_FORM_LIST_H
#define CODEC_FORM_LIST_H

#include "buffer.h"

#include <stdint.h>

enum {
    FORM_MAX = 255,         /* bytes of a form */
    FORMS_COUNTED_DF = 129, /* posting lists of so many postings, more than a block, say how often each form occurs */
};

struct form_counts {
    uint32_t df, title_df;
};

/* ---- Writing ---- */

struct form {
    const uint8_t *bytes; /* borrowed */
    uint32_t length;      /* 1 to FORM_MAX */
    struct form_counts counts;
};

/* `term` without its field byte. `counted`: the list is to say the counts. */
void form_list_encode(const uint8_t *term, uint32_t term_length, const struct form *forms, uint32_t count, bool counted,
                      struct buffer *out);

/* One form alone, as in a list. */
void form_append(const uint8_t *term, uint32_t term_length, const uint8_t *form, uint32_t form_length, struct buffer *out);

/* ---- Reading ---- */

struct form_reader {
    const uint8_t *at, *end;
    const uint8_t *term;
    uint32_t term_length;
    bool counted;
    uint32_t count, index;      /* forms in all, and the number of the next */
    uint8_t form[FORM_MAX];     /* the one last read */
    uint32_t form_length;
    struct form_counts counts;  /* of it, if the list says them */
};

/* Stands before the first form. An empty list has one: the term itself. `bytes` may go on behind the forms. */
const char *form_reader_open(struct form_reader *reader, const uint8_t *bytes, size_t length, const uint8_t *term,
                             uint32_t term_length, bool counted);

/* Reads the next form; *more = false: there is none, and reader->at is behind the last. */
const char *form_reader_next(struct form_reader *reader, bool *more);

/* Reads one form that form_append wrote, moving *at behind it. */
const char *form_read(const uint8_t **at, const uint8_t *end, const uint8_t *term, uint32_t term_length, uint8_t form[FORM_MAX],
                      uint32_t *form_length);

/* How many forms the list says it has, and the bytes that the names of a list without counts take, found out without the term. */
const char *form_list_count(const uint8_t *bytes, size_t length, uint32_t *count);
const char *form_list_skip(const uint8_t *bytes, size_t length, uint32_t *count, size_t *taken);

#endif
