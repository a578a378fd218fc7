#include "text_matcher.h"

#include "hash.h"
#include "near_finder.h"
#include "phrase_finder.h"
#include "status.h"
#include "utf8.h"

#include <string.h>

_Static_assert(NO_TERM == ANY_FORM, "one number says none of either");
enum { NONE = NO_TERM, TOKEN_BATCH = 256, CACHED_IDS = 3, CACHE_LEAST = 256, CACHE_MOST = 4096 };

/* A term some clause looks for. */
struct wanted {
    const char *term;
    uint32_t length;
    bool prefix;
    uint64_t hash;
    int32_t first_leaf;   /* of the clauses that are this term alone; NONE ends the list */
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
    struct phrase_wanted *phrases;
    uint32_t phrase_count;
    struct phrase_finder *phrase_finder; /* NULL: there are no phrases */
    struct near_finder **finders;
    uint32_t finder_count;
    struct near_place *near_places;
    uint32_t near_place_count;
    uint32_t *ids;         /* of the token at hand: at most 1 + prefix_count */
    int32_t form;          /* of the token at hand, if it is a wanted one */
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
    *wanted = (struct wanted){term->term, term->term_length, term->prefix, hash, NONE, NONE, NONE};
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
    uint32_t count = leaf->term_count;
    struct phrase_wanted *phrase = &matcher->phrases[matcher->phrase_count++];
    *phrase = (struct phrase_wanted){.clause = clause, .term_count = count, .ends_open = leaf->terms[count - 1].prefix};
    phrase->terms = arena_take(matcher->arena, count * sizeof *phrase->terms);
    if (!phrase->terms) return false;
    bool exact = false;
    for (uint32_t i = 0; i < count; i++) {
        phrase->terms[i] = wanted_add(matcher, &leaf->terms[i]);
        exact |= leaf->terms[i].form != NULL;
    }
    if (!exact) return true;
    phrase->forms = arena_take(matcher->arena, count * sizeof *phrase->forms);
    for (uint32_t i = 0; phrase->forms && i < count; i++) phrase->forms[i] = form_add(matcher, phrase->terms[i], &leaf->terms[i]);
    return phrase->forms;
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
        .finders = arena_take(arena, nears * sizeof *made->finders),
        .near_places = arena_take(arena, term_count * sizeof *made->near_places),
        .by_letter = text_matcher_only_shortens(analyzer_language(analyzer)) &&
                     strncmp(analyzer_identity(analyzer), "standard/", 9) == 0,
    };
    for (size_t i = 0; i < sizeof made->shortest / sizeof *made->shortest; i++) made->shortest[i] = UINT16_MAX;
    bool taken = made->wanted && made->slots && made->prefix_lengths && made->next_leaf && made->leaf_forms && made->forms &&
                 made->phrases && made->finders && made->near_places;
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
    if (taken && made->phrase_count > 0) {
        made->phrase_finder = phrase_finder_new(made->phrases, made->phrase_count, made->wanted_count, arena);
        taken = made->phrase_finder;
    }
    made->ids = arena_take(arena, (made->prefix_count + 1) * sizeof *made->ids);
    if (!taken || !made->ids) return fail_memory(error);
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

/* ---- Matches ---- */

struct run {
    bf_text text;
    bf_status (*found)(void *context, const struct text_match *match);
    void *context;
    uint32_t number; /* of the token at hand */
};

/* Where what the wanted term found in the token ends: of a term that stands for all that begin with it, only that beginning,
 * which is one grapheme. */
static size_t match_end(const struct text_matcher *matcher, const struct matched_token *token, uint32_t id)
{
    return matcher->wanted[id].prefix ? token->first_end : token->end;
}

static bf_status feed_leaves(struct text_matcher *matcher, const struct run *run, const struct matched_token *token)
{
    bf_status status = BF_OK;
    for (uint32_t i = 0; i < token->term_count; i++) {
        size_t end = match_end(matcher, token, token->terms[i]);
        int32_t leaf = matcher->wanted[token->terms[i]].first_leaf;
        for (; leaf != NONE && status == BF_OK; leaf = matcher->next_leaf[leaf]) {
            if (matcher->leaf_forms[leaf] != NONE && matcher->leaf_forms[leaf] != token->form) continue;
            struct text_match match = {token->start, end, (uint32_t)leaf, token->number};
            status = run->found(run->context, &match);
        }
    }
    return status;
}

/* Puts the token into the clauses of words near each other. */
static void put_near(struct text_matcher *matcher, const struct matched_token *token, uint32_t id)
{
    for (int32_t at = matcher->wanted[id].first_near; at != NONE; at = matcher->near_places[at].next) {
        const struct near_place *place = &matcher->near_places[at];
        if (place->form != NONE && place->form != token->form) continue;
        struct text_match match = {token->start, match_end(matcher, token, id), 0, token->number};
        near_finder_put(matcher->finders[place->finder], place->word, &match);
    }
}

static bf_status take_near(struct text_matcher *matcher, const struct run *run, const struct matched_token *token, uint32_t id)
{
    bf_status status = BF_OK;
    for (int32_t at = matcher->wanted[id].first_near; at != NONE; at = matcher->near_places[at].next) {
        const struct near_place *place = &matcher->near_places[at];
        if (place->form != NONE && place->form != token->form) continue;
        const struct text_match *matches;
        uint32_t count = near_finder_take(matcher->finders[place->finder], &matches);
        for (uint32_t i = 0; i < count && status == BF_OK; i++) status = run->found(run->context, &matches[i]);
    }
    return status;
}

/* The token is put as all words that it is before a stretch is taken, since one may end with two of them. */
static bf_status feed_near(struct text_matcher *matcher, const struct run *run, const struct matched_token *token)
{
    bf_status status = BF_OK;
    for (uint32_t i = 0; i < token->term_count; i++) put_near(matcher, token, token->terms[i]);
    for (uint32_t i = 0; i < token->term_count && status == BF_OK; i++) status = take_near(matcher, run, token, token->terms[i]);
    return status;
}

static bf_status feed(struct text_matcher *matcher, struct run *run, struct token token, bool *failed)
{
    uint32_t id_count;
    bf_status status = BF_OK;
    if (!token_ids(matcher, run->text.bytes + token.start, token.length, &id_count, failed)) return BF_OK;
    uint32_t number = run->number++;
    if (id_count == 0) {
        if (matcher->phrase_finder) phrase_finder_forget(matcher->phrase_finder);
        return BF_OK;
    }
    struct matched_token matched = {
        .start = token.start,
        .end = token.start + token.length,
        .number = number,
        .exact = matcher->wanted[matcher->ids[0]].prefix ? NO_TERM : (int32_t)matcher->ids[0],
        .form = matcher->form,
        .terms = matcher->ids,
        .term_count = id_count,
    };
    if (matcher->prefix_count > 0) matched.first_end = utf8_grapheme_end(run->text.bytes, matched.end, matched.start);
    status = feed_leaves(matcher, run, &matched);
    if (matcher->phrase_finder && status == BF_OK) status = phrase_finder_feed(matcher->phrase_finder, &matched, run->found, run->context);
    if (matcher->finder_count > 0 && status == BF_OK) status = feed_near(matcher, run, &matched);
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
    if (matcher->phrase_finder) phrase_finder_forget(matcher->phrase_finder);
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
