/* The command line of backfile-search, and its files of topics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "search_options.h"
#include "topic_reader.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Parses the arguments, given as words with a '|' between. The words must live as long as the options. */
static bf_status parse(struct search_options *options, char *line, bf_error *error)
{
    char *words[32] = {0}, *word;
    int count = 0;
    while ((word = strsep(&line, "|"))) words[count++] = word;
    return search_options_parse(options, count, words, error);
}

static void test_words_and_options_mixed(void **state)
{
    (void)state;
    struct search_options options;
    bf_error error;
    char line[] = "backfile-search|-k|5|news.bf|harbour|--json|-crane|+night work|--offset=20|--|--all|-k";
    assert_int_equal(parse(&options, line, &error), BF_OK);
    assert_string_equal(options.index, "news.bf");
    assert_string_equal(options.query, "harbour -crane +night work --all -k");
    assert_int_equal(options.search.k, 5);
    assert_int_equal(options.search.offset, 20);
    assert_false(options.search.match_all_words);
    assert_false(options.search.set_parameters);
    assert_int_equal(options.print.format, PRINT_JSON);
    assert_false(options.print.color);
    search_options_free(&options);
}

static void test_parameters(void **state)
{
    (void)state;
    struct search_options options;
    bf_error error;
    char line[] = "backfile-search|news.bf|a|--b=0|--all|--plain|--ranker|exhaustive|--color|always|-k0";
    assert_int_equal(parse(&options, line, &error), BF_OK);
    assert_true(options.search.set_parameters);
    assert_true(options.search.b == 0.0f && options.search.k1 == 1.2f && options.search.title_weight == BF_TITLE_WEIGHT);
    assert_true(options.search.match_all_words && options.search.plain_query);
    assert_string_equal(options.search.ranker, "exhaustive");
    assert_true(options.print.color);
    assert_true(options.search.count_only); /* no hits are wanted, but the closing line is */
    assert_false(options.print.count_only);
    search_options_free(&options);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        bf_status status;
        const char *said;
    } cases[] = {
        {"backfile-search", BF_END, "no index is named"},
        {"backfile-search|news.bf", BF_END, "no words to look for"},
        {"backfile-search|news.bf|a|--bogus", BF_BAD_ARGUMENT, "there is no option --bogus"},
        {"backfile-search|news.bf|a|-k", BF_BAD_ARGUMENT, "-k wants N after it"},
        {"backfile-search|news.bf|a|-k|99999999999", BF_BAD_ARGUMENT, "--limit: at most 4294967295"},
        {"backfile-search|news.bf|a|--b|1.5", BF_BAD_ARGUMENT, "--b: from 0 to 1"},
        {"backfile-search|news.bf|a|--k1|-1", BF_BAD_ARGUMENT, "--k1: not below 0"},
        {"backfile-search|news.bf|a|--format|xml", BF_BAD_ARGUMENT, "--format: text, json, tsv, trec or ids, not \"xml\""},
        {"backfile-search|news.bf|a|--json|--format|tsv", BF_BAD_ARGUMENT, "--json and --format tsv contradict each other"},
        {"backfile-search|news.bf|a|--format|ids|--explain", BF_BAD_ARGUMENT, "--explain has no place in --format ids"},
        {"backfile-search|news.bf|a|--color|blue", BF_BAD_ARGUMENT, "--color: auto, always or never, not \"blue\""},
        {"backfile-search|news.bf|a|--run-tag|my run", BF_BAD_ARGUMENT, "--run-tag: one word, not \"my run\""},
        {"backfile-search|news.bf|--topics|f|--show|x", BF_BAD_ARGUMENT, "--topics and --show don't go together"},
        {"backfile-search|news.bf|a|--topics|f", BF_BAD_ARGUMENT,
         "with --topics the words come from the file: \"a\" is too much"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct search_options options;
        bf_error error;
        char line[128];
        strcpy(line, cases[i].line);
        assert_int_equal(parse(&options, line, &error), cases[i].status);
        assert_string_equal(error.message, cases[i].said);
        search_options_free(&options);
    }
}

