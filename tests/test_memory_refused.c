/*
 * Memory refused: the first allocation of the library, then the second, and so on until everything succeeds. Whatever is
 * refused, the call says BF_NO_MEMORY and nothing else goes wrong: no crash, and the index is as some commit left it.
 * Under the address sanitizer nothing may leak either.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "index_fixture.h"
#include "refused_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct steps {
    const char *path, *called;
    bf_status status;
    bf_error error;
};

static bool step(struct steps *steps, const char *called, bf_status status)
{
    steps->called = called;
    steps->status = status;
    return status == BF_OK;
}

/* What a program does with a library, until something fails. */
static void write_some(struct steps *steps)
{
    static const char *const bodies[] = {"Storm over the harbour, a long storm.", "Calm at sea.",
                                         "The storm is over; the calm is not."};
    bf_writer *writer = NULL;
    bf_error *error = &steps->error;
    if (!step(steps, "open", bf_writer_open(steps->path, &(bf_writer_options){.no_sync = true}, &writer, error))) return;
    bool going = true;
    for (int i = 0; going && i < 3; i++) {
        char id[16];
        snprintf(id, sizeof id, "n%d", i);
        bf_text keyword = text_of("weather");
        bf_article article = {.id = text_of(id), .title = text_of("News of the weather"), .body = text_of(bodies[i]),
                              .keywords = &keyword, .keyword_count = 1};
        going = step(steps, "add", bf_writer_add(writer, &article, NULL, error));
    }
    if (going) going = step(steps, "delete", bf_writer_delete(writer, text_of("old"), error));
    if (going) going = step(steps, "commit", bf_writer_commit(writer, error));
    if (going) going = step(steps, "merge", bf_writer_merge(writer, 1, error));
    if (going) going = step(steps, "reorder", bf_writer_reorder(writer, &(bf_reorder_options){.threads = 1}, NULL, error));
    bf_writer_close(writer);
}

static bf_status see_article(void *context, const bf_article *article)
{
    (void)context, (void)article;
    return BF_OK;
}

static void search_some(struct steps *steps)
{
    static const char *const queries[] = {"storm", "storm calm -sea", "\"the storm is over\"",
                                          "title:weather AND (sea OR harbour)", "\"unended"};
    bf_searcher *searcher = NULL;
    bf_error *error = &steps->error;
    if (!step(steps, "open", bf_searcher_open(steps->path, &searcher, error))) return;
    bool going = true, moved;
    for (size_t i = 0; going && i < sizeof queries / sizeof *queries; i++) {
        bf_results *results = NULL;
        going = step(steps, "search", bf_search(searcher, queries[i], NULL, &results, error));
        for (size_t j = 0; going && j < bf_results_count(results); j++) {
            const bf_article *article;
            const bf_part *parts;
            const bf_mark *marks;
            bf_passage passage;
            size_t count;
            bf_text id;
            going = step(steps, "id", bf_results_id(results, j, &id, error)) &&
                    step(steps, "article", bf_results_article(results, j, &article, error)) &&
                    step(steps, "snippet", bf_results_snippet(results, j, 80, &passage, error)) &&
                    step(steps, "highlight", bf_results_highlight(results, NULL, article->title, &marks, &count, error)) &&
                    step(steps, "explain", bf_results_explain(results, j, &parts, &count, error));
        }
        bf_results_free(results);
    }
    bf_stats stats;
    if (going) going = step(steps, "stats", bf_searcher_stats(searcher, &stats, error));
    if (going) going = step(steps, "each article", bf_searcher_each_article(searcher, see_article, NULL, error));
    if (going) going = step(steps, "refresh", bf_searcher_refresh(searcher, &moved, error));
    if (going) step(steps, "check", bf_check(steps->path, NULL, NULL, error));
    bf_searcher_close(searcher);
}

enum { ARTICLES = 42 };

/* The index before each try. Articles of eight topics take turns, so that reordering has something to do. */
static void make_index(const char *path)
{
    bf_writer *writer = open_writer(path, &(bf_writer_options){.no_sync = true});
    add_article(writer, "old", "Old news", "An old storm.");
    add_article(writer, "older", "Older news", "An older calm.");
    for (int i = 2; i < ARTICLES; i++) {
        char id[32], body[64];
        snprintf(id, sizeof id, "filler%d", i);
        snprintf(body, sizeof body, "topic%d subject%d theme%d", i % 8, i % 8, i % 8);
        add_article(writer, id, "", body);
    }
    commit_writer(writer);
    bf_writer_close(writer);
}

static void refuse_each(void **state, void (*run)(struct steps *steps), bool is_writing)
{
    const struct index_fixture *fixture = *state;
    long tries = 0;
    make_index(fixture->path);
    for (;; tries++) {
        struct steps steps = {.path = fixture->path};
        if (is_writing) {
            remove_folder(fixture->path);
            make_index(fixture->path);
        }
        refused_memory_begin(tries);
        run(&steps);
        bool reached = refused_memory_count() > tries;
        refused_memory_begin(-1);
        if (steps.status != (reached ? BF_NO_MEMORY : BF_OK))
            fail_msg("allocation %ld refused: %s says %s: %s", tries, steps.called, bf_status_name(steps.status),
                     steps.error.message);
        if (is_writing) {
            assert_index_sound(fixture->path);
            uint64_t articles = stats_committed(fixture->path).articles;
            assert_true(articles == ARTICLES || articles == ARTICLES + 2); /* before the commit, or after */
        }
        if (!reached) break;
    }
    print_message("%ld allocations refused in turn\n", tries);
    assert_true(tries > 20);
}

static void test_writing(void **state)
{
    refuse_each(state, write_some, true);
}

static void test_searching(void **state)
{
    refuse_each(state, search_some, false);
}

int main(void)
{
#define with_index(test) cmocka_unit_test_setup_teardown(test, index_fixture_make, index_fixture_remove)
    const struct CMUnitTest tests[] = {
        with_index(test_searching),
        with_index(test_writing),
    };
    return cmocka_run_group_tests_name("memory_refused", tests, NULL, NULL);
}
