#include "exact_shapes.h"

#include "bm25.h"
#include "impact.h"
#include "length_byte.h"

#include <inttypes.h>
#include <math.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool often(struct chance *chance, uint32_t percent)
{
    return chance_below(chance, 100) < percent;
}

static uint32_t one_of(struct chance *chance, const uint32_t *numbers, size_t count)
{
    return numbers[chance_below(chance, (uint32_t)count)];
}

static void append_word(struct buffer *text, uint32_t word, uint32_t times)
{
    for (uint32_t i = 0; i < times; i++) buffer_append_format(text, "w%" PRIu32 " ", word);
}

static void append_filler(struct buffer *text, uint32_t times)
{
    for (uint32_t i = 0; i < times; i++) buffer_append_string(text, "z ");
}

/* Word number r is about 1 / r as frequent as the first (Zipf). */
static uint32_t skewed_word(struct shaped *shaped)
{
    double uniform = chance_below(&shaped->chance, 1 << 24) / (double)(1 << 24);
    return (uint32_t)exp(uniform * log(shaped->usual ? shaped->usual : shaped->vocabulary)) - 1;
}

static void append_skewed(struct shaped *shaped, struct buffer *text, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) append_word(text, skewed_word(shaped), 1);
}

/* ---- Words as in real text, for all that no one thought of ---- */

static void skewed_begin(struct shaped *shaped)
{
    shaped->vocabulary = one_of(&shaped->chance, (const uint32_t[]){20, 300, 3000}, 3);
}

static void skewed_write(struct shaped *shaped, uint32_t number)
{
    append_skewed(shaped, &shaped->title, chance_below(&shaped->chance, 4));
    append_skewed(shaped, &shaped->body, 1 + chance_below(&shaped->chance, number % 5 == 0 ? 3 : 40));
}

/* ---- All scores tied: a few texts, over and over, or one ---- */

static void tied_begin(struct shaped *shaped)
{
    shaped->vocabulary = 8;
    shaped->average = 1 + chance_below(&shaped->chance, 4); /* different texts */
}

static void tied_write(struct shaped *shaped, uint32_t number)
{
    uint32_t text = chance_below(&shaped->chance, shaped->average);
    (void)number;
    if (shaped->seed % 2) append_word(&shaped->title, text, 1);
    for (uint32_t word = 0; word < 8; word++) append_word(&shaped->body, word, word % (text + 1) == 0);
    append_filler(&shaped->body, 8 - (8 + text) / (text + 1));
}

/* ---- One article as long as all others together, with words that hardly anyone else has ---- */

enum { ENORMOUS_USUAL = 40, ENORMOUS_OWN = 4 }; /* and one more word that only the others have */

static void enormous_begin(struct shaped *shaped)
{
    shaped->usual = ENORMOUS_USUAL;
    shaped->vocabulary = ENORMOUS_USUAL + ENORMOUS_OWN + 1;
    shaped->articles = one_of(&shaped->chance, (const uint32_t[]){30, 300, 3000, 9000, 20000}, 5);
    shaped->odd_one = chance_below(&shaped->chance, shaped->articles);
    shaped->average = one_of(&shaped->chance, (const uint32_t[]){3000, 66000, 200000}, 3);
}

static void enormous_write(struct shaped *shaped, uint32_t number)
{
    for (uint32_t i = 0; i < ENORMOUS_OWN; i++)
        if (number == shaped->odd_one || chance_below(&shaped->chance, 100U << 3 * i) == 3)
            append_word(&shaped->body, ENORMOUS_USUAL + i, number == shaped->odd_one ? 17 + 8 * i : 1);
    if (number == shaped->odd_one) {
        append_word(&shaped->body, 0, shaped->average);
        append_skewed(shaped, often(&shaped->chance, 50) ? &shaped->body : &shaped->title, shaped->average / 4);
    } else {
        append_word(&shaped->body, ENORMOUS_USUAL + ENORMOUS_OWN, number % (shaped->articles / 15 + 1) == 1 ? 6 : 0);
        append_skewed(shaped, &shaped->title, chance_below(&shaped->chance, 3));
        append_skewed(shaped, &shaped->body, 1 + chance_below(&shaped->chance, 12));
    }
}

