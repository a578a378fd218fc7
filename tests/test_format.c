/*
 * The examples of common/FORMAT.md are what the encoders write, and the decoders read. The document holds each as a fenced
 * block named `hex NAME`: bytes in hexadecimal, `ff*32` for a byte repeated, `( ... )*3` for a run of bytes repeated, and #
 * before a remark.
 */
#include "test_codec.h"

#include "article_block.h"
#include "article_record.h"
#include "column.h"
#include "form_numbers.h"
#include "id_column.h"
#include "inline_list.h"
#include "length_byte.h"
#include "adjusted_form.h"
#include "manifest.h"
#include "pfor.h"
#include "position_group.h"
#include "posting_list.h"
#include "rice_block.h"
#include "seal_record.h"
#include "section.h"
#include "segment.h"
#include "segment_writer.h"
#include "store.h"
#include "term_block.h"
#include "varint.h"

#include <ctype.h>
#include <unistd.h>

static char *document;

static int load_document(void **state)
{
    (void)state;
    struct buffer text = {0};
    FILE *file = fopen("common/FORMAT.md", "rb");
    uint8_t piece[4096];
    size_t length;
    if (!file) {
        print_error("common/FORMAT.md is not there; run the tests from the top of the tree\n");
        return -1;
    }
    while ((length = fread(piece, 1, sizeof piece, file)) > 0) buffer_append(&text, piece, length);
    fclose(file);
    document = buffer_string(&text);
    return document ? 0 : -1;
}

static int free_document(void **state)
{
    (void)state;
    free(document);
    return 0;
}

static unsigned long read_times(const char **at)
{
    char *end = NULL;
    if (**at != '*') return 1;
    unsigned long times = strtoul(*at + 1, &end, 10);
    assert_in_range(times, 1, 100000);
    *at = end;
    return times;
}

/* Reads bytes up to the closing bracket or the end of the block. */
static void read_bytes(const char **at, const char *end, struct buffer *out)
{
    while (*at < end && **at != ')') {
        if (isspace((unsigned char)**at)) {
            ++*at;
        } else if (**at == '#') {
            while (*at < end && **at != '\n') ++*at;
        } else if (**at == '(') {
            struct buffer inner = {0};
            ++*at;
            read_bytes(at, end, &inner);
            assert_true(*at < end && **at == ')');
            ++*at;
            for (unsigned long times = read_times(at); times > 0; times--) buffer_append(out, inner.bytes, inner.length);
            buffer_free(&inner);
        } else {
            unsigned byte;
            if (!isxdigit((unsigned char)(*at)[0]) || !isxdigit((unsigned char)(*at)[1]) || sscanf(*at, "%2x", &byte) != 1)
                fail_msg("not a byte: %.20s", *at);
            *at += 2;
            for (unsigned long times = read_times(at); times > 0; times--) buffer_append_u8(out, (uint8_t)byte);
        }
    }
}

static struct buffer example(const char *name)
{
    struct buffer out = {0};
    char fence[100];
    snprintf(fence, sizeof fence, "```hex %s\n", name);
    const char *at = strstr(document, fence);
    if (!at) fail_msg("FORMAT.md has no example %s", name);
    at += strlen(fence);
    const char *end = strstr(at, "```");
    assert_non_null(end);
    read_bytes(&at, end, &out);
    assert_true(at == end);
    return out;
}

/* The bytes are those of the example; if not, they are printed. */
static void expect_example(const char *name, const struct buffer *made)
{
    struct buffer expected = example(name);
    assert_false(made->failed);
    if (made->length != expected.length || memcmp(made->bytes, expected.bytes, made->length) != 0) {
        for (size_t i = 0; i < made->length; i++)
            print_error("%02x%s", made->bytes[i], i % 16 == 15 || i + 1 == made->length ? "\n" : " ");
        fail_msg("%s: FORMAT.md has %zu other bytes", name, expected.length);
    }
    buffer_free(&expected);
}

