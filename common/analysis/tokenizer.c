/* The general path of the tokenizer: any text, by UAX #29 and the rules of RULES.md. */
#include "tokenizer.h"

#include "bytes.h"
#include "unicode_table.h"
#include "utf8.h"
#include "utf8_decode.h"
#include "wordbreak.h"

#include <string.h>

void tokenizer_start(struct tokenizer *tokenizer, const struct analyzer *analyzer, const char *text, size_t length,
                     uint32_t flags)
{
    *tokenizer = (struct tokenizer){.analyzer = analyzer, .text = text, .length = length, .flags = flags};
}

static struct character character_at(const struct tokenizer *tokenizer, size_t at, size_t *next)
{
    return character_of(utf8_take(tokenizer->text, tokenizer->length, at, next));
}

static bool is_ignored(struct character character)
{
    return character.word_break == WB_EXTEND || character.word_break == WB_FORMAT || character.word_break == WB_ZWJ;
}

static bool is_word_letter(struct character character)
{
    return character.flags & CHARACTER_LETTER && !(character.flags & CHARACTER_NGRAM) && !is_ignored(character);
}

/* Letters in a row that end at `end`, none of them before `start`, marks not counted; three and more are three. */
static unsigned letters_before(const struct tokenizer *tokenizer, size_t start, size_t end)
{
    unsigned count = 0;
    while (count < 3 && end > start) {
        size_t next, at = utf8_back(tokenizer->text, end);
        struct character character = character_at(tokenizer, at, &next);
        if (!is_ignored(character)) {
            if (!is_word_letter(character)) break;
            count++;
        }
        end = at;
    }
    return count;
}

static unsigned letters_after(const struct tokenizer *tokenizer, size_t at)
{
    unsigned count = 0;
    while (count < 3 && at < tokenizer->length) {
        size_t next;
        struct character character = character_at(tokenizer, at, &next);
        if (!is_ignored(character)) {
            if (!is_word_letter(character)) break;
            count++;
        } else if (count == 0) {
            break; /* a mark on the ampersand: it stands apart */
        }
        at = next;
    }
    return count;
}

/* AT&T: where a word that goes up to `end` is joined to the next by an ampersand, the end of both; otherwise `end`. */
static size_t join_ampersand(const struct tokenizer *tokenizer, size_t start, size_t end)
{
    if (end == tokenizer->length || tokenizer->text[end] != '&') return end;
    unsigned left = letters_before(tokenizer, start, end), right = letters_after(tokenizer, end + 1);
    if (left == 0 || right == 0 || (left > 2 && right > 2)) return end;
    unsigned flags;
    return wordbreak_tailored_end(tokenizer->text, tokenizer->length, end + 1, &flags);
}

/* C++, C#: where the word is a single Latin letter, its end with the signs; otherwise `end`. */
static size_t join_language_sign(const struct tokenizer *tokenizer, size_t start, size_t end)
{
    const char *text = tokenizer->text;
    if (end - start != 1) return end;
    size_t after = end;
    if (tokenizer->length - end >= 2 && text[end] == '+' && text[end + 1] == '+') after = end + 2;
    else if (tokenizer->length - end >= 1 && text[end] == '#') after = end + 1;
    if (after == end || after == tokenizer->length) return after;
    size_t next;
    struct character follows = character_at(tokenizer, after, &next);
    bool named = follows.flags & (CHARACTER_LETTER | CHARACTER_NUMBER) && !(follows.flags & CHARACTER_NGRAM);
    bool goes_on = named || is_ignored(follows) || memchr("_+#", text[after], 3);
    return goes_on ? end : after;
}

static size_t apostrophe_at(const struct tokenizer *tokenizer, size_t at)
{
    size_t left = tokenizer->length - at;
    if (left >= 1 && tokenizer->text[at] == '\'') return 1;
    return left >= 3 && memcmp(tokenizer->text + at, "\xe2\x80\x99", 3) == 0 ? 3 : 0; /* U+2019 */
}

static bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

static size_t digits_at(const struct tokenizer *tokenizer, size_t at, size_t most)
{
    size_t count = 0;
    while (count < most && at + count < tokenizer->length && is_digit(tokenizer->text[at + count])) count++;
    return count;
}

/* 1 000 000 with no-break spaces (U+00A0, U+202F): where the number of one to three digits is followed by groups of exactly
 * three, the end of the last; otherwise `end`. */
static size_t join_digit_groups(const struct tokenizer *tokenizer, size_t start, size_t end)
{
    const char *text = tokenizer->text;
    if (end - start > 3 || digits_at(tokenizer, start, 3) != end - start || text[start] == '0') return end;
    while (end < tokenizer->length) {
        size_t left = tokenizer->length - end, space = 0;
        if (left >= 2 && memcmp(text + end, "\xc2\xa0", 2) == 0) space = 2;
        if (left >= 3 && memcmp(text + end, "\xe2\x80\xaf", 3) == 0) space = 3;
        if (space == 0 || digits_at(tokenizer, end + space, 4) != 3) break;
        unsigned flags;
        size_t group = end + space;
        end = wordbreak_tailored_end(text, tokenizer->length, group, &flags);
        if (end - group != 3) break; /* decimals or letters follow: the last group */
    }
    return end;
}

