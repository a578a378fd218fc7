/*
 * What many articles of a segment have in common (the words of a trade, a byline, an address), given to the compressor before
 * each block, so that blocks can be short: a reader who wants one article inflates little else.
 */
#ifndef CODEC_ARTICLE_DICTIONARY_H
#define CODEC_ARTICLE_DICTIONARY_H

#include "buffer.h"

enum {
    ARTICLE_DICTIONARY_MOST = 32000, /* bytes; deflate reaches back 32,768 less what it looks ahead */
    ARTICLE_DICTIONARY_SHARE = 32,   /* a dictionary is so small a part of what it was learnt from */
    ARTICLE_DICTIONARY_LEAST = 1024, /* a smaller one isn't worth it */
    ARTICLE_DICTIONARY_KEPT = 16000, /* a merge copies blocks with a dictionary of so many bytes, and compresses others anew */
};

struct article_dictionary {
    const uint8_t *bytes; /* NULL: none */
    size_t length;
    uint32_t id;          /* Adler-32 of its bytes, by which a stream names the dictionary it wants (RFC 1950) */
};

/* Chooses the stretches that the most articles share, at most `size` bytes, and appends the record of the dictionary, or nothing
 * where it would be too small. `ends`: where each article ends in `articles`. False: memory refused. */
bool article_dictionary_learn(const uint8_t *articles, const size_t *ends, size_t count, size_t size, struct buffer *out);

enum { ARTICLE_DICTIONARY_HEAD = 9 }; /* bytes of a record before the dictionary's */

/* The length of the whole record, told by its head. */
const char *article_dictionary_size(const uint8_t *head, size_t *length);

/* Borrows the record. */
const char *article_dictionary_open(const uint8_t *record, size_t length, struct article_dictionary *dictionary);

void article_dictionary_encode(const uint8_t *bytes, size_t length, struct buffer *out);

#endif