/* ---- Every block, page and cell has the same maximum ---- */

static void equal_begin(struct shaped *shaped)
{
    static const uint32_t strides[] = {1, 2, 3, 4, 7, 16, 64, 128, 256};
    shaped->vocabulary = SHAPE_WORDS;
    for (size_t i = 0; i < SHAPE_WORDS; i++) {
        uint32_t stride = one_of(&shaped->chance, strides, COUNT(strides));
        shaped->words[i] = (struct shape_word){0, UINT32_MAX, stride, chance_below(&shaped->chance, stride),
                                               1 + chance_below(&shaped->chance, 4)};
    }
}

/* Frequencies go round with the number, not by chance, and all texts are of one length. */
static void equal_write(struct shaped *shaped, uint32_t number)
{
    uint32_t length = 0;
    for (uint32_t word = 0; word < SHAPE_WORDS; word++) {
        const struct shape_word *is = &shaped->words[word];
        if (number % is->stride != is->phase) continue;
        uint32_t tf = 1 + number / is->stride % is->tf_most;
        append_word(&shaped->body, word, tf);
        length += tf;
    }
    append_filler(&shaped->body, 4 * SHAPE_WORDS - length);
}

/* ---- Words from border to border: of blocks, pages, windows, and of short and long lists ---- */

static void borders_begin(struct shaped *shaped)
{
    static const uint32_t borders[] = {0,    0,    1,    15,   16,   31,   32,   127,  128,  129,   255,  256,
                                       257,  4095, 4096, 4097, 8191, 8192, 8193, 8447, 8448, 12288, 16384};
    static const uint32_t articles[] = {1,    15,   16,   17,   127,  128,  129,  255,  256,  257,  512,
                                        4095, 4096, 4097, 8191, 8192, 8193, 8448, 8449, 12288, 16385};
    shaped->articles = one_of(&shaped->chance, articles, COUNT(articles));
    shaped->vocabulary = SHAPE_WORDS;
    for (size_t i = 0; i < SHAPE_WORDS; i++) {
        struct shape_word *word = &shaped->words[i];
        uint32_t a = one_of(&shaped->chance, borders, COUNT(borders)), b = one_of(&shaped->chance, borders, COUNT(borders));
        word->start = a < b ? a : b;
        word->end = often(&shaped->chance, 30) ? UINT32_MAX : a < b ? b : a;
        word->stride = often(&shaped->chance, 70) ? 1 : 1 + chance_below(&shaped->chance, 20);
        word->tf_most = one_of(&shaped->chance, (const uint32_t[]){1, 2, 5, 14, 15, 16}, 6);
    }
    shaped->words[0] = (struct shape_word){0, UINT32_MAX, 1, 0, 1};          /* in all */
    shaped->words[1] = (struct shape_word){1, UINT32_MAX, 1, 0, 3};          /* in all but the first */
    for (uint32_t i = 0; i < 3; i++)                                         /* df 8191, 8192, 8193 */
        shaped->words[2 + i] = (struct shape_word){i, 8191 + 2 * i, 1, 0, 1 + 2 * i};
}

static void borders_write(struct shaped *shaped, uint32_t number)
{
    for (uint32_t i = 0; i < SHAPE_WORDS; i++) {
        const struct shape_word *word = &shaped->words[i];
        if (number < word->start || number >= word->end || (number - word->start) % word->stride) continue;
        uint32_t tf = 1 + chance_below(&shaped->chance, word->tf_most);
        append_word(often(&shaped->chance, 5) ? &shaped->title : &shaped->body, i, tf);
    }
    if (often(&shaped->chance, 30)) append_filler(&shaped->body, chance_below(&shaped->chance, 30));
}

/* ---- Runs of articles that share a word: pages full, nearly full, at the change from bytes to bitmap ---- */

static void runs_begin(struct shaped *shaped)
{
    shaped->vocabulary = SHAPE_WORDS;
}