static void test_other_modes(void **state)
{
    (void)state;
    struct search_options options;
    bf_error error;
    char show[] = "backfile-search|news.bf|--show|wire-1", empty[] = "backfile-search|news.bf|";
    char version[] = "backfile-search|--version";
    assert_int_equal(parse(&options, show, &error), BF_OK);
    assert_string_equal(options.show, "wire-1");
    assert_null(options.query);
    search_options_free(&options);
    assert_int_equal(parse(&options, empty, &error), BF_OK); /* any text is a valid query, none too */
    assert_string_equal(options.query, "");
    search_options_free(&options);
    assert_int_equal(parse(&options, version, &error), BF_OK);
    assert_true(options.version);
    search_options_free(&options);
}

static void test_help_comes_from_the_table(void **state)
{
    (void)state;
    char *text = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&text, &length);
    assert_non_null(file);
    search_options_help(file);
    fclose(file);
    static const char *const names[] = {"--limit", "--offset", "--all", "--plain", "--topics", "--show", "--count", "--format",
                                        "--json", "--run-tag", "--explain", "--color", "--title-weight", "--k1", "--b ",
                                        "--ranker", "--help", "--version"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) assert_non_null(strstr(text, names[i]));
    free(text);
}

static void test_topics(void **state)
{
    (void)state;
    char path[] = "/tmp/backfile-topics-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    static const char lines[] = "\xEF\xBB\xBF" "51\tharbour strike\r\n\n52 no tab\n\tno id\n53\t\n54\ta\tb\0c\n"
                                "55\tlast, without an end";
    assert_int_equal(write(descriptor, lines, sizeof lines - 1), sizeof lines - 1);
    close(descriptor);

    struct topic_reader reader;
    bf_error error;
    const char *id, *text;
    char expected[128];
    assert_int_equal(topic_reader_open(&reader, path, &error), BF_OK);
    assert_int_equal(topic_reader_next(&reader, &id, &text, &error), BF_OK);
    assert_string_equal(id, "51");
    assert_string_equal(text, "harbour strike");
    assert_int_equal(topic_reader_next(&reader, &id, &text, &error), BF_REFUSED);
    snprintf(expected, sizeof expected, "%s:3: no tab between id and text", path);
    assert_string_equal(error.message, expected);
    assert_int_equal(topic_reader_next(&reader, &id, &text, &error), BF_REFUSED);
    snprintf(expected, sizeof expected, "%s:4: no id before the tab", path);
    assert_string_equal(error.message, expected);
    assert_int_equal(topic_reader_next(&reader, &id, &text, &error), BF_OK);
    assert_string_equal(id, "53");
    assert_string_equal(text, "");
    assert_int_equal(topic_reader_next(&reader, &id, &text, &error), BF_REFUSED);
    snprintf(expected, sizeof expected, "%s:6: a zero byte", path);
    assert_string_equal(error.message, expected);
    assert_int_equal(topic_reader_next(&reader, &id, &text, &error), BF_OK);
    assert_string_equal(text, "last, without an end");
    assert_int_equal(topic_reader_next(&reader, &id, &text, &error), BF_END);
    topic_reader_close(&reader);

    unlink(path);
    assert_int_equal(topic_reader_open(&reader, path, &error), BF_IO);
    snprintf(expected, sizeof expected, "%s: No such file or directory", path);
    assert_string_equal(error.message, expected);
    topic_reader_close(&reader);

    assert_int_equal(topic_reader_open(&reader, "/", &error), BF_OK); /* a folder opens, but has no lines */
    assert_int_equal(topic_reader_next(&reader, &id, &text, &error), BF_IO);
    assert_string_equal(error.message, "/: Is a directory");
    topic_reader_close(&reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_and_options_mixed), cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_what_is_refused),         cmocka_unit_test(test_other_modes),
        cmocka_unit_test(test_help_comes_from_the_table), cmocka_unit_test(test_topics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
