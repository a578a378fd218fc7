#include "query_date.h"

#include "calendar.h"

#include <stdio.h>
#include <string.h>

enum { SECONDS_A_DAY = 86400 };

/* The first second after the year, month, day or second that begins at `date`. */
static int64_t date_end(bf_date date)
{
    int64_t days = date.seconds / SECONDS_A_DAY - (date.seconds % SECONDS_A_DAY < 0);
    struct calendar_day day = calendar_day(days);
    switch (date.precision) {
    case BF_DATE_YEAR: return calendar_days(day.year + 1, 1, 1) * SECONDS_A_DAY;
    case BF_DATE_MONTH: return date.seconds + (int64_t)calendar_month_length(day.year, day.month) * SECONDS_A_DAY;
    case BF_DATE_DAY: return date.seconds + SECONDS_A_DAY;
    default: return date.seconds + 1;
    }
}

static bool end_read(const char *text, size_t length, bf_date *date)
{
    while (length > 0 && *text == ' ') text++, length--;
    while (length > 0 && text[length - 1] == ' ') length--;
    *date = (bf_date){0};
    if (length == 0) return true;
    return bf_date_parse((bf_text){text, length}, date) == BF_OK && date->precision != BF_DATE_NONE;
}

bool query_date_read(const char *text, size_t length, int64_t *from, int64_t *to, char canonical[QUERY_DATE_SIZE],
                     struct query_notes *notes)
{
    const char *dots = memmem(text, length, "..", 2);
    bf_date first, last;
    char first_text[BF_DATE_TEXT_SIZE], last_text[BF_DATE_TEXT_SIZE];
    size_t first_length = dots ? (size_t)(dots - text) : length;
    if (!end_read(text, first_length, &first)) return false;
    if (!dots) {
        if (first.precision == BF_DATE_NONE) return false;
        last = first;
    } else if (!end_read(dots + 2, length - first_length - 2, &last)) {
        return false;
    }
    if (first.precision == BF_DATE_NONE && last.precision == BF_DATE_NONE) return false;
    if (first.precision != BF_DATE_NONE && last.precision != BF_DATE_NONE && date_end(last) <= first.seconds) {
        bf_date swapped = first;
        first = last;
        last = swapped;
        query_note(notes, "the dates of a range were the wrong way round; they are turned");
    }
    *from = first.precision == BF_DATE_NONE ? INT64_MIN : first.seconds;
    *to = last.precision == BF_DATE_NONE ? INT64_MAX : date_end(last);
    bf_date_format(first, first_text);
    bf_date_format(last, last_text);
    snprintf(canonical, QUERY_DATE_SIZE, "%s%s%s", first_text, dots ? ".." : "", dots ? last_text : "");
    return true;
}
