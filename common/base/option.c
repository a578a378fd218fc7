#include "option.h"

#include "status.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bf_status option_number(const char *shown, const char *text, bool is_size, uint64_t *value, bf_error *error)
{
    char *end;
    errno = 0;
    if (text[0] < '0' || text[0] > '9') return fail(error, BF_BAD_ARGUMENT, "%s wants a number, not \"%s\"", shown, text);
    uint64_t number = strtoull(text, &end, 10);
    unsigned shift = 0;
    if (is_size && *end) {
        static const char units[] = "KMGT";
        const char *unit = strchr(units, *end & ~0x20);
        if (unit && *unit) {
            shift = 10 * (unsigned)(unit - units + 1);
            end++;
            if (strcmp(end, "iB") == 0 || strcmp(end, "B") == 0) end += strlen(end);
        }
    }
    if (*end)
        return fail(error, BF_BAD_ARGUMENT, "%s wants a %s, not \"%s\"", shown, is_size ? "size such as 512M" : "number", text);
    if (errno == ERANGE || number > UINT64_MAX >> shift) return fail(error, BF_BAD_ARGUMENT, "%s: %s is too large", shown, text);
    *value = number << shift;
    return BF_OK;
}

bf_status option_size(const char *shown, const char *text, uint64_t *value, bf_error *error)
{
    return option_number(shown, text, true, value, error);
}

static bf_status option_set(const struct option_spec *spec, const char *shown, const char *text, bf_error *error)
{
    switch (spec->kind) {
    case OPTION_FLAG:
        *(bool *)spec->value = true;
        return BF_OK;
    case OPTION_STRING:
        *(const char **)spec->value = text;
        return BF_OK;
    case OPTION_U64:
    case OPTION_SIZE:
        return option_number(shown, text, spec->kind == OPTION_SIZE, spec->value, error);
    case OPTION_DOUBLE: {
        char *end;
        double number = strtod(text, &end);
        if (end == text || *end || !isfinite(number))
            return fail(error, BF_BAD_ARGUMENT, "%s wants a number, not \"%s\"", shown, text);
        *(double *)spec->value = number;
        return BF_OK;
    }
    case OPTION_LIST: {
        struct option_list *list = spec->value;
        if (list->count == sizeof list->items / sizeof *list->items)
            return fail(error, BF_BAD_ARGUMENT, "%s may be given %zu times at most", shown, list->count);
        list->items[list->count++] = text;
        return BF_OK;
    }
    }
    return fail(error, BF_BAD_ARGUMENT, "%s is not understood", shown);
}

static const struct option_spec *option_by_name(const struct option_spec *specs, const char *name, size_t length)
{
    for (; specs->name || specs->letter; specs++)
        if (specs->name && strlen(specs->name) == length && memcmp(specs->name, name, length) == 0) return specs;
    return NULL;
}

static const struct option_spec *option_by_letter(const struct option_spec *specs, char letter)
{
    for (; specs->name || specs->letter; specs++)
        if (letter && specs->letter == letter) return specs;
    return NULL;
}

static int options_run(const struct option_spec *specs, int argc, char **argv, bool lenient, bf_error *error)
{
    int kept = 1;
    bool options_ended = false;
    for (int i = 1; i < argc; i++) {
        char *word = argv[i];
        if (options_ended || word[0] != '-' || word[1] == '\0') {
            argv[kept++] = word;
            continue;
        }
        if (strcmp(word, "--") == 0) {
            options_ended = true;
            continue;
        }
        if (word[1] == '-') {
            size_t length = strcspn(word + 2, "=");
            const struct option_spec *spec = option_by_name(specs, word + 2, length);
            if (!spec) {
                if (lenient && length == 0) {
                    argv[kept++] = word;
                    continue;
                }
                fail(error, BF_BAD_ARGUMENT, "there is no option --%.*s", (int)length, word + 2);
                return -1;
            }
            const char *value = word[2 + length] ? word + 2 + length + 1 : NULL;
            char shown[64];
            snprintf(shown, sizeof shown, "--%s", spec->name);
            if (spec->kind == OPTION_FLAG && value) {
                fail(error, BF_BAD_ARGUMENT, "%s takes no value", shown);
                return -1;
            }
            if (spec->kind != OPTION_FLAG && !value) {
                if (i + 1 == argc) {
                    fail(error, BF_BAD_ARGUMENT, "%s wants %s after it", shown, spec->argument ? spec->argument : "a value");
                    return -1;
                }
                value = argv[++i];
            }
            if (option_set(spec, shown, value, error) != BF_OK) return -1;
            continue;
        }
        if (lenient && !option_by_letter(specs, word[1])) {
            argv[kept++] = word;
            continue;
        }
        /* In a lenient table letters take a value only when the word is the letter, or the letter and a digit: "-key" is a
         * word to leave out, not -k with the value "ey". */
        if (lenient && word[2] && !(word[2] >= '0' && word[2] <= '9')) {
            argv[kept++] = word;
            continue;
        }
        for (const char *letter = word + 1; *letter; letter++) {
            const struct option_spec *spec = option_by_letter(specs, *letter);
            if (!spec) {
                fail(error, BF_BAD_ARGUMENT, "there is no option -%c", *letter);
                return -1;
            }
            char shown[8];
            snprintf(shown, sizeof shown, "-%c", *letter);
            const char *value = NULL;
            if (spec->kind != OPTION_FLAG) {
                value = letter[1] ? letter + 1 : i + 1 < argc ? argv[++i] : NULL;
                if (!value) {
                    fail(error, BF_BAD_ARGUMENT, "%s wants %s after it", shown, spec->argument ? spec->argument : "a value");
                    return -1;
                }
            }
            if (option_set(spec, shown, value, error) != BF_OK) return -1;
            if (value) break;
        }
    }
    argv[kept] = NULL;
    return kept;
}

int options_parse(const struct option_spec *specs, int argc, char **argv, bf_error *error)
{
    return options_run(specs, argc, argv, false, error);
}

int options_parse_lenient(const struct option_spec *specs, int argc, char **argv, bf_error *error)
{
    return options_run(specs, argc, argv, true, error);
}

void options_help(const struct option_spec *specs, FILE *out)
{
    for (; specs->name || specs->letter; specs++) {
        char left[64];
        int length = 0;
        if (specs->letter) length = snprintf(left, sizeof left, "-%c", specs->letter);
        else length = snprintf(left, sizeof left, "  ");
        if (specs->name)
            length += snprintf(left + length, sizeof left - (size_t)length, "%s --%s", specs->letter ? "," : " ", specs->name);
        if (specs->argument && length > 0 && (size_t)length < sizeof left)
            snprintf(left + length, sizeof left - (size_t)length, " %s", specs->argument);
        fprintf(out, "  %-28s %s\n", left, specs->help);
    }
}
