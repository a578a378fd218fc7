/* JSON lines, lists of objects, and objects one after the other however they are laid out, read as a stream. */
#include "json_article.h"
#include "json_span.h"
#include "reading.h"
#include "status.h"

#include <string.h>

enum { HEAD = 64 * 1024 }; /* bytes kept of a record too long to be held */

struct json_stream {
    struct reading *reading;
    struct text_stream *stream;
    const char *path;
    uint64_t record;
    bool in_list;
    size_t column;  /* bytes between the last line break and the front of the window */
    struct buffer head; /* the beginning of what was consumed of the record at hand */
};

/* Consumes from the front, keeping the line's column, and the first bytes if the record can't be held. */
static void json_consume(struct json_stream *json, size_t length)
{
    const char *bytes = text_stream_window(json->stream).bytes;
    const char *newline = length ? memrchr(bytes, '\n', length) : NULL;
    json->column = newline ? (size_t)(bytes + length - newline - 1) : json->column + length;
    text_stream_consume(json->stream, length);
}

static void json_consume_keeping(struct json_stream *json, size_t length)
{
    size_t keep = json->head.length < HEAD ? HEAD - json->head.length : 0;
    buffer_append(&json->head, text_stream_window(json->stream).bytes, keep < length ? keep : length);
    json_consume(json, length);
}

static struct record_place json_place(const struct json_stream *json)
{
    return (struct record_place){
        .path = json->path,
        .record = json->record,
        .line = json->stream->line,
        .byte = json->stream->offset,
    };
}

/* Refuses what stands at the window's front for `length` bytes, with what was consumed of it before, and consumes it. */
static void json_refuse(struct json_stream *json, struct record_place place, size_t length, const char *rule)
{
    if (json->head.length) {
        json_consume_keeping(json, length);
        place.bytes = (bf_text){(const char *)json->head.bytes, json->head.length};
        reading_refuse(json->reading, &place, (bf_text){0}, rule);
    } else {
        place.bytes = (bf_text){text_stream_window(json->stream).bytes, length};
        reading_refuse(json->reading, &place, (bf_text){0}, rule);
        json_consume(json, length);
    }
}

/* A record that the end of the text cut short. */
static void json_refuse_unfinished(struct json_stream *json, struct record_place place)
{
    struct text_stream *stream = json->stream;
    bf_error rule;
    if (stream->broken) {
        fail(&rule, BF_REFUSED, "cut short: %s", stream->reason.message);
        stream->reported = true;
    } else {
        fail(&rule, BF_REFUSED, "broken JSON: the text ends inside the object");
    }
    json_refuse(json, place, text_stream_window(stream).length, rule.message);
}

/*
 * After an object that broke at `at`: the next record is taken to begin at the next line that begins with a brace not further
 * in than the broken one's. Refuses everything before it.
 */
static bf_status json_resynchronise(struct json_stream *json, struct record_place place, size_t at, size_t column,
                                    const char *rule, bf_error *error)
{
    struct text_stream *stream = json->stream;
    for (;;) {
        bf_text window = text_stream_window(stream);
        const char *newline = at < window.length ? memchr(window.bytes + at, '\n', window.length - at) : NULL;
        size_t line = newline ? (size_t)(newline - window.bytes) + 1 : window.length, brace = line;
        while (brace < window.length && (window.bytes[brace] == ' ' || window.bytes[brace] == '\t')) brace++;
        if (newline && brace < window.length) {
            if (window.bytes[brace] == '{' && brace - line <= column) {
                json_refuse(json, place, line, rule);
                return BF_OK;
            }
            at = line;
            continue;
        }
        /* The window's end came first. Whole lines that were passed need not stay. */
        size_t passed = newline ? line - 1 : window.length;
        if (passed > json->reading->record_max) {
            json_consume_keeping(json, passed);
            at = 0;
        } else {
            at = passed;
        }
        bf_status status = text_stream_more(stream, error);
        if (status == BF_END) {
            json_refuse(json, place, text_stream_window(stream).length, rule);
            return BF_OK;
        }
        if (status != BF_OK) return status;
    }
}

/* A slice that is an object by its brackets. */
static bf_status json_object(struct json_stream *json, size_t length, bf_error *error)
{
    struct reading *reading = json->reading;
    struct text_stream *stream = json->stream;
    struct record_place place = json_place(json);
    bf_text text;
    size_t at = 0;
    bf_error reason = {0};
    place.bytes = (bf_text){text_stream_window(stream).bytes, length};
    draft_clear(&reading->draft);
    bf_status status = text_stream_settle(stream, 0, length, &reading->draft.arena, &text, &at, &reason);
    if (status == BF_OK) status = json_article_read(text, &reading->map, &reading->draft, &at, &reason);
    if (status == BF_OK) {
        status = reading_offer(reading, &place, false, error);
    } else if (status == BF_REFUSED) {
        place.line += text_count_lines(place.bytes.bytes, at < length ? at : length);
        place.byte += at;
        reading_refuse(reading, &place, reading->draft.article.id, reason.message);
        status = BF_OK;
    } else if (error) {
        *error = reason;
    }
    json_consume(json, length);
    return status;
}

