/* Stored articles: records, and blocks of them. */
#include "test_codec.h"

#include "article_block.h"
#include "article_record.h"
#include "varint.h"

#include <zlib.h>

static void expect_text(bf_text a, bf_text b)
{
    assert_int_equal(a.length, b.length);
    assert_int_equal(a.bytes == NULL, b.bytes == NULL);
    if (a.length) assert_memory_equal(a.bytes, b.bytes, a.length);
}

static void expect_article(const bf_article *a, const bf_article *b)
{
    expect_text(a->id, b->id);
    expect_text(a->title, b->title);
    expect_text(a->body, b->body);
    expect_text(a->section, b->section);
    expect_text(a->place, b->place);
    expect_text(a->byline, b->byline);
    expect_text(a->source, b->source);
    expect_text(a->url, b->url);
    expect_text(a->language, b->language);
    expect_text(a->extra, b->extra);
    assert_int_equal(a->date.precision, b->date.precision);
    if (a->date.precision) {
        assert_true(a->date.seconds == b->date.seconds);
        assert_int_equal(a->date.zone, b->date.zone);
    }
    assert_int_equal(a->keyword_count, b->keyword_count);
    for (size_t i = 0; i < a->keyword_count; i++) expect_text(a->keywords[i], b->keywords[i]);
}

static void random_text(struct chance *chance, bf_text *text)
{
    static const char letters[] = "The harbour was closed on Tuesday, officials said. A second ferry ran aground in fog; nobody "
                                  "was hurt, and the pilots' strike went into its third week without talks. Prices of herring "
                                  "rose again.";
    if (chance_below(chance, 3) == 0) return;
    size_t start = chance_below(chance, sizeof letters);
    *text = (bf_text){letters + start, chance_below(chance, (uint32_t)(sizeof letters - start))};
}

static bf_article random_article(struct chance *chance, bf_text keywords[10])
{
    bf_article article = {0};
    bf_text *texts[] = {&article.id,     &article.title,  &article.body, &article.section,  &article.place,
                        &article.byline, &article.source, &article.url,  &article.language, &article.extra};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) random_text(chance, texts[i]);
    article.keyword_count = chance_below(chance, 2) ? 0 : chance_below(chance, 10);
    for (size_t i = 0; i < article.keyword_count; i++) {
        keywords[i] = (bf_text){"keyword", chance_below(chance, 8)};
        article.keywords = keywords;
    }
    if (chance_below(chance, 2)) {
        article.date.seconds = (int64_t)chance_next(chance) >> chance_below(chance, 60);
        article.date.zone = chance_below(chance, 2) ? BF_ZONE_UNKNOWN : (int16_t)((int)chance_below(chance, 1500) - 720);
        article.date.precision = (uint8_t)(1 + chance_below(chance, BF_DATE_SECOND));
    }
    return article;
}

static void test_records(void **state)
{
    (void)state;
    struct chance chance = chance_begin("article records");
    struct arena arena = {0};
    for (int round = 0; round < 5000; round++) {
        bf_text keywords[10];
        bf_article article = random_article(&chance, keywords), back;
        struct buffer out = {0};
        article_record_encode(&article, &out);
        assert_false(out.failed);
        uint8_t *bytes = guarded_copy(out.bytes, out.length, 0);
        assert_null(article_record_decode(bytes, out.length, &arena, &back));
        expect_article(&article, &back);
        size_t kept = chance_below(&chance, (uint32_t)out.length);
        uint8_t *cut = guarded_copy(out.bytes, kept, 0);
        assert_non_null(article_record_decode(cut, kept, &arena, &back));
        damage(&chance, bytes, out.length);
        article_record_decode(bytes, out.length, &arena, &back);
        free(cut);
        free(bytes);
        buffer_free(&out);
        arena_clear(&arena);
    }
    arena_free(&arena);
}

static void test_blocks(void **state)
{
    (void)state;
    struct chance chance = chance_begin("article blocks");
    struct article_block_writer writer = {0};
    struct buffer raw = {0};
    for (int round = 0; round < 60; round++) {
        struct buffer records = {0}, out = {0};
        size_t lengths[200], offset, length, at = 0;
        uint32_t count = 1 + chance_below(&chance, 200), told = 0;
        writer.level = round % 4 ? 0 : 1 + round % 9;
        for (uint32_t i = 0; i < count; i++) {
            lengths[i] = chance_below(&chance, 10) ? chance_below(&chance, 400) : chance_below(&chance, 30000);
            uint8_t *record = buffer_extend(&records, lengths[i]);
            assert_non_null(record);
            for (size_t j = 0; j < lengths[i]; j++) record[j] = (uint8_t)("etaoin shrdlu"[chance_next(&chance) % 13]);
            article_block_add(&writer, record, lengths[i]);
        }
        assert_true(article_block_finish(&writer, &out));
        assert_int_equal(writer.count, 0);
        uint8_t *bytes = guarded_copy(out.bytes, out.length, 0);
        assert_null(article_block_count(bytes, out.length, &told));
        assert_int_equal(told, count);
        for (uint32_t i = 0; i < count; i++) {
            if (i % 5 == 0 || i + 1 == count) {
                assert_null(article_block_read(bytes, out.length, NULL, i, &raw, &offset, &length));
                assert_int_equal(length, lengths[i]);
                assert_int_equal(offset, at);
                assert_true(raw.length >= offset + length);
                assert_memory_equal(raw.bytes + offset, records.bytes + at, length);
            }
            at += lengths[i];
        }
        assert_non_null(article_block_read(bytes, out.length, NULL, count, &raw, &offset, &length));
        for (int times = 0; times < 30; times++) {
            size_t kept = chance_below(&chance, 3) ? out.length : chance_below(&chance, (uint32_t)out.length);
            uint8_t *damaged = guarded_copy(bytes, kept, 0);
            damage(&chance, damaged, kept);
            uint32_t i = chance_below(&chance, count);
            if (!article_block_read(damaged, kept, NULL, i, &raw, &offset, &length)) assert_true(offset + length <= raw.length);
            free(damaged);
        }
        free(bytes);
        buffer_free(&records);
        buffer_free(&out);
    }
    article_block_free(&writer);
    buffer_free(&raw);
}

