/* Forms of terms: their lists, their numbers beside positions and in inline lists, and what deletions took from them. */
#include "test_codec.h"

#include "adjusted_form.h"
#include "checksum.h"
#include "form_numbers.h"
#include "inline_list.h"
#include "term_block.h"

enum { FORMS = 40, SLACK = 64 };

/* A term and words that may be forms of it: near it or nothing like it. */
struct made {
    uint8_t term[FORM_MAX], bytes[FORMS][FORM_MAX];
    uint32_t term_length, count;
    struct form forms[FORMS];
};

static uint32_t word(struct chance *chance, uint8_t *bytes, uint32_t from)
{
    uint32_t most = FORM_MAX - from, more = chance_below(chance, chance_below(chance, 5) ? (most < 9 ? most : 9) + 1 : most + 1);
    for (uint32_t i = 0; i < more; i++) bytes[from + i] = (uint8_t)(1 + chance_below(chance, 255));
    return from + more;
}

static void make(struct chance *chance, struct made *made, uint32_t most)
{
    made->term_length = word(chance, made->term, 1);
    made->term[0] = 't';
    made->count = 1 + chance_below(chance, most);
    for (uint32_t i = 0; i < made->count; i++) {
        uint32_t shared = chance_below(chance, 4) ? made->term_length : chance_below(chance, made->term_length + 1);
        memcpy(made->bytes[i], made->term, shared);
        uint32_t length = word(chance, made->bytes[i], shared);
        if (length == 0) made->bytes[i][length++] = 'f';
        made->forms[i] = (struct form){made->bytes[i], length, {1 + chance_below(chance, 1U << 31), chance_below(chance, 300)}};
    }
}

static void expect_forms(const struct made *made, const uint8_t *bytes, size_t length, bool counted)
{
    struct form_reader reader;
    bool more;
    uint32_t count = 0;
    assert_null(form_list_count(bytes, length, &count));
    assert_int_equal(count, made->count);
    assert_null(form_reader_open(&reader, bytes, length, made->term, made->term_length, counted));
    for (uint32_t i = 0; i < made->count; i++) {
        assert_null(form_reader_next(&reader, &more));
        assert_true(more);
        assert_int_equal(reader.form_length, made->forms[i].length);
        assert_memory_equal(reader.form, made->bytes[i], reader.form_length);
        if (!counted || made->count == 1) continue;
        assert_int_equal(reader.counts.df, made->forms[i].counts.df);
        assert_int_equal(reader.counts.title_df, made->forms[i].counts.title_df);
    }
    assert_null(form_reader_next(&reader, &more));
    assert_false(more);
    assert_ptr_equal(reader.at, bytes + length);
}

static void read_all(const struct made *made, const uint8_t *bytes, size_t length, bool counted)
{
    struct form_reader reader;
    bool more = true;
    uint32_t count;
    size_t taken;
    if (!form_list_skip(bytes, length, &count, &taken)) assert_true(taken <= length);
    if (form_reader_open(&reader, bytes, length, made->term, made->term_length, counted)) return;
    while (more && !form_reader_next(&reader, &more)) assert_in_range(reader.form_length, 1, FORM_MAX);
}

static void test_lists(void **state)
{
    (void)state;
    struct chance chance = chance_begin("lists of forms");
    struct made made;
    for (int round = 0; round < 8000; round++) {
        bool counted = round % 2;
        struct buffer out = {0};
        size_t taken;
        uint32_t count;
        make(&chance, &made, round % 5 ? 5 : FORMS);
        form_list_encode(made.term, made.term_length, made.forms, made.count, counted, &out);
        assert_false(out.failed);
        uint8_t *bytes = guarded_copy(out.bytes, out.length, 0);
        expect_forms(&made, bytes, out.length, counted);
        if (!counted) {
            assert_null(form_list_skip(bytes, out.length, &count, &taken));
            assert_int_equal(taken, out.length);
        }
        for (int times = 0; times < 4; times++) {
            size_t kept = chance_below(&chance, (uint32_t)out.length + 1);
            uint8_t *cut = guarded_copy(out.bytes, kept, 0);
            read_all(&made, cut, kept, counted);
            damage(&chance, cut, kept);
            read_all(&made, cut, kept, counted);
            free(cut);
        }
        free(bytes);
        buffer_free(&out);
    }
}

