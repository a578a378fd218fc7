#include "text_matcher.h"

#include "hash.h"
#include "near_finder.h"
#include "status.h"
#include "utf8.h"

#include <string.h>

enum { NONE = -1, TOKEN_BATCH = 256, CACHED_IDS = 3, CACHE_LEAST = 256, CACHE_MOST = 4096 };

/* A term some clause looks for. */
struct wanted {
    const char *term;
    uint32_t length;
    bool prefix;
    uint64_t hash;
    int32_t first_leaf;   /* of the clauses that are this term alone; NONE ends the list */
    int32_t first_phrase; /* of the phrases that begin with it */
    int32_t first_form;   /* of the forms of it that some clause wants alone */
    int32_t first_near;   /* of the places it has among words near each other */
};

/* A word of a clause that wants words near each other. */
struct near_place {
    uint32_t finder, word;
    int32_t form;         /* NONE: any */
    int32_t next;         /* of the same term */
};

struct wanted_form {
    const char *form;
    uint32_t length;
    int32_t next;         /* of the same term */
};

/* A phrase, found by the automaton of Knuth, Morris and Pratt over all its terms but the last, so that a last one that stands for
 * many terms need not be part of the automaton. Forms are none of it either: they are compared where all its terms stand. */
struct phrase {
    uint32_t clause, term_count;
    uint32_t *ids;      /* of its terms */
    int32_t *forms;     /* of its terms, NONE: any; NULL: all are NONE */
    uint32_t *fallback; /* [i]: how many terms at its start also end its first i+1 */
    uint32_t state;     /* how many of its terms, the last not counted, stand right before the next token */
    bool active;        /* in the list of those with a state other than 0 */
    int32_t next;       /* with the same first term */
};

/* What a surface form was found to be. */
struct cached {
    const char *surface;
    uint32_t length;
    uint16_t id_count;
    bool counts; /* it has a term */
    int32_t form;
    uint32_t ids[CACHED_IDS];
};

struct text_matcher {
    struct analyzer *analyzer;
    struct arena *arena;
    struct wanted *wanted;
    uint32_t wanted_count;
    uint32_t *slots;       /* hash table of wanted: number + 1 */
    uint32_t slot_mask;
    uint32_t *prefix_lengths;
    uint32_t prefix_count;
    int32_t *next_leaf;    /* by clause */
    int32_t *leaf_forms;   /* by clause */
    struct wanted_form *forms;
    uint32_t form_count;
    struct phrase *phrases;
    uint32_t phrase_count, longest;
    uint32_t *active;      /* phrases */
    uint32_t active_count;
    struct near_finder **finders;
    uint32_t finder_count;
    struct near_place *near_places;
    uint32_t near_place_count;
    uint32_t *ids;         /* of the token at hand: at most 1 + prefix_count */
    int32_t form;          /* of the token at hand, if it is a wanted one */
    uint32_t *ring;        /* where the last `longest` tokens began */
    int32_t *ring_forms;   /* and the forms they were */
    struct cached *cache;
    size_t cache_size;
    bool by_letter;        /* `shortest` may be trusted */
    uint16_t shortest[256]; /* by first letter: the length of the shortest term that begins with it; UINT16_MAX: there is none */
};

bool text_matcher_only_shortens(const char *language)
{
    /* Stemmers that only work on the end of a word; a test holds libstemmer to it. Turkish is not among them for its I, Dutch
     * since newer versions take "ge" off, and Basque, Irish, Indonesian, Arabic change beginnings. */
    static const char *const languages[] = {"none",       "english", "porter", "french",    "german",    "spanish",
                                            "portuguese", "italian", "danish", "norwegian", "swedish", "finnish"};
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        if (strcmp(language, languages[i]) == 0) return true;
    return false;
}

int text_match_compare(const void *a, const void *b)
{
    const struct text_match *x = a, *y = b;
    if (x->start != y->start) return x->start < y->start ? -1 : 1;
    if (x->end != y->end) return x->end < y->end ? -1 : 1;
    return x->clause < y->clause ? -1 : x->clause > y->clause;
}

/* ---- What is wanted ---- */

