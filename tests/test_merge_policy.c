/* Which segments are merged next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "index_fixture.h"
#include "merge_policy.h"

#include <stdio.h>
#include <string.h>

enum { MANY = 4096, SMALL = 10 << 10 };
#define MB (UINT64_C(1) << 20)

static struct manifest_segment segments[MANY];
static uint32_t count;

static void begin(void)
{
    count = 0;
}

static void put(uint64_t bytes, uint32_t doc_count, uint32_t deleted_count)
{
    assert_true(count < MANY);
    segments[count] = (struct manifest_segment){.number = count + 1, .bytes = bytes, .doc_count = doc_count,
                                                .deleted_count = deleted_count};
    count++;
}

static void assert_next(uint32_t first_wanted, uint32_t end_wanted)
{
    uint32_t first = 0, end = 0;
    assert_true(merge_policy_next(segments, count, NULL, &first, &end));
    assert_int_equal(first, first_wanted);
    assert_int_equal(end, end_wanted);
}

static void assert_nothing_next(void)
{
    uint32_t first = 7, end = 8;
    assert_false(merge_policy_next(segments, count, NULL, &first, &end));
}

static void test_nothing_to_do(void **state)
{
    (void)state;
    begin();
    assert_nothing_next();
    for (int i = 0; i < MERGE_FANOUT - 1; i++) put(SMALL, 10, 0);
    assert_nothing_next();
}

static void test_a_run_of_equals(void **state)
{
    (void)state;
    begin();
    put(100 * MB, 1000, 0);
    for (int i = 0; i < MERGE_FANOUT; i++) put(SMALL, 10, 0);
    assert_next(1, 1 + MERGE_FANOUT);
    put(100 * MB, 1000, 0);
    assert_next(1, 1 + MERGE_FANOUT);
}

/* Small commits after a large one don't rewrite it, however many there are. */
static void test_a_large_one_is_left_alone(void **state)
{
    (void)state;
    begin();
    put(1000 * MB, 1000, 0);
    for (int i = 0; i < MERGE_FANOUT - 1; i++) put(SMALL, 10, 0);
    assert_nothing_next();
    put(SMALL, 10, 0);
    assert_next(1, 1 + MERGE_FANOUT);
    begin();
    put(1000 * MB, 1000, 0);
    for (int i = 0; i < MERGE_FANOUT - 1; i++) put(100 * MB, 10, 0);
    assert_nothing_next();
}

/* Only neighbours are merged; what is smaller and lies between goes with them. */
static void test_order_is_kept(void **state)
{
    (void)state;
    begin();
    for (int i = 0; i < MERGE_GROWTH; i++) {
        put(100 * MB, 1000, 0);
        put(SMALL, 10, 0);
    }
    assert_next(0, count);
    begin();
    for (int i = 0; i < MERGE_FANOUT - 1; i++) put(SMALL, 10, 0);
    put(100 * MB, 1000, 0);
    for (int i = 0; i < MERGE_FANOUT - 1; i++) put(SMALL, 10, 0);
    assert_nothing_next();
}

static void test_half_deleted(void **state)
{
    (void)state;
    begin();
    put(100 * MB, 1000, 500);
    put(100 * MB, 1000, 501);
    assert_next(1, 2);
    begin();
    put(100 * MB, 1000, 500);
    assert_nothing_next();
}

static void test_down_to(void **state)
{
    (void)state;
    uint32_t first = 0, end = 0;
    begin();
    assert_false(merge_policy_down_to(segments, count, 1, &first, &end));
    put(5 * MB, 100, 0);
    assert_false(merge_policy_down_to(segments, count, 1, &first, &end));
    put(1 * MB, 100, 0);
    put(2 * MB, 100, 0);
    put(9 * MB, 100, 0);
    assert_false(merge_policy_down_to(segments, count, 4, &first, &end));
    assert_false(merge_policy_down_to(segments, count, 9, &first, &end));
    assert_true(merge_policy_down_to(segments, count, 3, &first, &end)); /* the cheapest pair */
    assert_int_equal(first, 1);
    assert_int_equal(end, 3);
    assert_true(merge_policy_down_to(segments, count, 2, &first, &end));
    assert_int_equal(first, 0);
    assert_int_equal(end, 3);
    assert_true(merge_policy_down_to(segments, count, 1, &first, &end));
    assert_int_equal(first, 0);
    assert_int_equal(end, 4);
    begin();
    put(5 * MB, 100, 1);
    assert_true(merge_policy_down_to(segments, count, 1, &first, &end)); /* alone, but something to purge */
    assert_int_equal(first, 0);
    assert_int_equal(end, 1);
}

/*
 * An archive that grows by commits of random sizes: merging always ends, the number of segments grows with the logarithm of the
 * archive, and so does what each byte is rewritten.
 */
static void test_growth(void **state)
{
    (void)state;
    uint64_t seed = random_seed(), total = 0, rewritten = 0;
    uint32_t most = 0, first, end;
    begin();
    for (int commit = 0; commit < 20000; commit++) {
        uint64_t size = (random_next(&seed) % 16 == 0 ? 20 * MB : 40 << 10) + random_next(&seed) % MB;
        put(size, 100, 0);
        total += size;
        for (int merges = 0; merge_policy_next(segments, count, NULL, &first, &end); merges++) {
            assert_true(first < end && end <= count);
            assert_true(merges < 30);
            uint64_t sum = 0;
            for (uint32_t i = first; i < end; i++) sum += segments[i].bytes;
            segments[first].bytes = sum;
            memmove(segments + first + 1, segments + end, (count - end) * sizeof *segments);
            count -= end - first - 1;
            rewritten += sum;
        }
        if (count > most) most = count;
    }
    print_message("%llu MB in at most %u segments, each byte rewritten %.1f times\n", (unsigned long long)(total / MB), most,
                  (double)rewritten / (double)total);
    assert_true(most <= 8 * 8);
    assert_true(rewritten <= 8 * total); /* 4^8 MB is 64 GB */
}

/* A run whose longest record would be too long for memory is left, as is all that is larger. */
static void test_a_limit(void **state)
{
    (void)state;
    uint64_t longest[2 * MERGE_FANOUT];
    uint32_t first = 7, end = 8;
    begin();
    for (int i = 0; i < 2 * MERGE_FANOUT; i++) {
        put(10 * MB, 1000, 0);
        longest[i] = i < MERGE_FANOUT ? 101 : 100;
    }
    struct merge_limit limit = {longest, 100 * MERGE_FANOUT};
    assert_true(merge_policy_next(segments, count, &limit, &first, &end));
    assert_int_equal(first, MERGE_FANOUT); /* the first whose records come to no more */
    assert_int_equal(end, 2 * MERGE_FANOUT);
    limit.most--;
    assert_false(merge_policy_next(segments, count, &limit, &first, &end));
    segments[3].deleted_count = 501; /* what is written anew by itself is not made longer */
    assert_true(merge_policy_next(segments, count, &limit, &first, &end));
    assert_int_equal(first, 3);
    assert_int_equal(end, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_to_do),
        cmocka_unit_test(test_a_run_of_equals),
        cmocka_unit_test(test_a_limit),
        cmocka_unit_test(test_a_large_one_is_left_alone),
        cmocka_unit_test(test_order_is_kept),
        cmocka_unit_test(test_half_deleted),
        cmocka_unit_test(test_down_to),
        cmocka_unit_test(test_growth),
    };
    return cmocka_run_group_tests_name("merge_policy", tests, NULL, NULL);
}
