#include "sgml_record.h"

#include "calendar.h"
#include "extra_members.h"
#include "markup.h"

#include <string.h>
#include <strings.h>

enum element { OTHER, DOCNO, TITLE, DATE, BYLINE, DATELINE, SECTION, SOURCE, KEYWORDS, URL, LANGUAGE, BODY };

static enum element element_find(const struct markup_tag *tag)
{
    static const struct { const char *name; enum element element; } names[] = {
        {"DOCNO", DOCNO},
        {"HEADLINE", TITLE}, {"HEAD", TITLE}, {"HL", TITLE}, {"TITLE", TITLE}, {"TI", TITLE},
        {"DATE", DATE}, {"DATE1", DATE}, {"DATE_TIME", DATE}, {"PUBDATE", DATE}, {"PUBLISHED", DATE}, {"PUBLISHED_AT", DATE},
        {"PUBLISHED_DATE", DATE},
        {"BYLINE", BYLINE}, {"AUTHOR", BYLINE}, {"AUTHORS", BYLINE},
        {"DATELINE", DATELINE}, {"PLACE", DATELINE}, {"LOCATION", DATELINE},
        {"SECTION", SECTION}, {"CATEGORY", SECTION},
        {"SOURCE", SOURCE}, {"SO", SOURCE}, {"PUB", SOURCE}, {"PUBLISHER", SOURCE},
        {"SUBJECT", KEYWORDS}, {"KEYWORDS", KEYWORDS}, {"TAGS", KEYWORDS},
        {"URL", URL}, {"LINK", URL}, {"ARTICLE_URL", URL},
        {"LANGUAGE", LANGUAGE}, {"LANG", LANGUAGE},
        {"TEXT", BODY}, {"LEADPARA", BODY}, {"LP", BODY}, {"LEAD", BODY}, {"BODY", BODY}, {"CORRECTION", BODY},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (markup_is(tag, names[i].name)) return names[i].element;
    return OTHER;
}

/* A record as it is read. */
struct trec {
    struct article_draft *draft;
    struct extra_members extra;   /* what is known, but not of use */
    struct extra_members unknown; /* elements no one knows */
    struct buffer text;           /* of the element at hand, without tags */
    struct buffer body;
    struct buffer others;         /* the text of those no one knows */
};

static bf_text plain(struct trec *trec, bf_text raw)
{
    buffer_clear(&trec->text);
    markup_append_text(&trec->text, raw);
    bf_text text = {(const char *)trec->text.bytes, trec->text.length};
    while (text.length && strchr(" \t\r\n", text.bytes[0])) text.bytes++, text.length--;
    while (text.length && strchr(" \t\r\n", text.bytes[text.length - 1])) text.length--;
    return text.length ? text : (bf_text){"", 0};
}

static void append_body(struct trec *trec, struct buffer *body, bf_text text)
{
    if (text.length == 0) return;
    if (body->length) buffer_append(body, "\n\n", 2);
    buffer_append(body, text.bytes, text.length);
    if (body->failed) trec->draft->failed = true;
}

/* Numbers as the collections write dates: "910101", "01/30/03". Two digits of a year below 50 are of this century. */
static bool short_date(bf_text text, bf_date *date)
{
    int n[3] = {0};
    const char *p = text.bytes;
    bool slashes = text.length == 8 && p[2] == '/' && p[5] == '/';
    if (text.length != 6 && !slashes) return false;
    for (int i = 0; i < 3; i++, p += slashes ? 3 : 2) {
        if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9') return false;
        n[i] = (p[0] - '0') * 10 + (p[1] - '0');
    }
    int year = slashes ? n[2] : n[0], month = slashes ? n[0] : n[1], day = slashes ? n[1] : n[2];
    if (month == 0 || day == 0) return false;
    bf_date found = calendar_date(year + (year < 50 ? 2000 : 1900), month, day);
    if (found.precision == BF_DATE_NONE) return false;
    *date = found;
    return true;
}

/* "March 20, 1990, Tuesday, Home Edition": the longest beginning that ends at a comma and is a date. */
static bool read_date(bf_text text, bf_date *date)
{
    if (bf_date_parse(text, date) == BF_OK || short_date(text, date)) return true;
    size_t length = text.length < 100 ? text.length : 100;
    while (length > 0) {
        if (bf_date_parse((bf_text){text.bytes, length}, date) == BF_OK) return true;
        do length--;
        while (length > 0 && text.bytes[length] != ',');
    }
    return false;
}

/* An element no one knows, or a second one of a kind. */
static void read_other(struct trec *trec, bf_text name, bool known, bf_text text)
{
    char lower[64];
    size_t length = name.length < sizeof lower - 1 ? name.length : sizeof lower - 1;
    for (size_t i = 0; i < length; i++) {
        char c = name.bytes[i] >= 'A' && name.bytes[i] <= 'Z' ? (char)(name.bytes[i] | 0x20) : name.bytes[i];
        bool plain_name = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
        lower[i] = plain_name ? c : '_';
    }
    lower[length] = '\0';
    if (!known) append_body(trec, &trec->others, text);
    extra_members_add(known ? &trec->extra : &trec->unknown, trec->draft, lower, text);
}

static void read_element(struct trec *trec, const struct markup_tag *tag, bf_text raw)
{
    struct article_draft *draft = trec->draft;
    bf_article *article = &draft->article;
    bf_text text = plain(trec, raw), *member = NULL;
    struct dateline dateline;
    if (text.length == 0) return;
    enum element element = element_find(tag);
    switch (element) {
    case DOCNO:
        if (draft->id_given) break;
        draft_set_id(draft, text);
        return;
    case DATE:
        if (article->date.precision != BF_DATE_NONE || !read_date(draft_line(draft, text), &article->date)) break;
        return;
    case DATELINE:
        if (article->place.length) break;
        if (dateline_parse(text, &dateline) && dateline.length == text.length) {
            draft_apply_dateline(draft, &dateline);
        } else if (dateline_line_parse(text, &dateline)) {
            draft_apply_dateline(draft, &dateline);
        } else {
            draft_set(draft, &article->place, text);
        }
        return;
    case KEYWORDS: draft_add_keywords(draft, text, memchr(text.bytes, ';', text.length) ? ';' : ','); return;
    case BODY: append_body(trec, &trec->body, text); return;
    case TITLE: member = &article->title; break;
    case BYLINE: member = &article->byline; break;
    case SECTION: member = &article->section; break;
    case SOURCE: member = &article->source; break;
    case URL: member = &article->url; break;
    case LANGUAGE: member = &article->language; break;
    default: break;
    }
    if (member && member->length == 0) {
        draft_set(draft, member, text);
    } else {
        read_other(trec, tag->name, element != OTHER, text);
    }
}

/* An element lasts until its own end tag, whatever tags it holds, or, where that is missing, until one begins that is known. */
void trec_record_read(bf_text text, struct article_draft *draft)
{
    struct trec trec = {.draft = draft};
    struct markup_cursor cursor = {.text = text};
    struct markup_tag tag, open = {0};
    bool in_element = false;
    size_t start = 0, end = text.length;
    while (markup_next_tag(&cursor, &tag)) {
        if (markup_is(&tag, "DOC")) {
            if (tag.end) {
                end = tag.start;
                break;
            }
            bf_text id = markup_attribute(&tag, "ID");
            if (id.length) draft_set_id(draft, id);
            start = tag.after;
            continue;
        }
        bool same = in_element && open.name.length == tag.name.length &&
                    strncasecmp(open.name.bytes, tag.name.bytes, tag.name.length) == 0;
        bool closes = in_element && tag.end && same;
        bool paragraph = markup_is(&tag, "P") || markup_is(&tag, "BR");
        bool may_begin = !in_element || (element_find(&tag) != OTHER && element_find(&open) == OTHER);
        bool begins = may_begin && !tag.end && !tag.empty && !paragraph;
        if (!closes && !begins) continue;
        bf_text raw = {text.bytes + start, tag.start - start};
        if (in_element) {
            read_element(&trec, &open, raw);
        } else {
            append_body(&trec, &trec.body, plain(&trec, raw));
        }
        in_element = begins;
        open = tag;
        start = tag.after;
    }
    bf_text raw = {text.bytes + start, end - start};
    if (in_element) {
        read_element(&trec, &open, raw);
    } else {
        append_body(&trec, &trec.body, plain(&trec, raw));
    }
    const struct buffer *body = &trec.body;
    if (body->length == 0 && trec.others.length) { /* then they are used, and not kept a second time */
        body = &trec.others;
    } else {
        extra_members_move(&trec.unknown, &trec.extra, draft);
    }
    extra_members_clear(&trec.unknown);
    if (body->length) draft->article.body = draft_paragraphs(draft, (bf_text){(const char *)body->bytes, body->length});
    draft_derive(draft);
    extra_members_finish(&trec.extra, draft);
    if (trec.text.failed || trec.body.failed || trec.others.failed) draft->failed = true;
    buffer_free(&trec.text);
    buffer_free(&trec.body);
    buffer_free(&trec.others);
}
