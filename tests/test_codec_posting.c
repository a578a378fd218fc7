/* Posting lists: whatever shape goes in comes out, every bound is a bound, and damaged bytes are refused or at least harmless. */
#include "test_codec.h"

#include "impact.h"
#include "posting_list.h"

#include <math.h>

/* A list, as arrays and as a record. */
struct list {
    uint32_t *docs, *tfs, *title_docs, *title_tfs;
    float *impacts;
    uint64_t *group_offsets;
    uint32_t group_count;
    struct posting_input input;
    struct buffer record;
};

enum shape { SHAPE_SPREAD, SHAPE_ALL, SHAPE_ENDS, SHAPE_CLUSTERS, SHAPE_DENSE_HALF };
enum tf_kind { TF_SMALL, TF_MIXED, TF_HUGE };

static void *take(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    assert_non_null(memory);
    return memory;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void choose_docs(struct chance *chance, enum shape shape, uint32_t df, uint32_t doc_count, uint32_t *docs)
{
    if (shape == SHAPE_ALL || df == doc_count) {
        for (uint32_t i = 0; i < df; i++) docs[i] = i;
        return;
    }
    if (shape == SHAPE_ENDS && df >= 2) { /* half at the beginning, half at the end */
        for (uint32_t i = 0; i < df; i++) docs[i] = i < df / 2 ? i : doc_count - df + i;
        return;
    }
    /* a choice without repetition: walk down the documents and keep each with the chance that is needed */
    uint32_t found = 0, doc = 0;
    while (found < df) {
        uint32_t left = df - found, room = doc_count - doc;
        uint32_t chance_in = shape == SHAPE_CLUSTERS ? (doc >> 9 & 1 ? room : room / 8 + 1) : room;
        if (left == room || chance_below(chance, chance_in) < left) docs[found++] = doc;
        doc++;
    }
    qsort(docs, df, sizeof *docs, by_number);
}

static float impact_of(uint32_t doc, uint32_t tf, uint32_t title_tf)
{
    float weight = (float)tf + 2 * (float)title_tf;
    return weight / (weight + 0.3F + 0.9F * (float)(doc * 2654435761U >> 24) / 100);
}

static struct list make(struct chance *chance, enum shape shape, enum tf_kind kind, uint32_t df, uint32_t doc_count,
                        bool equal_impacts, bool positions)
{
    struct list list = {0};
    list.docs = take(df, sizeof *list.docs);
    list.tfs = take(df, sizeof *list.tfs);
    list.title_docs = take(df, sizeof *list.title_docs);
    list.title_tfs = take(df, sizeof *list.title_tfs);
    list.impacts = take(df, sizeof *list.impacts);
    list.group_offsets = take(df + 1, sizeof *list.group_offsets);
    uint32_t title_df = 0, title_chance = chance_below(chance, 3) ? chance_below(chance, 100) : 0;
    choose_docs(chance, shape, df, doc_count, list.docs);
    for (uint32_t i = 0; i < df; i++) {
        list.tfs[i] = 1 + (chance_below(chance, 2) ? 0 : chance_below(chance, 5));
        if (kind != TF_SMALL && chance_below(chance, 20) == 0) list.tfs[i] = 1 + chance_below(chance, 400);
        if (kind == TF_HUGE && chance_below(chance, 50) == 0) list.tfs[i] = 1 + chance_below(chance, 1 << 28);
        uint32_t title_tf = 0;
        if (chance_below(chance, 100) < title_chance) {
            title_tf = 1 + chance_below(chance, list.tfs[i] < 3 ? list.tfs[i] : 3);
            list.title_docs[title_df] = list.docs[i];
            list.title_tfs[title_df++] = title_tf;
        }
        list.impacts[i] = equal_impacts ? 0.731F : impact_of(list.docs[i], list.tfs[i], title_tf);
    }
    list.input = (struct posting_input){.docs = list.docs, .tfs = list.tfs, .impacts = list.impacts, .df = df,
                                        .doc_count = doc_count, .group_offsets = positions ? list.group_offsets : NULL,
                                        .title_docs = list.title_docs, .title_tfs = list.title_tfs, .title_df = title_df};
    const struct position_room least = {chance_below(chance, 4) > 0, chance_below(chance, 3) ? chance_below(chance, 20)
                                                                                           : chance_below(chance, 1 << 28)};
    list.input.room = posting_room(least);
    uint64_t offset = chance_below(chance, 2) ? chance_next(chance) >> 20 : 0;
    static const uint32_t steps[] = {1 << 8, 1 << 12, 1 << 17, UINT32_MAX}; /* offsets of each form */
    uint32_t step = steps[chance_below(chance, 4)];
    for (uint32_t at = 0; at < df; at = posting_group_end(&list.input, at)) {
        list.group_offsets[list.group_count++] = offset;
        offset += chance_below(chance, step);
    }
    list.group_offsets[list.group_count] = offset;
    posting_list_encode(&list.input, &list.record);
    assert_false(list.record.failed);
    return list;
}

static void release(struct list *list)
{
    free(list->docs);
    free(list->tfs);
    free(list->title_docs);
    free(list->title_tfs);
    free(list->impacts);
    free(list->group_offsets);
    buffer_free(&list->record);
}

static bool bounded(float impact, uint32_t code, float unit) { return (double)code * (double)unit >= (double)impact; }

/* The list's group is the n-th of those that have postings. */
static void expect_group(const struct list *made, const struct posting_list *list, uint32_t group, uint32_t n)
{
    uint64_t offset, length;
    assert_true(posting_group_range(list, group, &offset, &length));
    assert_int_equal(offset, made->group_offsets[n]);
    assert_int_equal(offset + length, made->group_offsets[n + 1]);
}

static void expect_blocks(const struct list *made, const struct posting_list *list)
{
    uint32_t docs[POSTING_BLOCK], tfs[POSTING_BLOCK], at = 0;
    assert_int_equal(list->block_count, (made->input.df + 127) / 128);
    for (uint32_t block = 0; block < list->block_count; block++) {
        uint32_t count = posting_block_count(list, block);
        assert_null(posting_block_docs(list, block, docs));
        assert_null(posting_block_tfs(list, block, tfs));
        assert_int_equal(posting_block_last(list, block), docs[count - 1]);
        assert_memory_equal(docs, made->docs + at, count * sizeof *docs);
        assert_memory_equal(tfs, made->tfs + at, count * sizeof *tfs);
        for (uint32_t i = 0; i < count; i++)
            assert_true(bounded(made->impacts[at + i], posting_block_max(list, block), list->unit));
        if (list->has_positions) expect_group(made, list, block, block);
        at += count;
    }
    assert_int_equal(at, made->input.df);
    for (uint32_t i = 0; i < 50; i++) {
        uint32_t doc = (uint32_t)((uint64_t)list->doc_count * i / 49), from = i % (list->block_count + 1), expected = from;
        while (expected < list->block_count && posting_block_last(list, expected) < doc) expected++;
        assert_int_equal(posting_block_seek(list, from, doc), expected);
    }
}

static void expect_page(const struct list *made, const struct posting_list *list, uint32_t page, uint32_t at, uint32_t count)
{
    uint32_t docs[POSTING_PAGE], tfs[POSTING_PAGE], offset, length, group = page >> posting_page_group_shift(list);
    uint64_t bits[4], expected_bits[4] = {0};
    assert_int_equal(posting_page_count(list, page), count);
    assert_int_equal(list->page_max[page] != 0, count != 0);
    assert_null(posting_page_docs(list, page, docs));
    assert_null(posting_page_tfs(list, page, tfs));
    assert_null(posting_page_bits(list, page, bits));
    posting_page_range(list, page, &offset, &length);
    assert_true((uint64_t)offset + length <= list->length);
    assert_int_equal(length != 0, count != 0);
    assert_memory_equal(docs, made->docs + at, count * sizeof *docs);
    assert_memory_equal(tfs, made->tfs + at, count * sizeof *tfs);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t cell = docs[i] >> list->grid_shift, code = (uint32_t)list->grid[cell / 2] >> cell % 2 * 4 & 15;
        assert_true(bounded(made->impacts[at + i], list->page_max[page], list->unit));
        assert_true(bounded(made->impacts[at + i], code * 17, list->unit));
        assert_int_equal(posting_page_tf(list, page, i), tfs[i]);
        expected_bits[docs[i] % 256 / 64] |= UINT64_C(1) << docs[i] % 64;
    }
    assert_memory_equal(bits, expected_bits, sizeof bits);
    for (uint32_t low = 0, i = 0; low < POSTING_PAGE; low++) {
        uint32_t doc = page * POSTING_PAGE + low;
        bool there = i < count && docs[i] == doc;
        assert_int_equal(posting_page_find(list, page, doc), there ? (int)i++ : -1);
    }
    assert_int_equal(posting_page_find(list, page, page * POSTING_PAGE + 256), -1);
    if (!list->has_positions || !count) return;
    uint32_t expected_group = 0; /* among those that have postings */
    for (uint32_t first = 0; (first = posting_group_end(&made->input, first)) <= at;) expected_group++;
    expect_group(made, list, group, expected_group);
}

