/*
 * Collections made hard on purpose, where bounds meet, tie, or lie at the edge of a rounding: each of a few shapes, all of it
 * determined by the shape and one seed, so that a failure can be had again.
 */
#ifndef TESTS_EXACT_SHAPES_H
#define TESTS_EXACT_SHAPES_H

#include "backfile.h"
#include "buffer.h"
#include "test_codec.h"

enum { SHAPE_WORDS = 16, SHAPE_SECTIONS = 3 };

/* Where a word stands, for shapes that say so: in the articles [start, end) whose number is `phase` modulo `stride`. */
struct shape_word {
    uint32_t start, end, stride, phase, tf_most;
};

/* A frequency in a text of a length, for shapes that choose both. */
struct shape_edge {
    uint32_t tf, length;
};

struct shaped;

struct shape {
    const char *name;
    const char *what;
    void (*begin)(struct shaped *shaped);                    /* decides on numbers; NULL: those given will do */
    void (*write)(struct shaped *shaped, uint32_t number);   /* appends title and body of one article */
};

extern const struct shape *const exact_shapes[];             /* NULL ends it */

/* A collection: how it is made, and what a query can be about. */
struct shaped {
    const struct shape *shape;
    uint64_t seed;
    struct chance chance;
    uint32_t articles, segments, deleted; /* deleted: of 100 */
    bool reordered;
    uint32_t vocabulary;                  /* words are w0, w1, ... */
    uint32_t usual;                       /* as many of them make up skewed text; 0: all */
    bool long_queries;                    /* of a thousand words, more often than else */
    struct shape_word words[SHAPE_WORDS];
    struct shape_edge edges[64];
    uint32_t edge_count, average, odd_one;
    uint64_t written;                     /* words of bodies so far */
    struct buffer title, body;
};

/* Decides everything. `most`: articles, at most; 0: as the shape likes. */
void shaped_begin(struct shaped *shaped, const struct shape *shape, uint64_t seed, uint32_t most);
void shaped_free(struct shaped *shaped);

/* Makes the index, which must not exist. */
void shaped_index(struct shaped *shaped, const char *path);

/* "edges, seed 17: 4097 articles, 3 segments, 30 % deleted" */
void shaped_describe(const struct shaped *shaped, char *text, size_t size);

/* A query about it, and options with which to ask it, k and offset included. */
const char *shaped_query(struct shaped *shaped, struct buffer *text, bf_search_options *options);

#endif
