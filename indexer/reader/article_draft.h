/*
 * An article while a form's reader puts it together. Each member is cleaned as it is set, so that every form gives the same
 * article for the same text, and an article written as JSON and read again is the same to the byte:
 *
 * - control characters (C0 and DEL) are taken out, save those that are white space;
 * - in members of one line runs of white space become one space;
 * - in the body lines end in a line feed and have no spaces at their end, one blank line stands between paragraphs and none
 *   before the first and after the last; lines are never joined or broken;
 * - an article without a place whose body begins with a dateline gets place, source and date from it; the body stays as it is.
 *
 * Text given must be valid UTF-8; it is copied.
 */
#ifndef READER_ARTICLE_DRAFT_H
#define READER_ARTICLE_DRAFT_H

#include "arena.h"
#include "buffer.h"
#include "dateline.h"
#include "reader.h"

struct article_draft {
    bf_article article;    /* its texts live in the arena */
    struct arena arena;
    struct buffer scratch;
    bool failed;           /* memory was refused; sticky */
    bool stripped;         /* control characters were taken out */
    bool id_given;         /* also when it is empty */
    int dateline_month, dateline_day; /* of a dateline without a year, otherwise 0 */
    size_t keyword_room;
    bf_text *keywords;
};

void draft_clear(struct article_draft *draft);
void draft_free(struct article_draft *draft);

/* Cleaned copies in the draft's arena. */
bf_text draft_line(struct article_draft *draft, bf_text text);
bf_text draft_paragraphs(struct article_draft *draft, bf_text text);

/* The id as the record gives it. */
void draft_set_id(struct article_draft *draft, bf_text text);

/* Sets a member of one line if it is not set yet. */
void draft_set(struct article_draft *draft, bf_text *member, bf_text text);

/* Appends to the keywords, except what is empty or already there. */
void draft_add_keyword(struct article_draft *draft, bf_text text);

/* The same for each of the texts between separators. */
void draft_add_keywords(struct article_draft *draft, bf_text text, char separator);

/* Notes control characters in text of which some part may never be copied. */
void draft_note_controls(struct article_draft *draft, bf_text text);

/* Sets place, source and date from the dateline where they are not set yet. A dateline without a year dates an article whose
 * year, and no more, is known otherwise. */
void draft_apply_dateline(struct article_draft *draft, const struct dateline *dateline);

/* Takes place, source and date from the dateline the body begins with, if the article has no place. draft_finish does it too;
 * who must know before what the article will have calls it. */
void draft_derive(struct article_draft *draft);

/*
 * Completes the article. `path` and `record` (0: the file holds one article) make the id of a record that gives none.
 * BF_REFUSED: error->message is the rule it breaks.
 */
bf_status draft_finish(struct article_draft *draft, const char *path, uint64_t record, size_t article_max, bf_error *error);

#endif
