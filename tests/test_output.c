/* What the printers print of a small index: that it is well formed, true, fits, and harms no terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "backfile.h"
#include "layout.h"
#include "printer.h"
#include "text_width.h"

#include <ftw.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT(s) {s, sizeof(s) - 1}

static const bf_text keywords[] = {TEXT("ports"), TEXT("labour")};

static const bf_article articles[] = {
    {.id = TEXT("wire-1"), .title = TEXT("Dockers walk out at Port Alder over night work and robot cranes"),
     .body = TEXT("Dock workers at Port Alder, the biggest harbour in the country, went on strike at six o'clock on Monday, "
                  "stopping 34 ships.\n\nThe members of the union want an extra payment for night work. Talks broke up on "
                  "Saturday after nineteen hours, and no date has been set for more.\n\n"
                  "The last harbour strike was over in five days."),
     .section = TEXT("business"), .place = TEXT("PORT ALDER"), .byline = TEXT("By Mara Quill"), .source = TEXT("Alder Wire"),
     .date = {.seconds = 1930089600, .zone = BF_ZONE_UNKNOWN, .precision = BF_DATE_DAY}, .keywords = keywords, .keyword_count = 2,
     .url = TEXT("http://example.org/1"), .extra = TEXT("{\"words\":42}")},
    {.id = TEXT("wire 2"), .title = TEXT("Strike\tdeal"),
     .body = TEXT("A deal ended the strike.\n\nShr 34 cts vs      1.19 dlrs\nNet strike   807 mln vs   2,858"),
     .date = {.seconds = 1934813700, .zone = 0, .precision = BF_DATE_SECOND}},
    {.id = TEXT("hostile"), .title = TEXT("\x1b]0;owned\a \u202E strike \xC2\x9B" "31m"),
     .body = TEXT("\x1b[2J\x1b[31m A strike. \u2066 \x7F\n\nMore \b\b\b of the strike.")},
    {.id = TEXT("untitled"), .body = TEXT("Nothing but a harbour.")},
};

static char folder[] = "/tmp/backfile-output-XXXXXX";
static char index_path[64];
static bf_searcher *searcher;

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info, (void)type, (void)where;
    return remove(path);
}

static int set_up(void **state)
{
    (void)state;
    bf_error error;
    bf_writer *writer;
    if (!mkdtemp(folder)) return 1;
    snprintf(index_path, sizeof index_path, "%s/news.bf", folder);
    if (bf_writer_open(index_path, NULL, &writer, &error) != BF_OK) {
        print_message("%s\n", error.message);
        return 1;
    }
    for (size_t i = 0; i < sizeof articles / sizeof *articles; i++)
        assert_int_equal(bf_writer_add(writer, &articles[i], NULL, &error), BF_OK);
    assert_int_equal(bf_writer_commit(writer, &error), BF_OK);
    bf_writer_close(writer);
    return bf_searcher_open(index_path, &searcher, &error) != BF_OK;
}

static int tear_down(void **state)
{
    (void)state;
    bf_searcher_close(searcher);
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* The query's results, printed to a file in memory; to be freed. */
static char *print(const char *query, const bf_search_options *search, struct print_options options, const char *topic,
                   size_t *length)
{
    bf_error error;
    bf_results *results;
    char *text = NULL;
    FILE *file = open_memstream(&text, length);
    struct sink sink = {.file = file, .name = "memory"};
    assert_non_null(file);
    if (!options.columns) options.columns = 80;
    if (!options.run_tag) options.run_tag = "backfile";
    assert_int_equal(bf_search(searcher, query, search, &results, &error), BF_OK);
    const struct print_query shown = {topic, query, results, search ? search->offset : 0, true};
    assert_int_equal(print_results(&sink, &options, &shown, &error), BF_OK);
    assert_int_equal(sink_finish(&sink, &error), BF_OK);
    sink_free(&sink);
    bf_results_free(results);
    fclose(file);
    return text;
}

