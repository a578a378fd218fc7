/*
 * Command-line options of the programs: one table a command says what is understood, and --help is printed
 * from the same table, so the two can't disagree.
 *
 *     static struct option_spec specs[] = {
 *         {'k', "limit", OPTION_U64, &limit, "N", "how many hits (10)"},
 *         {0, "json", OPTION_FLAG, &json, NULL, "one JSON object a query"},
 *         {0},
 *     };
 *     argc = options_parse(specs, argc, argv, &error);   // < 0: error says what is wrong
 *
 * `--name value`, `--name=value`, `-k 5`, `-k5` and grouped flags are understood; `--` ends options. A word that starts with
 * '-' but names no option is an error unless `options_lenient` is used, which leaves it among the operands (a query may
 * hold "-word").
 */
#ifndef BASE_OPTION_H
#define BASE_OPTION_H

#include "backfile.h"

#include <stdio.h>

enum option_kind {
    OPTION_FLAG,    /* bool: set to true */
    OPTION_STRING,  /* const char *: borrowed from argv */
    OPTION_U64,     /* uint64_t */
    OPTION_SIZE,    /* uint64_t: bytes, with K, M, G (powers of 1024) after the number */
    OPTION_DOUBLE,  /* double */
    OPTION_LIST,    /* struct option_list: every time it is given adds one string */
};

struct option_list {
    const char *items[64];
    size_t count;
};

struct option_spec {
    char letter;           /* 0: none */
    const char *name;      /* without dashes; NULL with letter 0 ends the table */
    enum option_kind kind;
    void *value;           /* where it goes, of the type above */
    const char *argument;  /* its name in the help; NULL for flags */
    const char *help;
};

/* Takes the options out of argv, leaving argv[0] and the operands; returns their count, or -1 with `error` set. */
int options_parse(const struct option_spec *specs, int argc, char **argv, bf_error *error);
int options_parse_lenient(const struct option_spec *specs, int argc, char **argv, bf_error *error);

/* What OPTION_SIZE understands, for options that understand more. `shown`: the option, for the message. */
bf_status option_size(const char *shown, const char *text, uint64_t *value, bf_error *error);

/* Prints one line an option, aligned. */
void options_help(const struct option_spec *specs, FILE *out);

#endif
