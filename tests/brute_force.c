#include "brute_force.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 16 }; /* words between title and body, and from one keyword to the next */

const char *const brute_field_names[BRUTE_FIELDS] = {"text", "section", "place", "byline", "source", "url", "language",
                                                     "keywords"};

/* ---- Articles ---- */

static bf_text copy_text(struct arena *arena, bf_text text)
{
    return text.bytes ? (bf_text){arena_copy(arena, text.bytes, text.length), text.length} : text;
}

/* Appends the words of a text to a field, numbering them from *position. */
static void read_words(struct brute_force *twin, struct brute_article *article, unsigned field, bf_text text, uint32_t *position)
{
    struct tokenizer tokenizer;
    struct token token;
    uint32_t at = article->word_counts[field], room = at;
    if (!text.length) return;
    tokenizer_start(&tokenizer, twin->analyzer, text.bytes, text.length, 0);
    while (tokenizer_next(&tokenizer, &token, 1) == 1) {
        char term[TERM_MAX], form[TERM_MAX];
        bool failed = false;
        size_t length = analyzer_term(twin->analyzer, text.bytes + token.start, token.length, term, &failed);
        size_t form_length = analyzer_fold(twin->analyzer, text.bytes + token.start, token.length, form, &failed);
        assert_false(failed);
        if (length == 0) continue;
        if (at == room) {
            struct brute_word *more = arena_take(&twin->arena, (2 * (size_t)room + 16) * sizeof *more);
            if (at) memcpy(more, article->words[field], at * sizeof *more);
            article->words[field] = more;
            room = 2 * room + 16;
        }
        const char *kept = arena_copy(&twin->arena, term, length);
        bool same = form_length == length && memcmp(form, term, length) == 0;
        article->words[field][at++] = (struct brute_word){kept, (uint32_t)length, (*position)++,
                                                          same ? kept : arena_copy(&twin->arena, form, form_length),
                                                          (uint32_t)form_length};
    }
    article->word_counts[field] = at;
}

static uint64_t id_key(bf_text id)
{
    uint64_t key = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < id.length; i++) key = (key ^ (uint8_t)id.bytes[i]) * UINT64_C(0x100000001b3);
    return key;
}

static size_t find_id(const struct brute_force *twin, bf_text id)
{
    uint64_t key = id_key(id);
    for (size_t i = twin->count; i-- > 0;) {
        if (twin->id_keys[i] != key) continue;
        const struct brute_article *article = &twin->articles[i];
        bf_text other = article->article.id;
        if (article->died == BRUTE_NEVER && other.length == id.length && memcmp(other.bytes, id.bytes, id.length) == 0) return i;
    }
    return SIZE_MAX;
}

bool brute_delete(struct brute_force *twin, bf_text id)
{
    size_t found = find_id(twin, id);
    if (found == SIZE_MAX) return false;
    twin->articles[found].died = twin->commits + 1;
    return true;
}

bool brute_add(struct brute_force *twin, const bf_article *given)
{
    bool replaced = brute_delete(twin, given->id);
    if (twin->count == twin->room) {
        twin->room = twin->room ? 2 * twin->room : 64;
        twin->articles = realloc(twin->articles, twin->room * sizeof *twin->articles);
        twin->id_keys = realloc(twin->id_keys, twin->room * sizeof *twin->id_keys);
        assert_true(twin->articles && twin->id_keys);
    }
    twin->id_keys[twin->count] = id_key(given->id);
    struct brute_article *article = &twin->articles[twin->count++];
    *article = (struct brute_article){.article = *given, .born = twin->commits + 1, .died = BRUTE_NEVER};
    bf_text *members[] = {&article->article.id, &article->article.title, &article->article.body, &article->article.section,
                          &article->article.place, &article->article.byline, &article->article.source, &article->article.url,
                          &article->article.language, &article->article.extra};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) *members[i] = copy_text(&twin->arena, *members[i]);
    bf_text *keywords = arena_take(&twin->arena, (given->keyword_count + 1) * sizeof *keywords);
    for (size_t i = 0; i < given->keyword_count; i++) keywords[i] = copy_text(&twin->arena, given->keywords[i]);
    article->article.keywords = keywords;

    uint32_t position = 0;
    read_words(twin, article, 0, given->title, &position);
    article->title_length = position;
    if (position) position += GAP;
    read_words(twin, article, 0, given->body, &position);
    const bf_text others[] = {given->section, given->place, given->byline, given->source, given->url, given->language};
    for (unsigned i = 0; i < 6; i++) {
        position = 0;
        read_words(twin, article, 1 + i, others[i], &position);
    }
    position = 0;
    for (size_t i = 0; i < given->keyword_count; i++) {
        read_words(twin, article, 7, given->keywords[i], &position);
        position += GAP;
    }
    return replaced;
}

