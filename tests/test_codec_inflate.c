/* What deflates must inflate again, in part and whole, and damage be noticed; and the dictionaries that streams may want. */
#include "test_codec.h"

#include "article_block.h"
#include "article_dictionary.h"
#include "inflate.h"

#include <zlib.h>

enum { ROOM = 1 << 18 };

/* Runs, repeats near and far, text, noise: whatever makes a compressor use all it has. */
static size_t random_content(struct chance *chance, uint8_t *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t run = 1 + chance_below(chance, chance_below(chance, 4) ? 20 : 4000);
        if (run > length - at) run = length - at;
        uint32_t kind = chance_below(chance, 5);
        size_t back = at ? 1 + chance_below(chance, (uint32_t)(chance_below(chance, 2) && at > 40 ? 40 : at)) : 0;
        for (size_t i = 0; i < run; i++, at++) {
            if (kind == 0 && back) bytes[at] = bytes[at - back];
            else if (kind == 1) bytes[at] = (uint8_t)chance_next(chance);
            else bytes[at] = (uint8_t)"etaoin shrdlu, cmfwyp.\n"[chance_next(chance) % (kind == 2 ? 23 : 7)];
        }
    }
    return length;
}

static size_t compress_with(const uint8_t *bytes, size_t length, int level, int strategy,
                            const struct article_dictionary *dictionary, uint8_t *out, size_t room)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, level, Z_DEFLATED, 15, 8, strategy), Z_OK);
    if (dictionary) assert_int_equal(deflateSetDictionary(&stream, dictionary->bytes, (uInt)dictionary->length), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)bytes;
    stream.avail_in = (uInt)length;
    stream.next_out = out;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t written = room - stream.avail_out;
    deflateEnd(&stream);
    return written;
}

static void test_what_zlib_deflates(void **state)
{
    (void)state;
    static const int strategies[] = {Z_DEFAULT_STRATEGY, Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE};
    struct chance chance = chance_begin("inflate");
    uint8_t *bytes = malloc(ROOM), *stream = malloc(2 * ROOM), *before = malloc(ARTICLE_DICTIONARY_MOST);
    assert_non_null(bytes);
    assert_non_null(stream);
    assert_non_null(before);
    struct buffer raw = {0};
    for (int round = 0; round < 1500; round++) {
        size_t length = chance_below(&chance, round % 20 ? 4000 : ROOM);
        struct article_dictionary dictionary = {.bytes = before, .length = 1 + chance_below(&chance, ARTICLE_DICTIONARY_MOST)};
        bool has_dictionary = round % 3 == 0;
        random_content(&chance, bytes, length);
        random_content(&chance, before, dictionary.length);
        if (has_dictionary) /* so that there is something to find in it */
            for (size_t at = 0; at + 300 < length; at += 1 + chance_below(&chance, 600)) {
                size_t from = chance_below(&chance, (uint32_t)dictionary.length), left = dictionary.length - from;
                memcpy(bytes + at, before + from, left < 300 ? left : 300);
            }
        dictionary.id = (uint32_t)adler32_z(1, dictionary.bytes, dictionary.length);
        const struct article_dictionary *used = has_dictionary ? &dictionary : NULL;
        size_t size = compress_with(bytes, length, round % 10, strategies[round % 5], used, stream, 2 * ROOM);
        uint8_t *copy = guarded_copy(stream, size, 0);
        assert_null(inflate_first(copy, size, used, length, true, &raw));
        assert_int_equal(raw.length, length);
        if (length) assert_memory_equal(raw.bytes, bytes, length);
        size_t wanted = chance_below(&chance, (uint32_t)length + 1);
        assert_null(inflate_first(copy, size, used, wanted, false, &raw));
        assert_int_equal(raw.length, wanted);
        if (wanted) assert_memory_equal(raw.bytes, bytes, wanted);
        assert_non_null(inflate_first(copy, size, used, length + 1, false, &raw));
        assert_non_null(inflate_first(copy, size, used, length + 1, true, &raw));
        if (length) assert_non_null(inflate_first(copy, size, used, length - 1, true, &raw));
        assert_non_null(inflate_first(copy, size, has_dictionary ? NULL : &dictionary, length, true, &raw));
        assert_non_null(inflate_first(copy, size - 1, used, length, true, &raw));
        free(copy);
    }
    buffer_free(&raw);
    free(bytes);
    free(stream);
    free(before);
}