static void test_only_what_is_needed_is_inflated(void **state)
{
    (void)state;
    struct article_block_writer writer = {0};
    struct buffer out = {0}, raw = {0};
    size_t offset, length;
    uint8_t *megabyte = calloc(1, 1 << 20);
    assert_non_null(megabyte);
    article_block_add(&writer, (const uint8_t *)"first", 5);
    article_block_add(&writer, megabyte, 1 << 20);
    assert_true(article_block_finish(&writer, &out));
    assert_null(article_block_read(out.bytes, out.length, NULL, 0, &raw, &offset, &length));
    assert_memory_equal(raw.bytes, "first", 5);
    assert_true(raw.room < 1 << 16);
    assert_null(article_block_read(out.bytes, out.length, NULL, 1, &raw, &offset, &length));
    assert_int_equal(length, 1 << 20);
    free(megabyte);
    buffer_free(&out);
    buffer_free(&raw);
    article_block_free(&writer);
}

/* A block of the given lengths around a stream that is what it is. */
static const char *read_false_block(const uint64_t *lengths, uint32_t count, const void *content, size_t content_length,
                                    uint32_t i, size_t *room)
{
    struct buffer block = {0}, raw = {0};
    uint8_t stream[4096];
    size_t offset, length;
    uLongf stream_length = sizeof stream;
    assert_int_equal(compress(stream, &stream_length, content, content_length), Z_OK);
    buffer_append_u8(&block, 1);
    varint_append(&block, 0);
    varint_append(&block, count);
    for (uint32_t record = 0; record < count; record++) varint_append(&block, lengths[record]);
    buffer_append(&block, stream, stream_length);
    const char *rule = article_block_read(block.bytes, block.length, NULL, i, &raw, &offset, &length);
    *room = raw.room;
    buffer_free(&block);
    buffer_free(&raw);
    return rule;
}

static void test_false_lengths(void **state)
{
    (void)state;
    size_t room;
    const uint64_t true_lengths[] = {3, 4}, four_gigabytes[] = {UINT64_C(4) << 30, 1}, all_there_is[] = {UINT64_MAX, UINT64_MAX};
    const uint64_t too_long[] = {3, 5}, too_short[] = {3, 3}, long_first[] = {200 << 20, 4};
    assert_null(read_false_block(true_lengths, 2, "onetwo!", 7, 1, &room));
    assert_string_equal(read_false_block(four_gigabytes, 2, "onetwo!", 7, 0, &room),
                        "an article block has a record longer than any article");
    assert_non_null(read_false_block(all_there_is, 2, "onetwo!", 7, 1, &room));
    assert_string_equal(read_false_block(too_long, 2, "onetwo!", 7, 1, &room),
                        "an article block inflates to less than its records");
    assert_non_null(read_false_block(too_short, 2, "onetwo!", 7, 1, &room));
    assert_string_equal(read_false_block(long_first, 2, "onetwo!", 7, 1, &room),
                        "an article block claims more than it can inflate to");
    assert_int_equal(room, 0); /* and no memory was taken for it */
}

static void test_the_checksum_is_verified(void **state)
{
    (void)state;
    struct article_block_writer writer = {0};
    struct buffer out = {0}, raw = {0};
    size_t offset, length;
    article_block_add(&writer, (const uint8_t *)"a record", 8);
    assert_true(article_block_finish(&writer, &out));
    assert_null(article_block_read(out.bytes, out.length, NULL, 0, &raw, &offset, &length));
    out.bytes[out.length - 1] ^= 1;
    assert_non_null(article_block_read(out.bytes, out.length, NULL, 0, &raw, &offset, &length));
    buffer_free(&out);
    buffer_free(&raw);
    article_block_free(&writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_only_what_is_needed_is_inflated),
        cmocka_unit_test(test_false_lengths),
        cmocka_unit_test(test_the_checksum_is_verified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
