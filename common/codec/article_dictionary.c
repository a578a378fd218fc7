/*
 * version (1 byte), length of the words (u32), of the stretches (u32), Adler-32 of the stretches (u32), words, stretches.
 *
 * Learning follows Liao, Petri, Moffat and Wirth (Effective Construction of Relative Lempel-Ziv Dictionaries, 2016) as zstd's
 * "fastcover" does: the sample is cut into as many epochs as the dictionary has room for stretches, and of each epoch the stretch
 * is taken whose strings of eight bytes occur in the most articles, each string counting once.
 */
#include "article_dictionary.h"

#include "bytes.h"

#include <stdlib.h>
#include <zlib.h>

enum {
    DICTIONARY_VERSION = 1,
    GRAM = 8,         /* bytes of the strings that are counted */
    STRETCH = 64,
    HASH_BITS = 17,
};

struct gram {
    uint32_t last_article; /* and one more */
    uint32_t articles;
};

struct stretch {
    uint64_t worth;
    size_t start;
};

static struct gram *gram_at(struct gram *grams, const uint8_t *at)
{
    return &grams[load_u64(at) * UINT64_C(0x9e3779b97f4a7c15) >> (64 - HASH_BITS)];
}

static void count_grams(struct gram *grams, const uint8_t *articles, const size_t *ends, size_t count)
{
    for (size_t article = 0, at = 0; article < count; at = ends[article++])
        for (; at + GRAM <= ends[article]; at++) {
            struct gram *gram = gram_at(grams, articles + at);
            if (gram->last_article == article + 1) continue;
            gram->last_article = (uint32_t)article + 1;
            gram->articles++;
        }
}

static uint64_t gram_worth(const struct gram *gram) { return gram->articles > 1 ? gram->articles - 1 : 0; }

/* The best stretch that begins in [start, end); what it holds is worth nothing from then on. */
static struct stretch best_stretch(struct gram *grams, const uint8_t *articles, size_t start, size_t end)
{
    struct stretch best = {0, start};
    uint64_t worth = 0;
    for (size_t i = 0; i <= STRETCH - GRAM; i++) worth += gram_worth(gram_at(grams, articles + start + i));
    for (size_t at = start; at < end; at++) {
        if (worth > best.worth) best = (struct stretch){worth, at};
        worth -= gram_worth(gram_at(grams, articles + at));
        worth += gram_worth(gram_at(grams, articles + at + STRETCH - GRAM + 1));
    }
    for (size_t i = 0; i <= STRETCH - GRAM; i++) gram_at(grams, articles + best.start + i)->articles = 0;
    return best;
}

static int stretch_compare(const void *a, const void *b)
{
    const struct stretch *x = a, *y = b;
    if (x->worth != y->worth) return x->worth < y->worth ? -1 : 1;
    return x->start < y->start ? -1 : x->start > y->start;
}

/* Appends the stretches of the articles, at most `size` bytes. False: memory refused. */
static bool learn_stretches(const uint8_t *articles, const size_t *ends, size_t count, size_t size, struct buffer *out)
{
    size_t length = count ? ends[count - 1] : 0, stretches = size / STRETCH;
    if (stretches == 0 || length < stretches * 2 * STRETCH) return true;
    struct gram *grams = calloc((size_t)1 << HASH_BITS, sizeof *grams);
    struct stretch *chosen = calloc(stretches, sizeof *chosen);
    bool done = grams && chosen;
    if (done) {
        count_grams(grams, articles, ends, count);
        size_t epoch = (length - 2 * STRETCH) / stretches;
        for (size_t i = 0; i < stretches; i++) chosen[i] = best_stretch(grams, articles, i * epoch, (i + 1) * epoch);
        /* The best at the end: near to what is compressed, and within reach the longest. */
        qsort(chosen, stretches, sizeof *chosen, stretch_compare);
        for (size_t i = 0; i < stretches; i++)
            if (chosen[i].worth > 0) buffer_append(out, articles + chosen[i].start, STRETCH);
        done = !out->failed;
    }
    free(grams);
    free(chosen);
    return done;
}

/* The articles as they will be given to the compressor. */
static bool code_articles(const struct article_words *words, const uint8_t *articles, const size_t *ends, size_t count,
                          struct buffer *coded, struct buffer *coded_ends)
{
    struct article_word_table *table = article_word_table_make(words);
    bool done = table != NULL;
    for (size_t article = 0, at = 0; done && article < count; at = ends[article++]) {
        done = article_words_encode(table, articles + at, ends[article] - at, coded);
        buffer_append(coded_ends, &coded->length, sizeof coded->length);
    }
    article_word_table_free(table);
    return done && !coded_ends->failed;
}

bool article_dictionary_learn(const uint8_t *articles, const size_t *ends, size_t count, struct buffer *out)
{
    size_t length = count ? ends[count - 1] : 0, size = length / ARTICLE_DICTIONARY_SHARE;
    struct buffer list = {0}, coded = {0}, coded_ends = {0}, stretches = {0};
    struct article_words words;
    if (size < ARTICLE_DICTIONARY_LEAST) return true;
    bool done = article_words_learn(articles, length, size, &list) &&
                !article_words_open(list.bytes, list.length, list.bytes + list.length, &words) &&
                code_articles(&words, articles, ends, count, &coded, &coded_ends);
    if (size > ARTICLE_DICTIONARY_MOST) size = ARTICLE_DICTIONARY_MOST;
    done = done && learn_stretches(coded.bytes, (const size_t *)(const void *)coded_ends.bytes, count, size, &stretches);
    if (done && stretches.length >= ARTICLE_DICTIONARY_LEAST)
        article_dictionary_encode(&list, stretches.bytes, stretches.length, out);
    buffer_free(&list);
    buffer_free(&coded);
    buffer_free(&coded_ends);
    buffer_free(&stretches);
    return done && !out->failed;
}

void article_dictionary_encode(const struct buffer *words, const uint8_t *bytes, size_t length, struct buffer *out)
{
    buffer_append_u8(out, DICTIONARY_VERSION);
    buffer_append_u32(out, (uint32_t)words->length);
    buffer_append_u32(out, (uint32_t)length);
    buffer_append_u32(out, (uint32_t)adler32_z(1, bytes, length));
    buffer_append(out, words->bytes, words->length);
    buffer_append(out, bytes, length);
}

const char *article_dictionary_size(const uint8_t *head, size_t *length)
{
    if (head[0] != DICTIONARY_VERSION) return "a dictionary's version is unknown";
    uint32_t words = load_u32(head + 1), bytes = load_u32(head + 5);
    if (bytes == 0 || bytes > ARTICLE_DICTIONARY_MOST || words > WORDS_BYTES_MOST) return "a dictionary has an impossible length";
    *length = ARTICLE_DICTIONARY_HEAD + (size_t)words + bytes;
    return NULL;
}

const char *article_dictionary_open(const uint8_t *record, size_t length, struct article_dictionary *dictionary)
{
    size_t told;
    struct article_words words;
    if (length < ARTICLE_DICTIONARY_HEAD) return "a dictionary is shorter than its head";
    const char *rule = article_dictionary_size(record, &told);
    if (rule) return rule;
    if (told != length) return "a dictionary has another length than it says";
    const uint8_t *list = record + ARTICLE_DICTIONARY_HEAD, *bytes = list + load_u32(record + 1);
    rule = article_words_open(list, (size_t)(bytes - list), record + length, &words);
    if (rule) return rule;
    *dictionary = (struct article_dictionary){bytes, load_u32(record + 5), load_u32(record + 9), words, record, length};
    return NULL;
}