void brute_commit(struct brute_force *twin)
{
    twin->commits++;
}

void brute_rollback(struct brute_force *twin)
{
    while (twin->count && twin->articles[twin->count - 1].born > twin->commits) twin->count--;
    for (size_t i = 0; i < twin->count; i++)
        if (twin->articles[i].died != BRUTE_NEVER && twin->articles[i].died > twin->commits) twin->articles[i].died = BRUTE_NEVER;
}

void brute_free(struct brute_force *twin)
{
    arena_free(&twin->arena);
    free(twin->articles);
    free(twin->id_keys);
    *twin = (struct brute_force){0};
}

bool brute_is_live(const struct brute_article *article, uint64_t commit)
{
    return article->born <= commit && commit < article->died;
}

/* ---- Statistics ---- */

/* What the byte stands for. 24 values are left over above the little floats, so the first 24 bytes are their own lengths. */
static uint32_t byte4_length(unsigned byte)
{
    if (byte < 24) return byte;
    uint64_t bits = (byte - 24) & 7;
    int shift = (int)((byte - 24) >> 3) - 1;
    return (uint32_t)(24 + (shift < 0 ? bits : (bits | 8) << shift));
}

static unsigned byte4(uint32_t length)
{
    unsigned byte = 0;
    while (byte < 255 && byte4_length(byte + 1) <= length) byte++;
    return byte;
}

uint32_t brute_rounded_length(uint32_t length)
{
    return byte4_length(byte4(length));
}

static unsigned field_of(const struct query_node *node)
{
    return node->field <= QUERY_BODY ? 0 : (unsigned)node->field - (unsigned)QUERY_SECTION + 1;
}

static bool word_is(const struct brute_word *word, const struct query_term *term)
{
    if (term->form && (word->form_length != term->form_length || memcmp(word->form, term->form, term->form_length) != 0))
        return false;
    if (term->prefix ? word->length < term->term_length : word->length != term->term_length) return false;
    return memcmp(word->term, term->term, term->term_length) == 0;
}

static uint64_t count_df(const struct brute_answer *answer, const struct query_node *node, const struct query_term *term)
{
    uint64_t df = 0;
    unsigned field = field_of(node);
    for (size_t i = 0; i < answer->twin->count; i++) {
        const struct brute_article *article = &answer->twin->articles[i];
        if (!brute_is_live(article, answer->commit)) continue;
        bool found = false;
        for (uint32_t w = 0; w < article->word_counts[field] && !found; w++) {
            const struct brute_word *word = &article->words[field][w];
            found = word_is(word, term) && (node->field != QUERY_TITLE || word->position < article->title_length);
        }
        df += found;
    }
    return df;
}

/* ---- Words near each other ---- */

/* Whether a place can be found for the word at `at`, those that have one moving over where they must (Kuhn's algorithm for pairing). */
static bool find_place(const struct query_node *node, const struct brute_word *words, uint32_t at, uint32_t *taken, bool *tried)
{
    for (uint32_t t = 0; t < node->term_count; t++) {
        if (tried[t] || !word_is(&words[at], &node->terms[t])) continue;
        tried[t] = true;
        if (taken[t] != UINT32_MAX && !find_place(node, words, taken[t], taken, tried)) continue;
        taken[t] = at;
        return true;
    }
    return false;
}

/* The latest start of a stretch that ends with the word `last` and has a word of its own for each of the node's; `count`: none. */
static uint32_t latest_start(const struct query_node *node, const struct brute_word *words, uint32_t count, uint32_t last,
                             uint32_t *taken, bool *tried)
{
    uint32_t placed = 0;
    for (uint32_t t = 0; t < node->term_count; t++) taken[t] = UINT32_MAX;
    for (uint32_t at = last + 1; at-- > 0 && words[last].position - words[at].position < node->span;) {
        for (uint32_t t = 0; t < node->term_count; t++) tried[t] = false;
        placed += find_place(node, words, at, taken, tried);
        if (at == last && !placed) return count;
        if (placed == node->term_count) return at;
    }
    return count;
}

/* The greatest number of such stretches that don't overlap among the words: of the first i + 1 words it is that of the first i, or
 * one more than that before a stretch that ends here. */
static uint32_t count_near(struct brute_answer *answer, const struct query_node *node, const struct brute_word *words, uint32_t count)
{
    size_t terms = node->term_count;
    uint32_t *best = arena_take_zeroed(&answer->arena, (count + 1) * sizeof *best);
    uint32_t *taken = arena_take(&answer->arena, terms * sizeof *taken);
    bool *tried = arena_take(&answer->arena, terms * sizeof *tried);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t start = latest_start(node, words, count, i, taken, tried);
        best[i + 1] = best[i];
        if (start < count && best[start] + 1 > best[i]) best[i + 1] = best[start] + 1;
    }
    return best[count];
}

