/*
 * An archive whose style changes: the dictionary that articles are stored with is left for another once blocks have outgrown it
 * (article_writer.h). Articles of a made-up language, then of another with none of its words; every record comes back as it was, from
 * the segment they were written to, and from one to which its blocks were copied, as merges do.
 */
#include "test_codec.h"

#include "index_fixture.h"
#include "manifest.h"
#include "segment.h"
#include "segment_writer.h"

enum {
    STYLES = 2,
    STYLE_WORDS = 3000,
    ARTICLE_BYTES = 3000,    /* about as long as one of a newspaper */
    /* Articles of a style, by what the writer wants: it learns from 4 MB, waits for six windows of 4 MB, and learns from 4 MB again. */
    BEFORE = 30 << 20,
    AFTER = 16 << 20,
    DICTIONARIES_MOST = 8,
};

struct style {
    char words[STYLE_WORDS][16];
};

/* Words of two to five syllables, those of a style all beginning alike: no style has a word of another. */
static void style_make(struct style *style, char initial, struct chance *chance)
{
    for (int word = 0; word < STYLE_WORDS; word++) {
        size_t length = 0;
        style->words[word][length++] = initial;
        for (uint32_t syllables = 2 + chance_below(chance, 4); syllables--;) {
            style->words[word][length++] = "aeiou"[chance_below(chance, 5)];
            style->words[word][length++] = "bdfgklmnprst"[chance_below(chance, 12)];
        }
        style->words[word][length] = '\0';
    }
}

/* Article n of all, the same whenever it is asked for: its words as skewed as a language's are. */
static void style_write(const struct style *style, uint32_t number, struct buffer *article)
{
    struct chance chance = {UINT64_C(0x9E3779B97F4A7C15) * (number + 1)};
    buffer_clear(article);
    while (article->length < ARTICLE_BYTES) {
        const char *word = style->words[chance_below(&chance, 1 + chance_below(&chance, 1 + chance_below(&chance, STYLE_WORDS)))];
        buffer_append(article, word, strlen(word));
        buffer_append(article, chance_below(&chance, 12) ? " " : ". ", 1);
    }
    assert_false(article->failed);
}

/* An archive: articles of the first style up to `change`, then of the second up to `count`. */
struct archive {
    struct style styles[STYLES];
    uint32_t change, count;
};

static struct archive *archive_make(size_t before, size_t after)
{
    struct chance chance = chance_begin("styles");
    struct archive *archive = calloc(1, sizeof *archive);
    assert_non_null(archive);
    for (int i = 0; i < STYLES; i++) style_make(&archive->styles[i], "hv"[i], &chance);
    archive->change = (uint32_t)(before / ARTICLE_BYTES);
    archive->count = archive->change + (uint32_t)(after / ARTICLE_BYTES);
    return archive;
}

static void archive_article(const struct archive *archive, uint32_t number, struct buffer *article)
{
    style_write(&archive->styles[number >= archive->change], number, article);
}

static struct segment_writer *begin_segment(const char *folder, uint32_t number, const struct archive *archive)
{
    struct segment_writer *writer;
    char id[16];
    assert_int_equal(segment_writer_open(folder, number, false, &writer, NULL), BF_OK);
    for (uint32_t i = 0; i < archive->count; i++) {
        struct document_facts facts = {.id = id, .id_length = (size_t)snprintf(id, sizeof id, "a%u", i), .date = INT64_MIN};
        assert_int_equal(segment_writer_document(writer, &facts, NULL), BF_OK);
    }
    return writer;
}

static struct segment *end_segment(const char *folder, struct segment_writer *writer)
{
    struct manifest_segment listed;
    struct segment *segment;
    segment_writer_begin_terms(writer, 0);
    assert_int_equal(segment_writer_finish(writer, &listed, NULL), BF_OK);
    assert_int_equal(segment_open(folder, &listed, &segment, NULL), BF_OK);
    return segment;
}

static struct segment *write_archive(const char *folder, const struct archive *archive)
{
    struct segment_writer *writer = begin_segment(folder, 1, archive);
    struct buffer article = {0};
    for (uint32_t i = 0; i < archive->count; i++) {
        archive_article(archive, i, &article);
        assert_int_equal(segment_writer_article(writer, article.bytes, article.length, NULL), BF_OK);
    }
    buffer_free(&article);
    return end_segment(folder, writer);
}

static void assert_all_there(struct segment *segment, const struct archive *archive)
{
    struct buffer article = {0};
    const uint8_t *record;
    size_t length;
    assert_int_equal(segment->meta.doc_count, archive->count);
    for (uint32_t i = 0; i < archive->count; i++) {
        archive_article(archive, i, &article);
        assert_int_equal(segment_article_record(segment, i, &record, &length, NULL), BF_OK);
        assert_int_equal(length, article.length);
        assert_memory_equal(record, article.bytes, length);
    }
    buffer_free(&article);
}

