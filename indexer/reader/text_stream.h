/*
 * The text of one file, decoded, as a window that slides over it: a form's reader asks for more until a whole record stands in
 * the window, takes it, and consumes it. Memory is bounded by the longest record.
 *
 * Where an encoding was converted on the way and a sequence was not valid in it, the window has a byte 0xff in its place, which
 * is valid nowhere in UTF-8: the record it stands in will be refused by text_stream_settle, and the others stand.
 */
#ifndef READER_TEXT_STREAM_H
#define READER_TEXT_STREAM_H

#include "byte_source.h"
#include "charset.h"

#include <iconv.h>

struct text_stream {
    struct byte_source *source;
    struct reader_counts *counts;
    struct buffer window;
    size_t at;              /* the text not yet consumed begins here in the window */
    uint64_t offset;        /* its offset in the decoded text */
    uint64_t line;          /* its line, from 1 */
    bool ended;             /* the window holds all that is left */
    bool broken;            /* it ended because the bytes could not be read further; `reason` says why */
    bf_error reason;
    bool reported;          /* the reason was reported with a record that it cut short */
    struct charset charset;
    iconv_t converter;      /* (iconv_t)-1: bytes are taken as they are */
    struct buffer pending;  /* the beginning of a sequence whose end the next block holds */
    size_t mark;            /* bytes of a byte order mark still to be passed over */
    struct charset_evidence evidence;
    uint64_t weighed;       /* the text before this offset is in the evidence */
    bool counted_conversion;
};

/* Decides on the encoding. BF_BAD_ARGUMENT: iconv doesn't know the encoding's name. */
bf_status text_stream_open(struct text_stream *stream, struct byte_source *source, const char *encoding,
                           struct reader_counts *counts,
                           bf_error *error);
void text_stream_close(struct text_stream *stream);

/* The text in the window. Borrowed until the next call of text_stream_more. */
static inline bf_text text_stream_window(const struct text_stream *stream)
{
    if (stream->window.length == stream->at) return (bf_text){"", 0};
    return (bf_text){(const char *)stream->window.bytes + stream->at, stream->window.length - stream->at};
}

/* Lengthens the window; it may move. BF_END: there is no more. */
bf_status text_stream_more(struct text_stream *stream, bf_error *error);

/* Until the window has `want` bytes or all there are. */
bf_status text_stream_want(struct text_stream *stream, size_t want, bf_error *error);

/* Takes so many bytes from the front of the window. */
void text_stream_consume(struct text_stream *stream, size_t length);

/* A record's bytes, which stand at `from` in the window, as valid text: see charset_settle. */
bf_status text_stream_settle(struct text_stream *stream, size_t from, size_t length, struct arena *arena, bf_text *text,
                             size_t *bad,
                             bf_error *error);

/* How often a line ends in the text. */
uint64_t text_count_lines(const char *text, size_t length);

#endif
