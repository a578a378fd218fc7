/*
 * Words of ASCII text, 64 bytes a step. After Lemire and Langdale's way with JSON ("Parsing Gigabytes of JSON per Second", VLDB
 * Journal 2019): classes of bytes become sets of bits, the rules of UAX #29 and RULES.md become shifts of those sets, and
 * the words are the runs of ones that are left.
 *
 * No state is carried between steps: a block is cut at its last byte that is certainly part of no word, and the next block
 * begins there. "Certainly": no rule looks further than four bytes ahead, so that holds for all but the last bytes of a
 * block, and for those that can never be part of a word wherever they stand. What is left to the general path
 * are words of sixty bytes and more, and words with anything that is not ASCII in or beside them.
 */
#include "tokenizer.h"

#include <string.h>

enum {
    BLOCK = 64,
    LOOK_AHEAD = 4, /* bytes, at most, on which the rules below depend */
};

/* `text + at`, or a copy with zeros behind where less than a block is left. */
static inline const char *block_at(const char *text, size_t length, size_t at, char padded[BLOCK])
{
    if (length - at >= BLOCK) return text + at;
    memset(padded, 0, BLOCK);
    memcpy(padded, text + at, length - at);
    return padded;
}

static inline uint64_t below(unsigned bit) { return (UINT64_C(1) << bit) - 1; }

/* AT&T: an ampersand between letters, with at most two letters on one side. */
static inline uint64_t joining_ampersands(const struct ascii_classes *classes)
{
    uint64_t letter = classes->letter;
    uint64_t between = classes->ampersand & letter << 1 & letter >> 1;
    uint64_t long_left = letter << 2 & letter << 3, long_right = letter >> 2 & letter >> 3;
    return between & ~(long_left & long_right);
}

/* Inc.'s, 747's: an apostrophe and an s of its own, behind a digit, or a letter and a full stop. */
static inline uint64_t joining_possessives(const struct ascii_classes *classes, uint64_t word)
{
    uint64_t possessive = classes->apostrophe & (classes->letter_s & ~(word >> 1)) >> 1;
    uint64_t behind_stop = possessive & (classes->full_stop & classes->letter << 1) << 1;
    return (possessive & classes->digit << 1) | behind_stop | behind_stop >> 1;
}

/* C++, C#: a word of one letter, then ++ or #, then nothing that could belong to it. */
static inline uint64_t language_signs(const struct ascii_classes *classes, uint64_t word)
{
    uint64_t single = classes->letter & word & ~(word << 1) & ~(word >> 1);
    uint64_t goes_on = word | classes->plus | classes->hash;
    uint64_t hash = single << 1 & classes->hash & ~(goes_on >> 1);
    uint64_t plus = single << 1 & classes->plus & classes->plus >> 1 & ~(goes_on >> 2);
    return hash | plus | plus << 1;
}

/* Appends the runs of ones in `word` as tokens; stops at a full `tokens`, with *rest the offset behind the last. */
static inline size_t take_runs(uint64_t word, uint64_t named, size_t at, struct token *tokens, size_t room, size_t *rest)
{
    uint64_t starts = word & ~(word << 1), ends = ~word & word << 1;
    size_t count = 0;
    while (starts && count < room) {
        unsigned start = (unsigned)__builtin_ctzll(starts), end = (unsigned)__builtin_ctzll(ends);
        tokens[count] = (struct token){(uint32_t)(at + start), end - start};
        /* a run of underscores alone is no word */
        count += (named >> start & below(end - start)) != 0;
        starts &= starts - 1;
        ends &= ends - 1;
        if (count == room) *rest = at + end;
    }
    return count;
}

size_t tokenizer_ascii(const char *text, size_t length, size_t *at, struct token *tokens, size_t room, ascii_classify *classify)
{
    size_t count = 0, here = *at;
    while (count < room && here < length) {
        char padded[BLOCK];
        struct ascii_classes classes;
        classify(block_at(text, length, here, padded), &classes);
        uint64_t named = classes.letter | classes.digit, word = named | classes.underscore;
        uint64_t quote_or_stop = classes.apostrophe | classes.full_stop, sign = classes.ampersand | classes.plus | classes.hash;
        uint64_t never = ~(word | quote_or_stop | classes.colon | classes.comma | sign);
        word |= (quote_or_stop | classes.colon) & classes.letter << 1 & classes.letter >> 1;
        word |= (quote_or_stop | classes.comma) & classes.digit << 1 & classes.digit >> 1;
        if (classes.apostrophe) word |= joining_possessives(&classes, word);
        if (classes.ampersand) word |= joining_ampersands(&classes);
        if (classes.plus | classes.hash) word |= language_signs(&classes, word);

        uint64_t certain = never | below(BLOCK - LOOK_AHEAD);
        if (classes.foreign) {
            unsigned first = (unsigned)__builtin_ctzll(classes.foreign);
            certain &= below(first);
            certain &= never | (first > LOOK_AHEAD ? below(first - LOOK_AHEAD) : 0);
        }
        uint64_t separator = ~word & certain;
        if (separator <= 1) break;
        unsigned cut = 63 - (unsigned)__builtin_clzll(separator);

        size_t rest = here + cut < length ? here + cut : length;
        count += take_runs(word & below(cut), named, here, tokens + count, room - count, &rest);
        here = rest;
    }
    *at = here;
    return count;
}

/* The bytes of the block at `at` that are blank, with everything behind the end of the text. */
static uint64_t blanks_at(const char *text, size_t length, size_t at, ascii_classify *classify)
{
    char padded[BLOCK];
    struct ascii_classes classes;
    classify(block_at(text, length, at, padded), &classes);
    return length - at < BLOCK ? classes.blank | ~below((unsigned)(length - at)) : classes.blank;
}

size_t tokenizer_plain(const char *text, size_t length, size_t *at, struct token *tokens, size_t room, ascii_classify *classify)
{
    size_t count = 0, here = *at;
    while (count < room && here < length) {
        uint64_t blank = blanks_at(text, length, here, classify);
        if (blank <= 1) { /* one word to the end of the block, and perhaps far beyond */
            size_t start = here + (blank & 1), end = here + BLOCK;
            blank = 0;
            while (end < length && !(blank = blanks_at(text, length, end, classify))) end += BLOCK;
            if (blank) end += (unsigned)__builtin_ctzll(blank);
            if (end > length) end = length;
            tokens[count++] = (struct token){(uint32_t)start, (uint32_t)(end - start)};
            here = end;
            continue;
        }
        unsigned cut = 63 - (unsigned)__builtin_clzll(blank);
        size_t rest = here + cut < length ? here + cut : length;
        uint64_t word = ~blank & below(cut);
        count += take_runs(word, word, here, tokens + count, room - count, &rest);
        here = rest;
    }
    *at = here;
    return count;
}
