#include "brute_random.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof *(array)))

static bool often(struct chance *chance, uint32_t percent)
{
    return chance_below(chance, 100) < percent;
}

static uint32_t one_of(struct chance *chance, const uint32_t *values, uint32_t count)
{
    return values[chance_below(chance, count)];
}

struct style style_random(struct chance *chance)
{
    static const uint32_t vocabularies[] = {3, 8, 30, 100, 1000, 20000}, skews[] = {0, 1, 3}, portions[] = {0, 0, 10, 60, 100},
                          odds[] = {0, 5, 30}, titles[] = {0, 1, 4, 12}, bodies[] = {1, 5, 20, 60, 200}, empties[] = {0, 10, 50},
                          fills[] = {0, 30, 100};
    struct style style = {
        .vocabulary = one_of(chance, vocabularies, COUNT(vocabularies)),
        .skew = one_of(chance, skews, COUNT(skews)),
        .foreign = one_of(chance, portions, COUNT(portions)),
        .odd = one_of(chance, odds, COUNT(odds)),
        .title_most = one_of(chance, titles, COUNT(titles)),
        .body_most = one_of(chance, bodies, COUNT(bodies)),
        .empty = one_of(chance, empties, COUNT(empties)),
        .filled = one_of(chance, fills, COUNT(fills)),
        .dated = one_of(chance, fills, COUNT(fills)),
    };
    return style;
}

/* ---- Words ---- */

static uint32_t word_number(struct chance *chance, const struct style *style)
{
    double u = (double)(chance_next(chance) >> 11) / 9007199254740992.0;
    for (uint32_t i = 0; i < style->skew; i++) u *= (double)(chance_next(chance) >> 11) / 9007199254740992.0;
    return (uint32_t)(u * style->vocabulary);
}

/* Numbers as syllables, the commonest the shortest; with the endings that a stemmer takes off. */
static void append_plain_word(struct buffer *text, struct chance *chance, uint32_t number)
{
    static const char consonants[] = "bdfgklmnprstvz", vowels[] = "aeiou";
    static const char *const endings[] = {"", "", "", "", "s", "ing", "ed", "ly"};
    size_t start = text->length;
    do {
        buffer_append_u8(text, (uint8_t)consonants[number % 14]);
        buffer_append_u8(text, (uint8_t)vowels[number / 14 % 5]);
        number /= 70;
    } while (number);
    buffer_append_u8(text, 'r');
    buffer_append_string(text, endings[chance_below(chance, COUNT(endings))]);
    uint32_t style = chance_below(chance, 12);
    for (size_t i = start; i < text->length && (style == 0 || (style == 1 && i == start)); i++)
        text->bytes[i] = (uint8_t)(text->bytes[i] - 'a' + 'A');
}

static void append_foreign_run(struct buffer *text, struct chance *chance)
{
    static const char *const scripts[][6] = {
        {"東", "京", "都", "市", "大", "日"}, {"あ", "い", "カ", "キ", "ー", "ん"}, {"한", "국", "어", "서", "울", "시"},
        {"ก", "ไ", "ท", "ย", "ร", "ุ"},        {"東", "京", "の", "市", "カ", "日"}, {"ြ", "မ", "န", "မ", "ာ", "စ"},
    };
    uint32_t script = chance_below(chance, 10), length = 1 + chance_below(chance, often(chance, 50) ? 2 : 7);
    if (script >= COUNT(scripts)) script = 0;
    for (uint32_t i = 0; i < length; i++) buffer_append_string(text, scripts[script][chance_below(chance, script ? 6 : 4)]);
}

static void append_odd_word(struct buffer *text, struct chance *chance)
{
    static const char *const words[] = {
        "U.S.",        "AT&T",   "don't",
        "O’Brien",     "wi-fi",  "state-of-the-art",
        "1,234.5",     "3.14",   "2007-03-01",
        "@handle",     "#tag",   "C++",
        "C#",          "Zürich", "Zu\xCC\x88rich",
        "ﬁne",         "Straße", "STRASSE",
        "ÉCOLE",       "ecole",  "Ελλάδα",
        "Москва",      "москвы", "the",
        "who",         "to",     "be",
        "or",          "not",    "AND",
        "I",           "x",      "y2k",
        "a_b",         "e-mail", "email",
        "rock'n'roll", "--",     "…",
        "&",           "\"",     "(",
        ")",           "+",      "^2",
        ":",           "👍",      "👩‍🚀",
        "İstanbul",    "œuvre",  "½",
        "①",           "ＡＢＣ", "http://a.example/b?c=d",
        "x@y.example", "שלום",   "צה\"ל",
        "مرحبا",       "नमस्ते",   "\xCC\x81",
    };
    uint32_t which = chance_below(chance, COUNT(words) + 2);
    if (which < COUNT(words)) {
        buffer_append_string(text, words[which]);
    } else {
        /* TERM_MAX is 255 */
        uint32_t length = which == COUNT(words) ? 250 + chance_below(chance, 12) : 1 + chance_below(chance, 300);
        for (uint32_t i = 0; i < length; i++) buffer_append_u8(text, (uint8_t)('a' + i % 3));
    }
}

