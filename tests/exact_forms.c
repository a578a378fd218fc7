#include "exact_forms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool exact_words_cut(const char *query, struct arena *arena, struct exact_words *words)
{
    words->count = 0;
    while (*query) {
        size_t length = 0;
        while ((query[length] & 0x80) || isalnum((unsigned char)query[length])) length++;
        if (length) {
            if (words->count == EXACT_WORDS) return false;
            char *word = arena_copy(arena, query, length);
            assert_non_null(word);
            for (size_t i = 0; i < length; i++) /* so that no word is an operator */
                if (word[i] >= 'A' && word[i] <= 'Z') word[i] = (char)(word[i] - 'A' + 'a');
            words->words[words->count++] = word;
        }
        query += length;
        if (*query && !length) query++;
    }
    return true;
}

/* ---- Filters ---- */

struct term_choice {
    struct arena *arena;
    struct exact_filters *filters;
    const char *field;
    uint64_t articles, seen;
};

/* Terms that some articles have, but not too few; every so many of them, so that the alphabet's end has its chance. */
static bf_status choose_term(void *context, bf_text term, uint64_t df, uint64_t cf)
{
    struct term_choice *choice = context;
    char clause[400];
    (void)cf;
    if (df < choice->articles / 500 + 2) return BF_OK;
    uint64_t number = choice->seen++;
    if (number % 3 == 2 || choice->filters->field_count == EXACT_FILTERS) return BF_OK;
    snprintf(clause, sizeof clause, "%s:\"%.*s\"", choice->field, (int)term.length, term.bytes);
    choice->filters->fields[choice->filters->field_count++] = arena_copy(choice->arena, clause, strlen(clause));
    return BF_OK;
}

static bf_date date_between(bf_date first, bf_date last, uint32_t part, uint32_t parts)
{
    return (bf_date){first.seconds + (last.seconds - first.seconds) / parts * part, BF_ZONE_UNKNOWN, BF_DATE_DAY};
}

void exact_filters_find(bf_searcher *searcher, struct arena *arena, struct exact_filters *filters)
{
    static const char *const fields[] = {"section", "place", "keywords", "source"};
    bf_stats stats;
    bf_error error = {0};
    *filters = (struct exact_filters){0};
    if (bf_searcher_stats(searcher, &stats, &error) != BF_OK) fail_msg("%s", error.message);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        struct term_choice choice = {arena, filters, fields[i], stats.articles, 0};
        if (bf_searcher_each_term(searcher, fields[i], choose_term, &choice, &error) != BF_OK) fail_msg("%s", error.message);
    }
    if (!stats.first.precision) return;
    for (uint32_t i = 0; i < 12; i++) { /* from a twelfth of the time to all of it */
        char from[BF_DATE_TEXT_SIZE], to[BF_DATE_TEXT_SIZE], clause[100];
        bf_date_format(date_between(stats.first, stats.last, i, 12), from);
        bf_date_format(date_between(stats.first, stats.last, i + 1 + i % 4, 12), to);
        snprintf(clause, sizeof clause, i % 3 ? "date:%.10s..%.10s" : i % 2 ? "date:%.10s.." : "date:..%.10s", from, to);
        filters->dates[filters->date_count++] = arena_copy(arena, clause, strlen(clause));
    }
}

/* ---- Forms ---- */

/*
 * In a form $w are all words, $a $b the first and the second, $z the last; $c all after the second, $r all but the first, $i all
 * but the last; $d a date, $f another field's clause. `least`: words it takes.
 */
static const struct form {
    const char *text;
    uint32_t least;
    bool all, plain;
} forms[] = {
    {"$w", 1, false, true},
    {"$w", 2, true, true},
    {"$a", 2, false, true},
    {"\"$w\"", 2, false, false},
    {"+$a $r", 2, false, false},
    {"$i -$z", 2, false, false},
    {"+$a $c -$b", 2, false, false},
    {"title:$a $r", 1, false, false},
    {"$a +title:$z", 2, false, false},
    {"body:$a $r", 2, false, false},
    {"\"$a $b\" $c", 3, false, false},
    {"+\"$a $b\" $c", 3, false, false},
    {"$w \"$w\"", 2, false, false},
    {"$a -\"$a $b\" $c", 2, false, false},
    {"title:\"$a $b\" $w", 2, false, false},
    {"$a^3.5 $r", 2, false, false},
    {"$a^0.1 \"$a $b\"^2 $c", 2, false, false},
    {"=$a $r", 1, false, false},
    {"=\"$w\"", 2, false, false},
    {"+=$a $b \"=$z $a\"", 2, false, false},
    {"\"$w\"~0", 2, false, false},
    {"\"$w\"~8", 2, false, false},
    {"\"$w\"~300", 2, false, false},
    {"+\"$z $a\"~5 $b", 2, false, false},
    {"\"$a $b\"~10^2 $w -\"$b $a\"~0", 2, false, false},
    {"=\"$w\"~4", 2, false, false},
    {"title:\"$a $b\"~6 body:\"$a $b $a\"~20 $c", 2, false, false},
    {"$d $w", 1, false, false},
    {"$d +$a $r", 2, false, false},
    {"$w -$d", 1, false, false},
    {"+$f $w", 1, false, false},
    {"$f $w", 1, false, false},
    {"$w -$f", 1, false, false},
    {"$d +$f \"$w\"", 2, false, false},
    {"$a AND ($r)", 2, false, false},
    {"($i) AND NOT $z", 2, false, false},
    {"+($a $b) $c -title:$a", 2, false, false},
    {"($a OR \"$b $z\") AND ($r)", 3, false, false},
    {"$w $w $w title:$a", 1, false, false},
};

size_t exact_form_count(void)
{
    return sizeof forms / sizeof *forms;
}

static void append_range(const struct exact_words *words, uint32_t first, uint32_t end, struct buffer *text)
{
    for (uint32_t i = first; i < end && i < words->count; i++) {
        if (i > first) buffer_append_u8(text, ' ');
        buffer_append_string(text, words->words[i]);
    }
}

const char *exact_form(size_t number, const struct exact_words *words, const struct exact_filters *filters, uint32_t filter,
                       struct buffer *text, bf_search_options *options)
{
    const struct form *form = &forms[number];
    if (words->count < form->least) return NULL;
    options->match_all_words = form->all;
    options->plain_query = form->plain;
    buffer_clear(text);
    for (const char *c = form->text; *c; c++) {
        if (*c != '$') {
            buffer_append_u8(text, (uint8_t)*c);
            continue;
        }
        switch (*++c) {
        case 'w': append_range(words, 0, words->count, text); break;
        case 'a': append_range(words, 0, 1, text); break;
        case 'b': append_range(words, 1, 2, text); break;
        case 'c': append_range(words, 2, words->count, text); break;
        case 'r': append_range(words, 1, words->count, text); break;
        case 'i': append_range(words, 0, words->count - 1, text); break;
        case 'z': append_range(words, words->count - 1, words->count, text); break;
        case 'd':
            if (!filters->date_count) return NULL;
            buffer_append_string(text, filters->dates[filter % filters->date_count]);
            break;
        case 'f':
            if (!filters->field_count) return NULL;
            buffer_append_string(text, filters->fields[filter % filters->field_count]);
            break;
        default: fail_msg("form %s", form->text);
        }
    }
    return buffer_string(text);
}