static json_t *print_json(const char *query, const bf_search_options *search, struct print_options options, const char *topic)
{
    size_t length;
    options.format = PRINT_JSON;
    char *text = print(query, search, options, topic, &length);
    assert_ptr_equal(memchr(text, '\n', length), text + length - 1); /* one line */
    json_t *object = json_loadb(text, length, 0, NULL);
    assert_non_null(object);
    free(text);
    return object;
}

static const char *member(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void test_json(void **state)
{
    (void)state;
    json_t *object = print_json("harbour strike dockers zeppelinn", NULL, (struct print_options){0}, NULL);
    assert_string_equal(member(object, "query"), "harbour strike dockers zeppelinn");
    assert_null(json_object_get(object, "topic"));
    assert_null(json_object_get(object, "plan"));
    assert_int_equal(json_integer_value(json_object_get(object, "total")), 4);
    assert_true(json_is_integer(json_object_get(object, "took_us")));
    json_t *understood = json_object_get(object, "understood");
    assert_true(json_is_string(json_object_get(understood, "query")));
    assert_int_equal(json_array_size(json_object_get(understood, "words")), 4);
    json_t *word = json_array_get(json_object_get(understood, "words"), 0);
    assert_string_equal(member(word, "field"), "text");
    assert_string_equal(member(word, "word"), "harbour");
    assert_int_equal(json_integer_value(json_object_get(word, "df")), 2);
    json_t *missing = json_object_get(understood, "missing");
    assert_int_equal(json_array_size(missing), 1);
    assert_string_equal(json_string_value(json_array_get(missing, 0)), "zeppelinn");

    json_t *hits = json_object_get(object, "hits");
    assert_int_equal(json_array_size(hits), 4);
    json_t *first = json_array_get(hits, 0);
    assert_int_equal(json_integer_value(json_object_get(first, "rank")), 1);
    assert_string_equal(member(first, "id"), "wire-1");
    assert_string_equal(member(first, "date"), "2031-03-01");
    assert_string_equal(member(first, "section"), "business");
    assert_string_equal(member(first, "place"), "PORT ALDER");
    json_t *snippet = json_object_get(first, "snippet"), *marks = json_object_get(snippet, "marks"), *mark;
    const char *text = member(snippet, "text");
    size_t i, text_length = json_string_length(json_object_get(snippet, "text"));
    assert_true(json_array_size(marks) > 0);
    json_array_foreach(marks, i, mark) {
        size_t start = (size_t)json_integer_value(json_array_get(mark, 0));
        size_t end = (size_t)json_integer_value(json_array_get(mark, 1));
        assert_true(start < end && end <= text_length);
        bool known = strncasecmp(text + start, "harbour", 7) == 0 || strncasecmp(text + start, "strike", 6) == 0;
        assert_true(known);
    }
    json_t *hit;
    json_array_foreach(hits, i, hit) {
        if (strcmp(member(hit, "id"), "untitled") == 0) {
            assert_true(json_is_null(json_object_get(hit, "title")));
            assert_true(json_is_null(json_object_get(hit, "date")));
        }
        if (strcmp(member(hit, "id"), "hostile") == 0) assert_string_equal(member(hit, "title"), articles[2].title.bytes);
    }
    json_decref(object);
}

/* Scores read back as the very floats, and the parts add up to them in order. */
static void test_json_explains(void **state)
{
    (void)state;
    bf_error error;
    bf_results *results;
    assert_int_equal(bf_search(searcher, "harbour \"night work\" strike^2", NULL, &results, &error), BF_OK);
    json_t *object = print_json("harbour \"night work\" strike^2", NULL, (struct print_options){.explain = true}, "7");
    assert_string_equal(member(object, "topic"), "7");
    assert_true(json_is_string(json_object_get(object, "plan")));
    json_t *hit;
    size_t i, p;
    json_array_foreach(json_object_get(object, "hits"), i, hit) {
        assert_true((float)json_number_value(json_object_get(hit, "score")) == bf_results_hit(results, i)->score);
        float sum = 0;
        json_t *part;
        json_array_foreach(json_object_get(hit, "explain"), p, part) {
            assert_true(json_is_string(json_object_get(part, "clause")));
            sum += (float)json_number_value(json_object_get(part, "score"));
        }
        assert_true(p > 0);
        assert_true(sum == bf_results_hit(results, i)->score);
    }
    assert_int_equal(i, bf_results_count(results));
    json_decref(object);
    bf_results_free(results);
}

static void test_json_count(void **state)
{
    (void)state;
    const bf_search_options search = {.count_only = true};
    json_t *object = print_json("strike", &search, (struct print_options){.count_only = true}, NULL);
    assert_int_equal(json_integer_value(json_object_get(object, "total")), 3);
    assert_null(json_object_get(object, "hits"));
    json_decref(object);
}

/* Without colour no control but the line's end; with it only ours. No line wider than the terminal. */
static void assert_harmless(const char *text, bool color, size_t columns)
{
    static const char *const ours[] = {"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[1;31m"};
    struct buffer line = {0};
    for (const char *at = text; *at; at++) {
        if (*at == '\x1b') {
            size_t known = 0;
            assert_true(color);
            while (known < 4 && strncmp(at, ours[known], strlen(ours[known])) != 0) known++;
            assert_true(known < 4);
            at += strlen(ours[known]) - 1;
        } else if (*at == '\n') {
            assert_true(text_columns((bf_text){(const char *)line.bytes, line.length}) <= columns);
            buffer_clear(&line);
        } else {
            assert_true((unsigned char)*at >= 0x20 && *at != 0x7F);
            buffer_append_u8(&line, (uint8_t)*at);
        }
    }
    assert_null(strstr(text, "\xC2\x9B"));
    assert_null(strstr(text, "\u202E"));
    assert_null(strstr(text, "\u2066"));
    buffer_free(&line);
}

static void assert_begins(const char *text, const char *beginning)
{
    assert_int_equal(strncmp(text, beginning, strlen(beginning)), 0);
}

static void test_text(void **state)
{
    (void)state;
    size_t length;
    char *text = print("harbour strike dockers zeppelinn", NULL, (struct print_options){0}, NULL, &length);
    assert_begins(text, "1. Dockers walk out at Port Alder over night work and robot cranes\n"
                        "   2031-03-01 · PORT ALDER · business · wire-1\n   ");
    assert_non_null(strstr(text, "Strike deal\n   2031-04-24 16:15 UTC · wire 2\n"));
    assert_non_null(strstr(text, "(no title)\n   untitled\n"));
    assert_non_null(strstr(text, "\n\n4 articles in "));
    assert_non_null(strstr(text, " ms; no article has zeppelinn\n"));
    assert_harmless(text, false, 80);
    free(text);
    static const unsigned widths[] = {20, 33, 60, 120, 300};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        for (int color = 0; color < 2; color++) {
            text = print("harbour strike", NULL, (struct print_options){.color = color, .columns = widths[i]}, "t", &length);
            assert_harmless(text, color, widths[i] < 120 ? widths[i] : 120);
            free(text);
        }
    }
}

