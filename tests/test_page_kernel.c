/* What is done for 256 documents at a time: every function of every instruction set the machine has against the scalar one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cpu.h"
#include "page_kernel.h"
#include "test_codec.h"

#include <stdio.h>
#include <string.h>

enum { ROUNDS = 4000, PAGES = 96, LISTS = 9 };

static struct chance chance;

static uint16_t any_u16(void) { return (uint16_t)chance_below(&chance, 65536); }

/* Numbers up to a random bound, some of them 0, so that nothing overflows where a few are added. */
static void fill(uint16_t *numbers, size_t count, uint32_t most)
{
    uint32_t bound = 1 + chance_below(&chance, most), zeros = chance_below(&chance, 4);
    for (size_t i = 0; i < count; i++) numbers[i] = chance_below(&chance, 4) < zeros ? 0 : (uint16_t)chance_below(&chance, bound);
}

static void fill_set(uint64_t set[4])
{
    uint32_t share = chance_below(&chance, 5) * 64;
    memset(set, 0, 4 * sizeof *set);
    for (uint32_t i = 0; i < KERNEL_PAGE; i++)
        if (chance_below(&chance, 256) < share) set[i / 64] |= UINT64_C(1) << i % 64;
}

static void fill_bytes(uint8_t *bytes, size_t count, uint32_t zeros)
{
    for (size_t i = 0; i < count; i++) bytes[i] = chance_below(&chance, 4) < zeros ? 0 : (uint8_t)chance_below(&chance, 256);
}

/* A threshold at which some are, above and below all at times. */
static uint16_t threshold(const uint16_t *numbers, size_t count)
{
    return chance_below(&chance, 4) ? numbers[chance_below(&chance, (uint32_t)count)] : any_u16();
}

static void same_codes(const struct page_kernel *kernel)
{
    uint16_t expected[PAGES], made[PAGES];
    uint8_t codes[PAGES];
    uint32_t count = 32 * (1 + chance_below(&chance, PAGES / 32)), step = chance_below(&chance, 60236);
    fill(made, PAGES, 5000);
    memcpy(expected, made, sizeof made);
    fill_bytes(codes, PAGES, chance_below(&chance, 4));
    page_kernel_scalar.add_codes(expected, codes, count, step);
    kernel->add_codes(made, codes, count, step);
    assert_memory_equal(expected, made, sizeof made);
    page_kernel_scalar.clear_empty(expected, codes, count);
    kernel->clear_empty(made, codes, count);
    assert_memory_equal(expected, made, sizeof made);
}

static void same_cells(const struct page_kernel *kernel)
{
    uint8_t grid[KERNEL_CELLS * 8 / 2 + 8];
    uint16_t expected[KERNEL_CELLS], made[KERNEL_CELLS], expected_sums[KERNEL_CELLS], made_sums[KERNEL_CELLS];
    fill_bytes(grid, sizeof grid, chance_below(&chance, 4));
    fill(made_sums, KERNEL_CELLS, 5000);
    memcpy(expected_sums, made_sums, sizeof made_sums);
    const struct page_cells cells = {grid, 4 + chance_below(&chance, 5), chance_below(&chance, 4000),
                                     chance_below(&chance, 60001)};
    uint32_t page = chance_below(&chance, 8);
    page_kernel_scalar.add_cells(&cells, page, expected, expected_sums);
    kernel->add_cells(&cells, page, made, made_sums);
    assert_memory_equal(expected, made, sizeof made);
    assert_memory_equal(expected_sums, made_sums, sizeof made_sums);
    uint16_t least = threshold(made_sums, KERNEL_CELLS);
    assert_int_equal(page_kernel_scalar.at_least(made_sums, least), kernel->at_least(made_sums, least));
}

static void same_sums(const struct page_kernel *kernel)
{
    uint16_t expected[KERNEL_PAGE], made[KERNEL_PAGE], weights[KERNEL_CELLS];
    uint64_t set[4], selected[4], reference[4];
    fill(made, KERNEL_PAGE, 35000);
    memcpy(expected, made, sizeof made);
    fill(weights, KERNEL_CELLS, 30000);
    fill_set(set);
    page_kernel_scalar.add(expected, set, weights);
    kernel->add(made, set, weights);
    assert_memory_equal(expected, made, sizeof made);
    uint16_t least = threshold(made, KERNEL_PAGE);
    page_kernel_scalar.select(made, least, reference);
    kernel->select(made, least, selected);
    assert_memory_equal(reference, selected, sizeof selected);
    assert_int_equal(page_kernel_scalar.any(made, least), kernel->any(made, least));
    assert_int_equal(page_kernel_scalar.count(set), kernel->count(set));
}

static void same_taken(const struct page_kernel *kernel)
{
    uint16_t expected[KERNEL_PAGE], made[KERNEL_PAGE], expected_taken[KERNEL_PAGE], made_taken[KERNEL_PAGE];
    uint8_t expected_lows[KERNEL_PAGE], made_lows[KERNEL_PAGE];
    static const uint16_t zeros[KERNEL_PAGE];
    fill(made, KERNEL_PAGE, 65536);
    memcpy(expected, made, sizeof made);
    uint16_t least = threshold(made, KERNEL_PAGE);
    if (!least) least = 1; /* what is not there is not taken */
    uint32_t count = page_kernel_scalar.take(expected, least, expected_lows, expected_taken);
    assert_int_equal(kernel->take(made, least, made_lows, made_taken), count);
    assert_memory_equal(expected_lows, made_lows, count);
    assert_memory_equal(expected_taken, made_taken, count * sizeof *made_taken);
    assert_memory_equal(made, zeros, sizeof made);
    assert_memory_equal(expected, zeros, sizeof expected);
}

