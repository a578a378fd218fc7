/* The other members of a record that is not JSON, gathered into the one JSON object an article's `extra` is. */
#ifndef READER_EXTRA_MEMBERS_H
#define READER_EXTRA_MEMBERS_H

#include "article_draft.h"

struct json_t;

/* `{0}` is empty. */
struct extra_members {
    struct json_t *object;
};

/* Adds a text, cleaned as a member of one line is. An empty one is not added; the second of a name makes the member a list. The
 * name is NUL-terminated ASCII. */
void extra_members_add(struct extra_members *extra, struct article_draft *draft, const char *name, bf_text text);

/* Adds a text to a list that is there from its first element on. */
void extra_members_add_to_list(struct extra_members *extra, struct article_draft *draft, const char *name, bf_text text);

/* Moves all there is to the end of others, which have none of those names. */
void extra_members_move(struct extra_members *from, struct extra_members *to, struct article_draft *draft);

void extra_members_clear(struct extra_members *extra);

/* Writes the object to the draft, a name that the article has as a member of its own with "_" appended, and frees it. */
void extra_members_finish(struct extra_members *extra, struct article_draft *draft);

#endif