static void runs_write(struct shaped *shaped, uint32_t number)
{
    static const uint32_t lengths[] = {1, 1, 15, 16, 17, 31, 32, 33, 64, 255, 256, 257, 600, 4096};
    static const uint32_t tfs[] = {1, 1, 1, 2, 3, 14, 15, 16, 30, 269, 270, 271};
    for (uint32_t i = 0; i < SHAPE_WORDS; i++) {
        struct shape_word *word = &shaped->words[i];
        if (number >= word->end) { /* the next run: here or later */
            word->start = often(&shaped->chance, 30) ? (number + 255) / 256 * 256
                                                     : number + chance_below(&shaped->chance, 60 * (i + 1));
            word->end = word->start + one_of(&shaped->chance, lengths, COUNT(lengths));
            word->tf_most = one_of(&shaped->chance, tfs, COUNT(tfs));
        }
        if (number >= word->start)
            append_word(&shaped->body, i, often(&shaped->chance, 5) ? word->tf_most : 1 + chance_below(&shaped->chance, 3));
    }
    if (!shaped->body.length || often(&shaped->chance, 20)) append_filler(&shaped->body, 1 + number % 40);
}

/* ---- Impacts at the edge of a code ---- */

/*
 * Frequencies and lengths are chosen so that an impact is as near as can be to a multiple of the list's unit, just above or just
 * below, for the average length that the articles are then made to have.
 */
static void edges_begin(struct shaped *shaped)
{
    struct bm25 bm25;
    double near[COUNT(shaped->edges)];
    static const uint32_t averages[] = {8, 20, 32, 50};
    shaped->vocabulary = 4;
    shaped->average = one_of(&shaped->chance, averages, COUNT(averages));
    bm25_prepare(&bm25, BM25_K1, BM25_B, BF_TITLE_WEIGHT, (float)shaped->average);
    struct shape_edge best = {2 + chance_below(&shaped->chance, 30), 0};
    best.length = best.tf + chance_below(&shaped->chance, 8);
    float most = bm25_impact((float)best.tf, bm25.norm[length_byte_encode(best.length)]), unit = impact_unit(most);
    for (uint32_t tf = 1; tf <= 40; tf++)
        for (uint32_t length = tf; length < 140; length++) {
            if (length_byte_decode(length_byte_encode(length)) != length) continue;
            float impact = bm25_impact((float)tf, bm25.norm[length_byte_encode(length)]);
            if (impact > most) continue;
            double codes = (double)impact / (double)unit, distance = fabs(codes - nearbyint(codes));
            uint32_t at = shaped->edge_count < COUNT(near) ? shaped->edge_count++ : (uint32_t)COUNT(near) - 1;
            if (at == COUNT(near) - 1 && shaped->edge_count == COUNT(near) && near[at] <= distance) continue;
            for (; at > 0 && near[at - 1] > distance; at--) {
                near[at] = near[at - 1];
                shaped->edges[at] = shaped->edges[at - 1];
            }
            near[at] = distance;
            shaped->edges[at] = (struct shape_edge){tf, length};
        }
    shaped->edges[0] = best;
}

static void edges_write(struct shaped *shaped, uint32_t number)
{
    uint32_t left = shaped->articles - number, length, word = chance_below(&shaped->chance, shaped->vocabulary);
    if (left > shaped->articles / 4 && left > 1) {
        const struct shape_edge *edge = &shaped->edges[chance_below(&shaped->chance, shaped->edge_count)];
        append_word(&shaped->body, word, edge->tf);
        length = edge->length - edge->tf;
        uint32_t tf = chance_below(&shaped->chance, 4);
        if (tf <= length) append_word(&shaped->body, (word + 1) % shaped->vocabulary, tf);
        append_filler(&shaped->body, tf <= length ? length - tf : length);
        length = edge->length;
    } else { /* the last ones bring the average to what it should be */
        int64_t missing = (int64_t)shaped->average * shaped->articles - (int64_t)shaped->written;
        length = missing <= 0 ? 1 : (uint32_t)((missing + left - 1) / left);
        if (often(&shaped->chance, 50)) {
            append_word(&shaped->body, word, 1);
            append_filler(&shaped->body, length - 1);
        } else {
            append_filler(&shaped->body, length);
        }
    }
    shaped->written += length;
}

/* ---- Few articles, each with hundreds of the words that queries of hundreds of words ask for ---- */