void word_random(struct buffer *text, struct chance *chance, const struct style *style)
{
    if (often(chance, style->foreign)) append_foreign_run(text, chance);
    else if (often(chance, style->odd)) append_odd_word(text, chance);
    else append_plain_word(text, chance, word_number(chance, style));
}

/* ---- Articles ---- */

/* Appends the words and says where they are in the buffer, as an offset: the buffer may move. */
static size_t append_words(struct buffer *text, struct chance *chance, const struct style *style, uint32_t count)
{
    static const char *const between[] = {" ", " ", " ", " ", " ", " ", " ", ", ", ". ", "\n\n", " - ", "/", "\t"};
    size_t start = text->length;
    for (uint32_t i = 0; i < count; i++) {
        word_random(text, chance, style);
        if (i + 1 < count) buffer_append_string(text, between[chance_below(chance, COUNT(between))]);
    }
    return start;
}

void number_id(uint32_t number, char id[32])
{
    snprintf(id, 32, number % 3 ? "%u" : number % 2 ? "wire/%u" : "東京 %u", number);
}

static bf_date random_date(struct chance *chance)
{
    bf_date date = {0};
    date.precision = (uint8_t)(BF_DATE_YEAR + chance_below(chance, 4));
    /* days from 2006 to 2009, now and then some of long ago */
    int64_t day = often(chance, 5) ? -40000 + (int64_t)chance_below(chance, 40000) : 13149 + (int64_t)chance_below(chance, 1461);
    date.seconds = day * 86400;
    date.zone = BF_ZONE_UNKNOWN;
    if (date.precision == BF_DATE_SECOND) {
        date.seconds += chance_below(chance, 86400);
        date.zone = (int16_t)(60 * (int)chance_below(chance, 24) - 720);
    }
    return date;
}

void made_article_fill(struct made_article *made, struct chance *chance, const struct style *style, uint32_t number)
{
    struct buffer *text = &made->text;
    char id[32];
    struct { bf_text *member; size_t start, end; } pieces[14];
    unsigned piece_count = 0;
    bf_article *article = &made->article;
    *article = (bf_article){0};
    buffer_clear(text);

    number_id(number, id);
    pieces[piece_count].member = &article->id;
    pieces[piece_count].start = text->length;
    buffer_append_string(text, id);
    pieces[piece_count++].end = text->length;

    uint32_t title = often(chance, style->empty) ? 0 : chance_below(chance, style->title_most + 1);
    uint32_t body = often(chance, style->empty) ? 0 : 1 + chance_below(chance, style->body_most);
    if (often(chance, 3)) body *= 5;
    if (!title && !body) body = 1;
    bf_text *members[] = {&article->title, &article->body, &article->section, &article->place, &article->byline,
                          &article->source, &article->url, &article->language};
    for (uint32_t i = 0; i < COUNT(members); i++) {
        uint32_t count = i == 0 ? title : i == 1 ? body : often(chance, style->filled) ? 1 + chance_below(chance, 3) : 0;
        if (!count) continue;
        pieces[piece_count].member = members[i];
        pieces[piece_count].start = append_words(text, chance, style, count);
        if (i == 1) buffer_append_string(text, " end"); /* a word of letters: an article of signs only would still be one */
        pieces[piece_count++].end = text->length;
    }
    article->keywords = made->keywords;
    article->keyword_count = often(chance, style->filled) ? chance_below(chance, COUNT(made->keywords) + 1) : 0;
    for (size_t i = 0; i < article->keyword_count; i++) {
        pieces[piece_count].member = &made->keywords[i];
        pieces[piece_count].start = append_words(text, chance, style, chance_below(chance, 3));
        pieces[piece_count++].end = text->length;
    }
    if (often(chance, style->filled)) article->extra = (bf_text){"{\"page\":7}", 10};
    if (often(chance, style->dated)) article->date = random_date(chance);
    assert_false(text->failed);
    for (unsigned i = 0; i < piece_count; i++)
        *pieces[i].member = (bf_text){(const char *)text->bytes + pieces[i].start, pieces[i].end - pieces[i].start};
    /* Signs alone may be what is left of a title without a body; white space alone is not an article. */
    if (!article->body.length && !article->title.length) article->title = article->id;
}