static void expect_pages(const struct list *made, const struct posting_list *list)
{
    uint32_t at = 0, next = posting_page_next(list, 0);
    assert_int_equal(list->block_count, (made->input.doc_count + 255) / 256);
    assert_in_range(list->grid_shift, 4, 8);
    assert_int_equal(list->group_count, ((list->block_count - 1) >> posting_page_group_shift(list)) + 1);
    for (uint32_t page = 0; page < list->block_count; page++) {
        uint32_t count = 0;
        while (at + count < made->input.df && made->docs[at + count] / POSTING_PAGE == page) count++;
        if (count) {
            assert_int_equal(page, next);
            next = posting_page_next(list, page + 1);
        }
        expect_page(made, list, page, at, count);
        at += count;
    }
    assert_int_equal(next, list->block_count);
    assert_int_equal(at, made->input.df);
    uint64_t offset, length, end = 0;
    for (uint32_t group = 0; group < list->group_count && list->has_positions; group++) { /* those without postings too */
        assert_true(posting_group_range(list, group, &offset, &length));
        if (group) assert_int_equal(offset, end);
        end = offset + length;
    }
    if (list->has_positions) assert_int_equal(end, made->group_offsets[made->group_count]);
}

static void expect_title(const struct list *made, const struct posting_list *list)
{
    uint32_t docs[POSTING_BLOCK], tfs[POSTING_BLOCK], at = 0;
    assert_int_equal(list->title_df, made->input.title_df);
    for (uint32_t block = 0; block < list->title_block_count; block++) {
        uint32_t count = posting_title_count(list, block);
        assert_null(posting_title_docs(list, block, docs));
        assert_null(posting_title_tfs(list, block, tfs));
        assert_int_equal(posting_title_last(list, block), docs[count - 1]);
        assert_memory_equal(docs, made->title_docs + at, count * sizeof *docs);
        assert_memory_equal(tfs, made->title_tfs + at, count * sizeof *tfs);
        assert_int_equal(posting_title_seek(list, 0, docs[0]), block);
        assert_int_equal(posting_title_seek(list, block, docs[count - 1]), block);
        at += count;
    }
    assert_int_equal(at, made->input.title_df);
}

