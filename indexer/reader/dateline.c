#include "dateline.h"

#include "calendar.h"
#include "utf8.h"

#include <string.h>

enum {
    HEAD_MAX = 160,       /* bytes before the dash */
    PLACE_MAX = 80,
    PLACE_WORDS_MAX = 6,  /* "ABOARD AIR FORCE ONE" */
    REGION_WORDS_MAX = 4,
    AGENCY_MAX = 40,
    BARE_PLACE_LETTERS = 4, /* fewer letters in capitals before a bare dash are rather an acronym */
};

/* ---- Characters and words ---- */

enum letter_case { NO_LETTER, CASELESS, LOWER, UPPER };

/* The case of a letter in the alphabets that have one, as far as place names need it: Latin, Greek, Cyrillic (The Unicode
 * Standard, code charts; in Latin Extended-A and most of Cyrillic capitals have even numbers). */
static enum letter_case letter_case(uint32_t c)
{
    if (c < 0x80) return c >= 'A' && c <= 'Z' ? UPPER : c >= 'a' && c <= 'z' ? LOWER : NO_LETTER;
    if (c < 0xc0) return NO_LETTER;
    if (c < 0x100) return c == 0xd7 || c == 0xf7 ? NO_LETTER : c < 0xdf ? UPPER : LOWER;
    if (c < 0x139 || (c >= 0x14a && c < 0x178)) return c % 2 ? LOWER : UPPER;
    if (c < 0x149 || (c >= 0x179 && c < 0x17f)) return c % 2 ? UPPER : LOWER;
    if (c >= 0x386 && c < 0x3ac) return UPPER;
    if (c >= 0x3ac && c < 0x3cf) return LOWER;
    if (c >= 0x400 && c < 0x430) return UPPER;
    if (c >= 0x430 && c < 0x460) return LOWER;
    if (c >= 0x460 && c < 0x530) return c % 2 ? LOWER : UPPER;
    if (c >= 0x2000 && c < 0x2070) return NO_LETTER;
    if (c >= 0x3000 && c < 0x3040) return NO_LETTER;
    return c >= 0x500 ? CASELESS : LOWER;
}

static bool space(char c)
{
    return c == ' ' || c == '\t';
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bf_text trim(bf_text text, const char *also)
{
    while (text.length && (space(text.bytes[0]) || strchr(also, text.bytes[0]))) text.bytes++, text.length--;
    while (text.length && (space(text.bytes[text.length - 1]) || strchr(also, text.bytes[text.length - 1]))) text.length--;
    return text;
}

static bool same(bf_text text, const char *lower_case)
{
    size_t i = 0;
    for (; i < text.length && lower_case[i]; i++) {
        char c = text.bytes[i];
        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != lower_case[i]) return false;
    }
    return i == text.length && !lower_case[i];
}

static bool in_list(bf_text text, const char *const *list)
{
    while (*list && !same(text, *list)) list++;
    return *list != NULL;
}

/* Takes the last word off the text; words are separated by spaces and commas. */
static bf_text take_last_word(bf_text *text)
{
    *text = trim(*text, ",");
    size_t start = text->length;
    while (start > 0 && !space(text->bytes[start - 1]) && text->bytes[start - 1] != ',') start--;
    bf_text word = {text->bytes + start, text->length - start};
    text->length = start;
    return word;
}

/* ---- Agency ---- */

static const char *const known_agencies[] = {
    "reuters", "reuter", "rtr", "ap", "afp", "kyodo", "upi", "dpa", "xinhua", "ansa", "efe", "tass", "interfax", "pti", "ani",
    "yonhap", "jiji", "bloomberg", "cna", "anp", "belga", "apa", "sda", "ats", "lusa", "mti", "pap", "ctk", "prnewswire",
    "businesswire", "itar", NULL,
};

/* Whether the first word is an agency's name. */
static bool agency_known(bf_text agency)
{
    bf_text word = agency;
    for (word.length = 0; word.length < agency.length; word.length++) {
        uint8_t c = (uint8_t)word.bytes[word.length] | 0x20;
        if (c < 'a' || c > 'z') break;
    }
    return in_list(word, known_agencies);
}

