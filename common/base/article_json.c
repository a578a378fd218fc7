#include "article_json.h"

#include "json_writer.h"

static void json_append_member(struct buffer *out, const char *key, bf_text text)
{
    if (!text.length) return;
    json_append_key(out, key);
    json_append_string(out, text);
}

static bool is_json_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* The inside of `{...}`, made one line: between the tokens of a JSON text a line end is only white space. */
static void json_append_inside(struct buffer *out, bf_text object)
{
    size_t start = 0, end = object.length;
    while (start < end && is_json_blank(object.bytes[start])) start++;
    while (end > start && is_json_blank(object.bytes[end - 1])) end--;
    if (end - start < 2 || object.bytes[start] != '{' || object.bytes[end - 1] != '}') return;
    for (start++, end--; start < end && is_json_blank(object.bytes[start]);) start++;
    if (start == end) return;
    json_append_separator(out);
    for (size_t i = start; i < end; i++) {
        char byte = object.bytes[i];
        buffer_append_u8(out, (uint8_t)(byte == '\n' || byte == '\r' ? ' ' : byte));
    }
}

void json_append_date(struct buffer *out, bf_date date)
{
    char text[BF_DATE_TEXT_SIZE];
    size_t length = bf_date_format(date, text);
    if (length) json_append_string(out, (bf_text){text, length});
    else json_append_c_string(out, NULL);
}

void json_append_article(struct buffer *out, const bf_article *article)
{
    json_open(out, '{');
    json_append_key(out, "id");
    json_append_string(out, article->id);
    json_append_member(out, "title", article->title);
    if (article->date.precision != BF_DATE_NONE) {
        json_append_key(out, "date");
        json_append_date(out, article->date);
    }
    json_append_member(out, "section", article->section);
    json_append_member(out, "place", article->place);
    json_append_member(out, "byline", article->byline);
    json_append_member(out, "source", article->source);
    json_append_member(out, "url", article->url);
    json_append_member(out, "language", article->language);
    if (article->keyword_count) {
        json_append_key(out, "keywords");
        json_open(out, '[');
        for (size_t i = 0; i < article->keyword_count; i++) {
            json_append_separator(out);
            json_append_string(out, article->keywords[i]);
        }
        json_close(out, ']');
    }
    json_append_member(out, "body", article->body);
    if (article->extra.length) json_append_inside(out, article->extra);
    json_close(out, '}');
}
