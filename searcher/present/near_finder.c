#include "near_finder.h"

#include "text_matcher.h"

#include <stdlib.h>

/* The latest places of a word, in a ring. */
struct near_places {
    struct text_match *places;
    uint32_t need, count, next;
};

struct near_finder {
    uint32_t clause, span, word_count, last; /* the token put last */
    struct near_places *words;               /* those of the leaf; need 0: another stands for it */
    struct text_match *found;
};

struct near_finder *near_finder_new(const struct query_node *leaf, uint32_t clause, struct arena *arena)
{
    struct near_finder *finder = arena_take_zeroed(arena, sizeof *finder);
    uint32_t room = 0;
    if (!finder) return NULL;
    *finder = (struct near_finder){.clause = clause, .span = leaf->span, .word_count = leaf->term_count};
    finder->words = arena_take_zeroed(arena, leaf->term_count * sizeof *finder->words);
    for (uint32_t i = 0; finder->words && i < leaf->term_count; i++) {
        finder->words[i].need = leaf->terms[i].need;
        room += leaf->terms[i].need;
    }
    finder->found = arena_take(arena, room * sizeof *finder->found);
    struct text_match *places = arena_take(arena, room * sizeof *places);
    if (!finder->words || !finder->found || !places) return NULL;
    for (uint32_t i = 0; i < leaf->term_count; places += finder->words[i++].need) finder->words[i].places = places;
    return finder;
}

void near_finder_forget(struct near_finder *finder)
{
    for (uint32_t i = 0; i < finder->word_count; i++) finder->words[i].count = finder->words[i].next = 0;
}

void near_finder_put(struct near_finder *finder, uint32_t number, const struct text_match *place)
{
    struct near_places *word = &finder->words[number];
    word->places[word->next] = *place;
    word->places[word->next].clause = finder->clause;
    word->next = word->next + 1 == word->need ? 0 : word->next + 1;
    word->count += word->count < word->need;
    finder->last = place->token;
}

uint32_t near_finder_take(struct near_finder *finder, const struct text_match **matches)
{
    uint32_t count = 0, kept = 0;
    for (uint32_t i = 0; i < finder->word_count; i++) {
        const struct near_places *word = &finder->words[i];
        if (!word->need) continue;
        /* `next` is where the earliest of a full ring is */
        if (word->count < word->need || finder->last - word->places[word->next].token >= finder->span) return 0;
    }
    for (uint32_t i = 0; i < finder->word_count; i++)
        for (uint32_t j = 0; j < finder->words[i].need; j++) finder->found[count++] = finder->words[i].places[j];
    qsort(finder->found, count, sizeof *finder->found, text_match_compare);
    for (uint32_t i = 0; i < count; i++) {
        if (kept && finder->found[kept - 1].token == finder->found[i].token) { /* two words at one place: the longer mark */
            if (finder->found[kept - 1].end < finder->found[i].end) finder->found[kept - 1].end = finder->found[i].end;
        } else {
            finder->found[kept++] = finder->found[i];
        }
    }
    near_finder_forget(finder);
    *matches = finder->found;
    return kept;
}