static void test_varint(void **state)
{
    (void)state;
    struct buffer out = {0};
    varint_append(&out, 5);
    varint_append(&out, 300);
    expect_example("varint", &out);
    buffer_free(&out);
}

static void test_bit_packing(void **state)
{
    (void)state;
    const uint32_t values[] = {1, 2, 3, 4, 5};
    struct buffer out = {0};
    bitpack_pack(values, 5, 3, buffer_extend(&out, bitpack_size(5, 3)));
    expect_example("bit-packing", &out);
    buffer_free(&out);
}

static void test_frame(void **state)
{
    (void)state;
    const uint32_t values[] = {1, 0, 3, 2, 1, 1000, 2, 0, 1, 3, 3, 0, 1, 2, 0, 1};
    struct buffer body = {0}, out = {0};
    uint16_t header = pfor_encode(values, 16, &body);
    buffer_append_u16(&out, header);
    buffer_append(&out, body.bytes, body.length);
    expect_example("frame", &out);
    buffer_free(&body);
    buffer_free(&out);
}

static void test_rice_block(void **state)
{
    (void)state;
    const uint32_t values[] = {5, 0, 2, 9, 1, 4};
    struct buffer out = {0};
    rice_block_encode(values, 6, &out);
    expect_example("rice-block", &out);
    buffer_free(&out);
}

static void test_blocked_list(void **state)
{
    (void)state;
    enum { DF = 130 };
    uint32_t docs[DF], tfs[DF];
    float impacts[DF];
    const uint64_t groups[] = {5000, 5300, 5305};
    const uint32_t title_docs[] = {3, 11}, title_tfs[] = {1, 2};
    for (uint32_t i = 0; i < DF; i++) {
        docs[i] = 2 * i + 1;
        tfs[i] = i == 5 ? 3 : 1;
        impacts[i] = i == 5 ? 0.75F : 0.25F;
    }
    const struct form forms[] = {{(const uint8_t *)"strike", 6, {120, 2}}, {(const uint8_t *)"striking", 8, {12, 0}}};
    struct buffer out = {0}, list = {0};
    form_list_encode((const uint8_t *)"strike", 6, forms, 2, true, &list);
    struct posting_input input = {docs, tfs, impacts, DF, 1000, groups, {true, 16}, true, title_docs, title_tfs, 2, list.bytes,
                                  (uint32_t)list.length};
    posting_list_encode(&input, &out);
    expect_example("blocked-list", &out);
    buffer_free(&list);
    buffer_free(&out);
}

static void test_form_list(void **state)
{
    (void)state;
    const struct form forms[] = {{(const uint8_t *)"ferry", 5, {0}}, {(const uint8_t *)"ferries", 7, {0}}};
    struct buffer out = {0};
    form_list_encode((const uint8_t *)"ferri", 5, forms, 2, false, &out);
    expect_example("form-list", &out);
    buffer_free(&out);
}

static void test_paged_list(void **state)
{
    (void)state;
    enum { DF = 8195 };
    static uint32_t docs[DF], tfs[DF];
    static float impacts[DF];
    for (uint32_t i = 0; i < DF; i++) {
        docs[i] = i;
        tfs[i] = 1;
        impacts[i] = 0.5F;
    }
    docs[8193] = 8199; /* page 32: documents 8192, 8199, 8447 */
    docs[8194] = 8447;
    tfs[1] = 20;
    impacts[1] = 1;
    struct posting_input input = {.docs = docs, .tfs = tfs, .impacts = impacts, .df = DF, .doc_count = 8704};
    struct buffer out = {0};
    posting_list_encode(&input, &out);
    expect_example("paged-list", &out);
    buffer_free(&out);
}

