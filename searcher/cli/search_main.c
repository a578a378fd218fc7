/* backfile-search: one query, or a file of them, against an index; or one article to read. */
#include "cut_file.h"
#include "printer.h"
#include "search_options.h"
#include "sink.h"
#include "standard_streams.h"
#include "status.h"
#include "terminal.h"
#include "topic_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    EXIT_FOUND = 0,
    EXIT_NOTHING = 1,
    EXIT_ERROR = 2,
};

enum { TOPIC_NOTES_MOST = 10 }; /* lines that notes may take in a run of many queries; further ones are counted */

struct search_run {
    struct search_options options;
    struct sink sink;
    bf_searcher *searcher;
    uint64_t query_count;
    uint64_t note_count;
    bool found;      /* something matched */
    bool complained; /* something was wrong, and was said */
};

/* One line on standard error, in one piece and safe for a terminal: messages quote queries, ids and paths. */
static void say(const char *what, const char *before, const char *message)
{
    struct buffer line = {0};
    buffer_append_string(&line, "backfile-search: ");
    buffer_append_string(&line, what);
    if (before) {
        terminal_append_string(&line, before);
        buffer_append_string(&line, ": ");
    }
    terminal_append_string(&line, message);
    buffer_append_u8(&line, '\n');
    if (line.failed) fputs("backfile-search: out of memory\n", stderr);
    else fwrite(line.bytes, 1, line.length, stderr);
    buffer_free(&line);
}

static bf_status complain(struct search_run *run, bf_status status, const char *message)
{
    run->complained = true;
    if (!run->sink.reader_gone) say("", NULL, message);
    return status;
}

/* For failures while the index is read and printed. The library may name the index itself; the sink names its file. */
static bf_status complain_of_index(struct search_run *run, const bf_error *error)
{
    if (run->sink.failed) return complain(run, error->status, error->message);
    run->complained = true;
    say("", strstr(error->message, run->options.index) ? NULL : run->options.index, error->message);
    return error->status;
}

static void say_notes(struct search_run *run, const bf_results *results, const char *topic)
{
    const char *note;
    for (size_t i = 0; (note = bf_results_note(results, i)); i++)
        if (run->note_count++ < TOPIC_NOTES_MOST || !topic) say(topic ? "note: topic " : "note: ", topic, note);
}

static void say_unsaid_notes(const struct search_run *run)
{
    char line[96];
    if (run->note_count <= TOPIC_NOTES_MOST) return;
    snprintf(line, sizeof line, "and %" PRIu64 " more notes; --json gives each with its query",
             run->note_count - TOPIC_NOTES_MOST);
    say("note: ", NULL, line);
}

static bf_status run_query(struct search_run *run, const char *topic, const char *text)
{
    bf_error error = {0};
    bf_results *results = NULL;
    bf_status status = bf_search(run->searcher, text, &run->options.search, &results, &error);
    if (status != BF_OK) return complain_of_index(run, &error);
    say_notes(run, results, topic);
    if (bf_results_total(results)) run->found = true;
    const struct print_query query = {topic, text, results, run->options.search.offset, run->query_count++ == 0};
    status = print_results(&run->sink, &run->options.print, &query, &error);
    if (status != BF_OK) complain_of_index(run, &error);
    bf_results_free(results);
    return status;
}

static bf_status run_topics(struct search_run *run)
{
    bf_error error = {0};
    struct topic_reader reader = {0};
    bf_status status = topic_reader_open(&reader, run->options.topics, &error);
    if (status != BF_OK) return complain(run, status, error.message);
    while (status == BF_OK || status == BF_REFUSED) {
        const char *id, *text;
        status = topic_reader_next(&reader, &id, &text, &error);
        if (status == BF_OK) status = run_query(run, id, text);
        else if (status != BF_END) complain(run, status, error.message);
    }
    topic_reader_close(&reader);
    say_unsaid_notes(run);
    return status == BF_END ? BF_OK : status;
}

static bf_status run_show(struct search_run *run)
{
    bf_error error = {0};
    bf_results *results = NULL;
    const bf_article *article;
    const struct search_options *options = &run->options;
    bf_status status = bf_searcher_article(run->searcher, (bf_text){options->show, strlen(options->show)}, &article, &error);
    if (status == BF_NOT_FOUND) {
        fail(&error, status, "%s: no article has the id \"%s\"", options->index, options->show);
        say("", NULL, error.message);
        return BF_OK;
    }
    if (status == BF_OK && options->query) {
        /* Only its marks are wanted; which article it ranks first does not matter. */
        bf_search_options search = options->search;
        search.k = 1;
        search.offset = 0;
        search.count_only = false;
        search.no_total = true;
        status = bf_search(run->searcher, options->query, &search, &results, &error);
    }
    if (status == BF_OK) {
        if (results) say_notes(run, results, NULL);
        run->found = true;
        status = print_article(&run->sink, &options->print, article, results, &error);
    }
    if (status != BF_OK) complain_of_index(run, &error);
    bf_results_free(results);
    return status;
}

static int run_search(struct search_run *run)
{
    bf_error error = {0};
    bf_status status = bf_searcher_open(run->options.index, &run->searcher, &error);
    if (status != BF_OK) {
        complain_of_index(run, &error);
        return EXIT_ERROR;
    }
    run->sink.file = stdout;
    run->sink.name = "standard output";
    if (run->options.show) status = run_show(run);
    else if (run->options.topics) status = run_topics(run);
    else status = run_query(run, NULL, run->options.query);
    /* What was found before a failure is still worth having, but a failed sink has said so already. */
    if (!run->sink.failed && sink_finish(&run->sink, &error) != BF_OK) complain(run, error.status, error.message);
    if (status != BF_OK || run->complained) return EXIT_ERROR;
    return run->found ? EXIT_FOUND : EXIT_NOTHING;
}

/* --help and --version are output like any other: a full disk is an error. */
static int finish_standard_output(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return EXIT_FOUND;
    perror("backfile-search: standard output");
    return EXIT_ERROR;
}

int main(int argc, char **argv)
{
    struct search_run run = {0};
    bf_error error = {0};
    int code = EXIT_ERROR;
    standard_streams_hold();
    cut_file_watch("backfile-search");
    bf_status status = search_options_parse(&run.options, argc, argv, &error);
    if (status != BF_OK) {
        say("", NULL, error.message);
        if (status == BF_END) search_options_usage(stderr);
        else if (status == BF_BAD_ARGUMENT) fputs("Try backfile-search --help\n", stderr);
    } else if (run.options.help) {
        search_options_help(stdout);
        code = finish_standard_output();
    } else if (run.options.version) {
        printf("backfile-search %s\n%s\n", bf_version(), bf_library_versions());
        code = finish_standard_output();
    } else {
        code = run_search(&run);
    }
    bf_searcher_close(run.searcher);
    sink_free(&run.sink);
    search_options_free(&run.options);
    return code;
}
