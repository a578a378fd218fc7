/* Word boundaries against Unicode's own test file (Debian: unicode-data). */
#include "utf8.h"
#include "wordbreak.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A line of the test file: "÷ 0061 × 0308 ÷ 0020 ÷": the text, and where it may be cut. */
struct sample {
    char text[256];
    size_t length;
    size_t boundaries[64];
    size_t boundary_count;
};

static void sample_parse(const char *line, struct sample *sample)
{
    memset(sample, 0, sizeof *sample);
    while (*line && *line != '#') {
        if (strncmp(line, "\xc3\xb7", 2) == 0) {
            sample->boundaries[sample->boundary_count++] = sample->length;
            line += 2;
        } else if (strncmp(line, "\xc3\x97", 2) == 0) {
            line += 2;
        } else if (strchr("0123456789ABCDEF", *line)) {
            char *after;
            uint32_t code_point = (uint32_t)strtoul(line, &after, 16);
            sample->length += utf8_put(code_point, sample->text + sample->length);
            line = after;
        } else {
            line++;
        }
    }
}

typedef size_t end_of(const char *text, size_t length, size_t at);

static void check_unicode_file(const char *path, end_of *end, size_t at_least)
{
    FILE *file = fopen(path, "r");
    if (!file) {
        printf("skipped: %s is not there\n", path);
        skip();
    }
    char line[4096];
    size_t count = 0;
    while (fgets(line, sizeof line, file)) {
        struct sample sample;
        sample_parse(line, &sample);
        if (sample.length == 0) continue;
        size_t at = 0;
        for (size_t i = 1; i < sample.boundary_count; i++) {
            at = end(sample.text, sample.length, at);
            if (at != sample.boundaries[i]) fail_msg("boundary %zu is at %zu: %s", i, at, line);
        }
        assert_int_equal(at, sample.length);
        count++;
    }
    fclose(file);
    assert_true(count >= at_least);
}

static void test_word_break_file(void **state)
{
    (void)state;
    check_unicode_file("/usr/share/unicode/auxiliary/WordBreakTest.txt", wordbreak_end, 1800);
}

static void test_grapheme_break_file(void **state)
{
    (void)state;
    check_unicode_file("/usr/share/unicode/auxiliary/GraphemeBreakTest.txt", utf8_grapheme_end, 600);
}

/* Walking a text always moves, ends at its end, and stops only between code points. */
static void test_walk_covers_text(void **state)
{
    (void)state;
    static const uint32_t alphabet[] = {'a', '1', '_', '.', ',', '\'', '"', ' ', '\r', '\n', 0x301, 0x200d, 0xad, 0x5d0, 0x30ab,
                                        0x4e2d, 0x1f600, 0x1f1fa, 0xe01, 0xac00, 0x2082, 0x2019};
    unsigned seed = 20240501;
    printf("seed %u\n", seed);
    for (int round = 0; round < 20000; round++) {
        char text[64];
        size_t length = 0;
        for (int i = 0; i < 12; i++) {
            seed = seed * 1664525u + 1013904223u;
            length += utf8_put(alphabet[(seed >> 8) % (sizeof alphabet / sizeof *alphabet)], text + length);
        }
        for (size_t at = 0; at < length;) {
            unsigned flags;
            size_t end = wordbreak_end(text, length, at), tailored = wordbreak_tailored_end(text, length, at, &flags);
            assert_true(end > at && end <= length && tailored > at && tailored <= length);
            assert_true(end == length || ((uint8_t)text[end] & 0xc0) != 0x80);
            assert_true(tailored == length || ((uint8_t)text[tailored] & 0xc0) != 0x80);
            at = end;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_word_break_file),
        cmocka_unit_test(test_grapheme_break_file),
        cmocka_unit_test(test_walk_covers_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
