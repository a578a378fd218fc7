/* Term blocks and the lists inside them. */
#include "test_codec.h"

#include "bytes.h"
#include "checksum.h"
#include "inline_list.h"
#include "term_block.h"

struct term {
    uint8_t bytes[DICTIONARY_TERM_MAX];
    uint32_t length;
    struct term_entry entry;
    uint8_t list[TERM_INLINE_MAX];
};

static int compare(const uint8_t *a, uint32_t a_length, const uint8_t *b, uint32_t b_length)
{
    int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
    return order ? order : a_length < b_length ? -1 : a_length > b_length;
}

static int by_bytes(const void *a, const void *b)
{
    const struct term *x = a, *y = b;
    return compare(x->bytes, x->length, y->bytes, y->length);
}

/* Sorted, distinct terms over few letters, so that they share much; some as long as a term can be. */
static uint32_t make_terms(struct chance *chance, struct term *terms, uint32_t count)
{
    uint64_t offset = chance_next(chance) >> 24;
    memset(terms, 0, count * sizeof *terms);
    for (uint32_t i = 0; i < count; i++) {
        struct term *term = &terms[i];
        term->length = 1 + chance_below(chance, chance_below(chance, 20) ? 12 : DICTIONARY_TERM_MAX);
        for (uint32_t j = 0; j < term->length; j++)
            term->bytes[j] = chance_below(chance, 30) ? (uint8_t)('a' + chance_below(chance, 3)) : (uint8_t)chance_next(chance);
    }
    qsort(terms, count, sizeof *terms, by_bytes);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (!kept || by_bytes(&terms[kept - 1], &terms[i]) != 0) terms[kept++] = terms[i];
    for (uint32_t i = 0; i < kept; i++) {
        struct term *term = &terms[i];
        uint32_t many = (uint32_t)chance_next(chance) >> (1 + chance_below(chance, 30));
        term->entry.df = 1 + (chance_below(chance, 2) ? chance_below(chance, 4) : many);
        term->entry.cf = term->entry.df + (chance_next(chance) >> (3 + chance_below(chance, 60)));
        if (chance_below(chance, 3) == 0) {
            term->entry.df = 1 + chance_below(chance, INLINE_POSTINGS_MAX);
            term->entry.cf = term->entry.df + (chance_below(chance, 9) ? chance_below(chance, 20) : chance_next(chance) >> 5);
            term->entry.inline_length = chance_below(chance, TERM_INLINE_MAX + 1);
            term->entry.inline_bytes = term->list;
            for (uint32_t j = 0; j < term->entry.inline_length; j++) term->list[j] = (uint8_t)chance_next(chance);
            continue;
        }
        /* a list that does not follow the last one, so that a block ends */
        if (chance_below(chance, 300) == 0) offset = chance_next(chance) >> 1;
        term->entry.postings_offset = offset;
        term->entry.postings_length = 1 + chance_below(chance, 100000);
        offset += term->entry.postings_length;
    }
    return kept;
}

static void expect_counts(const struct term_entry *entry, const struct term *term)
{
    assert_int_equal(entry->df, term->entry.df);
    assert_int_equal(entry->cf, term->entry.cf);
    assert_int_equal(entry->postings_length, term->entry.postings_length);
    if (term->entry.postings_length) assert_int_equal(entry->postings_offset, term->entry.postings_offset);
    else {
        assert_int_equal(entry->inline_length, term->entry.inline_length);
        assert_memory_equal(entry->inline_bytes, term->list, term->entry.inline_length);
    }
}

static void expect_entry(const struct term_block_reader *reader, const struct term *term)
{
    assert_int_equal(reader->term_length, term->length);
    assert_memory_equal(reader->term, term->bytes, term->length);
    expect_counts(&reader->entry, term);
}

static void expect_found(const uint8_t *bytes, size_t length, const struct term *terms, uint32_t count)
{
    struct term_entry entry;
    bool found;
    for (uint32_t i = 0; i < count; i++) { /* every term, and what would stand right before it, which may be the one before */
        struct term wanted = terms[i];
        assert_null(term_block_find(bytes, length, wanted.bytes, wanted.length, &entry, &found));
        assert_true(found);
        expect_counts(&entry, &terms[i]);
        if (wanted.bytes[wanted.length - 1]-- == 0 || wanted.length > 20) wanted.length--;
        bool same = i > 0 && by_bytes(&wanted, &terms[i - 1]) == 0;
        assert_null(term_block_find(bytes, length, wanted.bytes, wanted.length, &entry, &found));
        if (!same && i > 0 && by_bytes(&wanted, &terms[i - 1]) < 0) continue; /* further up: it may be there or not */
        assert_int_equal(found, same);
    }
}