static int32_t wanted_find(const struct text_matcher *matcher, const char *term, uint32_t length, bool prefix)
{
    uint64_t hash = hash_bytes(term, length) + prefix;
    for (uint32_t at = (uint32_t)hash & matcher->slot_mask; matcher->slots[at]; at = (at + 1) & matcher->slot_mask) {
        const struct wanted *wanted = &matcher->wanted[matcher->slots[at] - 1];
        if (wanted->hash == hash && wanted->length == length && wanted->prefix == prefix &&
            memcmp(wanted->term, term, length) == 0)
            return (int32_t)matcher->slots[at] - 1;
    }
    return NONE;
}

static uint32_t wanted_add(struct text_matcher *matcher, const struct query_term *term)
{
    int32_t found = wanted_find(matcher, term->term, term->term_length, term->prefix);
    if (found != NONE) return (uint32_t)found;
    uint32_t id = matcher->wanted_count++;
    struct wanted *wanted = &matcher->wanted[id];
    uint64_t hash = hash_bytes(term->term, term->term_length) + term->prefix;
    *wanted = (struct wanted){term->term, term->term_length, term->prefix, hash, NONE, NONE, NONE, NONE};
    uint32_t at = (uint32_t)wanted->hash & matcher->slot_mask;
    while (matcher->slots[at]) at = (at + 1) & matcher->slot_mask;
    matcher->slots[at] = id + 1;
    uint16_t *shortest = &matcher->shortest[(uint8_t)term->term[0]];
    if (term->term_length < *shortest) *shortest = (uint16_t)term->term_length;
    bool known = !term->prefix;
    for (uint32_t i = 0; i < matcher->prefix_count; i++) known |= matcher->prefix_lengths[i] == term->term_length;
    if (!known) matcher->prefix_lengths[matcher->prefix_count++] = term->term_length;
    return id;
}

static int32_t form_find(const struct text_matcher *matcher, const struct wanted *wanted, const char *form, size_t length)
{
    int32_t found = wanted->first_form;
    while (found != NONE && (matcher->forms[found].length != length || memcmp(matcher->forms[found].form, form, length) != 0))
        found = matcher->forms[found].next;
    return found;
}

/* The number of the form that is wanted of the term, or NONE: any is. */
static int32_t form_add(struct text_matcher *matcher, uint32_t id, const struct query_term *term)
{
    struct wanted *wanted = &matcher->wanted[id];
    if (!term->form) return NONE;
    int32_t found = form_find(matcher, wanted, term->form, term->form_length);
    if (found != NONE) return found;
    matcher->forms[matcher->form_count] = (struct wanted_form){term->form, term->form_length, wanted->first_form};
    wanted->first_form = (int32_t)matcher->form_count++;
    return wanted->first_form;
}

static bool leaf_looks_into(const struct query_node *leaf, enum query_field field, bool any_field)
{
    bool text = leaf->field == QUERY_TEXT && (field == QUERY_TITLE || field == QUERY_BODY);
    return any_field || text || leaf->field == field;
}

static bool phrase_add(struct text_matcher *matcher, const struct query_node *leaf, uint32_t clause)
{
    struct phrase *phrase = &matcher->phrases[matcher->phrase_count++];
    uint32_t count = leaf->term_count;
    *phrase = (struct phrase){.clause = clause, .term_count = count};
    phrase->ids = arena_take(matcher->arena, count * sizeof *phrase->ids);
    phrase->fallback = arena_take(matcher->arena, count * sizeof *phrase->fallback);
    if (!phrase->ids || !phrase->fallback) return false;
    bool exact = false;
    for (uint32_t i = 0; i < count; i++) {
        phrase->ids[i] = wanted_add(matcher, &leaf->terms[i]);
        exact |= leaf->terms[i].form != NULL;
    }
    if (exact) {
        phrase->forms = arena_take(matcher->arena, count * sizeof *phrase->forms);
        if (!phrase->forms) return false;
        for (uint32_t i = 0; i < count; i++) phrase->forms[i] = form_add(matcher, phrase->ids[i], &leaf->terms[i]);
    }
    phrase->fallback[0] = 0;
    for (uint32_t i = 1, same = 0; i < count; i++) {
        while (same > 0 && phrase->ids[same] != phrase->ids[i]) same = phrase->fallback[same - 1];
        same += phrase->ids[same] == phrase->ids[i];
        phrase->fallback[i] = same;
    }
    if (count > matcher->longest) matcher->longest = count;
    return true;
}

