/* Position groups: each posting's positions come back alone or all together. */
#include "test_codec.h"

#include "position_group.h"

enum { SLACK = 64, POSITION_LIMIT = 1 << 28 };

struct group {
    uint32_t *positions, *tfs;
    uint64_t count;
    uint32_t posting_count;
    struct buffer record;
};

static struct group make(struct chance *chance, uint32_t posting_count, uint32_t tf_most, uint32_t limit)
{
    struct group group = {.posting_count = posting_count};
    group.tfs = calloc(posting_count + 1, sizeof *group.tfs);
    assert_non_null(group.tfs);
    for (uint32_t i = 0; i < posting_count; i++) {
        group.tfs[i] = 1 + (chance_below(chance, 3) ? chance_below(chance, 3) : chance_below(chance, tf_most));
        group.count += group.tfs[i];
    }
    group.positions = calloc(group.count + 1, sizeof *group.positions);
    assert_non_null(group.positions);
    uint32_t *position = group.positions;
    for (uint32_t i = 0; i < posting_count; i++) {
        uint32_t step = limit / group.tfs[i], next = chance_below(chance, step);
        for (uint32_t j = 0; j < group.tfs[i]; j++) {
            *position++ = next;
            next += 1 + chance_below(chance, chance_below(chance, 4) ? step / 64 + 1 : step - 1 ? step - 1 : 1);
        }
    }
    position_group_encode(group.positions, NULL, group.count, group.tfs, posting_count, &group.record);
    assert_false(group.record.failed);
    return group;
}

static void release(struct group *group)
{
    free(group->positions);
    free(group->tfs);
    buffer_free(&group->record);
}

static void expect_round_trip(const struct group *group)
{
    size_t length = 0, stored = group->record.length;
    uint64_t count = 0, before = 0;
    uint8_t *bytes = guarded_copy(group->record.bytes, stored, SLACK);
    assert_null(position_group_count(bytes, stored, &count));
    assert_int_equal(count, group->count);
    assert_null(position_group_length(bytes, stored + SLACK, &length)); /* what follows is not its own */
    assert_int_equal(length, stored);
    for (uint32_t i = 0; i < group->posting_count; i++) {
        uint32_t *positions = calloc(group->tfs[i], sizeof *positions); /* room for these and no more */
        assert_non_null(positions);
        assert_null(position_group_decode(bytes, stored, before, group->tfs[i], positions));
        assert_memory_equal(positions, group->positions + before, group->tfs[i] * sizeof *positions);
        free(positions);
        before += group->tfs[i];
    }
    uint32_t one;
    assert_null(position_group_decode(bytes, stored, before, 0, &one));
    assert_non_null(position_group_decode(bytes, stored, before, 1, &one));
    assert_non_null(position_group_decode(bytes, stored, UINT64_MAX, 1, &one));
    free(bytes);
}

static void test_round_trips(void **state)
{
    (void)state;
    struct chance chance = chance_begin("positions");
    for (int round = 0; round < 1500; round++) {
        uint32_t limit = 4096U << chance_below(&chance, 17);
        struct group group = make(&chance, 1 + chance_below(&chance, 300), 1 + chance_below(&chance, 40),
                                  limit < POSITION_LIMIT ? limit : POSITION_LIMIT);
        expect_round_trip(&group);
        release(&group);
    }
}

static void test_shapes(void **state)
{
    (void)state;
    struct chance chance = chance_begin("position shapes");
    static const uint32_t postings[] = {1, 1, 128, 127, 129, 16384, 3};
    static const uint32_t tfs[] = {1, 4000, 1, 1, 2, 1, 3000};
    for (size_t i = 0; i < sizeof postings / sizeof *postings; i++) {
        struct group group = make(&chance, postings[i], tfs[i], POSITION_LIMIT);
        expect_round_trip(&group);
        release(&group);
    }
}

static void test_a_word_repeated_without_end(void **state)
{
    (void)state;
    enum { TF = 1 << 20 };
    uint32_t *positions = calloc(TF, sizeof *positions), *back = calloc(TF, sizeof *back), tf = TF;
    struct buffer record = {0};
    size_t length;
    assert_non_null(positions);
    assert_non_null(back);
    for (uint32_t i = 0; i < TF; i++) positions[i] = i;
    position_group_encode(positions, NULL, TF, &tf, 1, &record);
    assert_true(record.length < TF / 64 + 16); /* two bytes a run: all gaps are 1 */
    buffer_append_zeros(&record, SLACK);
    record.length -= SLACK;
    assert_null(position_group_length(record.bytes, record.length, &length));
    assert_int_equal(length, record.length);
    assert_null(position_group_decode(record.bytes, record.length, 0, TF, back));
    assert_memory_equal(positions, back, TF * sizeof *back);
    free(positions);
    free(back);
    buffer_free(&record);
}

static void walk(const uint8_t *bytes, size_t length)
{
    uint32_t positions[300];
    size_t stored;
    uint64_t count;
    position_group_length(bytes, length, &stored);
    if (position_group_count(bytes, length, &count)) return;
    for (uint64_t before = 0; before <= count && before < 2000; before += 37) {
        uint32_t tf = 1 + (uint32_t)(before % 290);
        if (position_group_decode(bytes, length, before, tf, positions)) continue;
        for (uint32_t i = 1; i < tf; i++) assert_true(positions[i] > positions[i - 1]);
    }
}

static void test_damage(void **state)
{
    (void)state;
    struct chance chance = chance_begin("damaged positions");
    for (int round = 0; round < 8000; round++) {
        struct group group = make(&chance, 1 + chance_below(&chance, 200), 6, 1 << 14);
        size_t kept = chance_below(&chance, 4) ? group.record.length : chance_below(&chance, (uint32_t)group.record.length + 1);
        uint8_t *bytes = guarded_copy(group.record.bytes, kept, SLACK);
        damage(&chance, bytes, kept);
        walk(bytes, kept);
        free(bytes);
        release(&group);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_a_word_repeated_without_end),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