/* Whether it could be one: few words, no stock symbol, no number. */
static bool agency_possible(bf_text agency)
{
    size_t words = 1;
    if (agency.length < 2 || agency.length > AGENCY_MAX) return false;
    for (size_t i = 0; i < agency.length; i++) {
        char c = agency.bytes[i];
        if (c == '.' || digit(c) || c == ',' || c == ';' || c == '(' || c == '[') return false;
        words += space(c);
    }
    return words <= 3;
}

/* Takes "(Kyodo)", "[Kyodo]", "/Kyodo/" or ", Kyodo" off the end. False: there is a bracket, but no agency in it. */
static bool take_agency(bf_text *head, bf_text *agency, bool *bracketed)
{
    *agency = (bf_text){0};
    *bracketed = false;
    *head = trim(*head, ",");
    if (head->length == 0) return true;
    char close = head->bytes[head->length - 1];
    char open = close == ')' ? '(' : close == ']' ? '[' : close == '/' ? '/' : 0;
    if (open) {
        size_t start = head->length - 1;
        while (start > 0 && head->bytes[start - 1] != open) start--;
        if (start == 0) return false;
        *agency = trim((bf_text){head->bytes + start, head->length - 1 - start}, "");
        head->length = start - 1;
        *bracketed = true;
        return agency_known(*agency) || agency_possible(*agency);
    }
    bf_text rest = *head, word = take_last_word(&rest);
    if (rest.length && in_list(word, known_agencies)) {
        *agency = word;
        *head = rest;
    }
    return true;
}

/* ---- Date ---- */

/* German, French and Spanish names that are not English ones as well, with what month they stand for. */
static int foreign_month(bf_text word)
{
    static const struct { const char *name; int month; } names[] = {
        {"januar", 1}, {"februar", 2}, {"märz", 3}, {"mai", 5}, {"juni", 6}, {"juli", 7}, {"oktober", 10}, {"dezember", 12},
        {"janvier", 1}, {"février", 2}, {"mars", 3}, {"avril", 4}, {"juin", 6}, {"juillet", 7}, {"août", 8}, {"septembre", 9},
        {"octobre", 10}, {"novembre", 11}, {"décembre", 12}, {"enero", 1}, {"febrero", 2}, {"marzo", 3}, {"abril", 4},
        {"mayo", 5}, {"junio", 6}, {"julio", 7}, {"agosto", 8},
        {"septiembre", 9}, {"octubre", 10}, {"noviembre", 11}, {"diciembre", 12},
        {"ene", 1}, {"abr", 4}, {"ago", 8}, {"dic", 12}, {"okt", 10}, {"dez", 12},
    };
    word = trim(word, ".");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (same(word, names[i].name)) return names[i].month;
    return 0;
}

static int month_of(bf_text word)
{
    int month = calendar_month(word);
    return month ? month : foreign_month(word);
}

/* "5", "05", "5.", "5th": 1 to 31, otherwise 0. */
static int day_of(bf_text word)
{
    int day = 0;
    size_t i = 0;
    while (i < word.length && i < 2 && digit(word.bytes[i])) day = day * 10 + (word.bytes[i++] - '0');
    bf_text rest = {word.bytes + i, word.length - i};
    static const char *const endings[] = {".", "st", "nd", "rd", "th", NULL};
    bool ends = rest.length == 0 || in_list(rest, endings);
    return i > 0 && ends && day <= 31 ? day : 0;
}

/* Month and day, in either order, off the end. */
static bool take_month_and_day(bf_text *head, int *month, int *day)
{
    bf_text rest = *head;
    bf_text last = take_last_word(&rest), before = take_last_word(&rest);
    if (same(before, "de")) before = take_last_word(&rest);
    *month = month_of(before);
    *day = day_of(last);
    if (!*month || !*day) {
        *month = month_of(last);
        *day = day_of(before);
    }
    if (!*month || !*day) return false;
    *head = rest;
    return true;
}

