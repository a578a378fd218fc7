/* Position groups: each posting's positions come back alone, in any order; every level adds up the same of what postings take. */
#include "test_codec.h"

#include "length_byte.h"
#include "position_page.h"
#include "position_read.h"

#include <math.h>

enum { SLACK = 64, DOCS = 4096 };

struct group {
    struct position_room room;
    struct position_scale *scale;
    uint8_t *length_bytes;
    uint32_t *docs, *tfs, *positions;
    struct position_postings postings;
    uint64_t count;
    struct buffer record;
};

/* Ascending positions below the limit; a tenth of the time all at its end. */
static void choose_positions(struct chance *chance, uint32_t tf, uint32_t limit, uint32_t *positions)
{
    uint32_t next = chance_below(chance, 10) ? 0 : limit - tf;
    for (uint32_t i = 0; i < tf; i++) {
        uint32_t free = limit - next - (tf - i), step = 2 * (free / (tf - i)) + 1;
        if (chance_below(chance, 6) == 0) step = 1;
        uint32_t skip = chance_below(chance, step);
        positions[i] = next += skip < free ? skip : free;
        next++;
    }
}

static struct group make(struct chance *chance, uint32_t posting_count, uint32_t tf_most, uint32_t length_most,
                         struct position_room room)
{
    struct group group = {.room = room};
    group.docs = calloc(posting_count + 1, sizeof *group.docs);
    group.tfs = calloc(posting_count + 1, sizeof *group.tfs);
    group.length_bytes = guarded_copy(NULL, 0, DOCS + 3);
    assert_non_null(group.docs);
    assert_non_null(group.tfs);
    group.scale = malloc(sizeof *group.scale);
    assert_non_null(group.scale);
    position_scale_make(&room, group.scale);
    for (uint32_t i = 0; i < DOCS; i++) group.length_bytes[i] = length_byte_encode(1 + chance_below(chance, length_most));
    bool close = chance_below(chance, 2); /* in one page of 256 */
    for (uint32_t i = 0, doc = close ? 512 : 0; i < posting_count; i++) {
        uint32_t step = close ? 256 / posting_count : DOCS / posting_count;
        group.docs[i] = doc + chance_below(chance, step ? step : 1);
        doc += step ? step : 1;
        uint32_t limit = position_room_of(&room, room.lengths ? group.length_bytes[group.docs[i]] : 0);
        group.tfs[i] = 1 + (chance_below(chance, 3) ? chance_below(chance, 3) : chance_below(chance, tf_most));
        if (group.tfs[i] > limit) group.tfs[i] = limit;
        group.count += group.tfs[i];
    }
    group.positions = calloc(group.count + 1, sizeof *group.positions);
    assert_non_null(group.positions);
    for (uint32_t i = 0, at = 0; i < posting_count; at += group.tfs[i++])
        choose_positions(chance, group.tfs[i], position_room_of(&room, room.lengths ? group.length_bytes[group.docs[i]] : 0),
                         group.positions + at);
    group.postings = (struct position_postings){group.scale, room.lengths ? group.length_bytes : NULL, group.docs, group.tfs,
                                                posting_count};
    position_group_encode(&group.postings, group.positions, &group.record);
    assert_false(group.record.failed);
    return group;
}

static void release(struct group *group)
{
    free(group->docs);
    free(group->tfs);
    free(group->positions);
    free(group->length_bytes);
    free(group->scale);
    buffer_free(&group->record);
}

static uint32_t eighths_of(const struct group *group, uint32_t i)
{
    return group->scale->eighths[group->postings.length_bytes ? group->length_bytes[group->docs[i]] : 0];
}

