#include "exact_compare.h"

#include "ranker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ORACLE "exhaustive"

void exact_begin(struct exact *exact)
{
    *exact = (struct exact){0};
    exact->tallies[exact->ranker_count++].name = "auto";
    for (size_t i = 0; ranker_name(i); i++) {
        if (strcmp(ranker_name(i), ORACLE) == 0) continue;
        assert_true(exact->ranker_count < EXACT_RANKERS);
        exact->tallies[exact->ranker_count++].name = ranker_name(i);
    }
}

static bool differs(struct exact *exact, const char *ranker, const bf_search_options *options, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static bool differs(struct exact *exact, const char *ranker, const bf_search_options *options, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    vsnprintf(exact->difference.line, sizeof exact->difference.line, format, values);
    va_end(values);
    exact->difference.plan[0] = '\0';
    exact->difference.ranker = ranker;
    exact->difference.options = *options;
    return false;
}

/* The oracle's list may be longer than k: its first k are what it would give for k. */
static bool same_hits(struct exact *exact, const char *ranker, const bf_search_options *options, const bf_results *expected,
                      const bf_results *found)
{
    size_t wanted = bf_results_count(expected) < options->k ? bf_results_count(expected) : options->k;
    for (size_t i = 0; i < wanted && i < bf_results_count(found); i++) {
        const bf_hit *a = bf_results_hit(expected, i), *b = bf_results_hit(found, i);
        if (a->segment == b->segment && a->document == b->document && a->rank == b->rank &&
            memcmp(&a->score, &b->score, sizeof a->score) == 0)
            continue;
        return differs(exact, ranker, options, "hit %" PRIu64 " is document %" PRIu32 " of segment %" PRIu32
                       ", score %.9g, and not %" PRIu32 " of %" PRIu32 ", %.9g", b->rank, b->document, b->segment,
                       (double)b->score, a->document, a->segment, (double)a->score);
    }
    if (bf_results_count(found) != wanted)
        return differs(exact, ranker, options, "%zu hits, not %zu", bf_results_count(found), wanted);
    if (!options->no_total && bf_results_total(found) != bf_results_total(expected))
        return differs(exact, ranker, options, "%" PRIu64 " matches, not %" PRIu64, bf_results_total(found),
                       bf_results_total(expected));
    /* a total that need not be known may be unknown, but not wrong */
    if (bf_results_total(found) != BF_TOTAL_UNKNOWN && bf_results_total(found) != bf_results_total(expected))
        return differs(exact, ranker, options, "%" PRIu64 " matches said without need, not %" PRIu64, bf_results_total(found),
                       bf_results_total(expected));
    return true;
}

/* *able = false: the ranker says that it can't run this. */
static bool ranker_agrees(struct exact *exact, struct exact_tally *tally, const char *query, bf_search_options options,
                          const bf_results *expected, bool *able)
{
    bf_error error = {0};
    bf_results *found = NULL;
    options.ranker = tally->name;
    bf_status status = bf_search(exact->searcher, query, &options, &found, &error);
    *able = status == BF_OK;
    if (status == BF_BAD_ARGUMENT && tally != exact->tallies) return true;
    if (status != BF_OK)
        return differs(exact, tally->name, &options, "%s: %s", bf_status_name(status), error.message);
    tally->answers++;
    tally->hits += bf_results_count(found);
    bool same = true;
    if (!options.count_only) same = same_hits(exact, tally->name, &options, expected, found);
    else if (bf_results_total(found) != bf_results_total(expected))
        same = differs(exact, tally->name, &options, "counts %" PRIu64 " matches, not %" PRIu64, bf_results_total(found),
                       bf_results_total(expected));
    if (!same) snprintf(exact->difference.plan, sizeof exact->difference.plan, "%s", bf_results_plan(found));
    /* the plan took the oracle: no need to hear it again */
    if (tally == exact->tallies && strncmp(bf_results_plan(found), ORACLE ":", sizeof ORACLE) == 0) *able = false;
    bf_results_free(found);
    return same;
}

/* FNV-1a of ids and scores. */
static void take_fingerprint(struct exact *exact, bf_results *results)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ bf_results_total(results);
    for (size_t i = 0; i < bf_results_count(results) && i < exact->fingerprint_most; i++) {
        bf_text id;
        bf_error error = {0};
        uint32_t score;
        if (bf_results_id(results, i, &id, &error) != BF_OK) fail_msg("%s", error.message);
        memcpy(&score, &bf_results_hit(results, i)->score, sizeof score);
        for (size_t j = 0; j < id.length; j++) hash = (hash ^ (uint8_t)id.bytes[j]) * UINT64_C(0x100000001b3);
        hash = (hash ^ score) * UINT64_C(0x100000001b3);
    }
    exact->fingerprint = hash;
}

