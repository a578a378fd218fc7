/*
 * Every decoder on any bytes. The first byte chooses the decoder, the second and third are its numbers (documents of the
 * segment, df, ...), the rest is the record, copied so that exactly the promised slack follows it.
 */
#include "article_block.h"
#include "article_record.h"
#include "bytes.h"
#include "checksum.h"
#include "column.h"
#include "form_numbers.h"
#include "id_column.h"
#include "inflate.h"
#include "inline_list.h"
#include "part_of_fuzzer.h"
#include "pfor.h"
#include "position_page.h"
#include "posting_list.h"
#include "rice_block.h"
#include "status.h"
#include "term_block.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A decoder let something false through. */
static void require(bool condition)
{
    if (!condition) abort();
}

static void require_ascending(const uint32_t *docs, uint32_t count, uint32_t doc_count)
{
    for (uint32_t i = 1; i < count; i++) require(docs[i] > docs[i - 1]);
    require(!count || docs[count - 1] < doc_count);
}

static void fuzz_paged(const struct posting_list *list)
{
    uint32_t docs[POSTING_PAGE], tfs[POSTING_PAGE], offset, length;
    uint64_t bits[4];
    struct position_page measured;
    for (uint32_t page = 0; page < list->block_count; page++) {
        uint32_t count = posting_page_count(list, page);
        posting_page_range(list, page, &offset, &length);
        require((uint64_t)offset + length <= list->length);
        bool ascend = !posting_page_docs(list, page, docs), known = !posting_page_tfs(list, page, tfs);
        if (ascend) require_ascending(docs, count, list->doc_count);
        require(!posting_page_measure(list, page, &measured) == (ascend && known));
        for (uint32_t i = 0; ascend && known && i < count; i++) {
            require(measured.kernel->find(&measured, docs[i] % POSTING_PAGE) == (int)i);
            require(position_page_tf(&measured, i) == tfs[i]);
        }
        for (uint32_t i = 0; i < count; i += 7) {
            uint32_t tf = posting_page_tf(list, page, i);
            require(tf >= 1 && (!known || tf == tfs[i]));
        }
        posting_page_bits(list, page, bits);
        for (uint32_t low = 0; low < POSTING_PAGE; low += 37)
            require(posting_page_find(list, page, page * POSTING_PAGE + low) < (int)count);
    }
}

static void fuzz_blocked(const struct posting_list *list)
{
    uint32_t docs[POSTING_BLOCK], tfs[POSTING_BLOCK];
    for (uint32_t block = 0; block < list->block_count; block++) {
        uint32_t count = posting_block_count(list, block), last = posting_block_last(list, block);
        require(last < list->doc_count);
        require(posting_block_seek(list, block, last) <= list->block_count);
        (void)posting_block_max(list, block);
        if (!posting_block_docs(list, block, docs)) require_ascending(docs, count, list->doc_count);
        if (!posting_block_tfs(list, block, tfs) && count) require(tfs[0] <= UINT32_MAX);
    }
}

static void fuzz_forms(const uint8_t *bytes, size_t length, bool counted)
{
    struct form_reader reader;
    uint32_t count;
    size_t taken;
    bool more = true;
    if (!form_list_skip(bytes, length, &count, &taken)) require(count >= 1 && taken <= length);
    if (form_reader_open(&reader, bytes, length, (const uint8_t *)"strike", 6, counted)) return;
    while (more && !form_reader_next(&reader, &more)) require(reader.form_length >= 1 && reader.form_length <= FORM_MAX);
}

