/* The fields that are indexed. A dictionary term begins with its field's byte. */
#ifndef SEGMENT_FIELD_H
#define SEGMENT_FIELD_H

#include "backfile.h"

enum field {
    FIELD_TEXT = 1, /* title and body, one list a term; title:word and body:word are answered from it */
    FIELD_SECTION,
    FIELD_PLACE,
    FIELD_BYLINE,
    FIELD_SOURCE,
    FIELD_URL,
    FIELD_LANGUAGE,
    FIELD_KEYWORDS,
    FIELD_LAST = FIELD_KEYWORDS,
};

/* Words between the last of the title and the first of the body, so that no phrase crosses from one to the other. */
enum { FIELD_GAP = 16 };

/* "text", "section", ...; NULL for what is no field. */
const char *field_name(enum field field);

/* The member of an article that a field other than text and keywords is made of. */
bf_text field_member(const bf_article *article, enum field field);

#endif
