/* One JSON object to an article: which member becomes what, and what is kept as it is. */
#ifndef READER_JSON_ARTICLE_H
#define READER_JSON_ARTICLE_H

#include "article_draft.h"
#include "member_map.h"

/*
 * Fills the empty draft from the record's text, one object. Members are found by the map, then by their own names, then by
 * their other names (member_map.h); a member that holds nothing of use for its name (an object for a title, a date no one can
 * read) is not used. What is not used is kept in `extra`, as written, in its order; if the article has such a member from
 * elsewhere, a "_" is appended to its name there, so that both can be written beside each other.
 *
 * BF_REFUSED: the text is not valid JSON, or its id is no id; *at is the offset of the byte in question.
 */
bf_status json_article_read(bf_text text, const struct member_map *map, struct article_draft *draft, size_t *at, bf_error *error);

#endif
