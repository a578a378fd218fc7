/* Text on a terminal: made harmless, measured, and fitted to columns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "layout.h"
#include "terminal.h"
#include "text_width.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void assert_safe(const char *text, const char *expected)
{
    struct buffer out = {0};
    terminal_append_string(&out, text);
    assert_string_equal(buffer_string(&out), expected);
    buffer_free(&out);
}

static void test_hostile_text(void **state)
{
    (void)state;
    assert_safe("plain, caf\xC3\xA9, \xE6\xB8\xAF", "plain, caf\xC3\xA9, \xE6\xB8\xAF");
    assert_safe("\x1b[2J\x1b]0;owned\a", "\u241B[2J\u241B]0;owned\u2407");
    assert_safe("a\tb\nc\rd", "a b c d");
    assert_safe("\x7f\b", "\u2421\u2408");
    assert_safe("\xC2\x9B" "31m", "\uFFFD" "31m");   /* CSI as one C1 control */
    assert_safe("\x9B" "31m", "\uFFFD" "31m");       /* the same as a bare byte */
    assert_safe("x\u202Egpj.exe\u202C\u2066y\u2069", "xgpj.exey");
    assert_safe("a\u2028" "b\xC2\x85" "c", "a b c");
    assert_safe("\u200Fkept\u200E\u200D", "\u200Fkept\u200E\u200D");
}

/* Nothing a terminal obeys is left of any bytes. */
static void test_random_bytes_are_safe(void **state)
{
    (void)state;
    unsigned seed = 20310305;
    print_message("seed %u\n", seed);
    srand(seed);
    static const char *const pieces[] = {"\x1b", "\xC2", "\x9B", "\xE2\x80", "\xAE", "\xE2\x81", "\xA6",
                                         "a", " ", "\n", "\u6E2F"};
    const size_t piece_count = sizeof pieces / sizeof *pieces;
    for (int round = 0; round < 20000; round++) {
        struct buffer text = {0}, out = {0};
        for (int i = rand() % 12; i > 0; i--) buffer_append_string(&text, pieces[(size_t)rand() % piece_count]);
        bf_mark mark = {text.length / 3, text.length / 2};
        struct paragraph paragraph = {.bytes = (const char *)text.bytes, .to = text.length, .marks = &mark, .mark_count = 1,
                                      .columns = 5, .line_limit = (size_t)rand() % 3};
        layout_paragraph(&out, &paragraph);
        buffer_append_u8(&out, '\n');
        terminal_append_text(&out, (bf_text){(const char *)text.bytes, text.length});
        for (size_t i = 0; i < out.length; i++) {
            assert_true(out.bytes[i] >= 0x20 || out.bytes[i] == '\n');
            if (i + 1 < out.length) assert_false(out.bytes[i] == 0xC2 && out.bytes[i + 1] < 0xA0);
            if (i + 2 >= out.length) continue;
            assert_memory_not_equal(out.bytes + i, "\u202E", 3);
            assert_memory_not_equal(out.bytes + i, "\u2066", 3);
        }
        buffer_free(&text);
        buffer_free(&out);
    }
}

static void test_color_choice(void **state)
{
    (void)state;
    enum color_choice choice;
    assert_true(color_choice_parse(NULL, &choice) && choice == COLOR_AUTO);
    assert_true(color_choice_parse("always", &choice) && choice == COLOR_ALWAYS);
    assert_true(color_choice_parse("never", &choice) && choice == COLOR_NEVER);
    assert_false(color_choice_parse("sometimes", &choice));
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_false(terminal_wants_color(COLOR_AUTO, fileno(file)));
    assert_true(terminal_wants_color(COLOR_ALWAYS, fileno(file)));
    setenv("COLUMNS", "61", 1);
    assert_int_equal(terminal_columns(fileno(file)), 61);
    setenv("COLUMNS", "3", 1);
    assert_int_equal(terminal_columns(fileno(file)), 20);
    setenv("COLUMNS", "wide", 1);
    assert_int_equal(terminal_columns(fileno(file)), 80);
    unsetenv("COLUMNS");
    assert_int_equal(terminal_columns(fileno(file)), 80);
    fclose(file);
}

static size_t width(const char *text)
{
    return text_columns((bf_text){text, strlen(text)});
}

static void test_widths(void **state)
{
    (void)state;
    assert_int_equal(width(""), 0);
    assert_int_equal(width("harbour"), 7);
    assert_int_equal(width("cafe\u0301"), 4);
    assert_int_equal(width("\u6E2F\u306E"), 4);
    assert_int_equal(width("\uFF21"), 2);
    assert_int_equal(width("\x1b"), 1);
    assert_int_equal(width("\u202E"), 0);
    assert_int_equal(width("\xFF\xFF"), 2);
    struct cluster cluster = cluster_read("e\u0301\u0302x", 0, 6);
    assert_int_equal(cluster.end, 5);
    assert_int_equal(cluster.columns, 1);
    const char *flags = "\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7"; /* two flags, two letters each */
    assert_int_equal(cluster_read(flags, 0, strlen(flags)).end, 8);
}

static void assert_layout(struct paragraph paragraph, const char *text, const char *expected)
{
    struct buffer out = {0};
    paragraph.bytes = text;
    if (!paragraph.to) paragraph.to = strlen(text);
    layout_paragraph(&out, &paragraph);
    assert_string_equal(buffer_string(&out), expected);
    buffer_free(&out);
}

