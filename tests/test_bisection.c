/* The order of documents that bisection finds, the crew it works with, and the postings that are brought into that order. */
#include "bisection.h"
#include "crew.h"
#include "posting_sorter.h"
#include "test_codec.h"

#include <math.h>
#include <stdatomic.h>

/* ---- The crew ---- */

struct tally {
    atomic_uint done[1000];
    atomic_bool busy[8];
    atomic_uint wrong;
};

static void tally_task(void *context, uint32_t worker, uint32_t number)
{
    struct tally *tally = context;
    if (atomic_exchange(&tally->busy[worker], true)) atomic_fetch_add(&tally->wrong, 1);
    atomic_fetch_add(&tally->done[number], 1);
    atomic_store(&tally->busy[worker], false);
}

/* Every task is done once, and no two that run at once have the same worker. */
static void test_crew(void **state)
{
    static const uint32_t sizes[] = {1, 2, 5}, counts[] = {0, 1, 2, 7, 1000};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct crew *crew = NULL;
        assert_int_equal(crew_new(sizes[i], &crew, NULL), BF_OK);
        assert_in_range(crew_size(crew), 1, sizes[i]);
        for (int round = 0; round < 200; round++) {
            uint32_t count = counts[round % 5];
            static struct tally tally;
            memset(&tally, 0, sizeof tally);
            crew_run(crew, tally_task, &tally, count);
            for (uint32_t number = 0; number < 1000; number++)
                assert_int_equal(atomic_load(&tally.done[number]), number < count ? 1 : 0);
            assert_int_equal(atomic_load(&tally.wrong), 0);
        }
        crew_free(crew);
    }
    struct crew *all = NULL;
    assert_int_equal(crew_new(0, &all, NULL), BF_OK);
    assert_true(crew_size(all) >= 1);
    crew_free(all);
    crew_free(NULL);
}

/* ---- Bisection ---- */

/* A graph, and as often as wanted the copy that bisection uses up. */
struct planted {
    uint32_t doc_count, term_count;
    uint32_t *starts, *counts, *terms, *cluster_of;
};

enum { LIST_MOST = 40, OWN_TERMS = 60, COMMON_TERMS = 500 };

/* Documents of `clusters` clusters in any order. Each has terms that its cluster alone has, and others that all have. */
static struct planted plant(struct chance *chance, uint32_t doc_count, uint32_t clusters)
{
    struct planted planted = {.doc_count = doc_count, .term_count = clusters * OWN_TERMS + COMMON_TERMS};
    planted.starts = malloc((doc_count + 1) * sizeof(uint32_t));
    planted.counts = malloc((doc_count + 1) * sizeof(uint32_t));
    planted.cluster_of = malloc((doc_count + 1) * sizeof(uint32_t));
    planted.terms = malloc(((size_t)doc_count * LIST_MOST + 1) * sizeof(uint32_t));
    uint8_t *has = malloc(planted.term_count);
    assert_true(planted.starts && planted.counts && planted.cluster_of && planted.terms && has);
    uint32_t at = 0;
    for (uint32_t doc = 0; doc < doc_count; doc++) {
        uint32_t cluster = planted.cluster_of[doc] = chance_below(chance, clusters);
        memset(has, 0, planted.term_count);
        planted.starts[doc] = at;
        uint32_t wanted = chance_below(chance, 20) ? 10 + chance_below(chance, LIST_MOST - 9) : 0;
        for (uint32_t i = 0; i < wanted; i++) {
            uint32_t term = i % 3 ? cluster * OWN_TERMS + chance_below(chance, OWN_TERMS)
                                  : clusters * OWN_TERMS + chance_below(chance, COMMON_TERMS);
            if (has[term]) continue;
            has[term] = 1;
            planted.terms[at++] = term;
        }
        planted.counts[doc] = at - planted.starts[doc];
        if (!planted.counts[doc]) planted.cluster_of[doc] = UINT32_MAX; /* nobody can tell */
    }
    free(has);
    return planted;
}

static void planted_free(struct planted *planted)
{
    free(planted->starts);
    free(planted->counts);
    free(planted->terms);
    free(planted->cluster_of);
}

static void *copy_of(const void *bytes, size_t length)
{
    void *copy = malloc(length + 1);
    assert_non_null(copy);
    return memcpy(copy, bytes, length);
}

