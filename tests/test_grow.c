/* The generator of larger archives, on a small one made up here: every part keeps what it promises to keep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "description.h"
#include "grow_write.h"
#include "index_fixture.h"
#include "random_source.h"
#include "sentence_cut.h"
#include "word_cut.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARTICLES = 600, TOPICS = 20, COPIES = 4 };

/* Articles of ten sentences or more, each about two names of its topic and with rare words of its own. */
static void archive_write(const char *path)
{
    struct random_source random = {42};
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    for (int a = 0; a < ARTICLES; a++) {
        const unsigned topic = random_below(&random, TOPICS), names = 2 * random_below(&random, 4);
        const unsigned sentences = 3 + random_below(&random, 15);
        fprintf(out, "{\"id\":\"a%d\",\"title\":\"Nam%c%c speaks\",\"body\":\"", a, 'a' + topic, 'a' + names);
        for (unsigned s = 0; s < sentences; s++) {
            fprintf(out, "The Nam%c%c of %s", 'a' + topic, 'a' + names + random_below(&random, 2), s & 1 ? "old" : "late");
            for (unsigned w = 3 + random_below(&random, 8); w > 0; w--)
                fprintf(out, " %c%c", 'b' + random_below(&random, 20), "aeiou"[random_below(&random, 5)]);
            if (random_below(&random, 3) == 0)
                fprintf(out, " raro%c%xond", 'b' + s % 20, (unsigned)random_u64(&random) & 0xfffff);
            fputs(s + 1 == sentences ? "." : s % 4 == 3 ? ".\\n\\n" : ". ", out);
        }
        fputs("\"}\n", out);
    }
    fclose(out);
}

struct grown {
    struct index_fixture *fixture;
    char path[120];
    struct grow_archive archive;
};

static int grown_make(void **state)
{
    struct grown *g = calloc(1, sizeof *g);
    bf_error error;
    if (!g || index_fixture_make((void **)&g->fixture) != 0) return -1;
    snprintf(g->path, sizeof g->path, "%s/articles.jsonl", g->fixture->folder);
    archive_write(g->path);
    if (grow_archive_read(g->path, &g->archive, &error) != BF_OK) return -1;
    *state = g;
    return 0;
}

static int grown_remove(void **state)
{
    struct grown *g = *state;
    grow_archive_free(&g->archive);
    const int removed = index_fixture_remove((void **)&g->fixture);
    free(g);
    return removed;
}

static void test_words(void **state)
{
    (void)state;
    static const char text[] = "U.S. caf\xc3\xa9\xe2\x80\x94" "Isn\xe2\x80\x99t 3.5% x";
    static const char *const wanted[] = {"u", "s", "caf\xc3\xa9", "isn", "t", "3", "5", "x"};
    struct word_span span = {0};
    char folded[WORD_BYTES_MOST], longer[200];
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        assert_true(word_cut_next(text, sizeof text - 1, &span));
        const size_t length = word_cut_fold(text, span, folded);
        assert_int_equal(length, strlen(wanted[i]));
        assert_memory_equal(folded, wanted[i], length);
    }
    assert_false(word_cut_next(text, sizeof text - 1, &span));
    memset(longer, 'y', sizeof longer);
    size_t pieces = 0, bytes = 0;
    for (span = (struct word_span){0}; word_cut_next(longer, sizeof longer, &span); pieces++) bytes += span.end - span.start;
    assert_int_equal(bytes, sizeof longer);
    assert_int_equal(pieces, 4);
    span = (struct word_span){0};
    assert_true(word_cut_next("\xe2", 1, &span)); /* a character cut off is still taken once */
    assert_false(word_cut_next("\xe2", 1, &span));
}

static void test_sentences(void **state)
{
    (void)state;
    static const char text[] = "John P. Smith of the U.S. Senate said so. \"Yes!\" he cried.\n\nA line\nthat goes on. 5 more";
    static const char *const wanted[] = {"John P. Smith of the U.S. Senate said so. ", "\"Yes!\" he cried.\n\n",
                                         "A line\nthat goes on. ", "5 more"};
    size_t at = 0;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const size_t end = sentence_cut_end(text, sizeof text - 1, at);
        assert_int_equal(end - at, strlen(wanted[i]));
        assert_memory_equal(text + at, wanted[i], end - at);
        at = end;
    }
    assert_int_equal(at, sizeof text - 1);
}