/* Reads posting i, to the end and up to some position in between. */
static void expect_posting(const struct group *group, struct position_reader *reader, struct chance *chance, uint32_t i)
{
    struct position_postings before = group->postings;
    struct position_place place = {0};
    uint32_t tf = group->tfs[i], count, *positions = calloc(tf, sizeof *positions); /* room for these and no more */
    const uint32_t *expected = group->positions;
    assert_non_null(positions);
    before.count = i;
    position_place_add(&place, &before);
    for (uint32_t j = 0; j < i; j++) expected += group->tfs[j];
    assert_true(position_reader_holds(reader, tf));
    assert_null(position_reader_read(reader, place, eighths_of(group, i), tf, UINT32_MAX, positions, &count));
    assert_int_equal(count, tf);
    assert_memory_equal(positions, expected, tf * sizeof *positions);
    uint32_t enough = expected[chance_below(chance, tf)] - chance_below(chance, 2), reached = 0;
    while (reached < tf && expected[reached] < enough) reached++;
    assert_null(position_reader_read(reader, place, eighths_of(group, i), tf, enough, positions, &count));
    assert_true(count > reached || count == tf);
    assert_memory_equal(positions, expected, count * sizeof *positions);
    free(positions);
}

static void expect_round_trip(const struct group *group, struct chance *chance)
{
    size_t stored = group->record.length;
    uint32_t count = group->postings.count, one, found;
    uint8_t *bytes = guarded_copy(group->record.bytes, stored, SLACK);
    struct position_reader reader;
    position_reader_open(&reader, bytes, stored);
    const char *rule = position_group_check(bytes, stored, &group->postings);
    if (rule) fail_msg("%s", rule);
    for (uint32_t i = 0; i < count; i++) expect_posting(group, &reader, chance, i);
    for (uint32_t i = 0; i < 20; i++) expect_posting(group, &reader, chance, chance_below(chance, count)); /* in no order */
    const struct position_place past = {8 * stored, 0}, far = {UINT64_MAX / 2, 0}, high = {0, 8 * stored + 1};
    uint32_t two[2];
    assert_non_null(position_reader_read(&reader, past, 80, 1, UINT32_MAX, &one, &found));
    assert_non_null(position_reader_read(&reader, far, 80, 1, UINT32_MAX, &one, &found));
    assert_non_null(position_reader_read(&reader, high, 0, 2, UINT32_MAX, two, &found));
    if (stored) assert_non_null(position_group_check(bytes, stored - 1, &group->postings));
    free(bytes);
}

static struct position_room some_room(struct chance *chance)
{
    switch (chance_below(chance, 4)) {
    case 0: return (struct position_room){true, 0};
    case 1: return (struct position_room){true, 16};
    case 2: return (struct position_room){true, 1U << chance_below(chance, 20)};
    default: return (struct position_room){false, 1U << chance_below(chance, 29)};
    }
}

static void test_round_trips(void **state)
{
    (void)state;
    struct chance chance = chance_begin("positions");
    for (int round = 0; round < 3000; round++) {
        struct group group = make(&chance, 1 + chance_below(&chance, 256), 1 + chance_below(&chance, 60),
                                  1U << chance_below(&chance, 14), some_room(&chance));
        expect_round_trip(&group, &chance);
        release(&group);
    }
}

static void test_shapes(void **state)
{
    (void)state;
    struct chance chance = chance_begin("position shapes");
    static const struct {
        uint32_t postings, tf, length;
        struct position_room room;
    } shapes[] = {
        {1, 1, 1, {true, 0}},          /* one word in an article of one: no bits at all */
        {128, 1, 1, {true, 0}},
        {128, 1, 300, {true, 0}},
        {256, 2, 300, {true, 16}},
        {1, 20000, 65536, {true, 0}},  /* a word of a book */
        {3, 4000, 4000, {true, 0}},
        {5, 9, 1, {false, 1 << 28}},   /* gaps of many millions */
        {64, 1, 1, {false, 1}},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct group group = make(&chance, shapes[i].postings, shapes[i].tf, shapes[i].length, shapes[i].room);
        if (i < 2) assert_int_equal(group.record.length, 0);
        expect_round_trip(&group, &chance);
        release(&group);
    }
}

