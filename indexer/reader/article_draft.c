#include "article_draft.h"

#include "article_id.h"
#include "byte_run.h"
#include "calendar.h"
#include "status.h"

#include <string.h>

void draft_clear(struct article_draft *draft)
{
    arena_clear(&draft->arena);
    struct arena arena = draft->arena;
    struct buffer scratch = draft->scratch;
    *draft = (struct article_draft){.arena = arena, .scratch = scratch};
}

void draft_free(struct article_draft *draft)
{
    arena_free(&draft->arena);
    buffer_free(&draft->scratch);
}

/* ---- Cleaning ---- */

static bool control(char c)
{
    return (uint8_t)c < 0x20 || c == 0x7f;
}

static bool white(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bf_text draft_line(struct article_draft *draft, bf_text text)
{
    if (text.length == 0) return (bf_text){0};
    char *out = arena_take(&draft->arena, text.length);
    if (!out) {
        draft->failed = true;
        return (bf_text){0};
    }
    size_t length = 0;
    bool space = false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        if (white(c)) {
            space = length > 0;
        } else if (control(c)) {
            draft->stripped = true;
        } else {
            if (space) out[length++] = ' ';
            space = false;
            out[length++] = c;
        }
    }
    return length ? (bf_text){out, length} : (bf_text){0};
}

/* Copies a line's bytes without control characters; tabs stay. */
static size_t copy_line(struct article_draft *draft, char *out, const char *line, size_t length)
{
    size_t plain = byte_run_plain(line, length, 0), kept = plain;
    if (plain) memcpy(out, line, plain); /* all of most lines */
    for (size_t i = plain; i < length; i++) {
        if (control(line[i]) && line[i] != '\t') {
            draft->stripped = true;
        } else {
            out[kept++] = line[i];
        }
    }
    while (kept > 0 && (out[kept - 1] == ' ' || out[kept - 1] == '\t')) kept--;
    return kept;
}

bf_text draft_paragraphs(struct article_draft *draft, bf_text text)
{
    if (text.length == 0) return (bf_text){0};
    char *out = arena_take(&draft->arena, text.length + 1);
    if (!out) {
        draft->failed = true;
        return (bf_text){0};
    }
    size_t length = 0, at = 0;
    bool blank = false;
    while (at < text.length) {
        size_t end = byte_run_plain(text.bytes, text.length, at);
        while (end < text.length && !(text.bytes[end] >= '\n' && text.bytes[end] <= '\r'))
            end = byte_run_plain(text.bytes, text.length, end + 1);
        /* A blank line is written as an empty one between two others, so a line needs at most one byte more than it had. */
        size_t start = length + (length > 0) + (length > 0 && blank);
        size_t kept = copy_line(draft, out + start, text.bytes + at, end - at);
        if (kept > 0) {
            if (length > 0) out[length++] = '\n';
            if (length > 1 && blank) out[length++] = '\n';
            blank = false;
            length = start + kept;
        } else {
            blank = true;
        }
        if (end + 1 < text.length && text.bytes[end] == '\r' && text.bytes[end + 1] == '\n') end++;
        at = end + 1;
    }
    return length ? (bf_text){out, length} : (bf_text){0};
}

/* ---- Members ---- */

void draft_set_id(struct article_draft *draft, bf_text text)
{
    while (text.length && white(text.bytes[0])) text.bytes++, text.length--;
    while (text.length && white(text.bytes[text.length - 1])) text.length--;
    draft->id_given = true;
    draft->article.id = (bf_text){arena_copy(&draft->arena, text.bytes, text.length), text.length};
    if (!draft->article.id.bytes) draft->failed = true;
}

void draft_set(struct article_draft *draft, bf_text *member, bf_text text)
{
    if (member->length == 0) *member = draft_line(draft, text);
}

