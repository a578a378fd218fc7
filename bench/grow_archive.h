/*
 * The archive that `grow` grows, held in memory: articles cut into units (a title; sentences with the white space behind
 * them) and units into words, with what is known of each word.
 */
#ifndef BENCH_GROW_ARCHIVE_H
#define BENCH_GROW_ARCHIVE_H

#include "article_lines.h"
#include "word_list.h"

enum { GROW_FEATURES = 64 };

struct grow_unit {
    uint64_t text;       /* where it begins in the text */
    uint64_t first_word; /* its place in the words */
    uint32_t length, word_count;
};

/* Unit `first_unit` is the title, the `unit_count` after it are the body. */
struct grow_article {
    uint64_t id; /* where it begins in the text */
    uint32_t id_length;
    uint32_t first_unit, unit_count;
    uint32_t word_count;    /* of the body */
    uint32_t first_feature, feature_count;
};

struct grow_word {
    uint32_t df, cf;
    uint32_t capital; /* how often of those its first letter is a capital */
};

/* What an article is about: words that occur in few articles, and here often. In order of tf x idf. */
struct grow_feature {
    uint32_t word, tf;
};

struct grow_archive {
    struct buffer text, articles, units, word_numbers, features;
    struct word_list words;
    struct grow_word *word; /* by number */
    uint32_t article_count, word_count;
    double vocabulary[3]; /* distinct words in a quarter of the articles, in half, in all */
};

static inline const struct grow_article *grow_article_at(const struct grow_archive *archive, uint32_t article)
{
    return (const struct grow_article *)(const void *)archive->articles.bytes + article;
}

static inline const struct grow_unit *grow_unit_at(const struct grow_archive *archive, uint32_t unit)
{
    return (const struct grow_unit *)(const void *)archive->units.bytes + unit;
}

static inline const uint32_t *grow_words_of(const struct grow_archive *archive, const struct grow_unit *unit)
{
    return (const uint32_t *)(const void *)archive->word_numbers.bytes + unit->first_word;
}

static inline const struct grow_feature *grow_features_of(const struct grow_archive *archive, const struct grow_article *article)
{
    return (const struct grow_feature *)(const void *)archive->features.bytes + article->first_feature;
}

static inline const char *grow_text_at(const struct grow_archive *archive, uint64_t offset)
{
    return (const char *)archive->text.bytes + offset;
}

static inline uint32_t grow_unit_total(const struct grow_archive *archive)
{
    return (uint32_t)(archive->units.length / sizeof(struct grow_unit));
}

bf_status grow_archive_read(const char *path, struct grow_archive *archive, bf_error *error);
void grow_archive_free(struct grow_archive *archive);

#endif
