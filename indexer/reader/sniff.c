#include "sniff.h"

#include "markup.h"

#include <stdio.h>
#include <string.h>

static size_t skip_white(bf_text text, size_t at)
{
    while (at < text.length && memchr(" \t\n\v\f\r\x1e", text.bytes[at], 7)) at++;
    return at;
}

/* Whether it is no text; *at is the first byte that says so. */
static bool is_binary(bf_text text, size_t *at)
{
    size_t controls = 0, first = text.length;
    for (size_t i = 0; i < text.length; i++) {
        uint8_t byte = (uint8_t)text.bytes[i];
        if (byte >= 0x20 && byte != 0x7f) continue;
        if ((byte >= '\t' && byte <= '\r') || byte == 0x1b || byte == 0x1a) continue;
        if (first == text.length || byte == 0) first = i;
        controls++;
        if (byte == 0) break;
    }
    *at = first;
    return controls > 0 && (text.bytes[first] == 0 || controls * 8 > text.length);
}

/* Whether most lines begin as JSON objects do: then the first is only a broken one. */
static bool is_json_lines(bf_text text)
{
    size_t lines = 0, objects = 0, at = 0;
    while (at < text.length) {
        const char *end = memchr(text.bytes + at, '\n', text.length - at);
        size_t start = at;
        while (start < text.length && (text.bytes[start] == ' ' || text.bytes[start] == '\t')) start++;
        if (start < text.length && text.bytes[start] != '\n' && text.bytes[start] != '\r') {
            lines++;
            size_t quote = start + 1;
            while (quote < text.length && text.bytes[quote] == ' ') quote++;
            objects += text.bytes[start] == '{' && quote < text.length && text.bytes[quote] == '"';
        }
        at = end ? (size_t)(end - text.bytes) + 1 : text.length;
    }
    return objects * 2 >= lines && objects > 0;
}

static bool is_dtd(bf_text text)
{
    static const char *const marks[] = {"<!ELEMENT", "<!ENTITY", "<!ATTLIST"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (memmem(text.bytes, text.length, marks[i], strlen(marks[i]))) return true;
    return false;
}

static void sniff_markup(bf_text text, struct sniffed *sniffed)
{
    struct markup_cursor cursor = {.text = text};
    struct markup_tag tag;
    bool dtd = is_dtd(text);
    if (!markup_next_tag(&cursor, &tag)) {
        sniffed->skip = dtd;
        if (dtd) {
            snprintf(sniffed->why, sizeof sniffed->why, "a DTD");
        } else {
            sniffed->form = FORM_WIRE; /* a '<' and no tag: text that begins so */
        }
        return;
    }
    /* Records may stand inside an element of their own, such as <LEWIS> or <ROOT>. */
    struct markup_tag first = tag;
    do {
        if (markup_is(&tag, "REUTERS")) sniffed->form = FORM_SGML;
        if (markup_is(&tag, "DOC")) sniffed->form = FORM_TREC;
    } while (sniffed->form == FORM_SNIFF && tag.start < 4096 && markup_next_tag(&cursor, &tag));
    if (sniffed->form != FORM_SNIFF) return;
    sniffed->skip = dtd;
    if (dtd) {
        snprintf(sniffed->why, sizeof sniffed->why, "a DTD");
    } else {
        int length = first.name.length < 60 ? (int)first.name.length : 60;
        snprintf(sniffed->why, sizeof sniffed->why, "markup of no form known here: its first tag is <%.*s>", length,
                 first.name.bytes);
        sniffed->byte = first.start;
    }
}

void sniff(bf_text text, struct sniffed *sniffed)
{
    size_t at, bad;
    *sniffed = (struct sniffed){0};
    if (text.length > SNIFF_LOOK) text.length = SNIFF_LOOK; /* so that how the text arrives makes no difference */
    if (is_binary(text, &bad)) {
        snprintf(sniffed->why, sizeof sniffed->why, "not text: byte %zu is 0x%02x", bad, (uint8_t)text.bytes[bad]);
        sniffed->byte = bad;
        return;
    }
    at = skip_white(text, 0);
    char first = at < text.length ? text.bytes[at] : 0;
    size_t after = at < text.length ? skip_white(text, at + 1) : at;
    char second = after < text.length ? text.bytes[after] : 0;
    bool object = first == '{' && (second == '"' || second == '}');
    bool list = first == '[' && (second == '{' || second == ']' || second == '"');
    if (object || list || is_json_lines(text)) {
        sniffed->form = FORM_JSON;
    } else if (first == '<') {
        sniff_markup(text, sniffed);
    } else {
        sniffed->form = FORM_WIRE;
    }
}