void draft_add_keyword(struct article_draft *draft, bf_text text)
{
    bf_text keyword = draft_line(draft, text);
    if (keyword.length == 0) return;
    for (size_t i = 0; i < draft->article.keyword_count; i++) {
        bf_text other = draft->keywords[i];
        if (other.length == keyword.length && memcmp(other.bytes, keyword.bytes, keyword.length) == 0) return;
    }
    if (draft->article.keyword_count == draft->keyword_room) {
        size_t room = draft->keyword_room ? draft->keyword_room * 2 : 8;
        bf_text *keywords = arena_take(&draft->arena, room * sizeof *keywords);
        if (!keywords) {
            draft->failed = true;
            return;
        }
        if (draft->keyword_room) memcpy(keywords, draft->keywords, draft->keyword_room * sizeof *keywords);
        draft->keywords = keywords;
        draft->keyword_room = room;
    }
    draft->keywords[draft->article.keyword_count++] = keyword;
    draft->article.keywords = draft->keywords;
}

void draft_add_keywords(struct article_draft *draft, bf_text text, char separator)
{
    size_t at = 0;
    while (at < text.length) {
        const char *end = memchr(text.bytes + at, separator, text.length - at);
        size_t length = end ? (size_t)(end - text.bytes) - at : text.length - at;
        draft_add_keyword(draft, (bf_text){text.bytes + at, length});
        at += length + 1;
    }
}

void draft_note_controls(struct article_draft *draft, bf_text text)
{
    for (size_t i = 0; !draft->stripped && i < text.length; i++)
        draft->stripped = control(text.bytes[i]) && !white(text.bytes[i]);
}

void draft_apply_dateline(struct article_draft *draft, const struct dateline *dateline)
{
    bf_article *article = &draft->article;
    draft_set(draft, &article->place, dateline->place);
    draft_set(draft, &article->source, dateline->source);
    if (dateline->year && article->date.precision == BF_DATE_NONE)
        article->date = calendar_date(dateline->year, dateline->month, dateline->day);
    if (dateline->month && !dateline->year) {
        draft->dateline_month = dateline->month;
        draft->dateline_day = dateline->day;
    }
}

/* ---- The whole ---- */

static size_t draft_size(const bf_article *article)
{
    size_t size = article->id.length + article->title.length + article->body.length + article->section.length +
                  article->place.length + article->byline.length + article->source.length + article->url.length +
                  article->language.length + article->extra.length;
    for (size_t i = 0; i < article->keyword_count; i++) size += article->keywords[i].length;
    return size;
}

/* A record that knows its year and a dateline that knows month and day make a day. */
static void draft_complete_date(struct article_draft *draft)
{
    bf_article *article = &draft->article;
    if (draft->dateline_month == 0 || article->date.precision != BF_DATE_YEAR) return;
    struct calendar_day year = calendar_day(article->date.seconds / 86400 - (article->date.seconds % 86400 < 0));
    bf_date date = calendar_date(year.year, draft->dateline_month, draft->dateline_day);
    if (date.precision != BF_DATE_NONE) article->date = date;
}

void draft_derive(struct article_draft *draft)
{
    struct dateline dateline;
    if (draft->article.place.length == 0 && dateline_parse(draft->article.body, &dateline))
        draft_apply_dateline(draft, &dateline);
    draft_complete_date(draft);
}

bf_status draft_finish(struct article_draft *draft, const char *path, uint64_t record, size_t article_max, bf_error *error)
{
    bf_article *article = &draft->article;
    draft_derive(draft);
    if (!draft->id_given) {
        article->id = article_id_derive(&draft->arena, path, record);
        if (!article->id.bytes) draft->failed = true;
    }
    if (draft->failed) return fail_memory(error);
    const char *rule = article_id_rule(article->id);
    if (rule) return fail(error, BF_REFUSED, "%s", rule);
    if (article->title.length == 0 && article->body.length == 0)
        return fail(error, BF_REFUSED, "no text: neither title nor body");
    size_t size = draft_size(article);
    if (size > article_max) return fail(error, BF_REFUSED, "the article has %zu bytes, more than %zu", size, article_max);
    return BF_OK;
}