static void expect_block(struct chance *chance, const struct term_block_writer *writer, const struct term *terms, uint32_t count)
{
    struct term_block_reader reader;
    bool more;
    size_t length = writer->bytes.length;
    uint8_t *bytes = guarded_copy(writer->bytes.bytes, length, 0); /* blocks are read without slack */
    assert_true(length + writer->first_length <= TERM_BLOCK_MAX);
    assert_int_equal(writer->first_length, terms[0].length);
    assert_memory_equal(writer->first, terms[0].bytes, terms[0].length);
    assert_null(term_block_open(bytes, length, &reader));
    for (uint32_t i = 0; i < count; i++) {
        assert_null(term_block_next(&reader, &more));
        assert_true(more);
        expect_entry(&reader, &terms[i]);
    }
    assert_null(term_block_next(&reader, &more));
    assert_false(more);

    expect_found(bytes, length, terms, count);
    for (int round = 0; round < 30; round++) { /* seek to terms that are there, and to neighbours that mostly aren't */
        struct term wanted = terms[chance_below(chance, count)];
        if (round % 3 == 1 && wanted.length > 1) wanted.length--;
        if (round % 3 == 2) wanted.bytes[wanted.length - 1]++;
        uint32_t expected = 0;
        while (expected < count && by_bytes(&terms[expected], &wanted) < 0) expected++;
        assert_null(term_block_open(bytes, length, &reader));
        for (uint32_t skip = chance_below(chance, 3) ? 0 : chance_below(chance, expected + 1); skip > 0; skip--)
            assert_null(term_block_next(&reader, &more));
        assert_null(term_block_seek(&reader, wanted.bytes, wanted.length, &more));
        assert_int_equal(more, expected < count);
        if (!more) continue;
        expect_entry(&reader, &terms[expected]);
        assert_null(term_block_seek(&reader, wanted.bytes, wanted.length, &more)); /* once more: stays */
        expect_entry(&reader, &terms[expected]);
    }
    free(bytes);
}

static void test_blocks(void **state)
{
    (void)state;
    struct chance chance = chance_begin("term blocks");
    enum { TERMS = 2000 };
    struct term *terms = calloc(TERMS, sizeof *terms);
    struct term_block_writer writer = {0};
    assert_non_null(terms);
    for (int round = 0; round < 20; round++) {
        uint32_t count = make_terms(&chance, terms, TERMS), first = 0, blocks = 0;
        for (uint32_t i = 0; i < count; i++) {
            if (term_block_add(&writer, terms[i].bytes, terms[i].length, &terms[i].entry)) continue;
            term_block_finish(&writer);
            expect_block(&chance, &writer, terms + first, i - first);
            term_block_clear(&writer);
            first = i--;
            blocks++;
        }
        assert_true(blocks > 5);
        term_block_finish(&writer);
        assert_false(writer.bytes.failed);
        expect_block(&chance, &writer, terms + first, count - first);
        term_block_clear(&writer);
    }
    term_block_free(&writer);
    free(terms);
}

static void test_an_empty_block_takes_any_entry(void **state)
{
    (void)state;
    struct term_block_writer writer = {0};
    struct term term = {.length = DICTIONARY_TERM_MAX};
    memset(term.bytes, 0xff, sizeof term.bytes);
    term.entry = (struct term_entry){.df = INLINE_POSTINGS_MAX, .cf = UINT64_MAX / 8, .inline_bytes = term.list,
                                     .inline_length = TERM_INLINE_MAX};
    assert_true(term_block_add(&writer, term.bytes, term.length, &term.entry));
    term_block_finish(&writer);
    struct chance chance = chance_begin("largest entry");
    expect_block(&chance, &writer, &term, 1);
    term_block_free(&writer);
}

static void test_a_changed_byte_is_noticed(void **state)
{
    (void)state;
    struct chance chance = chance_begin("changed blocks");
    struct term terms[40];
    struct term_block_writer writer = {0};
    struct term_block_reader reader;
    uint32_t count = make_terms(&chance, terms, 40);
    for (uint32_t i = 0; i < count; i++)
        if (!term_block_add(&writer, terms[i].bytes, terms[i].length, &terms[i].entry)) break;
    term_block_finish(&writer);
    for (size_t i = 0; i < writer.bytes.length; i++) {
        writer.bytes.bytes[i] ^= 0x10;
        assert_non_null(term_block_open(writer.bytes.bytes, writer.bytes.length, &reader));
        writer.bytes.bytes[i] ^= 0x10;
        assert_non_null(term_block_open(writer.bytes.bytes, i, &reader));
    }
    assert_null(term_block_open(writer.bytes.bytes, writer.bytes.length, &reader));
    term_block_free(&writer);
}

