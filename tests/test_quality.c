/* The measures of ranking quality against values computed by hand, and the files they are computed from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "judgements.h"
#include "measures.h"
#include "spread.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void assert_near(double measured, double by_hand)
{
    if (fabs(measured - by_hand) > 5e-7) fail_msg("%.9f is not %.9f", measured, by_hand);
}

static void test_one_topic(void **state)
{
    (void)state;
    /*
     * Ranks:     1  2  3  4  5  6  7  8  9  10 11 12
     * Grades:    3  0  2  0  0  1  0  0  0  0  2  0
     * Judged relevant: 3 2 2 1 1, of which one (grade 1) was not found; two were judged not relevant.
     */
    const int grades[] = {3, 0, 2, 0, 0, 1, 0, 0, 0, 0, 2, 0};
    const int judged[] = {1, 0, 2, 3, 0, 1, 2};
    struct measures m = measures_of(grades, COUNT(grades), judged, COUNT(judged));

    /* Precision at the relevant ranks 1, 3, 6, 11: 1/1, 2/3, 3/6, 4/11. Their sum 2.5303030 over 5 relevant. */
    assert_near(m.average_precision, (1.0 + 2.0 / 3 + 3.0 / 6 + 4.0 / 11) / 5);
    assert_near(m.average_precision, 0.506060606);

    /* DCG at 10: (2^3-1)/log2(2) + (2^2-1)/log2(4) + (2^1-1)/log2(7) = 7 + 1.5 + 0.356207187 = 8.856207187.
     * Ideal, grades 3 2 2 1 1: 7/1 + 3/1.584962501 + 3/2 + 1/2.321928095 + 1/2.584962501
     *   = 7 + 1.892789261 + 1.5 + 0.430676558 + 0.386852807 = 11.210318626. */
    assert_near(m.ndcg_10, 8.856207187 / 11.210318626);
    assert_near(m.ndcg_10, 0.790004948);

    assert_near(m.precision_10, 3.0 / 10);  /* ranks 1, 3, 6 */
    assert_near(m.recall_1000, 4.0 / 5);    /* ranks 1, 3, 6, 11 of five */
    assert_near(m.reciprocal_rank, 1);
}

static void test_late_first_hit(void **state)
{
    (void)state;
    /* Both relevant articles found, at ranks 4 and 5. */
    const int grades[] = {0, 0, 0, 1, 1};
    const int judged[] = {1, 1};
    struct measures m = measures_of(grades, COUNT(grades), judged, COUNT(judged));
    assert_near(m.average_precision, (1.0 / 4 + 2.0 / 5) / 2); /* 0.325 */
    /* DCG 1/log2(5) + 1/log2(6) = 0.430676558 + 0.386852807; ideal 1 + 1/log2(3) = 1.630929754. */
    assert_near(m.ndcg_10, 0.817529365 / 1.630929754);
    assert_near(m.precision_10, 0.2);
    assert_near(m.recall_1000, 1);
    assert_near(m.reciprocal_rank, 0.25);
}

static void test_perfect_ranking(void **state)
{
    (void)state;
    /* Twelve relevant articles in the best order: all is 1, though the ideal looks at ten only. */
    const int grades[] = {3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 1};
    struct measures m = measures_of(grades, COUNT(grades), grades, COUNT(grades));
    assert_near(m.average_precision, 1);
    assert_near(m.ndcg_10, 1);
    assert_near(m.precision_10, 1);
    assert_near(m.recall_1000, 1);
    assert_near(m.reciprocal_rank, 1);
}

static void test_nothing_found_or_nothing_to_find(void **state)
{
    (void)state;
    const int none[] = {0, 0, 0}, judged[] = {1, 2}, irrelevant[] = {0, -2};
    const struct measures zero = {0};
    struct measures m = measures_of(none, COUNT(none), judged, COUNT(judged));
    assert_memory_equal(&m, &zero, sizeof m);
    m = measures_of(none, 0, judged, COUNT(judged));
    assert_memory_equal(&m, &zero, sizeof m);
    m = measures_of(none, COUNT(none), irrelevant, COUNT(irrelevant));
    assert_memory_equal(&m, &zero, sizeof m);
}

static void test_negative_grades_are_not_relevant(void **state)
{
    (void)state;
    const int grades[] = {-2, 1}, judged[] = {1, -2};
    struct measures m = measures_of(grades, COUNT(grades), judged, COUNT(judged));
    assert_near(m.average_precision, 0.5);
    assert_near(m.ndcg_10, 0.630929754); /* 1/log2(3), over an ideal of 1 */
    assert_near(m.reciprocal_rank, 0.5);
}

static void test_depth(void **state)
{
    (void)state;
    /* Two relevant articles, the second at rank 1001: too deep to count. */
    static int grades[1001];
    const int judged[] = {1, 1};
    grades[499] = 1;
    grades[1000] = 1;
    struct measures m = measures_of(grades, COUNT(grades), judged, COUNT(judged));
    assert_near(m.recall_1000, 0.5);
    assert_near(m.average_precision, 1.0 / 500 / 2);
    assert_near(m.reciprocal_rank, 1.0 / 500);
    assert_near(m.ndcg_10, 0);
}