static void same_documents(const struct page_kernel *kernel)
{
    struct page_part parts[LISTS];
    uint16_t expected[16], made[16], least = any_u16();
    uint32_t count = chance_below(&chance, LISTS + 1), cell = chance_below(&chance, KERNEL_CELLS);
    for (uint32_t i = 0; i < LISTS; i++) {
        fill_set(parts[i].set);
        fill(parts[i].cells, KERNEL_CELLS, 65535 / LISTS);
    }
    page_kernel_scalar.cell_documents(parts, count, cell, least, expected);
    least = threshold(expected, 16);
    uint32_t which = page_kernel_scalar.cell_documents(parts, count, cell, least, expected);
    assert_int_equal(kernel->cell_documents(parts, count, cell, least, made), which);
    assert_memory_equal(expected, made, sizeof made);
}

static void same_impacts(const struct page_kernel *kernel)
{
    float norms[256], tf = (float)(1 + chance_below(&chance, 1000)) / (chance_below(&chance, 2) ? 1 : 8);
    float weight = (float)chance_below(&chance, 60000) + (float)chance_below(&chance, 1000) / 1000;
    uint16_t expected[256], made[256];
    for (int i = 0; i < 256; i++) norms[i] = 0.001F + (float)chance_below(&chance, 100000) / 500;
    page_kernel_scalar.impacts(tf, norms, weight, expected);
    kernel->impacts(tf, norms, weight, made);
    assert_memory_equal(expected, made, sizeof made);
}

static void same_bits(const struct page_kernel *kernel)
{
    uint64_t words[1024];
    uint32_t count = chance_below(&chance, 1025);
    for (uint32_t i = 0; i < 1024; i++) words[i] = chance_next(&chance);
    assert_int_equal(page_kernel_scalar.count_bits(words, count), kernel->count_bits(words, count));
}

static void same_kernel(const struct page_kernel *kernel)
{
    for (int round = 0; round < ROUNDS; round++) {
        same_codes(kernel);
        same_cells(kernel);
        same_sums(kernel);
        same_taken(kernel);
        same_documents(kernel);
        same_impacts(kernel);
        if (round % 16 == 0) same_bits(kernel);
    }
}

#if defined(__x86_64__)
static void test_avx2(void **state)
{
    (void)state;
    if (cpu_level() >= CPU_AVX2) same_kernel(&page_kernel_avx2);
    else skip();
}

static void test_avx512(void **state)
{
    (void)state;
    if (cpu_level() >= CPU_AVX512) same_kernel(&page_kernel_avx512);
    else skip();
}
#elif defined(__aarch64__)
static void test_neon(void **state)
{
    (void)state;
    same_kernel(&page_kernel_neon);
}
#endif

/* The scalar kernel itself, on what can be said by hand. */
static void test_scalar(void **state)
{
    (void)state;
    const struct page_kernel *kernel = &page_kernel_scalar;
    uint16_t sums[KERNEL_PAGE] = {5, 0, 7}, weights[KERNEL_CELLS] = {10, 20}, taken[KERNEL_PAGE], cells[KERNEL_CELLS];
    uint16_t cell_sums[KERNEL_CELLS] = {0}, bounds[256];
    uint64_t set[4] = {UINT64_C(1) | UINT64_C(1) << 16, 0, 0, 0}, selected[4];
    uint8_t lows[KERNEL_PAGE], codes[32] = {0, 1, 255}, grid[16] = {0x21, 0x43};
    kernel->add(sums, set, weights);
    assert_int_equal(sums[0], 15);
    assert_int_equal(sums[16], 20);
    kernel->select(sums, 15, selected);
    assert_true(selected[0] == set[0] && !selected[1] && !selected[2] && !selected[3]);
    assert_true(kernel->any(sums, 20) && !kernel->any(sums, 21));
    assert_int_equal(kernel->take(sums, 7, lows, taken), 3);
    assert_true(lows[0] == 0 && lows[1] == 2 && lows[2] == 16 && taken[0] == 15 && taken[1] == 7 && taken[2] == 20 && !sums[0]);
    sums[0] = 3;
    kernel->add_codes(sums, codes, 32, 256);
    assert_true(sums[0] == 3 && sums[1] == 2 && sums[2] == 256);
    kernel->clear_empty(sums, codes, 32);
    assert_true(sums[0] == 0 && sums[1] == 2);
    const struct page_cells from = {grid, 4, 100, 250};
    kernel->add_cells(&from, 0, cells, cell_sums);
    assert_true(cells[0] == 100 && cells[1] == 200 && cells[2] == 250 && cells[3] == 250 && cells[4] == 0 && cell_sums[1] == 200);
    assert_int_equal(kernel->at_least(cell_sums, 200), 14);
    const float norms[256] = {1, 3};
    kernel->impacts(1, norms, 100, bounds);
    assert_true(bounds[0] == 51 && bounds[1] == 26);
    assert_int_equal(kernel->count(set), 2);
    assert_int_equal(kernel->count_bits(set, 4), 2);
}

int main(void)
{
    chance = chance_begin("page_kernel");
    printf("# %s\n", cpu_level_name(cpu_level()));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalar),
#if defined(__x86_64__)
        cmocka_unit_test(test_avx2),
        cmocka_unit_test(test_avx512),
#elif defined(__aarch64__)
        cmocka_unit_test(test_neon),
#endif
    };
    return cmocka_run_group_tests_name("page_kernel", tests, NULL, NULL);
}