/* What zlib accepts we accept, with the same bytes; what it refuses, we refuse. */
static void test_damage_is_judged_as_zlib_judges_it(void **state)
{
    (void)state;
    struct chance chance = chance_begin("damaged streams");
    enum { LENGTH = 3000 };
    uint8_t bytes[LENGTH], stream[2 * LENGTH + 100], zlibs[4 * LENGTH];
    struct buffer raw = {0};
    size_t accepted = 0, refused = 0;
    for (int round = 0; round < 30000; round++) {
        size_t length = random_content(&chance, bytes, chance_below(&chance, round % 2 ? 60 : LENGTH));
        int strategy = round % 3 ? Z_DEFAULT_STRATEGY : Z_FIXED;
        size_t size = compress_with(bytes, length, round % 10, strategy, NULL, stream, sizeof stream);
        uint8_t *copy = guarded_copy(stream, size, 0);
        damage(&chance, copy, size);
        uLongf told = sizeof zlibs;
        uLong taken = size;
        bool right = uncompress2(zlibs, &told, copy, &taken) == Z_OK && taken == size;
        if (right) {
            assert_null(inflate_first(copy, size, NULL, told, true, &raw));
            assert_int_equal(raw.length, told);
            if (told) assert_memory_equal(raw.bytes, zlibs, told);
            accepted++;
        } else {
            assert_non_null(inflate_first(copy, size, NULL, length, true, &raw));
            refused++;
        }
        inflate_first(copy, size, NULL, chance_below(&chance, 2 * LENGTH), false, &raw); /* the sanitizer watches */
        free(copy);
    }
    assert_true(accepted > 0 && refused > 1000);
    buffer_free(&raw);
}

static void test_a_dictionary_is_learnt(void **state)
{
    (void)state;
    struct chance chance = chance_begin("a dictionary");
    static const char shared[] = "Copies of the report can be had from the office of the harbour master, Port Ella, on a weekday";
    enum { ARTICLES = 400, EACH = 1000 };
    struct buffer articles = {0}, record = {0}, again = {0}, coded = {0};
    size_t ends[ARTICLES], told;
    for (size_t i = 0; i < ARTICLES; i++) {
        for (int j = 0; j < EACH; j++) buffer_append_u8(&articles, (uint8_t)chance_next(&chance));
        buffer_append(&articles, shared, sizeof shared - 1);
        ends[i] = articles.length;
    }
    assert_true(article_dictionary_learn(articles.bytes, ends, ARTICLES, &record));
    struct article_dictionary dictionary;
    assert_null(article_dictionary_size(record.bytes, &told));
    assert_int_equal(told, record.length);
    assert_null(article_dictionary_open(record.bytes, record.length, &dictionary));
    assert_true(dictionary.length >= ARTICLE_DICTIONARY_LEAST && dictionary.length <= articles.length / ARTICLE_DICTIONARY_SHARE);
    assert_int_equal(dictionary.id, (uint32_t)adler32_z(1, dictionary.bytes, dictionary.length));
    assert_true(dictionary.words.count >= 10);
    assert_non_null(memmem(dictionary.words.bytes, dictionary.words.length, "harbour", 7));
    /* the phrase is in the stretches as it is coded */
    struct article_word_table *table = article_word_table_make(&dictionary.words);
    assert_non_null(table);
    assert_true(article_words_encode(table, (const uint8_t *)shared, sizeof shared - 1, &coded));
    assert_true(coded.length < sizeof shared / 2);
    assert_non_null(memmem(dictionary.bytes, dictionary.length, coded.bytes + 4, coded.length - 8));
    article_word_table_free(table);
    assert_true(article_dictionary_learn(articles.bytes, ends, ARTICLES, &again)); /* the same from the same */
    assert_int_equal(again.length, record.length);
    assert_memory_equal(again.bytes, record.bytes, record.length);
    /* none where there is too little to learn from */
    buffer_clear(&again);
    assert_true(article_dictionary_learn(articles.bytes, ends, 1, &again));
    assert_true(article_dictionary_learn(NULL, ends, 0, &again));
    assert_true(article_dictionary_learn(articles.bytes, ends, 25, &again));
    assert_int_equal(again.length, 0);
    for (int times = 0; times < 2000; times++) {
        size_t kept = chance_below(&chance, 3) ? record.length : chance_below(&chance, (uint32_t)record.length);
        uint8_t *damaged = guarded_copy(record.bytes, kept, 0);
        damage(&chance, damaged, kept);
        if (!article_dictionary_open(damaged, kept, &dictionary))
            assert_true(dictionary.bytes + dictionary.length == damaged + kept);
        free(damaged);
    }
    buffer_free(&articles);
    buffer_free(&record);
    buffer_free(&again);
    buffer_free(&coded);
}

