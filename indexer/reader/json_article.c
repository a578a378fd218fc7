#include "json_article.h"

#include "json_parse.h"
#include "json_span.h"
#include "json_string.h"
#include "markup.h"
#include "status.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* A parsed value and where it stands in the record's text. */
struct value {
    json_t *json;
    struct json_span span;
};

struct member {
    const char *key;         /* as it reads, not as it is written */
    struct json_span key_span;
    struct value value;
};

/* A record on its way into a draft. */
struct record {
    bf_text text;
    struct article_draft *draft;
    struct member *members;
    size_t member_count;
    size_t *omitted;         /* where values begin that were used */
    size_t omitted_count, omitted_room;
};

/* ---- Finding ---- */

static bool record_members(struct record *record, json_t *root)
{
    size_t room = json_object_size(root), at = 0;
    const char *key;
    json_t *json;
    struct json_span key_span, span;
    record->members = arena_take(&record->draft->arena, room * sizeof *record->members);
    if (!record->members) return false;
    /* jansson keeps members in the order they were written, and names are unique, so that both walks meet the same ones. */
    json_object_foreach(root, key, json) {
        if (record->member_count == room) break;
        if (!json_span_next(record->text.bytes, record->text.length, &at, &key_span, &span)) break;
        record->members[record->member_count++] = (struct member){key, key_span, {json, span}};
    }
    return true;
}

static bool record_find(const struct record *record, const char *key, size_t length, struct value *found)
{
    for (size_t i = 0; i < record->member_count; i++) {
        const struct member *member = &record->members[i];
        if (strncmp(member->key, key, length) != 0 || member->key[length]) continue;
        *found = member->value;
        return true;
    }
    return false;
}

/* A member of an object or, by its number, an element of a list. */
static bool value_find(const struct record *record, struct value in, const char *key, size_t length, struct value *found)
{
    size_t at = in.span.start, i = 0;
    struct json_span key_span, span;
    const char *name;
    json_t *json;
    if (json_is_object(in.json)) {
        json_object_foreach(in.json, name, json) {
            if (!json_span_next(record->text.bytes, in.span.end, &at, &key_span, &span)) break;
            if (strncmp(name, key, length) != 0 || name[length]) continue;
            *found = (struct value){json, span};
            return true;
        }
    } else if (json_is_array(in.json)) {
        char *end;
        unsigned long wanted = strtoul(key, &end, 10);
        if (end != key + length || length == 0 || wanted >= json_array_size(in.json)) return false;
        while (json_span_next(record->text.bytes, in.span.end, &at, &key_span, &span)) {
            if (i++ < wanted) continue;
            *found = (struct value){json_array_get(in.json, wanted), span};
            return true;
        }
    }
    return false;
}

static bool record_find_path(const struct record *record, const char *path, struct value *found)
{
    if (record_find(record, path, strlen(path), found)) return true;
    size_t length = strcspn(path, ".");
    if (!record_find(record, path, length, found)) return false;
    while (path[length]) {
        path += length + 1;
        length = strcspn(path, ".");
        if (!value_find(record, *found, path, length, found)) return false;
    }
    return true;
}

static void record_omit(struct record *record, size_t start)
{
    if (record->omitted_count == record->omitted_room) {
        size_t room = record->omitted_room ? record->omitted_room * 2 : 16;
        size_t *omitted = arena_take(&record->draft->arena, room * sizeof *omitted);
        if (!omitted) {
            record->draft->failed = true;
            return;
        }
        if (record->omitted_count) memcpy(omitted, record->omitted, record->omitted_count * sizeof *omitted);
        record->omitted = omitted;
        record->omitted_room = room;
    }
    record->omitted[record->omitted_count++] = start;
}

/* ---- Reading values ---- */

/* The text of a string, or a number as it is written. */
static bool value_text(const struct record *record, struct value value, bf_text *text)
{
    *text = (bf_text){record->text.bytes + value.span.start, value.span.end - value.span.start};
    if (json_is_number(value.json)) return true;
    if (!json_is_string(value.json) || text->length < 2) return false;
    if (json_string_decode(*text, &record->draft->arena, text)) return true;
    record->draft->failed = true;
    return false;
}

