/* What has a form for each instruction set below the codec, classes of ASCII and checksums: every level the machine has equals
 * the scalar one. */
#include "test_codec.h"

#include "ascii_classes.h"
#include "checksum.h"
#include "cpu.h"

static void test_classes(void **state)
{
    (void)state;
    struct chance chance = chance_begin("classes");
    for (uint32_t round = 0; round < 20000; round++) {
        char text[64];
        for (size_t i = 0; i < sizeof text; i++) text[i] = (char)chance_below(&chance, round & 1 ? 256 : 128);
        if (round < 256) memset(text, (int)round, sizeof text);
        struct ascii_classes expected, found;
        ascii_classify_scalar(text, &expected);
        for (enum cpu_level level = CPU_SCALAR; level <= cpu_level(); level++) {
            ascii_classifier(level)(text, &found);
            assert_memory_equal(&found, &expected, sizeof found);
        }
    }
}

/* The scalar classes themselves, said byte by byte. */
static void test_scalar_classes(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        char text[64] = {0};
        struct ascii_classes found;
        text[63] = (char)byte;
        ascii_classify_scalar(text, &found);
        bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        assert_int_equal(found.letter, (uint64_t)is_letter << 63);
        assert_int_equal(found.letter_s, (uint64_t)(byte == 's' || byte == 'S') << 63);
        assert_int_equal(found.digit, (uint64_t)(byte >= '0' && byte <= '9') << 63);
        assert_int_equal(found.underscore, (uint64_t)(byte == '_') << 63);
        assert_int_equal(found.comma, (uint64_t)(byte == ',' || byte == ';') << 63);
        assert_int_equal(found.blank, (uint64_t)(byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r') << 63);
        assert_int_equal(found.foreign, (uint64_t)(byte >= 128) << 63);
    }
}

static void test_checksums(void **state)
{
    (void)state;
    struct chance chance = chance_begin("checksums");
    assert_int_equal(checksum_scalar(0, "123456789", 9), 0xe3069283); /* CRC-32C's own check value */
    for (int round = 0; round < 2000; round++) {
        size_t length = chance_below(&chance, round % 10 ? 100 : 5000);
        uint8_t *bytes = guarded_copy(NULL, 0, length);
        for (size_t i = 0; i < length; i++) bytes[i] = (uint8_t)chance_next(&chance);
        uint32_t seed = round % 3 ? (uint32_t)chance_next(&chance) : 0;
        assert_int_equal(checksum(seed, bytes, length), checksum_scalar(seed, bytes, length));
        free(bytes);
    }
}

int main(void)
{
    printf("# %s\n", cpu_level_name(cpu_level()));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalar_classes),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_checksums),
    };
    return cmocka_run_group_tests_name("levels", tests, NULL, NULL);
}
