/* Ways to measure latency, on a small index: every query is run as often as was asked for, by one thread or by several
 * (pthread_create is in bench/latency_load.c), and waiting counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "growth_report.h"
#include "index_fixture.h"
#include "latency_plan.h"
#include "page_cache.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PASSES = 3 };

static void plan_make(const struct index_fixture *fixture, struct latency_plan *plan)
{
    char path[120];
    bf_error error;
    bf_writer *writer = open_writer(fixture->path, NULL);
    for (int i = 0; i < 50; i++) {
        char id[16], body[64];
        snprintf(id, sizeof id, "d%d", i);
        snprintf(body, sizeof body, "harbour%s day %d", i % 3 ? " strike" : " calm", i);
        add_article(writer, id, "Wire", body);
    }
    commit_writer(writer);
    bf_writer_close(writer);
    snprintf(path, sizeof path, "%s/queries", fixture->folder);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs("1\tor\tany\tharbour strike\n2\tand\tall\tharbour calm\n3\tor\tany\tday\n4\tphrase\tall\tharbour calm\n", out);
    fclose(out);
    *plan = (struct latency_plan){.index_path = fixture->path, .work = {.k = 10}, .passes = PASSES, .seed = 5};
    assert_int_equal(query_set_read(path, QUERY_AS_TYPED, &plan->set, &error), BF_OK);
}

static void assert_rows(const struct latency_plan *plan, const struct latency_samples *samples)
{
    struct latency_row *rows;
    size_t count;
    bf_error error;
    for (size_t q = 0; q < samples->query_count; q++) {
        double least = INFINITY;
        for (size_t pass = 0; pass < samples->passes; pass++) least = fmin(least, *latency_sample(samples, q, pass));
        assert_true(least > 0 && fabs(samples->minima[q] - least) < 1e-12 && samples->medians[q] >= least);
    }
    assert_int_equal(latency_rows_make(plan, samples, &rows, &count, &error), BF_OK);
    assert_int_equal(count, 3);
    assert_string_equal(rows[0].name, "all"); /* a class of that name */
    assert_string_equal(rows[1].name, "any");
    assert_int_equal(rows[0].minima.count, 2);
    assert_int_equal(rows[2].minima.count, 4);
    assert_true(fabs(rows[2].minima.mean - (rows[0].minima.mean + rows[1].minima.mean) / 2) < 1e-9);
    free(rows);
}

static void test_warm_and_cold(void **state)
{
    struct latency_plan plan;
    struct latency_samples open, search;
    struct latency_eviction eviction;
    bf_error error;
    plan_make(*state, &plan);
    assert_int_equal(latency_samples_make(&plan, "open", &open, &error), BF_OK);
    assert_int_equal(latency_samples_make(&plan, "search", &search, &error), BF_OK);
    assert_int_equal(latency_warm(&plan, &search, &error), BF_OK);
    assert_rows(&plan, &search);
    assert_int_equal(latency_cold(&plan, &open, &search, &eviction, &error), BF_OK);
    assert_rows(&plan, &open);
    assert_rows(&plan, &search);
    assert_true(eviction.pages >= 4 * PASSES && eviction.left <= eviction.pages);
    /* What was read to open and to search is in memory, and nobody else evicts a file this small meanwhile. */
    assert_true(eviction.left <= eviction.opened && eviction.opened <= eviction.searched && eviction.searched <= eviction.pages);
    assert_true(eviction.opened > 0);
    latency_samples_free(&open);
    latency_samples_free(&search);
    query_set_free(&plan.set);
}

static void test_threads(void **state)
{
    struct latency_plan plan;
    struct latency_load load;
    bf_error error;
    plan_make(*state, &plan);
    for (uint64_t threads = 1; threads <= 4; threads++) {
        assert_int_equal(latency_threads(&plan, threads, &load, &error), BF_OK);
        assert_int_equal(load.count, 4 * PASSES * threads);
        assert_int_equal(load.spread.count, load.count);
        for (size_t i = 0; i < load.count; i++) assert_true(load.times[i] > 0);
        assert_true(load.seconds > 0 && load.busy > 0 && load.busy <= 1);
        latency_load_free(&load);
    }
    plan.index_path = "/nonexistent.bf"; /* no thread waits for one that failed */
    assert_int_equal(latency_threads(&plan, 3, &load, &error), BF_NOT_FOUND);
    query_set_free(&plan.set);
}

static void test_arrivals(void **state)
{
    struct latency_plan plan;
    struct latency_load load;
    bf_error error;
    plan_make(*state, &plan);
    plan.passes = 25; /* 100 arrivals, 1000 a second: about a tenth of a second */
    assert_int_equal(latency_arrivals(&plan, 2, 1000, &load, &error), BF_OK);
    assert_int_equal(load.count, 100);
    assert_true(load.seconds > 0.05);
    assert_true(load.spread.p50 >= load.service.p50 && load.spread.max >= load.service.max);
    latency_load_free(&load);
    /* All at once: the last has waited for all others. */
    assert_int_equal(latency_arrivals(&plan, 1, 1e9, &load, &error), BF_OK);
    assert_true(load.spread.max >= 0.9 * load.service.mean * 100);
    latency_load_free(&load);
    query_set_free(&plan.set);
}

static void test_eviction(void **state)
{
    const struct index_fixture *fixture = *state;
    char path[120];
    uint64_t pages = 0, left = 0;
    bf_error error;
    snprintf(path, sizeof path, "%s/a", fixture->folder);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t i = 0; i < 3 * page + 1; i++) fputc('x', out);
    fclose(out);
    assert_int_equal(page_cache_evict(fixture->folder, &pages, &left, &error), BF_OK);
    assert_int_equal(pages, 4);
    assert_true(left <= 4); /* a file system in memory keeps them all */
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    while (fgetc(in) != EOF) continue;
    fclose(in);
    pages = left = 0;
    assert_int_equal(page_cache_count(fixture->folder, &pages, &left, &error), BF_OK);
    assert_int_equal(pages, 4);
    assert_int_equal(left, 4); /* just read */
    assert_int_equal(page_cache_evict("/nonexistent", &pages, &left, &error), BF_IO);
}

/* Time as the square root of the articles. */
static void test_growth_exponent(void **state)
{
    (void)state;
    static struct growth_report report;
    struct latency_row rows[4] = {{0}};
    for (size_t i = 0; i < 4; i++) {
        rows[i].minima.mean = 3 * sqrt((double)(1000u << i));
        report.sizes[i] = (struct growth_size){.stats = {.articles = 1000u << i}, .rows = &rows[i], .row_count = 1};
    }
    report.size_count = 1;
    assert_true(fabs(growth_exponent(&report, 0)) < 1e-12);
    report.size_count = 4;
    assert_true(fabs(growth_exponent(&report, 0) - 0.5) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_warm_and_cold, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_threads, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_arrivals, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_eviction, index_fixture_make, index_fixture_remove),
        cmocka_unit_test(test_growth_exponent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