static void test_inline_list(void **state)
{
    (void)state;
    struct inline_list list = {.df = 2, .docs = {7, 300}, .tfs = {1, 3}, .positions = {12, 0, 5, 6}};
    struct buffer out = {0};
    inline_list_encode(&list, &out);
    expect_example("inline-list", &out);
    struct buffer forms = {0};
    const struct form names[] = {{(const uint8_t *)"ferry", 5, {0}}, {(const uint8_t *)"ferries", 7, {0}}};
    form_list_encode((const uint8_t *)"ferri", 5, names, 2, false, &forms);
    list.forms = forms.bytes;
    list.forms_length = (uint32_t)forms.length;
    list.form_count = 2;
    list.form_numbers[1] = list.form_numbers[3] = 1;
    buffer_clear(&out);
    inline_list_encode(&list, &out);
    expect_example("inline-list-forms", &out);
    buffer_free(&forms);
    buffer_free(&out);
}

static void test_position_group(void **state)
{
    (void)state;
    /* articles of 20, 100 and 300 words */
    const uint8_t length_bytes[] = {length_byte_encode(20), length_byte_encode(100), length_byte_encode(300)};
    const uint32_t docs[] = {0, 1, 2}, tfs[] = {3, 1, 2}, positions[] = {3, 7, 8, 10, 0, 200};
    const struct position_room room = {true, 0};
    struct position_scale scale;
    struct buffer out = {0};
    position_scale_make(&room, &scale);
    const struct position_postings postings = {&scale, length_bytes, docs, tfs, 3};
    position_group_encode(&postings, positions, &out);
    expect_example("position-group", &out);
    const uint32_t forms[] = {0, 1, 0, 0, 2, 0};
    buffer_clear(&out);
    form_numbers_encode(forms, 6, &out);
    position_group_encode(&postings, positions, &out);
    expect_example("position-group-forms", &out);
    buffer_free(&out);
}

static void test_term_block(void **state)
{
    (void)state;
    const uint8_t list[] = {0x0e, 0x0c};
    const struct term_entry entries[] = {
        {.df = 200, .cf = 350, .postings_offset = 1000, .postings_length = 400},
        {.df = 1, .cf = 1, .inline_bytes = list, .inline_length = sizeof list},
        {.df = 9000, .cf = 9001, .postings_offset = 1400, .postings_length = 20000},
    };
    static const char *const terms[] = {"tharbour", "tharbourmaster", "tstrike"};
    struct term_block_writer writer = {0};
    for (int i = 0; i < 3; i++)
        assert_true(term_block_add(&writer, (const uint8_t *)terms[i], (uint32_t)strlen(terms[i]), &entries[i]));
    for (uint8_t letter = 'a'; letter <= 'n'; letter++) {
        const uint8_t term[] = {'t', 'u', letter};
        assert_true(term_block_add(&writer, term, sizeof term, &entries[1]));
    }
    term_block_finish(&writer);
    expect_example("term-block", &writer.bytes);
    term_block_free(&writer);
}

static void test_column(void **state)
{
    (void)state;
    const int64_t days[] = {1172707200, INT64_MIN, 1172793600, 1173312000};
    struct buffer out = {0};
    column_encode(days, 4, &out);
    expect_example("column", &out);
    buffer_free(&out);
}

static void test_id_column(void **state)
{
    (void)state;
    struct id_column_writer writer = {0};
    struct buffer out = {0};
    id_column_add(&writer, "wire-001", 8);
    id_column_add(&writer, "wire-002", 8);
    id_column_add(&writer, "wire-0021", 9);
    id_column_finish(&writer, &out);
    expect_example("id-column", &out);
    id_column_free(&writer);
    buffer_free(&out);
}

static void test_article_record(void **state)
{
    (void)state;
    const bf_text keywords[] = {{"ferries", 7}, {"fog", 3}};
    const bf_date day = {.seconds = 1172707200, .zone = BF_ZONE_UNKNOWN, .precision = BF_DATE_DAY};
    const bf_article article = {.id = {"w1", 2}, .title = {"Ferry aground", 13}, .body = {"Nobody hurt.", 12},
                                .place = {"PORT ELLA", 9}, .date = day, .keywords = keywords, .keyword_count = 2};
    struct buffer out = {0};
    article_record_encode(&article, &out);
    expect_example("article-record", &out);
    buffer_free(&out);
}

