/* One line a hit, for other programs: tab-separated values, TREC runs, bare ids. */
#include "printer.h"

#include "json_writer.h"
#include "terminal.h"

#include <inttypes.h>
#include <string.h>

/* A value in a table: what would end the cell or the line becomes a space, and other controls are shown as in text. */
static void append_cell(struct buffer *out, bf_text text)
{
    terminal_append_text(out, text);
}

/* An id, which other programs want exactly. */
static void append_id(struct buffer *out, const struct print_options *options, bf_text id)
{
    if (options->on_terminal) terminal_append_text(out, id);
    else buffer_append(out, id.bytes, id.length);
}

/* A name in a table whose columns end at blanks: a blank inside the name is written as in a URL. */
static void append_name(struct buffer *out, const struct print_options *options, bf_text name)
{
    size_t written = 0;
    for (size_t i = 0; i < name.length; i++) {
        unsigned char byte = (unsigned char)name.bytes[i];
        if (byte > ' ') continue;
        append_id(out, options, (bf_text){name.bytes + written, i - written});
        buffer_append_format(out, "%%%02X", byte);
        written = i + 1;
    }
    append_id(out, options, (bf_text){name.bytes + written, name.length - written});
}

static void append_score(struct buffer *out, float score)
{
    char text[32];
    buffer_append(out, text, json_format_float(score, text));
}

bf_status print_results_tsv(struct sink *sink, const struct print_options *options, const struct print_query *query,
                            bf_error *error)
{
    (void)options;
    struct buffer *out = &sink->bytes;
    bf_status status = BF_OK;
    for (size_t i = 0; status == BF_OK && i < bf_results_count(query->results); i++) {
        const bf_hit *hit = bf_results_hit(query->results, i);
        const bf_article *article;
        status = bf_results_article(query->results, i, &article, error);
        if (status != BF_OK) break;
        char date[BF_DATE_TEXT_SIZE];
        size_t date_length = bf_date_format(article->date, date);
        if (query->topic) {
            append_cell(out, (bf_text){query->topic, strlen(query->topic)});
            buffer_append_u8(out, '\t');
        }
        buffer_append_format(out, "%" PRIu64 "\t", hit->rank);
        append_score(out, hit->score);
        const bf_text cells[] = {article->id, {date, date_length}, article->section, article->place, article->title};
        for (size_t cell = 0; cell < sizeof cells / sizeof *cells; cell++) {
            buffer_append_u8(out, '\t');
            append_cell(out, cells[cell]);
        }
        buffer_append_u8(out, '\n');
        status = sink_turn(sink, error);
    }
    return status;
}

bf_status print_results_trec(struct sink *sink, const struct print_options *options, const struct print_query *query,
                             bf_error *error)
{
    struct buffer *out = &sink->bytes;
    bf_status status = BF_OK;
    const char *topic = query->topic ? query->topic : "1";
    for (size_t i = 0; status == BF_OK && i < bf_results_count(query->results); i++) {
        const bf_hit *hit = bf_results_hit(query->results, i);
        bf_text id;
        status = bf_results_id(query->results, i, &id, error);
        if (status != BF_OK) break;
        append_name(out, options, (bf_text){topic, strlen(topic)});
        buffer_append(out, " Q0 ", 4);
        append_name(out, options, id);
        buffer_append_format(out, " %" PRIu64 " ", hit->rank);
        append_score(out, hit->score);
        buffer_append_format(out, " %s\n", options->run_tag);
        status = sink_turn(sink, error);
    }
    return status;
}

bf_status print_results_ids(struct sink *sink, const struct print_options *options, const struct print_query *query,
                            bf_error *error)
{
    bf_status status = BF_OK;
    for (size_t i = 0; status == BF_OK && i < bf_results_count(query->results); i++) {
        bf_text id;
        status = bf_results_id(query->results, i, &id, error);
        if (status != BF_OK) break;
        append_id(&sink->bytes, options, id);
        buffer_append_u8(&sink->bytes, '\n');
        status = sink_turn(sink, error);
    }
    return status;
}
