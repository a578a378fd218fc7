/* The files of queries that measurements read, and what is searched for each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "query_set.h"
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bf_status read_text(const char *content, enum query_mode mode, struct query_set *set, bf_error *error)
{
    char path[] = "/tmp/backfile-test-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, content, strlen(content)), (ssize_t)strlen(content));
    close(file);
    bf_status status = query_set_read(path, mode, set, error);
    unlink(path);
    return status;
}

static void test_all_forms(void **state)
{
    (void)state;
    static const struct bench_query wanted[] = {
        {"7", "2t", "storm  -damage", QUERY_AS_TYPED},
        {"8", "5t+", "a b c d e f", QUERY_AS_TYPED},
        {"q1", "and", "harbour strike", QUERY_AND},
        {"q2", "tb05-1t", "harbour", QUERY_OR},
        {"q3", "game", "harbour strike", QUERY_PHRASE},
        {"7", "intersection", "+a +\"b c\"", QUERY_AS_TYPED},
        {"8", "1t", "untagged", QUERY_AS_TYPED},
    };
    struct query_set set;
    bf_error error;
    bf_status status = read_text("7\tstorm  -damage\n8\ta b c d e f\r\nq1\tand\tharbour strike\n\nq2\tor\ttb05-1t\tharbour\n"
                                 "q3\tphrase\tgame\tharbour strike\n"
                                 "{\"query\": \"+a +\\\"b c\\\"\", \"tags\": [\"intersection\", \"global\"]}\n"
                                 "{\"query\": \"untagged\"}",
                                 QUERY_AS_TYPED, &set, &error);
    assert_int_equal(status, BF_OK);
    assert_int_equal(set.count, COUNT(wanted));
    for (size_t i = 0; i < COUNT(wanted); i++) {
        assert_string_equal(set.queries[i].class_name, wanted[i].class_name);
        assert_string_equal(set.queries[i].text, wanted[i].text);
        assert_int_equal(set.queries[i].mode, wanted[i].mode);
        if (i < 5) assert_string_equal(set.queries[i].id, wanted[i].id);
    }
    query_set_free(&set);
}

static void test_mode_of_bare_lines(void **state)
{
    (void)state;
    struct query_set set;
    assert_int_equal(read_text("1\ta b\n2\tor\ta b\n", QUERY_AND, &set, NULL), BF_OK);
    assert_int_equal(set.queries[0].mode, QUERY_AND);
    assert_int_equal(set.queries[1].mode, QUERY_OR);
    query_set_free(&set);
}

static void test_bad_lines(void **state)
{
    (void)state;
    static const struct {
        const char *content, *said;
    } bad[] = {
        {"", "holds no query"},
        {"1\ta\njust words\n", ":2: a query is a line"},
        {"1\tnear\ta b\n", ":1: the mode is or, and, or phrase, not \"near\""},
        {"{\"query\": \"a\"\n", ":1: "},
        {"{\"tags\": [\"union\"]}\n", ":1: there is no \"query\""},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct query_set set;
        bf_error error;
        assert_int_equal(read_text(bad[i].content, QUERY_AS_TYPED, &set, &error), BF_BAD_ARGUMENT);
        if (!strstr(error.message, bad[i].said)) fail_msg("\"%s\" does not say \"%s\"", error.message, bad[i].said);
    }
}

static void test_what_is_searched(void **state)
{
    (void)state;
    static const struct {
        enum query_mode mode;
        const char *text, *searched;
        bool plain, all;
    } cases[] = {
        {QUERY_AS_TYPED, "+a -b", "+a -b", false, false},
        {QUERY_OR, "a -b", "a -b", true, false},
        {QUERY_AND, "a b", "a b", true, true},
        {QUERY_PHRASE, "a b", "\"a b\"", false, false},
        {QUERY_PHRASE, "say \"a\" b", "\"say  a  b\"", false, false}, /* a quote inside would end the phrase */
    };
    struct buffer scratch = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct bench_query query = {.text = cases[i].text, .mode = cases[i].mode};
        bf_search_options options = {.k = 7};
        assert_string_equal(query_prepare(&query, &scratch, &options), cases[i].searched);
        assert_int_equal(options.plain_query, cases[i].plain);
        assert_int_equal(options.match_all_words, cases[i].all);
        assert_int_equal(options.k, 7);
    }
    buffer_free(&scratch);
}

static void test_table(void **state)
{
    (void)state;
    static const char *const headings[] = {"class", "us"};
    char *printed = NULL;
    size_t length;
    struct table table;
    FILE *out = open_memstream(&printed, &length);
    table_begin(&table, headings, COUNT(headings));
    table_cell(&table, "%s", "or");
    table_cell(&table, "%.1f", 1234.5);
    table_cell(&table, "%s", "é|x");
    table_cell(&table, "%d", 7);
    assert_true(table_print(&table, out));
    fclose(out);
    assert_string_equal(printed, "| class |     us |\n"
                                 "| ----- | -----: |\n"
                                 "| or    | 1234.5 |\n"
                                 "| é/x   |      7 |\n");
    free(printed);
    table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_forms),   cmocka_unit_test(test_mode_of_bare_lines), cmocka_unit_test(test_bad_lines),
        cmocka_unit_test(test_what_is_searched), cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