static bool take_date(bf_text *head, struct dateline *out)
{
    static const char *const weekdays[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", NULL};
    bf_text rest = *head, word = take_last_word(&rest);
    int year = 0;
    if (word.length == 4 && digit(word.bytes[0]) && digit(word.bytes[1]) && digit(word.bytes[2]) && digit(word.bytes[3])) {
        for (size_t i = 0; i < 4; i++) year = year * 10 + (word.bytes[i] - '0');
    } else {
        rest = *head;
    }
    bool found = take_month_and_day(&rest, &out->month, &out->day);
    if (found) {
        out->year = year;
        if (calendar_date(year ? year : 2000, out->month, out->day).precision == BF_DATE_NONE) return false;
        *head = rest;
    } else {
        out->month = out->day = 0;
    }
    rest = *head;
    word = take_last_word(&rest);
    if (in_list(word, weekdays)) {
        *head = rest;
        found = true;
    }
    return found;
}

/* ---- Place ---- */

enum place_case { NO_PLACE, PLACE_MIXED, PLACE_CASELESS, PLACE_CAPITALS };

/* One part of a place between commas. */
static enum place_case place_part(bf_text part, size_t words_max, size_t *letters)
{
    size_t words = 1, upper = 0, lower = 0, caseless = 0, at = 0;
    bool first = true, begins_upper = false;
    while (at < part.length) {
        size_t next;
        uint32_t c = utf8_decode(part.bytes, part.length, at, &next);
        enum letter_case kind = letter_case(c);
        if (kind == NO_LETTER) {
            if (c >= 0x80 ? c < 0x2010 || c > 0x201f : !strchr(" .'-/&", (int)c)) return NO_PLACE;
            words += c == ' ' || c == '/';
        } else {
            if (first) begins_upper = kind != LOWER;
            first = false;
        }
        /* "McLEAN" is written in capitals too. */
        bool mc = c == 'c' && at > 0 && part.bytes[at - 1] == 'M' && next < part.length;
        mc = mc && part.bytes[next] >= 'A' && part.bytes[next] <= 'Z';
        upper += kind == UPPER;
        lower += kind == LOWER && !mc;
        caseless += kind == CASELESS;
        at = next;
    }
    *letters = upper + lower + caseless;
    if (!begins_upper || words > words_max || *letters < 2) return NO_PLACE;
    return lower ? PLACE_MIXED : upper ? PLACE_CAPITALS : PLACE_CASELESS;
}

/* How the place is written: its first part decides, those after it must only look like names. */
static enum place_case place_case(bf_text place, size_t *letters)
{
    enum place_case result = NO_PLACE;
    if (place.length < 2 || place.length > PLACE_MAX) return NO_PLACE;
    for (size_t at = 0, part = 0; at <= place.length; part++) {
        const char *comma = memchr(place.bytes + at, ',', place.length - at);
        size_t end = comma ? (size_t)(comma - place.bytes) : place.length, region_letters;
        bf_text text = trim((bf_text){place.bytes + at, end - at}, "");
        enum place_case kind = place_part(text, part ? REGION_WORDS_MAX : PLACE_WORDS_MAX, part ? &region_letters : letters);
        if (kind == NO_PLACE || part > 2) return NO_PLACE;
        if (part == 0) result = kind;
        at = end + 1;
    }
    return result;
}

/* Words in capitals that stand before a dash without being a place. */
static bool label(bf_text place)
{
    static const char *const labels[] = {"update",    "corrected", "correction", "refile",  "exclusive", "analysis", "factbox",
                                         "interview", "feature",   "column",     "note",    "editors",   "wrapup",   "poll",
                                         "breaking",  "urgent",    "advisory",   "preview", "timeline",  "question", "answer",
                                         "moderator", "warning",   "summary",    "background", NULL};
    return in_list(place, labels);
}

/* ---- The whole ---- */

/* The head is what stands before the dash or up to the bracket's end. */
static bool parse_head(bf_text head, bool dash, bool line, struct dateline *out)
{
    bf_text agency;
    bool bracketed;
    size_t letters = 0;
    *out = (struct dateline){0};
    if (!take_agency(&head, &agency, &bracketed)) return false;
    bool dated = take_date(&head, out);
    out->source = agency;
    out->place = trim(head, ",");
    bool known = agency.length && agency_known(agency);
    if (out->place.length == 0) return dash && bracketed && known; /* "(Reuters) - " says by whom, if not where */
    switch (place_case(out->place, &letters)) {
    case PLACE_CAPITALS:
        if (!dash && !line) return bracketed && (known || dated);
        return agency.length || dated || line || (letters >= BARE_PLACE_LETTERS && !label(out->place));
    case PLACE_CASELESS: return dash && (agency.length || dated);
    case PLACE_MIXED: return dash && (known || (dated && out->month));
    default: return false;
    }
}

/* How long a dash at `at` is; 0: none that ends a dateline. */
static size_t dash_at(bf_text text, size_t at)
{
    const char *p = text.bytes + at;
    size_t left = text.length - at;
    if (left >= 3 && memcmp(p, "\xe2\x80", 2) == 0 && (uint8_t)p[2] >= 0x93 && (uint8_t)p[2] <= 0x95) return 3;
    if (*p != '-' || at == 0 || p[-1] == '-') return 0;
    bool apart = space(p[-1]) || p[-1] == ')' || p[-1] == ']' || p[-1] == '/';
    size_t length = 1;
    while (length < left && p[length] == '-') length++;
    if (length > 3) return 0;
    if (length > 1) return length;
    return apart && (left == 1 || space(p[1]) || p[1] == '\n') ? 1 : 0;
}

static size_t after_spaces(bf_text text, size_t at)
{
    while (at < text.length && space(text.bytes[at])) at++;
    return at;
}

/* 【ワシントン共同】 and the like: place and agency run together between Japanese brackets. */
static bool parse_japanese(bf_text text, size_t start, struct dateline *out)
{
    static const char *const agencies[] = {"共同", "時事", "ロイター"};
    const char *close = memmem(text.bytes + start, text.length - start, "】", 3);
    if (!close || (size_t)(close - text.bytes) > start + HEAD_MAX) return false;
    bf_text inside = {text.bytes + start + 3, (size_t)(close - text.bytes) - start - 3};
    *out = (struct dateline){0};
    for (size_t i = 0; i < sizeof agencies / sizeof *agencies; i++) {
        size_t length = strlen(agencies[i]);
        if (inside.length <= length || memcmp(inside.bytes + inside.length - length, agencies[i], length) != 0) continue;
        out->place = trim((bf_text){inside.bytes, inside.length - length}, "");
        if (out->place.length >= 3 && memcmp(out->place.bytes + out->place.length - 3, "＝", 3) == 0) out->place.length -= 3;
        out->source = (bf_text){inside.bytes + inside.length - length, length};
    }
    size_t letters;
    if (place_case(out->place, &letters) == NO_PLACE) return false;
    out->length = after_spaces(text, (size_t)(close - text.bytes) + 3);
    return true;
}

bool dateline_parse(bf_text text, struct dateline *out)
{
    size_t start = after_spaces(text, 0), limit = text.length < start + HEAD_MAX ? text.length : start + HEAD_MAX;
    if (start == text.length) return false;
    const char *newline = memchr(text.bytes + start, '\n', limit - start);
    if (newline) limit = (size_t)(newline - text.bytes);
    if (text.length - start > 6 && memcmp(text.bytes + start, "【", 3) == 0) return parse_japanese(text, start, out);
    if (text.bytes[start] == '[') { /* all of it in a bracket */
        const char *close = memchr(text.bytes + start, ']', limit - start);
        if (!close) return false;
        size_t end = (size_t)(close - text.bytes);
        if (!parse_head((bf_text){text.bytes + start + 1, end - start - 1}, true, false, out)) return false;
        if (!out->source.length && !out->month) return false;
        size_t behind = after_spaces(text, end + 1);
        size_t dash = behind < text.length ? dash_at(text, behind) : 0;
        out->length = after_spaces(text, behind + dash);
        return true;
    }
    for (size_t at = start; at < limit; at++) {
        size_t dash = dash_at(text, at);
        if (!dash) continue;
        if (!parse_head((bf_text){text.bytes + start, at - start}, true, false, out)) break;
        out->length = after_spaces(text, at + dash);
        return true;
    }
    for (size_t at = start; at < limit; at++) {
        if (text.bytes[at] != ')' && text.bytes[at] != ']') continue;
        if (at + 1 < text.length && !space(text.bytes[at + 1])) return false;
        if (!parse_head((bf_text){text.bytes + start, at + 1 - start}, false, false, out)) return false;
        out->length = after_spaces(text, at + 1);
        return true;
    }
    return false;
}

bool dateline_line_parse(bf_text line, struct dateline *out)
{
    bf_text head = trim(line, "");
    for (size_t at = 1; at < head.length; at++) {
        size_t dash = dash_at(head, at);
        if (dash && at + dash == head.length) head.length = at;
    }
    if (head.length == 0 || head.length > HEAD_MAX || memchr(head.bytes, '\n', head.length)) return false;
    if (!parse_head(head, false, true, out)) return false;
    out->length = line.length;
    return true;
}