static void test_text_marks(void **state)
{
    (void)state;
    size_t length;
    char *text = print("\"night work\" cranes", NULL, (struct print_options){.color = true, .columns = 100}, NULL, &length);
    assert_begins(text, "1. \x1b[1mDockers walk out at Port Alder over \x1b[0m\x1b[1;31mnight work\x1b[0m\x1b[1m and robot "
                        "\x1b[0m\x1b[1;31mcranes\x1b[0m\n");
    assert_non_null(strstr(text, "payment for \x1b[1;31mnight work\x1b[0m."));
    free(text);
}

static void test_text_closing(void **state)
{
    (void)state;
    size_t length;
    char *text = print("strike", &(bf_search_options){.k = 1}, (struct print_options){0}, NULL, &length);
    assert_non_null(strstr(text, "\n\n1 of 3 articles in "));
    free(text);
    text = print("strike", &(bf_search_options){.offset = 1}, (struct print_options){0}, NULL, &length);
    assert_begins(text, "2. ");
    assert_non_null(strstr(text, "\n\n2–3 of 3 articles in "));
    free(text);
    text = print("deal", NULL, (struct print_options){0}, NULL, &length);
    assert_non_null(strstr(text, "\n\n1 article in "));
    free(text);
    text = print("zeppelinn title:airshipp zeppelinn", NULL, (struct print_options){0}, NULL, &length);
    assert_begins(text, "no article found in ");
    assert_non_null(strstr(text, "; no article has zeppelinn, title:airshipp\n"));
    free(text);
    text = print("strike", NULL, (struct print_options){.explain = true}, NULL, &length);
    assert_non_null(strstr(text, "understood  strike\n"));
    assert_non_null(strstr(text, "words       strike"));
    assert_non_null(strstr(text, "  in all\n"));
    free(text);
}

