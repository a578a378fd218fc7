/*
 * The frequent words of a segment as codes of one byte or two, put in their place before articles are deflated. After the
 * word-replacing transformations of Skibinski, Grabowski and Deorowicz ("Revisiting dictionary-based compression", Software:
 * Practice and Experience 2005), with the space between words left out where it goes without saying (Moura, Navarro, Ziviani and
 * Baeza-Yates, "Fast and flexible word searching on compressed text", ACM TOIS 2000).
 *
 * A block of a few kilobytes is too short to learn a language from: most of its words occur once or twice in it. What is deflated
 * becomes half as long, and so does what must be looked for in it; the dictionary's stretches reach twice as far.
 */
#ifndef CODEC_ARTICLE_WORDS_H
#define CODEC_ARTICLE_WORDS_H

#include "buffer.h"
#include "bytes.h"

/* What a byte of coded text is. */
enum {
    WORD_SHORT = 0x80,   /* to 0xaf: the words 0 to 47; below: the byte itself */
    WORD_LONG = 0xb0,    /* to 0xfd: with a second byte, the words from 48 on, 256 with each */
    WORD_JOINED = 0xfe,  /* before a word: no space before it, though one would be expected */
    WORD_BYTES = 0xff,   /* then a number less one, then so many bytes as they are */
    WORD_SHORT_COUNT = WORD_LONG - WORD_SHORT,
    WORDS_MOST = WORD_SHORT_COUNT + (WORD_JOINED - WORD_LONG) * 256,
    WORD_LEAST = 2, WORD_MOST = 40, /* bytes of a word */
    WORDS_BYTES_MOST = 1 << 20,     /* of a list of words */
};

/* The list as it stands in a dictionary's record. */
struct article_words {
    const uint8_t *entries;    /* u32 each: where the word begins in `bytes`, and from bit 24 on its length */
    const uint8_t *bytes;
    uint32_t count, length;    /* words; bytes of theirs */
    const uint8_t *end;        /* of what may be read: at or behind the end of `bytes` */
};

/* Borrows a list; `end` may be behind its own end, where other bytes of the record follow. */
const char *article_words_open(const uint8_t *record, size_t length, const uint8_t *end, struct article_words *words);

/* Appends coded text as it was: exactly `wanted` bytes, or the coded text is broken. */
const char *article_words_decode(const struct article_words *words, const uint8_t *coded, size_t length, size_t wanted,
                                 struct buffer *out);

/* The longest that a byte of coded text can become. */
enum { WORDS_RATIO_MAX = WORD_MOST + 1 };

/* Counts the words of the articles and appends a list of those that save the most, of at most `room` bytes; nothing where none
 * saves anything. False: memory refused. */
bool article_words_learn(const uint8_t *articles, size_t length, size_t room, struct buffer *out);

/* Codes of words by their bytes. */
struct article_word_table;
struct article_word_table *article_word_table_make(const struct article_words *words);
void article_word_table_free(struct article_word_table *table);

/* Appends the coded text. False: memory refused. */
bool article_words_encode(const struct article_word_table *table, const uint8_t *text, size_t length, struct buffer *out);

/* The high bit of each byte that is a letter: a to z, A to Z, and all bytes from 0x80 on. */
static inline uint64_t article_word_letters(uint64_t bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = UINT64_C(0x8080808080808080);
    uint64_t low = (bytes | 0x20 * ones) & ~high;
    uint64_t from_a = low + (0x80 - 'a') * ones, behind_z = low + (0x7f - 'z') * ones;
    return ((from_a & ~behind_z) | bytes) & high;
}

/* Where the run of letters that begins at text[at] ends. */
static inline size_t article_word_end(const uint8_t *text, size_t length, size_t at)
{
    const uint64_t high = UINT64_C(0x8080808080808080);
    for (; length - at >= 8; at += 8) {
        uint64_t letter = article_word_letters(load_u64(text + at));
        if (letter != high) return at + (size_t)__builtin_ctzll(letter ^ high) / 8;
    }
    for (; at < length; at++)
        if (!(text[at] >= 0x80 || ((text[at] | 0x20) >= 'a' && (text[at] | 0x20) <= 'z'))) break;
    return at;
}

/* Whether a word that follows such a byte is expected to have a space before it: letters, digits, and % ) , . : ; ? */
static inline bool article_word_spaced(uint8_t byte)
{
    const uint64_t first = UINT64_C(0x8fff522000000000), second = UINT64_C(0x07fffffe07fffffe);
    return byte >= 0x80 || (byte < 64 ? first >> byte : second >> (byte - 64)) & 1;
}

#endif