static void test_small_lists_are_small(void **state)
{
    (void)state;
    const struct form ferry = {(const uint8_t *)"ferry", 5, {0}}, ferries = {(const uint8_t *)"ferries", 7, {0}};
    const struct form both[] = {ferry, ferries};
    struct buffer out = {0};
    form_list_encode((const uint8_t *)"ferri", 5, &ferry, 1, true, &out); /* no counts: those of the term */
    assert_int_equal(out.length, 2);
    assert_memory_equal(out.bytes, "\x11y", 2);
    buffer_clear(&out);
    form_list_encode((const uint8_t *)"ferri", 5, both, 2, false, &out);
    assert_int_equal(out.length, 6);
    assert_memory_equal(out.bytes, "\x11y\x01\x02" "es", 6);
    buffer_free(&out);

    struct form_reader reader; /* nothing at all: the term itself */
    bool more;
    assert_null(form_reader_open(&reader, NULL, 0, (const uint8_t *)"ferri", 5, true));
    assert_int_equal(reader.count, 1);
    assert_null(form_reader_next(&reader, &more));
    assert_true(more);
    assert_int_equal(reader.form_length, 5);
    assert_memory_equal(reader.form, "ferri", 5);
    assert_null(form_reader_next(&reader, &more));
    assert_false(more);
}

static void test_false_lists(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
    } lists[] = {
        {"\x31", 1},                 /* a byte is missing */
        {"\xf0", 1},                 /* and how many bytes are left out */
        {"\x11y\x02\x00", 4},        /* two more are said, one is there */
        {"\x11y\x00", 3},            /* none more */
        {"\x11y\xff\xff\xff\xff\x0f\x00", 8},
        {"\x60", 1},                 /* leaves out more than there is */
        {"\x50", 1},                 /* leaves nothing */
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct form_reader reader;
        bool more = true;
        const uint8_t *bytes = (const uint8_t *)lists[i].bytes;
        const char *rule = form_reader_open(&reader, bytes, lists[i].length, (const uint8_t *)"ferri", 5, false);
        while (!rule && more) rule = form_reader_next(&reader, &more);
        if (!rule) fail_msg("list %zu is not refused", i);
    }
}

static const char *read_numbers(const uint8_t *bytes, size_t length, uint64_t before, uint32_t wanted, uint32_t *back,
                                size_t *taken)
{
    struct form_numbers numbers;
    const char *rule = form_numbers_open(bytes, length, &numbers, taken);
    return rule ? rule : form_numbers_read(&numbers, before, wanted, back);
}

/* Numbers beside positions: any of them come back alone, and what stands behind them is where it was put. */
static void test_numbers(void **state)
{
    (void)state;
    struct chance chance = chance_begin("forms of positions");
    for (int round = 0; round < 1500; round++) {
        uint32_t count = 1 + chance_below(&chance, chance_below(&chance, 4) ? 400 : 5000), most = chance_below(&chance, 30);
        bool rare = chance_below(&chance, 2), none = chance_below(&chance, 8) == 0, all_zero = true;
        uint32_t *forms = calloc(count, sizeof *forms), *back = calloc(count, sizeof *back);
        assert_true(forms && back);
        for (uint32_t i = 0; i < count; i++) {
            if (!none && (!rare || chance_below(&chance, 40) == 0)) forms[i] = chance_below(&chance, most + 1);
            all_zero &= forms[i] == 0;
        }
        struct buffer out = {0};
        form_numbers_encode(forms, count, &out);
        size_t length = out.length, taken;
        assert_int_equal(all_zero, length == 1);
        buffer_append_string(&out, "positions");
        assert_false(out.failed);
        uint8_t *bytes = guarded_copy(out.bytes, out.length, SLACK);
        for (uint32_t at = 0, wanted; at < count; at += wanted) {
            wanted = 1 + chance_below(&chance, chance_below(&chance, 20) ? 4 : 300);
            if (wanted > count - at) wanted = count - at;
            assert_null(read_numbers(bytes, out.length, at, wanted, back, &taken));
            assert_memory_equal(back, forms + at, wanted * sizeof *back);
            assert_int_equal(taken, length);
        }
        if (!all_zero) assert_non_null(read_numbers(bytes, out.length, count, 1, back, &taken));
        for (int times = 0; times < 4; times++) {
            size_t kept = chance_below(&chance, 3) ? out.length : chance_below(&chance, (uint32_t)out.length + 1);
            uint8_t *broken = guarded_copy(out.bytes, kept, SLACK);
            damage(&chance, broken, kept);
            for (uint32_t before = 0; before < count; before += 37)
                if (!read_numbers(broken, kept, before, count - before < 50 ? count - before : 50, back, &taken))
                    assert_true(taken <= kept);
            free(broken);
        }
        free(bytes);
        free(forms);
        free(back);
        buffer_free(&out);
    }
}