static void test_filling(void **state)
{
    (void)state;
    assert_layout((struct paragraph){.columns = 20}, "", "");
    assert_layout((struct paragraph){.columns = 20}, "  a  \n b ", "a b");
    assert_layout((struct paragraph){.columns = 10}, "ten column ten", "ten column\nten");
    assert_layout((struct paragraph){.columns = 9}, "ten column ten", "ten\ncolumn\nten");
    assert_layout((struct paragraph){.columns = 12, .indent = 4, .column = 4}, "one two three", "one two\n    three");
    /* Longer than a line: cut where the line is full. */
    assert_layout((struct paragraph){.columns = 5}, "ab abcdefghijk z", "ab\nabcde\nfghij\nk z");
    /* A letter and its accent stay together. */
    assert_layout((struct paragraph){.columns = 4}, "aaae\u0301e\u0301", "aaae\u0301\ne\u0301");
    /* A part of a longer text. */
    assert_layout((struct paragraph){.columns = 10, .from = 4, .to = 7}, "one two three", "two");
    assert_layout((struct paragraph){.columns = 20, .keep_blanks = true}, "Net   12\tvs   9", "Net   12        vs\n9");
}

static void test_wide_text(void **state)
{
    (void)state;
    assert_layout((struct paragraph){.columns = 6}, "\u6E2F\u306E\u4F5C\u696D\u54E1", "\u6E2F\u306E\u4F5C\n\u696D\u54E1");
    /* No full stop begins a line, no bracket ends one. */
    assert_layout((struct paragraph){.columns = 6}, "\u6E2F\u306E\u4F5C\u3002\u54E1", "\u6E2F\u306E\n\u4F5C\u3002\u54E1");
    assert_layout((struct paragraph){.columns = 6}, "\u6E2F\u306E\u300C\u4F5C\u300D", "\u6E2F\u306E\n\u300C\u4F5C\u300D");
}

static void test_line_limit(void **state)
{
    (void)state;
    assert_layout((struct paragraph){.columns = 8, .line_limit = 2}, "aa bb cc dd ee ff", "aa bb cc\ndd ee ff");
    assert_layout((struct paragraph){.columns = 8, .line_limit = 2}, "aa bb cc dd ee ff gg", "aa bb cc\ndd ee \u2026");
    assert_layout((struct paragraph){.columns = 8, .line_limit = 1}, "abcdefghijkl", "abcdef \u2026");
    assert_layout((struct paragraph){.columns = 8, .line_limit = 1}, "aa \u2026 bbbbbbbb", "aa \u2026");
}

static void test_marks(void **state)
{
    (void)state;
    const bf_mark marks[] = {{0, 3}, {8, 19}};
    assert_layout((struct paragraph){.columns = 40, .marks = marks, .mark_count = 2, .mark_style = "1;31"},
                  "one two harbour four five", "\x1b[1;31mone\x1b[0m two \x1b[1;31mharbour fou\x1b[0mr five");
    /* A phrase over the end of a line: the indent is not marked. */
    assert_layout((struct paragraph){.columns = 16, .indent = 2, .column = 2, .marks = marks + 1, .mark_count = 1, .style = "1",
                                     .mark_style = "7"},
                  "one two harbour four", "\x1b[1mone two\x1b[0m\n  \x1b[7mharbour fou\x1b[0m\x1b[1mr\x1b[0m");
}

/* Whatever the text and the width: no line is longer than it may be, and every word is there. */
static void test_random_filling(void **state)
{
    (void)state;
    unsigned seed = 20310306;
    print_message("seed %u\n", seed);
    srand(seed);
    static const char *const pieces[] = {"a", "bc", "harbour", " ", " ", "\u6E2F", "\u3002", "e\u0301", "\U0001F642", "\u2014"};
    const size_t piece_count = sizeof pieces / sizeof *pieces;
    for (int round = 0; round < 5000; round++) {
        struct buffer text = {0}, out = {0}, kept = {0}, given = {0};
        for (int i = rand() % 60; i > 0; i--) buffer_append_string(&text, pieces[(size_t)rand() % piece_count]);
        size_t columns = 6 + (size_t)rand() % 20, indent = (size_t)rand() % 2;
        struct paragraph paragraph = {.bytes = (const char *)text.bytes, .to = text.length, .columns = columns, .column = indent,
                                      .indent = indent};
        layout_paragraph(&out, &paragraph);
        char *rest = buffer_string(&out);
        size_t column = indent;
        for (char *line; (line = strsep(&rest, "\n")); column = 0) {
            assert_true(column + width(line) <= columns);
            for (; *line; line++)
                if (*line != ' ') buffer_append_u8(&kept, (uint8_t)*line);
        }
        for (size_t i = 0; i < text.length; i++)
            if (text.bytes[i] != ' ') buffer_append_u8(&given, text.bytes[i]);
        assert_string_equal(buffer_string(&kept), buffer_string(&given));
        buffer_free(&text);
        buffer_free(&out);
        buffer_free(&kept);
        buffer_free(&given);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile_text),  cmocka_unit_test(test_random_bytes_are_safe),
        cmocka_unit_test(test_color_choice),  cmocka_unit_test(test_widths),
        cmocka_unit_test(test_filling),       cmocka_unit_test(test_wide_text),
        cmocka_unit_test(test_line_limit),    cmocka_unit_test(test_marks),
        cmocka_unit_test(test_random_filling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
