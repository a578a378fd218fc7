/*
 * Would the comparison with the oracle notice? An index is made whose one stored bound is wrong by one step, with every checksum
 * right, as from an encoder that rounds to the wrong side: for each kind of bound some ranker must then answer differently. And
 * `check` must name it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exact_compare.h"
#include "exact_patch.h"
#include "index_fixture.h"

#include <stdio.h>
#include <string.h>

enum { ARTICLES = 16640, ODD_ONE = 5000 }; /* so that "even" has more than 8192 postings */

/* Articles are of one length, and but for one all words are in an article once: so all scores of a word are tied, and the stored
 * k-th best impact is the best. "even" is in every other article: a paged list. "ninth" has blocks. "all" is in all, and weighs
 * next to nothing. "most" is twice in one article. */
static void make_index(const char *path)
{
    bf_writer *writer = open_writer(path, &(bf_writer_options){.analysis = "plain", .language = "none", .no_sync = true});
    for (uint32_t i = 0; i < ARTICLES; i++) {
        char id[16], body[64];
        snprintf(id, sizeof id, "a%u", i);
        snprintf(body, sizeof body, "all %s %s %s %s", i % 2 ? "x" : "even", i % 9 ? "x" : "ninth", i % 3 ? "x" : "most",
                 i == ODD_ONE - ODD_ONE % 3 ? "most" : "x");
        add_article(writer, id, "", body);
    }
    commit_writer(writer);
    bf_writer_close(writer);
}

/* How many rankers' answers differ from the oracle's for some query about the word. */
static size_t count_differing(const char *path, const char *word)
{
    static const char *const forms[] = {"%s", "%s all", "+%s all", "%s all^0.5 nowhere", "+%s +all"};
    static const uint32_t ks[] = {1, 10, 100, 1000};
    size_t differing = 0;
    struct exact exact;
    exact_begin(&exact);
    exact.searcher = open_searcher(path);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char query[64];
        snprintf(query, sizeof query, forms[i], word);
        if (exact_query(&exact, query, &(bf_search_options){0}, ks, 4)) continue;
        print_message("  %s: %s, k %u: %s\n", query, exact.difference.ranker, exact.difference.options.k, exact.difference.line);
        differing++;
    }
    bf_searcher_close(exact.searcher);
    return differing;
}

static void keep_finding(void *context, const char *line)
{
    snprintf(context, 256, "%s", line);
}

static void try_broken(void **state, const char *word, patch_edit *edit, const char *finding)
{
    const struct index_fixture *fixture = *state;
    char found[256] = "";
    make_index(fixture->path);
    assert_index_sound(fixture->path);
    assert_int_equal(count_differing(fixture->path, word), 0);
    patch_list(fixture->path, word, edit);
    assert_true(count_differing(fixture->path, word) > 0);
    assert_int_equal(bf_check(fixture->path, keep_finding, found, NULL), BF_CORRUPT);
    if (!strstr(found, finding)) fail_msg("check says: %s", found);
}

static void lower_page_maximum(uint8_t *record, const struct posting_list *list)
{
    assert_true(list->paged);
    record[list->page_max - list->bytes] -= 1;
}

/* Of the first cell: the low half of its byte. */
static void lower_grid(uint8_t *record, const struct posting_list *list)
{
    assert_true(list->paged && (list->grid[0] & 15) == 15);
    record[list->grid - list->bytes] -= 1;
}

static void lower_block_maximum(uint8_t *record, const struct posting_list *list)
{
    assert_false(list->paged);
    assert_int_equal(posting_block_max(list, 0), 255);
    record[list->page_max - list->bytes] -= 1; /* a blocked list has its blocks' there */
}

/* Of the first sixteen postings. */
static void lower_run(uint8_t *record, const struct posting_list *list)
{
    assert_true(!list->paged && (posting_block_runs(list, 0) & 15) == 15);
    record[list->grid - list->bytes] -= 1; /* a blocked list has its runs' there */
}

/* The 10th best, which here is also the 100th and the 1000th, by what a code stands for. */
static void raise_kth(uint8_t *record, const struct posting_list *list)
{
    float kth = list->kth[0], more = kth + list->unit;
    assert_true(kth > 0 && more < list->max_impact);
    uint8_t *at = memmem(record, 64, &kth, sizeof kth);
    assert_non_null(at);
    memcpy(at, &more, sizeof more);
}

static void test_page_maximum(void **state)
{
    try_broken(state, "even", lower_page_maximum, "page's maximum");
}

static void test_grid(void **state)
{
    try_broken(state, "even", lower_grid, "cell's maximum");
}

static void test_block_maximum(void **state)
{
    try_broken(state, "ninth", lower_block_maximum, "block's maximum");
}

static void test_run_maximum(void **state)
{
    try_broken(state, "ninth", lower_run, "run's maximum");
}

static void test_kth(void **state)
{
    try_broken(state, "most", raise_kth, "k-th impact");
}

int main(void)
{
#define with_index(test) cmocka_unit_test_setup_teardown(test, index_fixture_make, index_fixture_remove)
    const struct CMUnitTest tests[] = {
        with_index(test_page_maximum),
        with_index(test_grid),
        with_index(test_block_maximum),
        with_index(test_run_maximum),
        with_index(test_kth),
    };
    return cmocka_run_group_tests_name("exact_broken", tests, NULL, NULL);
}