/* Everything is one word, and everything is in the way of a code made for words spread by chance. */
static void test_a_word_repeated_without_end(void **state)
{
    (void)state;
    enum { TF = 1 << 20 };
    const struct position_room room = {true, 0};
    struct position_scale scale;
    uint32_t *positions = calloc(TF, sizeof *positions), *back = calloc(TF, sizeof *back), tf = TF, doc = 0, count;
    const uint8_t length_byte = length_byte_encode(TF);
    struct buffer record = {0};
    struct position_reader reader;
    assert_non_null(positions);
    assert_non_null(back);
    for (uint32_t i = 0; i < TF; i++) positions[i] = i;
    position_scale_make(&room, &scale);
    const struct position_postings postings = {&scale, &length_byte, &doc, &tf, 1};
    position_group_encode(&postings, positions, &record);
    assert_int_equal(record.length, TF / 8); /* a bit each: all gaps are 0 */
    buffer_append_zeros(&record, SLACK);
    record.length -= SLACK;
    position_reader_open(&reader, record.bytes, record.length);
    const struct position_place start = {0};
    assert_null(position_reader_read(&reader, start, scale.eighths[length_byte], TF, UINT32_MAX, back, &count));
    assert_memory_equal(positions, back, TF * sizeof *back);
    free(positions);
    free(back);
    buffer_free(&record);
}

static void test_room(void **state)
{
    (void)state;
    for (uint32_t beyond = 0; beyond <= 1U << 28; beyond = beyond ? 2 * beyond : 1) {
        const struct position_room room = {true, beyond};
        struct position_scale scale;
        position_scale_make(&room, &scale);
        for (uint32_t byte = 0; byte < 256; byte++) {
            uint32_t limit = position_room_of(&room, (uint8_t)byte);
            assert_in_range(limit, 1, 1 << 28);
            if (limit < 1 << 28 && byte < 255) { /* the last word of the longest such article is below it, with what is beyond */
                uint32_t next = length_byte_decode((uint8_t)(byte + 1));
                if (byte) assert_int_equal(limit, next - 1 + beyond);
                assert_int_equal(length_byte_encode(next - 1), byte);
            }
            assert_true(exp2l(scale.eighths[byte] / 8.0L) >= limit);
            if (scale.eighths[byte]) assert_true(exp2l((scale.eighths[byte] - 1) / 8.0L) < limit);
        }
    }
}

/* Every level gives the sums of the scalar one, which are those of position_place_add. */
static void test_measure(void **state)
{
    (void)state;
    struct chance chance = chance_begin("position sums");
    struct position_sums *sums = malloc(sizeof *sums);
    assert_non_null(sums);
    for (int round = 0; round < 2000; round++) {
        struct group group = make(&chance, 1 + chance_below(&chance, 256), 1U << chance_below(&chance, 15), 1U << 16,
                                  some_room(&chance));
        for (enum cpu_level level = CPU_SCALAR; level <= cpu_level(); level++) {
            assert_true(position_measure_at(level)(&group.postings, sums));
            for (uint32_t i = 0; i <= group.postings.count; i += 1 + i / 8) {
                struct position_postings before = group.postings;
                struct position_place place = {0};
                before.count = i;
                position_place_add(&place, &before);
                assert_int_equal(sums->low[i], place.low);
                assert_int_equal(sums->high[i], place.high);
            }
            uint32_t i = chance_below(&chance, group.postings.count), tf = group.tfs[i];
            group.tfs[i] = (uint32_t)POSITION_MEASURED_TF << chance_below(&chance, 17);
            assert_false(position_measure_at(level)(&group.postings, sums));
            group.tfs[i] = tf;
        }
        release(&group);
    }
    /* Numbers of documents that a signed index can't have; nothing may be read for them. */
    const struct position_room room = {false, 4};
    const uint32_t docs[] = {5, UINT32_C(1) << 31}, tfs[] = {1, 1};
    struct position_scale scale;
    position_scale_make(&room, &scale);
    const struct position_postings far = {&scale, NULL, docs, tfs, 2};
    for (enum cpu_level level = CPU_SCALAR; level <= cpu_level(); level++) assert_false(position_measure_at(level)(&far, sums));
    free(sums);
}

/* A page as a posting list has it (posting_record.h): documents, then frequencies by half bytes. Slack follows. */
static uint8_t *make_page(const struct group *group)
{
    uint32_t count = group->postings.count, docs = count < POSITION_PAGE_BITMAP ? count : POSITION_PAGE_BITMAP;
    uint8_t *bytes = guarded_copy(NULL, 0, docs + (count + 1) / 2 + SLACK);
    memset(bytes, 0, docs + (count + 1) / 2);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t low = group->docs[i] % POSITION_PAGE, tf = group->tfs[i];
        if (count < POSITION_PAGE_BITMAP) bytes[i] = (uint8_t)low;
        else bytes[low / 8] |= (uint8_t)(1 << low % 8);
        bytes[docs + i / 2] |= (uint8_t)((tf < POSITION_PAGE_ASIDE ? tf : POSITION_PAGE_ASIDE) << i % 2 * 4);
    }
    return bytes;
}