static uint32_t *order_of(const struct planted *planted, uint32_t threads)
{
    struct crew *crew = NULL;
    uint32_t *order = malloc((planted->doc_count + 1) * sizeof *order);
    size_t docs = planted->doc_count * sizeof(uint32_t);
    struct bisection_graph graph = {planted->doc_count, planted->term_count,
                                    copy_of(planted->terms, (size_t)planted->doc_count * LIST_MOST * sizeof(uint32_t)),
                                    copy_of(planted->starts, docs), copy_of(planted->counts, docs)};
    assert_non_null(order);
    assert_int_equal(crew_new(threads, &crew, NULL), BF_OK);
    assert_int_equal(bisection_order(&graph, crew, order, NULL), BF_OK);
    crew_free(crew);
    free(graph.terms);
    free(graph.starts);
    free(graph.counts);
    return order;
}

static void assert_permutation(const uint32_t *order, uint32_t count)
{
    uint8_t *seen = calloc(count + 1, 1);
    assert_non_null(seen);
    for (uint32_t i = 0; i < count; i++) {
        assert_true(order[i] < count && !seen[order[i]]);
        seen[order[i]] = 1;
    }
    free(seen);
}

/* Bits of all gaps. */
static double gaps_of(const struct planted *planted, const uint32_t *order)
{
    double bits = 0;
    uint32_t *next = calloc(planted->term_count, sizeof *next);
    assert_non_null(next);
    for (uint32_t i = 0; i < planted->doc_count; i++) {
        uint32_t doc = order ? order[i] : i;
        for (uint32_t j = 0; j < planted->counts[doc]; j++) {
            uint32_t term = planted->terms[planted->starts[doc] + j];
            bits += log2(i + 1 - next[term]);
            next[term] = i + 1;
        }
    }
    free(next);
    return bits;
}

/* Clusters come together, and the gaps get small. */
static void test_planted_clusters(void **state)
{
    static const uint32_t sizes[][2] = {{4000, 16}, {5003, 40}, {1024, 4}};
    struct chance chance = chance_begin("planted clusters");
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct planted planted = plant(&chance, sizes[i][0], sizes[i][1]);
        uint32_t *order = order_of(&planted, 2), borders = 0, before = 0;
        assert_permutation(order, planted.doc_count);
        for (uint32_t j = 1; j < planted.doc_count; j++) {
            const uint32_t *of = planted.cluster_of;
            borders += of[order[j]] != of[order[j - 1]] && of[order[j]] != UINT32_MAX && of[order[j - 1]] != UINT32_MAX;
            before += of[j] != of[j - 1] && of[j] != UINT32_MAX && of[j - 1] != UINT32_MAX;
        }
        double first = gaps_of(&planted, NULL), last = gaps_of(&planted, order);
        print_message("%u documents of %u clusters: %u borders, before %u; %.0f bits of gaps, before %.0f\n", sizes[i][0],
                      sizes[i][1], borders, before, last, first);
        assert_true(borders < sizes[i][0] / 10); /* clusters end within cells, whose documents are not put in order */
        assert_true(last < first * 0.75);
        free(order);
        planted_free(&planted);
    }
}

static void test_threads_change_nothing(void **state)
{
    struct chance chance = chance_begin("threads change nothing");
    (void)state;
    for (int round = 0; round < 6; round++) {
        struct planted planted = plant(&chance, 1 + chance_below(&chance, 9000), 1 + chance_below(&chance, 50));
        uint32_t *alone = order_of(&planted, 1);
        for (uint32_t threads = 2; threads < 7; threads += 2) {
            uint32_t *order = order_of(&planted, threads);
            assert_memory_equal(order, alone, planted.doc_count * sizeof *order);
            free(order);
        }
        free(alone);
        planted_free(&planted);
    }
}

