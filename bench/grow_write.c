/*
 * A sentence that comes from another article speaks of that one's subjects. Its features are replaced by those of the new article
 * that are of the same kind (names for names, numbers for numbers) and about as frequent, so that an article stays about
 * something: the frequencies of words within an article are as uneven as before.
 */
#include "grow_write.h"

#include "json_writer.h"
#include "random_source.h"
#include "status.h"
#include "word_cut.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const double subject_share = 0.95; /* of features that are replaced: not all, or copies would be too alike */

enum { NUMBER, NAME, PLAIN };

struct writing {
    const struct grow_archive *archive;
    const struct grow_mix *mix;
    const struct grow_rename *rename;
    uint64_t seed;
    uint32_t *author;   /* of each unit */
    uint32_t *in_article; /* a word each: the article, from 1, that was last seen to hold it */
    uint32_t *in_source;  /* a word each: the pair of articles, counted from 1, whose source it last was a feature of */
    uint32_t *subject, *subject_pair; /* a word each: what it becomes, in sentences of the pair of articles last prepared */
    uint32_t pair;
    uint8_t *kind;      /* of each word */
    struct buffer text, line;
};

static uint8_t word_kind(const struct grow_archive *archive, uint32_t word)
{
    const bf_text text = word_list_get(&archive->words, word);
    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i] >= '0' && text.bytes[i] <= '9') return NUMBER;
    return 2 * archive->word[word].capital > archive->word[word].cf ? NAME : PLAIN;
}

static uint32_t apart(uint32_t a, uint32_t b) { return a < b ? b - a : a - b; }

/* Which words of sentences by `from` become which in article `to`, whose own words are marked. */
static void subjects_pair(struct writing *w, uint32_t from, uint32_t to)
{
    const struct grow_archive *archive = w->archive;
    const struct grow_article *source = grow_article_at(archive, from), *target = grow_article_at(archive, to);
    const struct grow_feature *given = grow_features_of(archive, source), *taken = grow_features_of(archive, target);
    bool used[GROW_FEATURES] = {false};
    w->pair++;
    for (uint32_t f = 0; f < source->feature_count; f++) w->in_source[given[f].word] = w->pair;
    for (uint32_t f = 0; f < source->feature_count; f++) {
        const uint32_t word = given[f].word;
        if (given[f].tf < 2 || w->in_article[word] == to + 1) continue;
        if (random_unit_of(random_hash(w->seed ^ random_hash((uint64_t)to << 32 | word))) >= subject_share) continue;
        uint32_t best = GROW_FEATURES;
        for (uint32_t t = 0; t < target->feature_count; t++) {
            if (used[t] || taken[t].tf < 2 || w->in_source[taken[t].word] == w->pair) continue;
            if (w->kind[taken[t].word] != w->kind[word]) continue;
            if (best == GROW_FEATURES || apart(taken[t].tf, given[f].tf) < apart(taken[best].tf, given[f].tf)) best = t;
        }
        if (best == GROW_FEATURES) continue;
        used[best] = true;
        w->subject[word] = taken[best].word;
        w->subject_pair[word] = w->pair;
    }
}

static bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

/* The word in the letters the replaced one was written in: Capital, CAPITALS or small. */
static void append_word(struct buffer *out, bf_text word, const char *like, size_t like_length)
{
    const bool first = is_capital(like[0]), all = first && like_length > 1 && is_capital(like[like_length - 1]);
    uint8_t *place = buffer_extend(out, word.length);
    if (!place) return;
    for (size_t i = 0; i < word.length; i++) {
        const char c = word.bytes[i];
        const bool small = c >= 'a' && c <= 'z';
        place[i] = (uint8_t)(small && (all || (first && i == 0)) ? c - 32 : c);
    }
}

static void append_unit(struct writing *w, uint32_t number, bool foreign)
{
    const struct grow_unit *unit = grow_unit_at(w->archive, number);
    const uint32_t *words = grow_words_of(w->archive, unit);
    const char *text = grow_text_at(w->archive, unit->text);
    size_t copied = 0;
    for (struct word_span span = {0}; word_cut_next(text, unit->length, &span); words++) {
        uint32_t word = foreign && w->subject_pair[*words] == w->pair ? w->subject[*words] : *words;
        word = w->rename->as[word];
        if (word == *words) continue;
        buffer_append(&w->text, text + copied, span.start - copied);
        append_word(&w->text, word_list_get(&w->archive->words, word), text + span.start, span.end - span.start);
        copied = span.end;
    }
    buffer_append(&w->text, text + copied, unit->length - copied);
}

