/*
 * Writes one segment: documents first, in order, then terms in byte order with their postings. Used alike for articles just
 * inverted and for merges.
 */
#ifndef WRITE_SEGMENT_WRITER_H
#define WRITE_SEGMENT_WRITER_H

#include "arrival_runs.h"
#include "article_dictionary.h"
#include "backfile.h"
#include "field.h"
#include "form_list.h"
#include "manifest.h"

struct segment_writer;

/* Creates the segment's file. `sync`: wait for the disk when it is finished. */
bf_status segment_writer_open(const char *index_path, uint32_t number, bool sync, struct segment_writer **writer,
                              bf_error *error);

/* Before the first document: what grows with their number, and with the length of lists, is kept in files. Borrows `scratch`. */
void segment_writer_keep_in_scratch(struct segment_writer *writer, const struct scratch *scratch);

/* What is kept of a document beside its postings and its stored record. */
struct document_facts {
    const char *id;
    size_t id_length;
    uint8_t length_byte;    /* words of title and body (length_byte.h) */
    uint32_t title_length;  /* words of the title */
    int64_t date;           /* seconds since 1970; INT64_MIN: none */
};

/* Documents come in the order of arrival, and get the numbers 0, 1, 2, ... */
bf_status segment_writer_document(struct segment_writer *writer, const struct document_facts *facts, bf_error *error);

/* Bytes of memory that documents and stored articles take until it is finished. */
size_t segment_writer_memory(const struct segment_writer *writer);

/* After all documents: other numbers for them. The one that arrived as number i becomes documents[i], a permutation. */
bf_status segment_writer_renumber(struct segment_writer *writer, const uint32_t *documents, bf_error *error);

/* In which runs the documents arrived, counted over the whole index: before segment_writer_finish. `end`: the number after the
 * last of them. Not called: from 0 on. */
bf_status segment_writer_arrived(struct segment_writer *writer, const struct arrival_run *runs, uint32_t count, uint64_t end,
                                 bf_error *error);

/* The stored articles, in the order of these numbers, independent of the calls above: one record, ... */
bf_status segment_writer_article(struct segment_writer *writer, const uint8_t *record, size_t length, bf_error *error);
/* ... or a whole compressed block of them as it is, with its dictionary, NULL if it has none. */
bf_status segment_writer_article_block(struct segment_writer *writer, const uint8_t *block, size_t length, uint32_t doc_count,
                                       const struct article_dictionary *dictionary, bf_error *error);

/* All documents have been given; together they have `token_count` words. Stored impacts are computed with their average length.
 */
void segment_writer_begin_terms(struct segment_writer *writer, uint64_t token_count);

/* Reads the occurrences of a term that has too many for memory: in the order of its postings, from the first on after each
 * rewind. What is read lasts until the next read, and forms may be changed in place; they are not asked for where the term has
 * one form. */
struct occurrence_source {
    void *context;
    bf_status (*rewind)(void *context, bf_error *error);
    bf_status (*read)(void *context, uint32_t posting_count, const uint32_t **positions, uint32_t **forms, bf_error *error);
};

/* Terms (field byte first) in byte order. `positions` are those of the first posting, then of the second ... */
struct term_postings {
    uint32_t *docs, *tfs;  /* ascending documents */
    uint32_t df;
    const uint32_t *positions;
    uint64_t position_count;
    /* Which form of the term stood at each position: its number in `form_names`, of which some may not occur; they are numbered
     * anew in place. NULL: everywhere the term itself. */
    uint32_t *forms;
    const struct form *form_names;
    uint32_t form_count;
    const struct occurrence_source *source; /* not NULL: it has positions and forms instead, more than can be in an inline list */
};
bf_status segment_writer_term(struct segment_writer *writer, const uint8_t *term, uint32_t term_length,
                              const struct term_postings *postings, bf_error *error);

/* Completes the segment on disk and says what the manifest is to list. Frees the writer, also on failure. */
bf_status segment_writer_finish(struct segment_writer *writer, struct manifest_segment *listed, bf_error *error);

/* Gives up and removes the file. Accepts NULL. */
void segment_writer_abandon(struct segment_writer *writer);

#endif
