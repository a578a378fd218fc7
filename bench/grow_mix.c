/*
 * An article gives away each sentence with a probability of its own, between 0.3 and 0.7, so that on average half of it stays.
 * What a group gave away is handed out in random order, each sentence to the member that lacks most words and is not its author;
 * so lengths stay what they were to within a sentence. It goes where another was taken.
 */
#include "grow_mix.h"

#include "random_source.h"
#include "status.h"

#include <stdlib.h>

struct member {
    const struct grow_article *article;
    uint32_t number;
    int64_t lacking;        /* words given away and not yet replaced */
    double giving;
};

struct given {
    uint32_t unit, from, to; /* members of the group */
};

/* What mixing one group needs. */
struct mixing {
    const struct grow_archive *archive;
    struct random_source random;
    struct member members[GROUP_MOST];
    uint32_t member_count;
    struct buffer given; /* struct given */
    uint8_t *stays;      /* a unit each */
};

static struct given *given_at(const struct mixing *m, size_t i) { return (struct given *)(void *)m->given.bytes + i; }
static size_t given_count(const struct mixing *m) { return m->given.length / sizeof(struct given); }

static void members_give(struct mixing *m)
{
    buffer_clear(&m->given);
    for (uint32_t i = 0; i < m->member_count; i++) {
        struct member *member = &m->members[i];
        for (uint32_t u = 1; u <= member->article->unit_count; u++) {
            const uint32_t unit = member->article->first_unit + u;
            m->stays[unit] = m->member_count == 1 || random_unit(&m->random) >= member->giving;
            if (m->stays[unit]) continue;
            const struct given given = {.unit = unit, .from = i};
            buffer_append(&m->given, &given, sizeof given);
            member->lacking += grow_unit_at(m->archive, unit)->word_count;
        }
    }
}

static void given_shuffle(struct mixing *m)
{
    for (size_t i = given_count(m); i > 1; i--) {
        struct given *a = given_at(m, i - 1), *b = given_at(m, random_below(&m->random, (uint32_t)i)), held = *a;
        *a = *b;
        *b = held;
    }
}

static void given_hand_out(struct mixing *m)
{
    for (size_t i = 0; i < given_count(m); i++) {
        struct given *given = given_at(m, i);
        uint32_t best = given->from;
        for (uint32_t t = 0; t < m->member_count; t++) {
            if (t == given->from || m->members[t].lacking <= 0) continue;
            if (best == given->from || m->members[t].lacking > m->members[best].lacking) best = t;
        }
        given->to = best;
        m->members[best].lacking -= grow_unit_at(m->archive, given->unit)->word_count;
    }
}

/* The next sentence handed to the member, from place `*at` on; WORD_NONE when there is no further. */
static uint32_t given_next(const struct mixing *m, uint32_t member, size_t *at)
{
    for (; *at < given_count(m); ++*at)
        if (given_at(m, *at)->to == member) return given_at(m, (*at)++)->unit;
    return WORD_NONE;
}

static void member_compose(const struct mixing *m, uint32_t i, struct grow_mix *mix)
{
    const struct member *member = &m->members[i];
    const uint32_t first = mix->used;
    size_t at = 0;
    uint32_t foreign;
    for (uint32_t u = 1; u <= member->article->unit_count; u++) {
        const uint32_t unit = member->article->first_unit + u;
        if (m->stays[unit]) mix->units[mix->used++] = unit;
        else if ((foreign = given_next(m, i, &at)) != WORD_NONE) mix->units[mix->used++] = foreign;
    }
    while ((foreign = given_next(m, i, &at)) != WORD_NONE) mix->units[mix->used++] = foreign;
    mix->first[member->number] = first;
    mix->count[member->number] = mix->used - first;
}

/* Subjects go round in the group, and titles by another number of places: else the copies of an article that has a word most
 * often would be the best for it one and all. */
static void subjects_hand_on(struct mixing *m, struct grow_mix *mix)
{
    const uint32_t subject_shift = random_below(&m->random, m->member_count);
    const uint32_t title_shift = random_below(&m->random, m->member_count);
    for (uint32_t i = 0; i < m->member_count; i++) {
        mix->subject[m->members[i].number] = m->members[(i + subject_shift) % m->member_count].number;
        mix->title[m->members[i].number] = m->members[(i + title_shift) % m->member_count].article->first_unit;
    }
}

static bf_status mix_all(struct mixing *m, const struct grow_groups *groups, struct grow_mix *mix, bf_error *error)
{
    for (uint32_t g = 0; g < groups->count; g++) {
        m->member_count = 0;
        for (uint32_t i = groups->starts[g]; i < groups->starts[g + 1]; i++)
            m->members[m->member_count++] = (struct member){
                .article = grow_article_at(m->archive, groups->members[i]),
                .number = groups->members[i],
                .giving = 0.3 + 0.4 * random_unit(&m->random),
            };
        members_give(m);
        if (m->given.failed) return fail_memory(error);
        given_shuffle(m);
        given_hand_out(m);
        for (uint32_t i = 0; i < m->member_count; i++) member_compose(m, i, mix);
        subjects_hand_on(m, mix);
    }
    return BF_OK;
}

bf_status grow_mix_make(const struct grow_archive *archive, const struct grow_groups *groups, uint64_t seed, struct grow_mix *mix,
                        bf_error *error)
{
    const size_t units = grow_unit_total(archive), articles = archive->article_count;
    struct mixing mixing = {.archive = archive, .random = {seed}, .stays = malloc(units)};
    *mix = (struct grow_mix){
        .units = malloc(units * sizeof(uint32_t)),
        .title = malloc(articles * sizeof(uint32_t)),
        .subject = malloc(articles * sizeof(uint32_t)),
        .first = malloc(articles * sizeof(uint32_t)),
        .count = malloc(articles * sizeof(uint32_t)),
    };
    const bool taken = mixing.stays && mix->units && mix->title && mix->subject && mix->first && mix->count;
    const bf_status status = taken ? mix_all(&mixing, groups, mix, error) : fail_memory(error);
    buffer_free(&mixing.given);
    free(mixing.stays);
    if (status != BF_OK) grow_mix_free(mix);
    return status;
}

void grow_mix_free(struct grow_mix *mix)
{
    free(mix->units);
    free(mix->title);
    free(mix->subject);
    free(mix->first);
    free(mix->count);
    *mix = (struct grow_mix){0};
}
