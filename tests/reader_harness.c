#include "reader_harness.h"

#include "buffer.h"
#include "reading.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

/* ---- Bytes in memory ---- */

struct memory_source {
    struct byte_source source;
    const uint8_t *bytes;
    size_t length, at, piece;
    uint8_t *copy; /* each piece in memory of its own size, so that reading past it is noticed */
    bf_status cut;
};

static bf_status memory_next(struct byte_source *source, const uint8_t **bytes, size_t *length, bf_error *error)
{
    struct memory_source *memory = source->context;
    size_t left = memory->length - memory->at;
    free(memory->copy);
    memory->copy = NULL;
    if (left == 0) {
        if (memory->cut == BF_OK) return BF_END;
        snprintf(error->message, sizeof error->message, "the bytes end here");
        return memory->cut;
    }
    size_t piece = memory->piece && memory->piece < left ? memory->piece : left;
    memory->copy = malloc(piece);
    if (!memory->copy) abort();
    memcpy(memory->copy, memory->bytes + memory->at, piece);
    memory->at += piece;
    *bytes = memory->copy;
    *length = piece;
    return BF_OK;
}

/* ---- Keeping ---- */

static void *copy_of(struct arena *arena, const void *bytes, size_t length)
{
    void *copy = arena_copy(arena, bytes, length);
    if (!copy) abort();
    return copy;
}

static bf_text copy_text(struct arena *arena, bf_text text)
{
    return text.length ? (bf_text){copy_of(arena, text.bytes, text.length), text.length} : (bf_text){0};
}

static void *grow(void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room) return items;
    *room = *room ? *room * 2 : 64;
    items = realloc(items, *room * size);
    if (!items) abort();
    return items;
}

static void copy_article(struct arena *arena, const bf_article *from, bf_article *to)
{
    bf_text *keywords = from->keyword_count ? copy_of(arena, from->keywords, from->keyword_count * sizeof *keywords) : NULL;
    *to = *from;
    to->id = copy_text(arena, from->id);
    to->title = copy_text(arena, from->title);
    to->body = copy_text(arena, from->body);
    to->section = copy_text(arena, from->section);
    to->place = copy_text(arena, from->place);
    to->byline = copy_text(arena, from->byline);
    to->source = copy_text(arena, from->source);
    to->url = copy_text(arena, from->url);
    to->language = copy_text(arena, from->language);
    to->extra = copy_text(arena, from->extra);
    for (size_t i = 0; i < from->keyword_count; i++) keywords[i] = copy_text(arena, keywords[i]);
    to->keywords = keywords;
}

static void check_round_trip(struct gathered *gathered, const bf_article *article);

static bf_status keep_article(void *context, const bf_article *article, const char *path, uint64_t record, bf_error *error)
{
    struct gathered *gathered = context;
    gathered->article_count++;
    if (gathered->round_trip) check_round_trip(gathered, article);
    if (gathered->stop_after && gathered->article_count > gathered->stop_after) {
        snprintf(error->message, sizeof error->message, "enough");
        return BF_INTERRUPTED;
    }
    if (gathered->refuse_every && gathered->article_count % gathered->refuse_every == 0) {
        snprintf(error->message, sizeof error->message, "the sink will not have it");
        return BF_REFUSED;
    }
    if (gathered->count_only) return BF_OK;
    gathered->articles = grow(gathered->articles, gathered->article_count - 1, &gathered->article_room,
                              sizeof *gathered->articles);
    struct gathered_article *kept = &gathered->articles[gathered->article_count - 1];
    copy_article(&gathered->arena, article, &kept->article);
    kept->path = copy_of(&gathered->arena, path, strlen(path));
    kept->record = record;
    return BF_OK;
}

static void keep_refusal(void *context, const struct refusal *refusal)
{
    struct gathered *gathered = context;
    gathered->refusals = grow(gathered->refusals, gathered->refusal_count, &gathered->refusal_room, sizeof *gathered->refusals);
    gathered->refusals[gathered->refusal_count++] = (struct gathered_refusal){
        .path = copy_of(&gathered->arena, refusal->path, strlen(refusal->path)),
        .rule = copy_of(&gathered->arena, refusal->rule, strlen(refusal->rule)),
        .id = copy_of(&gathered->arena, refusal->id.bytes, refusal->id.length),
        .record = refusal->record,
        .line = refusal->line,
        .byte = refusal->byte,
        .bytes = copy_text(&gathered->arena, refusal->bytes),
    };
}

static void keep_skip(void *context, const char *path, const char *why)
{
    struct gathered *gathered = context;
    gathered->skips = grow(gathered->skips, gathered->skip_count, &gathered->skip_room, sizeof *gathered->skips);
    gathered->skips[gathered->skip_count++] = (struct gathered_skip){
        .path = copy_of(&gathered->arena, path, strlen(path)),
        .why = copy_of(&gathered->arena, why, strlen(why)),
    };
}

/* ---- Running ---- */

static struct reader_sink sink_of(struct gathered *gathered)
{
    return (struct reader_sink){gathered, keep_article, keep_refusal, keep_skip};
}

