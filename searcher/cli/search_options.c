#include "search_options.h"

#include "option.h"
#include "status.h"
#include "terminal.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Values as the option parser leaves them, before they are checked against each other. */
struct search_arguments {
    uint64_t limit, offset;
    bool count, all, plain, json, explain, help, version;
    const char *show, *format, *topics, *run_tag, *color, *ranker;
    double title_weight, k1, b; /* NaN: not given */
};

enum { SPEC_COUNT = 20 };

/* The table comes in groups, as --help shows them. */
struct search_group {
    const char *title;
    size_t from, count;
};

static const struct search_group groups[] = {
    {"What to find", 0, 5},
    {"How to print it", 5, 7},
    {"How to rank", 12, 4},
    {"Help", 16, 2},
};

static void search_specs(struct search_arguments *arguments, struct option_spec specs[SPEC_COUNT])
{
    const struct option_spec table[] = {
        {'k', "limit", OPTION_U64, &arguments->limit, "N", "show the best N articles (10)"},
        {0, "offset", OPTION_U64, &arguments->offset, "N", "skip the best N first"},
        {0, "all", OPTION_FLAG, &arguments->all, NULL, "every word must match, instead of any"},
        {0, "plain", OPTION_FLAG, &arguments->plain, NULL, "no sign in the query has a meaning"},
        {0, "topics", OPTION_STRING, &arguments->topics, "FILE", "many queries: lines of id TAB text; - is standard input"},

        {0, "show", OPTION_STRING, &arguments->show, "ID", "the whole article of this id, the words marked"},
        {0, "count", OPTION_FLAG, &arguments->count, NULL, "only how many articles match"},
        {0, "format", OPTION_STRING, &arguments->format, "FORMAT", "text, json, tsv, trec or ids (text)"},
        {0, "json", OPTION_FLAG, &arguments->json, NULL, "the same as --format json"},
        {0, "run-tag", OPTION_STRING, &arguments->run_tag, "TAG", "the last column of --format trec (backfile)"},
        {0, "explain", OPTION_FLAG, &arguments->explain, NULL, "how the query was read, and each score's parts"},
        {0, "color", OPTION_STRING, &arguments->color, "WHEN", "auto, always or never (auto)"},

        {0, "title-weight", OPTION_DOUBLE, &arguments->title_weight, "X", "how often a word in a title counts (2)"},
        {0, "k1", OPTION_DOUBLE, &arguments->k1, "X", "BM25: how much repetition counts (1.2)"},
        {0, "b", OPTION_DOUBLE, &arguments->b, "X", "BM25: how much length counts, 0 to 1 (0.75)"},
        {0, "ranker", OPTION_STRING, &arguments->ranker, "NAME", "auto or exhaustive; the result is the same"},

        {'h', "help", OPTION_FLAG, &arguments->help, NULL, "this page"},
        {0, "version", OPTION_FLAG, &arguments->version, NULL, "versions of the program and its libraries"},
    };
    memset(specs, 0, SPEC_COUNT * sizeof *specs);
    memcpy(specs, table, sizeof table);
}

/* Words as the shell left them, one space between. */
static bf_status search_options_join(struct search_options *options, int count, char *const *words, bf_error *error)
{
    size_t length = 0;
    if (!count) return BF_OK;
    for (int i = 0; i < count; i++) length += strlen(words[i]) + 1;
    char *end = options->query_room = malloc(length);
    if (!end) return fail_memory(error);
    for (int i = 0; i < count; i++) {
        if (i) *end++ = ' ';
        end = stpcpy(end, words[i]);
    }
    options->query = options->query_room;
    return BF_OK;
}

static bf_status search_options_limits(struct search_options *options, const struct search_arguments *arguments, bf_error *error)
{
    if (arguments->limit > UINT32_MAX) return fail(error, BF_BAD_ARGUMENT, "--limit: at most %u", UINT32_MAX);
    if (arguments->offset > UINT32_MAX) return fail(error, BF_BAD_ARGUMENT, "--offset: at most %u", UINT32_MAX);
    options->search.k = (uint32_t)arguments->limit;
    options->search.offset = (uint32_t)arguments->offset;
    options->print.count_only = arguments->count;
    options->search.count_only = arguments->count || !arguments->limit;
    return BF_OK;
}

static bf_status search_options_ranking(struct search_options *options, const struct search_arguments *arguments, bf_error *error)
{
    bf_search_options *search = &options->search;
    search->match_all_words = arguments->all;
    search->plain_query = arguments->plain;
    search->ranker = arguments->ranker;
    if (arguments->k1 < 0) return fail(error, BF_BAD_ARGUMENT, "--k1: not below 0");
    if (arguments->b < 0 || arguments->b > 1) return fail(error, BF_BAD_ARGUMENT, "--b: from 0 to 1");
    if (arguments->title_weight < 0) return fail(error, BF_BAD_ARGUMENT, "--title-weight: not below 0");
    search->set_parameters = !isnan(arguments->k1) || !isnan(arguments->b) || !isnan(arguments->title_weight);
    search->k1 = isnan(arguments->k1) ? 1.2f : (float)arguments->k1;
    search->b = isnan(arguments->b) ? 0.75f : (float)arguments->b;
    search->title_weight = isnan(arguments->title_weight) ? BF_TITLE_WEIGHT : (float)arguments->title_weight;
    return BF_OK;
}

