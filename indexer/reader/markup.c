#include "markup.h"

#include "charset.h"
#include "utf8.h"

#include <string.h>

enum { TAG_MAX = 4096 }; /* what is longer than this is no tag */

static bool white(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool same_name(bf_text name, const char *capitals)
{
    size_t i = 0;
    for (; i < name.length && capitals[i]; i++) {
        char c = name.bytes[i];
        if ((c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c) != capitals[i]) return false;
    }
    return i == name.length && !capitals[i];
}

/* ---- Tags ---- */

/* The closing bracket of what begins at `at`, outside quotes; text.length when there is none near. */
static size_t tag_close(bf_text text, size_t at)
{
    size_t limit = text.length - at < TAG_MAX ? text.length : at + TAG_MAX;
    char quote = 0;
    for (; at < limit; at++) {
        char c = text.bytes[at];
        if (quote) {
            if (c == quote) quote = 0;
        } else if (c == '"' || c == '\'') {
            /* Only a value is quoted: an apostrophe elsewhere is one. */
            if (text.bytes[at - 1] == '=' || white(text.bytes[at - 1])) quote = c;
        } else if (c == '>') {
            return at;
        } else if (c == '<') {
            return text.length;
        }
    }
    return text.length;
}

/* Passes over a comment, a declaration or an instruction at `at`; returns where it ends, or `at` when it is none. */
static size_t skip_declaration(struct markup_cursor *cursor, size_t at)
{
    bf_text text = cursor->text;
    size_t left = text.length - at;
    const char *p = text.bytes + at;
    if (left >= 4 && memcmp(p, "<!--", 4) == 0) {
        if (cursor->comment_open) return at;
        const char *end = memmem(p + 4, left - 4, "-->", 3);
        if (!end) {
            cursor->comment_open = true;
            return at;
        }
        return (size_t)(end - text.bytes) + 3;
    }
    if (left >= 3 && (p[1] == '?' || (p[1] == '!' && (letter(p[2]) || p[2] == '[')))) {
        size_t limit = left < TAG_MAX ? left : TAG_MAX;
        const char *end = memchr(p, '>', limit);
        if (end) return (size_t)(end - text.bytes) + 1;
    }
    return at;
}

bool markup_next_tag(struct markup_cursor *cursor, struct markup_tag *tag)
{
    bf_text text = cursor->text;
    while (cursor->at < text.length) {
        const char *open = memchr(text.bytes + cursor->at, '<', text.length - cursor->at);
        if (!open) break;
        size_t at = (size_t)(open - text.bytes), after = skip_declaration(cursor, at);
        if (after > at) {
            cursor->at = after;
            continue;
        }
        bool end = at + 1 < text.length && text.bytes[at + 1] == '/';
        size_t name = at + 1 + end;
        cursor->at = at + 1;
        if (name >= text.length || !letter(text.bytes[name])) continue;
        size_t close = tag_close(text, name);
        if (close == text.length) continue;
        size_t name_end = name;
        while (name_end < close && !white(text.bytes[name_end]) && text.bytes[name_end] != '/') name_end++;
        *tag = (struct markup_tag){
            .name = {text.bytes + name, name_end - name},
            .attributes = {text.bytes + name_end, close - name_end},
            .end = end,
            .empty = text.bytes[close - 1] == '/',
            .start = at,
            .after = close + 1,
        };
        cursor->at = close + 1;
        return true;
    }
    cursor->at = text.length;
    return false;
}

bool markup_is(const struct markup_tag *tag, const char *name)
{
    return same_name(tag->name, name);
}

bf_text markup_attribute(const struct markup_tag *tag, const char *name)
{
    const char *at = tag->attributes.bytes, *end = at + tag->attributes.length;
    while (at < end) {
        while (at < end && (white(*at) || *at == '/')) at++;
        const char *key = at;
        while (at < end && !white(*at) && *at != '=') at++;
        bf_text key_text = {key, (size_t)(at - key)};
        while (at < end && white(*at)) at++;
        bf_text value = {0};
        if (at < end && *at == '=') {
            at++;
            while (at < end && white(*at)) at++;
            char quote = at < end && (*at == '"' || *at == '\'') ? *at++ : 0;
            value.bytes = at;
            while (at < end && (quote ? *at != quote : !white(*at))) at++;
            value.length = (size_t)(at - value.bytes);
            if (quote && at < end) at++;
        } else if (key_text.length == 0) {
            at++;
        }
        if (key_text.length && same_name(key_text, name)) return value;
    }
    return (bf_text){0};
}

/* ---- Entities ---- */

/* Names of ISO 8859-1's upper half in its order, from U+00A0 (HTML 4.01, section 24.2.1). */
static const char *const latin1_names[96] = {
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",    "copy",   "ordf",   "laquo",
    "not",    "shy",    "reg",    "macr",   "deg",    "plusmn", "sup2",   "sup3",   "acute",  "micro",  "para",   "middot",
    "cedil",  "sup1",   "ordm",   "raquo",  "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc",  "Atilde",
    "Auml",   "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute", "Ecirc",  "Euml",   "Igrave", "Iacute", "Icirc",  "Iuml",
    "ETH",    "Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde", "Ouml",   "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",
    "Uuml",   "Yacute", "THORN",  "szlig",  "agrave", "aacute", "acirc",  "atilde", "auml",   "aring",  "aelig",  "ccedil",
    "egrave", "eacute", "ecirc",  "euml",   "igrave", "iacute", "icirc",  "iuml",   "eth",    "ntilde", "ograve", "oacute",
    "ocirc",  "otilde", "ouml",   "divide", "oslash", "ugrave", "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml",
};

/* Others that news text uses; "hyph" and "blank" are those of the TREC disks. */
static const struct { const char *name; uint32_t code_point; } other_names[] = {
    {"amp", '&'},        {"lt", '<'},         {"gt", '>'},         {"quot", '"'},       {"apos", '\''},      {"hyph", '-'},
    {"blank", ' '},      {"mdash", 0x2014},   {"ndash", 0x2013},   {"hellip", 0x2026},  {"lsquo", 0x2018},   {"rsquo", 0x2019},
    {"ldquo", 0x201c},   {"rdquo", 0x201d},   {"sbquo", 0x201a},   {"bdquo", 0x201e},   {"bull", 0x2022},    {"euro", 0x20ac},
    {"trade", 0x2122},   {"lsaquo", 0x2039},  {"rsaquo", 0x203a},  {"dagger", 0x2020},  {"OElig", 0x0152},   {"oelig", 0x0153},
    {"Scaron", 0x0160},  {"scaron", 0x0161},  {"Yuml", 0x0178},    {"ensp", 0x2002},    {"emsp", 0x2003},    {"thinsp", 0x2009},
};

/* The character of an entity's name; 0: unknown. */
static uint32_t entity_named(bf_text name)
{
    for (size_t i = 0; i < sizeof other_names / sizeof *other_names; i++)
        if (strlen(other_names[i].name) == name.length && memcmp(other_names[i].name, name.bytes, name.length) == 0)
            return other_names[i].code_point;
    for (uint32_t i = 0; i < 96; i++)
        if (strlen(latin1_names[i]) == name.length && memcmp(latin1_names[i], name.bytes, name.length) == 0) return 0xa0 + i;
    return 0;
}

/* Reads "&name;", "&#3;" or "&#x3;" at `at`; returns where it ends, or `at` when it is none. */
static size_t entity_read(bf_text text, size_t at, uint32_t *code_point)
{
    size_t limit = text.length - at < 12 ? text.length : at + 12, i = at + 1;
    if (i < limit && text.bytes[i] == '#') {
        bool hex = ++i < limit && (text.bytes[i] | 0x20) == 'x';
        uint32_t value = 0;
        size_t digits = i += hex;
        for (; i < limit; i++) {
            char c = text.bytes[i];
            char low = (char)(c | 0x20);
            uint32_t digit = 16;
            if (c >= '0' && c <= '9') digit = (uint32_t)(c - '0');
            if (hex && low >= 'a' && low <= 'f') digit = (uint32_t)(low - 'a') + 10;
            if (digit == 16) break;
            value = value > 0x110000 ? value : value * (hex ? 16 : 10) + digit;
        }
        if (i == digits || i >= limit || text.bytes[i] != ';') return at;
        if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return at;
        /* As browsers do: those numbers mean Windows-1252 wherever they are met. */
        if (value >= 0x80 && value <= 0x9f && charset_windows_1252((uint8_t)value)) value = charset_windows_1252((uint8_t)value);
        *code_point = value;
        return i + 1;
    }
    while (i < limit && (letter(text.bytes[i]) || (text.bytes[i] >= '0' && text.bytes[i] <= '9'))) i++;
    if (i >= limit || text.bytes[i] != ';') return at;
    *code_point = entity_named((bf_text){text.bytes + at + 1, i - at - 1});
    return *code_point ? i + 1 : at;
}

static void append_resolved(struct buffer *out, bf_text text)
{
    size_t at = 0;
    while (at < text.length) {
        const char *amp = memchr(text.bytes + at, '&', text.length - at);
        size_t end = amp ? (size_t)(amp - text.bytes) : text.length;
        buffer_append(out, text.bytes + at, end - at);
        at = end;
        if (!amp) break;
        uint32_t code_point;
        size_t after = entity_read(text, at, &code_point);
        if (after > at) {
            char utf8[4];
            buffer_append(out, utf8, utf8_put(code_point, utf8));
            at = after;
        } else {
            buffer_append(out, "&", 1);
            at++;
        }
    }
}

/* Appends the text between two tags, without comments and declarations. */
static void append_between(struct buffer *out, bf_text text)
{
    struct markup_cursor cursor = {.text = text};
    size_t start = 0;
    while (cursor.at < text.length) {
        const char *open = memchr(text.bytes + cursor.at, '<', text.length - cursor.at);
        if (!open) break;
        size_t at = (size_t)(open - text.bytes), after = skip_declaration(&cursor, at);
        if (after > at) {
            append_resolved(out, (bf_text){text.bytes + start, at - start});
            start = after;
        }
        cursor.at = after > at ? after : at + 1;
    }
    append_resolved(out, (bf_text){text.bytes + start, text.length - start});
}

static const char *tag_break(const struct markup_tag *tag)
{
    static const char *const blocks[] = {"P",  "DIV", "LI", "H1", "H2", "H3", "H4", "H5", "H6", "UL", "OL", "TABLE", "BLOCKQUOTE",
                                         "TR", "DL",  "DT", "DD", "HR", "PRE", "SECTION", "ARTICLE", "FIGURE"};
    if (markup_is(tag, "BR")) return "\n";
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (markup_is(tag, blocks[i])) return "\n\n";
    return "";
}

void markup_append_text(struct buffer *out, bf_text text)
{
    struct markup_cursor cursor = {.text = text};
    struct markup_tag tag;
    size_t start = 0;
    while (markup_next_tag(&cursor, &tag)) {
        append_between(out, (bf_text){text.bytes + start, tag.start - start});
        buffer_append_string(out, tag_break(&tag));
        start = tag.after;
    }
    append_between(out, (bf_text){text.bytes + start, text.length - start});
}
