#include "brute_compare.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Writes the line; always false, so that a check can end with it. */
static bool differ(struct difference *difference, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool differ(struct difference *difference, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(difference->line, sizeof difference->line, format, arguments);
    va_end(arguments);
    return false;
}

static bool same_float(float a, float b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static bool same_text(bf_text a, bf_text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

/* ---- One query ---- */

static bool compare_words(const struct brute_answer *expected, bf_results *found, struct difference *difference)
{
    size_t at = 0;
    for (size_t l = 0; l < expected->leaf_count; l++) {
        const struct brute_leaf *leaf = &expected->leaves[l];
        for (uint32_t t = 0; t < leaf->node->term_count; t++, at++) {
            const bf_word *word = bf_results_word(found, at);
            if (!word) return differ(difference, "word %zu is missing", at);
            const struct query_term *term = &leaf->node->terms[t];
            if (strcmp(word->term, term->form ? term->form : term->term) != 0 || strcmp(word->word, term->word) != 0)
                return differ(difference, "word %zu is \"%s\" (%s), not \"%s\"", at, word->word, word->term, term->word);
            if (strcmp(word->field, query_field_name(leaf->node->field)) != 0)
                return differ(difference, "word %zu has field %s", at, word->field);
            if (word->df != leaf->dfs[t])
                return differ(difference, "df of %s:%s is %" PRIu64 ", not %" PRIu64, word->field, word->term, word->df,
                              leaf->dfs[t]);
            if (!same_float(word->idf, leaf->idfs[t]))
                return differ(difference, "idf of %s:%s is %a, not %a", word->field, word->term, (double)word->idf,
                              (double)leaf->idfs[t]);
        }
    }
    return !bf_results_word(found, at) || differ(difference, "there is a word too many: %s", bf_results_word(found, at)->word);
}

bool brute_compare_results(const struct brute_answer *expected, bf_results *found, const bf_search_options *options,
                           struct difference *difference)
{
    size_t k = options && options->k ? options->k : 10, offset = options ? options->offset : 0;
    if (strcmp(bf_results_understood(found), expected->query->understood) != 0)
        return differ(difference, "understood as %s, not %s", bf_results_understood(found), expected->query->understood);
    if (!compare_words(expected, found, difference)) return false;
    uint64_t total = bf_results_total(found);
    if (total != expected->hit_count && !(options && options->no_total && total == BF_TOTAL_UNKNOWN))
        return differ(difference, "the total is %" PRIu64 ", not %zu", total, expected->hit_count);
    size_t wanted = expected->hit_count > offset ? expected->hit_count - offset : 0;
    if (wanted > k) wanted = k;
    if (options && options->count_only) wanted = 0;
    for (size_t i = 0; i < wanted; i++) {
        const bf_hit *hit = bf_results_hit(found, i);
        const struct brute_hit *should = &expected->hits[offset + i];
        bf_text id, expected_id = expected->twin->articles[should->article].article.id;
        bf_error error = {0};
        if (!hit) return differ(difference, "there are only %zu hits, not %zu", i, wanted);
        if (bf_results_id(found, i, &id, &error) != BF_OK) return differ(difference, "hit %zu has no id: %s", i, error.message);
        if (!same_text(id, expected_id))
            return differ(difference, "hit %zu is %.*s (%a), not %.*s (%a)", i, (int)id.length, id.bytes, (double)hit->score,
                          (int)expected_id.length, expected_id.bytes, (double)should->score);
        if (!same_float(hit->score, should->score))
            return differ(difference, "hit %zu, %.*s, scores %a, not %a", i, (int)id.length, id.bytes, (double)hit->score,
                          (double)should->score);
        if (hit->rank != offset + i + 1) return differ(difference, "hit %zu has rank %" PRIu64, i, hit->rank);
    }
    if (bf_results_count(found) != wanted || bf_results_hit(found, wanted))
        return differ(difference, "there are %zu hits, not %zu", bf_results_count(found), wanted);
    return true;
}

bool brute_compare_parts(const struct brute_answer *expected, bf_results *found, size_t i, struct difference *difference)
{
    const bf_hit *hit = bf_results_hit(found, i);
    const bf_part *parts;
    size_t count;
    bf_error error = {0};
    bf_status status = bf_results_explain(found, i, &parts, &count, &error);
    if (status != BF_OK) return differ(difference, "hit %zu can't be explained: %s", i, error.message);
    struct brute_part *should = calloc(expected->leaf_count + 1, sizeof *should);
    size_t wanted = should ? brute_explain(expected, expected->hits[hit->rank - 1].article, should) : SIZE_MAX;
    bool same = wanted == count || differ(difference, "hit %zu has %zu parts, not %zu", i, count, wanted);
    float sum = 0;
    for (size_t p = 0; same && p < count; p++) {
        const struct brute_leaf *leaf = &expected->leaves[should[p].leaf];
        uint64_t df = leaf->dfs[0];
        for (uint32_t t = 1; t < leaf->node->term_count; t++)
            if (leaf->dfs[t] < df) df = leaf->dfs[t];
        sum += parts[p].score;
        if (strcmp(parts[p].clause, leaf->node->shown) != 0)
            same = differ(difference, "part %zu of hit %zu is %s, not %s", p, i, parts[p].clause, leaf->node->shown);
        else if (parts[p].df != df)
            same = differ(difference, "part %s of hit %zu has df %" PRIu64 ", not %" PRIu64, parts[p].clause, i, parts[p].df, df);
        else if (!same_float(parts[p].idf, leaf->idf) || !same_float(parts[p].boost, leaf->node->boost) ||
                 !same_float(parts[p].tf, should[p].tf) || !same_float(parts[p].length, should[p].length) ||
                 !same_float(parts[p].score, should[p].score))
            same = differ(difference, "part %s of hit %zu is idf %a boost %a tf %a length %a score %a, not %a %a %a %a %a",
                          parts[p].clause, i, (double)parts[p].idf, (double)parts[p].boost, (double)parts[p].tf,
                          (double)parts[p].length, (double)parts[p].score, (double)leaf->idf, (double)leaf->node->boost,
                          (double)should[p].tf, (double)should[p].length, (double)should[p].score);
    }
    if (same && !same_float(sum, hit->score))
        same = differ(difference, "the parts of hit %zu add up to %a, its score is %a", i, (double)sum, (double)hit->score);
    free(should);
    return same;
}

enum { EXPLAINED = 4 };

static bool compare_one_way(bf_searcher *searcher, const struct brute_answer *expected, const char *query,
                            const bf_search_options *options, bool explain, struct difference *difference)
{
    bf_results *found = NULL;
    bf_error error = {0};
    if (bf_search(searcher, query, options, &found, &error) != BF_OK)
        return differ(difference, "the search failed: %s", error.message);
    bool same = brute_compare_results(expected, found, options, difference);
    size_t count = bf_results_count(found), step = count > EXPLAINED ? count / EXPLAINED : 1;
    for (size_t i = 0; same && explain && i < count; i += step) same = brute_compare_parts(expected, found, i, difference);
    bf_results_free(found);
    return same;
}

bool brute_compare_query(bf_searcher *searcher, const struct brute_force *twin, uint64_t commit, const char *query,
                         const bf_search_options *options, size_t *matched, struct difference *difference)
{
    struct brute_answer expected;
    bf_search_options other = options ? *options : (bf_search_options){0};
    brute_search(twin, commit, query, options, &expected);
    bool same = compare_one_way(searcher, &expected, query, options, true, difference);
    other.ranker = "exhaustive";
    same = same && compare_one_way(searcher, &expected, query, &other, false, difference);
    other.ranker = NULL;
    other.count_only = true;
    other.no_total = false;
    same = same && compare_one_way(searcher, &expected, query, &other, false, difference);
    if (matched) *matched = expected.hit_count;
    brute_answer_free(&expected);
    return same;
}

/* ---- The whole index ---- */

struct article_walk {
    const struct brute_force *twin;
    uint64_t commit;
    size_t at;
    struct difference *difference;
    bool same;
};

static bool same_article(const bf_article *a, const bf_article *b)
{
    bool same = same_text(a->id, b->id) && same_text(a->title, b->title) && same_text(a->body, b->body) &&
                same_text(a->section, b->section) && same_text(a->place, b->place) && same_text(a->byline, b->byline) &&
                same_text(a->source, b->source) && same_text(a->url, b->url) && same_text(a->language, b->language) &&
                same_text(a->extra, b->extra) && a->date.precision == b->date.precision && a->keyword_count == b->keyword_count;
    if (same && a->date.precision) same = a->date.seconds == b->date.seconds && a->date.zone == b->date.zone;
    for (size_t i = 0; same && i < a->keyword_count; i++) same = same_text(a->keywords[i], b->keywords[i]);
    return same;
}

static bf_status walk_article(void *context, const bf_article *article)
{
    struct article_walk *walk = context;
    while (walk->at < walk->twin->count && !brute_is_live(&walk->twin->articles[walk->at], walk->commit)) walk->at++;
    if (walk->at == walk->twin->count)
        walk->same = differ(walk->difference, "article %.*s is one too many", (int)article->id.length, article->id.bytes);
    else if (!same_article(article, &walk->twin->articles[walk->at].article))
        walk->same = differ(walk->difference, "article %.*s is not what was stored as %.*s", (int)article->id.length,
                            article->id.bytes, (int)walk->twin->articles[walk->at].article.id.length,
                            walk->twin->articles[walk->at].article.id.bytes);
    walk->at++;
    return walk->same ? BF_OK : BF_INTERRUPTED;
}

static bool compare_articles(bf_searcher *searcher, const struct brute_force *twin, uint64_t commit,
                             struct difference *difference)
{
    struct article_walk walk = {twin, commit, 0, difference, true};
    bf_error error = {0};
    bf_status status = bf_searcher_each_article(searcher, walk_article, &walk, &error);
    if (!walk.same) return false;
    if (status != BF_OK) return differ(difference, "the articles can't be read: %s", error.message);
    for (; walk.at < twin->count; walk.at++) {
        bf_text id = twin->articles[walk.at].article.id;
        if (brute_is_live(&twin->articles[walk.at], commit))
            return differ(difference, "article %.*s is missing", (int)id.length, id.bytes);
    }
    return true;
}

/* Every word of a field there is or was, in the order of terms and then of articles. */
struct occurrence {
    const struct brute_word *word;
    size_t article;
};

static int compare_terms(const struct occurrence *a, const struct occurrence *b)
{
    uint32_t shorter = a->word->length < b->word->length ? a->word->length : b->word->length;
    int order = memcmp(a->word->term, b->word->term, shorter);
    return order ? order : (a->word->length > b->word->length) - (a->word->length < b->word->length);
}

static int compare_occurrences(const void *a, const void *b)
{
    const struct occurrence *x = a, *y = b;
    int order = compare_terms(x, y);
    if (order) return order;
    if (x->article != y->article) return x->article < y->article ? -1 : 1;
    return x->word->position < y->word->position ? -1 : 1;
}

struct term_walk {
    const struct brute_force *twin;
    uint64_t commit;
    bool has_dead;              /* some deleted articles are still on disk: df and cf may count them */
    const char *field;
    const struct occurrence *occurrences;
    size_t count, at;
    struct difference *difference;
    bool same;
};

static bf_status walk_term(void *context, bf_text term, uint64_t df, uint64_t cf)
{
    struct term_walk *walk = context;
    uint64_t live_df = 0, live_cf = 0, all_df = 0, all_cf = 0;
    const struct occurrence *first;
    do { /* a term of none but articles that went may be gone with them */
        live_df = live_cf = all_df = all_cf = 0;
        first = walk->at < walk->count ? &walk->occurrences[walk->at] : NULL;
        for (; walk->at < walk->count && compare_terms(&walk->occurrences[walk->at], first) == 0; walk->at++) {
            const struct occurrence *occurrence = &walk->occurrences[walk->at];
            bool is_live = brute_is_live(&walk->twin->articles[occurrence->article], walk->commit);
            bool is_new = occurrence == first || occurrence->article != occurrence[-1].article;
            live_df += is_live && is_new;
            live_cf += is_live;
            all_df += is_new;
            all_cf++;
        }
    } while (first && live_df == 0 && !same_text((bf_text){first->word->term, first->word->length}, term));
    if (!first || !same_text((bf_text){first->word->term, first->word->length}, term))
        walk->same = differ(walk->difference, "%s: term %.*s stands where %.*s should", walk->field, (int)term.length, term.bytes,
                            first ? (int)first->word->length : 0, first ? first->word->term : "");
    else if (walk->has_dead ? df < live_df || df > all_df || cf < live_cf || cf > all_cf : df != live_df || cf != live_cf)
        walk->same = differ(walk->difference, "%s:%.*s has df %" PRIu64 " and cf %" PRIu64 ", not %" PRIu64 " and %" PRIu64,
                            walk->field, (int)term.length, term.bytes, df, cf, live_df, live_cf);
    return walk->same ? BF_OK : BF_INTERRUPTED;
}

struct posting_walk {
    const struct term_walk *terms;
    bf_text term;
    size_t at, end;             /* of the occurrences */
    bool same;
};

static void posting_walk_skip_dead(struct posting_walk *walk)
{
    const struct term_walk *terms = walk->terms;
    while (walk->at < walk->end && !brute_is_live(&terms->twin->articles[terms->occurrences[walk->at].article], terms->commit))
        walk->at++;
}

static bf_status walk_posting(void *context, bf_text id, uint32_t tf, const uint32_t *positions)
{
    struct posting_walk *walk = context;
    const struct term_walk *terms = walk->terms;
    posting_walk_skip_dead(walk);
    size_t article = walk->at < walk->end ? terms->occurrences[walk->at].article : SIZE_MAX;
    uint32_t i = 0;
    if (article == SIZE_MAX || !same_text(id, terms->twin->articles[article].article.id)) {
        walk->same = differ(terms->difference, "%s:%.*s should not occur next in %.*s", terms->field, (int)walk->term.length,
                            walk->term.bytes, (int)id.length, id.bytes);
        return BF_INTERRUPTED;
    }
    for (; walk->at < walk->end && terms->occurrences[walk->at].article == article; walk->at++, i++)
        if (i < tf && positions[i] != terms->occurrences[walk->at].word->position) break;
    if (i != tf || (walk->at < walk->end && terms->occurrences[walk->at].article == article))
        walk->same = differ(terms->difference, "%s:%.*s occurs in %.*s %u times, and not at the right positions", terms->field,
                            (int)walk->term.length, walk->term.bytes, (int)id.length, id.bytes, tf);
    return walk->same ? BF_OK : BF_INTERRUPTED;
}

/* The postings of the term of occurrences [first, end). */
static bool compare_postings(bf_searcher *searcher, const struct term_walk *terms, size_t first, size_t end)
{
    const struct brute_word *word = terms->occurrences[first].word;
    struct posting_walk walk = {terms, {word->term, word->length}, first, end, true};
    bf_error error = {0};
    bf_status status = bf_searcher_each_posting(searcher, terms->field, walk.term, walk_posting, &walk, &error);
    if (!walk.same) return false;
    posting_walk_skip_dead(&walk);
    if (walk.at < end) {
        bf_text id = terms->twin->articles[terms->occurrences[walk.at].article].article.id;
        return differ(terms->difference, "%s:%.*s should also occur in %.*s (%s)", terms->field, (int)word->length, word->term,
                      (int)id.length, id.bytes, error.message);
    }
    if (status != BF_OK && status != BF_NOT_FOUND)
        return differ(terms->difference, "the postings of %.*s: %s", (int)word->length, word->term, error.message);
    return true;
}

static bool compare_terms_of_field(bf_searcher *searcher, const struct brute_force *twin, uint64_t commit, unsigned field,
                                   bool has_dead, size_t sample, struct difference *difference)
{
    size_t count = 0, distinct = 0;
    for (size_t i = 0; i < twin->count; i++)
        if (twin->articles[i].born <= commit) count += twin->articles[i].word_counts[field];
    struct occurrence *occurrences = malloc((count + 1) * sizeof *occurrences);
    if (!occurrences) return differ(difference, "out of memory");
    count = 0;
    for (size_t i = 0; i < twin->count; i++)
        for (uint32_t w = 0; twin->articles[i].born <= commit && w < twin->articles[i].word_counts[field]; w++)
            occurrences[count++] = (struct occurrence){&twin->articles[i].words[field][w], i};
    qsort(occurrences, count, sizeof *occurrences, compare_occurrences);
    for (size_t i = 0; i < count; i++) distinct += i == 0 || compare_terms(&occurrences[i], &occurrences[i - 1]) != 0;

    struct term_walk walk = {twin, commit, has_dead, brute_field_names[field], occurrences, count, 0, difference, true};
    bf_error error = {0};
    bf_status status = bf_searcher_each_term(searcher, field ? brute_field_names[field] : NULL, walk_term, &walk, &error);
    bool same = walk.same;
    if (same && status != BF_OK) same = differ(difference, "the terms of %s can't be read: %s", walk.field, error.message);
    for (; same && walk.at < count; walk.at++)
        if (brute_is_live(&twin->articles[occurrences[walk.at].article], commit))
            same = differ(difference, "%s: term %.*s is missing", walk.field, (int)occurrences[walk.at].word->length,
                          occurrences[walk.at].word->term);

    size_t step = sample && distinct > sample ? distinct / sample : 1, number = 0;
    for (size_t first = 0, end; same && first < count; first = end) {
        for (end = first; end < count && compare_terms(&occurrences[end], &occurrences[first]) == 0;) end++;
        if (number++ % step == 0 || end - first > count / 64) same = compare_postings(searcher, &walk, first, end);
    }
    free(occurrences);
    return same;
}

bool brute_compare_index(bf_searcher *searcher, const struct brute_force *twin, uint64_t commit, size_t term_sample,
                         struct difference *difference)
{
    bf_stats stats;
    bf_error error = {0};
    uint64_t articles = 0, tokens = 0;
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (size_t i = 0; i < twin->count; i++) {
        const struct brute_article *article = &twin->articles[i];
        if (!brute_is_live(article, commit)) continue;
        articles++;
        tokens += article->word_counts[0];
        if (!article->article.date.precision) continue;
        if (article->article.date.seconds < first) first = article->article.date.seconds;
        if (article->article.date.seconds > last) last = article->article.date.seconds;
    }
    if (bf_searcher_stats(searcher, &stats, &error) != BF_OK) return differ(difference, "no statistics: %s", error.message);
    if (stats.articles != articles || stats.tokens != tokens)
        return differ(difference, "there are %" PRIu64 " articles of %" PRIu64 " words, not %" PRIu64 " of %" PRIu64,
                      stats.articles, stats.tokens, articles, tokens);
    bool dated = first <= last;
    if (!stats.first.precision == dated || !stats.last.precision == dated ||
        (dated && (stats.first.seconds != first || stats.last.seconds != last)))
        return differ(difference, "the dates go from %" PRId64 " to %" PRId64 ", not from %" PRId64 " to %" PRId64,
                      stats.first.seconds, stats.last.seconds, first, last);
    if (!compare_articles(searcher, twin, commit, difference)) return false;
    for (unsigned field = 0; field < BRUTE_FIELDS; field++)
        if (!compare_terms_of_field(searcher, twin, commit, field, stats.deleted > 0, term_sample, difference)) return false;
    return true;
}

static void keep_finding(void *context, const char *line)
{
    struct difference *difference = context;
    if (!*difference->line) differ(difference, "check: %s", line);
}

bool brute_check_index(const char *path, struct difference *difference)
{
    bf_error error = {0};
    *difference->line = 0;
    bf_status status = bf_check(path, keep_finding, difference, &error);
    return status == BF_OK || (*difference->line ? false : differ(difference, "check: %s", error.message));
}
