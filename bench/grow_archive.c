#include "grow_archive.h"

#include "random_source.h"
#include "sentence_cut.h"
#include "status.h"
#include "word_cut.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Words of more than a tenth of the articles say little about one of them; those of a single one are nobody else's. */
enum { FEATURE_SHARE = 10 };

static bf_status unit_add(struct grow_archive *archive, uint64_t offset, size_t length, uint32_t *word_count, bf_error *error)
{
    struct grow_unit unit = {.text = offset, .first_word = archive->word_numbers.length / sizeof(uint32_t),
                             .length = (uint32_t)length};
    const char *text = grow_text_at(archive, offset);
    char folded[WORD_BYTES_MOST];
    for (struct word_span span = {0}; word_cut_next(text, length, &span);) {
        const uint32_t number = word_list_add(&archive->words, folded, word_cut_fold(text, span, folded));
        if (number == WORD_NONE) return fail_memory(error);
        buffer_append(&archive->word_numbers, &number, sizeof number);
        unit.word_count++;
    }
    buffer_append(&archive->units, &unit, sizeof unit);
    *word_count += unit.word_count;
    return BF_OK;
}

static bf_status article_add(struct grow_archive *archive, const struct article_lines *lines, bf_error *error)
{
    uint32_t title_words = 0;
    struct grow_article article = {.id = archive->text.length, .id_length = (uint32_t)lines->id.length,
                                   .first_unit = grow_unit_total(archive)};
    const size_t title = archive->text.length + lines->id.length, body = title + lines->title.length;
    buffer_append(&archive->text, lines->id.bytes, lines->id.length);
    if (lines->title.length) buffer_append(&archive->text, lines->title.bytes, lines->title.length);
    if (lines->body.length) buffer_append(&archive->text, lines->body.bytes, lines->body.length);
    if (archive->text.failed) return fail_memory(error);
    bf_status status = unit_add(archive, title, lines->title.length, &title_words, error);
    for (size_t at = 0, end; status == BF_OK && at < lines->body.length; at = end) {
        end = sentence_cut_end(lines->body.bytes, lines->body.length, at);
        status = unit_add(archive, body + at, end - at, &article.word_count, error);
        article.unit_count++;
    }
    buffer_append(&archive->articles, &article, sizeof article);
    archive->article_count++;
    return status;
}

/* All words of an article, the title's first. */
static const uint32_t *article_words(const struct grow_archive *archive, const struct grow_article *article, size_t *count)
{
    const struct grow_unit *first = grow_unit_at(archive, article->first_unit);
    *count = first->word_count + article->word_count;
    return grow_words_of(archive, first);
}

/* df, cf and how the vocabulary grows: the distinct words of a random quarter and half of the articles. */
static bf_status words_count(struct grow_archive *archive, bf_error *error)
{
    archive->word_count = archive->words.count;
    archive->word = calloc(archive->word_count + 1, sizeof *archive->word);
    uint32_t *seen = calloc(archive->word_count + 1, sizeof *seen);
    uint8_t *sample = calloc(archive->word_count + 1, 1);
    bf_status status = archive->word && seen && sample ? BF_OK : fail_memory(error);
    for (uint32_t i = 0; status == BF_OK && i < archive->article_count; i++) {
        const uint64_t hash = random_hash(i);
        const uint8_t samples = (uint8_t)(((hash & 3) == 0) | ((hash & 1) == 0) << 1 | 4);
        size_t count;
        const uint32_t *words = article_words(archive, grow_article_at(archive, i), &count);
        for (size_t w = 0; w < count; w++) {
            archive->word[words[w]].cf++;
            if (seen[words[w]] == i + 1) continue;
            seen[words[w]] = i + 1;
            archive->word[words[w]].df++;
            sample[words[w]] |= samples;
        }
    }
    for (uint32_t w = 0; status == BF_OK && w < archive->word_count; w++)
        for (int s = 0; s < 3; s++) archive->vocabulary[s] += sample[w] >> s & 1;
    free(seen);
    free(sample);
    return status;
}