static void test_lines(void **state)
{
    (void)state;
    size_t length;
    char *text = print("deal", NULL, (struct print_options){.format = PRINT_IDS}, NULL, &length);
    assert_string_equal(text, "wire 2\n");
    free(text);

    bf_error error;
    bf_results *results;
    float score;
    char expected[256], rank[32];
    assert_int_equal(bf_search(searcher, "deal", NULL, &results, &error), BF_OK);
    text = print("deal", NULL, (struct print_options){.format = PRINT_TREC, .run_tag = "mine"}, NULL, &length);
    assert_int_equal(sscanf(text, "1 Q0 wire%%202 %31s %f mine\n", rank, &score), 2);
    assert_string_equal(rank, "1");
    assert_true(score == bf_results_hit(results, 0)->score);
    free(text);
    text = print("deal", NULL, (struct print_options){.format = PRINT_TREC}, "the 51st", &length);
    assert_begins(text, "the%2051st Q0 wire%202 1 ");
    free(text);

    text = print("deal", NULL, (struct print_options){.format = PRINT_TSV}, NULL, &length);
    snprintf(expected, sizeof expected, "1\t%.9g\twire 2\t2031-04-24T16:15:00Z\t\t\tStrike deal\n", (double)score);
    assert_begins(text, "1\t");
    assert_true(strtof(text + 2, NULL) == score);
    assert_string_equal(strchr(text + 2, '\t'), strchr(expected + 2, '\t'));
    free(text);
    text = print("hostile owned", NULL, (struct print_options){.format = PRINT_TSV}, "9", &length);
    assert_begins(text, "9\t1\t");
    assert_null(strpbrk(text, "\x1b\a"));
    free(text);

    text = print("strike", NULL, (struct print_options){.format = PRINT_TEXT, .count_only = true}, NULL, &length);
    assert_string_equal(text, "3\n");
    free(text);
    text = print("zeppelinn", NULL, (struct print_options){.format = PRINT_IDS, .count_only = true}, "51", &length);
    assert_string_equal(text, "51\t0\n");
    free(text);
    text = print("zeppelinn", NULL, (struct print_options){.format = PRINT_TREC}, NULL, &length);
    assert_string_equal(text, "");
    free(text);
    bf_results_free(results);
}

static char *show(const char *id, const char *query, struct print_options options)
{
    bf_error error;
    bf_results *results = NULL;
    const bf_article *article;
    char *text = NULL;
    size_t length;
    FILE *file = open_memstream(&text, &length);
    struct sink sink = {.file = file, .name = "memory"};
    assert_non_null(file);
    assert_int_equal(bf_searcher_article(searcher, (bf_text){id, strlen(id)}, &article, &error), BF_OK);
    if (query) assert_int_equal(bf_search(searcher, query, &(bf_search_options){.k = 1}, &results, &error), BF_OK);
    assert_int_equal(print_article(&sink, &options, article, results, &error), BF_OK);
    assert_int_equal(sink_finish(&sink, &error), BF_OK);
    sink_free(&sink);
    bf_results_free(results);
    fclose(file);
    return text;
}

