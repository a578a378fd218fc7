#include "near_count.h"

#include <stdbool.h>

/* Where the first stretch ends that begins with the places at hand or later. False: there is none. */
static bool first_end(const struct near_word *words, uint32_t word_count, uint32_t end, uint32_t *last)
{
    *last = 0;
    for (uint32_t i = 0; i < word_count; i++) {
        const struct near_word *word = &words[i];
        if (word->count - word->at < word->need) return false;
        uint32_t position = word->positions[word->at + word->need - 1];
        if (position >= end) return false;
        if (position > *last) *last = position;
    }
    return true;
}

/* Moves each word to the latest places that the stretch that ends with `last` can have. Returns the word that stands first. */
static struct near_word *draw_together(struct near_word *words, uint32_t word_count, uint32_t last)
{
    struct near_word *first = words;
    for (uint32_t i = 0; i < word_count; i++) {
        struct near_word *word = &words[i];
        while (word->at + word->need < word->count && word->positions[word->at + word->need] <= last) word->at++;
        if (word->positions[word->at] < first->positions[first->at]) first = word;
    }
    return first;
}

uint32_t near_count(struct near_word *words, uint32_t word_count, uint32_t span, uint32_t from, uint32_t end)
{
    uint32_t found = 0, last;
    for (uint32_t i = 0; i < word_count; i++)
        for (words[i].at = 0; words[i].at < words[i].count && words[i].positions[words[i].at] < from;) words[i].at++;
    while (first_end(words, word_count, end, &last)) {
        struct near_word *first = draw_together(words, word_count, last);
        if (last - first->positions[first->at] >= span) { /* what begins there ends too late */
            first->at++;
            continue;
        }
        found++;
        for (uint32_t i = 0; i < word_count; i++)
            while (words[i].at < words[i].count && words[i].positions[words[i].at] <= last) words[i].at++;
    }
    return found;
}