/* Which bytes a compressor chooses is its own affair, so this example is read, not written. */
static void test_article_block(void **state)
{
    (void)state;
    struct buffer block = example("article-block"), raw = {0};
    size_t offset, length;
    uint32_t count;
    assert_null(article_block_count(block.bytes, block.length, &count));
    assert_int_equal(count, 2);
    assert_null(article_block_read(block.bytes, block.length, NULL, 1, &raw, &offset, &length));
    assert_int_equal(offset, 6);
    assert_int_equal(length, 7);
    assert_memory_equal(raw.bytes, "first\nsecond\n", 13);
    buffer_free(&block);
    buffer_free(&raw);
}

static void test_article_dictionary(void **state)
{
    (void)state;
    static const char said[] = "NATIONAL MUSEUM, Thornquay (", stored[] = "National Museum, Thornquay";
    struct buffer record = {0}, block = example("article-block-with-dictionary"), raw = {0}, words = example("article-words");
    struct article_dictionary dictionary;
    size_t offset, length;
    uint64_t place;
    article_dictionary_encode(&words, (const uint8_t *)said, sizeof said - 1, &record);
    expect_example("article-dictionary", &record);
    assert_null(article_dictionary_open(record.bytes, record.length, &dictionary));
    assert_null(article_block_dictionary(block.bytes, block.length, &place));
    assert_int_equal(place, 100 + 1);
    assert_null(article_block_read(block.bytes, block.length, &dictionary, 0, &raw, &offset, &length));
    assert_int_equal(length, sizeof stored - 1);
    assert_memory_equal(raw.bytes, stored, length);
    buffer_free(&record);
    buffer_free(&block);
    buffer_free(&raw);
    buffer_free(&words);
}

static void test_article_words(void **state)
{
    (void)state;
    static const char sample[] = "National Museum National Museum National Museum National";
    static const uint8_t text[] = "A National (Museum) caf\xc3\xa9 5National";
    struct buffer list = {0}, coded = {0};
    struct article_words words;
    assert_true(article_words_learn((const uint8_t *)sample, sizeof sample - 1, 100, &list));
    expect_example("article-words", &list);
    assert_null(article_words_open(list.bytes, list.length, list.bytes + list.length, &words));
    struct article_word_table *table = article_word_table_make(&words);
    assert_non_null(table);
    assert_true(article_words_encode(table, text, sizeof text - 1, &coded));
    expect_example("article-words-coded", &coded);
    article_word_table_free(table);
    buffer_free(&list);
    buffer_free(&coded);
}

static void test_length_byte(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {0, 39, 40, 41, 42, 100, 1000, 100000};
    struct buffer out = {0};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) buffer_append_u8(&out, length_byte_encode(lengths[i]));
    expect_example("length-byte", &out);
    buffer_free(&out);
}

static void test_section_chunk(void **state)
{
    (void)state;
    char folder[] = "/tmp/backfile-format-XXXXXX", path[64];
    struct segment_store_writer *writer = NULL;
    struct segment_store *store = NULL;
    struct section_writer section;
    struct store_entry entry;
    uint64_t offset;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(segment_store_create(folder, 1, &writer, NULL), BF_OK);
    section_writer_begin(&section, writer, DATABASE_POSTINGS);
    assert_int_equal(section_append(&section, "first", 5, &offset, NULL), BF_OK);
    assert_int_equal(section_append(&section, "second", 6, &offset, NULL), BF_OK);
    assert_int_equal(offset, 5);
    assert_int_equal(section_writer_finish(&section, NULL), BF_OK);
    assert_int_equal(segment_store_finish(writer, false, NULL), BF_OK);
    section_writer_free(&section);
    assert_int_equal(segment_store_open(folder, 1, &store, NULL), BF_OK);
    assert_int_equal(segment_store_at_or_after(store, DATABASE_POSTINGS, NULL, 0, &entry, NULL), BF_OK);
    struct buffer out = {0};
    buffer_append(&out, entry.key, entry.key_length);
    buffer_append(&out, entry.value, entry.value_length);
    expect_example("section-chunk", &out);
    buffer_free(&out);
    segment_store_close(store);
    segment_store_path(folder, 1, path, sizeof path);
    unlink(path);
    rmdir(folder);
}