static void test_mean(void **state)
{
    (void)state;
    struct measures sum = {0};
    const struct measures a = {0.5, 0.25, 0.1, 1, 0.5}, b = {0.25, 0.75, 0.3, 0, 1};
    measures_add(&sum, &a);
    measures_add(&sum, &b);
    measures_divide(&sum, 2);
    assert_near(sum.average_precision, 0.375);
    assert_near(sum.ndcg_10, 0.5);
    assert_near(sum.precision_10, 0.2);
    assert_near(sum.recall_1000, 0.5);
    assert_near(sum.reciprocal_rank, 0.75);
}

/* A file of that content; its name goes into `path`. */
static void write_file(char path[32], const char *content)
{
    strcpy(path, "/tmp/backfile-test-XXXXXX");
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, content, strlen(content)), (ssize_t)strlen(content));
    close(file);
}

static int grade_of(const struct judgements *judgements, const char *topic, const char *article)
{
    size_t count;
    const struct judgement *found = judgements_of(judgements, topic, &count);
    return judgements_grade(found, count, (bf_text){article, strlen(article)});
}

static void test_files(void **state)
{
    (void)state;
    char path[32];
    bf_error error;
    struct topics topics;
    struct judgements judgements;

    write_file(path, "7\tstorm damage\r\n\n10\tharbour\tstrike\n");
    assert_int_equal(topics_read(path, &topics, &error), BF_OK);
    assert_int_equal(topics.count, 2);
    assert_string_equal(topics.topics[0].id, "7");
    assert_string_equal(topics.topics[0].text, "storm damage");
    assert_string_equal(topics.topics[1].text, "harbour\tstrike"); /* the rest of the line, tabs and all */
    topics_free(&topics);
    unlink(path);

    /* Not in order, blanks of all kinds, the last line without an end. */
    write_file(path, "7 0 b 2\n10\t0\ta\t1\n7 0  a 0 \n7 0 abc 3\n7 0 c -1");
    assert_int_equal(judgements_read(path, &judgements, &error), BF_OK);
    assert_int_equal(judgements.count, 5);
    size_t count;
    assert_non_null(judgements_of(&judgements, "7", &count));
    assert_int_equal(count, 4);
    assert_int_equal(grade_of(&judgements, "7", "a"), 0);
    assert_int_equal(grade_of(&judgements, "7", "abc"), 3);
    assert_int_equal(grade_of(&judgements, "7", "ab"), 0);
    assert_int_equal(grade_of(&judgements, "7", "b"), 2);
    assert_int_equal(grade_of(&judgements, "7", "c"), -1);
    assert_int_equal(grade_of(&judgements, "7", "d"), 0);
    assert_int_equal(grade_of(&judgements, "10", "a"), 1);
    assert_null(judgements_of(&judgements, "1", &count));
    assert_int_equal(count, 0);
    judgements_free(&judgements);
    unlink(path);
}

static void test_bad_files(void **state)
{
    (void)state;
    static const struct {
        const char *content, *said;
    } bad[] = {
        {"1 0 a 1\n1 0 b\n", ":2: a judgement is a line"},
        {"1 0 a x\n", ":1: \"x\" is not a grade"},
        {"1 0 a 1 again\n", ":1: a judgement is a line"},
        {"1 0 a 1\n2 0 a 1\n1 1 a 2\n", "topic 1 judges article a twice"},
    };
    char path[32];
    bf_error error;
    struct judgements judgements;
    struct topics topics;
    for (size_t i = 0; i < COUNT(bad); i++) {
        write_file(path, bad[i].content);
        assert_int_equal(judgements_read(path, &judgements, &error), BF_BAD_ARGUMENT);
        if (!strstr(error.message, bad[i].said)) fail_msg("\"%s\" does not say \"%s\"", error.message, bad[i].said);
        unlink(path);
    }
    write_file(path, "1\ta topic\n2 no tab\n");
    assert_int_equal(topics_read(path, &topics, &error), BF_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, ":2: a topic is a line"));
    unlink(path);
    assert_int_equal(topics_read(path, &topics, &error), BF_IO); /* gone */
}

static void test_spread(void **state)
{
    (void)state;
    double values[200], odd[] = {3, 1, 2}, even[] = {4, 1, 3, 2}, one[] = {5};
    for (size_t i = 0; i < COUNT(values); i++) values[i] = (double)(200 - i); /* 200 down to 1 */
    struct spread s = spread_of(values, COUNT(values));
    assert_int_equal(s.count, 200);
    assert_near(s.mean, 100.5);
    assert_near(s.p50, 100); /* 100 of 200 are not above it */
    assert_near(s.p90, 180);
    assert_near(s.p99, 198);
    assert_near(s.p999, 200); /* 199 of 200 are 99.5 % */
    assert_near(s.max, 200);
    assert_near(spread_median(odd, 3), 2);
    assert_near(spread_median(even, 4), 2.5);
    s = spread_of(one, 1);
    assert_near(s.p50, 5);
    assert_near(s.p99, 5);
    assert_near(s.p999, 5);
    double many[5000];
    for (size_t i = 0; i < COUNT(many); i++) many[i] = (double)i + 1;
    s = spread_of(many, COUNT(many));
    assert_near(s.p999, 4995);
    assert_near(s.p99, 4950);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_topic),
        cmocka_unit_test(test_late_first_hit),
        cmocka_unit_test(test_perfect_ranking),
        cmocka_unit_test(test_nothing_found_or_nothing_to_find),
        cmocka_unit_test(test_negative_grades_are_not_relevant),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_mean),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