/* An object begins at the window's front. */
static bf_status json_record(struct json_stream *json, bf_error *error)
{
    struct text_stream *stream = json->stream;
    struct json_scan scan = {0};
    struct record_place place = json_place(json);
    size_t column = json->column, before = 0;
    bool large = false;
    for (;;) {
        bf_text window = text_stream_window(stream);
        bf_error rule;
        switch (json_scan_run(&scan, window.bytes, window.length)) {
        case JSON_SCAN_DONE:
            large = large || scan.at > json->reading->record_max;
            if (!large) return json_object(json, scan.at, error);
            fail(&rule, BF_REFUSED, "the record has %zu bytes, more than %zu", before + scan.at, json->reading->record_max);
            json_refuse(json, place, scan.at, rule.message);
            return BF_OK;
        case JSON_SCAN_BROKEN: {
            bool next = !scan.in_string && window.bytes[scan.at] == '{'; /* the next record begins in this line */
            const char *line = next ? memrchr(window.bytes, '\n', scan.at) : NULL;
            const char *what = scan.in_string ? "a line ends inside a string"
                               : next         ? "the object is not closed"
                                              : "a bracket closes what is not open";
            fail(&rule, BF_REFUSED, "broken JSON: %s", what);
            place.line = stream->line + text_count_lines(window.bytes, scan.at);
            place.byte = stream->offset + scan.at;
            return json_resynchronise(json, place, line ? (size_t)(line - window.bytes) : scan.at, column, rule.message, error);
        }
        case JSON_SCAN_DEEP:
            fail(&rule, BF_REFUSED, "nested deeper than %d levels", JSON_DEPTH_MAX);
            place.byte = stream->offset + scan.at;
            return json_resynchronise(json, place, scan.at, column, rule.message, error);
        case JSON_SCAN_MORE:
            break;
        }
        if (window.length > json->reading->record_max) {
            large = true;
            before += scan.at;
            json_consume_keeping(json, scan.at);
            scan.at = 0;
        }
        bf_status status = text_stream_more(stream, error);
        if (status == BF_END) {
            json_refuse_unfinished(json, place);
            return BF_OK;
        }
        if (status != BF_OK) return status;
    }
}

/* Something that is no object where a record should begin: refused to the end of its line, in a list to the next object or
 * bracket. */
static bf_status json_no_record(struct json_stream *json, bf_error *error)
{
    struct text_stream *stream = json->stream;
    struct record_place place = json_place(json);
    size_t at = 0;
    bool in_string = false;
    for (;;) {
        bf_text window = text_stream_window(stream);
        bool found = false;
        while (at < window.length && !found) {
            char c = window.bytes[at];
            if (c == '"') in_string = !in_string;
            if (c == '\\' && in_string && at + 1 < window.length) at++;
            found = c == '\n' || (json->in_list && !in_string && at > 0 && (c == '{' || c == ']'));
            at += !found;
        }
        if (!found && at > json->reading->record_max) {
            json_consume_keeping(json, at);
            at = 0;
        }
        bf_status status = found ? BF_END : text_stream_more(stream, error);
        if (status == BF_END) {
            json_refuse(json, place, at, json->in_list ? "an element of the list is not an object" : "not a JSON object");
            return BF_OK;
        }
        if (status != BF_OK) return status;
    }
}

/* Passes over what may stand between records: white space, in lists commas, and the separator of RFC 7464. */
static void json_skip_between(struct json_stream *json)
{
    bf_text window = text_stream_window(json->stream);
    size_t at = 0;
    while (at < window.length && (strchr(" \t\r\n\x1e", window.bytes[at]) || (json->in_list && window.bytes[at] == ','))) {
        if (!window.bytes[at]) break;
        at++;
    }
    json_consume(json, at);
}

bf_status json_read(struct reading *reading, struct text_stream *stream, const char *path, bf_error *error)
{
    struct json_stream json = {.reading = reading, .stream = stream, .path = path};
    bf_status status = BF_OK;
    while (status == BF_OK) {
        json_skip_between(&json);
        bf_text window = text_stream_window(stream);
        if (window.length == 0) {
            status = text_stream_more(stream, error);
        } else if (window.bytes[0] == '[' && !json.in_list) {
            json.in_list = true;
            json_consume(&json, 1);
        } else if (window.bytes[0] == ']' && json.in_list) {
            json.in_list = false;
            json_consume(&json, 1);
        } else {
            json.record++;
            count_add(&reading->counts->records, 1);
            buffer_clear(&json.head);
            status = window.bytes[0] == '{' ? json_record(&json, error) : json_no_record(&json, error);
        }
    }
    if (status == BF_END) {
        status = BF_OK;
        if (json.in_list && !stream->broken) {
            struct record_place place = {.path = path, .line = stream->line, .byte = stream->offset};
            reading_refuse(reading, &place, (bf_text){0}, "broken JSON: the list is not closed");
        }
    }
    buffer_free(&json.head);
    return status;
}
