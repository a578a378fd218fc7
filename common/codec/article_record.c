/* version (1 byte), which members there are (varint, bits in the order below), then each of them: texts as length (varint)
 * and bytes; the date as seconds (zigzag varint), zone (i16), precision (1 byte); keywords as their count (varint) and texts. */
#include "article_record.h"

#include "bytes.h"
#include "status.h"
#include "varint.h"

enum { ARTICLE_RECORD_VERSION = 1 };

enum { MEMBER_TEXTS = 10, MEMBER_DATE = MEMBER_TEXTS, MEMBER_KEYWORDS, MEMBER_COUNT };

/* The texts, in the order of their bits. */
static const bf_text *text_of(const bf_article *article, uint32_t member)
{
    const bf_text *texts[MEMBER_TEXTS] = {&article->id,     &article->title,  &article->body, &article->section,
                                          &article->place,  &article->byline, &article->source, &article->url,
                                          &article->language, &article->extra};
    return texts[member];
}

static void append_text(bf_text text, struct buffer *out)
{
    varint_append(out, text.length);
    buffer_append(out, text.bytes, text.length);
}

void article_record_encode(const bf_article *article, struct buffer *out)
{
    uint32_t members = 0;
    for (uint32_t member = 0; member < MEMBER_TEXTS; member++)
        if (text_of(article, member)->bytes) members |= 1U << member;
    if (article->date.precision != BF_DATE_NONE) members |= 1U << MEMBER_DATE;
    if (article->keyword_count) members |= 1U << MEMBER_KEYWORDS;
    buffer_append_u8(out, ARTICLE_RECORD_VERSION);
    varint_append(out, members);
    for (uint32_t member = 0; member < MEMBER_TEXTS; member++)
        if (members >> member & 1) append_text(*text_of(article, member), out);
    if (members >> MEMBER_DATE & 1) {
        uint64_t seconds = (uint64_t)article->date.seconds;
        varint_append(out, seconds << 1 ^ (0 - (seconds >> 63)));
        buffer_append_u16(out, (uint16_t)article->date.zone);
        buffer_append_u8(out, article->date.precision);
    }
    if (members >> MEMBER_KEYWORDS & 1) {
        varint_append(out, article->keyword_count);
        for (size_t i = 0; i < article->keyword_count; i++) append_text(article->keywords[i], out);
    }
}

static bool read_text(const uint8_t **at, const uint8_t *end, bf_text *text)
{
    uint64_t length;
    if (!varint_read(at, end, &length) || length > (size_t)(end - *at)) return false;
    *text = (bf_text){(const char *)*at, (size_t)length};
    *at += length;
    return true;
}

static const char *read_date(const uint8_t **at, const uint8_t *end, bf_date *date)
{
    uint64_t coded;
    if (!varint_read(at, end, &coded) || end - *at < 3) return "an article's date is cut short";
    date->seconds = (int64_t)(coded >> 1 ^ (0 - (coded & 1)));
    date->zone = (int16_t)load_u16(*at);
    date->precision = (*at)[2];
    *at += 3;
    if (date->precision == BF_DATE_NONE || date->precision > BF_DATE_SECOND) return "an article's date has an unknown precision";
    return NULL;
}

static const char *read_keywords(const uint8_t **at, const uint8_t *end, struct arena *arena, bf_article *article)
{
    uint64_t count;
    if (!varint_read(at, end, &count) || count > (size_t)(end - *at)) return "an article's keywords are cut short";
    bf_text *keywords = arena_take(arena, (size_t)count * sizeof *keywords);
    if (!keywords) return memory_rule;
    for (size_t i = 0; i < count; i++)
        if (!read_text(at, end, &keywords[i])) return "an article's keywords are cut short";
    article->keywords = keywords;
    article->keyword_count = (size_t)count;
    return NULL;
}

const char *article_record_decode(const uint8_t *bytes, size_t length, struct arena *arena, bf_article *article)
{
    uint32_t members;
    *article = (bf_article){0};
    if (length < 1) return "an article's record is empty";
    const uint8_t *at = bytes + 1, *end = bytes + length;
    if (bytes[0] != ARTICLE_RECORD_VERSION) return "an article's version is unknown";
    if (!varint_read_u32(&at, end, &members)) return "an article is cut short";
    if (members >> MEMBER_COUNT) return "an article has an unknown member";
    bf_text *texts[MEMBER_TEXTS] = {&article->id,     &article->title,  &article->body, &article->section,  &article->place,
                                    &article->byline, &article->source, &article->url,  &article->language, &article->extra};
    for (uint32_t member = 0; member < MEMBER_TEXTS; member++)
        if (members >> member & 1 && !read_text(&at, end, texts[member])) return "an article's text is cut short";
    const char *rule = members >> MEMBER_DATE & 1 ? read_date(&at, end, &article->date) : NULL;
    if (!rule && members >> MEMBER_KEYWORDS & 1) rule = read_keywords(&at, end, arena, article);
    if (!rule && at != end) rule = "an article has bytes past its members";
    return rule;
}
