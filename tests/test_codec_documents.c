/* What is kept for each document: lengths, columns, ids. */
#include "test_codec.h"

#include "column.h"
#include "id_column.h"
#include "length_byte.h"

/* Lucene's SmallFloat as its documentation describes it, with other means: every number of at most four significant bits,
 * then in order. */
static void test_length_bytes(void **state)
{
    (void)state;
    uint32_t byte = 0, last = 0;
    for (uint32_t length = 0; length < 24; length++, byte++) {
        assert_int_equal(length_byte_encode(length), byte);
        assert_int_equal(length_byte_decode((uint8_t)byte), length);
    }
    for (uint64_t rest = 0; byte < 256; rest++) {
        uint32_t bits = 0;
        while (rest >> bits) bits++;
        uint64_t step = bits > 4 ? UINT64_C(1) << (bits - 4) : 1;
        if (rest % step) continue;
        if (rest > 1 << 20) break;
        assert_int_equal(length_byte_encode((uint32_t)rest + 24), byte);
        assert_int_equal(length_byte_decode((uint8_t)byte), rest + 24);
        byte++;
    }
    for (uint32_t b = 0; b < 256; b++) {
        uint32_t length = length_byte_decode((uint8_t)b);
        assert_int_equal(length_byte_encode(length), b);
        if (b) assert_true(length > last);
        if (b && length - last > 1) assert_int_equal(length_byte_encode(length - 1), b - 1); /* rounds down */
        last = length;
    }
    assert_int_equal(length_byte_encode(40), 40);
    assert_int_equal(length_byte_encode(41), 40);
    assert_int_equal(length_byte_encode(INT32_MAX), 255);
    assert_int_equal(length_byte_encode(UINT32_MAX), 255);
    assert_int_equal(length_byte_decode(255), 2013265944);
}

/* A value depends on nothing but the parts that its caller is told to verify: all the rest may be anything. */
static void expect_parts(struct chance *chance, const struct buffer *record, const int64_t *values, uint32_t count)
{
    uint32_t i = chance_below(chance, count);
    size_t at, length;
    struct column column;
    uint8_t *bytes = guarded_copy(record->bytes, record->length, 0);
    for (size_t b = COLUMN_HEAD; b < record->length; b++) bytes[b] = (uint8_t)chance_next(chance);
    assert_null(column_begin(bytes, record->length, &column));
    assert_int_equal(column.count, count);
    column_entry(i, &at, &length);
    assert_true(at >= COLUMN_HEAD && at + length <= record->length);
    memcpy(bytes + at, record->bytes + at, length);
    assert_null(column_bits(&column, i, &at, &length));
    assert_true(at >= COLUMN_HEAD && at + length <= record->length);
    memcpy(bytes + at, record->bytes + at, length);
    assert_true(column_get(&column, i) == values[i]);
    free(bytes);
}

static void expect_column(struct chance *chance, const int64_t *values, uint32_t count)
{
    struct buffer out = {0};
    struct column column;
    column_encode(values, count, &out);
    assert_false(out.failed);
    uint8_t *bytes = guarded_copy(out.bytes, out.length, 0);
    assert_null(column_open(bytes, out.length, &column));
    assert_int_equal(column.count, count);
    for (uint32_t i = 0; i < count; i++) assert_true(column_get(&column, i) == values[i]);
    for (int round = 0; round < 10 && count; round++) expect_parts(chance, &out, values, count);
    for (int round = 0; round < 10; round++) {
        uint32_t first = chance_below(chance, count + 1), wanted = chance_below(chance, count - first + 1);
        int64_t *back = calloc(wanted + 1U, sizeof *back);
        assert_non_null(back);
        column_read(&column, first, wanted, back);
        assert_memory_equal(back, values + first, wanted * sizeof *back);
        free(back);
    }
    for (size_t kept = 0; kept < out.length; kept += 1 + out.length / 200) assert_non_null(column_open(bytes, kept, &column));
    for (int round = 0; round < 100; round++) {
        uint8_t *damaged = guarded_copy(out.bytes, out.length, 0);
        damage(chance, damaged, out.length);
        if (!column_open(damaged, out.length, &column)) {
            int64_t sum = 0;
            for (uint32_t i = 0; i < column.count && i < 5000; i++) sum ^= column_get(&column, i);
            if (column.count) sum ^= column_get(&column, column.count - 1);
            (void)sum;
        }
        free(damaged);
    }
    free(bytes);
    buffer_free(&out);
}