static void test_seal(void **state)
{
    (void)state;
    const uint32_t entries[] = {0, 0x11111111, 1, 0x22222222, 7, 0x33333333, 4, 0x44444444};
    const struct seal_record record = {.first_count = 3, .terms_count = 1, .page_count = 9, .terms_root = 4, .terms_depth = 1};
    struct seal_record again = {0};
    struct buffer out = {0}, file = {0};
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) buffer_append_u32(&out, entries[i]);
    seal_record_encode(&record, &out);
    expect_example("seal", &out);
    buffer_append_zeros(&file, 9 * 4096);
    buffer_append(&file, out.bytes, out.length);
    assert_null(seal_record_decode(file.bytes, file.length, file.length, &again));
    assert_memory_equal(&again, &record, sizeof record);
    buffer_free(&out);
    buffer_free(&file);
}

static void test_segment_meta(void **state)
{
    (void)state;
    struct segment_meta meta = {.doc_count = 2,
                                .article_block_count = 1,
                                .token_count = 9,
                                .term_count = 7,
                                .posting_count = 8,
                                .position_count = 9,
                                .first_arrival = 7,
                                .end_arrival = 9,
                                .average = 4.5F,
                                .k1 = 1.25F,
                                .b = 0.75F,
                                .title_weight = 2,
                                .blobs[BLOB_LENGTH_BYTES] = {0, 2},
                                .blobs[BLOB_ID_ORDER] = {40, 16}};
    struct buffer out = {0};
    segment_meta_encode(&meta, &out);
    expect_example("segment-meta", &out);
    buffer_free(&out);
}

static void test_arrival_runs(void **state)
{
    (void)state;
    const struct arrival_run runs[] = {{0, 0, 0}, {6, 3, 0}};
    struct arrival_run decoded[2];
    struct buffer out = {0};
    arrival_runs_encode(runs, 2, &out);
    expect_example("arrival-runs", &out);
    assert_null(arrival_runs_decode(out.bytes, out.length, 6, 0, 9, decoded));
    assert_int_equal(decoded[1].arrival, 6);
    assert_ptr_equal(arrival_run_of(decoded, 2, 2), &decoded[0]);
    assert_ptr_equal(arrival_run_of(decoded, 2, 3), &decoded[1]);
    /* Neither may documents arrive at once, nor runs go backwards, nor be cut short. */
    assert_non_null(arrival_runs_decode(out.bytes, out.length, 6, 0, 8, decoded));
    assert_non_null(arrival_runs_decode(out.bytes, out.length, 3, 0, 9, decoded));
    assert_non_null(arrival_runs_decode(out.bytes, out.length, 6, 1, 9, decoded));
    assert_non_null(arrival_runs_decode(out.bytes, ARRIVAL_RUN_SIZE, 6, 0, 9, decoded));
    store_u64(out.bytes + ARRIVAL_RUN_SIZE + 4, 2);
    assert_non_null(arrival_runs_decode(out.bytes, out.length, 6, 0, 9, decoded));
    buffer_free(&out);
}

