#include "printer.h"

#include "status.h"
#include "terminal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool print_format_parse(const char *word, enum print_format *format)
{
    static const struct {
        const char *word;
        enum print_format format;
    } formats[] = {{"text", PRINT_TEXT}, {"json", PRINT_JSON}, {"tsv", PRINT_TSV}, {"trec", PRINT_TREC}, {"ids", PRINT_IDS}};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (strcmp(word, formats[i].word) == 0) {
            *format = formats[i].format;
            return true;
        }
    }
    return false;
}

/* The number alone, so that a script can take it; with topics, beside the topic's name. */
static bf_status print_count(struct sink *sink, const struct print_query *query, bf_error *error)
{
    if (query->topic) {
        terminal_append_string(&sink->bytes, query->topic);
        buffer_append_u8(&sink->bytes, '\t');
    }
    buffer_append_format(&sink->bytes, "%" PRIu64 "\n", bf_results_total(query->results));
    return sink_turn(sink, error);
}

bf_status print_results(struct sink *sink, const struct print_options *options, const struct print_query *query, bf_error *error)
{
    if (options->count_only && options->format != PRINT_JSON) return print_count(sink, query, error);
    switch (options->format) {
    case PRINT_TEXT: return print_results_text(sink, options, query, error);
    case PRINT_JSON: return print_results_json(sink, options, query, error);
    case PRINT_TSV: return print_results_tsv(sink, options, query, error);
    case PRINT_TREC: return print_results_trec(sink, options, query, error);
    case PRINT_IDS: return print_results_ids(sink, options, query, error);
    }
    return fail(error, BF_BAD_ARGUMENT, "there is no such format");
}

void print_number(struct buffer *out, uint64_t number)
{
    char digits[24];
    size_t count = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, number);
    for (size_t i = 0; i < count; i++) {
        if (i && (count - i) % 3 == 0) buffer_append_u8(out, ',');
        buffer_append_u8(out, (uint8_t)digits[i]);
    }
}

size_t print_date(bf_date date, char text[BF_DATE_TEXT_SIZE + 8])
{
    char iso[BF_DATE_TEXT_SIZE];
    size_t length = bf_date_format(date, iso);
    const char *clock = memchr(iso, 'T', length);
    if (!clock || strlen(clock) < strlen("T00:00:00")) {
        memcpy(text, iso, length + 1);
        return length;
    }
    const char *zone = clock + strlen("T00:00:00");
    while (*zone == '.' || (*zone >= '0' && *zone <= '9')) zone++; /* fractions of a second */
    return (size_t)snprintf(text, BF_DATE_TEXT_SIZE + 8, "%.*s %.5s%s%s", (int)(clock - iso), iso, clock + 1, *zone ? " " : "",
                            strcmp(zone, "Z") == 0 ? "UTC" : zone);
}

bool print_word_is_missing(const bf_results *results, size_t i)
{
    const bf_word *word = bf_results_word(results, i);
    if (!word || word->df) return false;
    for (size_t before = 0; before < i; before++) {
        const bf_word *earlier = bf_results_word(results, before);
        if (!earlier->df && strcmp(earlier->word, word->word) == 0 && strcmp(earlier->field, word->field) == 0) return false;
    }
    return true;
}

void print_word_name(struct buffer *out, const bf_word *word)
{
    if (strcmp(word->field, "text") != 0) {
        buffer_append_string(out, word->field);
        buffer_append_u8(out, ':');
    }
    buffer_append_string(out, word->word);
}