static int downwards(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x > y ? -1 : x < y;
}

static void expect_impacts(const struct list *made, const struct posting_list *list)
{
    float *sorted = take(made->input.df, sizeof *sorted);
    memcpy(sorted, made->impacts, made->input.df * sizeof *sorted);
    qsort(sorted, made->input.df, sizeof *sorted, downwards);
    assert_true(list->max_impact == sorted[0]);
    assert_true(bounded(list->max_impact, 255, list->unit));
    for (uint32_t i = 0; i < POSTING_KTH; i++)
        assert_true(list->kth[i] == (made->input.df >= posting_kth_k[i] ? sorted[posting_kth_k[i] - 1] : 0));
    free(sorted);
}

/* posting_list_check asks for a posting's impact; the list knows. */
static float recall_impact(void *context, uint32_t doc, uint32_t tf, uint32_t title_tf)
{
    const struct list *made = context;
    const uint32_t *found = bsearch(&doc, made->docs, made->input.df, sizeof doc, by_number);
    (void)title_tf;
    if (!found || made->tfs[found - made->docs] != tf) return 2;
    return made->impacts[found - made->docs];
}

static void expect_round_trip(struct list *made)
{
    struct posting_list list;
    uint8_t *bytes = guarded_copy(made->record.bytes, made->record.length, POSTING_SLACK);
    uint64_t cf = 0;
    for (uint32_t i = 0; i < made->input.df; i++) cf += made->tfs[i];
    assert_null(posting_list_open(bytes, made->record.length, made->input.doc_count, &list));
    assert_int_equal(list.df, made->input.df);
    assert_int_equal(list.cf, cf);
    assert_int_equal(list.has_positions, made->input.group_offsets != NULL);
    if (list.has_positions) {
        assert_int_equal(list.room.lengths, made->input.room.lengths);
        assert_int_equal(list.room.beyond, made->input.room.beyond);
    }
    assert_int_equal(list.paged, posting_is_paged(made->input.df, made->input.doc_count));
    expect_impacts(made, &list);
    if (list.paged) expect_pages(made, &list);
    else
        expect_blocks(made, &list);
    expect_title(made, &list);
    const char *rule = posting_list_check(&list, recall_impact, made);
    if (rule) fail_msg("%s", rule);
    assert_null(posting_list_check(&list, NULL, NULL));
    free(bytes);
}

