/* Is B faster than A? On times whose truth is known, since they are made here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "comparison.h"
#include "random_source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { QUERIES = 200, ROUNDS = 5 };

/* Queries of 10 to 1,000 microseconds; a time is up to `noise` above what the query takes, and B takes `factor` as long as A. A
 * slow round is 20 % slower throughout. */
static struct paired_times make(double *a, double *b, double factor, double noise, uint64_t seed, bool slow_rounds)
{
    struct random_source random = {seed};
    double drift[ROUNDS];
    for (size_t r = 0; r < ROUNDS; r++) drift[r] = slow_rounds && random_unit(&random) < 0.5 ? 1.2 : 1;
    for (size_t q = 0; q < QUERIES; q++) {
        const double takes = 10 * pow(100, random_unit(&random));
        for (size_t r = 0; r < ROUNDS; r++) {
            a[q * ROUNDS + r] = takes * (1 + noise * random_unit(&random)) * drift[r];
            b[q * ROUNDS + r] = takes * factor * (1 + noise * random_unit(&random)) * drift[r];
        }
    }
    return (struct paired_times){.a = a, .b = b, .queries = QUERIES, .a_rounds = ROUNDS, .b_rounds = ROUNDS, .interleaved = true};
}

static struct paired_verdict judge(const struct paired_times *times, uint64_t seed)
{
    struct paired_verdict verdict;
    bf_error error;
    assert_int_equal(paired_bootstrap(times, seed, &verdict, &error), BF_OK);
    assert_true(verdict.means.low <= verdict.means.high && verdict.medians.low <= verdict.medians.high);
    return verdict;
}

static void test_differences_are_found(void **state)
{
    (void)state;
    static double a[QUERIES * ROUNDS], b[QUERIES * ROUNDS];
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct paired_times times = make(a, b, 0.95, 0.05, seed, true);
        struct paired_verdict v = judge(&times, 1);
        assert_string_equal(v.word, "faster");
        assert_true(v.means.low < 0.95 + 0.01 && v.means.high > 0.95 - 0.01 && fabs(v.means.ratio - 0.95) < 0.01);
        times = make(a, b, 1.05, 0.05, seed, true);
        v = judge(&times, 1);
        assert_string_equal(v.word, "slower");
        assert_true(v.a_faster > v.b_faster);
    }
}

/* With 95 % confidence an interval may miss 1 in five cases of a hundred. */
static void test_none_is_invented(void **state)
{
    (void)state;
    static double a[QUERIES * ROUNDS], b[QUERIES * ROUNDS];
    size_t wrong = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        const struct paired_times times = make(a, b, 1, 0.3, seed, true);
        wrong += strcmp(judge(&times, seed).word, "no difference shown") != 0;
    }
    if (wrong > 6) fail_msg("%zu of 60 comparisons of a thing with itself show a difference", wrong);
}

static void test_by_hand(void **state)
{
    (void)state;
    /* Least times 1, 2, 6 and 2, 2, 3: means 3 and 7/3, medians 2 and 2; B less once, more once. */
    const double a[] = {1, 5, 3, 2, 6, 9}, b[] = {4, 2, 2, 2, 3, 8};
    const struct paired_times times = {.a = a, .b = b, .queries = 3, .a_rounds = 2, .b_rounds = 2};
    const struct paired_verdict v = judge(&times, 7), again = judge(&times, 7), other = judge(&times, 8);
    assert_true(fabs(v.a_mean - 3) < 1e-12 && fabs(v.b_mean - 7.0 / 3) < 1e-12);
    assert_true(fabs(v.means.ratio - 7.0 / 9) < 1e-12);
    assert_true(fabs(v.a_median - 2) < 1e-12 && fabs(v.b_median - 2) < 1e-12);
    assert_int_equal(v.b_faster, 1);
    assert_int_equal(v.a_faster, 1);
    assert_memory_equal(&v.means, &again.means, sizeof v.means); /* the seed decides all */
    assert_true(v.means.low >= 2.0 / 9 && v.means.high <= 4); /* least B / most A, most B / least A */
    assert_string_equal(v.word, "no difference shown");
    assert_string_equal(other.word, "no difference shown");
}