/* Nothing is said: null, or a string without a character other than white space. */
static bool value_empty(const struct record *record, struct value value)
{
    bf_text text;
    size_t i = 0;
    if (json_is_null(value.json)) return true;
    if (!json_is_string(value.json) || !value_text(record, value, &text)) return false;
    while (i < text.length && memchr(" \t\n\v\f\r", text.bytes[i], 6)) i++;
    return i == text.length;
}

/* The texts of a list that holds nothing else, with `between` between them. */
static bool value_join(const struct record *record, struct value list, const char *between, struct buffer *out)
{
    size_t at = list.span.start, i = 0;
    struct json_span key, span;
    bf_text text;
    if (!json_is_array(list.json) || json_array_size(list.json) == 0) return false;
    buffer_clear(out);
    for (; json_span_next(record->text.bytes, list.span.end, &at, &key, &span); i++) {
        if (!value_text(record, (struct value){json_array_get(list.json, i), span}, &text)) return false;
        if (i) buffer_append_string(out, between);
        buffer_append(out, text.bytes, text.length);
    }
    return true;
}

static bf_text buffer_text(const struct buffer *buffer)
{
    return buffer->length ? (bf_text){(const char *)buffer->bytes, buffer->length} : (bf_text){"", 0};
}

static bool use_line(struct record *record, struct value value, bf_text *member)
{
    struct article_draft *draft = record->draft;
    bf_text text;
    if (value_text(record, value, &text)) {
        draft_set(draft, member, text);
    } else if (value_join(record, value, ", ", &draft->scratch)) {
        draft_set(draft, member, buffer_text(&draft->scratch));
    }
    return member->length > 0;
}

/* A member of another name may be a whole dateline; `place` is what it says. */
static bool use_place(struct record *record, struct value value, bool own_name)
{
    struct article_draft *draft = record->draft;
    struct dateline dateline;
    bf_text text;
    if (!own_name && value_text(record, value, &text) && dateline_parse(text, &dateline) && dateline.length == text.length) {
        draft_apply_dateline(draft, &dateline);
        return draft->article.place.length > 0;
    }
    return use_line(record, value, &draft->article.place);
}

/* Seconds or milliseconds since 1970, as programs write instants. Nine digits or more: what is shorter is some other number. */
static bool epoch_date(bf_text text, bf_date *date)
{
    bool negative = text.length && text.bytes[0] == '-';
    int64_t value = 0;
    size_t i = negative;
    while (i < text.length && i < 18 && text.bytes[i] >= '0' && text.bytes[i] <= '9')
        value = value * 10 + (text.bytes[i++] - '0');
    size_t digits = i - negative;
    if (i < text.length || digits < 9 || digits > 14) return false;
    if (digits > 11) value /= 1000;
    *date = (bf_date){.seconds = negative ? -value : value, .precision = BF_DATE_SECOND};
    return true;
}

static bool use_date(struct record *record, struct value value)
{
    bf_text text;
    bf_date *date = &record->draft->article.date;
    if (!value_text(record, value, &text)) return false;
    if (bf_date_parse(text, date) == BF_OK) return true;
    return json_is_number(value.json) && epoch_date(text, date);
}

static bool use_keywords(struct record *record, struct value value)
{
    struct article_draft *draft = record->draft;
    bf_text text;
    if (json_is_string(value.json)) {
        value_text(record, value, &text);
        draft_add_keywords(draft, text, memchr(text.bytes, ',', text.length) ? ',' : ';');
    } else if (value_join(record, value, "", &draft->scratch)) { /* so that nothing is used of a list that can't be used whole */
        size_t at = value.span.start, i = 0;
        struct json_span key, span;
        for (; json_span_next(record->text.bytes, value.span.end, &at, &key, &span); i++)
            if (value_text(record, (struct value){json_array_get(value.json, i), span}, &text)) draft_add_keyword(draft, text);
    }
    return draft->article.keyword_count > 0;
}

static bool item_is(const struct record *record, struct value item, const char *member, const char *wanted)
{
    struct value value;
    bf_text text;
    return value_find(record, item, member, strlen(member), &value) && value_text(record, value, &text) &&
           text.length == strlen(wanted) && memcmp(text.bytes, wanted, text.length) == 0;
}