bf_status gather_bytes(struct gathered *gathered, const void *bytes, size_t length, const char *path)
{
    struct reader_sink sink = sink_of(gathered);
    struct memory_source memory = {.source = {.next = memory_next, .fd = -1}, .bytes = bytes, .length = length,
                                   .cut = gathered->cut};
    memory.piece = gathered->piece;
    memory.source.context = &memory;
    size_t article_max = gathered->article_max ? gathered->article_max : BF_ARTICLE_MAX;
    size_t record_max = gathered->record_max ? gathered->record_max : 3 * BF_ARTICLE_MAX;
    bf_status status = read_articles_source(&memory.source, path, &gathered->options, &sink, &gathered->counts, article_max,
                                            record_max,
                                            &gathered->error);
    byte_source_free(&memory.source);
    free(memory.copy);
    return status;
}

bf_status gather_string(struct gathered *gathered, const char *string, const char *path)
{
    return gather_bytes(gathered, string, strlen(string), path);
}

bf_status gather_path(struct gathered *gathered, const char *path)
{
    struct reader_sink sink = sink_of(gathered);
    if (!gathered->article_max) return read_articles(path, &gathered->options, &sink, &gathered->counts, &gathered->error);
    return read_articles_limited(path, &gathered->options, &sink, &gathered->counts, gathered->article_max, gathered->record_max,
                                 &gathered->error);
}

void gathered_free(struct gathered *gathered)
{
    arena_free(&gathered->arena);
    free(gathered->articles);
    free(gathered->refusals);
    free(gathered->skips);
    *gathered = (struct gathered){0};
}

const char *gathered_text(struct gathered *gathered, bf_text text)
{
    return text.length ? copy_of(&gathered->arena, text.bytes, text.length) : "";
}

/* ---- Written and read again ---- */

static void append_json_text(struct buffer *out, bf_text text)
{
    buffer_append(out, "\"", 1);
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        if ((uint8_t)c < 0x20 || c == '"' || c == '\\') {
            buffer_append_format(out, "\\u%04x", (unsigned)c);
        } else {
            buffer_append(out, &c, 1);
        }
    }
    buffer_append(out, "\"", 1);
}

static void append_json_member(struct buffer *out, const char *name, bf_text text)
{
    if (text.length == 0) return;
    if (out->length > 1) buffer_append(out, ",", 1);
    buffer_append_format(out, "\"%s\":", name);
    append_json_text(out, text);
}

const char *article_as_json(struct arena *arena, const bf_article *article, size_t *length)
{
    struct buffer out = {0};
    char date[BF_DATE_TEXT_SIZE];
    buffer_append(&out, "{", 1);
    append_json_member(&out, "id", article->id);
    append_json_member(&out, "title", article->title);
    append_json_member(&out, "body", article->body);
    append_json_member(&out, "section", article->section);
    append_json_member(&out, "place", article->place);
    append_json_member(&out, "date", (bf_text){date, bf_date_format(article->date, date)});
    append_json_member(&out, "byline", article->byline);
    append_json_member(&out, "source", article->source);
    append_json_member(&out, "url", article->url);
    append_json_member(&out, "language", article->language);
    if (article->keyword_count) buffer_append_string(&out, ",\"keywords\":[");
    for (size_t i = 0; i < article->keyword_count; i++) {
        if (i) buffer_append(&out, ",", 1);
        append_json_text(&out, article->keywords[i]);
    }
    if (article->keyword_count) buffer_append(&out, "]", 1);
    if (article->extra.length > 2) {
        buffer_append(&out, ",", 1);
        buffer_append(&out, article->extra.bytes + 1, article->extra.length - 2);
    }
    buffer_append(&out, "}\n", 2);
    *length = out.length;
    const char *text = copy_of(arena, out.bytes, out.length);
    buffer_free(&out);
    return text;
}

static bool texts_equal(bf_text a, bf_text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

bool articles_equal(const bf_article *a, const bf_article *b, const char **member)
{
    *member = !texts_equal(a->id, b->id)                 ? "id"
              : !texts_equal(a->title, b->title)         ? "title"
              : !texts_equal(a->body, b->body)           ? "body"
              : !texts_equal(a->section, b->section)     ? "section"
              : !texts_equal(a->place, b->place)         ? "place"
              : !texts_equal(a->byline, b->byline)       ? "byline"
              : !texts_equal(a->source, b->source)       ? "source"
              : !texts_equal(a->url, b->url)             ? "url"
              : !texts_equal(a->language, b->language)   ? "language"
              : !texts_equal(a->extra, b->extra)         ? "extra"
              : a->keyword_count != b->keyword_count     ? "keywords"
              : a->date.seconds != b->date.seconds || a->date.precision != b->date.precision ||
                      (a->date.precision == BF_DATE_SECOND && a->date.zone != b->date.zone)
                  ? "date"
                  : NULL;
    for (size_t i = 0; !*member && i < a->keyword_count; i++)
        if (!texts_equal(a->keywords[i], b->keywords[i])) *member = "keywords";
    return *member == NULL;
}

static void check_round_trip(struct gathered *gathered, const bf_article *article)
{
    struct gathered again = {.options = {.form = FORM_JSON}};
    size_t length;
    const char *member = "?", *json = article_as_json(&again.arena, article, &length);
    bf_status status = gather_bytes(&again, json, length, "again");
    bool good = status == BF_OK && again.article_count == 1 && again.refusal_count == 0;
    const char *rule = good ? "" : again.refusal_count ? again.refusals[0].rule : again.error.message;
    if (good) good = articles_equal(article, &again.articles[0].article, &member);
    if (!good && gathered->round_trip_failures++ == 0)
        snprintf(gathered->round_trip_note, sizeof gathered->round_trip_note, "member %s differs or %.150s: %.*s",
                 member ? member : "", rule, (int)(length < 300 ? length : 300), json);
    gathered_free(&again);
}