static void test_columns(void **state)
{
    (void)state;
    struct chance chance = chance_begin("columns");
    int64_t values[1000];
    for (int round = 0; round < 700; round++) {
        uint32_t count = chance_below(&chance, 1000), width = chance_below(&chance, 65);
        uint32_t none = chance_below(&chance, 3) ? 0 : chance_below(&chance, 101); /* of a hundred */
        uint64_t unit = chance_below(&chance, 2) ? 1 : 1 + chance_below(&chance, 100000), base = chance_next(&chance);
        for (uint32_t i = 0; i < count; i++) {
            uint64_t value = width ? chance_next(&chance) >> (64 - width) : 0;
            values[i] = chance_below(&chance, 100) < none ? INT64_MIN : (int64_t)(base + value * unit);
        }
        expect_column(&chance, values, count);
    }
}

static void test_column_extremes(void **state)
{
    (void)state;
    struct chance chance = chance_begin("column extremes");
    static const int64_t extremes[] = {INT64_MAX, INT64_MIN, 0, INT64_MIN + 1, INT64_MAX, -1, 1};
    int64_t values[300];
    for (uint32_t i = 0; i < 300; i++) values[i] = extremes[i % 7];
    expect_column(&chance, values, 300);
    expect_column(&chance, values, 1);
    for (uint32_t i = 0; i < 300; i++) values[i] = INT64_MIN;
    expect_column(&chance, values, 300);
    expect_column(&chance, values, 128);
    for (uint32_t i = 0; i < 300; i++) values[i] = i % 2 ? INT64_MAX : INT64_MIN + 1;
    expect_column(&chance, values, 300);
}

static void test_whole_days_take_few_bits(void **state)
{
    (void)state;
    int64_t values[1280];
    struct buffer out = {0};
    for (uint32_t i = 0; i < 1280; i++) values[i] = 1000000000 - 40000 + 86400 * (int64_t)(i * 7 % 16);
    column_encode(values, 1280, &out);
    assert_int_equal(out.length, 14 + 10 * 13 + 1280 / 2 + 8); /* four bits a day */
    buffer_free(&out);
}

enum { IDS = 3000 };

static void test_ids(void **state)
{
    (void)state;
    struct chance chance = chance_begin("ids");
    static char ids[IDS][512];
    static size_t lengths[IDS];
    for (int round = 0; round < 6; round++) {
        struct id_column_writer writer = {0};
        struct buffer out = {0};
        struct id_column column;
        uint32_t count = round ? chance_below(&chance, IDS) : 64;
        for (uint32_t i = 0; i < count; i++) {
            lengths[i] = chance_below(&chance, 20) ? (size_t)snprintf(ids[i], sizeof ids[i], "archive/2009/%06u#%u", i * 3, i % 5)
                                                   : chance_below(&chance, 512);
            for (size_t j = 0; j < lengths[i] && lengths[i] > 30; j++) ids[i][j] = (char)chance_next(&chance);
            id_column_add(&writer, ids[i], lengths[i]);
        }
        id_column_finish(&writer, &out);
        assert_false(out.failed);
        id_column_free(&writer);
        uint8_t *bytes = guarded_copy(out.bytes, out.length, 0);
        assert_null(id_column_open(bytes, out.length, &column));
        assert_int_equal(column.count, count);
        for (uint32_t i = 0; i < count; i++) {
            char *id = malloc(512);
            size_t length = 0;
            assert_non_null(id);
            assert_null(id_column_get(&column, i, id, &length));
            assert_int_equal(length, lengths[i]);
            assert_memory_equal(id, ids[i], length);
            free(id);
        }
        for (int times = 0; times < 20 && count; times++) { /* an id depends on nothing but what is to be verified for it */
            char id[512];
            size_t at, length;
            uint32_t i = chance_below(&chance, count);
            uint8_t *parts = guarded_copy(out.bytes, out.length, 0);
            for (size_t b = ID_COLUMN_HEAD; b < out.length; b++) parts[b] = (uint8_t)chance_next(&chance);
            assert_null(id_column_open(parts, out.length, &column));
            id_column_entry(&column, i, &at, &length);
            memcpy(parts + at, out.bytes + at, length);
            assert_null(id_column_block(&column, i, &at, &length));
            memcpy(parts + at, out.bytes + at, length);
            assert_null(id_column_get(&column, i, id, &length));
            assert_int_equal(length, lengths[i]);
            assert_memory_equal(id, ids[i], length);
            free(parts);
        }
        for (int times = 0; times < 200; times++) {
            char id[512];
            size_t length, kept = chance_below(&chance, 3) ? out.length : chance_below(&chance, (uint32_t)out.length + 1);
            uint8_t *damaged = guarded_copy(out.bytes, kept, 0);
            damage(&chance, damaged, kept);
            if (!id_column_open(damaged, kept, &column))
                for (uint32_t i = 0; i < column.count && i < 500; i++)
                    if (!id_column_get(&column, i, id, &length)) assert_true(length <= 511);
            free(damaged);
        }
        free(bytes);
        buffer_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_length_bytes),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_column_extremes),
        cmocka_unit_test(test_whole_days_take_few_bits),
        cmocka_unit_test(test_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
