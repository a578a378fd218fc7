/* Streams of SGML records: finds where each begins and ends. */
#include "reading.h"
#include "sgml_record.h"
#include "status.h"

#include <string.h>
#include <strings.h>

enum {
    HEAD = 64 * 1024,      /* bytes kept of a record too long to be held */
    GAP_MAX = 1024 * 1024, /* text between records that is held to be judged */
    TAG_LOOK = 16,         /* bytes that tell whether a tag is the one looked for */
};

struct sgml_stream {
    struct reading *reading;
    struct text_stream *stream;
    enum article_form form;
    const char *element;
    const char *path;
    uint64_t record;
    struct buffer head;
};

/* Where "<NAME" or "</NAME" with what may follow a name begins at or after `at`. When there is none: text.length; *clean is how
 * far one need not look again once more text has come. */
static size_t find_tag(bf_text text, size_t at, const char *name, bool end, size_t *clean)
{
    size_t name_length = strlen(name);
    while (at < text.length) {
        const char *open = memchr(text.bytes + at, '<', text.length - at);
        if (!open) break;
        at = (size_t)(open - text.bytes);
        size_t left = text.length - at, behind = 1 + end + name_length;
        if (left <= behind) { /* it may still become one */
            *clean = at;
            return text.length;
        }
        bool slash = open[1] == '/';
        bool named = slash == end && strncasecmp(open + 1 + end, name, name_length) == 0;
        if (named && memchr(" \t\r\n>/", open[behind], 6)) return at;
        at++;
    }
    *clean = text.length;
    return text.length;
}

static void sgml_consume_keeping(struct sgml_stream *sgml, size_t length)
{
    size_t keep = sgml->head.length < HEAD ? HEAD - sgml->head.length : 0;
    buffer_append(&sgml->head, text_stream_window(sgml->stream).bytes, keep < length ? keep : length);
    text_stream_consume(sgml->stream, length);
}

/* Refuses what stands at the window's front, with what was consumed of it before, and consumes it. */
static void sgml_refuse(struct sgml_stream *sgml, struct record_place place, size_t length, const char *rule)
{
    bf_text window = text_stream_window(sgml->stream);
    bool held = sgml->head.length == 0;
    if (!held) {
        size_t keep = sgml->head.length < HEAD ? HEAD - sgml->head.length : 0;
        buffer_append(&sgml->head, window.bytes, keep < length ? keep : length);
    }
    place.bytes = held ? (bf_text){window.bytes, length} : (bf_text){(const char *)sgml->head.bytes, sgml->head.length};
    reading_refuse(sgml->reading, &place, (bf_text){0}, rule);
    text_stream_consume(sgml->stream, length);
}

static struct record_place sgml_place(const struct sgml_stream *sgml)
{
    return (struct record_place){
        .path = sgml->path,
        .record = sgml->record,
        .line = sgml->stream->line,
        .byte = sgml->stream->offset,
    };
}

/* Whether there is text that is neither white space nor inside a tag, a comment or a declaration. *first is where. */
static bool has_text(bf_text text, size_t *first)
{
    size_t at = 0;
    while (at < text.length) {
        char c = text.bytes[at];
        size_t left = text.length - at;
        if (c == ' ' || (c >= '\t' && c <= '\r') || c == 0x1a) { /* old files end in a control-Z */
            at++;
            continue;
        }
        if (c != '<') {
            *first = at;
            return true;
        }
        bool comment = left >= 4 && memcmp(text.bytes + at, "<!--", 4) == 0;
        const char *end = comment ? memmem(text.bytes + at, left, "-->", 3) : memchr(text.bytes + at, '>', left);
        if (!end) {
            *first = at;
            return true;
        }
        at = (size_t)(end - text.bytes) + (comment ? 3 : 1);
    }
    return false;
}

/* Consumes what stands before the next record; text there is no record's, so it is refused. BF_END: no record follows. */
static bf_status sgml_to_record(struct sgml_stream *sgml, bf_error *error)
{
    struct text_stream *stream = sgml->stream;
    struct record_place place = sgml_place(sgml);
    size_t searched = 0;
    bf_status status = BF_OK;
    place.record = 0;
    buffer_clear(&sgml->head);
    for (;;) {
        bf_text window = text_stream_window(stream);
        size_t at = find_tag(window, searched, sgml->element, false, &searched);
        bool found = at < window.length, over = status == BF_END;
        if (found || over || searched > GAP_MAX) {
            size_t gap = found ? at : over ? window.length : searched, first;
            bf_text text = {window.bytes, gap};
            if (has_text(text, &first)) {
                place.line = stream->line + text_count_lines(window.bytes, first);
                place.byte = stream->offset + first;
                sgml_refuse(sgml, place, gap, "text outside of any record");
            } else {
                text_stream_consume(stream, gap);
            }
            if (found) return BF_OK;
            if (over) return BF_END;
            searched = 0;
        }
        status = text_stream_more(stream, error);
        if (status != BF_OK && status != BF_END) return status;
    }
}