/*
 * A list of typed pieces, as the Washington Post's archive has it: paragraphs are pieces of type "sanitized_html", a "kicker"
 * is the section. Only the pieces used are left out of `extra`; pictures and the like stay there.
 */
static bool use_pieces(struct record *record, struct value list)
{
    struct article_draft *draft = record->draft;
    size_t at = list.span.start, i = 0, pieces = 0;
    struct json_span key, span;
    struct buffer *out = &draft->scratch;
    if (!json_is_array(list.json)) return false;
    buffer_clear(out);
    for (; json_span_next(record->text.bytes, list.span.end, &at, &key, &span); i++) {
        struct value item = {json_array_get(list.json, i), span}, content;
        bf_text text;
        if (!json_is_object(item.json) || !value_find(record, item, "content", 7, &content)) continue;
        if (!json_is_string(content.json) || !value_text(record, content, &text)) continue;
        if (item_is(record, item, "type", "sanitized_html")) {
            if (pieces++) buffer_append(out, "\n\n", 2);
            if (item_is(record, item, "mime", "text/html")) {
                markup_append_text(out, text);
            } else {
                buffer_append(out, text.bytes, text.length);
            }
            record_omit(record, span.start);
        } else if (item_is(record, item, "type", "kicker") && draft->article.section.length == 0) {
            draft_set(draft, &draft->article.section, text);
            record_omit(record, span.start);
        }
    }
    draft->article.body = draft_paragraphs(draft, buffer_text(out));
    return pieces > 0;
}

/* *whole: the value itself is used up, rather than parts of it. */
static bool use_body(struct record *record, struct value value, bool *whole)
{
    struct article_draft *draft = record->draft;
    bf_text text;
    if (value_text(record, value, &text)) {
        draft->article.body = draft_paragraphs(draft, text);
    } else if (value_join(record, value, "\n\n", &draft->scratch)) {
        draft->article.body = draft_paragraphs(draft, buffer_text(&draft->scratch));
    } else {
        *whole = false;
        return use_pieces(record, value);
    }
    return draft->article.body.length > 0;
}

/* Tries a value for a member, which the record has under its own name or another. */
static bool use_value(struct record *record, enum article_member member, struct value value, bool own_name)
{
    bf_article *article = &record->draft->article;
    bool used = false, whole = true;
    switch (member) {
    case MEMBER_ID: {
        bf_text text;
        used = value_text(record, value, &text);
        if (used) draft_set_id(record->draft, text);
        break;
    }
    case MEMBER_TITLE: used = use_line(record, value, &article->title); break;
    case MEMBER_BODY: used = use_body(record, value, &whole); break;
    case MEMBER_SECTION: used = use_line(record, value, &article->section); break;
    case MEMBER_PLACE: used = use_place(record, value, own_name); break;
    case MEMBER_DATE: used = use_date(record, value); break;
    case MEMBER_BYLINE: used = use_line(record, value, &article->byline); break;
    case MEMBER_SOURCE: used = use_line(record, value, &article->source); break;
    case MEMBER_URL: used = use_line(record, value, &article->url); break;
    case MEMBER_LANGUAGE: used = use_line(record, value, &article->language); break;
    case MEMBER_KEYWORDS: used = use_keywords(record, value); break;
    default: break;
    }
    if (used && whole) record_omit(record, value.span.start);
    return used;
}

/* Finds a value for a member: by the map, by name, by its other names. */
static void record_use(struct record *record, const struct member_map *map, enum article_member member)
{
    struct value value;
    const char *name = article_member_name(member);
    bool mapped = map->paths[member] && record_find_path(record, map->paths[member], &value);
    if (mapped && use_value(record, member, value, false)) return;
    if (record_find(record, name, strlen(name), &value)) {
        if (member != MEMBER_ID && value_empty(record, value)) {
            record_omit(record, value.span.start);
        } else if (use_value(record, member, value, true)) {
            return;
        }
    }
    for (size_t i = 0; (name = article_member_alias(member, i)) != NULL; i++)
        if (record_find(record, name, strlen(name), &value) && use_value(record, member, value, false)) return;
}