static void wide_begin(struct shaped *shaped)
{
    shaped->vocabulary = 1100;
    shaped->articles = 1 + chance_below(&shaped->chance, often(&shaped->chance, 50) ? 40 : 400);
    shaped->average = one_of(&shaped->chance, (const uint32_t[]){10, 50, 99}, 3); /* of 100 words */
    shaped->long_queries = true;
}

static void wide_write(struct shaped *shaped, uint32_t number)
{
    for (uint32_t word = 0; word < shaped->vocabulary; word++)
        if (often(&shaped->chance, shaped->average)) append_word(&shaped->body, word, 1 + (number + word) % 40 / 39);
}

/* ---- Words mostly of titles ---- */

static void titles_begin(struct shaped *shaped)
{
    shaped->vocabulary = 60;
}

static void titles_write(struct shaped *shaped, uint32_t number)
{
    append_skewed(shaped, &shaped->title, 1 + chance_below(&shaped->chance, number % 7 == 0 ? 40 : 5));
    if (often(&shaped->chance, 40)) append_skewed(shaped, &shaped->body, chance_below(&shaped->chance, 10));
}

/* ---- Words in all articles, and rare ones of high impact, some of them only in later segments ---- */

enum { LOPSIDED_COMMON = 3 };

static void lopsided_begin(struct shaped *shaped)
{
    shaped->vocabulary = SHAPE_WORDS;
    shaped->articles = one_of(&shaped->chance, (const uint32_t[]){1500, 9000, 18000, 18000}, 4);
    shaped->segments = one_of(&shaped->chance, (const uint32_t[]){1, 2, 2, 2, 3, 6}, 6);
    for (uint32_t i = LOPSIDED_COMMON; i < SHAPE_WORDS; i++) {
        uint32_t stride = one_of(&shaped->chance, (const uint32_t[]){5, 13, 13, 50, 50, 120}, 6);
        bool half = often(&shaped->chance, 40);
        shaped->words[i] = (struct shape_word){half ? shaped->articles / 2 : 0, UINT32_MAX, stride,
                                               chance_below(&shaped->chance, stride), 1 + chance_below(&shaped->chance, 8)};
    }
}

/* A rare word is in a title seldom, and then of a long article: a title might lift the others far above what the list has. */
static void lopsided_write(struct shaped *shaped, uint32_t number)
{
    append_word(&shaped->body, 0, 1);
    append_word(&shaped->body, 1, number % 7 ? 1 : 2);
    append_word(&shaped->body, 2, number % 3 == 0);
    for (uint32_t i = LOPSIDED_COMMON; i < SHAPE_WORDS; i++) {
        const struct shape_word *word = &shaped->words[i];
        if (number < word->start || number % word->stride != word->phase) continue;
        if (number / word->stride % 60 == 7) {
            append_word(&shaped->title, i, 1);
            append_filler(&shaped->body, 300);
        } else {
            append_word(&shaped->body, i, 1 + chance_below(&shaped->chance, word->tf_most));
        }
    }
    append_filler(&shaped->body, 10 + number % 11);
}

static const struct shape skewed = {"skewed", "words as frequent as in real text", skewed_begin, skewed_write};
static const struct shape tied = {"tied", "scores that are all the same, or nearly all", tied_begin, tied_write};
static const struct shape enormous = {"enormous", "one article as long as thousands", enormous_begin, enormous_write};
static const struct shape equal = {"equal", "every block, page and cell with the same maximum", equal_begin, equal_write};
static const struct shape borders = {"borders", "words from border to border of blocks, pages and windows", borders_begin,
                                     borders_write};
static const struct shape runs = {"runs", "words in runs of articles", runs_begin, runs_write};
static const struct shape edges = {"edges", "impacts at the edges of their codes", edges_begin, edges_write};
static const struct shape wide = {"wide", "few articles with hundreds of words that queries ask for", wide_begin, wide_write};
static const struct shape titles = {"titles", "words mostly of titles", titles_begin, titles_write};
static const struct shape lopsided = {"lopsided", "common words, and rare ones of high impact in some segments", lopsided_begin,
                                      lopsided_write};

const struct shape *const exact_shapes[] = {&skewed, &tied,  &enormous, &equal,  &borders,
                                            &runs,   &edges, &wide,     &titles, &lopsided, NULL};

/* ---- A collection ---- */

