#include "wordform.h"

#include "unicode_table.h"
#include "utf8_decode.h"

#include <stdbool.h>
#include <string.h>

static size_t count_digits(const char *word, size_t length, size_t at)
{
    size_t count = 0;
    while (at + count < length && word[at + count] >= '0' && word[at + count] <= '9') count++;
    return count;
}

static size_t remove_byte(char *word, size_t length, char unwanted)
{
    size_t kept = 0;
    for (size_t i = 0; i < length; i++)
        if (word[i] != unwanted) word[kept++] = word[i];
    return kept;
}

size_t wordform_number(char *word, size_t length)
{
    size_t at = count_digits(word, length, 0), groups = 0;
    if (at < 1 || at > 3 || at == length || word[0] == '0') return length;
    char separator = word[at];
    if (separator != ',' && separator != '.' && separator != ' ') return length;
    while (at < length && word[at] == separator && count_digits(word, length, at + 1) == 3) {
        at += 4;
        groups++;
    }
    size_t whole = at;
    bool decimals = at < length && word[at] != separator && (word[at] == '.' || word[at] == ',') &&
                    count_digits(word, length, at + 1) > 0;
    if (decimals) at += 1 + count_digits(word, length, at + 1);
    for (size_t i = at; i < length; i++)
        if (strchr("0123456789., ", word[i])) return length; /* more than a number: as it stands */
    bool certain = separator == '.' ? groups >= 2 || (groups == 1 && decimals) : groups >= 1;
    if (!certain) return length;
    size_t kept = remove_byte(word, whole, separator);
    memmove(word + kept, word + whole, length - whole);
    return kept + (length - whole);
}

/* The end of the letter at `at` with its marks, or `at` where no letter stands. */
static size_t letter_end(const char *word, size_t length, size_t at)
{
    size_t end = at;
    while (end < length) {
        size_t next;
        struct character character = character_of(utf8_take(word, length, end, &next));
        bool wanted = end == at ? character.flags & CHARACTER_LETTER : character.word_break == WB_EXTEND;
        if (!wanted) break;
        end = next;
    }
    return end;
}

size_t wordform_acronym(char *word, size_t length)
{
    size_t at = letter_end(word, length, 0), letters = at > 0;
    while (letters && at < length && word[at] == '.') {
        size_t end = letter_end(word, length, at + 1);
        if (end == at + 1) break;
        at = end;
        letters++;
    }
    if (at < length && word[at] == '.') at++; /* the last dot, where the word was given with it */
    if (letters < 2 || (at < length && word[at] != '\'')) return length;
    size_t kept = remove_byte(word, at, '.');
    memmove(word + kept, word + at, length - at);
    return kept + (length - at);
}

size_t wordform_conjunction(char *word, size_t length)
{
    static const char and_the[] = "وال", so_the[] = "فال";
    enum { LETTER = 2, ARTICLE = 6, LEAST = 12 }; /* bytes */
    if (length < LEAST || (memcmp(word, and_the, ARTICLE) != 0 && memcmp(word, so_the, ARTICLE) != 0)) return length;
    memmove(word, word + LETTER, length - LETTER);
    return length - LETTER;
}

static size_t remove_elision(char *word, size_t length, size_t apostrophe, const char *elisions)
{
    for (const char *beginning = elisions; *beginning;) {
        size_t size = strcspn(beginning, " ");
        if (size == apostrophe && memcmp(word, beginning, size) == 0 && apostrophe + 1 < length) {
            memmove(word, word + apostrophe + 1, length - apostrophe - 1);
            return length - apostrophe - 1;
        }
        beginning += size + (beginning[size] == ' ');
    }
    return length;
}

size_t wordform_apostrophe(char *word, size_t length, enum apostrophe_rule rule, const char *elisions)
{
    char *first = memchr(word, '\'', length);
    if (!first) return length;
    if (first > word && first[-1] == '.') { /* inc.'s: the stop goes */
        memmove(first - 1, first, length - (size_t)(first - word));
        first--;
        length--;
    }
    if (rule == APOSTROPHE_POSSESSIVE && length > 2 && word[length - 2] == '\'' && word[length - 1] == 's') length -= 2;
    if (rule == APOSTROPHE_ELISION) length = remove_elision(word, length, (size_t)(first - word), elisions);
    if (rule == APOSTROPHE_SUFFIX) {
        size_t last = length;
        while (word[last - 1] != '\'') last--;
        if (last > 2) length = last - 1; /* but o'brien, d'alema */
    }
    return remove_byte(word, length, '\'');
}