static void test_blocks_with_a_dictionary(void **state)
{
    (void)state;
    static const uint8_t said[] = "The harbour was closed on Tuesday, officials said.";
    static const char list[] = "Tuesday harbour Tuesday harbour Tuesday harbour closed";
    struct article_block_writer writer = {0};
    struct article_dictionary dictionary, other;
    struct buffer words = {0}, record = {0}, other_record = {0}, out = {0}, moved = {0}, raw = {0};
    uint64_t place;
    size_t offset, length;
    assert_true(article_words_learn((const uint8_t *)list, sizeof list - 1, 100, &words));
    article_dictionary_encode(&words, said, sizeof said - 1, &record);
    article_dictionary_encode(&words, said + 1, sizeof said - 2, &other_record);
    assert_null(article_dictionary_open(record.bytes, record.length, &dictionary));
    assert_null(article_dictionary_open(other_record.bytes, other_record.length, &other));
    assert_int_equal(dictionary.words.count, 2);
    assert_true(article_block_use(&writer, &dictionary, 301));
    for (int block = 0; block < 3; block++) {
        buffer_clear(&out);
        article_block_add(&writer, (const uint8_t *)"first", 5);
        article_block_add(&writer, said, sizeof said - 1);
        assert_true(article_block_finish(&writer, &out));
        assert_true(out.length < sizeof said);
        assert_null(article_block_dictionary(out.bytes, out.length, &place));
        assert_int_equal(place, 301);
        assert_null(article_block_read(out.bytes, out.length, &dictionary, 1, &raw, &offset, &length));
        assert_int_equal(length, sizeof said - 1);
        assert_memory_equal(raw.bytes + offset, said, length);
        assert_non_null(article_block_read(out.bytes, out.length, NULL, 1, &raw, &offset, &length));
        assert_non_null(article_block_read(out.bytes, out.length, &other, 1, &raw, &offset, &length));
    }
    assert_null(article_block_move(out.bytes, out.length, UINT64_C(1) << 40, &moved));
    assert_null(article_block_dictionary(moved.bytes, moved.length, &place));
    assert_true(place == UINT64_C(1) << 40);
    assert_null(article_block_read(moved.bytes, moved.length, &dictionary, 1, &raw, &offset, &length));
    assert_memory_equal(raw.bytes + offset, said, length);
    article_block_free(&writer);
    buffer_free(&words);
    buffer_free(&record);
    buffer_free(&other_record);
    buffer_free(&out);
    buffer_free(&moved);
    buffer_free(&raw);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_zlib_deflates),
        cmocka_unit_test(test_damage_is_judged_as_zlib_judges_it),
        cmocka_unit_test(test_a_dictionary_is_learnt),
        cmocka_unit_test(test_blocks_with_a_dictionary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
