/* JSON as written is JSON as another library reads it, and says the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "article_json.h"
#include "json_writer.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void assert_json(const char *bytes, size_t length, const char *expected)
{
    struct buffer out = {0};
    json_append_string(&out, (bf_text){bytes, length});
    assert_string_equal(buffer_string(&out), expected);
    buffer_free(&out);
}

static void test_strings(void **state)
{
    (void)state;
    assert_json("", 0, "\"\"");
    assert_json(NULL, 0, "\"\"");
    assert_json("a \"b\" \\c", 8, "\"a \\\"b\\\" \\\\c\"");
    assert_json("\n\r\t\0\x1b\x7f", 6, "\"\\n\\r\\t\\u0000\\u001b\\u007f\"");
    assert_json("na\xC3\xAFve \xF0\x9F\x99\x82", 11, "\"na\xC3\xAFve \xF0\x9F\x99\x82\"");
    assert_json("\xC2\x9B \xE2\x80\xAE \xE2\x80\xA8 \xE2\x81\xA6", 14, "\"\\u009b \\u202e \\u2028 \\u2066\"");
}

static void test_bytes_that_are_not_utf8(void **state)
{
    (void)state;
    const char replaced[] = "\"\xEF\xBF\xBD\"";
    assert_json("\x80", 1, replaced);
    assert_json("\xC3", 1, replaced);             /* ends too soon */
    assert_json("\xFF", 1, replaced);
    assert_json("\xC0\xAF", 2, "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");             /* overlong */
    assert_json("\xED\xA0\x80", 3, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""); /* a surrogate */
    assert_json("\xF4\x90\x80\x80", 4, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""); /* past U+10FFFF */
    assert_json("a\xE2\x82z", 4, "\"a\xEF\xBF\xBD\xEF\xBF\xBDz\"");
}

/* Any bytes at all become JSON; valid text comes back as it was. */
static void test_random_strings(void **state)
{
    (void)state;
    unsigned seed = 20310303;
    print_message("seed %u\n", seed);
    srand(seed);
    for (int round = 0; round < 20000; round++) {
        char bytes[24];
        size_t length = (size_t)rand() % sizeof bytes;
        bool ascii = round % 2;
        for (size_t i = 0; i < length; i++) bytes[i] = (char)(ascii ? 1 + rand() % 127 : rand() % 256);
        struct buffer out = {0};
        json_append_string(&out, (bf_text){bytes, length});
        json_t *read = json_loadb((const char *)out.bytes, out.length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        assert_non_null(read);
        assert_true(json_is_string(read));
        if (ascii) {
            assert_int_equal(json_string_length(read), length);
            assert_memory_equal(json_string_value(read), bytes, length);
        }
        assert_null(memchr(out.bytes, '\n', out.length));
        json_decref(read);
        buffer_free(&out);
    }
}

static void test_numbers_read_back(void **state)
{
    (void)state;
    unsigned seed = 20310304;
    print_message("seed %u\n", seed);
    srand(seed);
    struct buffer out = {0};
    for (int round = 0; round < 100000; round++) {
        uint32_t bits = (uint32_t)rand() << 16 ^ (uint32_t)rand();
        float value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        buffer_clear(&out);
        json_append_float(&out, value);
        float again = strtof(buffer_string(&out), NULL);
        assert_memory_equal(&again, &value, sizeof value);

        uint64_t wide = (uint64_t)bits << 32 | (uint32_t)rand();
        double number;
        memcpy(&number, &wide, sizeof number);
        if (!isfinite(number)) continue;
        buffer_clear(&out);
        json_append_double(&out, number);
        double number_again = strtod(buffer_string(&out), NULL);
        assert_memory_equal(&number_again, &number, sizeof number);
    }
    buffer_clear(&out);
    json_append_float(&out, 0.1f);
    buffer_append_u8(&out, ' ');
    json_append_double(&out, 0.1);
    buffer_append_u8(&out, ' ');
    json_append_float(&out, NAN);
    buffer_append_u8(&out, ' ');
    json_append_double(&out, INFINITY);
    buffer_append_u8(&out, ' ');
    json_append_u64(&out, UINT64_MAX);
    buffer_append_u8(&out, ' ');
    json_append_i64(&out, INT64_MIN);
    assert_string_equal(buffer_string(&out), "0.1 0.1 null null 18446744073709551615 -9223372036854775808");
    buffer_free(&out);
}

static void test_commas(void **state)
{
    (void)state;
    struct buffer out = {0};
    json_open(&out, '{');
    json_append_key(&out, "a");
    json_open(&out, '[');
    for (int i = 0; i < 3; i++) {
        json_append_separator(&out);
        json_append_u64(&out, 1);
    }
    json_close(&out, ']');
    json_append_key(&out, "b");
    json_append_c_string(&out, NULL);
    json_append_key(&out, "c");
    json_append_bool(&out, true);
    json_close(&out, '}');
    assert_string_equal(buffer_string(&out), "{\"a\":[1,1,1],\"b\":null,\"c\":true}");
    buffer_free(&out);
}

#define TEXT(s) {s, sizeof(s) - 1}

static void test_article(void **state)
{
    (void)state;
    const bf_text keywords[] = {TEXT("ports"), TEXT("\"labour\"")};
    bf_article article = {.id = TEXT("a-1"), .title = TEXT("Dockers\nwalk out"), .body = TEXT("One.\n\nTwo."),
                          .place = TEXT("PORT ALDER"), .keywords = keywords, .keyword_count = 2,
                          .extra = TEXT(" {\"words\": 212,\n \"x\": {}} ")};
    article.date = (bf_date){.seconds = 951782400, .precision = BF_DATE_DAY};
    struct buffer out = {0};
    json_append_article(&out, &article);
    assert_string_equal(buffer_string(&out),
                        "{\"id\":\"a-1\",\"title\":\"Dockers\\nwalk out\",\"date\":\"2000-02-29\",\"place\":\"PORT ALDER\","
                        "\"keywords\":[\"ports\",\"\\\"labour\\\"\"],\"body\":\"One.\\n\\nTwo.\",\"words\": 212,  \"x\": {}}");
    json_t *read = json_loads(buffer_string(&out), 0, NULL);
    assert_int_equal(json_integer_value(json_object_get(read, "words")), 212);
    json_decref(read);

    article = (bf_article){.id = TEXT("a"), .extra = TEXT("{ }")};
    buffer_clear(&out);
    json_append_article(&out, &article);
    assert_string_equal(buffer_string(&out), "{\"id\":\"a\"}");
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_bytes_that_are_not_utf8),
        cmocka_unit_test(test_random_strings),
        cmocka_unit_test(test_numbers_read_back),
        cmocka_unit_test(test_commas),
        cmocka_unit_test(test_article),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