void made_article_free(struct made_article *made)
{
    buffer_free(&made->text);
}

/* ---- Queries ---- */

static const bf_text *random_member(struct chance *chance, const struct brute_force *twin)
{
    if (!twin->count) return NULL;
    const bf_article *article = &twin->articles[chance_below(chance, (uint32_t)twin->count)].article;
    const bf_text *members[] = {&article->body, &article->body, &article->body, &article->title, &article->title,
                                &article->section, &article->place, &article->byline, &article->source, &article->url,
                                &article->language, article->keywords};
    uint32_t which = chance_below(chance, COUNT(members));
    if (which + 1 == COUNT(members) && article->keyword_count == 0) which = 0;
    return members[which]->length ? members[which] : NULL;
}

/* A few neighbouring words of an article, or some characters of them, without quotation marks. */
static void append_slice(struct buffer *text, struct chance *chance, const struct brute_force *twin, uint32_t words)
{
    const bf_text *member = random_member(chance, twin);
    if (!member) return;
    size_t start = chance_below(chance, (uint32_t)member->length), end;
    bool cut = often(chance, 30); /* at any character, not at a space */
    while (start > 0 && (cut ? (member->bytes[start] & 0xC0) == 0x80 : member->bytes[start - 1] != ' ')) start--;
    for (end = start; end < member->length; end++) {
        if (cut && end > start && (member->bytes[end] & 0xC0) != 0x80 && often(chance, 15)) break;
        if (member->bytes[end] == ' ' && --words == 0) break;
    }
    if (end - start > 300) {
        end = start + 300;
        while ((member->bytes[end] & 0xC0) == 0x80) end--;
    }
    for (size_t i = start; i < end; i++) buffer_append_u8(text, member->bytes[i] == '"' ? ' ' : (uint8_t)member->bytes[i]);
}

static void append_query_words(struct buffer *text, struct chance *chance, const struct style *style,
                               const struct brute_force *twin, uint32_t count)
{
    size_t before = text->length;
    if (often(chance, 50)) append_slice(text, chance, twin, count);
    for (uint32_t i = 0; text->length == before && i < count; i++) {
        if (i > 0) buffer_append_u8(text, ' ');
        if (i > 0 && often(chance, 15)) buffer_append_u8(text, '=');
        if (often(chance, 3)) buffer_append_string(text, "nowhere");
        else word_random(text, chance, style);
        before = i + 1 < count ? text->length : before;
    }
}

static void append_field(struct buffer *text, struct chance *chance)
{
    static const char *const fields[] = {"title", "body", "title", "body", "section", "place", "byline", "source", "url",
                                         "language", "keywords", "headline"};
    buffer_append_string(text, fields[chance_below(chance, COUNT(fields))]);
    buffer_append_u8(text, ':');
}

/* As often as not. Where words are few, a small number changes what matches. */
static void append_nearness(struct buffer *text, struct chance *chance)
{
    static const uint32_t others[] = {0, 0, 1, 1, 2, 3, 5, 10, 15, 16, 17, 40, 1000, 2000000};
    if (often(chance, 50)) buffer_append_format(text, "~%u", others[chance_below(chance, COUNT(others))]);
}

static void append_query_date(struct buffer *text, struct chance *chance)
{
    uint32_t year = 2006 + chance_below(chance, 4);
    buffer_append_string(text, "date:");
    switch (chance_below(chance, 6)) {
    case 0: buffer_append_format(text, "%u", year); break;
    case 1: buffer_append_format(text, "%u-%02u", year, 1 + chance_below(chance, 12)); break;
    case 2: buffer_append_format(text, "%u-%02u-%02u", year, 1 + chance_below(chance, 12), 1 + chance_below(chance, 28)); break;
    case 3: buffer_append_format(text, "%u-%02u..%u", year, 1 + chance_below(chance, 12), year + chance_below(chance, 3)); break;
    case 4: buffer_append_format(text, "..%u", year); break;
    default: buffer_append_format(text, "%u-%02u..", year, 1 + chance_below(chance, 12)); break;
    }
}

static void append_clauses(struct buffer *text, struct chance *chance, const struct style *style, const struct brute_force *twin,
                           unsigned depth);