/* An id that can't be one is a mistake rather than another member. */
static bf_status record_use_id(struct record *record, const struct member_map *map, size_t *at, bf_error *error)
{
    struct value value;
    const char *path = map->paths[MEMBER_ID] ? map->paths[MEMBER_ID] : "id";
    if (!record_find_path(record, path, &value)) return BF_OK;
    if (json_is_null(value.json)) {
        record_omit(record, value.span.start);
        return BF_OK;
    }
    *at = value.span.start;
    if (use_value(record, MEMBER_ID, value, true)) return BF_OK;
    return fail(error, BF_REFUSED, "the id is neither a text nor a number");
}

/* ---- What is left ---- */

static int compare_offsets(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* Appends a name for `extra` that clashes neither with a member of the article nor with another one of the record. */
static void append_name(const struct record *record, const struct member *member, struct buffer *out)
{
    enum article_member canonical;
    struct value other;
    bf_text name = {member->key, strlen(member->key)};
    if (!article_member_parse(name, &canonical) || !article_member_is_set(&record->draft->article, canonical)) {
        buffer_append(out, record->text.bytes + member->key_span.start, member->key_span.end - member->key_span.start);
        return;
    }
    char longer[64] = "";
    memcpy(longer, name.bytes, name.length);
    size_t length = name.length;
    do longer[length++] = '_';
    while (length < sizeof longer - 1 && record_find(record, longer, length, &other));
    buffer_append_format(out, "\"%s\"", longer);
}

static void record_keep_rest(struct record *record)
{
    struct article_draft *draft = record->draft;
    struct buffer *out = &draft->scratch;
    if (record->omitted_count) qsort(record->omitted, record->omitted_count, sizeof *record->omitted, compare_offsets);
    buffer_clear(out);
    buffer_append(out, "{", 1);
    size_t first = 0;
    for (size_t i = 0; i < record->member_count; i++) {
        const struct member *member = &record->members[i];
        struct json_span span = member->value.span;
        while (first < record->omitted_count && record->omitted[first] < span.start) first++;
        size_t last = first;
        while (last < record->omitted_count && record->omitted[last] < span.end) last++;
        if (first < last && record->omitted[first] == span.start) continue;
        size_t before = out->length;
        if (out->length > 1) buffer_append(out, ",", 1);
        append_name(record, member, out);
        buffer_append(out, ":", 1);
        size_t value = out->length;
        json_span_compact(out, record->text.bytes, span, record->omitted + first, last - first);
        /* What was used up down to its brackets holds nothing any more. */
        if (first < last && out->length == value + 2) out->length = before;
        first = last;
    }
    buffer_append(out, "}", 1);
    if (out->failed) {
        draft->failed = true;
    } else if (out->length > 2) {
        draft->article.extra = (bf_text){arena_copy(&draft->arena, out->bytes, out->length), out->length};
        if (!draft->article.extra.bytes) draft->failed = true;
    }
}

/* ---- The whole ---- */

bf_status json_article_read(bf_text text, const struct member_map *map, struct article_draft *draft, size_t *at, bf_error *error)
{
    static const enum article_member order[] = {MEMBER_TITLE,  MEMBER_SECTION, MEMBER_PLACE,    MEMBER_DATE,     MEMBER_BYLINE,
                                                MEMBER_SOURCE, MEMBER_URL,     MEMBER_LANGUAGE, MEMBER_KEYWORDS, MEMBER_BODY};
    json_t *root = NULL;
    struct record record = {.text = text, .draft = draft};
    bf_status status = json_parse(text, &draft->scratch, &root, at, error);
    if (status != BF_OK) return status;
    *at = 0;
    if (!record_members(&record, root)) {
        status = fail_memory(error);
        goto cleanup;
    }
    status = record_use_id(&record, map, at, error);
    if (status != BF_OK) goto cleanup;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) record_use(&record, map, order[i]);
    draft_derive(draft);
    record_keep_rest(&record);
    if (draft->failed || draft->scratch.failed) status = fail_memory(error);
cleanup:
    json_decref(root);
    return status;
}