static void test_small_lists(void **state)
{
    (void)state;
    struct chance chance = chance_begin("small lists");
    for (int round = 0; round < 1500; round++) {
        uint32_t doc_count = 1 + chance_below(&chance, chance_below(&chance, 2) ? 300 : 100000);
        uint32_t df = 1 + chance_below(&chance, doc_count < 2000 ? doc_count : 2000);
        struct list list = make(&chance, (enum shape)chance_below(&chance, 4), (enum tf_kind)chance_below(&chance, 3), df,
                                doc_count, chance_below(&chance, 4) == 0, chance_below(&chance, 4) != 0);
        expect_round_trip(&list);
        release(&list);
    }
}

static void test_sizes_around_the_limit(void **state)
{
    (void)state;
    struct chance chance = chance_begin("around the limit");
    static const uint32_t sizes[] = {8191, 8192, 8193, 16384, 40000};
    static const uint32_t doc_counts[] = {40000, 65536, 65537, 100001, 800000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t j = 0; j < sizeof doc_counts / sizeof *doc_counts; j++) {
            struct list list = make(&chance, (enum shape)((i + j) % 4), (enum tf_kind)((i * 2 + j) % 3), sizes[i], doc_counts[j],
                                    i == j, (i + j) % 5 != 0);
            expect_round_trip(&list);
            release(&list);
        }
}