static void check_page(const struct group *group, const uint8_t *bytes, const struct position_page_kernel *kernel,
                       struct position_page *page)
{
    uint32_t count = group->postings.count, first = group->docs[0] / POSITION_PAGE * POSITION_PAGE, docs = POSITION_PAGE;
    memset(page, 0xa5, sizeof *page);
    page->kernel = kernel;
    page->aside_count = 0;
    assert_true(kernel->open(bytes, count, page));
    for (uint32_t i = 0; i < count; i++)
        if (group->tfs[i] >= POSITION_PAGE_ASIDE) page->aside_tfs[page->aside_count++] = group->tfs[i];
    if (group->docs[count - 1] >= DOCS - POSITION_PAGE) docs = DOCS - first; /* nothing behind them may be read */
    position_page_widen(group->scale, group->room.lengths ? group->length_bytes + first : NULL, docs, page);
    for (uint32_t low = 0, i = 0; low < POSITION_PAGE; low++) {
        bool is_there = i < count && group->docs[i] == first + low;
        assert_int_equal(kernel->find(page, low), is_there ? (int)i : -1);
        i += is_there;
    }
    for (uint32_t i = 0; i <= count; i++) {
        struct position_postings before = group->postings;
        struct position_place place = {0};
        uint64_t low = 0, high = 0;
        before.count = i;
        position_place_add(&place, &before);
        position_page_pass(page, i, &low, &high);
        assert_int_equal(low, place.low);
        assert_int_equal(high, place.high);
        if (i == count) break;
        uint8_t byte = group->room.lengths ? group->length_bytes[group->docs[i]] : 0;
        assert_int_equal(position_page_tf(page, i), group->tfs[i]);
        assert_int_equal(page->rooms[i], group->scale->eighths[byte]);
        if (page->tfs[i]) assert_int_equal(page->widths[i], position_width(group->scale->eighths[byte], group->tfs[i]));
    }
}

static void test_pages(void **state)
{
    (void)state;
    struct chance chance = chance_begin("pages");
    struct position_page *page = malloc(sizeof *page);
    assert_non_null(page);
    for (int round = 0; round < 2000; round++) {
        uint32_t most = chance_below(&chance, 2) ? 40 : 256;
        struct group group = make(&chance, 1 + chance_below(&chance, most), 1U << chance_below(&chance, 15), 1U << 16,
                                  some_room(&chance));
        uint32_t count = group.postings.count;
        if (group.docs[0] / POSITION_PAGE != group.docs[count - 1] / POSITION_PAGE) { /* not in one page */
            release(&group);
            continue;
        }
        uint8_t *bytes = make_page(&group);
        for (enum cpu_level level = CPU_SCALAR; level <= cpu_level(); level++) {
            const struct position_page_kernel *kernel = position_page_kernel_at(level);
            check_page(&group, bytes, kernel, page);
            uint32_t docs = count < POSITION_PAGE_BITMAP ? count : POSITION_PAGE_BITMAP, i = chance_below(&chance, count);
            uint8_t *half = bytes + docs + i / 2, whole = *half;
            *half &= i % 2 ? 0x0f : 0xf0; /* a posting that never occurs */
            assert_false(kernel->open(bytes, count, page));
            *half = whole;
            if (count == 1) continue;
            whole = bytes[i % docs];
            if (count < POSITION_PAGE_BITMAP) bytes[i] = bytes[i ? i - 1 : 1]; /* the same document twice */
            else bytes[i % docs] ^= (uint8_t)(1 << i % 8);                      /* one more, or one less */
            assert_false(kernel->open(bytes, count, page));
            bytes[i % docs] = whole;
        }
        free(bytes);
        release(&group);
    }
    free(page);
}

