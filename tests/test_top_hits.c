/* The best k of many hits, however many k is: what sorting all of them gives, ties in the order of arrival, and a threshold that
 * never leaves out one of them. */
#include "test_codec.h"

#include "top_hits.h"

static int compare(const void *a, const void *b) { return hit_before(a, b) ? -1 : hit_before(b, a); }

static void same_hits(struct chance *chance, uint64_t k, uint32_t count, uint32_t distinct, int direction)
{
    struct top_hits top = {.k = k};
    struct ranked_hit *all = malloc((count + 1) * sizeof *all);
    assert_non_null(all);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t value = direction > 0 ? i : direction < 0 ? count - i : chance_below(chance, UINT32_MAX);
        struct ranked_hit hit = {(float)(value % distinct) / 7, i / 1000, i % 1000, chance_below(chance, 8) * 1000 + i % 1000};
        all[i] = hit;
        if (hit.score >= top_hits_threshold(&top)) kept++;
        assert_true(top_hits_add(&top, &hit));
    }
    top_hits_sort(&top);
    qsort(all, count, sizeof *all, compare);
    assert_int_equal(top.count, k < count ? k : count);
    assert_true(kept >= top.count);
    for (uint64_t i = 0; i < top.count; i++) assert_memory_equal(&top.hits[i], &all[i], sizeof *all);
    if (k && k <= count) assert_true(top_hits_threshold(&top) <= all[k - 1].score);
    top_hits_free(&top);
    free(all);
}

static void test_any_k(void **state)
{
    (void)state;
    struct chance chance = chance_begin("top hits");
    static const uint64_t sizes[] = {0, 1, 2, 10, TOP_HEAP_MOST, TOP_HEAP_MOST + 1, 3000, UINT64_MAX};
    for (int round = 0; round < 400; round++) {
        uint64_t k = round % 16 < 8 ? sizes[round % 8] : chance_below(&chance, 2000);
        uint32_t count = chance_below(&chance, round % 3 ? 12000 : 2000);
        static const uint32_t distinct[] = {1, 2, 50, UINT32_MAX};
        same_hits(&chance, k, count, distinct[round / 16 % 4], (int)chance_below(&chance, 3) - 1);
    }
}

/* Exactly as many as are wanted, one fewer, one more, and to the ends of what is gathered before a selection. */
static void test_borders(void **state)
{
    (void)state;
    struct chance chance = chance_begin("borders");
    const uint32_t k = TOP_HEAP_MOST + 100;
    for (uint32_t most = 1; most <= 4; most++)
        for (uint32_t i = 0; i < 3; i++) same_hits(&chance, k, k / 2 * (most + 1) + i - 1, 1 + most * most, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_k),
        cmocka_unit_test(test_borders),
    };
    return cmocka_run_group_tests_name("top_hits", tests, NULL, NULL);
}