/* One round each, and B twice A exactly: whatever is drawn, the ratio is 2. */
static void test_no_noise(void **state)
{
    (void)state;
    double a[QUERIES], b[QUERIES];
    for (size_t i = 0; i < QUERIES; i++) b[i] = 2 * (a[i] = 1 + (double)(i * 37 % QUERIES));
    const struct paired_times times = {.a = a, .b = b, .queries = QUERIES, .a_rounds = 1, .b_rounds = 1};
    const struct paired_verdict v = judge(&times, 1);
    assert_true(fabs(v.means.low - 2) < 1e-9 && fabs(v.means.high - 2) < 1e-9 && fabs(v.medians.ratio - 2) < 1e-9);
    assert_true(fabs(v.a_median - 100.5) < 1e-12);
    assert_string_equal(v.word, "slower");
}

static bf_status read_report(const char *text, struct latency_times *times, bf_error *error)
{
    FILE *in = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    assert_non_null(in);
    const bf_status status = latency_times_read(in, "report", times, error);
    fclose(in);
    return status;
}

#define REPORT(queries) "{\"kind\": \"warm\", \"index\": \"i\", \"k\": 10, \"ranker\": \"auto\", \"queries\": [" queries "]}"

static void test_reports(void **state)
{
    (void)state;
    struct comparison c = {.interleaved = true};
    struct latency_times more;
    bf_error error;
    assert_int_equal(read_report(REPORT("{\"id\": \"1\", \"class\": \"x\", \"times\": [4, 2]},"
                                        "{\"id\": \"2\", \"class\": \"y\", \"times\": [5, 6.5]}"), &c.a, &error), BF_OK);
    assert_int_equal(read_report(REPORT("{\"id\": \"1\", \"class\": \"x\", \"times\": [3]},"
                                        "{\"id\": \"2\", \"class\": \"y\", \"times\": [9]}"), &c.b, &error), BF_OK);
    assert_int_equal(read_report(REPORT("{\"id\": \"1\", \"class\": \"x\", \"times\": [1]},"
                                        "{\"id\": \"2\", \"class\": \"y\", \"times\": [10]}"), &more, &error), BF_OK);
    assert_int_equal(latency_times_extend(&c.b, &more, &error), BF_OK);
    latency_times_free(&more);
    assert_int_equal(latency_times_match(&c.a, &c.b, &error), BF_OK);
    assert_int_equal(comparison_make(&c, 1, &error), BF_OK);
    assert_int_equal(c.row_count, 3);
    assert_string_equal(c.rows[0].name, "x");
    assert_string_equal(c.rows[1].name, "y");
    assert_string_equal(c.rows[2].name, "all");
    assert_true(fabs(c.rows[0].verdict.means.ratio - 0.5) < 1e-12); /* 1 / 2 */
    assert_true(fabs(c.rows[1].verdict.means.ratio - 9.0 / 5) < 1e-12);
    assert_true(fabs(c.rows[2].verdict.means.ratio - 10.0 / 7) < 1e-12);
    comparison_free(&c);
}

static void test_bad_reports(void **state)
{
    (void)state;
    static const struct {
        const char *text, *said;
    } bad[] = {
        {"{", "report: "},
        {"[]", "latency --json"},
        {REPORT(""), "latency --json"},
        {REPORT("{\"id\": \"1\", \"class\": \"x\"}"), "no id, class or times"},
        {REPORT("{\"id\": \"1\", \"class\": \"x\", \"times\": [0]}"), "query 1 has a time that is none"},
        {REPORT("{\"id\": \"1\", \"class\": \"x\", \"times\": [1]}, {\"id\": \"2\", \"class\": \"x\", \"times\": [1, 2]}"),
         "query 2 was not timed as often"},
    };
    struct latency_times times, other;
    bf_error error;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(read_report(bad[i].text, &times, &error), BF_BAD_ARGUMENT);
        if (!strstr(error.message, bad[i].said)) fail_msg("\"%s\" does not say \"%s\"", error.message, bad[i].said);
    }
    assert_int_equal(read_report(REPORT("{\"id\": \"1\", \"class\": \"x\", \"times\": [1]}"), &times, &error), BF_OK);
    assert_int_equal(read_report(REPORT("{\"id\": \"2\", \"class\": \"x\", \"times\": [1]}"), &other, &error), BF_OK);
    assert_int_equal(latency_times_match(&times, &other, &error), BF_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "number 1 differs"));
    latency_times_free(&times);
    latency_times_free(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_differences_are_found),
        cmocka_unit_test(test_none_is_invented),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_no_noise),
        cmocka_unit_test(test_reports),
        cmocka_unit_test(test_bad_reports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