static void fuzz_posting_list(const uint8_t *bytes, size_t length, uint32_t doc_count)
{
    struct posting_list list;
    uint32_t docs[POSTING_BLOCK], tfs[POSTING_BLOCK], from, size;
    if (posting_list_open(bytes, length, doc_count, &list)) return;
    require(posting_list_head_length(&list) <= length);
    posting_title_range(&list, &from, &size);
    require((uint64_t)from + size <= length);
    if (list.paged) fuzz_paged(&list);
    else
        fuzz_blocked(&list);
    for (uint32_t block = 0; block < list.title_block_count; block++) {
        if (!posting_title_docs(&list, block, docs)) require_ascending(docs, posting_title_count(&list, block), doc_count);
        posting_title_tfs(&list, block, tfs);
        require(posting_title_seek(&list, 0, posting_title_last(&list, block)) <= list.title_block_count);
    }
    for (uint32_t group = 0; group < list.group_count; group++) {
        uint64_t offset, length_of_group;
        if (posting_group_range(&list, group, &offset, &length_of_group)) require(length_of_group <= list.positions_length);
    }
    require(list.forms_length <= length);
    fuzz_forms(bytes + length - list.forms_length, list.forms_length, list.df >= FORMS_COUNTED_DF);
    posting_list_check(&list, NULL, NULL);
}

/* The number says where to begin; the frequencies are those of a group as long as it may be. */
static void fuzz_position_group(const uint8_t *bytes, size_t length, uint32_t number)
{
    uint32_t positions[400], count;
    struct position_reader reader;
    position_reader_open(&reader, bytes, length);
    for (uint32_t tf = 1; tf <= 400; tf = tf * 3 + 1) {
        const struct position_place place = {number >> 8, number & 255};
        if (position_reader_read(&reader, place, number % 225, tf, UINT32_MAX, positions, &count)) continue;
        require(count == tf && positions[tf - 1] <= POSITION_MOST);
        for (uint32_t i = 1; i < tf; i++) require(positions[i] > positions[i - 1]);
    }
    const struct position_room room = {false, 1U << number % 29};
    struct position_scale scale;
    position_scale_make(&room, &scale);
    const uint32_t docs[] = {1, 2, 5}, tfs[] = {1, 1 + number % 7, 1 + number % 300};
    const struct position_postings postings = {&scale, NULL, docs, tfs, 3};
    position_group_check(bytes, length, &postings);
    struct form_numbers numbers;
    size_t taken;
    if (form_numbers_open(bytes, length, &numbers, &taken)) return;
    require(taken <= length);
    for (uint32_t tf = 1; tf <= 400; tf = tf * 3 + 1) form_numbers_read(&numbers, number, tf, positions);
}

static void fuzz_inline_list(const uint8_t *bytes, size_t length, uint32_t number)
{
    struct inline_list list;
    if (inline_list_decode(bytes, length, number & 7, number, &list)) return;
    require_ascending(list.docs, list.df, number);
    uint32_t count = 0;
    for (uint32_t i = 0; i < list.df; i++) count += list.tfs[i];
    for (uint32_t i = 0; i < count; i++) require(list.form_numbers[i] < list.form_count);
    fuzz_forms(list.forms, list.forms_length, false);
}

static void fuzz_term_block(uint8_t *bytes, size_t length, uint32_t seek)
{
    struct term_block_reader reader;
    uint8_t wanted[2] = {(uint8_t)seek, (uint8_t)(seek >> 8)};
    struct term_entry entry;
    bool more = true, found;
    if (!term_block_find(bytes, length, wanted, sizeof wanted, &entry, &found) && found && !entry.postings_length)
        require(entry.inline_bytes >= bytes && entry.inline_bytes + entry.inline_length <= bytes + length);
    if (length >= 7) store_u32(bytes + 3, checksum(checksum(0, bytes, 3), bytes + 7, length - 7)); /* else nothing gets past it */
    if (term_block_open(bytes, length, &reader)) return;
    while (more && !term_block_next(&reader, &more)) require(reader.term_length <= DICTIONARY_TERM_MAX);
    require(!term_block_open(bytes, length, &reader));
    if (!term_block_seek(&reader, wanted, sizeof wanted, &more) && more)
        require(memcmp(reader.term, wanted, reader.term_length < 2 ? reader.term_length : 2) >= 0);
}

static void fuzz_columns(const uint8_t *bytes, size_t length)
{
    struct column column;
    struct id_column ids;
    int64_t values[300];
    char id[512];
    size_t id_length;
    if (!column_open(bytes, length, &column) && column.count) {
        (void)column_get(&column, column.count - 1);
        column_read(&column, 0, column.count < 300 ? column.count : 300, values);
    }
    if (!id_column_open(bytes, length, &ids))
        for (uint32_t i = 0; i < ids.count && i < 200; i++)
            if (!id_column_get(&ids, i, id, &id_length)) require(id_length <= 511);
}