static void test_every_document(void **state)
{
    (void)state;
    struct chance chance = chance_begin("every document");
    static const uint32_t counts[] = {1, 2, 127, 128, 129, 256, 8191, 8192, 8193, 16383, 20000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (int kind = TF_SMALL; kind <= TF_HUGE; kind++) {
            struct list list = make(&chance, SHAPE_ALL, (enum tf_kind)kind, counts[i], counts[i], false, true);
            expect_round_trip(&list);
            release(&list);
        }
}

static void test_one_posting(void **state)
{
    (void)state;
    struct chance chance = chance_begin("one posting");
    static const uint32_t docs[] = {0, 1, 255, 256, UINT32_MAX - 2};
    for (size_t i = 0; i < sizeof docs / sizeof *docs; i++) {
        struct list list = make(&chance, SHAPE_ALL, TF_SMALL, 1, 1, true, false);
        buffer_clear(&list.record);
        list.docs[0] = docs[i];
        list.tfs[0] = UINT32_MAX;
        list.input.title_df = 0;
        list.input.doc_count = docs[i] + 1;
        posting_list_encode(&list.input, &list.record);
        expect_round_trip(&list);
        release(&list);
    }
}

static void test_last_documents_of_a_large_segment(void **state)
{
    (void)state;
    /* gaps so wide that 128 of them pass 32 bits if the decoder isn't careful */
    uint32_t docs[200], tfs[200];
    float impacts[200];
    for (uint32_t i = 0; i < 200; i++) {
        docs[i] = i < 100 ? i * 40000000 : UINT32_MAX - 400 + i * 2;
        tfs[i] = 1 + i;
        impacts[i] = (float)(i + 1) / 200;
    }
    struct list list = {.docs = docs, .tfs = tfs, .impacts = impacts,
                        .input = {.docs = docs, .tfs = tfs, .impacts = impacts, .df = 200, .doc_count = UINT32_MAX}};
    posting_list_encode(&list.input, &list.record);
    assert_false(list.record.failed);
    expect_round_trip(&list);
    buffer_free(&list.record);
}

static void test_impact_codes(void **state)
{
    (void)state;
    struct chance chance = chance_begin("impact codes");
    for (int round = 0; round < 200000; round++) {
        float max = (float)((double)(1 + chance_below(&chance, UINT32_MAX - 1)) / UINT32_MAX), unit;
        if (chance_below(&chance, 10) == 0)
            max = nextafterf(0, 1) * (float)(1 + chance_below(&chance, 1000)); /* subnormal */
        unit = impact_unit(max);
        float impact = (float)((double)max * (1 + chance_below(&chance, 1000)) / 1000);
        if (impact > max || impact <= 0) impact = max;
        uint32_t code = impact_code(impact, unit);
        assert_in_range(code, 1, 255);
        assert_true(bounded(impact, code, unit));
        if (code > 1) assert_false(bounded(impact, code - 1, unit)); /* the least one that does */
        assert_true(impact_grid_code((uint8_t)code) * 17U >= code);
        assert_true(impact_grid_code((uint8_t)code) <= 15);
        assert_true(bounded(max, 255, unit));
    }
    assert_int_equal(impact_grid_code(255), 15);
    assert_int_equal(impact_grid_code(17), 1);
    assert_int_equal(impact_grid_code(18), 2);
}

static void test_kth_of_many(void **state)
{
    (void)state;
    struct chance chance = chance_begin("k-th of many");
    static const uint32_t k[] = {10, 100, 1000};
    for (int round = 0; round < 40; round++) {
        uint32_t count = 1 + chance_below(&chance, 20000), distinct = 1 + chance_below(&chance, round % 2 ? 5 : 100000);
        float *impacts = take(count, sizeof *impacts), kth[3];
        for (uint32_t i = 0; i < count; i++) impacts[i] = (float)(1 + chance_below(&chance, distinct)) / 100000;
        if (round % 4 == 3) qsort(impacts, count, sizeof *impacts, downwards);
        impact_select(impacts, count, k, 3, kth);
        qsort(impacts, count, sizeof *impacts, downwards);
        for (int i = 0; i < 3; i++) assert_true(kth[i] == (count >= k[i] ? impacts[k[i] - 1] : 0));
        free(impacts);
    }
}

/* Calls everything there is on a record that may be damaged. */
static void walk(const uint8_t *bytes, size_t length, uint32_t doc_count)
{
    struct posting_list list;
    uint32_t docs[POSTING_PAGE], tfs[POSTING_PAGE], offset, size;
    uint64_t bits[4], sum = 0;
    if (posting_list_open(bytes, length, doc_count, &list)) return;
    for (uint32_t group = 0; group < list.group_count; group++)
        if (posting_group_range(&list, group, &bits[0], &bits[1])) assert_true(bits[1] <= list.positions_length);
    for (uint32_t page = 0; list.paged && page < list.block_count; page++) {
        posting_page_range(&list, page, &offset, &size);
        assert_true((uint64_t)offset + size <= length);
        const char *rule = posting_page_docs(&list, page, docs);
        for (uint32_t i = 0; i < posting_page_count(&list, page); i++) {
            assert_true(posting_page_tf(&list, page, i) >= 1);
            if (rule) continue;
            assert_true(docs[i] < doc_count && docs[i] / 256 == page);
            if (i) assert_true(docs[i] > docs[i - 1]);
        }
        rule = posting_page_tfs(&list, page, tfs);
        for (uint32_t i = 0; i < posting_page_count(&list, page) && !rule; i++) assert_true(tfs[i] >= 1);
        posting_page_bits(&list, page, bits);
        for (uint32_t low = 0; low < 256; low += 5) {
            int index = posting_page_find(&list, page, page * 256 + low);
            assert_true(index < (int)posting_page_count(&list, page));
        }
        sum += posting_page_next(&list, page);
    }
    for (uint32_t block = 0; !list.paged && block < list.block_count; block++) {
        assert_true(posting_block_last(&list, block) < doc_count);
        sum += posting_block_seek(&list, block, docs[0] = posting_block_last(&list, block) / 2);
        if (posting_block_docs(&list, block, docs)) continue;
        for (uint32_t i = 0; i < posting_block_count(&list, block); i++) {
            assert_true(docs[i] < doc_count);
            if (i) assert_true(docs[i] > docs[i - 1]);
        }
        posting_block_tfs(&list, block, tfs);
    }
    for (uint32_t block = 0; block < list.title_block_count; block++) {
        posting_title_docs(&list, block, docs);
        posting_title_tfs(&list, block, tfs);
        sum += posting_title_seek(&list, 0, posting_title_last(&list, block));
    }
    posting_list_check(&list, NULL, NULL);
    (void)sum;
}

static void damage_list(struct chance *chance, struct list *list, int rounds)
{
    size_t length = list->record.length;
    for (int round = 0; round < rounds; round++) {
        size_t kept = chance_below(chance, 8) ? length : chance_below(chance, (uint32_t)length + 1);
        uint8_t *bytes = guarded_copy(list->record.bytes, kept, POSTING_SLACK);
        damage(chance, bytes, kept);
        walk(bytes, kept, list->input.doc_count);
        free(bytes);
    }
}

static void test_damaged_lists(void **state)
{
    (void)state;
    struct chance chance = chance_begin("damaged lists");
    for (int round = 0; round < 30; round++) {
        uint32_t df = 1 + chance_below(&chance, 1500);
        struct list list = make(&chance, (enum shape)(round % 4), (enum tf_kind)(round % 3), df,
                                df + chance_below(&chance, 5000), false, true);
        damage_list(&chance, &list, 300);
        release(&list);
    }
    for (int round = 0; round < 6; round++) {
        struct list list = make(&chance, (enum shape)(round % 4), (enum tf_kind)(round % 3), 8192 + chance_below(&chance, 3000),
                                16000, false, true);
        damage_list(&chance, &list, 40);
        release(&list);
    }
}

static void test_every_byte_flipped(void **state)
{
    (void)state;
    struct chance chance = chance_begin("every byte");
    struct list list = make(&chance, SHAPE_CLUSTERS, TF_HUGE, 300, 2000, false, true);
    for (size_t i = 0; i < list.record.length; i++)
        for (int change = 1; change < 256; change = change * 3 + 1) {
            uint8_t *bytes = guarded_copy(list.record.bytes, list.record.length, POSTING_SLACK);
            bytes[i] ^= (uint8_t)change;
            walk(bytes, list.record.length, 2000);
            free(bytes);
        }
    release(&list);
}

static void test_noise(void **state)
{
    (void)state;
    struct chance chance = chance_begin("noise");
    for (int round = 0; round < 20000; round++) {
        size_t length = chance_below(&chance, 400);
        uint8_t *bytes = guarded_copy(NULL, 0, length + POSTING_SLACK);
        for (size_t i = 0; i < length; i++) bytes[i] = (uint8_t)(chance_next(&chance) & (i < 8 ? 0x0f : 0xff));
        if (length) bytes[0] = 1;
        walk(bytes, length, 1 + chance_below(&chance, 1000));
        free(bytes);
    }
}

/* A check that can't fail proves nothing: each thing it recounts, made wrong. */
static void test_check_finds(void **state)
{
    (void)state;
    struct chance chance = chance_begin("check finds");
    struct list list = make(&chance, SHAPE_SPREAD, TF_MIXED, 9000, 40000, false, true);
    struct posting_list open;
    uint8_t *bytes = guarded_copy(list.record.bytes, list.record.length, POSTING_SLACK);
    assert_null(posting_list_open(bytes, list.record.length, 40000, &open));
    assert_null(posting_list_check(&open, recall_impact, &list));
    uint8_t *page_max = bytes + (open.page_max - bytes), *grid = bytes + (open.grid - bytes);
    uint32_t page = posting_page_next(&open, 3);

    uint8_t before = page_max[page];
    page_max[page] = 1;
    assert_string_equal(posting_list_check(&open, recall_impact, &list), "a posting's impact is above its page's maximum");
    page_max[page] = 0;
    assert_non_null(posting_list_check(&open, recall_impact, &list));
    page_max[page] = before;

    size_t cell = 0;
    while (!grid[cell]) cell++;
    before = grid[cell];
    grid[cell] = (uint8_t)(before & 0x11);
    if (grid[cell] == before) grid[cell] = 0;
    assert_non_null(posting_list_check(&open, recall_impact, &list));
    grid[cell] = before;

    open.cf++;
    assert_string_equal(posting_list_check(&open, recall_impact, &list),
                        "the collection frequency is not the sum of the frequencies");
    open.cf--;
    open.kth[1] = open.max_impact;
    assert_string_equal(posting_list_check(&open, recall_impact, &list), "a stored k-th impact is above the true one");
    open.kth[1] = 0;
    assert_null(posting_list_check(&open, recall_impact, &list));
    free(bytes);
    release(&list);
}

static void test_memory_failure_is_sticky(void **state)
{
    (void)state;
    struct chance chance = chance_begin("sticky");
    struct list list = make(&chance, SHAPE_SPREAD, TF_SMALL, 50, 100, false, true);
    list.record.failed = true;
    size_t length = list.record.length;
    posting_list_encode(&list.input, &list.record);
    assert_true(list.record.failed);
    assert_int_equal(list.record.length, length);
    release(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_lists),
        cmocka_unit_test(test_sizes_around_the_limit),
        cmocka_unit_test(test_every_document),
        cmocka_unit_test(test_one_posting),
        cmocka_unit_test(test_last_documents_of_a_large_segment),
        cmocka_unit_test(test_impact_codes),
        cmocka_unit_test(test_kth_of_many),
        cmocka_unit_test(test_damaged_lists),
        cmocka_unit_test(test_every_byte_flipped),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_check_finds),
        cmocka_unit_test(test_memory_failure_is_sticky),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