/* Sizes at which parts begin and end, and graphs in which there is nothing to go by: those stay as they are. */
static void test_small_and_plain(void **state)
{
    static const uint32_t sizes[] = {0, 1, 2, 15, 16, 17, 31, 32, 33, 255, 256, 257, 511, 512, 513, 700};
    struct chance chance = chance_begin("small and plain");
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct planted planted = plant(&chance, sizes[i], 3);
        uint32_t *order = order_of(&planted, 2);
        assert_permutation(order, sizes[i]);
        free(order);
        for (uint32_t doc = 0; doc < sizes[i]; doc++) { /* all the same */
            planted.counts[doc] = 5;
            planted.starts[doc] = 5 * doc;
            for (uint32_t j = 0; j < 5; j++) planted.terms[5 * doc + j] = j;
        }
        order = order_of(&planted, 2);
        for (uint32_t doc = 0; doc < sizes[i]; doc++) assert_int_equal(order[doc], doc);
        free(order);
        for (uint32_t doc = 0; doc < sizes[i]; doc++) planted.counts[doc] = 0;
        order = order_of(&planted, 2);
        for (uint32_t doc = 0; doc < sizes[i]; doc++) assert_int_equal(order[doc], doc);
        free(order);
        planted_free(&planted);
    }
}

/* ---- Postings in another order ---- */

struct posting {
    uint32_t doc, tf, note, first;
};

static int compare_postings(const void *a, const void *b)
{
    const struct posting *x = a, *y = b;
    return x->doc < y->doc ? -1 : x->doc > y->doc;
}

/* What belongs to a posting stays with it, in lists of every length. */
static void test_postings_are_sorted(void **state)
{
    static const uint32_t counts[] = {0, 1, 2, 31, 32, 33, 500, 5000, 70000};
    struct chance chance = chance_begin("postings are sorted");
    struct posting_sorter sorter = {0};
    struct buffer docs = {0}, tfs = {0}, notes = {0}, occurrences = {0};
    (void)state;
    for (int round = 0; round < 36; round++) {
        uint32_t count = counts[round % 9], occurrence = 0, stride = 1 + chance_below(&chance, round % 2 ? 60000 : 2), at = 0;
        struct posting *postings = calloc(count + 1, sizeof *postings);
        assert_non_null(postings);
        for (uint32_t i = 0; i < count; i++) postings[i].doc = i * stride + chance_below(&chance, stride);
        for (uint32_t i = count; i > 1; i--) {
            uint32_t other = chance_below(&chance, i), doc = postings[i - 1].doc;
            postings[i - 1].doc = postings[other].doc;
            postings[other].doc = doc;
        }
        buffer_clear(&docs);
        buffer_clear(&tfs);
        buffer_clear(&notes);
        buffer_clear(&occurrences);
        for (uint32_t i = 0; i < count; i++) {
            postings[i].tf = 1 + chance_below(&chance, 4);
            postings[i].note = (uint32_t)chance_next(&chance);
            postings[i].first = occurrence;
            buffer_append_u32(&docs, postings[i].doc);
            buffer_append_u32(&tfs, postings[i].tf);
            buffer_append_u32(&notes, postings[i].note);
            for (uint32_t j = 0; j < postings[i].tf; j++) buffer_append_u32(&occurrences, occurrence++);
        }
        assert_true(posting_sorter_documents(&sorter, &docs) && posting_sorter_occurrences(&sorter, &tfs, &occurrences) &&
                    posting_sorter_postings(&sorter, &tfs) && posting_sorter_postings(&sorter, &notes));
        qsort(postings, count, sizeof *postings, compare_postings);
        assert_int_equal(occurrences.length, 4 * (size_t)occurrence);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t doc, tf, note, value;
            memcpy(&doc, docs.bytes + 4 * (size_t)i, 4);
            memcpy(&tf, tfs.bytes + 4 * (size_t)i, 4);
            memcpy(&note, notes.bytes + 4 * (size_t)i, 4);
            assert_true(doc == postings[i].doc && tf == postings[i].tf && note == postings[i].note);
            for (uint32_t j = 0; j < tf; j++, at++) {
                memcpy(&value, occurrences.bytes + 4 * (size_t)at, 4);
                assert_int_equal(value, postings[i].first + j);
            }
        }
        free(postings);
    }
    posting_sorter_free(&sorter);
    buffer_free(&docs);
    buffer_free(&tfs);
    buffer_free(&notes);
    buffer_free(&occurrences);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crew),
        cmocka_unit_test(test_planted_clusters),
        cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_small_and_plain),
        cmocka_unit_test(test_postings_are_sorted),
    };
    return cmocka_run_group_tests_name("bisection", tests, NULL, NULL);
}
