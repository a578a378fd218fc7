/*
 * What a person sees of a match: which bytes of a text the query matched, and the passages that show it best.
 *
 * A match is found as the index found it: the text is analyzed again by the same analyzer, and a term marks the words whose
 * term is the same, and if only one form of it is wanted, whose form is; a phrase marks its words only where they stand in a row,
 * and words near each other are marked, each by itself, only in a stretch that has them all.
 */
#ifndef PRESENT_PRESENT_H
#define PRESENT_PRESENT_H

#include "analyzer.h"
#include "arena.h"
#include "backfile.h"
#include "query.h"

/* What one clause of the query matched in the text: one word, a whole phrase, one of the words near each other, or the character a
 * term stands for as a prefix. */
struct text_match {
    size_t start, end;   /* bytes */
    uint32_t clause;     /* number of the term or phrase among the query's positive leaves, from 0, in query order */
    uint32_t token;      /* number of its first token in the text */
};

/* All matches of the positive (not MUST_NOT) terms and phrases that look into the field, in order of start, then end, then
 * clause. The matches are in the arena. `field`: QUERY_TITLE or QUERY_BODY for those texts (clauses on QUERY_TEXT count in
 * both), or another field. `any_field` takes every clause. BF_BAD_ARGUMENT: the text is not UTF-8, or longer than
 * BF_ARTICLE_MAX. */
bf_status text_matches(const struct query *query, struct analyzer *analyzer, bf_text text, enum query_field field, bool any_field,
                       struct arena *arena, const struct text_match **matches, size_t *match_count, bf_error *error);

/* The matches, in the order text_matches gives them, as marks for a person: widened to whole graphemes, merged where they
 * overlap or touch. */
bf_status marks_of_matches(bf_text text, const struct text_match *matches, size_t match_count, struct arena *arena,
                           const bf_mark **marks, size_t *mark_count, bf_error *error);

/* Makes the snippets of an answer's articles, one after the other: what it found out about a word in one it knows in the next. */
struct snippet_maker;

/* `weights`: the idf times boost of each positive leaf, by clause number; NULL: all alike. The maker is in the arena, but for
 * buffers; it borrows query and analyzer. */
bf_status snippet_maker_new(const struct query *query, const float *weights, struct analyzer *analyzer, struct arena *arena,
                            struct snippet_maker **maker, bf_error *error);
void snippet_maker_free(struct snippet_maker *maker); /* accepts NULL */

/* Chooses the passages and marks them, within `width` columns (0: 240). The formula is in snippet.c. What is shown holds no
 * control character and none that turns the reading order. The passage is in the arena; the body must live as long as the
 * maker. */
bf_status snippet_make(struct snippet_maker *maker, bf_text body, size_t width, struct arena *arena, bf_passage *passage,
                       bf_error *error);

/* The number of positive leaves (terms and phrases not under a MUST_NOT), and the i-th of them. */
uint32_t query_leaf_count(const struct query *query);
void query_leaves(const struct query *query, const struct query_node **leaves); /* all of them, in order */
const struct query_node *query_leaf(const struct query *query, uint32_t i);

#endif
