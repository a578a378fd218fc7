/* What all readers share while one call of read_articles runs: where articles, refusals and counts go. */
#ifndef READER_READING_H
#define READER_READING_H

#include "article_draft.h"
#include "member_map.h"
#include "text_stream.h"

struct reading {
    const struct reader_options *options;
    const struct reader_sink *sink;
    struct reader_counts *counts;
    struct member_map map;
    struct article_draft draft;
    size_t article_max; /* bytes of an article */
    size_t record_max;  /* bytes of a record's text, which may be longer than its article: escapes, markup */
};

/* Where a record stands. */
struct record_place {
    const char *path;
    uint64_t record; /* from 1; 0: the file as a whole */
    uint64_t line;   /* where it begins, or broke */
    uint64_t byte;
    bf_text bytes;   /* as far as they are known */
};

/* Says that something was not stored. `id` may be absent. */
void reading_refuse(struct reading *reading, const struct record_place *place, bf_text id, const char *rule);

/* Says that a file is no article. */
void reading_skip(struct reading *reading, const char *path, const char *why);

/* Completes the draft and hands it to the sink; what is refused on the way is reported. An id is derived from path and record,
 * `alone` leaves the record's number out of it. BF_OK unless the run must end. */
bf_status reading_offer(struct reading *reading, const struct record_place *place, bool alone, bf_error *error);

/* Reads all records of one form from the stream. BF_OK unless the run must end. A stream that breaks within a record is
 * reported. */
bf_status json_read(struct reading *reading, struct text_stream *stream, const char *path, bf_error *error);
bf_status sgml_read(struct reading *reading, struct text_stream *stream, enum article_form form, const char *path,
                    bf_error *error);
bf_status text_read(struct reading *reading, struct text_stream *stream, enum article_form form, const char *path,
                    bf_error *error);

/* Reads what a stream holds, shown as `path`, with other limits than those of the public header. */
bf_status read_articles_source(struct byte_source *source, const char *path, const struct reader_options *options,
                               const struct reader_sink *sink, struct reader_counts *counts, size_t article_max,
                                   size_t record_max,
                               bf_error *error);

/* read_articles with other limits than those of the public header. */
bf_status read_articles_limited(const char *path, const struct reader_options *options, const struct reader_sink *sink,
                                struct reader_counts *counts, size_t article_max, size_t record_max, bf_error *error);

#endif