static void test_inline_lists(void **state)
{
    (void)state;
    struct chance chance = chance_begin("forms of inline lists");
    struct made made;
    for (int round = 0; round < 20000; round++) {
        struct inline_list list = {.df = 1 + chance_below(&chance, INLINE_POSTINGS_MAX)}, back;
        uint32_t count = 0;
        struct buffer names = {0}, out = {0};
        for (uint32_t i = 0; i < list.df; i++) {
            list.docs[i] = 7 * i + chance_below(&chance, 7);
            list.tfs[i] = 1 + chance_below(&chance, INLINE_POSITIONS_MAX / INLINE_POSTINGS_MAX);
            for (uint32_t j = 0; j < list.tfs[i]; j++) list.positions[count++] = 5 * j + chance_below(&chance, 5);
        }
        make(&chance, &made, count);
        form_list_encode(made.term, made.term_length, made.forms, made.count, false, &names);
        list.forms = names.bytes;
        list.forms_length = (uint32_t)names.length;
        list.form_count = made.count;
        for (uint32_t i = 0; i < count; i++) list.form_numbers[i] = chance_below(&chance, made.count);
        inline_list_encode(&list, &out);
        assert_false(out.failed);
        uint8_t *bytes = guarded_copy(out.bytes, out.length, 0);
        assert_null(inline_list_decode(bytes, out.length, list.df, 1000, &back));
        assert_int_equal(back.form_count, made.count);
        assert_memory_equal(back.positions, list.positions, count * sizeof *back.positions);
        assert_memory_equal(back.form_numbers, list.form_numbers, count * sizeof *back.form_numbers);
        expect_forms(&made, back.forms, back.forms_length, false);
        damage(&chance, bytes, out.length);
        size_t kept = chance_below(&chance, 2) ? out.length : chance_below(&chance, (uint32_t)out.length + 1);
        if (!inline_list_decode(bytes, kept, list.df, 1000, &back)) {
            uint32_t positions = 0;
            for (uint32_t i = 0; i < back.df; i++) positions += back.tfs[i];
            for (uint32_t i = 0; i < positions; i++) assert_true(back.form_numbers[i] < back.form_count);
        }
        free(bytes);
        buffer_free(&names);
        buffer_free(&out);
    }
}

static void test_adjustments(void **state)
{
    (void)state;
    struct chance chance = chance_begin("what deletions took from forms");
    struct made made;
    for (int round = 0; round < 4000; round++) {
        struct term_adjustment adjustment = {.df = chance_below(&chance, 1000), .cf = chance_next(&chance) >> 8, .title_df = 3};
        struct term_adjustment back = {0};
        struct adjusted_form_reader reader;
        struct buffer out = {0};
        size_t taken;
        bool more;
        make(&chance, &made, 6);
        uint32_t count = round % 4 ? made.count : 0;
        adjusted_forms_encode(&adjustment, made.term, made.term_length, made.forms, count, &out);
        uint8_t *bytes = guarded_copy(out.bytes, out.length, 0);
        assert_null(manifest_adjustment_decode(bytes, out.length, &back, &taken));
        assert_int_equal(back.df, adjustment.df);
        assert_int_equal(back.cf, adjustment.cf);
        assert_int_equal(back.title_df, adjustment.title_df);
        assert_null(adjusted_form_open(&reader, bytes, out.length, made.term, made.term_length));
        for (uint32_t i = 0; i < (count ? count : 1); i++) {
            assert_null(adjusted_form_next(&reader, &more));
            assert_true(more);
            assert_int_equal(reader.taken.df, count ? made.forms[i].counts.df : adjustment.df);
            assert_int_equal(reader.taken.title_df, count ? made.forms[i].counts.title_df : adjustment.title_df);
            assert_int_equal(reader.form_length, count ? made.forms[i].length : made.term_length);
            assert_memory_equal(reader.form, count ? made.bytes[i] : made.term, reader.form_length);
        }
        assert_null(adjusted_form_next(&reader, &more));
        assert_false(more);
        assert_null(adjusted_form_open(&reader, NULL, 0, made.term, made.term_length));
        assert_null(adjusted_form_next(&reader, &more));
        assert_false(more);

        damage(&chance, bytes, out.length - 4);
        uint32_t sum = checksum(0, bytes, out.length - 4);
        memcpy(bytes + out.length - 4, &sum, 4);
        more = true;
        if (!adjusted_form_open(&reader, bytes, out.length, made.term, made.term_length))
            while (more && !adjusted_form_next(&reader, &more)) assert_true(reader.form_length <= FORM_MAX);
        free(bytes);
        buffer_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),           cmocka_unit_test(test_small_lists_are_small), cmocka_unit_test(test_false_lists),
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_inline_lists),          cmocka_unit_test(test_adjustments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
