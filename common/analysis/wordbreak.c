#include "wordbreak.h"

#include "unicode_table.h"
#include "utf8_decode.h"

#include <stdbool.h>

struct walk {
    const char *text;
    size_t length;
    bool tailored;
};

static inline struct character walk_take(const struct walk *walk, size_t at, size_t *next)
{
    struct character character = character_of(utf8_take(walk->text, walk->length, at, next));
    if (walk->tailored) character.word_break = character.tailored_break;
    return character;
}

static inline bool is_set(unsigned set, unsigned word_break) { return set >> word_break & 1; }

enum {
    NEWLINES = 1 << WB_CR | 1 << WB_LF | 1 << WB_NEWLINE,
    IGNORED = 1 << WB_EXTEND | 1 << WB_FORMAT | 1 << WB_ZWJ,
    AH_LETTER = 1 << WB_ALETTER | 1 << WB_HEBREW_LETTER,
    MID_NUM_LET_Q = 1 << WB_MID_NUM_LET | 1 << WB_SINGLE_QUOTE,
    MID_IN_WORD = 1 << WB_MID_LETTER | MID_NUM_LET_Q,
    MID_IN_NUMBER = 1 << WB_MID_NUM | MID_NUM_LET_Q,
    JOINED_BY_UNDERSCORE = AH_LETTER | 1 << WB_NUMERIC | 1 << WB_KATAKANA,
};

/* Whether what follows the middle character at `middle_end`, marks and format characters aside (WB4), is of `wanted`; then
 * *character is that and *end the offset after it. */
static bool walk_sees(const struct walk *walk, size_t middle_end, unsigned wanted, struct character *character, size_t *end)
{
    size_t at = middle_end;
    while (at < walk->length) {
        size_t next;
        struct character seen = walk_take(walk, at, &next);
        if (!is_set(IGNORED, seen.word_break)) {
            *character = seen;
            *end = next;
            return is_set(wanted, seen.word_break);
        }
        at = next;
    }
    return false;
}

/* WB5, WB8 to WB10, WB13 to WB13b: whether two neighbours stand together whatever follows. */
static inline bool joins(unsigned before, unsigned after)
{
    switch (before) {
    case WB_ALETTER:
    case WB_HEBREW_LETTER:
    case WB_NUMERIC:
        return is_set(AH_LETTER | 1 << WB_NUMERIC | 1 << WB_EXTEND_NUM_LET, after);
    case WB_KATAKANA:
        return is_set(1 << WB_KATAKANA | 1 << WB_EXTEND_NUM_LET, after);
    case WB_EXTEND_NUM_LET:
        return is_set(JOINED_BY_UNDERSCORE | 1 << WB_EXTEND_NUM_LET, after);
    default:
        return false;
    }
}

/* WB6, WB7, WB7b, WB7c, WB11, WB12: whether `after` stands in the middle of a word or number. Then *character is what
 * completes it and *end the offset after that. */
static bool joins_across(const struct walk *walk, unsigned before, unsigned after, size_t after_end, struct character *character,
                         size_t *end)
{
    if (is_set(AH_LETTER, before) && is_set(MID_IN_WORD, after)) return walk_sees(walk, after_end, AH_LETTER, character, end);
    if (before == WB_HEBREW_LETTER && after == WB_DOUBLE_QUOTE)
        return walk_sees(walk, after_end, 1 << WB_HEBREW_LETTER, character, end);
    if (before == WB_NUMERIC && is_set(MID_IN_NUMBER, after))
        return walk_sees(walk, after_end, 1 << WB_NUMERIC, character, end);
    return false;
}

static inline size_t walk_word(const struct walk *walk, size_t at, unsigned *flags)
{
    size_t end;
    struct character first = walk_take(walk, at, &end);
    unsigned before = first.word_break;    /* the last character that counts */
    unsigned neighbour = first.word_break; /* the last character of all */
    bool odd_indicators = before == WB_REGIONAL_INDICATOR;
    *flags = first.flags;
    if (before == WB_CR && end < walk->length && walk->text[end] == '\n') end++; /* WB3 */
    if (is_set(NEWLINES, before)) return end;                                     /* WB3a */
    while (end < walk->length) {
        size_t next, across;
        struct character seen = walk_take(walk, end, &next), beyond;
        unsigned after = seen.word_break;
        if (is_set(IGNORED, after)) { /* WB4 */
            neighbour = after;
        } else if (joins(before, after)) {
            before = neighbour = after;
        } else if (joins_across(walk, before, after, next, &beyond, &across)) {
            seen = beyond;
            next = across;
            before = neighbour = seen.word_break;
        } else if (before == WB_HEBREW_LETTER && after == WB_SINGLE_QUOTE) { /* WB7a */
            before = neighbour = after;
        } else if (before == WB_REGIONAL_INDICATOR && after == WB_REGIONAL_INDICATOR && odd_indicators) { /* WB15, WB16 */
            odd_indicators = false;
            neighbour = after;
        } else if (neighbour == WB_WSEG_SPACE && after == WB_WSEG_SPACE) { /* WB3d */
            before = neighbour = after;
        } else if (neighbour == WB_ZWJ && seen.flags & CHARACTER_PICTOGRAPH && !walk->tailored) { /* WB3c */
            before = neighbour = after;
        } else {
            break; /* WB3b, WB999 */
        }
        *flags |= seen.flags;
        end = next;
    }
    return end;
}

size_t wordbreak_end(const char *text, size_t length, size_t at)
{
    const struct walk walk = {text, length, false};
    unsigned flags;
    return walk_word(&walk, at, &flags);
}

size_t wordbreak_tailored_end(const char *text, size_t length, size_t at, unsigned *flags)
{
    const struct walk walk = {text, length, true};
    return walk_word(&walk, at, flags);
}
