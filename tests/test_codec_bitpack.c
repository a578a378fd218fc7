/* Bit packing and patched frames: every level the machine has equals the reference. */
#include "test_codec.h"

#include "page_unpack.h"
#include "rice_block.h"
#include "rice_unpack.h"
#include "pfor.h"

enum { SLACK = 64 };

static void each_level(void (*check)(const struct bitpack *functions, struct chance *chance))
{
    struct chance chance = chance_begin("bitpack");
    for (enum cpu_level level = CPU_SCALAR; level <= cpu_level(); level++) {
        struct chance same = chance;
        check(bitpack_at(level), &same);
    }
}

static void check_unpack(const struct bitpack *functions, struct chance *chance)
{
    assert_non_null(functions);
    for (uint32_t width = 0; width <= BITPACK_WIDTH; width++) {
        for (uint32_t count = 1; count <= BITPACK_COUNT; count++) {
            uint32_t values[BITPACK_COUNT], back[BITPACK_COUNT];
            uint32_t mask = width == 32 ? UINT32_MAX : (UINT32_C(1) << width) - 1;
            for (uint32_t i = 0; i < count; i++) values[i] = (uint32_t)chance_next(chance) & mask;
            size_t size = bitpack_size(count, width);
            assert_int_equal(size, (count * width + 7) / 8);
            uint8_t *bytes = guarded_copy(NULL, 0, size + SLACK);
            bitpack_pack(values, count, width, bytes);
            for (size_t i = size; i < size + SLACK; i++) assert_int_equal(bytes[i], 0xff); /* the packer stays inside */
            functions->unpack(bytes, count, width, back);
            assert_memory_equal(values, back, count * sizeof *values);
            for (uint32_t i = 0; i < count; i++) assert_int_equal(bitpack_get(bytes, width, i), values[i]);
            free(bytes);
        }
    }
}

static void check_sum(const struct bitpack *functions, struct chance *chance)
{
    for (uint32_t count = 1; count <= BITPACK_COUNT; count++) {
        uint32_t gaps[BITPACK_COUNT] = {0}, expected[BITPACK_COUNT];
        uint32_t before = count % 3 ? (uint32_t)chance_next(chance) : UINT32_MAX, sum = before;
        for (uint32_t i = 0; i < count; i++) {
            gaps[i] = (uint32_t)chance_next(chance) >> chance_below(chance, 32);
            expected[i] = sum += gaps[i] + 1;
        }
        functions->sum_gaps(gaps, count, before);
        assert_memory_equal(gaps, expected, count * sizeof *gaps);
    }
}

static void test_unpack(void **state)
{
    (void)state;
    each_level(check_unpack);
}

static void test_sum_gaps(void **state)
{
    (void)state;
    each_level(check_sum);
}

/* Pages: the same numbers from every level, and nothing read past the slack. */
static void test_pages(void **state)
{
    (void)state;
    struct chance chance = chance_begin("pages");
    uint32_t expected[256], got[256];
    for (int round = 0; round < 5000; round++) {
        uint32_t base = (uint32_t)chance_next(&chance) & ~UINT32_C(255), count = 1 + chance_below(&chance, 256);
        uint64_t dense = chance_next(&chance) | (round & 1 ? chance_next(&chance) | chance_next(&chance) : 0);
        uint8_t *bitmap = guarded_copy(NULL, 0, 32), *halves = guarded_copy(NULL, 0, (count + 1) / 2 + SLACK);
        for (int i = 0; i < 32; i++) bitmap[i] = (uint8_t)(round ? chance_next(&chance) & dense >> i : 0xff);
        for (uint32_t i = 0; i < (count + 1) / 2; i++) halves[i] = (uint8_t)chance_next(&chance);
        uint32_t found = page_unpack_scalar.bitmap(bitmap, base, expected);
        uint32_t few = count < 32 ? count : 31;
        for (enum cpu_level level = CPU_SCALAR; level <= cpu_level(); level++) {
            const struct page_unpack *functions = page_unpack_at(level);
            assert_int_equal(functions->bitmap(bitmap, base, got), found);
            assert_memory_equal(got, expected, found * sizeof *got);
            functions->halves(halves, count, got);
            for (uint32_t i = 0; i < count; i++) assert_int_equal(got[i], i % 2 ? halves[i / 2] >> 4 : halves[i / 2] & 15);
            functions->bytes(halves, few, base, got);
            for (uint32_t i = 0; i < few; i++) assert_int_equal(got[i], base + halves[i]);
        }
        free(bitmap);
        free(halves);
    }
}