static void test_arrival(void **state)
{
    (void)state;
    char folder[] = "/tmp/backfile-format-XXXXXX", path[64], id[] = "a1";
    const uint32_t documents[] = {2, 0, 1};
    struct segment_writer *writer = NULL;
    struct segment *segment = NULL;
    struct manifest_segment listed;
    struct section_view view;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(segment_writer_open(folder, 1, false, &writer, NULL), BF_OK);
    for (int i = 0; i < 3; i++, id[1]++) {
        assert_int_equal(segment_writer_document(writer, &(struct document_facts){id, 2, 0, 0, 0}, NULL), BF_OK);
        assert_int_equal(segment_writer_article(writer, (const uint8_t *)id, 2, NULL), BF_OK);
    }
    assert_int_equal(segment_writer_renumber(writer, documents, NULL), BF_OK);
    segment_writer_begin_terms(writer, 0);
    assert_int_equal(segment_writer_finish(writer, &listed, NULL), BF_OK);
    assert_int_equal(segment_open(folder, &listed, &segment, NULL), BF_OK);
    const uint64_t offset = segment->meta.blobs[BLOB_ARRIVAL].offset, length = segment->meta.blobs[BLOB_ARRIVAL].length;
    assert_int_equal(section_read(&segment->documents, offset, length, &view, NULL), BF_OK);
    struct buffer out = {0};
    buffer_append(&out, view.bytes, view.length);
    expect_example("arrival", &out);
    buffer_free(&out);
    for (uint32_t i = 0; i < 3; i++) assert_int_equal(segment_arrival(segment, documents[i]), i);
    segment_close(segment);
    segment_store_path(folder, 1, path, sizeof path);
    unlink(path);
    rmdir(folder);
}

static void test_manifest(void **state)
{
    (void)state;
    struct manifest_head head = {.generation = 3, .next_segment = 5, .analyzer = "plain/1"};
    struct manifest_segment segment = {4, 1000, 2, 400000, 700, 2000000};
    struct term_adjustment adjustment = {.df = 2, .cf = 300, .title_df = 1};
    uint64_t words[DELETED_PIECE / 64] = {0};
    uint8_t key[300];
    struct buffer out = {0};
    manifest_head_encode(&head, &out);
    expect_example("manifest-index", &out);
    buffer_clear(&out);
    manifest_segments_encode(&segment, 1, &out);
    expect_example("manifest-segments", &out);
    buffer_clear(&out);
    words[0] = 0x21;
    buffer_append(&out, key, manifest_deleted_key(4, 1, key));
    manifest_deleted_encode(words, &out);
    expect_example("manifest-deleted", &out);
    buffer_clear(&out);
    buffer_append(&out, key, manifest_adjustment_key(4, (const uint8_t *)"\x01" "port", 5, key));
    adjusted_forms_encode(&adjustment, (const uint8_t *)"port", 4, NULL, 0, &out);
    expect_example("manifest-adjustment", &out);
    const struct form forms[] = {{(const uint8_t *)"port", 4, {1, 1}}, {(const uint8_t *)"ports", 5, {2, 0}}};
    buffer_clear(&out);
    adjusted_forms_encode(&adjustment, (const uint8_t *)"port", 4, forms, 2, &out);
    expect_example("manifest-adjustment-forms", &out);
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_varint),       cmocka_unit_test(test_bit_packing),    cmocka_unit_test(test_frame),
        cmocka_unit_test(test_rice_block),
        cmocka_unit_test(test_blocked_list), cmocka_unit_test(test_paged_list),     cmocka_unit_test(test_inline_list),
        cmocka_unit_test(test_position_group), cmocka_unit_test(test_term_block),   cmocka_unit_test(test_column),
        cmocka_unit_test(test_id_column),    cmocka_unit_test(test_article_record), cmocka_unit_test(test_article_block),
        cmocka_unit_test(test_article_words),
        cmocka_unit_test(test_article_dictionary),
        cmocka_unit_test(test_length_byte),  cmocka_unit_test(test_section_chunk),  cmocka_unit_test(test_seal),
        cmocka_unit_test(test_segment_meta), cmocka_unit_test(test_arrival), cmocka_unit_test(test_arrival_runs), cmocka_unit_test(test_form_list),
        cmocka_unit_test(test_manifest),
    };
    return cmocka_run_group_tests(tests, load_document, free_document);
}