/* A list of words, of the bytes before `split`, and the rest: coded text, and text that must come back. */
static void fuzz_article_words(const uint8_t *bytes, size_t length, size_t split)
{
    struct buffer raw = {0}, coded = {0};
    struct article_words words;
    if (article_words_open(bytes, split, bytes + split, &words)) return;
    const uint8_t *text = bytes + split;
    const size_t left = length - split, wanted[] = {left, 2 * left, left ? text[0] : 0};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        buffer_clear(&raw);
        if (!article_words_decode(&words, text, left, wanted[i], &raw)) require(raw.length == wanted[i]);
    }
    struct article_word_table *table = article_word_table_make(&words);
    buffer_clear(&raw);
    if (table && article_words_encode(table, text, left, &coded)) {
        const char *rule = article_words_decode(&words, coded.bytes, coded.length, left, &raw);
        require(rule == NULL || rule == memory_rule);
        if (!rule) require(raw.length == left && (left == 0 || memcmp(raw.bytes, text, left) == 0));
    }
    article_word_table_free(table);
    buffer_free(&raw);
    buffer_free(&coded);
}

/* Records of different lengths, as a block with the dictionary has them, come back. */
static void fuzz_block_of(const struct article_dictionary *dictionary, const uint8_t *text, size_t length)
{
    struct article_block_writer writer = {0};
    struct buffer block = {0}, raw = {0};
    size_t offset, record_length;
    uint32_t records = 0;
    if (!article_block_use(&writer, dictionary, 1)) return;
    for (size_t at = 0, end; at < length; at = end, records++) {
        end = at + 1 + 7 * (size_t)text[at] < length ? at + 1 + 7 * (size_t)text[at] : length;
        article_block_add(&writer, text + at, end - at);
    }
    if (records && article_block_finish(&writer, &block)) {
        size_t at = 0;
        for (uint32_t i = 0; i < records; i++, at += record_length) {
            require(!article_block_read(block.bytes, block.length, dictionary, i, &raw, &offset, &record_length));
            require(offset == at && at + record_length <= length && memcmp(raw.bytes + offset, text + at, record_length) == 0);
            if (i > 8 && i + 1 < records) buffer_clear(&raw);
        }
        require(at == length);
    }
    article_block_free(&writer);
    buffer_free(&block);
    buffer_free(&raw);
}

/* A dictionary: words up to `split`, stretches in half of the rest; what follows is a block, and articles to make one of. */
static void fuzz_article_blocks(const uint8_t *bytes, size_t length, size_t split)
{
    struct buffer words = {0}, record = {0}, raw = {0};
    struct article_dictionary dictionary;
    struct article_block_head head;
    size_t stretches = (length - split) / 2, offset, record_length, taken;
    if (stretches > ARTICLE_DICTIONARY_MOST) stretches = ARTICLE_DICTIONARY_MOST;
    const uint8_t *rest = bytes + split + stretches;
    size_t left = length - split - stretches;
    buffer_append(&words, bytes, split);
    article_dictionary_encode(&words, bytes + split, stretches, &record);
    if (!words.failed && !record.failed && !article_dictionary_open(record.bytes, record.length, &dictionary)) {
        for (uint32_t i = 0; i < 3; i++)
            if (!article_block_read(rest, left, &dictionary, i, &raw, &offset, &record_length))
                require(offset + record_length <= raw.length);
        if (!article_block_begin(rest, left, &head) && !article_block_read_all(rest, left, &head, &dictionary, &raw, &taken))
            require(taken <= left && (head.wants_dictionary || raw.length == head.total));
        fuzz_block_of(&dictionary, rest, left);
    }
    buffer_free(&words);
    buffer_free(&record);
    buffer_free(&raw);
}