static void test_layout_is_a_stream_of_bits(void **state)
{
    (void)state;
    const uint32_t values[] = {1, 2, 3, 4, 5};
    uint8_t bytes[2];
    bitpack_pack(values, 5, 3, bytes); /* 001 010 011 100 101, least bits first */
    assert_int_equal(bytes[0], 0xd1);
    assert_int_equal(bytes[1], 0x58);
}

/* Frames of values that are mostly narrow, as gaps are. */
static void fill(struct chance *chance, uint32_t *values, uint32_t count)
{
    uint32_t usual = chance_below(chance, 33), rare = chance_below(chance, 40);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t width = chance_below(chance, 100) < rare ? chance_below(chance, 33) : usual;
        values[i] = width ? (uint32_t)chance_next(chance) >> (32 - width) : 0;
    }
}

/* Every level finds the integers, each with something added, and their sums. */
static void check_rice_levels(const uint8_t *bytes, const uint32_t *values, uint32_t count, uint32_t given)
{
    const uint8_t *packed = bytes + 1, *stream = packed + bitpack_size(count, bytes[0]);
    for (enum cpu_level level = CPU_SCALAR; level <= cpu_level(); level++) {
        const struct rice_unpack *functions = rice_unpack_at(level);
        uint32_t back[BITPACK_COUNT], sum = given;
        assert_true(functions->values(packed, stream, count, bytes[0], given, back) != UINT32_MAX);
        for (uint32_t i = 0; i < count; i++) assert_int_equal(back[i], values[i] + given);
        assert_true(functions->sums(packed, stream, count, bytes[0], given, back) != UINT32_MAX);
        for (uint32_t i = 0; i < count; i++) assert_int_equal(back[i], sum += values[i] + 1);
    }
}

/* Every level makes the same of any bytes. */
static void check_damaged_rice(const uint8_t *bytes, uint32_t count)
{
    uint32_t width = bytes[0] % (BITPACK_WIDTH + 1);
    uint8_t *streams = guarded_copy(NULL, 0, bitpack_size(count, width) + RICE_STREAM_MOST + SLACK);
    uint32_t expected[BITPACK_COUNT], got[BITPACK_COUNT];
    for (size_t i = 0; i < bitpack_size(count, width) + RICE_STREAM_MOST; i++) streams[i] = (uint8_t)(bytes[i % 3] * (i + 1));
    const uint8_t *stream = streams + bitpack_size(count, width);
    uint32_t last = rice_unpack_portable.sums(streams, stream, count, width, 7, expected);
    for (enum cpu_level level = CPU_SCALAR; level <= cpu_level(); level++) {
        assert_int_equal(rice_unpack_at(level)->sums(streams, stream, count, width, 7, got), last);
        if (last != UINT32_MAX) assert_memory_equal(got, expected, count * sizeof *got);
    }
    free(streams);
}

