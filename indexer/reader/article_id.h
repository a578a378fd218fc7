/* The id of an article: the rules for a given one, and one made from where the article stands. */
#ifndef READER_ARTICLE_ID_H
#define READER_ARTICLE_ID_H

#include "arena.h"
#include "backfile.h"

/* The rule the id breaks, or NULL. */
const char *article_id_rule(bf_text id);

/* "PATH#RECORD", or "PATH" for record 0. One too long keeps its beginning and ends in a hash of the whole, so that it is the
 * same in every run. The path must be text without control characters. Absent when memory is refused. */
bf_text article_id_derive(struct arena *arena, const char *path, uint64_t record);

#endif
