/*
 * Sentence ends: UAX #29's terminators, closing signs and spaces (SB8 to SB11), with what news text needs besides: blank
 * lines end a sentence, titles ("Mr."), initials ("J. Smith") and abbreviations before a number ("Jan. 5") don't.
 */
#include "sentence.h"

#include "unicode_table.h"
#include "utf8_decode.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

static struct character character_at(const char *text, size_t length, size_t at, size_t *next)
{
    return character_of(utf8_take(text, length, at, next));
}

static bool is_space(struct character character)
{
    return character.word_break == WB_WSEG_SPACE || character.word_break == WB_LF || character.word_break == WB_CR ||
           character.word_break == WB_NEWLINE;
}

/* The offset after the white space at `at`, tabs and no-break spaces included; *blank_line: it holds two line ends. */
static size_t skip_space(const char *text, size_t length, size_t at, bool *blank_line)
{
    unsigned lines = 0;
    while (at < length) {
        size_t next;
        uint32_t code_point = utf8_take(text, length, at, &next);
        struct character character = character_of(code_point);
        if (!is_space(character) && code_point != '\t' && code_point != 0xa0 && code_point != 0x202f) break;
        lines += code_point == '\n' || code_point == 0x85 || code_point == 0x2028;
        if (code_point == 0x2029) lines += 2;
        at = next;
    }
    *blank_line = lines >= 2;
    return at;
}

/* The offset after quotes and brackets, with the marks on them; `closing`: not those that open something. A quotation mark
 * that opens in English closes in German, so where spaces tell, only brackets are opening. */
static size_t skip_close(const char *text, size_t length, size_t at, bool closing, bool spaces_tell)
{
    while (at < length) {
        size_t next;
        uint32_t code_point = utf8_take(text, length, at, &next);
        struct character character = character_of(code_point);
        utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code_point);
        if (closing && (category == UTF8PROC_CATEGORY_PS || (category == UTF8PROC_CATEGORY_PI && !spaces_tell))) break;
        if (!(character.flags & CHARACTER_CLOSE) && character.word_break != WB_EXTEND && character.word_break != WB_FORMAT) break;
        at = next;
    }
    return at;
}

/* A list of words, each between spaces. */
static bool is_listed(const char *list, const char *word, size_t length)
{
    char wanted[16];
    if (length == 0 || length > sizeof wanted - 3) return false;
    wanted[0] = ' ';
    memcpy(wanted + 1, word, length);
    wanted[length + 1] = ' ';
    wanted[length + 2] = '\0';
    return strstr(list, wanted) != NULL;
}

/* Followed by a name, as a rule. */
static const char titles[] =
    " Mr Mrs Ms Mme Dr Prof Gen Sen Rep Gov Lt Col Sgt Capt Cpl Maj Cmdr Adm Rev Hon Fr Sr Sra Msgr Messrs St Ste Mt Ft vs Hr "
    "Sig Pres Supt Det Insp Brig e.g i.e ";

/* Followed by a number, or else the end of a sentence as likely as not. */
static const char before_numbers[] =
    " No Nos Nr Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Art Sec Fig Vol Ch p pp c ca approx ";

/* Words that begin sentences far more often than they follow an acronym within one. */
static const char openers[] =
    " The A An In On At It Its He She They We I But And As If For From This That These Those There When While After Before With "
    "Some Many Most However His Her Their Our No Both Mr Ms Mrs ";

/* The letters and dots before the full stop at `at`, not before `begin`; looks back no further than any word in the lists. */
static size_t word_before(const char *text, size_t begin, size_t at)
{
    size_t start = at;
    while (start > begin && at - start < 16) {
        uint8_t byte = (uint8_t)text[start - 1];
        bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte >= 0x80;
        if (!letter && byte != '.') break;
        start--;
    }
    return start;
}

static bool is_opener(const char *text, size_t length, size_t at)
{
    size_t end = at;
    while (end < length && end - at < 12 && (text[end] | 0x20) >= 'a' && (text[end] | 0x20) <= 'z') end++;
    return is_listed(openers, text + at, end - at);
}

/* Whether the full stop at `stop`, with white space behind it, ends no sentence although no small letter follows at `after`. */
static bool belongs_to_word(const char *text, size_t length, size_t begin, size_t stop, size_t after)
{
    size_t start = word_before(text, begin, stop), word_length = stop - start, next;
    if (word_length == 0) return false;
    bool digit_follows = after < length && character_at(text, length, after, &next).flags & CHARACTER_NUMBER;
    if (is_listed(titles, text + start, word_length)) return true;
    if (is_listed(before_numbers, text + start, word_length)) return digit_follows;
    struct character first = character_at(text, length, start, &next);
    if (next == stop) return first.flags & CHARACTER_UPPER; /* an initial */
    if (memchr(text + start, '.', word_length)) return digit_follows || !is_opener(text, length, after); /* U.S. */
    return false;
}

size_t sentence_end(const char *text, size_t length, size_t at)
{
    size_t begin = at;
    while (at < length) {
        if (((uint8_t)text[at] | 0x20) >= 'a' &&
            (uint8_t)text[at] < 0x7f) { /* most of all text: letters, and nothing that ends */
            at++;
            continue;
        }
        size_t next;
        struct character character = character_at(text, length, at, &next);
        bool stop = character.flags & CHARACTER_STOP, full_stop = character.flags & CHARACTER_FULL_STOP;
        bool blank_line = false;
        if (text[at] == '\n' || text[at] == '\r' || character.word_break == WB_NEWLINE) {
            at = skip_space(text, length, at, &blank_line);
            if (blank_line) return at;
            continue;
        }
        if (!stop && !full_stop) {
            at = next;
            continue;
        }
        size_t where = at;
        while (next < length && character_at(text, length, next, &at).flags & (CHARACTER_STOP | CHARACTER_FULL_STOP)) next = at;
        bool wide = stop && (uint8_t)text[where] >= 0x80; /* 。 needs no space behind it */
        size_t closed = skip_close(text, length, next, true, !wide), unused;
        size_t after = skip_space(text, length, closed, &blank_line);
        at = after;
        if (blank_line || after == length) return after;
        if (after == closed && !wide) continue;
        size_t word = skip_close(text, length, after, false, true);
        if (word < length && character_at(text, length, word, &unused).flags & CHARACTER_LOWER) continue;
        if (full_stop && closed == where + 1 && belongs_to_word(text, length, begin, where, word)) continue;
        return after;
    }
    return length;
}
