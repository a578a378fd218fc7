/*
 * Weighted minhash: among an article's features the one whose exponential variate, a function of seed and word, comes first, at
 * a rate of tf x idf. Two articles draw the same word with about the probability that their weighted features overlap (Ioffe
 * 2010 is the exact form). Articles that drew the same word form a run; a run is cut into groups in the order of a second draw,
 * so that in long runs the nearest stand together. Who is alone draws again; who stays alone is grouped with neighbours in the
 * archive's order, which is time.
 */
#include "grow_group.h"

#include "random_source.h"
#include "status.h"

#include <math.h>
#include <stdlib.h>

enum { ROUNDS = 6 };

struct drawn {
    uint32_t word, second, article;
};

static uint32_t draw(const struct grow_archive *archive, const struct grow_article *article, uint64_t seed, uint32_t but)
{
    const struct grow_feature *features = grow_features_of(archive, article);
    uint32_t best = WORD_NONE;
    double earliest = INFINITY;
    for (uint32_t f = 0; f < article->feature_count; f++) {
        const uint32_t word = features[f].word;
        if (word == but) continue;
        const double rate = features[f].tf * log((double)archive->article_count / archive->word[word].df);
        const double when = -log(1 - random_unit_of(random_hash(seed ^ random_hash(word)))) / rate;
        if (when >= earliest) continue;
        earliest = when;
        best = word;
    }
    return best;
}

static int by_draw(const void *a, const void *b)
{
    const struct drawn *x = a, *y = b;
    if (x->word != y->word) return x->word < y->word ? -1 : 1;
    if (x->second != y->second) return x->second < y->second ? -1 : 1;
    return (x->article > y->article) - (x->article < y->article);
}

/* Cuts `count` members, already in place behind the groups there are, into groups of four; none is left alone but where there
 * is one only. */
static void cut(struct grow_groups *groups, uint32_t count)
{
    uint32_t start = groups->starts[groups->count];
    while (count > 0) {
        const uint32_t size = count <= GROUP_MOST ? count : count == GROUP_USUAL + 2 ? 3 : GROUP_USUAL;
        start += size;
        count -= size;
        groups->starts[++groups->count] = start;
    }
}

static void members_append(struct grow_groups *groups, const struct drawn *drawn, uint32_t count)
{
    const uint32_t start = groups->starts[groups->count];
    for (uint32_t i = 0; i < count; i++) groups->members[start + i] = drawn[i].article;
    cut(groups, count);
}

static int by_article(const void *a, const void *b)
{
    const struct drawn *x = a, *y = b;
    return (x->article > y->article) - (x->article < y->article);
}

bf_status grow_groups_make(const struct grow_archive *archive, uint64_t seed, struct grow_groups *groups, bf_error *error)
{
    uint32_t left = archive->article_count;
    struct drawn *drawn = malloc(left * sizeof *drawn);
    *groups = (struct grow_groups){.members = malloc(left * sizeof(uint32_t)), .starts = calloc(left + 1, sizeof(uint32_t))};
    if (!drawn || !groups->members || !groups->starts) {
        free(drawn);
        grow_groups_free(groups);
        return fail_memory(error);
    }
    for (uint32_t i = 0; i < left; i++) drawn[i].article = i;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        uint32_t alone = 0;
        for (uint32_t i = 0; i < left; i++) {
            const struct grow_article *article = grow_article_at(archive, drawn[i].article);
            drawn[i].word = draw(archive, article, random_hash(seed + 2 * round), WORD_NONE);
            drawn[i].second = draw(archive, article, random_hash(seed + 2 * round + 1), drawn[i].word);
        }
        qsort(drawn, left, sizeof *drawn, by_draw);
        for (uint32_t i = 0, end; i < left; i = end) {
            for (end = i + 1; end < left && drawn[end].word == drawn[i].word; end++) continue;
            if (end - i == 1 || drawn[i].word == WORD_NONE)
                for (uint32_t a = i; a < end; a++) drawn[alone++] = drawn[a];
            else members_append(groups, drawn + i, end - i);
        }
        left = alone;
    }
    qsort(drawn, left, sizeof *drawn, by_article);
    members_append(groups, drawn, left);
    free(drawn);
    return BF_OK;
}

void grow_groups_free(struct grow_groups *groups)
{
    free(groups->members);
    free(groups->starts);
    *groups = (struct grow_groups){0};
}
