#include "article_words.h"
#include "bytes.h"
#include "hash.h"

#include <stdlib.h>

enum {
    COUNT_SLOTS = 1 << 17,      /* once three quarters of them are taken, words not yet seen aren't counted: they are rare */
    OCCURRENCES_LEAST = 3,
    CODE_SIZE = 2,
};

struct counted_word {
    uint32_t at, length, count, tag; /* count 0: the slot is empty */
};

static void count_word(struct counted_word *words, uint32_t *taken, const uint8_t *articles, size_t at, size_t length)
{
    uint64_t hash = hash_bytes(articles + at, length);
    uint32_t tag = (uint32_t)(hash >> 32), slot = (uint32_t)hash & (COUNT_SLOTS - 1);
    for (; words[slot].count; slot = (slot + 1) & (COUNT_SLOTS - 1)) {
        struct counted_word *word = &words[slot];
        if (word->tag != tag || word->length != length || memcmp(articles + word->at, articles + at, length) != 0) continue;
        word->count++;
        return;
    }
    if (*taken >= COUNT_SLOTS / 4 * 3) return;
    words[slot] = (struct counted_word){(uint32_t)at, (uint32_t)length, 1, tag};
    ++*taken;
}

static void count_words(struct counted_word *words, const uint8_t *articles, size_t length)
{
    uint32_t taken = 0;
    for (size_t at = 0; at < length;) {
        size_t end = article_word_end(articles, length, at), size = end - at;
        if (size >= WORD_LEAST && size <= WORD_MOST) count_word(words, &taken, articles, at, size);
        at = end + 1;
    }
}

/* What a word costs in the list and what it saves in the articles, which are a sample of many more. */
static bool word_saves(const struct counted_word *word)
{
    return word->count >= OCCURRENCES_LEAST && word->count * (word->length + 1 - CODE_SIZE) > word->length;
}

static int by_count(const void *a, const void *b)
{
    const struct counted_word *x = a, *y = b;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static void append_list(const struct counted_word *words, uint32_t count, const uint8_t *articles, struct buffer *out)
{
    uint32_t offset = 0;
    buffer_append_u16(out, (uint16_t)count);
    for (uint32_t i = 0; i < count; i++) {
        buffer_append_u32(out, offset | words[i].length << 24);
        offset += words[i].length;
    }
    for (uint32_t i = 0; i < count; i++) buffer_append(out, articles + words[i].at, words[i].length);
}

bool article_words_learn(const uint8_t *articles, size_t length, size_t room, struct buffer *out)
{
    struct counted_word *words = calloc(COUNT_SLOTS, sizeof *words);
    if (!words) return false;
    uint32_t kept = 0, count = 0;
    count_words(words, articles, length < UINT32_MAX ? length : UINT32_MAX);
    for (uint32_t slot = 0; slot < COUNT_SLOTS; slot++)
        if (word_saves(&words[slot])) words[kept++] = words[slot];
    qsort(words, kept, sizeof *words, by_count);
    for (size_t size = 2; count < kept && count < WORDS_MOST; count++) {
        size += 4 + words[count].length;
        if (size > room) break;
    }
    append_list(words, count, articles, out);
    free(words);
    return !out->failed;
}
