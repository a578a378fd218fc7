#include "description.h"

#include "article_lines.h"
#include "random_source.h"
#include "status.h"
#include "word_cut.h"
#include "word_list.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct word_tally {
    uint32_t df, cf, tf, article; /* tf: in that article, from 1; the last that held it */
    uint32_t tfs[DESCRIPTION_TFS];
    uint32_t list;   /* of articles, for a word that is asked for; WORD_NONE */
    uint32_t sample; /* bits of the samples that hold it */
};

struct describing {
    struct word_list words;
    struct buffer tallies;  /* struct word_tally, by number */
    struct buffer lengths;  /* double, an article each */
    struct buffer *lists;   /* uint32_t, ascending: the articles of each word that is asked for */
    uint32_t list_count;
    struct buffer touched;  /* words of the article being read */
    uint32_t *query_words;  /* two a query: numbers of lists, or WORD_NONE */
};

static struct word_tally *tally_of(const struct describing *d, uint32_t word)
{
    return (struct word_tally *)(void *)d->tallies.bytes + word;
}

static uint32_t word_number(struct describing *d, const char *text, struct word_span span)
{
    char folded[WORD_BYTES_MOST];
    const uint32_t before = d->words.count;
    const uint32_t word = word_list_add(&d->words, folded, word_cut_fold(text, span, folded));
    if (word == before) {
        const struct word_tally fresh = {.list = WORD_NONE};
        buffer_append(&d->tallies, &fresh, sizeof fresh);
    }
    return d->tallies.failed ? WORD_NONE : word;
}

static void tf_settle(struct word_tally *tally)
{
    tally->tfs[tally->tf <= 2 ? tally->tf - 1 : tally->tf <= 4 ? 2 : tally->tf <= 8 ? 3 : 4]++;
}

static bf_status text_count(struct describing *d, bf_text text, uint32_t article, size_t *length, bf_error *error)
{
    for (struct word_span span = {0}; word_cut_next(text.bytes, text.length, &span); ++*length) {
        const uint32_t word = word_number(d, text.bytes, span);
        if (word == WORD_NONE) return fail_memory(error);
        struct word_tally *tally = tally_of(d, word);
        tally->cf++;
        if (tally->article == article) {
            tally->tf++;
            continue;
        }
        tally->article = article;
        tally->tf = 1;
        tally->df++;
        buffer_append(&d->touched, &word, sizeof word);
        if (tally->list != WORD_NONE) buffer_append(&d->lists[tally->list], &article, sizeof article);
    }
    return d->touched.failed ? fail_memory(error) : BF_OK;
}

static bf_status article_count(struct describing *d, const struct article_lines *lines, uint32_t article, bf_error *error)
{
    size_t length = 0;
    buffer_clear(&d->touched);
    bf_status status = text_count(d, lines->title, article, &length, error);
    if (status == BF_OK) status = text_count(d, lines->body, article, &length, error);
    if (status != BF_OK) return status;
    const uint64_t hash = random_hash(article);
    const bool eighth = (hash & 7) == 0, quarter = (hash & 3) == 0, half = (hash & 1) == 0;
    const uint32_t samples = 1u * eighth | 2u * quarter | 4u * half | 8;
    const uint32_t *touched = (const uint32_t *)(void *)d->touched.bytes;
    for (size_t i = 0; i < d->touched.length / sizeof *touched; i++) {
        tally_of(d, touched[i])->sample |= samples;
        tf_settle(tally_of(d, touched[i]));
    }
    const double words = (double)length;
    buffer_append(&d->lengths, &words, sizeof words);
    return BF_OK;
}

static bf_status queries_prepare(struct describing *d, const struct query_set *queries, bf_error *error)
{
    d->query_words = malloc((2 * queries->count + 1) * sizeof *d->query_words);
    d->lists = calloc(2 * queries->count + 1, sizeof *d->lists);
    if (!d->query_words || !d->lists) return fail_memory(error);
    for (size_t q = 0; q < queries->count; q++) {
        uint32_t *two = &d->query_words[2 * q];
        const char *text = queries->queries[q].text;
        two[0] = two[1] = WORD_NONE;
        for (struct word_span span = {0}; two[1] == WORD_NONE && word_cut_next(text, strlen(text), &span);) {
            const uint32_t word = word_number(d, text, span);
            if (word == WORD_NONE) return fail_memory(error);
            if (tally_of(d, word)->list == WORD_NONE) tally_of(d, word)->list = d->list_count++;
            if (two[0] == WORD_NONE) two[0] = tally_of(d, word)->list;
            else if (two[0] != tally_of(d, word)->list) two[1] = tally_of(d, word)->list;
        }
    }
    return BF_OK;
}

