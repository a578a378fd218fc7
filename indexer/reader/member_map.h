/*
 * Which member of a foreign JSON record is which member of an article: "title=headline,body=content.text".
 *
 * A path's components are separated by dots and go into nested objects; a number goes into a list. A member whose very name has
 * dots in it is found first.
 */
#ifndef READER_MEMBER_MAP_H
#define READER_MEMBER_MAP_H

#include "backfile.h"

enum article_member {
    MEMBER_ID,
    MEMBER_TITLE,
    MEMBER_BODY,
    MEMBER_SECTION,
    MEMBER_PLACE,
    MEMBER_DATE,
    MEMBER_BYLINE,
    MEMBER_SOURCE,
    MEMBER_URL,
    MEMBER_LANGUAGE,
    MEMBER_KEYWORDS,
    MEMBER_COUNT,
};

/* The i-th other name under which records of the world hold the member; NULL past the last. Used only where the member's own name
 * is absent or holds nothing of use. */
const char *article_member_alias(enum article_member member, size_t i);

/* Whether the article has the member. */
bool article_member_is_set(const bf_article *article, enum article_member member);

struct member_map {
    char *text;                       /* owns the paths */
    const char *paths[MEMBER_COUNT];  /* NULL: not mapped */
};

/* The name in JSON, as in "title". */
const char *article_member_name(enum article_member member);

/* The member of that name; false when there is none. */
bool article_member_parse(bf_text name, enum article_member *member);

/* `text` may be NULL: nothing is mapped. BF_BAD_ARGUMENT: it is not NAME=PATH,... or names a member articles don't have. */
bf_status member_map_parse(const char *text, struct member_map *map, bf_error *error);
void member_map_free(struct member_map *map);

#endif