/* Which dictionaries the blocks have, in the order in which they come, and the first document of each. */
struct used {
    uint32_t ids[DICTIONARIES_MOST], firsts[DICTIONARIES_MOST];
    uint32_t count;
};

static struct used find_used(struct segment *segment)
{
    struct used used = {0};
    for (uint32_t block = 0; block < segment->meta.article_block_count; block++) {
        const struct article_dictionary *dictionary;
        const uint8_t *bytes;
        size_t length;
        uint32_t first, end;
        assert_int_equal(segment_article_block(segment, block, &bytes, &length, &first, &end, NULL), BF_OK);
        assert_int_equal(segment_article_dictionary(segment, bytes, length, &dictionary, NULL), BF_OK);
        assert_non_null(dictionary);
        if (!used.count || used.ids[used.count - 1] != dictionary->id) {
            assert_true(used.count < DICTIONARIES_MOST);
            used.firsts[used.count] = first;
            used.ids[used.count++] = dictionary->id;
        }
    }
    return used;
}

/* Bytes of blocks an article, in those that lie within [from, to). */
static double article_cost(struct segment *segment, uint32_t from, uint32_t to)
{
    size_t length, total = 0;
    uint32_t articles = 0;
    for (uint32_t block = 0; block < segment->meta.article_block_count; block++) {
        const uint8_t *bytes;
        uint32_t first, end;
        assert_int_equal(segment_article_block(segment, block, &bytes, &length, &first, &end, NULL), BF_OK);
        if (first < from || end > to) continue;
        total += length;
        articles += end - first;
    }
    assert_true(articles > 0);
    return (double)total / articles;
}

/* All blocks into another segment, as a merge copies them; one by one, the articles from `single` on. */
static struct segment *copy_archive(const char *folder, uint32_t number, const struct archive *archive, struct segment *from,
                                    uint32_t single)
{
    struct segment_writer *writer = begin_segment(folder, number, archive);
    const uint8_t *bytes;
    size_t length;
    for (uint32_t block = 0, end = 0; end < archive->count; block++) {
        const struct article_dictionary *dictionary;
        uint32_t first;
        assert_int_equal(segment_article_block(from, block, &bytes, &length, &first, &end, NULL), BF_OK);
        assert_int_equal(segment_article_dictionary(from, bytes, length, &dictionary, NULL), BF_OK);
        if (first < single)
            assert_int_equal(segment_writer_article_block(writer, bytes, length, end - first, dictionary, NULL), BF_OK);
        for (uint32_t doc = first; first >= single && doc < end; doc++) {
            assert_int_equal(segment_article_record(from, doc, &bytes, &length, NULL), BF_OK);
            assert_int_equal(segment_writer_article(writer, bytes, length, NULL), BF_OK);
        }
    }
    return end_segment(folder, writer);
}

static void test_style_changes(void **state)
{
    const struct index_fixture *fixture = *state;
    struct archive *archive = archive_make(BEFORE, AFTER);
    struct segment *segment = write_archive(fixture->folder, archive);
    struct used used = find_used(segment);
    assert_all_there(segment, archive);
    assert_int_equal(used.count, 2);
    assert_int_equal(used.firsts[0], 0);
    assert_true(used.firsts[1] > archive->change);
    double native = article_cost(segment, 0, archive->change), foreign = article_cost(segment, archive->change, used.firsts[1]),
           settled = article_cost(segment, used.firsts[1], archive->count);
    print_message("%.0f bytes an article, then %.0f, then %.0f\n", native, foreign, settled);
    assert_true(settled < foreign * 7 / 8);

    /* Copied: the same two, in the same order, each written once. */
    struct segment *copy = copy_archive(fixture->folder, 2, archive, segment, archive->count);
    struct used copied = find_used(copy);
    assert_all_there(copy, archive);
    assert_memory_equal(&copied, &used, sizeof used);
    segment_close(copy);

    /* Articles of the new style one by one behind copied blocks of the old: they begin with its dictionary. */
    copy = copy_archive(fixture->folder, 3, archive, segment, archive->change);
    copied = find_used(copy);
    assert_all_there(copy, archive);
    assert_int_equal(copied.ids[0], used.ids[0]);
    segment_close(copy);
    segment_close(segment);
    free(archive);
}

static void test_style_stays(void **state)
{
    const struct index_fixture *fixture = *state;
    struct archive *archive = archive_make(BEFORE, 0);
    struct segment *segment = write_archive(fixture->folder, archive);
    assert_int_equal(find_used(segment).count, 1);
    segment_close(segment);
    free(archive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_style_changes, index_fixture_make, index_fixture_remove),
        cmocka_unit_test_setup_teardown(test_style_stays, index_fixture_make, index_fixture_remove),
    };
    return cmocka_run_group_tests_name("second_dictionary", tests, NULL, NULL);
}