/* Bytes that pass the checksum but were never written by term_block_add. */
static void test_false_blocks(void **state)
{
    (void)state;
    struct chance chance = chance_begin("false blocks");
    struct term terms[90];
    for (int round = 0; round < 4000; round++) {
        struct term_block_writer writer = {0};
        struct term_block_reader reader;
        uint32_t count = make_terms(&chance, terms, 1 + chance_below(&chance, 89));
        for (uint32_t i = 0; i < count; i++)
            if (!term_block_add(&writer, terms[i].bytes, terms[i].length, &terms[i].entry)) break;
        term_block_finish(&writer);
        uint32_t cut = chance_below(&chance, 3) ? 0 : chance_below(&chance, (uint32_t)writer.bytes.length - 6);
        size_t length = writer.bytes.length - cut;
        uint8_t *bytes = guarded_copy(writer.bytes.bytes, length, 0);
        damage(&chance, bytes, length);
        bytes[0] = 1;
        store_u32(bytes + 3, checksum(checksum(0, bytes, 3), bytes + 7, length - 7));
        bool more = true, found;
        struct term_entry entry;
        const struct term *wanted = &terms[chance_below(&chance, count)];
        if (!term_block_open(bytes, length, &reader)) {
            while (more && !term_block_next(&reader, &more)) assert_true(reader.term_length <= DICTIONARY_TERM_MAX);
            assert_null(term_block_open(bytes, length, &reader));
            term_block_seek(&reader, wanted->bytes, wanted->length, &more);
        }
        if (!term_block_find(bytes, length, wanted->bytes, wanted->length, &entry, &found) && found && !entry.postings_length)
            assert_true(entry.inline_bytes + entry.inline_length <= bytes + length);
        free(bytes);
        term_block_free(&writer);
    }
}

static struct inline_list make_inline(struct chance *chance, uint32_t doc_count)
{
    struct inline_list list = {.df = 1 + chance_below(chance, doc_count < INLINE_POSTINGS_MAX ? doc_count : INLINE_POSTINGS_MAX)};
    list.form_count = 1;
    uint32_t room = INLINE_POSITIONS_MAX - list.df, doc = 0, at = 0;
    for (uint32_t i = 0; i < list.df; i++) {
        uint32_t more = chance_below(chance, 2) ? 0 : chance_below(chance, room + 1), left = list.df - i;
        doc += chance_below(chance, doc_count - doc - left + 1);
        list.docs[i] = doc++;
        list.tfs[i] = 1 + more;
        room -= more;
        uint32_t position = chance_below(chance, 1 << chance_below(chance, 28));
        for (uint32_t j = 0; j < list.tfs[i]; j++) {
            list.positions[at++] = position;
            position += 1 + chance_below(chance, 1 << chance_below(chance, 24));
        }
    }
    return list;
}

static void test_inline_lists(void **state)
{
    (void)state;
    struct chance chance = chance_begin("inline lists");
    for (int round = 0; round < 20000; round++) {
        uint32_t doc_count = round % 3 ? 1 + chance_below(&chance, 20) : UINT32_MAX;
        struct inline_list list = make_inline(&chance, doc_count), back;
        struct buffer out = {0};
        inline_list_encode(&list, &out);
        assert_false(out.failed);
        assert_true(out.length <= TERM_INLINE_MAX);
        uint8_t *bytes = guarded_copy(out.bytes, out.length, 0);
        memset(&back, 0, sizeof back);
        assert_null(inline_list_decode(bytes, out.length, list.df, doc_count, &back));
        assert_memory_equal(&list, &back, sizeof list);
        if (list.docs[list.df - 1] > 0)
            assert_non_null(inline_list_decode(bytes, out.length, list.df, list.docs[list.df - 1], &back));
        for (size_t kept = 0; kept < out.length; kept++)
            assert_non_null(inline_list_decode(bytes, kept, list.df, doc_count, &back));
        damage(&chance, bytes, out.length);
        if (!inline_list_decode(bytes, out.length, list.df, doc_count, &back)) {
            uint32_t positions = 0;
            for (uint32_t i = 0; i < back.df; i++) positions += back.tfs[i];
            assert_in_range(positions, back.df, INLINE_POSITIONS_MAX);
            assert_true(back.docs[back.df - 1] < doc_count);
        }
        free(bytes);
        buffer_free(&out);
    }
}

static void test_longest_inline_list_fits(void **state)
{
    (void)state;
    struct inline_list list = {.df = INLINE_POSTINGS_MAX, .tfs = {4, 4, 4, 4}};
    struct buffer out = {0};
    for (uint32_t i = 0; i < INLINE_POSTINGS_MAX; i++) {
        list.docs[i] = 1000000000U * (i + 1);
        for (uint32_t j = 0; j < 4; j++) list.positions[4 * i + j] = 1000000000U * (j + 1);
    }
    inline_list_encode(&list, &out);
    assert_true(out.length <= TERM_INLINE_MAX);
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_an_empty_block_takes_any_entry),
        cmocka_unit_test(test_a_changed_byte_is_noticed),
        cmocka_unit_test(test_false_blocks),
        cmocka_unit_test(test_inline_lists),
        cmocka_unit_test(test_longest_inline_list_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