static bool near_add(struct text_matcher *matcher, const struct query_node *leaf, uint32_t clause)
{
    uint32_t number = matcher->finder_count++;
    matcher->finders[number] = near_finder_new(leaf, clause, matcher->arena);
    for (uint32_t i = 0; i < leaf->term_count; i++) {
        if (!leaf->terms[i].need) continue;
        uint32_t id = wanted_add(matcher, &leaf->terms[i]);
        struct wanted *wanted = &matcher->wanted[id];
        int32_t form = form_add(matcher, id, &leaf->terms[i]);
        matcher->near_places[matcher->near_place_count] = (struct near_place){number, i, form, wanted->first_near};
        wanted->first_near = (int32_t)matcher->near_place_count++;
    }
    return matcher->finders[number];
}

bf_status text_matcher_new(const struct query *query, struct analyzer *analyzer, enum query_field field, bool any_field,
                           struct arena *arena, struct text_matcher **matcher, bf_error *error)
{
    uint32_t leaf_count = query_leaf_count(query), term_count = 0, slots = 16, kept = 0, phrases = 0, nears = 0;
    struct text_matcher *made = arena_take_zeroed(arena, sizeof *made);
    const struct query_node **leaves = arena_take(arena, leaf_count * sizeof *leaves);
    uint32_t *clauses = arena_take(arena, leaf_count * sizeof *clauses);
    if (!made || !leaves || !clauses) return fail_memory(error);
    query_leaves(query, leaves);
    for (uint32_t i = 0; i < leaf_count; i++) {
        if (!leaf_looks_into(leaves[i], field, any_field)) continue;
        clauses[kept++] = i;
        term_count += leaves[i]->term_count;
        phrases += leaves[i]->kind == QUERY_PHRASE && !leaves[i]->span;
        nears += leaves[i]->span > 0;
    }
    while (slots < term_count * 2) slots *= 2;
    *made = (struct text_matcher){
        .analyzer = analyzer,
        .arena = arena,
        .wanted = arena_take(arena, term_count * sizeof *made->wanted),
        .slots = arena_take_zeroed(arena, slots * sizeof *made->slots),
        .slot_mask = slots - 1,
        .prefix_lengths = arena_take(arena, term_count * sizeof *made->prefix_lengths),
        .next_leaf = arena_take(arena, leaf_count * sizeof *made->next_leaf),
        .leaf_forms = arena_take(arena, leaf_count * sizeof *made->leaf_forms),
        .forms = arena_take(arena, term_count * sizeof *made->forms),
        .form = NONE,
        .phrases = arena_take(arena, phrases * sizeof *made->phrases),
        .active = arena_take(arena, phrases * sizeof *made->active),
        .finders = arena_take(arena, nears * sizeof *made->finders),
        .near_places = arena_take(arena, term_count * sizeof *made->near_places),
        .by_letter = text_matcher_only_shortens(analyzer_language(analyzer)) &&
                     strncmp(analyzer_identity(analyzer), "standard/", 9) == 0,
    };
    for (size_t i = 0; i < sizeof made->shortest / sizeof *made->shortest; i++) made->shortest[i] = UINT16_MAX;
    bool taken = made->wanted && made->slots && made->prefix_lengths && made->next_leaf && made->leaf_forms && made->forms &&
                 made->phrases && made->active && made->finders && made->near_places;
    for (uint32_t i = kept; taken && i-- > 0;) { /* backwards, so that the lists ascend */
        const struct query_node *leaf = leaves[clauses[i]];
        if (leaf->kind == QUERY_PHRASE) {
            taken = leaf->span ? near_add(made, leaf, clauses[i]) : phrase_add(made, leaf, clauses[i]);
            continue;
        }
        uint32_t id = wanted_add(made, &leaf->terms[0]);
        struct wanted *wanted = &made->wanted[id];
        made->leaf_forms[clauses[i]] = form_add(made, id, &leaf->terms[0]);
        made->next_leaf[clauses[i]] = wanted->first_leaf;
        wanted->first_leaf = (int32_t)clauses[i];
    }
    for (uint32_t i = 0; taken && i < made->phrase_count; i++) {
        struct wanted *wanted = &made->wanted[made->phrases[i].ids[0]];
        made->phrases[i].next = wanted->first_phrase;
        wanted->first_phrase = (int32_t)i;
    }
    made->ids = arena_take(arena, (made->prefix_count + 1) * sizeof *made->ids);
    made->ring = arena_take_zeroed(arena, (made->longest + 1) * sizeof *made->ring);
    made->ring_forms = arena_take_zeroed(arena, (made->longest + 1) * sizeof *made->ring_forms);
    if (!taken || !made->ids || !made->ring || !made->ring_forms) return fail_memory(error);
    *matcher = made;
    return BF_OK;
}

