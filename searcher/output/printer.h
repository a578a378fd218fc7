/*
 * Results as a person or a program reads them. Every printer appends to a sink and takes from the library only what
 * the public header gives.
 */
#ifndef OUTPUT_PRINTER_H
#define OUTPUT_PRINTER_H

#include "sink.h"

#include "backfile.h"

enum print_format {
    PRINT_TEXT, /* for a person */
    PRINT_JSON, /* one object a query, on one line */
    PRINT_TSV,  /* rank, score, id, date, section, place, title */
    PRINT_TREC, /* a run as trec_eval reads it: topic Q0 id rank score tag */
    PRINT_IDS,  /* one id a line */
};

/* "text", "json", "tsv", "trec" or "ids"; returns false for another word. */
bool print_format_parse(const char *word, enum print_format *format);

struct print_options {
    enum print_format format;
    unsigned columns;     /* of the terminal */
    bool color;
    bool on_terminal;     /* ids too are made safe, which elsewhere are given exactly */
    bool explain;         /* text and JSON: how the query was read and run, and the parts of each score */
    bool count_only;      /* the number of matching articles and no hits */
    const char *run_tag;  /* TREC: the last column; not empty, without blanks */
};

struct print_query {
    const char *topic;    /* NULL: the only query of this run */
    const char *text;     /* as given */
    bf_results *results;
    uint64_t offset;      /* how many of the best were skipped */
    bool first;           /* no other query was printed before it */
};

/* Prints the results of one query in the format of the options. */
bf_status print_results(struct sink *sink, const struct print_options *options, const struct print_query *query,
                        bf_error *error);

bf_status print_results_text(struct sink *sink, const struct print_options *options, const struct print_query *query,
                             bf_error *error);
bf_status print_results_json(struct sink *sink, const struct print_options *options, const struct print_query *query,
                             bf_error *error);
bf_status print_results_tsv(struct sink *sink, const struct print_options *options, const struct print_query *query,
                            bf_error *error);
bf_status print_results_trec(struct sink *sink, const struct print_options *options, const struct print_query *query,
                             bf_error *error);
bf_status print_results_ids(struct sink *sink, const struct print_options *options, const struct print_query *query,
                            bf_error *error);

/* Appends, for a person, how the query was read and run; and the parts that a hit's score is the sum of. */
void print_plan(struct buffer *out, const struct print_options *options, bf_results *results);
bf_status print_parts(struct buffer *out, bf_results *results, size_t i, size_t indent, bf_error *error);

/* Prints a whole article; `results`, of a query to highlight, may be NULL. Formats: PRINT_TEXT and PRINT_JSON. */
bf_status print_article(struct sink *sink, const struct print_options *options, const bf_article *article, bf_results *results,
                        bf_error *error);

/* ---- Pieces the printers share ---- */

/* The number with a comma between groups of three digits. */
void print_number(struct buffer *out, uint64_t number);

/* A date for a person: "2007-03-01", "2007-03-01 18:15 UTC"; "" for none. Returns its length. */
size_t print_date(bf_date date, char text[BF_DATE_TEXT_SIZE + 8]);

/* Whether no article holds the word, and it was not said of the same word before. */
bool print_word_is_missing(const bf_results *results, size_t i);

/* The word as typed, with its field where that is not the text. */
void print_word_name(struct buffer *out, const bf_word *word);

/* Styles of text output (parameters of SGR), chosen to be legible on light and on dark ground. */
#define PRINT_STYLE_TITLE "1"
#define PRINT_STYLE_TITLE_MARK "1;31"
#define PRINT_STYLE_MARK "1;31"
#define PRINT_STYLE_ASIDE "2"

#endif
