/* The command line of backfile-search. */
#ifndef CLI_SEARCH_OPTIONS_H
#define CLI_SEARCH_OPTIONS_H

#include "printer.h"

#include "backfile.h"

#include <stdio.h>

struct search_options {
    const char *index;
    const char *query;      /* the words, one space between them; NULL: none were given */
    const char *show;       /* the id of an article to show; NULL: search */
    const char *topics;     /* a file of queries; NULL: the query */
    bool help, version;
    bf_search_options search;
    struct print_options print;
    char *query_room;       /* owned: what `query` points into */
};

/* Understands the arguments (argv is reordered and stays borrowed). BF_BAD_ARGUMENT: `error` says what is wrong; BF_END: index or
 * query is missing, and the usage should be shown. With help or version set nothing else need be there. */
bf_status search_options_parse(struct search_options *options, int argc, char **argv, bf_error *error);

void search_options_usage(FILE *out);
void search_options_help(FILE *out);
void search_options_free(struct search_options *options);

#endif
