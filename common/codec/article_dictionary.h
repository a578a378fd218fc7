/*
 * What many articles of a segment have in common: their frequent words, which stand as codes in compressed articles
 * (article_words.h), and stretches of such coded text (the phrases of a trade, a byline, an address), given to the compressor
 * before each block. So blocks can be short: a reader who wants one article inflates little else.
 */
#ifndef CODEC_ARTICLE_DICTIONARY_H
#define CODEC_ARTICLE_DICTIONARY_H

#include "article_words.h"
#include "buffer.h"

enum {
    ARTICLE_DICTIONARY_MOST = 32000, /* bytes of stretches; deflate reaches back 32,768 less what it looks ahead */
    ARTICLE_DICTIONARY_SHARE = 32,   /* so small a part of what they were learnt from are the stretches, and the words */
    ARTICLE_DICTIONARY_SAMPLE = 4 << 20, /* bytes to learn from, at most; of half as many blocks become 2 % longer */
    ARTICLE_DICTIONARY_LEAST = 1024, /* a smaller one isn't worth it */
    ARTICLE_DICTIONARY_KEPT = 16000, /* a merge copies blocks with a dictionary of so many bytes, and compresses others anew */
};

struct article_dictionary {
    const uint8_t *bytes;       /* the stretches; NULL: none */
    size_t length;
    uint32_t id;                /* Adler-32 of the stretches, by which a stream names the dictionary it wants (RFC 1950) */
    struct article_words words;
    const uint8_t *record;      /* of all this */
    size_t record_length;
};

/* Learns the words, then the stretches of what is coded with them, and appends the record of the dictionary, or nothing where it
 * would be too small. `ends`: where each article ends in `articles`. False: memory refused. */
bool article_dictionary_learn(const uint8_t *articles, const size_t *ends, size_t count, struct buffer *out);

enum { ARTICLE_DICTIONARY_HEAD = 13 }; /* bytes of a record before the dictionary's */

/* The length of the whole record, told by its head. */
const char *article_dictionary_size(const uint8_t *head, size_t *length);

/* Borrows the record. */
const char *article_dictionary_open(const uint8_t *record, size_t length, struct article_dictionary *dictionary);

/* `words`: a list of words (article_words.h). */
void article_dictionary_encode(const struct buffer *words, const uint8_t *bytes, size_t length, struct buffer *out);

#endif
