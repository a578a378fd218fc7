/* Files that hold one article as text. */
#include "reading.h"
#include "status.h"
#include "wire.h"

#include <string.h>

/* Refuses the file's one record. */
static void text_refuse(struct reading *reading, struct text_stream *stream, struct record_place place, size_t at,
                        const char *rule)
{
    bf_text window = text_stream_window(stream);
    place.bytes = window;
    place.line = 1 + text_count_lines(window.bytes, at);
    place.byte = at;
    reading_refuse(reading, &place, (bf_text){0}, rule);
}

bf_status text_read(struct reading *reading, struct text_stream *stream, enum article_form form, const char *path,
                    bf_error *error)
{
    struct record_place place = {.path = path, .record = 1, .line = 1};
    bf_error reason = {0};
    bf_status status = BF_OK;
    bf_text text;
    size_t bad = 0;
    count_add(&reading->counts->records, 1);
    while (status == BF_OK && text_stream_window(stream).length <= reading->article_max) status = text_stream_more(stream, error);
    if (status != BF_OK && status != BF_END) return status;
    bf_text window = text_stream_window(stream);
    if (stream->broken) {
        fail(&reason, BF_REFUSED, "cut short: %s", stream->reason.message);
        stream->reported = true;
        text_refuse(reading, stream, place, window.length, reason.message);
        return BF_OK;
    }
    if (window.length > reading->article_max) {
        fail(&reason, BF_REFUSED, "the article has more than %zu bytes", reading->article_max);
        text_refuse(reading, stream, place, 0, reason.message);
        return BF_OK;
    }
    const char *zero = memchr(window.bytes, 0, window.length);
    if (zero) {
        bad = (size_t)(zero - window.bytes);
        fail(&reason, BF_REFUSED, "not text: byte %zu is 0x00", bad);
        text_refuse(reading, stream, place, bad, reason.message);
        return BF_OK;
    }
    draft_clear(&reading->draft);
    status = text_stream_settle(stream, 0, window.length, &reading->draft.arena, &text, &bad, &reason);
    if (status == BF_REFUSED) {
        text_refuse(reading, stream, place, bad, reason.message);
        return BF_OK;
    }
    if (status != BF_OK) {
        if (error) *error = reason;
        return status;
    }
    if (form == FORM_TEXT) {
        plain_text_read(text, &reading->draft);
    } else {
        wire_read(text, &reading->draft);
    }
    place.bytes = window;
    return reading_offer(reading, &place, true, error);
}