/* Title and body each by itself. */
static void count_near_leaf(struct brute_answer *answer, struct brute_leaf *leaf, const struct brute_article *article, size_t number)
{
    unsigned field = field_of(leaf->node);
    const struct brute_word *words = article->words[field];
    uint32_t count = article->word_counts[field], in_title = 0;
    while (field == 0 && in_title < count && words[in_title].position < article->title_length) in_title++;
    leaf->title_tfs[number] = count_near(answer, leaf->node, words, in_title);
    if (words) words += in_title;
    leaf->tfs[number] = leaf->title_tfs[number] + count_near(answer, leaf->node, words, count - in_title);
}

/* ---- Words in a row ---- */

/* Every word of an article tried as the first of the leaf's words. */
static void count_leaf(struct brute_answer *answer, struct brute_leaf *leaf, const struct brute_article *article, size_t number)
{
    if (leaf->node->span) {
        count_near_leaf(answer, leaf, article, number);
        return;
    }
    unsigned field = field_of(leaf->node);
    const struct brute_word *words = article->words[field];
    uint32_t count = article->word_counts[field], terms = leaf->node->term_count;
    for (uint32_t w = 0; w < count; w++) {
        uint32_t t = 0;
        while (t < terms && w + t < count && words[w + t].position == words[w].position + t &&
               word_is(&words[w + t], &leaf->node->terms[t]))
            t++;
        if (t < terms) continue;
        leaf->tfs[number]++;
        leaf->title_tfs[number] += field == 0 && words[w].position < article->title_length;
    }
}

static void make_leaves(struct brute_answer *answer, const struct query_node *node, uint64_t article_count)
{
    for (uint32_t i = 0; i < node->child_count; i++) make_leaves(answer, node->children[i], article_count);
    if (node->kind != QUERY_TERM && node->kind != QUERY_PHRASE) return;
    struct brute_leaf *leaves = arena_take(&answer->arena, (answer->leaf_count + 1) * sizeof *leaves);
    if (answer->leaf_count) memcpy(leaves, answer->leaves, answer->leaf_count * sizeof *leaves);
    answer->leaves = leaves;
    struct brute_leaf *leaf = &leaves[answer->leaf_count++];
    *leaf = (struct brute_leaf){.node = node};
    leaf->dfs = arena_take(&answer->arena, node->term_count * sizeof *leaf->dfs);
    leaf->idfs = arena_take(&answer->arena, node->term_count * sizeof *leaf->idfs);
    for (uint32_t i = 0; i < node->term_count; i++) {
        double df = (double)(leaf->dfs[i] = count_df(answer, node, &node->terms[i]));
        leaf->idfs[i] = (float)log(1 + ((double)article_count - df + 0.5) / (df + 0.5));
        leaf->idf += leaf->idfs[i];
    }
    leaf->weight = node->boost * leaf->idf;
    leaf->tfs = arena_take_zeroed(&answer->arena, answer->twin->count * sizeof *leaf->tfs);
    leaf->title_tfs = arena_take_zeroed(&answer->arena, answer->twin->count * sizeof *leaf->title_tfs);
    for (size_t i = 0; i < answer->twin->count; i++)
        if (brute_is_live(&answer->twin->articles[i], answer->commit)) count_leaf(answer, leaf, &answer->twin->articles[i], i);
}

/* ---- Matching and scoring ---- */

static const struct brute_leaf *leaf_of(const struct brute_answer *answer, const struct query_node *node)
{
    size_t i = 0;
    while (answer->leaves[i].node != node) i++;
    return &answer->leaves[i];
}

static bool node_matches(const struct brute_answer *answer, const struct query_node *node, size_t number)
{
    const bf_article *article = &answer->twin->articles[number].article;
    switch (node->kind) {
    case QUERY_TERM:
    case QUERY_PHRASE: {
        const struct brute_leaf *leaf = leaf_of(answer, node);
        if (node->field == QUERY_TITLE) return leaf->title_tfs[number] > 0;
        if (node->field == QUERY_BODY) return leaf->tfs[number] > leaf->title_tfs[number];
        return leaf->tfs[number] > 0;
    }
    case QUERY_DATE:
        return article->date.precision && article->date.seconds >= node->date_from && article->date.seconds < node->date_to;
    case QUERY_ID:
        return article->id.length == node->id.length && memcmp(article->id.bytes, node->id.bytes, node->id.length) == 0;
    case QUERY_ALL: return true;
    case QUERY_GROUP: break;
    }
    bool has_must = false, has_should = false;
    for (uint32_t i = 0; i < node->child_count; i++) {
        const struct query_node *child = node->children[i];
        bool matches = node_matches(answer, child, number);
        if (child->occur == QUERY_MUST_NOT && matches) return false;
        if (child->occur == QUERY_MUST && !matches) return false;
        has_must |= child->occur == QUERY_MUST;
        has_should |= child->occur == QUERY_SHOULD && matches;
    }
    return has_must || has_should;
}