bool exact_query(struct exact *exact, const char *query, const bf_search_options *given, const uint32_t *ks, size_t k_count)
{
    bf_error error = {0};
    bf_results *expected = NULL;
    bf_search_options options = *given;
    uint64_t list = exact->lists++;
    options.ranker = ORACLE;
    options.k = 1;
    options.no_total = options.count_only = false;
    for (size_t i = 0; i < k_count; i++)
        if (ks[i] > options.k) options.k = ks[i];
    if (bf_search(exact->searcher, query, &options, &expected, &error) != BF_OK) fail_msg("%s\nquery %s", error.message, query);
    exact->queries++;
    if (exact->fingerprint_most) take_fingerprint(exact, expected);
    bool same = true;
    for (size_t r = 0; same && r < exact->ranker_count; r++) {
        struct exact_tally *tally = &exact->tallies[r];
        bool able = true, once = false;
        for (size_t i = 0; same && able && i < k_count; i++) {
            options.k = ks[i];
            options.no_total = (list + i) % 2;
            same = ranker_agrees(exact, tally, query, options, expected, &able);
            once |= able;
        }
        options.no_total = false;
        options.count_only = true;
        if (same) same = ranker_agrees(exact, tally, query, options, expected, &able);
        options.count_only = false;
        tally->unable += !once && !able;
    }
    bf_results_free(expected);
    return same;
}

/* ---- A failure ---- */

/* Copies the words of a query (what stands between blanks) but for `count` of them from `first` on; false: they are not there. */
static bool leave_out(const char *query, size_t first, size_t count, struct buffer *shorter)
{
    size_t word = 0;
    buffer_clear(shorter);
    while (*(query += strspn(query, " "))) {
        size_t length = strcspn(query, " ");
        if (word < first || word >= first + count) {
            if (shorter->length) buffer_append_u8(shorter, ' ');
            buffer_append(shorter, query, length);
        }
        query += length;
        word++;
    }
    return first < word && shorter->length > 0;
}

const char *exact_shrink(struct exact *exact, const char *query, const bf_search_options *options, struct buffer *shrunk)
{
    struct buffer shorter = {0};
    size_t count = 1;
    buffer_clear(shrunk);
    buffer_append_string(shrunk, query);
    for (const char *c = query; *c; c++) count += *c == ' ';
    uint64_t lists = exact->lists; /* what it asks must not vary */
    for (size_t step = count / 2 + 1; step > 0; step /= 2)
        for (size_t first = 0; leave_out(buffer_string(shrunk), first, step, &shorter);) {
            exact->lists = options->no_total;
            if (exact_query(exact, buffer_string(&shorter), options, &options->k, 1)) first += step;
            else {
                buffer_clear(shrunk);
                buffer_append(shrunk, shorter.bytes, shorter.length);
            }
        }
    exact->lists = options->no_total;
    exact_query(exact, buffer_string(shrunk), options, &options->k, 1);
    exact->lists = lists;
    buffer_free(&shorter);
    return buffer_string(shrunk);
}

void exact_report(const struct exact *exact, const char *query)
{
    const bf_search_options *o = &exact->difference.options;
    print_error("ranker %s (%s): %s\nquery %s\nk %" PRIu32 " offset %" PRIu32, exact->difference.ranker, exact->difference.plan,
                exact->difference.line, query, o->k, o->offset);
    if (o->set_parameters)
        print_error(" k1 %.9g b %.9g title %.9g", (double)o->k1, (double)o->b, (double)o->title_weight);
    print_error("%s%s%s%s\n", o->no_total ? ", no total" : "", o->count_only ? ", count only" : "",
                o->match_all_words ? ", all words" : "", o->plain_query ? ", plain" : "");
}

bool exact_summary(const struct exact *exact)
{
    bool all = true;
    print_message("%" PRIu64 " queries asked of the oracle\n", exact->queries);
    for (size_t i = 0; i < exact->ranker_count; i++) {
        const struct exact_tally *tally = &exact->tallies[i];
        print_message("  %-12s %" PRIu64 " answers with %" PRIu64 " hits are the oracle's; %" PRIu64 " queries are not for it\n",
                      tally->name, tally->answers, tally->hits, tally->unable);
        all &= tally->answers > 0;
    }
    return all;
}