void shaped_begin(struct shaped *shaped, const struct shape *shape, uint64_t seed, uint32_t most)
{
    static const uint32_t articles[] = {1, 5, 100, 256, 300, 700, 1500, 1500, 3000, 4096, 8192, 8500, 9000, 13000, 20000};
    *shaped = (struct shaped){.shape = shape, .seed = seed, .chance = {seed * 2 + 1}};
    for (int i = 0; i < 8; i++) chance_next(&shaped->chance); /* seeds beside each other begin alike */
    shaped->articles = one_of(&shaped->chance, articles, COUNT(articles));
    if (shape->begin) shape->begin(shaped);
    if (most && shaped->articles > most) shaped->articles = most;
    uint32_t segments = often(&shaped->chance, 50) ? 1 : often(&shaped->chance, 70) ? 2 + chance_below(&shaped->chance, 4)
                                                                                    : 64 + chance_below(&shaped->chance, 8);
    if (!shaped->segments) shaped->segments = segments;
    if (shaped->segments > shaped->articles) shaped->segments = shaped->articles;
    shaped->deleted = one_of(&shaped->chance, (const uint32_t[]){0, 0, 0, 10, 30, 30, 70}, 7);
    shaped->reordered = often(&shaped->chance, 20);
}

void shaped_free(struct shaped *shaped)
{
    buffer_free(&shaped->title);
    buffer_free(&shaped->body);
}

void shaped_describe(const struct shaped *shaped, char *text, size_t size)
{
    snprintf(text, size, "%s, seed %" PRIu64 ": %" PRIu32 " articles, %" PRIu32 " segment%s, %" PRIu32 " %% deleted%s",
             shaped->shape->name, shaped->seed, shaped->articles, shaped->segments, shaped->segments == 1 ? "" : "s",
             shaped->deleted, shaped->reordered ? ", reordered" : "");
}

static bf_text borrowed(const struct buffer *text)
{
    return (bf_text){(const char *)text->bytes, text->length};
}

static void must(bf_status status, const bf_error *error)
{
    if (status != BF_OK) fail_msg("%s", error->message);
}

void shaped_index(struct shaped *shaped, const char *path)
{
    static const char *const sections[SHAPE_SECTIONS] = {"s0", "s1 s2", "s2 s2 s0"};
    const bf_writer_options options = {.analysis = "plain", .language = "none", .no_merge = true, .no_sync = true};
    const uint32_t each = (shaped->articles + shaped->segments - 1) / shaped->segments;
    bf_error error = {0};
    bf_writer *writer = NULL;
    char id[32];
    must(bf_writer_open(path, &options, &writer, &error), &error);
    for (uint32_t i = 0; i < shaped->articles; i++) {
        buffer_clear(&shaped->title);
        buffer_clear(&shaped->body);
        shaped->shape->write(shaped, i);
        if (!shaped->body.length) append_filler(&shaped->body, 1);
        snprintf(id, sizeof id, "a%" PRIu32, i);
        const char *section = sections[chance_below(&shaped->chance, SHAPE_SECTIONS)];
        bf_article article = {.id = {id, strlen(id)}, .title = borrowed(&shaped->title), .body = borrowed(&shaped->body),
                              .section = {section, strlen(section)}};
        if (i % 4) article.date = (bf_date){(int64_t)(i % 700) * 86400, BF_ZONE_UNKNOWN, BF_DATE_DAY};
        must(bf_writer_add(writer, &article, NULL, &error), &error);
        if ((i + 1) % each == 0) must(bf_writer_commit(writer, &error), &error);
    }
    must(bf_writer_commit(writer, &error), &error);
    const bf_reorder_options reordering = {.segment_count = shaped->segments, .threads = 1};
    if (shaped->reordered) must(bf_writer_reorder(writer, &reordering, NULL, &error), &error);
    for (uint32_t i = 0; i < shaped->articles; i++) {
        if (!often(&shaped->chance, shaped->deleted)) continue;
        snprintf(id, sizeof id, "a%" PRIu32, i);
        must(bf_writer_delete(writer, (bf_text){id, strlen(id)}, &error), &error);
    }
    must(bf_writer_commit(writer, &error), &error);
    bf_writer_close(writer);
}