static bf_status search_options_printing(struct search_options *options, const struct search_arguments *arguments,
                                         bf_error *error)
{
    struct print_options *print = &options->print;
    enum color_choice color;
    if (!color_choice_parse(arguments->color, &color))
        return fail(error, BF_BAD_ARGUMENT, "--color: auto, always or never, not \"%s\"", arguments->color);
    if (arguments->json && arguments->format && strcmp(arguments->format, "json") != 0)
        return fail(error, BF_BAD_ARGUMENT, "--json and --format %s contradict each other", arguments->format);
    const char *format = arguments->json ? "json" : arguments->format ? arguments->format : "text";
    if (!print_format_parse(format, &print->format))
        return fail(error, BF_BAD_ARGUMENT, "--format: text, json, tsv, trec or ids, not \"%s\"", format);
    bool is_lines = print->format != PRINT_TEXT && print->format != PRINT_JSON;
    if (is_lines && arguments->explain) return fail(error, BF_BAD_ARGUMENT, "--explain has no place in --format %s", format);
    if (is_lines && arguments->show) return fail(error, BF_BAD_ARGUMENT, "--show has no place in --format %s", format);
    print->explain = arguments->explain;
    print->run_tag = arguments->run_tag ? arguments->run_tag : "backfile";
    if (!*print->run_tag || strpbrk(print->run_tag, " \t\r\n\v\f"))
        return fail(error, BF_BAD_ARGUMENT, "--run-tag: one word, not \"%s\"", print->run_tag);
    print->color = print->format == PRINT_TEXT && terminal_wants_color(color, STDOUT_FILENO);
    print->on_terminal = print->format != PRINT_TEXT && isatty(STDOUT_FILENO);
    if (print->format == PRINT_TEXT) print->columns = terminal_columns(STDOUT_FILENO);
    return BF_OK;
}

bf_status search_options_parse(struct search_options *options, int argc, char **argv, bf_error *error)
{
    struct search_arguments arguments = {.limit = 10, .title_weight = NAN, .k1 = NAN, .b = NAN};
    struct option_spec specs[SPEC_COUNT];
    *options = (struct search_options){0};
    search_specs(&arguments, specs);
    int count = options_parse_lenient(specs, argc, argv, error);
    if (count < 0) return BF_BAD_ARGUMENT;
    options->help = arguments.help;
    options->version = arguments.version;
    if (options->help || options->version) return BF_OK;
    bf_status status = search_options_limits(options, &arguments, error);
    if (status == BF_OK) status = search_options_ranking(options, &arguments, error);
    if (status == BF_OK) status = search_options_printing(options, &arguments, error);
    if (status != BF_OK) return status;

    options->show = arguments.show;
    options->topics = arguments.topics;
    bool has_query = count > 2;
    if (count < 2 || (!has_query && !options->show && !options->topics))
        return fail(error, BF_END, count < 2 ? "no index is named" : "no words to look for");
    options->index = argv[1];
    if (options->topics && options->show) return fail(error, BF_BAD_ARGUMENT, "--topics and --show don't go together");
    if (options->topics && has_query)
        return fail(error, BF_BAD_ARGUMENT, "with --topics the words come from the file: \"%s\" is too much", argv[2]);
    return search_options_join(options, count - 2, argv + 2, error);
}

void search_options_usage(FILE *out)
{
    fputs("usage: backfile-search INDEX WORDS...\n"
          "       backfile-search INDEX --show ID [WORDS...]\n"
          "       backfile-search INDEX --topics FILE\n", out);
}

void search_options_help(FILE *out)
{
    struct search_arguments arguments;
    struct option_spec specs[SPEC_COUNT];
    search_specs(&arguments, specs);
    search_options_usage(out);
    fputs("\nFinds articles in an index made by backfile-index and prints the best. Words rank: the more of them an\n"
          "article holds, and the rarer they are, the better. +must -not \"a phrase\" =exactly (a OR b) AND title:word\n"
          "date:2007 word^2 \"a b\"~5 (in any order, at most 5 other words between) are understood, and may stand\n"
          "anywhere among the options.\n", out);
    for (size_t group = 0; group < sizeof groups / sizeof *groups; group++) {
        struct option_spec slice[SPEC_COUNT] = {{0}};
        memcpy(slice, specs + groups[group].from, groups[group].count * sizeof *slice);
        fprintf(out, "\n%s:\n", groups[group].title);
        options_help(slice, out);
    }
    fputs("\nExamples:\n"
          "  backfile-search news.bf harbour strike\n"
          "  backfile-search news.bf '\"night work\" +section:business -crane' -k 3\n"
          "  backfile-search news.bf --topics topics.tsv --format trec -k 1000 > run\n"
          "\nEnds with 0 when something was found, 1 when nothing was, 2 after an error. More: man backfile-search\n", out);
}

void search_options_free(struct search_options *options)
{
    free(options->query_room);
    *options = (struct search_options){0};
}