static bool share_a_feature(const struct grow_archive *archive, uint32_t a, uint32_t b)
{
    const struct grow_article *x = grow_article_at(archive, a), *y = grow_article_at(archive, b);
    for (uint32_t i = 0; i < x->feature_count; i++)
        for (uint32_t j = 0; j < y->feature_count; j++)
            if (grow_features_of(archive, x)[i].word == grow_features_of(archive, y)[j].word) return true;
    return false;
}

static void test_groups(void **state)
{
    const struct grown *g = *state;
    struct grow_groups groups, other;
    bf_error error;
    uint8_t seen[ARTICLES] = {0};
    size_t pairs = 0, near = 0, alone = 0;
    assert_int_equal(grow_groups_make(&g->archive, 1, &groups, &error), BF_OK);
    for (uint32_t i = 0; i < groups.count; i++) {
        const uint32_t size = groups.starts[i + 1] - groups.starts[i];
        assert_in_range(size, 1, GROUP_MOST);
        alone += size == 1;
        for (uint32_t m = groups.starts[i]; m < groups.starts[i + 1]; m++) {
            assert_int_equal(seen[groups.members[m]]++, 0);
            for (uint32_t n = groups.starts[i]; n < m; n++, pairs++)
                near += share_a_feature(&g->archive, groups.members[m], groups.members[n]);
        }
    }
    assert_int_equal(groups.starts[groups.count], ARTICLES);
    assert_true(alone <= 1);
    /* At random one in twenty times four pairs shares a name. */
    if ((double)near < 0.9 * (double)pairs) fail_msg("only %zu of %zu pairs in groups share a word", near, pairs);
    assert_int_equal(grow_groups_make(&g->archive, 2, &other, &error), BF_OK);
    assert_memory_not_equal(groups.members, other.members, ARTICLES * sizeof *groups.members);
    grow_groups_free(&groups);
    grow_groups_free(&other);
}

static void test_mix(void **state)
{
    const struct grown *g = *state;
    const uint32_t unit_total = grow_unit_total(&g->archive);
    struct grow_groups groups;
    struct grow_mix mix;
    bf_error error;
    uint8_t *seen = calloc(unit_total, 1);
    size_t own = 0, bodies = unit_total - ARTICLES;
    assert_non_null(seen);
    assert_int_equal(grow_groups_make(&g->archive, 1, &groups, &error), BF_OK);
    assert_int_equal(grow_mix_make(&g->archive, &groups, 9, &mix, &error), BF_OK);
    for (uint32_t a = 0; a < ARTICLES; a++) {
        const struct grow_article *article = grow_article_at(&g->archive, a);
        int64_t words = 0;
        assert_int_equal(seen[mix.title[a]]++, 0);
        for (uint32_t u = 0; u < mix.count[a]; u++) {
            const uint32_t unit = mix.units[mix.first[a] + u];
            assert_int_equal(seen[unit]++, 0);
            words += grow_unit_at(&g->archive, unit)->word_count;
            own += unit > article->first_unit && unit <= article->first_unit + article->unit_count;
        }
        /* Within the longest sentences (15 words) given and taken. */
        if (llabs(words - article->word_count) > 45)
            fail_msg("article %u has %lld words, not %u", a, (long long)words, article->word_count);
    }
    for (uint32_t u = 0; u < unit_total; u++) assert_int_equal(seen[u], 1); /* every title and sentence once */
    if (own < bodies * 4 / 10 || own > bodies * 6 / 10) fail_msg("%zu of %zu sentences stayed", own, bodies);
    free(seen);
    grow_mix_free(&mix);
    grow_groups_free(&groups);
}

static void test_rename(void **state)
{
    struct grown *g = *state;
    struct grow_rename rename;
    bf_error error;
    size_t anew = 0;
    const uint32_t before = g->archive.words.count;
    assert_int_equal(grow_rename_begin(&g->archive, &rename, &error), BF_OK);
    for (uint32_t copy = 1; copy < COPIES; copy++) {
        assert_int_equal(grow_rename_copy(&g->archive, copy, copy, &rename, &error), BF_OK);
        const double expected = grow_rename_expected(&g->archive, &rename, copy + 1);
        if (fabs(g->archive.words.count / expected - 1) > 0.05)
            fail_msg("%u words in %u copies, not %.0f", g->archive.words.count, copy + 1, expected);
    }
    for (uint32_t w = 0; w < before; w++) {
        const bf_text old = word_list_get(&g->archive.words, w), now = word_list_get(&g->archive.words, rename.as[w]);
        if (rename.as[w] == w) continue;
        anew++;
        assert_true(rename.as[w] >= before); /* never a word there was */
        assert_true(g->archive.word[w].df <= ARTICLES / 100 + 1);
        if (old.length > 5) /* stems end as before */
            assert_memory_equal(old.bytes + old.length - 3, now.bytes + now.length - 3, 3);
    }
    assert_true(anew > before / 10);
    grow_rename_free(&rename);
}