/* Integers in a frame: any bytes as a block of them, and any integers there and back. */
static void fuzz_frames(const uint8_t *bytes, size_t length, uint32_t number)
{
    uint32_t values[BITPACK_COUNT], given[BITPACK_COUNT], count = 1 + number % BITPACK_COUNT;
    struct buffer out = {0};
    if (!rice_block_decode(bytes, length, count, 0, values) && rice_block_bits(bytes) < 32)
        for (uint32_t i = 0; i < count; i++) require(values[i] >> rice_block_bits(bytes) == 0);
    const uint16_t header = length >= 2 ? load_u16(bytes) : 0;
    if (length >= 2 && !pfor_decode(bytes + 2, length - 2, header, count, values) && pfor_bits(header) < 32)
        for (uint32_t i = 0; i < count; i++) require(values[i] >> pfor_bits(header) == 0);
    if (length < 4 * (size_t)count) return;
    for (uint32_t i = 0; i < count; i++) given[i] = load_u32(bytes + 4 * (size_t)i) >> (number >> 8) % 32;
    rice_block_encode(given, count, &out);
    size_t size = out.length;
    buffer_append_zeros(&out, POSTING_SLACK);
    require(!out.failed && size <= RICE_BLOCK_MOST && !rice_block_decode(out.bytes, size, count, 0, values));
    require(memcmp(given, values, count * sizeof *given) == 0);
    buffer_clear(&out);
    const uint16_t encoded = pfor_encode(given, count, &out);
    size = out.length;
    buffer_append_zeros(&out, POSTING_SLACK);
    require(!out.failed && size == pfor_size(encoded, count) && !pfor_decode(out.bytes, size, encoded, count, values));
    require(memcmp(given, values, count * sizeof *given) == 0);
    buffer_free(&out);
}

static void fuzz_articles(const uint8_t *bytes, size_t length, uint32_t i)
{
    struct arena arena = {0};
    struct buffer raw = {0};
    bf_article article;
    size_t offset, record_length;
    uint32_t count;
    article_record_decode(bytes, length, &arena, &article);
    struct article_dictionary dictionary;
    if (!article_dictionary_open(bytes, length, &dictionary)) require(dictionary.bytes + dictionary.length == bytes + length);
    /* A stream that is its own dictionary. */
    dictionary = (struct article_dictionary){.bytes = bytes, .length = length, .id = length >= 6 ? load_u32_be(bytes + 2) : 0};
    if (!inflate_first(bytes, length, &dictionary, i, i & 1, &raw)) require(raw.length == i);
    article_block_count(bytes, length, &count);
    struct article_block_head head;
    size_t taken;
    if (!article_block_begin(bytes, length, &head) && !article_block_read_all(bytes, length, &head, NULL, &raw, &taken))
        require(taken <= length && raw.length == head.total);
    if (!article_block_read(bytes, length, NULL, i, &raw, &offset, &record_length)) {
        require(offset + record_length <= raw.length);
        article_record_decode(raw.bytes + offset, record_length, &arena, &article);
    }
    buffer_free(&raw);
    arena_free(&arena);
}

static const char *const parts[] = {"postings", "positions", "terms", "columns", "articles", "inline", "words", "blocks", "frames"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3) return 0;
    unsigned part = part_of_fuzzer(parts, 9, data[0]) % 9;
    uint32_t number = load_u16(data + 1);
    size_t length = size - 3, slack = part < 2 || part == 8 ? POSTING_SLACK : 0;
    uint8_t *bytes = malloc(length + slack ? length + slack : 1);
    if (!bytes) return 0;
    memcpy(bytes, data + 3, length);
    memset(bytes + length, 0xff, slack);
    switch (part) {
    case 0: fuzz_posting_list(bytes, length, number); break;
    case 1: fuzz_position_group(bytes, length, number); break;
    case 2: fuzz_term_block(bytes, length, number); break;
    case 3: fuzz_columns(bytes, length); break;
    case 4: fuzz_articles(bytes, length, number); break;
    case 5: fuzz_inline_list(bytes, length, number); break;
    case 6: fuzz_article_words(bytes, length, number < length ? number : length); break;
    case 7: fuzz_article_blocks(bytes, length, number < length ? number : length); break;
    default: fuzz_frames(bytes, length, number); break;
    }
    free(bytes);
    return 0;
}
