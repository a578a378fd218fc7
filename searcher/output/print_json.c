/* One object a query, on one line. Members that have nothing to hold are null, so that every object has the same shape. */
#include "printer.h"

#include "article_json.h"
#include "json_writer.h"

static void append_text_or_null(struct buffer *out, const char *key, bf_text text)
{
    json_append_key(out, key);
    if (text.length) json_append_string(out, text);
    else json_append_c_string(out, NULL);
}

static void append_understood(struct buffer *out, const bf_results *results)
{
    json_append_key(out, "understood");
    json_open(out, '{');
    json_append_key(out, "query");
    json_append_c_string(out, bf_results_understood(results));
    json_append_key(out, "words");
    json_open(out, '[');
    const bf_word *word;
    for (size_t i = 0; (word = bf_results_word(results, i)); i++) {
        json_append_separator(out);
        json_open(out, '{');
        json_append_key(out, "field");
        json_append_c_string(out, word->field);
        json_append_key(out, "word");
        json_append_c_string(out, word->word);
        json_append_key(out, "term");
        json_append_c_string(out, word->term);
        json_append_key(out, "df");
        json_append_u64(out, word->df);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_append_key(out, "missing");
    json_open(out, '[');
    struct buffer name = {0};
    for (size_t i = 0; (word = bf_results_word(results, i)); i++) {
        if (!print_word_is_missing(results, i)) continue;
        buffer_clear(&name);
        print_word_name(&name, word);
        json_append_separator(out);
        json_append_string(out, (bf_text){(const char *)name.bytes, name.length});
        if (name.failed) out->failed = true;
    }
    buffer_free(&name);
    json_close(out, ']');
    json_append_key(out, "notes");
    json_open(out, '[');
    const char *note;
    for (size_t i = 0; (note = bf_results_note(results, i)); i++) {
        json_append_separator(out);
        json_append_c_string(out, note);
    }
    json_close(out, ']');
    json_close(out, '}');
}

static bf_status append_snippet(struct buffer *out, bf_results *results, size_t i, bf_error *error)
{
    bf_passage passage;
    bf_status status = bf_results_snippet(results, i, 0, &passage, error);
    if (status != BF_OK) return status;
    json_append_key(out, "snippet");
    json_open(out, '{');
    json_append_key(out, "text");
    json_append_string(out, passage.text);
    json_append_key(out, "marks");
    json_open(out, '[');
    for (size_t mark = 0; mark < passage.mark_count; mark++) {
        json_append_separator(out);
        json_open(out, '[');
        json_append_u64(out, passage.marks[mark].start);
        json_append_separator(out);
        json_append_u64(out, passage.marks[mark].end);
        json_close(out, ']');
    }
    json_close(out, ']');
    json_close(out, '}');
    return BF_OK;
}

static bf_status append_parts(struct buffer *out, bf_results *results, size_t i, bf_error *error)
{
    const bf_part *parts;
    size_t part_count;
    bf_status status = bf_results_explain(results, i, &parts, &part_count, error);
    if (status != BF_OK) return status;
    json_append_key(out, "explain");
    json_open(out, '[');
    for (size_t part = 0; part < part_count; part++) {
        json_append_separator(out);
        json_open(out, '{');
        json_append_key(out, "clause");
        json_append_c_string(out, parts[part].clause);
        json_append_key(out, "df");
        json_append_u64(out, parts[part].df);
        json_append_key(out, "idf");
        json_append_float(out, parts[part].idf);
        json_append_key(out, "boost");
        json_append_float(out, parts[part].boost);
        json_append_key(out, "tf");
        json_append_float(out, parts[part].tf);
        json_append_key(out, "length");
        json_append_float(out, parts[part].length);
        json_append_key(out, "score");
        json_append_float(out, parts[part].score);
        json_close(out, '}');
    }
    json_close(out, ']');
    return BF_OK;
}

static bf_status append_hit(struct buffer *out, const struct print_options *options, bf_results *results, size_t i,
                            bf_error *error)
{
    const bf_hit *hit = bf_results_hit(results, i);
    const bf_article *article;
    bf_status status = bf_results_article(results, i, &article, error);
    if (status != BF_OK) return status;
    json_open(out, '{');
    json_append_key(out, "rank");
    json_append_u64(out, hit->rank);
    json_append_key(out, "id");
    json_append_string(out, article->id);
    json_append_key(out, "score");
    json_append_float(out, hit->score);
    append_text_or_null(out, "title", article->title);
    json_append_key(out, "date");
    json_append_date(out, article->date);
    append_text_or_null(out, "section", article->section);
    append_text_or_null(out, "place", article->place);
    status = append_snippet(out, results, i, error);
    if (status == BF_OK && options->explain) status = append_parts(out, results, i, error);
    json_close(out, '}');
    return status;
}

bf_status print_results_json(struct sink *sink, const struct print_options *options, const struct print_query *query,
                             bf_error *error)
{
    struct buffer *out = &sink->bytes;
    bf_results *results = query->results;
    uint64_t total = bf_results_total(results);
    json_open(out, '{');
    if (query->topic) {
        json_append_key(out, "topic");
        json_append_c_string(out, query->topic);
    }
    json_append_key(out, "query");
    json_append_c_string(out, query->text);
    append_understood(out, results);
    if (options->explain) {
        json_append_key(out, "plan");
        json_append_c_string(out, bf_results_plan(results));
    }
    json_append_key(out, "total");
    if (total == BF_TOTAL_UNKNOWN) json_append_c_string(out, NULL);
    else json_append_u64(out, total);
    json_append_key(out, "took_us");
    json_append_u64(out, bf_results_took_us(results));
    bf_status status = BF_OK;
    if (!options->count_only) {
        json_append_key(out, "hits");
        json_open(out, '[');
        for (size_t i = 0; status == BF_OK && i < bf_results_count(results); i++) {
            if (i) buffer_append_u8(out, ','); /* the sink may have been emptied: nothing to look back at */
            status = append_hit(out, options, results, i, error);
            if (status == BF_OK) status = sink_turn(sink, error);
        }
        json_close(out, ']');
    }
    json_close(out, '}');
    buffer_append_u8(out, '\n');
    return status == BF_OK ? sink_turn(sink, error) : status;
}