/* Every posting of several positions, now and then one again, up to a position that may be one of its own. */
static void test_read(void **state)
{
    (void)state;
    struct chance chance = chance_begin("reading positions");
    for (int round = 0; round < 600; round++) {
        struct group group = make(&chance, 1 + chance_below(&chance, 256), 1U << chance_below(&chance, 9),
                                  1U << (4 + chance_below(&chance, 25)), some_room(&chance));
        buffer_append_zeros(&group.record, SLACK);
        assert_false(group.record.failed);
        group.record.length -= SLACK;
        for (enum cpu_level level = CPU_SCALAR; level <= cpu_level(); level++) {
            struct position_reader reader;
            struct position_place place = {0};
            const uint32_t *wanted = group.positions;
            position_reader_open(&reader, group.record.bytes, group.record.length);
            for (uint32_t i = 0; i < group.postings.count; wanted += group.tfs[i], i++) {
                const struct position_postings one = {group.scale, group.postings.length_bytes, group.docs + i, group.tfs + i, 1};
                struct position_place end = place;
                uint32_t tf = group.tfs[i], last = chance_below(&chance, tf), count = 0;
                uint32_t enough = wanted[last] - (wanted[last] && chance_below(&chance, 2));
                if (chance_below(&chance, 3) == 0) enough = UINT32_MAX;
                uint32_t eighths = group.scale->eighths[group.postings.length_bytes ? group.length_bytes[group.docs[i]] : 0];
                position_place_add(&end, &one);
                uint64_t low = reader.bits - end.low;
                for (uint32_t times = 0; tf > 1 && times < 1 + (chance_below(&chance, 8) == 0); times++) {
                    uint32_t *positions = malloc(tf * sizeof *positions); /* not one more is to be written */
                    assert_non_null(positions);
                    uint32_t width = position_width(eighths, tf);
                    assert_null(position_read_at(level)(&reader, place.high, low, width, tf, enough, positions, &count));
                    assert_true(count == tf || positions[count - 1] >= enough);
                    assert_true(count == 1 || positions[count - 2] < enough);
                    assert_memory_equal(positions, wanted, count * sizeof *positions);
                    free(positions);
                }
                place = end;
            }
        }
        release(&group);
    }
}

static void test_damage(void **state)
{
    (void)state;
    struct chance chance = chance_begin("damaged positions");
    for (int round = 0; round < 8000; round++) {
        struct group group = make(&chance, 1 + chance_below(&chance, 200), 6, 1 << 10, some_room(&chance));
        size_t kept = chance_below(&chance, 4) ? group.record.length : chance_below(&chance, (uint32_t)group.record.length + 1);
        uint8_t *bytes = guarded_copy(group.record.bytes, kept, SLACK);
        struct position_reader reader;
        damage(&chance, bytes, kept);
        position_reader_open(&reader, bytes, kept);
        position_group_check(bytes, kept, &group.postings);
        for (int times = 0; times < 40; times++) {
            uint32_t positions[300], tf = 1 + chance_below(&chance, 290), count, most = 8 * (uint32_t)kept + 9;
            struct position_place place = {chance_below(&chance, most), chance_below(&chance, most)};
            uint32_t eighths = chance_below(&chance, 225), known[300], width = position_width(eighths, tf);
            struct position_reader again = reader;
            uint64_t low = reader.bits - place.low - (uint64_t)tf * width;
            if (position_reader_read(&reader, place, eighths, tf, UINT32_MAX, positions, &count)) continue;
            assert_int_equal(count, tf);
            for (enum cpu_level level = CPU_SCALAR; tf > 1 && level <= cpu_level(); level++, again.at = again.passed = 0) {
                assert_null(position_read_at(level)(&again, place.high, low, width, tf, UINT32_MAX, known, &count));
                assert_memory_equal(known, positions, tf * sizeof *known);
            }
            for (uint32_t i = 1; i < tf; i++) assert_true(positions[i] > positions[i - 1]);
            assert_true(positions[tf - 1] <= POSITION_MOST);
        }
        free(bytes);
        release(&group);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips), cmocka_unit_test(test_shapes), cmocka_unit_test(test_a_word_repeated_without_end),
        cmocka_unit_test(test_room),        cmocka_unit_test(test_measure), cmocka_unit_test(test_pages),
        cmocka_unit_test(test_read),        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
