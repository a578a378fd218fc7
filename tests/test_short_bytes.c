/* Short words as two numbers: whichever way they are loaded they are the same, and nothing behind them counts. */
#include "test_codec.h"

#include "short_bytes.h"

static void test_ways_agree(void **state)
{
    struct chance chance = {20240229};
    (void)state;
    for (uint32_t round = 0; round < 20000; round++) {
        uint8_t text[2 * SHORT_MOST], other[2 * SHORT_MOST];
        for (size_t i = 0; i < sizeof text; i++) {
            text[i] = (uint8_t)chance_below(&chance, 256);
            other[i] = (uint8_t)chance_below(&chance, 256);
        }
        for (size_t length = 1; length <= SHORT_MOST; length++) {
            struct short_bytes exactly = short_bytes_exactly(text, length);
            memcpy(other, text, length);
            for (size_t readable = length; readable <= sizeof other; readable++) {
                struct short_bytes loaded = short_bytes_of(other, length, readable);
                assert_true(loaded.first == exactly.first && loaded.second == exactly.second);
                assert_true(short_bytes_hash(loaded, length) == short_bytes_hash(exactly, length));
            }
        }
    }
}

static void test_every_byte_counts(void **state)
{
    uint8_t text[SHORT_MOST] = {0};
    (void)state;
    for (size_t length = 1; length <= SHORT_MOST; length++) {
        struct short_bytes zeros = short_bytes_exactly(text, length);
        assert_true(zeros.first == 0 && zeros.second == 0);
        for (size_t i = 0; i < length; i++) {
            text[i] = 1;
            struct short_bytes one = short_bytes_exactly(text, length);
            assert_true(i < 8 ? one.first == UINT64_C(1) << (8 * i) && one.second == 0
                              : one.first == 0 && one.second == UINT64_C(1) << (8 * (i - 8)));
            text[i] = 0;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ways_agree),
        cmocka_unit_test(test_every_byte_counts),
    };
    return cmocka_run_group_tests_name("short_bytes", tests, NULL, NULL);
}
