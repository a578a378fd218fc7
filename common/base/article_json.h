/* An article as one JSON object: the form in which articles are dumped, shown and taken in again. */
#ifndef BASE_ARTICLE_JSON_H
#define BASE_ARTICLE_JSON_H

#include "buffer.h"

#include "backfile.h"

/* Appends the object, without a line end. Absent members are left out; those of `extra` stand beside the others, as they did
 * in the record they came from. */
void json_append_article(struct buffer *out, const bf_article *article);

/* The date as a string to its precision; null when there is none. */
void json_append_date(struct buffer *out, bf_date date);

#endif
