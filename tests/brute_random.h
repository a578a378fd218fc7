/* Articles and queries made by chance, of small vocabularies, so that everything collides with everything. */
#ifndef TESTS_BRUTE_RANDOM_H
#define TESTS_BRUTE_RANDOM_H

#include "brute_force.h"
#include "buffer.h"
#include "test_codec.h"

/* What a collection is like. */
struct style {
    uint32_t vocabulary;        /* different words */
    uint32_t skew;              /* 0: all alike; the higher, the fewer make up most of the text */
    uint32_t foreign;           /* of 100 words: in scripts without spaces */
    uint32_t odd;               /* of 100 words: with apostrophes, hyphens, digits, accents; or very long */
    uint32_t title_most, body_most; /* words */
    uint32_t empty;             /* of 100 titles, and of 100 bodies */
    uint32_t filled;            /* of 100 other members */
    uint32_t dated;             /* of 100 articles */
};

struct style style_random(struct chance *chance);

/* Appends a word. */
void word_random(struct buffer *text, struct chance *chance, const struct style *style);

/* A made article; the text is in `text`, which the next one overwrites. */
struct made_article {
    bf_article article;
    bf_text keywords[4];
    struct buffer text;
};

/* The id is that of the number. */
void made_article_fill(struct made_article *made, struct chance *chance, const struct style *style, uint32_t number);
void made_article_free(struct made_article *made);

/* An id of at most 32 bytes, NUL-terminated; the same number, the same id. */
void number_id(uint32_t number, char id[32]);

/* A query; words are those of the style, or stand in articles of the twin. NUL-terminated, overwritten by the next. */
const char *query_random(struct buffer *text, struct chance *chance, const struct style *style, const struct brute_force *twin);

/* Any of the options that change what is found. */
bf_search_options options_random(struct chance *chance);

#endif