static bool leaf_part(const struct brute_answer *answer, const struct query_node *node, size_t number, struct brute_part *part)
{
    const struct brute_leaf *leaf = leaf_of(answer, node);
    const struct brute_article *article = &answer->twin->articles[number];
    uint32_t tf = leaf->tfs[number], title_tf = leaf->title_tfs[number];
    *part = (struct brute_part){.leaf = (size_t)(leaf - answer->leaves)};
    if (node->field == QUERY_TEXT)
        part->tf = title_tf ? (float)(tf - title_tf) + answer->title_weight * (float)title_tf : (float)tf;
    else if (node->field == QUERY_TITLE) part->tf = (float)title_tf;
    else if (node->field == QUERY_BODY) part->tf = (float)(tf - title_tf);
    else part->tf = (float)tf;
    float norm = answer->k1;
    if (node->field == QUERY_TEXT || node->field == QUERY_BODY) { /* lengths are those of title and body together */
        unsigned byte = byte4(article->word_counts[0]);
        part->length = (float)byte4_length(byte);
        norm = answer->norms[byte];
    }
    if (part->tf > 0) part->score = leaf->weight * (part->tf / (part->tf + norm));
    return part->tf > 0;
}

/* The leaves that count: each matches, and so does every group above it. */
static void collect_parts(const struct brute_answer *answer, const struct query_node *node, size_t number,
                          struct brute_part *parts, size_t *count)
{
    if (node->occur == QUERY_MUST_NOT || !node_matches(answer, node, number)) return;
    if (node->kind == QUERY_TERM || node->kind == QUERY_PHRASE) leaf_part(answer, node, number, &parts[(*count)++]);
    for (uint32_t i = 0; i < node->child_count; i++) collect_parts(answer, node->children[i], number, parts, count);
}

size_t brute_explain(const struct brute_answer *answer, size_t article, struct brute_part *parts)
{
    size_t count = 0;
    collect_parts(answer, answer->query->root, article, parts, &count);
    return count;
}

static int compare_hits(const void *a, const void *b)
{
    const struct brute_hit *x = a, *y = b;
    if (x->score != y->score) return x->score > y->score ? -1 : 1;
    return x->article < y->article ? -1 : x->article > y->article;
}

void brute_search(const struct brute_force *twin, uint64_t commit, const char *query, const bf_search_options *options,
                  struct brute_answer *answer)
{
    static const bf_search_options defaults = {0};
    if (!options) options = &defaults;
    *answer = (struct brute_answer){.twin = twin, .commit = commit, .k1 = 1.2f, .title_weight = 2};
    float b = 0.75f;
    if (options->set_parameters) {
        answer->k1 = options->k1;
        answer->title_weight = options->title_weight;
        b = options->b;
    }
    struct query_options query_options = {options->plain_query, options->match_all_words};
    assert_int_equal(query_parse(query, &query_options, twin->analyzer, &answer->arena, &answer->query, NULL), BF_OK);

    uint64_t live = 0, words = 0;
    for (size_t i = 0; i < twin->count; i++) {
        if (!brute_is_live(&twin->articles[i], commit)) continue;
        live++;
        words += twin->articles[i].word_counts[0];
    }
    float average = live && words ? (float)((double)words / (double)live) : 1;
    for (unsigned byte = 0; byte < 256; byte++)
        answer->norms[byte] = answer->k1 * (1 - b + b * (float)byte4_length(byte) / average);
    make_leaves(answer, answer->query->root, live);

    answer->hits = arena_take(&answer->arena, (twin->count + 1) * sizeof *answer->hits);
    struct brute_part *parts = arena_take(&answer->arena, (answer->leaf_count + 1) * sizeof *parts);
    for (size_t i = 0; i < twin->count; i++) {
        if (!brute_is_live(&twin->articles[i], commit) || !node_matches(answer, answer->query->root, i)) continue;
        struct brute_hit hit = {0, i};
        size_t count = brute_explain(answer, i, parts);
        for (size_t p = 0; p < count; p++)
            if (parts[p].tf > 0) hit.score += parts[p].score;
        answer->hits[answer->hit_count++] = hit;
    }
    qsort(answer->hits, answer->hit_count, sizeof *answer->hits, compare_hits);
}

void brute_answer_free(struct brute_answer *answer)
{
    arena_free(&answer->arena);
}