/* ---- Tokens ---- */

/* The wanted terms a term is: itself, and its beginnings. Returns how many are in matcher->ids. */
static uint32_t ids_of_term(struct text_matcher *matcher, const char *term, uint32_t length)
{
    uint32_t count = 0;
    int32_t id = wanted_find(matcher, term, length, false);
    if (id != NONE) matcher->ids[count++] = (uint32_t)id;
    for (uint32_t i = 0; i < matcher->prefix_count; i++) {
        if (matcher->prefix_lengths[i] > length) continue;
        id = wanted_find(matcher, term, matcher->prefix_lengths[i], true);
        if (id != NONE) matcher->ids[count++] = (uint32_t)id;
    }
    return count;
}

/* Whether the surface form's first letter and length alone show that it is not wanted, and that it has a term. */
static bool ruled_out(const struct text_matcher *matcher, const char *surface, uint32_t length)
{
    if (!matcher->by_letter || length >= matcher->shortest[(uint8_t)surface[0] | 0x20]) return false;
    uint32_t letters = 0, digits = 0;
    while (letters < length && (uint8_t)(((uint8_t)surface[letters] | 0x20) - 'a') <= 'z' - 'a') letters++;
    while (digits < length && (uint8_t)((uint8_t)surface[digits] - '0') <= 9) digits++;
    return letters == length || digits == length; /* the term of digits alone are they */
}

/* Which wanted form a surface form is, its terms being in matcher->ids. */
static int32_t token_form(struct text_matcher *matcher, const char *surface, uint32_t length, uint32_t id_count, bool *failed)
{
    char form[TERM_MAX];
    if (id_count == 0 || matcher->wanted[matcher->ids[0]].first_form == NONE) return NONE;
    size_t form_length = analyzer_fold(matcher->analyzer, surface, length, form, failed);
    return form_find(matcher, &matcher->wanted[matcher->ids[0]], form, form_length);
}

/* Fills matcher->ids with the wanted terms of a surface form, and matcher->form; false: it has no term and is no word. */
static bool token_ids(struct text_matcher *matcher, const char *surface, uint32_t length, uint32_t *id_count, bool *failed)
{
    *id_count = 0;
    matcher->form = NONE;
    if (ruled_out(matcher, surface, length)) return true;
    struct cached *cached = &matcher->cache[hash_bytes(surface, length) & (matcher->cache_size - 1)];
    if (cached->surface && cached->length == length && memcmp(cached->surface, surface, length) == 0) {
        memcpy(matcher->ids, cached->ids, cached->id_count * sizeof *matcher->ids);
        matcher->form = cached->form;
        *id_count = cached->id_count;
        return cached->counts;
    }
    char term[TERM_MAX];
    size_t term_length = analyzer_term(matcher->analyzer, surface, length, term, failed);
    uint32_t count = term_length > 0 ? ids_of_term(matcher, term, (uint32_t)term_length) : 0;
    matcher->form = token_form(matcher, surface, length, count, failed);
    if (count <= CACHED_IDS) {
        *cached = (struct cached){surface, length, (uint16_t)count, term_length > 0, matcher->form, {0}};
        memcpy(cached->ids, matcher->ids, count * sizeof *matcher->ids);
    }
    *id_count = count;
    return term_length > 0;
}