static void append_clause(struct buffer *text, struct chance *chance, const struct style *style, const struct brute_force *twin,
                          unsigned depth)
{
    uint32_t sign = chance_below(chance, 100), kind = chance_below(chance, 100);
    if (sign < 15) buffer_append_u8(text, '+');
    else if (sign < 25) buffer_append_u8(text, '-');
    if (kind < 45) {
        if (often(chance, 25)) buffer_append_u8(text, '=');
        append_query_words(text, chance, style, twin, 1);
    } else if (kind < 60) {
        if (often(chance, 20)) append_field(text, chance);
        if (often(chance, 25)) buffer_append_u8(text, '=');
        buffer_append_string(text, often(chance, 15) ? "\"=" : "\"");
        append_query_words(text, chance, style, twin, 1 + chance_below(chance, 4));
        buffer_append_u8(text, '"');
        append_nearness(text, chance);
    } else if (kind < 72) {
        append_field(text, chance);
        if (often(chance, 30)) buffer_append_u8(text, '=');
        append_query_words(text, chance, style, twin, 1);
    } else if (kind < 92 && depth < 4) {
        if (often(chance, 15)) append_field(text, chance);
        buffer_append_u8(text, '(');
        append_clauses(text, chance, style, twin, depth + 1);
        buffer_append_u8(text, ')');
    } else if (kind < 96) {
        append_query_date(text, chance);
    } else {
        char id[32];
        number_id(chance_below(chance, (uint32_t)twin->count + 2), id);
        buffer_append_format(text, "id:\"%s\"", id);
    }
    if (often(chance, 10)) {
        static const char *const boosts[] = {"^2", "^0.5", "^3.7", "^0.001", "^100", "^1"};
        buffer_append_string(text, boosts[chance_below(chance, COUNT(boosts))]);
    }
}

static void append_clauses(struct buffer *text, struct chance *chance, const struct style *style, const struct brute_force *twin,
                           unsigned depth)
{
    static const char *const joints[] = {" ", " ", " ", " ", " AND ", " OR ", " NOT ", " AND NOT "};
    uint32_t count = 1 + chance_below(chance, depth ? 3 : often(chance, 10) ? 12 : 4);
    for (uint32_t i = 0; i < count; i++) {
        append_clause(text, chance, style, twin, depth);
        if (i + 1 < count) buffer_append_string(text, joints[chance_below(chance, COUNT(joints))]);
    }
}

/* Terms side by side: what most people type, and what rankers are made for. */
static void append_flat_query(struct buffer *text, struct chance *chance, const struct style *style,
                              const struct brute_force *twin)
{
    static const char *const signs[] = {"", "", "", "", "", "", "+", "-"}, *const boosts[] = {"^2", "^0.1", "^1000000", "^0.001"};
    uint32_t count = 1 + chance_below(chance, often(chance, 20) ? 12 : 4), strict = often(chance, 40) ? 8 : 6;
    bool boosted = often(chance, 20), in_fields = often(chance, 10), exact = often(chance, 15);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) buffer_append_u8(text, ' ');
        buffer_append_string(text, signs[chance_below(chance, strict)]);
        if (in_fields) append_field(text, chance);
        if (exact && often(chance, 60)) buffer_append_u8(text, '=');
        append_query_words(text, chance, style, twin, 1);
        if (boosted) buffer_append_string(text, boosts[chance_below(chance, COUNT(boosts))]);
    }
}

const char *query_random(struct buffer *text, struct chance *chance, const struct style *style, const struct brute_force *twin)
{
    buffer_clear(text);
    if (often(chance, 45)) append_flat_query(text, chance, style, twin);
    else append_clauses(text, chance, style, twin, 0);
    const char *query = buffer_string(text);
    assert_non_null(query);
    return query;
}

bf_search_options options_random(struct chance *chance)
{
    static const uint32_t ks[] = {0, 0, 1, 2, 3, 10, 17, 100, 1000, 100000}, offsets[] = {0, 0, 0, 0, 1, 2, 10, 1000};
    static const float k1s[] = {0, 0.3f, 0.9f, 1.2f, 2, 10, 1e6f}, bs[] = {0, 0.25f, 0.4f, 0.75f, 1};
    static const float weights[] = {0, 0.5f, 1, 2, 3.7f, 1000};
    bf_search_options options = {
        .k = ks[chance_below(chance, COUNT(ks))],
        .offset = offsets[chance_below(chance, COUNT(offsets))],
        .set_parameters = often(chance, 40),
        .k1 = k1s[chance_below(chance, COUNT(k1s))],
        .b = bs[chance_below(chance, COUNT(bs))],
        .title_weight = weights[chance_below(chance, COUNT(weights))],
        .ranker = often(chance, 30) ? "auto" : NULL,
        .no_total = often(chance, 15),
        .match_all_words = often(chance, 20),
        .plain_query = often(chance, 5),
    };
    return options;
}
