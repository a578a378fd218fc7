/* UTF-8: what is valid, walking, graphemes, columns. */
#include "utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_valid_prefix(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t valid; /* of which so many bytes are good */
    } cases[] = {
        {"", 0},
        {"plain", 5},
        {"caf\xc3\xa9", 5},
        {"\xe6\x9d\xb1\xe4\xba\xac", 6},
        {"\xf0\x9f\x98\x80", 4},
        {"\xf4\x8f\xbf\xbf", 4},           /* U+10FFFF */
        {"\xed\x9f\xbf\xee\x80\x80", 6},   /* the neighbours of the surrogates */
        {"ab\x80", 2},                     /* a tail without a head */
        {"ab\xc3", 2},                     /* cut short */
        {"ab\xe6\x9d", 2},
        {"ab\xf0\x9f\x98", 2},
        {"ab\xc3(", 2},
        {"\xc0\xaf", 0},                   /* overlong */
        {"\xc1\xbf", 0},
        {"\xe0\x9f\xbf", 0},
        {"\xf0\x8f\xbf\xbf", 0},
        {"\xed\xa0\x80", 0},               /* surrogates */
        {"\xed\xbf\xbf", 0},
        {"\xf4\x90\x80\x80", 0},           /* above U+10FFFF */
        {"\xf5\x80\x80\x80", 0},
        {"\xff", 0},
        {"a\xe2\x82\xac\xfe", 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t length = strlen(cases[i].bytes);
        assert_int_equal(utf8_valid_prefix(cases[i].bytes, length), cases[i].valid);
        for (size_t before = 0; before < 140; before += 7) { /* wherever in a vector the fault stands */
            char text[256];
            memset(text, 'x', sizeof text);
            memcpy(text + before, cases[i].bytes, length);
            size_t expected = cases[i].valid == length ? sizeof text : before + cases[i].valid;
            /* a sequence cut short by the end is cut short by an x as well */
            assert_int_equal(utf8_valid_prefix(text, sizeof text), expected);
            assert_int_equal(utf8_valid_prefix(text, before + length), before + cases[i].valid);
        }
    }
}

static void test_every_code_point(void **state)
{
    (void)state;
    for (uint32_t code_point = 0; code_point <= 0x110000; code_point++) {
        char bytes[4];
        size_t next, length = utf8_put(code_point, bytes);
        bool exists = code_point <= 0x10ffff && !(code_point >= 0xd800 && code_point <= 0xdfff);
        assert_int_equal(utf8_valid_prefix(bytes, length), length);
        assert_int_equal(utf8_decode(bytes, length, 0, &next), exists ? code_point : 0xfffd);
        assert_int_equal(next, length);
        assert_int_equal(utf8_back(bytes, length), 0);
        if (length > 1) assert_int_equal(utf8_valid_prefix(bytes, length - 1), 0);
    }
}

/* The definition, byte by byte: the slow twin. */
static size_t slow_valid_prefix(const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        uint8_t lead = (uint8_t)text[at];
        size_t size = lead < 0x80 ? 1 : lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 0;
        if (size == 0 || at + size > length) return at;
        uint32_t code_point = size == 1 ? lead : lead & (0x7fu >> size);
        for (size_t i = 1; i < size; i++) {
            if (((uint8_t)text[at + i] & 0xc0) != 0x80) return at;
            code_point = code_point << 6 | ((uint8_t)text[at + i] & 0x3fu);
        }
        static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
        if (code_point < least[size] || code_point > 0x10ffff || (code_point >= 0xd800 && code_point <= 0xdfff)) return at;
        at += size;
    }
    return length;
}

static void test_random_bytes_against_definition(void **state)
{
    (void)state;
    unsigned seed = 7;
    printf("seed %u\n", seed);
    static const uint8_t likely[] = {'a',  'b',  0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0,
                                     0x9f, 0x98, 0x80, 0xed, 0xbf, 0xf4, 0x90, 0xc2};
    for (int round = 0; round < 200000; round++) {
        char text[96];
        seed = seed * 1664525u + 1013904223u;
        size_t length = seed >> 16 & 63;
        memset(text, ' ', sizeof text);
        size_t head = round & 1 ? 0 : 30;
        for (size_t i = head; i < head + length && i < sizeof text; i++) {
            seed = seed * 1664525u + 1013904223u;
            text[i] = (char)likely[seed >> 20 & 15];
        }
        assert_int_equal(utf8_valid_prefix(text, head + length), slow_valid_prefix(text, head + length));
    }
}

static void test_walk_back(void **state)
{
    (void)state;
    const char text[] = "a\xc3\xa9\xe6\x9d\xb1\xf0\x9f\x98\x80z";
    static const size_t begins[] = {0, 1, 3, 6, 10};
    size_t at = strlen(text);
    for (size_t i = sizeof begins / sizeof *begins; i-- > 0;) {
        at = utf8_back(text, at);
        assert_int_equal(at, begins[i]);
    }
}

static void test_graphemes_and_columns(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t graphemes, columns;
    } cases[] = {
        {"", 0, 0},
        {"abc", 3, 3},
        {"e\xcc\x81t\xc3\xa9", 3, 3},                                   /* e and a combining acute, t, é */
        {"\xe6\x9d\xb1\xe4\xba\xac", 2, 4},                             /* 東京 */
        {"\xef\xbc\xa1", 1, 2},                                         /* fullwidth A */
        {"\xef\xbd\xb1", 1, 1},                                         /* halfwidth katakana */
        {"\xed\x95\x9c", 1, 2},                                         /* 한 */
        {"\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 1, 2},                 /* the same from its parts */
        {"\xe0\xb8\x81\xe0\xb9\x87", 1, 1},                             /* Thai: a consonant and a mark above it */
        {"\xf0\x9f\x98\x80", 1, 2},                                     /* 😀 */
        {"\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", 1, 2},                     /* 👍🏽 */
        {"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb", 1, 2},         /* woman, joiner, laptop */
        {"\xf0\x9f\x87\xba\xf0\x9f\x87\xb8", 1, 2},                     /* a flag */
        {"\xe2\x9d\xa4\xef\xb8\x8f", 1, 2},                             /* ❤ as a picture */
        {"\xd8\xb9\xd9\x8e\xd8\xb1", 2, 2},                             /* Arabic with a vowel sign */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t length = strlen(cases[i].text), at = 0, count = 0;
        for (; at < length; count++) at = utf8_grapheme_end(cases[i].text, length, at);
        assert_int_equal(count, cases[i].graphemes);
        assert_int_equal(utf8_columns(cases[i].text, length), cases[i].columns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid_prefix),
        cmocka_unit_test(test_every_code_point),
        cmocka_unit_test(test_random_bytes_against_definition),
        cmocka_unit_test(test_walk_back),
        cmocka_unit_test(test_graphemes_and_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
