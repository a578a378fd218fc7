#include "sgml_record.h"

#include "extra_members.h"
#include "markup.h"
#include "wire.h"

#include <string.h>

enum element { NONE, DATE, MKNOTE, LIST, UNKNOWN, TEXT, TITLE, AUTHOR, DATELINE, BODY };

static const struct element_name {
    const char *name;
    enum element element;
    const char *list; /* its name in `extra` */
    bool in_text;     /* inside <TEXT> */
} element_names[] = {
    {"DATE", DATE, NULL, false},
    {"MKNOTE", MKNOTE, NULL, false},
    {"TOPICS", LIST, "topics", false},
    {"PLACES", LIST, "places", false},
    {"PEOPLE", LIST, "people", false},
    {"ORGS", LIST, "orgs", false},
    {"EXCHANGES", LIST, "exchanges", false},
    {"COMPANIES", LIST, "companies", false},
    {"UNKNOWN", UNKNOWN, NULL, false},
    {"TEXT", TEXT, NULL, false},
    {"TITLE", TITLE, NULL, true},
    {"AUTHOR", AUTHOR, NULL, true},
    {"DATELINE", DATELINE, NULL, true},
    {"BODY", BODY, NULL, true},
};

static const struct element_name *element_find(const struct markup_tag *tag)
{
    for (size_t i = 0; i < sizeof element_names / sizeof *element_names; i++)
        if (markup_is(tag, element_names[i].name)) return &element_names[i];
    return NULL;
}

/* A record as it is read. */
struct reuters {
    struct article_draft *draft;
    struct extra_members extra;
    struct buffer text;  /* of the element at hand, resolved */
    struct buffer lead;  /* what stands in the dateline behind the dash: the first words of the body */
    struct buffer body;
};

static bf_text resolved(struct reuters *reuters, bf_text raw)
{
    buffer_clear(&reuters->text);
    markup_append_text(&reuters->text, raw);
    if (reuters->text.length == 0) return (bf_text){"", 0};
    return (bf_text){(const char *)reuters->text.bytes, reuters->text.length};
}

/* "<D>cocoa</D><D>coffee</D>" */
static void read_list(struct reuters *reuters, const char *name, bf_text raw)
{
    struct markup_cursor cursor = {.text = raw};
    struct markup_tag tag;
    size_t start = 0;
    bool more = true;
    while (more) {
        more = markup_next_tag(&cursor, &tag);
        size_t end = more ? tag.start : raw.length;
        bf_text item = resolved(reuters, (bf_text){raw.bytes + start, end - start});
        draft_add_keyword(reuters->draft, item);
        extra_members_add_to_list(&reuters->extra, reuters->draft, name, item);
        if (more) start = tag.after;
    }
}

/* The wire's own letters may follow the date behind control characters, or an editor's note behind a '#'; then all of it is
 * kept too. */
static void read_date(struct reuters *reuters, bf_text raw)
{
    bf_text text = resolved(reuters, raw);
    bf_date *date = &reuters->draft->article.date;
    size_t start = 0;
    while (start < text.length && strchr(" \t\r\n", text.bytes[start])) start++;
    size_t end = start;
    while (end < text.length && (uint8_t)text.bytes[end] >= ' ' && text.bytes[end] != '#') end++;
    if (bf_date_parse(draft_line(reuters->draft, text), date) == BF_OK) return;
    bf_date_parse((bf_text){text.bytes + start, end - start}, date);
    extra_members_add(&reuters->extra, reuters->draft, "date", text);
}

static void read_dateline(struct reuters *reuters, bf_text raw)
{
    struct dateline dateline;
    bf_text text = resolved(reuters, raw);
    while (text.length && strchr(" \t\r\n", text.bytes[0])) text.bytes++, text.length--;
    if (dateline_parse(text, &dateline)) {
        draft_apply_dateline(reuters->draft, &dateline);
        buffer_append(&reuters->lead, text.bytes + dateline.length, text.length - dateline.length);
    } else {
        while (text.length && strchr(" \t\r\n-", text.bytes[text.length - 1])) text.length--;
        draft_set(reuters->draft, &reuters->draft->article.place, text);
    }
}

static bool spaces_then_text(const char *line, size_t length, size_t spaces)
{
    size_t count = 0;
    while (count < length && line[count] == ' ') count++;
    return count == spaces && count < length && line[count] != '\n' && line[count] != '\r';
}

/* Text with a blank line before each line that is indented by four spaces, which are taken away. */
static void append_paragraphs(struct buffer *out, bf_text text)
{
    size_t at = 0;
    while (at < text.length) {
        const char *newline = memchr(text.bytes + at, '\n', text.length - at);
        size_t end = newline ? (size_t)(newline - text.bytes) + 1 : text.length;
        if (spaces_then_text(text.bytes + at, end - at, 4)) {
            if (at > 0) buffer_append(out, "\n", 1);
            at += 4;
        }
        buffer_append(out, text.bytes + at, end - at);
        at = end;
    }
}