/* All copies as `grow` writes them. */
static void grow_to(struct grown *g, const char *path, uint64_t seed)
{
    struct grow_rename rename;
    bf_error error;
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_int_equal(grow_rename_begin(&g->archive, &rename, &error), BF_OK);
    for (uint32_t copy = 1; copy <= COPIES; copy++) {
        struct grow_groups groups;
        struct grow_mix mix;
        assert_int_equal(grow_groups_make(&g->archive, seed + copy, &groups, &error), BF_OK);
        assert_int_equal(grow_mix_make(&g->archive, &groups, seed + copy, &mix, &error), BF_OK);
        assert_int_equal(grow_rename_copy(&g->archive, copy, seed + copy, &rename, &error), BF_OK);
        assert_int_equal(grow_write_copy(&g->archive, &mix, &rename, copy, seed, out, &error), BF_OK);
        grow_mix_free(&mix);
        grow_groups_free(&groups);
    }
    grow_rename_free(&rename);
    fclose(out);
}

static void assert_close(const char *what, double grown, double real, double tolerance)
{
    if (!(fabs(grown / real - 1) <= tolerance)) fail_msg("%s: %g in the grown, %g in the real archive", what, grown, real);
}

static void test_grown_is_like_real(void **state)
{
    struct grown *g = *state;
    struct description real, grown;
    const struct query_set none = {0};
    char path[140];
    bf_error error;
    snprintf(path, sizeof path, "%s.grown", g->path);
    grow_to(g, path, 3);
    assert_int_equal(description_make(g->path, &none, &real, &error), BF_OK);
    assert_int_equal(description_make(path, &none, &grown, &error), BF_OK);
    assert_int_equal(real.articles, ARTICLES);
    assert_int_equal(grown.articles, ARTICLES * COPIES);
    assert_int_equal(grown.words, real.words * COPIES); /* every word of every sentence, under whatever name */
    assert_close("median length", grown.lengths[2], real.lengths[2], 0.06);
    assert_close("p90 of length", grown.lengths[3], real.lengths[3], 0.06);
    assert_close("distinct words an article", (double)grown.postings / (double)grown.articles,
                 (double)real.postings / (double)real.articles, 0.06);
    assert_close("share of the ten most frequent words", grown.tops[0], real.tops[0], 0.01);
    /* Names: words of 1 to 10 % of articles, that come again within one. */
    assert_true(real.band_words[3] > 20);
    assert_close("share of postings of names with tf 5 to 8", grown.band_tf[3][3] + grown.band_tf[3][4],
                 real.band_tf[3][3] + real.band_tf[3][4], 0.2);
    assert_true(grown.vocabulary[3] > 1.5 * real.vocabulary[3]);
    description_free(&real);
    description_free(&grown);
}

static void test_nothing_to_grow(void **state)
{
    struct grown *g = *state;
    static const char *const bad[] = {"", "{\"title\": \"no id\"}\n", "not JSON\n"};
    struct grow_archive archive;
    char path[140];
    bf_error error;
    snprintf(path, sizeof path, "%s.bad", g->path);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        FILE *out = fopen(path, "w");
        assert_non_null(out);
        fputs(bad[i], out);
        fclose(out);
        assert_int_equal(grow_archive_read(path, &archive, &error), BF_BAD_ARGUMENT);
        assert_non_null(strstr(error.message, path));
    }
    assert_int_equal(grow_archive_read("/nonexistent", &archive, &error), BF_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_sentences),
        cmocka_unit_test_setup_teardown(test_groups, grown_make, grown_remove),
        cmocka_unit_test_setup_teardown(test_mix, grown_make, grown_remove),
        cmocka_unit_test_setup_teardown(test_rename, grown_make, grown_remove),
        cmocka_unit_test_setup_teardown(test_grown_is_like_real, grown_make, grown_remove),
        cmocka_unit_test_setup_teardown(test_nothing_to_grow, grown_make, grown_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
