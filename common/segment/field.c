#include "field.h"

#include <stddef.h>

const char *field_name(enum field field)
{
    switch (field) {
    case FIELD_TEXT: return "text";
    case FIELD_SECTION: return "section";
    case FIELD_PLACE: return "place";
    case FIELD_BYLINE: return "byline";
    case FIELD_SOURCE: return "source";
    case FIELD_URL: return "url";
    case FIELD_LANGUAGE: return "language";
    case FIELD_KEYWORDS: return "keywords";
    }
    return NULL;
}

bf_text field_member(const bf_article *article, enum field field)
{
    switch (field) {
    case FIELD_SECTION: return article->section;
    case FIELD_PLACE: return article->place;
    case FIELD_BYLINE: return article->byline;
    case FIELD_SOURCE: return article->source;
    case FIELD_URL: return article->url;
    case FIELD_LANGUAGE: return article->language;
    case FIELD_TEXT:
    case FIELD_KEYWORDS: break;
    }
    return (bf_text){0};
}