static bool ends_in_space(const struct buffer *text)
{
    return text->length == 0 || text->bytes[text->length - 1] == ' ' || text->bytes[text->length - 1] == '\n';
}

static void subject_mark(struct writing *w, uint32_t subject)
{
    const struct grow_article *article = grow_article_at(w->archive, subject);
    const struct grow_unit *title = grow_unit_at(w->archive, article->first_unit);
    const uint32_t *words = grow_words_of(w->archive, title);
    for (uint32_t i = 0; i < title->word_count + article->word_count; i++) w->in_article[words[i]] = subject + 1;
}

/* Title and body, one after the other, in the text; returns the title's length. */
static size_t compose(struct writing *w, uint32_t article)
{
    const uint32_t subject = w->mix->subject[article];
    uint32_t prepared = subject;
    subject_mark(w, subject);
    buffer_clear(&w->text);
    size_t title_length = 0;
    for (uint32_t u = 0; u <= w->mix->count[article]; u++) {
        const uint32_t unit = u == 0 ? w->mix->title[article] : w->mix->units[w->mix->first[article] + u - 1];
        const uint32_t author = w->author[unit];
        if (author != subject && author != prepared) {
            subjects_pair(w, author, subject);
            prepared = author;
        }
        if (u > 1 && !ends_in_space(&w->text)) buffer_append_u8(&w->text, ' ');
        append_unit(w, unit, author != subject);
        if (u == 0) title_length = w->text.length;
    }
    while (w->text.length > title_length && ends_in_space(&w->text)) w->text.length--;
    return title_length;
}

static bf_status article_write(struct writing *w, uint32_t article, uint32_t copy, FILE *out, bf_error *error)
{
    const struct grow_article *own = grow_article_at(w->archive, article);
    const size_t title_length = compose(w, article);
    struct buffer id = {0};
    buffer_append(&id, grow_text_at(w->archive, own->id), own->id_length);
    if (copy > 0) buffer_append_format(&id, "~%u", copy);
    buffer_clear(&w->line);
    json_open(&w->line, '{');
    json_append_key(&w->line, "id");
    json_append_string(&w->line, (bf_text){(const char *)id.bytes, id.length});
    json_append_key(&w->line, "title");
    json_append_string(&w->line, (bf_text){(const char *)w->text.bytes, title_length});
    json_append_key(&w->line, "body");
    json_append_string(&w->line, (bf_text){(const char *)w->text.bytes + title_length, w->text.length - title_length});
    json_close(&w->line, '}');
    buffer_append_u8(&w->line, '\n');
    const bool failed = id.failed || w->text.failed || w->line.failed;
    buffer_free(&id);
    if (failed) return fail_memory(error);
    if (fwrite(w->line.bytes, 1, w->line.length, out) != w->line.length) return fail_system(error, errno, "the grown archive");
    return BF_OK;
}

bf_status grow_write_copy(const struct grow_archive *archive, const struct grow_mix *mix, const struct grow_rename *rename,
                          uint32_t copy, uint64_t seed, FILE *out, bf_error *error)
{
    struct writing w = {
        .archive = archive, .mix = mix, .rename = rename, .seed = seed,
        .author = malloc(grow_unit_total(archive) * sizeof(uint32_t)),
        .in_article = calloc(archive->word_count + 1, sizeof(uint32_t)),
        .kind = malloc(archive->word_count + 1),
        .in_source = calloc(archive->word_count + 1, sizeof(uint32_t)),
        .subject = malloc((archive->word_count + 1) * sizeof(uint32_t)),
        .subject_pair = calloc(archive->word_count + 1, sizeof(uint32_t)),
    };
    const bool taken = w.author && w.in_article && w.kind && w.in_source && w.subject && w.subject_pair;
    bf_status status = taken ? BF_OK : fail_memory(error);
    for (uint32_t i = 0; status == BF_OK && i < archive->word_count; i++) w.kind[i] = word_kind(archive, i);
    for (uint32_t i = 0; status == BF_OK && i < archive->article_count; i++) {
        const struct grow_article *article = grow_article_at(archive, i);
        for (uint32_t u = 0; u <= article->unit_count; u++) w.author[article->first_unit + u] = i;
    }
    for (uint32_t i = 0; status == BF_OK && i < archive->article_count; i++) status = article_write(&w, i, copy, out, error);
    free(w.author);
    free(w.in_article);
    free(w.kind);
    free(w.in_source);
    free(w.subject);
    free(w.subject_pair);
    buffer_free(&w.text);
    buffer_free(&w.line);
    return status;
}