/* A record's bytes, from its first tag to behind its last. */
static bf_status sgml_whole(struct sgml_stream *sgml, size_t length, bf_error *error)
{
    struct reading *reading = sgml->reading;
    struct text_stream *stream = sgml->stream;
    struct record_place place = sgml_place(sgml);
    bf_text text;
    size_t bad = 0;
    bf_error reason = {0};
    place.bytes = (bf_text){text_stream_window(stream).bytes, length};
    draft_clear(&reading->draft);
    bf_status status = text_stream_settle(stream, 0, length, &reading->draft.arena, &text, &bad, &reason);
    if (status == BF_OK) {
        if (sgml->form == FORM_SGML) {
            reuters_record_read(text, &reading->draft);
        } else {
            trec_record_read(text, &reading->draft);
        }
        status = reading_offer(reading, &place, false, error);
    } else if (status == BF_REFUSED) {
        place.line += text_count_lines(place.bytes.bytes, bad);
        place.byte += bad;
        reading_refuse(reading, &place, (bf_text){0}, reason.message);
        status = BF_OK;
    } else if (error) {
        *error = reason;
    }
    text_stream_consume(stream, length);
    return status;
}

/* A record begins at the window's front. */
static bf_status sgml_record(struct sgml_stream *sgml, bf_error *error)
{
    struct text_stream *stream = sgml->stream;
    struct record_place place = sgml_place(sgml);
    size_t end_searched = 0, next_searched = 1, before = 0;
    bool large = false;
    bf_error rule;
    for (;;) {
        bf_text window = text_stream_window(stream);
        size_t end = find_tag(window, end_searched, sgml->element, true, &end_searched);
        bf_text until = {window.bytes, end};
        size_t next = find_tag(until, next_searched, sgml->element, false, &next_searched);
        if (next < until.length) {
            sgml_refuse(sgml, place, next, "the record is not closed before the next begins");
            return BF_OK;
        }
        const char *close = end < window.length ? memchr(window.bytes + end, '>', window.length - end) : NULL;
        if (close) {
            size_t length = (size_t)(close - window.bytes) + 1;
            if (!large && length <= sgml->reading->record_max) return sgml_whole(sgml, length, error);
            fail(&rule, BF_REFUSED, "the record has %zu bytes, more than %zu", before + length, sgml->reading->record_max);
            sgml_refuse(sgml, place, length, rule.message);
            return BF_OK;
        }
        if (end < window.length) end_searched = end;
        size_t done = end_searched < next_searched ? end_searched : next_searched;
        if (done > sgml->reading->record_max) {
            large = true;
            before += done;
            sgml_consume_keeping(sgml, done);
            end_searched -= done;
            next_searched -= done;
        }
        bf_status status = text_stream_more(stream, error);
        if (status == BF_END) {
            fail(&rule, BF_REFUSED, stream->broken ? "cut short: %s" : "the record is not closed", stream->reason.message);
            if (stream->broken) stream->reported = true;
            sgml_refuse(sgml, place, text_stream_window(stream).length, rule.message);
            return BF_OK;
        }
        if (status != BF_OK) return status;
    }
}

bf_status sgml_read(struct reading *reading, struct text_stream *stream, enum article_form form, const char *path,
                    bf_error *error)
{
    struct sgml_stream sgml = {
        .reading = reading,
        .stream = stream,
        .form = form,
        .element = form == FORM_SGML ? "REUTERS" : "DOC",
        .path = path,
    };
    bf_status status = BF_OK;
    while (status == BF_OK) {
        status = sgml_to_record(&sgml, error);
        if (status != BF_OK) break;
        sgml.record++;
        count_add(&reading->counts->records, 1);
        status = sgml_record(&sgml, error);
    }
    buffer_free(&sgml.head);
    return status == BF_END ? BF_OK : status;
}
