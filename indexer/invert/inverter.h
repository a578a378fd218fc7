/*
 * Turns articles into postings in memory: analyzes each, and keeps for each term the documents and positions it occurs at.
 *
 * A surface form (the bytes of a word as it stands in the text) is analyzed once; a table maps it to its term, so that folding
 * and stemming are paid per distinct form.
 */
#ifndef INVERT_INVERTER_H
#define INVERT_INVERTER_H

#include "analyzer.h"
#include "backfile.h"
#include "segment_writer.h"

struct inverter;

bf_status inverter_new(struct analyzer *analyzer, struct inverter **inverter, bf_error *error); /* borrows the analyzer */
void inverter_free(struct inverter *inverter);

/* Adds the article as the next document; says how many words it and its title have. After a failure the inverter can only be
 * cleared or freed. */
bf_status inverter_add(struct inverter *inverter, const bf_article *article, uint32_t *length, uint32_t *title_length,
                       bf_error *error);

uint32_t inverter_document_count(const struct inverter *inverter);

/* Bytes of memory it takes. */
size_t inverter_memory(const struct inverter *inverter);

/* Calls back for every term (field byte first) in byte order. The postings are borrowed for the call. */
bf_status inverter_each_term(struct inverter *inverter,
                             bf_status (*callback)(void *context, const uint8_t *term, uint32_t term_length,
                                                   const struct term_postings *postings, bf_error *error),
                             void *context, bf_error *error);

/* Forgets everything and gives the memory back: inverter_memory counts what is held, not what is used of it. */
void inverter_clear(struct inverter *inverter);

#endif
