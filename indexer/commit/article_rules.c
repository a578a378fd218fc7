#include "article_rules.h"

#include "utf8.h"

#include <string.h>

static bool text_is_blank(bf_text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (!strchr(" \t\r\n", text.bytes[i]) || !text.bytes[i]) return false;
    return true;
}

const char *article_broken_rule(const bf_article *article)
{
    const bf_text members[] = {article->id,     article->title, article->body, article->section,  article->place,
                               article->byline, article->source, article->url, article->language, article->extra};
    static const char *const invalid[] = {
        "the id is not valid UTF-8",
        "the title is not valid UTF-8",
        "the body is not valid UTF-8",
        "the section is not valid UTF-8",
        "the place is not valid UTF-8",
        "the byline is not valid UTF-8",
        "the source is not valid UTF-8",
        "the url is not valid UTF-8",
        "the language is not valid UTF-8",
        "the other members are not valid UTF-8",
    };
    size_t total = 0;
    if (article->id.length == 0) return "an article must have an id";
    if (article->id.length > BF_ID_MAX) return "an id is at most 400 bytes";
    for (size_t i = 0; i < article->id.length; i++)
        if ((unsigned char)article->id.bytes[i] < 0x20 || article->id.bytes[i] == 0x7f) return "an id has no control characters";
    if (text_is_blank(article->title) && text_is_blank(article->body))
        return "an article must have text: its title and its body are empty";
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (members[i].length > BF_ARTICLE_MAX - total) return "an article is at most 256 MiB";
        total += members[i].length;
        if (utf8_valid_prefix(members[i].bytes, members[i].length) != members[i].length) return invalid[i];
    }
    for (size_t i = 0; i < article->keyword_count; i++) {
        if (article->keywords[i].length > BF_ARTICLE_MAX - total) return "an article is at most 256 MiB";
        total += article->keywords[i].length;
        if (utf8_valid_prefix(article->keywords[i].bytes, article->keywords[i].length) != article->keywords[i].length)
            return "a keyword is not valid UTF-8";
    }
    return NULL;
}