static void read_body(struct reuters *reuters, bf_text raw)
{
    bf_text text = resolved(reuters, raw);
    if (reuters->body.length) buffer_append(&reuters->body, "\n\n", 2);
    buffer_append(&reuters->body, reuters->lead.bytes, reuters->lead.length);
    buffer_clear(&reuters->lead);
    append_paragraphs(&reuters->body, text);
}

/* Text beside the elements of <TEXT>: the whole story of an unprocessed record, or the asterisks of a brief. */
static void read_loose(struct reuters *reuters, bf_text raw)
{
    bf_text text = resolved(reuters, raw);
    size_t i = 0;
    while (i < text.length && (text.bytes[i] == '*' || (uint8_t)text.bytes[i] <= ' ' || text.bytes[i] == 0x7f)) {
        if ((uint8_t)text.bytes[i] < ' ' && !strchr("\t\n\r", text.bytes[i])) reuters->draft->stripped = true;
        i++;
    }
    if (i == text.length) return;
    if (reuters->body.length) buffer_append(&reuters->body, "\n\n", 2);
    buffer_append(&reuters->body, text.bytes, text.length);
}

static void read_element(struct reuters *reuters, const struct element_name *name, bf_text raw)
{
    struct article_draft *draft = reuters->draft;
    switch (name->element) {
    case DATE: read_date(reuters, raw); break;
    case MKNOTE: extra_members_add(&reuters->extra, draft, "mknote", resolved(reuters, raw)); break;
    case LIST: read_list(reuters, name->list, raw); break;
    case UNKNOWN: extra_members_add(&reuters->extra, draft, "unknown", resolved(reuters, raw)); break;
    case TITLE:
        if (draft->article.title.length) {
            read_loose(reuters, raw);
        } else {
            draft_set(draft, &draft->article.title, resolved(reuters, raw));
        }
        break;
    case AUTHOR: draft_set(draft, &draft->article.byline, resolved(reuters, raw)); break;
    case DATELINE: read_dateline(reuters, raw); break;
    case BODY: read_body(reuters, raw); break;
    default: break;
    }
}

static void read_attributes(struct reuters *reuters, const struct markup_tag *tag)
{
    static const char *const attributes[][2] = {
        {"TOPICS", "topics_attribute"}, {"LEWISSPLIT", "lewissplit"}, {"CGISPLIT", "cgisplit"}, {"OLDID", "oldid"},
        {"CSECS", "csecs"},
    };
    bf_text id = markup_attribute(tag, "NEWID");
    if (id.bytes) draft_set_id(reuters->draft, id);
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        extra_members_add(&reuters->extra, reuters->draft, attributes[i][1], markup_attribute(tag, attributes[i][0]));
}

/*
 * One walk over the tags. An element lasts until its end tag, or, where that is missing, until the next element that can begin
 * there; inside <TEXT> what lies between the elements counts too.
 */
void reuters_record_read(bf_text text, struct article_draft *draft)
{
    struct reuters reuters = {.draft = draft};
    struct markup_cursor cursor = {.text = text};
    struct markup_tag tag;
    const struct element_name *open = NULL;
    bool in_text = false;
    size_t start = 0, end = text.length;
    while (markup_next_tag(&cursor, &tag)) {
        if (markup_is(&tag, "REUTERS")) {
            if (tag.end) {
                end = tag.start;
                break;
            }
            read_attributes(&reuters, &tag);
            start = tag.after;
            continue;
        }
        const struct element_name *name = element_find(&tag);
        if (!name) continue;
        bool text_tag = name->element == TEXT;
        if (tag.end && !text_tag && name != open) continue; /* closes what is not open */
        if (!tag.end && !text_tag && name->in_text != in_text) continue;
        bf_text raw = {text.bytes + start, tag.start - start};
        if (open) {
            read_element(&reuters, open, raw);
        } else if (in_text) {
            read_loose(&reuters, raw);
        }
        open = tag.end || text_tag ? NULL : name;
        if (text_tag) {
            in_text = !tag.end;
            if (in_text) extra_members_add(&reuters.extra, draft, "type", markup_attribute(&tag, "TYPE"));
        }
        start = tag.after;
    }
    bf_text rest = {text.bytes + start, end - start};
    if (open) {
        read_element(&reuters, open, rest);
    } else if (in_text) {
        read_loose(&reuters, rest);
    }
    if (reuters.lead.length) read_body(&reuters, (bf_text){"", 0});
    if (reuters.body.length) {
        bf_text body = {(const char *)reuters.body.bytes, reuters.body.length};
        if (draft->article.title.length) {
            draft->article.body = draft_paragraphs(draft, body);
        } else {
            plain_text_read(body, draft);
        }
    }
    draft_derive(draft);
    extra_members_finish(&reuters.extra, draft);
    if (reuters.text.failed || reuters.lead.failed || reuters.body.failed) draft->failed = true;
    buffer_free(&reuters.text);
    buffer_free(&reuters.lead);
    buffer_free(&reuters.body);
}