/* ---- Phrases ---- */

static bool among(const uint32_t *ids, uint32_t count, uint32_t id)
{
    for (uint32_t i = 0; i < count; i++)
        if (ids[i] == id) return true;
    return false;
}

/* Feeds a token to the phrase; `exact` is its own term's number, or NONE. Returns whether the phrase ends with it. */
static bool phrase_feed(struct phrase *phrase, int32_t exact, const uint32_t *ids, uint32_t id_count)
{
    uint32_t body = phrase->term_count - 1, state = phrase->state;
    bool ends = state == body && among(ids, id_count, phrase->ids[body]);
    while (state > 0 && (state == body || (int32_t)phrase->ids[state] != exact)) state = phrase->fallback[state - 1];
    if (exact != NONE && (int32_t)phrase->ids[state] == exact) state++;
    phrase->state = state;
    return ends;
}

/* Whether the last tokens, the one numbered `last` among them, stand in the forms that the phrase wants. */
static bool phrase_forms_stand(const struct text_matcher *matcher, const struct phrase *phrase, uint32_t last)
{
    for (uint32_t i = 0; phrase->forms && i < phrase->term_count; i++) {
        uint32_t token = last + 1 - phrase->term_count + i;
        if (phrase->forms[i] != NONE && phrase->forms[i] != matcher->ring_forms[token % matcher->longest]) return false;
    }
    return true;
}

static void forget_phrases(struct text_matcher *matcher)
{
    for (uint32_t i = 0; i < matcher->active_count; i++) {
        matcher->phrases[matcher->active[i]].state = 0;
        matcher->phrases[matcher->active[i]].active = false;
    }
    matcher->active_count = 0;
}

struct run {
    bf_text text;
    bf_status (*found)(void *context, const struct text_match *match);
    void *context;
    uint32_t number; /* of the token at hand */
};

/* Where what the wanted term found in the token ends: of a term that stands for all that begin with it, only that beginning,
 * which is one grapheme. */
static size_t match_end(const struct text_matcher *matcher, const struct run *run, struct token token, uint32_t id)
{
    size_t end = token.start + token.length;
    return matcher->wanted[id].prefix ? utf8_grapheme_end(run->text.bytes, end, token.start) : end;
}

static bf_status feed_phrases(struct text_matcher *matcher, const struct run *run, struct token token, uint32_t id_count)
{
    bf_status status = BF_OK;
    int32_t exact = NONE;
    if (id_count > 0 && !matcher->wanted[matcher->ids[0]].prefix) exact = (int32_t)matcher->ids[0];
    uint32_t kept = 0, active_count = matcher->active_count;
    for (uint32_t i = 0; i < active_count; i++) {
        struct phrase *phrase = &matcher->phrases[matcher->active[i]];
        if (phrase_feed(phrase, exact, matcher->ids, id_count) && status == BF_OK &&
            phrase_forms_stand(matcher, phrase, run->number)) {
            uint32_t first = run->number + 1 - phrase->term_count;
            struct text_match match = {
                .start = matcher->ring[first % matcher->longest],
                .end = match_end(matcher, run, token, phrase->ids[phrase->term_count - 1]),
                .clause = phrase->clause,
                .token = first,
            };
            status = run->found(run->context, &match);
        }
        phrase->active = phrase->state > 0;
        if (phrase->active) matcher->active[kept++] = matcher->active[i];
    }
    matcher->active_count = kept;
    for (int32_t i = exact == NONE ? NONE : matcher->wanted[exact].first_phrase; i != NONE; i = matcher->phrases[i].next) {
        if (matcher->phrases[i].active) continue;
        matcher->phrases[i].active = true;
        matcher->phrases[i].state = 1;
        matcher->active[matcher->active_count++] = (uint32_t)i;
    }
    return status;
}