static uint64_t lists_meet(const struct buffer *a, const struct buffer *b)
{
    const uint32_t *x = (const uint32_t *)(const void *)a->bytes, *y = (const uint32_t *)(const void *)b->bytes;
    const uint32_t *x_end = x + a->length / sizeof *x, *y_end = y + b->length / sizeof *y;
    uint64_t both = 0;
    while (x < x_end && y < y_end) {
        both += *x == *y;
        const bool x_moves = *x <= *y, y_moves = *y <= *x;
        x += x_moves;
        y += y_moves;
    }
    return both;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void describe_lengths(struct describing *d, struct description *description)
{
    static const double shares[DESCRIPTION_LENGTHS] = {0.01, 0.1, 0.5, 0.9, 0.99, 1};
    double *lengths = (double *)(void *)d->lengths.bytes;
    const size_t count = d->lengths.length / sizeof *lengths;
    description->articles = count;
    qsort(lengths, count, sizeof *lengths, by_value);
    for (size_t i = 0; i < DESCRIPTION_LENGTHS; i++) {
        const size_t rank = (size_t)ceil(shares[i] * (double)count);
        description->lengths[i] = lengths[rank ? rank - 1 : 0];
    }
}

/* The slope of the line through (log rank, log frequency), ranks evenly taken on the logarithmic scale. */
static double zipf_slope(const double *descending, size_t count, double from, double to)
{
    double n = 0, x_sum = 0, y_sum = 0, xx = 0, xy = 0;
    for (double rank = from; rank <= to && rank <= (double)count; rank *= 1.05) {
        const double x = log(rank), y = log(descending[(size_t)rank - 1]);
        n++, x_sum += x, y_sum += y, xx += x * x, xy += x * y;
    }
    return n < 2 ? 0 : (n * xy - x_sum * y_sum) / (n * xx - x_sum * x_sum);
}

static int downwards(const void *a, const void *b) { return by_value(b, a); }

static bf_status describe_words(const struct describing *d, struct description *description, bf_error *error)
{
    const double articles = (double)description->articles;
    double *frequency = malloc((d->words.count + 1) * sizeof *frequency), postings[DESCRIPTION_BANDS] = {0};
    size_t count = 0;
    if (!frequency) return fail_memory(error);
    for (uint32_t w = 0; w < d->words.count; w++) {
        const struct word_tally *tally = tally_of(d, w);
        if (tally->df == 0) continue; /* only asked for */
        frequency[count++] = tally->cf;
        description->words += tally->cf;
        description->postings += tally->df;
        description->once += tally->df == 1;
        description->few += tally->df >= 2 && tally->df <= 5;
        for (int s = 0; s < DESCRIPTION_SAMPLES; s++) description->vocabulary[s] += tally->sample >> s & 1;
        const int band = (int)floor(log10(tally->df / articles)) + 5;
        if (band < 0 || tally->df < 2) continue;
        const int b = band < DESCRIPTION_BANDS ? band : DESCRIPTION_BANDS - 1;
        description->band_words[b]++;
        postings[b] += tally->df;
        for (int t = 0; t < DESCRIPTION_TFS; t++) description->band_tf[b][t] += tally->tfs[t];
    }
    description->once /= (double)count;
    description->few /= (double)count;
    for (int b = 0; b < DESCRIPTION_BANDS; b++)
        for (int t = 0; t < DESCRIPTION_TFS; t++) description->band_tf[b][t] /= postings[b] > 0 ? postings[b] : 1;
    qsort(frequency, count, sizeof *frequency, downwards);
    for (size_t i = 0, top = 0, most = 10; i < DESCRIPTION_TOPS; i++, most *= 10) {
        double sum = 0;
        for (top = 0; top < most && top < count; top++) sum += frequency[top];
        description->tops[i] = sum / (double)description->words;
    }
    description->zipf = zipf_slope(frequency, count, 100, 10000);
    description->zipf_tail = zipf_slope(frequency, count, 10000, 100000);
    free(frequency);
    return BF_OK;
}

static bf_status describe_queries(const struct describing *d, size_t query_count, struct description *description,
                                  bf_error *error)
{
    const double articles = (double)description->articles;
    description->query_df = malloc((query_count + 1) * sizeof(double));
    description->query_pair = malloc((query_count + 1) * sizeof(double));
    if (!description->query_df || !description->query_pair) return fail_memory(error);
    for (size_t q = 0; q < query_count; q++) {
        const uint32_t a = d->query_words[2 * q], b = d->query_words[2 * q + 1];
        description->query_df[q] = a == WORD_NONE ? 0 : (double)(d->lists[a].length / sizeof(uint32_t)) / articles;
        description->query_pair[q] = b == WORD_NONE ? -1 : (double)lists_meet(&d->lists[a], &d->lists[b]) / articles;
    }
    return BF_OK;
}

bf_status description_make(const char *path, const struct query_set *queries, struct description *description, bf_error *error)
{
    struct describing d = {0};
    struct article_lines lines;
    uint32_t article = 0;
    *description = (struct description){0};
    bf_status status = article_lines_open(path, &lines, error);
    if (status != BF_OK) return status;
    status = queries_prepare(&d, queries, error);
    while (status == BF_OK && (status = article_lines_next(&lines, error)) == BF_OK)
        status = article_count(&d, &lines, ++article, error);
    if (status == BF_END) status = article ? BF_OK : fail(error, BF_BAD_ARGUMENT, "%s holds no article", path);
    for (uint32_t i = 0; status == BF_OK && i < d.list_count; i++)
        if (d.lists[i].failed) status = fail_memory(error);
    if (status == BF_OK && d.lengths.failed) status = fail_memory(error);
    if (status == BF_OK) {
        describe_lengths(&d, description);
        status = describe_words(&d, description, error);
    }
    if (status == BF_OK) status = describe_queries(&d, queries->count, description, error);
    for (uint32_t i = 0; i < d.list_count; i++) buffer_free(&d.lists[i]);
    free(d.lists);
    free(d.query_words);
    buffer_free(&d.tallies);
    buffer_free(&d.lengths);
    buffer_free(&d.touched);
    word_list_free(&d.words);
    article_lines_close(&lines);
    if (status != BF_OK) description_free(description);
    return status;
}

void description_free(struct description *description)
{
    free(description->query_df);
    free(description->query_pair);
    *description = (struct description){0};
}
