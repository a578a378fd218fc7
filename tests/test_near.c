/* Words near each other: what counts, on positions written by hand and on random ones against every stretch tried; and what each
 * word of a query needs. */
#include "near_count.h"
#include "query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "test_codec.h"

#include <stdio.h>
#include <string.h>

enum { WORDS = 4, LENGTH = 40 };

/* A text of letters, a word each; '.' is any other word. */
struct text {
    uint32_t positions[WORDS][LENGTH];
    struct near_word words[WORDS];
};

static void read_text(struct text *text, const char *letters, const char *needs)
{
    memset(text, 0, sizeof *text);
    for (uint32_t at = 0; letters[at]; at++) {
        uint32_t word = (uint32_t)(letters[at] - 'a');
        if (word < WORDS) text->positions[word][text->words[word].count++] = at;
    }
    for (uint32_t i = 0; needs[i]; i++) {
        text->words[i].positions = text->positions[i];
        text->words[i].need = (uint32_t)(needs[i] - '0');
    }
}

static uint32_t count(const char *letters, const char *needs, uint32_t span)
{
    struct text text;
    read_text(&text, letters, needs);
    return near_count(text.words, (uint32_t)strlen(needs), span, 0, UINT32_MAX);
}

static void test_by_hand(void **state)
{
    (void)state;
    assert_int_equal(count("ab", "11", 2), 1);
    assert_int_equal(count("ba", "11", 2), 1);
    assert_int_equal(count("a.b", "11", 2), 0);
    assert_int_equal(count("a.b", "11", 3), 1);
    assert_int_equal(count("aba", "11", 2), 1);       /* the b serves once */
    assert_int_equal(count("abab", "11", 4), 2);
    assert_int_equal(count("a..aba..b", "11", 4), 2); /* ab, then a..b */
    assert_int_equal(count("a..abba..b", "11", 4), 2);
    assert_int_equal(count("ab", "21", 9), 0);
    assert_int_equal(count("a..b..a", "21", 7), 1);
    assert_int_equal(count("a..b..a", "21", 6), 0);
    assert_int_equal(count("abc.cab.bca", "111", 3), 3);
    assert_int_equal(count("", "11", 9), 0);
    assert_int_equal(count("aaaa", "11", 9), 0);
}

static void test_within(void **state)
{
    (void)state;
    struct text text;
    read_text(&text, "ab.ab.ab", "11");
    assert_int_equal(near_count(text.words, 2, 2, 0, UINT32_MAX), 3);
    assert_int_equal(near_count(text.words, 2, 2, 1, UINT32_MAX), 2);
    assert_int_equal(near_count(text.words, 2, 2, 0, 4), 1);
    assert_int_equal(near_count(text.words, 2, 2, 3, 5), 1);
    assert_int_equal(near_count(text.words, 2, 9, 1, 4), 1);
}

/* The most stretches in the first `end` places: it ends with none, or with the shortest one that ends there. */
static uint32_t count_slowly(const char *letters, const char *needs, uint32_t span)
{
    uint32_t best[LENGTH + 1] = {0};
    for (uint32_t end = 1; letters[end - 1]; end++) {
        best[end] = best[end - 1];
        for (uint32_t start = end; start-- > 0 && end - start <= span;) {
            bool all = true;
            for (uint32_t i = 0; needs[i]; i++) {
                uint32_t there = 0;
                for (uint32_t at = start; at < end; at++) there += letters[at] == (char)('a' + (int)i);
                all = all && there >= (uint32_t)(needs[i] - '0');
            }
            if (all && best[start] + 1 > best[end]) best[end] = best[start] + 1;
        }
    }
    return best[strlen(letters)];
}

static void test_random(void **state)
{
    (void)state;
    struct chance chance = chance_begin("near");
    uint64_t found = 0;
    for (uint32_t round = 0; round < 200000; round++) {
        char letters[LENGTH + 1] = "", needs[WORDS + 1] = "";
        uint32_t length = 1 + chance_below(&chance, LENGTH - 1), words = 1 + chance_below(&chance, WORDS);
        uint32_t span = 1 + chance_below(&chance, 12), others = chance_below(&chance, 8);
        for (uint32_t i = 0; i < length; i++) letters[i] = (char)('a' + (int)chance_below(&chance, words + others));
        for (uint32_t i = 0; i < words; i++) needs[i] = (char)('1' + (int)(chance_below(&chance, 4) / 2));
        for (uint32_t i = 0; i < length; i++)
            if (letters[i] >= (char)('a' + (int)words)) letters[i] = '.';
        uint32_t expected = count_slowly(letters, needs, span);
        if (count(letters, needs, span) != expected) fail_msg("%s %s %u: not %u", letters, needs, span, expected);
        found += expected;
    }
    assert_true(found > 100000);
}

static void expect_needs(struct analyzer *analyzer, const char *text, const char *needs)
{
    struct arena arena = {0};
    struct query *query;
    assert_int_equal(query_parse(text, NULL, analyzer, &arena, &query, NULL), BF_OK);
    const struct query_node *node = query->root->children[0];
    assert_int_equal(node->kind, QUERY_PHRASE);
    char found[64] = "";
    for (uint32_t i = 0; i < node->term_count; i++) snprintf(found + i, sizeof found - i, "%u", node->terms[i].need);
    if (strcmp(found, needs) != 0) fail_msg("%s: %s", text, found);
    arena_free(&arena);
}

static void test_needs(void **state)
{
    (void)state;
    struct analyzer *english;
    assert_int_equal(analyzer_new("english", "standard", &english, NULL), BF_OK);
    expect_needs(english, "\"a b c\"~5", "111");
    expect_needs(english, "\"a b a\"~5", "210");
    expect_needs(english, "\"b a a a\"~5", "1300");
    expect_needs(english, "\"strike strikes\"~5", "20");
    expect_needs(english, "=\"strike strikes\"~5", "11");
    expect_needs(english, "\"=strikes strike\"~5", "12");
    expect_needs(english, "\"strike =strikes =strikes x\"~5", "3201");
    expect_needs(english, "\"strike =strikes =striking\"~5", "311");
    expect_needs(english, "\"東京 x 東\"~5", "1112"); /* 東京 京 x, and all that begins with 東 */
    analyzer_free(english);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_within),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
