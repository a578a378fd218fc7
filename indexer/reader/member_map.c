#include "member_map.h"

#include "status.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[MEMBER_COUNT] = {
    "id", "title", "body", "section", "place", "date", "byline", "source", "url", "language", "keywords",
};

const char *article_member_name(enum article_member member)
{
    return names[member];
}

bool article_member_parse(bf_text name, enum article_member *member)
{
    for (int i = 0; i < MEMBER_COUNT; i++) {
        if (strlen(names[i]) != name.length || memcmp(names[i], name.bytes, name.length) != 0) continue;
        *member = (enum article_member)i;
        return true;
    }
    return false;
}

const char *article_member_alias(enum article_member member, size_t i)
{
    static const char *const aliases[MEMBER_COUNT][6] = {
        [MEMBER_TITLE] = {"headline"},
        [MEMBER_BODY] = {"text", "content", "contents"},
        [MEMBER_SECTION] = {"category"},
        [MEMBER_PLACE] = {"dateline", "location"},
        [MEMBER_DATE] = {"published", "published_at", "pubDate", "published_date"},
        [MEMBER_BYLINE] = {"author", "authors"},
        [MEMBER_SOURCE] = {"publisher"},
        [MEMBER_URL] = {"link", "article_url"},
        [MEMBER_LANGUAGE] = {"lang"},
        [MEMBER_KEYWORDS] = {"tags"},
    };
    return i < 6 ? aliases[member][i] : NULL;
}

bool article_member_is_set(const bf_article *article, enum article_member member)
{
    switch (member) {
    case MEMBER_ID: return true; /* if it has none yet, one will be derived */
    case MEMBER_TITLE: return article->title.length > 0;
    case MEMBER_BODY: return article->body.length > 0;
    case MEMBER_SECTION: return article->section.length > 0;
    case MEMBER_PLACE: return article->place.length > 0;
    case MEMBER_DATE: return article->date.precision != BF_DATE_NONE;
    case MEMBER_BYLINE: return article->byline.length > 0;
    case MEMBER_SOURCE: return article->source.length > 0;
    case MEMBER_URL: return article->url.length > 0;
    case MEMBER_LANGUAGE: return article->language.length > 0;
    case MEMBER_KEYWORDS: return article->keyword_count > 0;
    default: return false;
    }
}

bf_status member_map_parse(const char *text, struct member_map *map, bf_error *error)
{
    *map = (struct member_map){0};
    if (!text || !*text) return BF_OK;
    bf_status status = BF_OK;
    struct member_map made = {.text = strdup(text)};
    if (!made.text) return fail_memory(error);
    for (char *at = made.text; status == BF_OK && at;) {
        char *comma = strchr(at, ','), *equals;
        enum article_member member;
        if (comma) *comma = '\0';
        equals = strchr(at, '=');
        if (!equals || equals == at || !equals[1]) {
            status = fail(error, BF_BAD_ARGUMENT, "map: \"%s\" is not MEMBER=PATH", at);
        } else if (!article_member_parse((bf_text){at, (size_t)(equals - at)}, &member)) {
            *equals = '\0';
            status = fail(error, BF_BAD_ARGUMENT,
                          "map: articles have no \"%s\"; they have id, title, body, section, place, date, byline, source, url, "
                          "language and keywords", at);
        } else if (made.paths[member]) {
            status = fail(error, BF_BAD_ARGUMENT, "map: %s is mapped twice", names[member]);
        } else {
            made.paths[member] = equals + 1;
        }
        at = comma ? comma + 1 : NULL;
    }
    if (status == BF_OK) {
        *map = made;
    } else {
        member_map_free(&made);
    }
    return status;
}

void member_map_free(struct member_map *map)
{
    free(map->text);
    *map = (struct member_map){0};
}
