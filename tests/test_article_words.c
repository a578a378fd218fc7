/* Text coded with the words of a list comes back to the byte, whatever it is, and damage is noticed or harmless. */
#include "test_codec.h"

#include "article_words.h"

enum { TEXT_MOST = 3000 };

/* Words of the list and others, with and without spaces, in any order, among bytes of all kinds. */
static size_t random_text(struct chance *chance, uint8_t *text)
{
    static const char *const pieces[] = {"harbour", "Harbour", "of",  "the",    "tide", " ",  "  ", " ", " ", ", ",    ". ", "\n",
                                         "(",       "7",       "S's", "\xc3\xa9", "caf\xc3\xa9", "a",  "\xe6\xb8\xaf\xe5\x8f\xa3"};
    size_t length = chance_below(chance, TEXT_MOST - 300), at = 0;
    bool noisy = chance_below(chance, 4) == 0;
    while (at < length) {
        if (noisy && chance_below(chance, 3) == 0) {
            for (uint32_t i = chance_below(chance, 280); i > 0; i--)
                text[at++] = (uint8_t)(chance_below(chance, 2) ? chance_next(chance) : 0x80 | chance_next(chance));
            continue;
        }
        const char *piece = pieces[chance_below(chance, sizeof pieces / sizeof *pieces)];
        memcpy(text + at, piece, strlen(piece));
        at += strlen(piece);
    }
    return at;
}

static void learn_from(struct chance *chance, struct buffer *list, struct article_words *words)
{
    struct buffer sample = {0};
    uint8_t text[TEXT_MOST];
    for (int i = 0; i < 40; i++) buffer_append(&sample, text, random_text(chance, text));
    buffer_clear(list);
    assert_true(article_words_learn(sample.bytes, sample.length, 1 << 16, list));
    uint8_t *copy = guarded_copy(list->bytes, list->length, 0); /* nothing may be read behind it */
    free(list->bytes);
    list->bytes = copy;
    list->room = list->length;
    assert_null(article_words_open(list->bytes, list->length, list->bytes + list->length, words));
    assert_true(words->count > 10 && words->count < 2000);
    buffer_free(&sample);
}

static void test_round_trips(void **state)
{
    (void)state;
    struct chance chance = chance_begin("words of articles");
    struct buffer list = {0}, coded = {0}, back = {0};
    size_t before = 0, after = 0;
    for (int round = 0; round < 20; round++) {
        struct article_words words;
        learn_from(&chance, &list, &words);
        struct article_word_table *table = article_word_table_make(&words);
        assert_non_null(table);
        for (int times = 0; times < 100; times++) {
            uint8_t text[TEXT_MOST];
            size_t length = random_text(&chance, text);
            uint8_t *copy = guarded_copy(text, length, 0);
            buffer_clear(&coded);
            buffer_clear(&back);
            assert_true(article_words_encode(table, copy, length, &coded));
            uint8_t *exactly = guarded_copy(coded.bytes, coded.length, 0);
            assert_null(article_words_decode(&words, exactly, coded.length, length, &back));
            assert_int_equal(back.length, length);
            if (length) assert_memory_equal(back.bytes, text, length);
            /* a record of another length is a broken one */
            buffer_clear(&back);
            assert_non_null(article_words_decode(&words, exactly, coded.length, length + 1, &back));
            if (length) assert_non_null(article_words_decode(&words, exactly, coded.length, length - 1, &back));
            assert_int_equal(back.length, 0);
            for (int damaged = 0; damaged < 20; damaged++) {
                size_t kept = chance_below(&chance, 2) ? coded.length : chance_below(&chance, (uint32_t)coded.length + 1);
                uint8_t *bad = guarded_copy(coded.bytes, kept, 0);
                damage(&chance, bad, kept);
                buffer_clear(&back);
                if (!article_words_decode(&words, bad, kept, length, &back)) assert_int_equal(back.length, length);
                free(bad);
            }
            before += length;
            after += coded.length;
            free(exactly);
            free(copy);
        }
        article_word_table_free(table);
    }
    assert_true(after < before);
    buffer_free(&list);
    buffer_free(&coded);
    buffer_free(&back);
}

static void test_damaged_lists(void **state)
{
    (void)state;
    struct chance chance = chance_begin("damaged lists of words");
    struct buffer list = {0}, coded = {0}, back = {0};
    struct article_words words, damaged;
    uint8_t text[TEXT_MOST];
    learn_from(&chance, &list, &words);
    struct article_word_table *table = article_word_table_make(&words);
    assert_non_null(table);
    uint32_t opened = 0;
    for (int times = 0; times < 3000; times++) {
        size_t length = random_text(&chance, text), kept = chance_below(&chance, 2) ? list.length : chance_below(&chance, (uint32_t)list.length);
        uint8_t *bad = guarded_copy(list.bytes, kept, 0);
        damage(&chance, bad, kept);
        buffer_clear(&coded);
        buffer_clear(&back);
        assert_true(article_words_encode(table, text, length, &coded));
        if (!article_words_open(bad, kept, bad + kept, &damaged)) {
            opened++;
            article_words_decode(&damaged, coded.bytes, coded.length, length, &back); /* the sanitizer watches */
            struct article_word_table *other = article_word_table_make(&damaged);
            assert_non_null(other);
            buffer_clear(&coded);
            buffer_clear(&back);
            assert_true(article_words_encode(other, text, length, &coded)); /* whatever the list says, it is the same for both */
            assert_null(article_words_decode(&damaged, coded.bytes, coded.length, length, &back));
            assert_int_equal(back.length, length);
            if (length) assert_memory_equal(back.bytes, text, length);
            article_word_table_free(other);
        }
        free(bad);
    }
    assert_true(opened > 1000);
    article_word_table_free(table);
    buffer_free(&list);
    buffer_free(&coded);
    buffer_free(&back);
}

static void test_words_end(void **state)
{
    (void)state;
    struct chance chance = chance_begin("where words end");
    for (int times = 0; times < 20000; times++) {
        uint8_t text[40];
        size_t length = chance_below(&chance, sizeof text), end = 0;
        for (size_t i = 0; i < length; i++)
            text[i] = (uint8_t)(chance_below(&chance, 20) ? (uint32_t)"azAZmM\x80\xff"[chance_below(&chance, 8)] : (uint32_t)chance_next(&chance));
        while (end < length && (text[end] >= 0x80 || (text[end] >= 'a' && text[end] <= 'z') || (text[end] >= 'A' && text[end] <= 'Z')))
            end++;
        uint8_t *copy = guarded_copy(text, length, 0);
        assert_int_equal(article_word_end(copy, length, 0), end);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_damaged_lists),
        cmocka_unit_test(test_words_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