static void test_article(void **state)
{
    (void)state;
    char *text = show("wire-1", NULL, (struct print_options){.columns = 60});
    assert_string_equal(text,
                        "Dockers walk out at Port Alder over night work and robot\ncranes\n"
                        "2031-03-01 · PORT ALDER · business\nBy Mara Quill · Alder Wire\n\n"
                        "Dock workers at Port Alder, the biggest harbour in the\n"
                        "country, went on strike at six o'clock on Monday, stopping\n"
                        "34 ships.\n\n"
                        "The members of the union want an extra payment for night\n"
                        "work. Talks broke up on Saturday after nineteen hours, and\nno date has been set for more.\n\n"
                        "The last harbour strike was over in five days.\n\n"
                        "id        wire-1\nurl       http://example.org/1\nkeywords  ports, labour\n"
                        "extra     {\"words\":42}\n");
    free(text);
    text = show("wire 2", "\"deal ended\" strike", (struct print_options){.columns = 80, .color = true});
    assert_non_null(strstr(text, "\x1b[1;31mStrike\x1b[0m\x1b[1m deal\x1b[0m\n"));
    assert_non_null(strstr(text, "A \x1b[1;31mdeal ended\x1b[0m the \x1b[1;31mstrike\x1b[0m.\n\n"
                                 "Shr 34 cts vs      1.19 dlrs\nNet \x1b[1;31mstrike\x1b[0m   807 mln vs   2,858\n\n"));
    assert_harmless(text, true, 80);
    free(text);
    text = show("hostile", "strike", (struct print_options){.columns = 40, .color = true});
    assert_harmless(text, true, 40);
    assert_non_null(strstr(text, "\u241B[2J\u241B[31m A "));
    free(text);
    text = show("wire-1", NULL, (struct print_options){.format = PRINT_JSON});
    json_t *object = json_loads(text, 0, NULL);
    assert_string_equal(member(object, "body"), articles[0].body.bytes);
    assert_int_equal(json_integer_value(json_object_get(object, "words")), 42);
    json_decref(object);
    free(text);
}

static void test_pieces(void **state)
{
    (void)state;
    struct buffer out = {0};
    static const uint64_t numbers[] = {0, 999, 1000, 1234567, UINT64_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        print_number(&out, numbers[i]);
        buffer_append_u8(&out, ' ');
    }
    assert_string_equal(buffer_string(&out), "0 999 1,000 1,234,567 18,446,744,073,709,551,615 ");
    buffer_free(&out);
    char date[BF_DATE_TEXT_SIZE + 8];
    assert_int_equal(print_date((bf_date){0}, date), 0);
    assert_string_equal(date, "");
    assert_int_equal(print_date((bf_date){.seconds = 0, .precision = BF_DATE_YEAR}, date), 4);
    assert_string_equal(date, "1970");
    print_date((bf_date){.seconds = 951826500, .zone = 120, .precision = BF_DATE_SECOND}, date);
    assert_string_equal(date, "2000-02-29 14:15 +02:00");
    print_date((bf_date){.seconds = 951826500, .zone = BF_ZONE_UNKNOWN, .precision = BF_DATE_SECOND}, date);
    assert_string_equal(date, "2000-02-29 12:15");
}

/* A full disk is noticed, said once, and nothing more is written. */
static void test_failing_sink(void **state)
{
    (void)state;
    FILE *file = fopen("/dev/full", "w");
    if (!file) skip();
    bf_error error;
    struct sink sink = {.file = file, .name = "standard output"};
    buffer_append_string(&sink.bytes, "text");
    assert_int_equal(sink_finish(&sink, &error), BF_IO);
    assert_string_equal(error.message, "standard output: No space left on device");
    assert_true(sink.failed);
    assert_false(sink.reader_gone);
    assert_int_equal(sink_finish(&sink, &error), BF_IO);
    sink_free(&sink);
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),         cmocka_unit_test(test_json_explains), cmocka_unit_test(test_json_count),
        cmocka_unit_test(test_text),         cmocka_unit_test(test_text_marks),    cmocka_unit_test(test_text_closing),
        cmocka_unit_test(test_lines),        cmocka_unit_test(test_article),       cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_failing_sink),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