static void capitals_count(struct grow_archive *archive)
{
    for (uint32_t u = 0; u < grow_unit_total(archive); u++) {
        const struct grow_unit *unit = grow_unit_at(archive, u);
        const uint32_t *words = grow_words_of(archive, unit);
        const char *text = grow_text_at(archive, unit->text);
        for (struct word_span span = {0}; word_cut_next(text, unit->length, &span); words++)
            archive->word[*words].capital += text[span.start] >= 'A' && text[span.start] <= 'Z';
    }
}

struct scored_feature {
    struct grow_feature feature;
    double score;
};

static int by_score(const void *a, const void *b)
{
    const struct scored_feature *x = a, *y = b;
    if (x->score != y->score) return x->score < y->score ? 1 : -1;
    return (x->feature.word > y->feature.word) - (x->feature.word < y->feature.word);
}

static bf_status features_find(struct grow_archive *archive, bf_error *error)
{
    bf_status status = BF_OK;
    uint32_t *place = calloc(archive->word_count + 1, sizeof *place); /* in `found` of the article, from 1 */
    struct buffer found = {0};
    for (uint32_t i = 0; place && i < archive->article_count; i++) {
        struct grow_article *article = (struct grow_article *)(void *)archive->articles.bytes + i;
        size_t count, found_count = 0;
        const uint32_t *words = article_words(archive, article, &count);
        buffer_clear(&found);
        for (size_t w = 0; w < count; w++) {
            const uint32_t df = archive->word[words[w]].df;
            if (df < 2 || df > archive->article_count / FEATURE_SHARE + 2) continue;
            if (!place[words[w]]) {
                const struct scored_feature fresh = {.feature = {.word = words[w]}};
                buffer_append(&found, &fresh, sizeof fresh);
                if (found.failed) break;
                place[words[w]] = (uint32_t)++found_count;
            }
            ((struct scored_feature *)(void *)found.bytes)[place[words[w]] - 1].feature.tf++;
        }
        struct scored_feature *scored = (struct scored_feature *)(void *)found.bytes;
        for (size_t f = 0; f < found_count; f++) {
            place[scored[f].feature.word] = 0;
            const double df = archive->word[scored[f].feature.word].df;
            scored[f].score = scored[f].feature.tf * log((double)archive->article_count / df);
        }
        if (found_count) qsort(scored, found_count, sizeof *scored, by_score);
        article->first_feature = (uint32_t)(archive->features.length / sizeof(struct grow_feature));
        article->feature_count = (uint32_t)(found_count < GROW_FEATURES ? found_count : GROW_FEATURES);
        for (size_t f = 0; f < article->feature_count; f++)
            buffer_append(&archive->features, &scored[f].feature, sizeof scored[f].feature);
        if (found.failed || archive->features.failed) break;
    }
    if (!place || found.failed || archive->features.failed) status = fail_memory(error);
    buffer_free(&found);
    free(place);
    return status;
}

bf_status grow_archive_read(const char *path, struct grow_archive *archive, bf_error *error)
{
    struct article_lines lines;
    *archive = (struct grow_archive){0};
    bf_status status = article_lines_open(path, &lines, error);
    if (status != BF_OK) return status;
    while (status == BF_OK && (status = article_lines_next(&lines, error)) == BF_OK) status = article_add(archive, &lines, error);
    if (status == BF_END) status = archive->article_count ? BF_OK : fail(error, BF_BAD_ARGUMENT, "%s holds no article", path);
    if (status == BF_OK && (archive->units.failed || archive->articles.failed || archive->word_numbers.failed))
        status = fail_memory(error);
    if (status == BF_OK) status = words_count(archive, error);
    if (status == BF_OK) {
        capitals_count(archive);
        status = features_find(archive, error);
    }
    article_lines_close(&lines);
    if (status != BF_OK) grow_archive_free(archive);
    return status;
}

void grow_archive_free(struct grow_archive *archive)
{
    buffer_free(&archive->text);
    buffer_free(&archive->articles);
    buffer_free(&archive->units);
    buffer_free(&archive->word_numbers);
    buffer_free(&archive->features);
    word_list_free(&archive->words);
    free(archive->word);
    *archive = (struct grow_archive){0};
}