/* Gives the token to the clauses of words near each other: first to all words that it is, since a stretch may end with two. */
static bf_status feed_near(struct text_matcher *matcher, const struct run *run, struct token token, uint32_t id_count)
{
    const struct text_match *matches;
    bf_status status = BF_OK;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < id_count; i++) {
            uint32_t id = matcher->ids[i];
            for (int32_t at = matcher->wanted[id].first_near; at != NONE; at = matcher->near_places[at].next) {
                const struct near_place *place = &matcher->near_places[at];
                struct near_finder *finder = matcher->finders[place->finder];
                if (place->form != NONE && place->form != matcher->form) continue;
                if (pass == 0) {
                    struct text_match match = {token.start, match_end(matcher, run, token, id), 0, run->number};
                    near_finder_put(finder, place->word, &match);
                    continue;
                }
                uint32_t count = near_finder_take(finder, &matches);
                for (uint32_t m = 0; m < count && status == BF_OK; m++) status = run->found(run->context, &matches[m]);
            }
        }
    }
    return status;
}

static bf_status feed(struct text_matcher *matcher, struct run *run, struct token token, bool *failed)
{
    uint32_t id_count;
    bf_status status = BF_OK;
    if (!token_ids(matcher, run->text.bytes + token.start, token.length, &id_count, failed)) return BF_OK;
    if (matcher->longest > 0) {
        matcher->ring[run->number % matcher->longest] = token.start;
        matcher->ring_forms[run->number % matcher->longest] = matcher->form;
    }
    for (uint32_t i = 0; i < id_count && status == BF_OK; i++) {
        int32_t leaf = matcher->wanted[matcher->ids[i]].first_leaf;
        size_t end = leaf == NONE ? 0 : match_end(matcher, run, token, matcher->ids[i]);
        for (; leaf != NONE && status == BF_OK; leaf = matcher->next_leaf[leaf]) {
            if (matcher->leaf_forms[leaf] != NONE && matcher->leaf_forms[leaf] != matcher->form) continue;
            struct text_match match = {token.start, end, (uint32_t)leaf, run->number};
            status = run->found(run->context, &match);
        }
    }
    if (id_count == 0) forget_phrases(matcher);
    else if (matcher->phrase_count > 0 && status == BF_OK) status = feed_phrases(matcher, run, token, id_count);
    if (matcher->finder_count > 0 && status == BF_OK) status = feed_near(matcher, run, token, id_count);
    run->number++;
    return status;
}

bf_status text_matcher_run(struct text_matcher *matcher, bf_text text,
                           bf_status (*found)(void *context, const struct text_match *match), void *context, bf_error *error)
{
    if (text.length > BF_ARTICLE_MAX) return fail(error, BF_BAD_ARGUMENT, "a text of %zu bytes is too long to mark", text.length);
    size_t valid = utf8_valid_prefix(text.bytes, text.length);
    if (valid < text.length) return fail(error, BF_BAD_ARGUMENT, "the text to mark is not UTF-8 at byte %zu", valid);
    if (matcher->wanted_count == 0) return BF_OK;

    size_t cache_size = CACHE_LEAST;
    while (cache_size < CACHE_MOST && cache_size < text.length / 32) cache_size *= 2;
    if (cache_size > matcher->cache_size) {
        matcher->cache = arena_take_zeroed(matcher->arena, cache_size * sizeof *matcher->cache);
        if (!matcher->cache) return fail_memory(error);
        matcher->cache_size = cache_size;
    }
    forget_phrases(matcher);
    for (uint32_t i = 0; i < matcher->finder_count; i++) near_finder_forget(matcher->finders[i]);

    bf_status status = BF_OK;
    struct run run = {.text = text, .found = found, .context = context};
    struct tokenizer tokenizer;
    struct token tokens[TOKEN_BATCH];
    size_t count;
    bool failed = false;
    tokenizer_start(&tokenizer, matcher->analyzer, text.bytes, text.length, 0);
    while (status == BF_OK && (count = tokenizer_next(&tokenizer, tokens, TOKEN_BATCH)) > 0)
        for (size_t i = 0; i < count && status == BF_OK; i++) status = feed(matcher, &run, tokens[i], &failed);
    if (status == BF_OK && failed) status = BF_NO_MEMORY;
    return status == BF_NO_MEMORY ? fail_memory(error) : status;
}
