#include "phrase_finder.h"

/* The automaton is over all terms of the phrase but the last, so that a last one that stands for many terms need not be part of
 * it. Forms are none of it either: they are compared where all terms stand. */
struct phrase {
    struct phrase_wanted wanted;
    uint32_t *fallback; /* [i]: how many terms at its start also end its first i+1 */
    uint32_t state;     /* how many of its terms, the last not counted, stand right before the next token */
    bool active;        /* in the list of those with a state other than 0 */
    int32_t next;       /* with the same first term, or NO_PHRASE */
};

/* One of the latest tokens. */
struct phrase_place {
    size_t start;
    int32_t form;
};

struct phrase_finder {
    struct phrase *phrases;
    int32_t *first;             /* by term: the phrases that begin with it */
    uint32_t *active;           /* phrases */
    uint32_t active_count;
    struct phrase_place *ring;  /* the latest tokens, as many as the longest phrase has */
    uint32_t ring_size;
};

enum { NO_PHRASE = -1 };

static bool phrase_prepare(struct phrase *phrase, const struct phrase_wanted *wanted, struct arena *arena)
{
    uint32_t count = wanted->term_count;
    const uint32_t *terms = wanted->terms;
    *phrase = (struct phrase){.wanted = *wanted, .fallback = arena_take(arena, count * sizeof *phrase->fallback)};
    if (!phrase->fallback) return false;
    phrase->fallback[0] = 0;
    for (uint32_t i = 1, same = 0; i < count; i++) {
        while (same > 0 && terms[same] != terms[i]) same = phrase->fallback[same - 1];
        same += terms[same] == terms[i];
        phrase->fallback[i] = same;
    }
    return true;
}

struct phrase_finder *phrase_finder_new(struct phrase_wanted *phrases, uint32_t count, uint32_t term_limit, struct arena *arena)
{
    struct phrase_finder *finder = arena_take_zeroed(arena, sizeof *finder);
    if (!finder) return NULL;
    finder->phrases = arena_take(arena, count * sizeof *finder->phrases);
    finder->active = arena_take(arena, count * sizeof *finder->active);
    finder->first = arena_take(arena, term_limit * sizeof *finder->first);
    if (!finder->phrases || !finder->active || !finder->first) return NULL;
    for (uint32_t i = 0; i < term_limit; i++) finder->first[i] = NO_PHRASE;
    for (uint32_t i = 0; i < count; i++) {
        struct phrase *phrase = &finder->phrases[i];
        int32_t *first = &finder->first[phrases[i].terms[0]];
        if (!phrase_prepare(phrase, &phrases[i], arena)) return NULL;
        phrase->next = *first;
        *first = (int32_t)i;
        if (phrases[i].term_count > finder->ring_size) finder->ring_size = phrases[i].term_count;
    }
    finder->ring = arena_take_zeroed(arena, finder->ring_size * sizeof *finder->ring);
    return finder->ring ? finder : NULL;
}

void phrase_finder_forget(struct phrase_finder *finder)
{
    for (uint32_t i = 0; i < finder->active_count; i++) {
        finder->phrases[finder->active[i]].state = 0;
        finder->phrases[finder->active[i]].active = false;
    }
    finder->active_count = 0;
}

static bool token_is(const struct matched_token *token, uint32_t term)
{
    for (uint32_t i = 0; i < token->term_count; i++)
        if (token->terms[i] == term) return true;
    return false;
}

/* Feeds the token to the phrase. Returns whether its terms end with it. */
static bool phrase_feed(struct phrase *phrase, const struct matched_token *token)
{
    const uint32_t *terms = phrase->wanted.terms;
    uint32_t body = phrase->wanted.term_count - 1, state = phrase->state;
    bool ends = state == body && token_is(token, terms[body]);
    while (state > 0 && (state == body || (int32_t)terms[state] != token->exact)) state = phrase->fallback[state - 1];
    if (token->exact != NO_TERM && (int32_t)terms[state] == token->exact) state++;
    phrase->state = state;
    return ends;
}

/* Whether the latest tokens, the one numbered `last` among them, stand in the forms that the phrase wants. */
static bool phrase_forms_stand(const struct phrase_finder *finder, const struct phrase_wanted *wanted, uint32_t last)
{
    for (uint32_t i = 0; wanted->forms && i < wanted->term_count; i++) {
        uint32_t number = last + 1 - wanted->term_count + i;
        if (wanted->forms[i] != ANY_FORM && wanted->forms[i] != finder->ring[number % finder->ring_size].form) return false;
    }
    return true;
}

bf_status phrase_finder_feed(struct phrase_finder *finder, const struct matched_token *token,
                             bf_status (*found)(void *context, const struct text_match *match), void *context)
{
    bf_status status = BF_OK;
    uint32_t kept = 0, active_count = finder->active_count;
    finder->ring[token->number % finder->ring_size] = (struct phrase_place){token->start, token->form};
    for (uint32_t i = 0; i < active_count; i++) {
        struct phrase *phrase = &finder->phrases[finder->active[i]];
        const struct phrase_wanted *wanted = &phrase->wanted;
        if (phrase_feed(phrase, token) && status == BF_OK && phrase_forms_stand(finder, wanted, token->number)) {
            struct text_match match = {.clause = wanted->clause, .token = token->number + 1 - wanted->term_count};
            match.start = finder->ring[match.token % finder->ring_size].start;
            match.end = wanted->ends_open ? token->first_end : token->end;
            status = found(context, &match);
        }
        phrase->active = phrase->state > 0;
        if (phrase->active) finder->active[kept++] = finder->active[i];
    }
    finder->active_count = kept;
    for (int32_t i = token->exact == NO_TERM ? NO_PHRASE : finder->first[token->exact]; i != NO_PHRASE; i = finder->phrases[i].next) {
        if (finder->phrases[i].active) continue;
        finder->phrases[i].active = true;
        finder->phrases[i].state = 1;
        finder->active[finder->active_count++] = (uint32_t)i;
    }
    return status;
}