/* Inc.'s, 747's: where an apostrophe and an s of its own follow a digit, or a letter and a full stop, the end of the s;
 * otherwise `end`. */
static size_t join_possessive(const struct tokenizer *tokenizer, size_t start, size_t end)
{
    const char *text = tokenizer->text;
    size_t at = end;
    if (at < tokenizer->length && text[at] == '.' && letters_before(tokenizer, start, end) > 0) at++;
    else if (!is_digit(text[end - 1])) return end;
    size_t apostrophe = apostrophe_at(tokenizer, at);
    at += apostrophe;
    if (apostrophe == 0 || at == tokenizer->length || (text[at] | 0x20) != 's') return end;
    unsigned flags;
    return wordbreak_tailored_end(text, tokenizer->length, at, &flags) == at + 1 ? at + 1 : end;
}

/* The word at `start`, by UAX #29 and what joins further. False: nothing in it but signs. */
static bool tokenizer_word(struct tokenizer *tokenizer, struct token *token)
{
    size_t start = tokenizer->at;
    unsigned flags;
    size_t end = wordbreak_tailored_end(tokenizer->text, tokenizer->length, start, &flags);
    tokenizer->at = end;
    if (!(flags & (CHARACTER_LETTER | CHARACTER_NUMBER))) return false;
    if (!(flags & CHARACTER_LETTER)) end = join_digit_groups(tokenizer, start, end);
    for (size_t before = start; before != end;) {
        before = end;
        end = join_ampersand(tokenizer, start, end);
        end = join_possessive(tokenizer, start, end);
    }
    if (flags & CHARACTER_LETTER) end = join_language_sign(tokenizer, start, end);
    tokenizer->at = end;
    *token = (struct token){(uint32_t)start, (uint32_t)(end - start)};
    return true;
}

/* The grapheme cluster that begins with a pictograph or a regional indicator. False: a sign that is no picture. */
static bool tokenizer_emoji(struct tokenizer *tokenizer, struct character first, size_t after_first, struct token *token)
{
    size_t start = tokenizer->at, next;
    tokenizer->at = utf8_grapheme_end(tokenizer->text, tokenizer->length, start);
    *token = (struct token){(uint32_t)start, (uint32_t)(tokenizer->at - start)};
    if (tokenizer->at == after_first) return first.flags & CHARACTER_EMOJI && first.word_break != WB_REGIONAL_INDICATOR;
    uint32_t second = utf8_take(tokenizer->text, tokenizer->length, after_first, &next);
    if (first.word_break == WB_REGIONAL_INDICATOR) return character_of(second).word_break == WB_REGIONAL_INDICATOR;
    bool skin_tone = second >= 0x1f3fb && second <= 0x1f3ff;
    return second == 0xfe0f || skin_tone || (first.flags & CHARACTER_EMOJI && second != 0xfe0e);
}

/* One step of the general path: false when what was passed over is no token. */
static bool tokenizer_step(struct tokenizer *tokenizer, struct token *token)
{
    size_t next;
    struct character first = character_at(tokenizer, tokenizer->at, &next);
    if (first.flags & CHARACTER_NGRAM) return tokenizer_ngram(tokenizer, token);
    if (first.flags & CHARACTER_PICTOGRAPH || first.word_break == WB_REGIONAL_INDICATOR)
        return tokenizer_emoji(tokenizer, first, next, token);
    return tokenizer_word(tokenizer, token);
}

/* Whether the ASCII path is worth a try: the next sixteen bytes, as far as there are any, are ASCII. */
static bool tokenizer_sees_ascii(const struct tokenizer *tokenizer)
{
    const uint64_t high = UINT64_C(0x8080808080808080);
    const char *here = tokenizer->text + tokenizer->at;
    size_t left = tokenizer->length - tokenizer->at;
    if (left >= 16) return !((load_u64(here) | load_u64(here + 8)) & high);
    for (size_t i = 0; i < left; i++)
        if ((uint8_t)here[i] >= 0x80) return false;
    return true;
}

size_t tokenizer_fill(struct tokenizer *tokenizer, struct token *tokens, size_t room, ascii_classify *classify)
{
    size_t count = 0;
    while (count < room && tokenizer->at < tokenizer->length) {
        if (classify && tokenizer_sees_ascii(tokenizer)) {
            size_t at = tokenizer->at;
            count += tokenizer_ascii(tokenizer->text, tokenizer->length, &tokenizer->at, tokens + count, room - count, classify);
            if (tokenizer->at > at) continue;
        }
        count += tokenizer_step(tokenizer, &tokens[count]);
    }
    return count;
}

size_t tokenizer_next(struct tokenizer *tokenizer, struct token *tokens, size_t room)
{
    ascii_classify *classify = ascii_classifier(cpu_level());
    if (analyzer_is_plain(tokenizer->analyzer))
        return tokenizer_plain(tokenizer->text, tokenizer->length, &tokenizer->at, tokens, room, classify);
    return tokenizer_fill(tokenizer, tokens, room, classify);
}