/* Gaps as they are, and anything there may be: integers of all sizes, one of which is far above the others. */
static void test_rice_blocks(void **state)
{
    (void)state;
    struct chance chance = chance_begin("rice blocks");
    for (int round = 0; round < 20000; round++) {
        uint32_t values[BITPACK_COUNT], back[BITPACK_COUNT], count = 1 + chance_below(&chance, BITPACK_COUNT);
        struct buffer out = {0};
        fill(&chance, values, count);
        if (round % 5 == 0) values[chance_below(&chance, count)] = UINT32_MAX;
        rice_block_encode(values, count, &out);
        assert_false(out.failed);
        assert_true(out.length <= RICE_BLOCK_MOST);
        uint8_t *bytes = guarded_copy(out.bytes, out.length, SLACK);
        assert_null(rice_block_decode(bytes, out.length, count, 0, back));
        assert_memory_equal(values, back, count * sizeof *values);
        check_rice_levels(bytes, values, count, (uint32_t)chance_next(&chance));
        for (uint32_t i = 0; i < count; i++)
            assert_true(rice_block_bits(bytes) >= 32 || values[i] >> rice_block_bits(bytes) == 0);
        assert_non_null(rice_block_decode(bytes, out.length - 1, count, 0, back));
        assert_non_null(rice_block_decode(bytes, 0, count, 0, back));
        for (int i = 0; i < 8; i++) { /* whatever the bytes are, nothing outside them is touched */
            bytes[chance_below(&chance, (uint32_t)out.length)] = (uint8_t)chance_next(&chance);
            (void)rice_block_decode(bytes, out.length, count, 0, back);
            (void)rice_block_decode_sums(bytes, out.length, count, 0, back);
            check_damaged_rice(bytes, count);
        }
        free(bytes);
        buffer_free(&out);
    }
}

static void test_frames(void **state)
{
    (void)state;
    struct chance chance = chance_begin("frames");
    for (int round = 0; round < 20000; round++) {
        uint32_t values[PFOR_COUNT], back[PFOR_COUNT], some[PFOR_COUNT], count = 1 + chance_below(&chance, PFOR_COUNT);
        struct buffer out = {0};
        fill(&chance, values, count);
        uint16_t header = pfor_encode(values, count, &out);
        assert_false(out.failed);
        assert_int_equal(out.length, pfor_size(header, count));
        assert_true(out.length <= bitpack_size(count, 32));
        uint8_t *bytes = guarded_copy(out.bytes, out.length, SLACK);
        assert_null(pfor_decode(bytes, out.length, header, count, back));
        assert_memory_equal(values, back, count * sizeof *values);
        uint32_t first = chance_below(&chance, count), wanted = chance_below(&chance, count - first + 1);
        assert_null(pfor_decode_range(bytes, out.length, header, count, first, wanted, some));
        assert_memory_equal(values + first, some, wanted * sizeof *values);
        assert_non_null(pfor_decode_range(bytes, out.length, header, count, first, count - first + 1, some));
        if (out.length) assert_non_null(pfor_decode(bytes, out.length - 1, header, count, back));
        free(bytes);
        buffer_free(&out);
    }
}

static void test_frame_is_the_smallest(void **state)
{
    (void)state;
    uint32_t values[PFOR_COUNT] = {0};
    struct buffer out = {0};
    assert_int_equal(pfor_size(pfor_encode(values, 128, &out), 128), 0); /* all equal to nothing: no bytes */
    values[7] = 1 << 20;
    uint16_t header = pfor_encode(values, 128, &out);
    assert_int_equal(pfor_width(header), 0);
    assert_int_equal(pfor_exceptions(header), 1);
    assert_int_equal(pfor_size(header, 128), 1 + 3); /* its index, and 21 bits */
    buffer_free(&out);
}

static void test_damaged_frames(void **state)
{
    (void)state;
    struct chance chance = chance_begin("damaged frames");
    for (int round = 0; round < 20000; round++) {
        uint32_t values[PFOR_COUNT], count = 1 + chance_below(&chance, PFOR_COUNT);
        size_t length = chance_below(&chance, 200);
        uint8_t *bytes = guarded_copy(NULL, 0, length + SLACK);
        for (size_t i = 0; i < length; i++) bytes[i] = (uint8_t)chance_next(&chance);
        uint16_t header = (uint16_t)chance_next(&chance);
        const char *rule = pfor_decode(bytes, length, header, count, values);
        if (pfor_size(header, count) > length) assert_non_null(rule);
        pfor_decode_range(bytes, length, header, count, chance_below(&chance, 140), chance_below(&chance, 140), values);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unpack),
        cmocka_unit_test(test_sum_gaps),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_layout_is_a_stream_of_bits),
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_rice_blocks),
        cmocka_unit_test(test_frame_is_the_smallest),
        cmocka_unit_test(test_damaged_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
