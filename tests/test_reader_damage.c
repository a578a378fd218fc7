/* Inputs cut and changed at random, and every input a fuzzer ever broke a reader with: nothing may crash, hang, or lose a
 * record unsaid. */
#include "reader_harness.h"
#include "utf8.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
#include "fuzz_reader.c"

static uint64_t x;

static uint64_t next_random(void)
{
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x;
}

static uint8_t *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    uint8_t *bytes = malloc(1 << 20);
    assert_non_null(bytes);
    *length = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

static const char *const fixtures[] = {
    "tests/data/reader/lines.jsonl", "tests/data/reader/list.json", "tests/data/reader/reuters.sgm",
    "tests/data/reader/trec.sgml",   "tests/data/reader/wire.txt",  "tests/data/reader/README",
};

enum { FIXTURES = sizeof fixtures / sizeof *fixtures };

/* Every beginning of every fixture: what is whole in it is read as from the whole, and the rest is reported. */
static void test_beginnings(void **state)
{
    (void)state;
    for (size_t i = 0; i < FIXTURES; i++) {
        size_t length = 0;
        uint8_t *bytes = read_file(fixtures[i], &length);
        if (!bytes) skip();
        struct gathered whole = {0};
        assert_int_equal(gather_bytes(&whole, bytes, length, "f"), BF_OK);
        enum article_form form = i < 2 ? FORM_JSON : i == 2 ? FORM_SGML : i == 3 ? FORM_TREC : FORM_WIRE;
        for (size_t cut = 0; cut < length; cut++) {
            struct gathered gathered = {.options = {.form = form}, .cut = cut % 2 ? BF_CORRUPT : BF_OK, .piece = cut % 5};
            assert_int_equal(gather_bytes(&gathered, bytes, cut, "f"), BF_OK);
            assert_true(gathered.article_count <= whole.article_count);
            if (form != FORM_WIRE) {
                const char *member;
                for (size_t k = 0; k < gathered.article_count; k++)
                    assert_true(articles_equal(&gathered.articles[k].article, &whole.articles[k].article, &member));
            }
            if (cut % 2) assert_true(gathered.refusal_count > 0);
            gathered_free(&gathered);
        }
        gathered_free(&whole);
        free(bytes);
    }
}

/* Bytes changed, taken out, doubled. The fuzzer's own function looks at what comes out. */
static void test_mutations(void **state)
{
    (void)state;
    for (size_t i = 0; i < FIXTURES; i++) {
        size_t length = 0;
        uint8_t *bytes = read_file(fixtures[i], &length);
        if (!bytes) skip();
        uint8_t *changed = malloc(2 * length + 2);
        assert_non_null(changed);
        for (int round = 0; round < 400; round++) {
            size_t size = length;
            changed[0] = (uint8_t)next_random();
            memcpy(changed + 1, bytes, length);
            for (uint64_t k = next_random() % 6; k > 0 && size > 1; k--) {
                size_t at = 1 + next_random() % size, left = size + 1 - at, count = next_random() % 40;
                if (count > left) count = left;
                switch (next_random() % 4) {
                case 0: changed[at] = (uint8_t)next_random(); break;
                case 1: changed[at] = (uint8_t)"<>{}[]\"\\,:&-\n\0\xff "[next_random() % 16]; break;
                case 2:
                    memmove(changed + at, changed + at + count, left - count);
                    size -= count;
                    break;
                default:
                    if (size + count > 2 * length) break;
                    memmove(changed + at + count, changed + at, left);
                    size += count;
                    break;
                }
            }
            uint8_t *exact = malloc(size + 1); /* so that reading past it is noticed */
            assert_non_null(exact);
            memcpy(exact, changed, size + 1);
            LLVMFuzzerTestOneInput(exact, size + 1);
            free(exact);
        }
        free(changed);
        free(bytes);
    }
}

static void test_found_by_fuzzing(void **state)
{
    (void)state;
    DIR *folder = opendir("tests/data/reader_found");
    if (!folder) skip();
    struct dirent *entry;
    int count = 0;
    while ((entry = readdir(folder))) {
        char path[512];
        size_t length = 0;
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "tests/data/reader_found/%s", entry->d_name);
        uint8_t *bytes = read_file(path, &length);
        assert_non_null(bytes);
        for (int form = 0; form < 256; form++) {
            if (form) bytes[0] = (uint8_t)form;
            LLVMFuzzerTestOneInput(bytes, length);
        }
        free(bytes);
        count++;
    }
    closedir(folder);
    assert_true(count > 0);
}

int main(void)
{
    uint64_t seed = (uint64_t)time(NULL);
    x = seed | 1;
    print_message("seed %llu\n", (unsigned long long)seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beginnings),
        cmocka_unit_test(test_mutations),
        cmocka_unit_test(test_found_by_fuzzing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
