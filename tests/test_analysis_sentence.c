/* Where sentences end: each case is one text with a bar at every end but the last. */
#include "sentence.h"
#include "utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const cases[] = {
    "",
    "One sentence without a stop",
    "One. |Two! |Three? |Four.",
    "The talks ended.  |Nobody spoke.\n|They left.",
    "A headline without a stop\n\n|First paragraph. |Still first.\n\n\n|Second paragraph.",
    "A wrapped\nline goes on.\n|Next.",
    "Windows lines.\r\n\r\n|Next paragraph.",
    /* quotes and brackets go with the sentence they close */
    "\"We won.\" |He smiled.",
    "“We won.” |He smiled. |(It rained.) |Then sun.",
    "\"Why?\" he asked. |\"Because.\"",
    "He said: \"No!\" and left. |She stayed.",
    /* abbreviations */
    "Mr. Smith met Dr. Jones and Mrs. Miller. |They talked.",
    "J. K. Rowling wrote it. |George W. Bush read it.",
    "The U.S. government said no. |It meant it.",
    "He lives in the U.S. |The house is small.",
    "They met at 5 p.m. on Monday. |Then at 6 p.m. |They ate.",
    "It began on Jan. 5 and ended in Feb. |Nobody knew.",
    "Apple Inc. shares fell. |Acme Corp. said so.",
    "See No. 7 and p. 12. |The answer was No. |He left.",
    "The firm, i.e. the owner, e.g. Mr. Li, paid.",
    /* numbers and names with dots */
    "It rose 3.5 percent to 1.2 million. |Yahoo.com fell.",
    "Wait... what? |He waited... |Nothing.",
    "Really?! |Yes.",
    "No space.After this",
    /* other scripts */
    "今日は晴れです。|明日は雨です。|「そうか。」|彼は言った。",
    "真的吗？|真的！|好。",
    "यह पहला है। |यह दूसरा है।",
    "هل هذا صحيح؟ |نعم.",
    "„Nein.“ |Er ging. |»Doch.« |Sie blieb.",
    "他说：“好。”|我说：“不好。”|完。|“开始。”",
    "Это правда. |Он сказал: «Нет.» |И ушёл.",
    "Ende. |Öl ist teuer. |Über alles.",
};

static void test_sentences(void **state)
{
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512], found[1024];
        size_t length = 0, written = 0;
        for (const char *p = cases[i]; *p; p++)
            if (*p != '|') text[length++] = *p;
        for (size_t at = 0; at < length;) {
            size_t end = sentence_end(text, length, at);
            assert_true(end > at && end <= length);
            memcpy(found + written, text + at, end - at);
            written += end - at;
            if (end < length) found[written++] = '|';
            at = end;
        }
        found[written] = '\0';
        if (strcmp(found, cases[i]) != 0) {
            printf("expected: %s\nfound:    %s\n", cases[i], found);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void test_random_text(void **state)
{
    (void)state;
    static const char *const pieces[] = {"a", "B",   ".", "!",  "?",  " ",      "\n",     "\"", "(", ")",
                                         "Mr", "U.S", "5", "。", "」", "\u2029", "\u0301", "é",  "…", "“"};
    unsigned seed = 11;
    printf("seed %u\n", seed);
    for (int round = 0; round < 20000; round++) {
        char text[256];
        size_t length = 0;
        for (int i = 0; i < 40; i++) {
            seed = seed * 1664525u + 1013904223u;
            const char *piece = pieces[(seed >> 8) % (sizeof pieces / sizeof *pieces)];
            memcpy(text + length, piece, strlen(piece));
            length += strlen(piece);
        }
        char *exact = malloc(length); /* so that the address sanitizer sees a read behind the end */
        assert_non_null(exact);
        memcpy(exact, text, length);
        for (size_t at = 0; at < length;) {
            size_t end = sentence_end(exact, length, at);
            assert_true(end > at && end <= length);
            assert_int_equal(utf8_valid_prefix(exact + at, end - at), end - at);
            at = end;
        }
        free(exact);
    }
}

static void test_long_text_without_sentences(void **state)
{
    (void)state;
    static const char *const pieces[] = {". ", "a. ", "\n", "\"", "Mr. ", "e.g. a", "x", "?\")"};
    const size_t size = (size_t)1 << 20;
    char *text = malloc(size + 16);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        size_t length = 0;
        for (; length < size; length += strlen(pieces[i])) memcpy(text + length, pieces[i], strlen(pieces[i]));
        size_t ends = 0;
        for (size_t at = 0; at < length; ends++) at = sentence_end(text, length, at);
        assert_true(ends >= 1);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_random_text),
        cmocka_unit_test(test_long_text_without_sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
