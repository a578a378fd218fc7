#include "calendar.h"

#include <stdio.h>
#include <string.h>

enum { SECONDS_A_DAY = 86400 };

/* ---- Days ---- */

/* Years are counted from March, so that the leap day ends a year, and in eras of 400 years, which all have the same
 * number of days: after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013). */
int64_t calendar_days(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct calendar_day calendar_day(int64_t days)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    struct calendar_day out = {
        .year = year_of_era + era * 400 + (month >= 10),
        .month = (int)(month < 10 ? month + 3 : month - 9),
        .day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
    };
    return out;
}

int calendar_month_length(int64_t year, int month)
{
    static const int lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return lengths[month - 1] + (month == 2 && leap);
}

bf_date calendar_date(int64_t year, int month, int day)
{
    bf_date date = {.zone = BF_ZONE_UNKNOWN};
    if (year < 1 || year > 9999 || month < 0 || month > 12 || day < 0 || (month == 0 && day != 0)) return (bf_date){0};
    if (month != 0 && day > calendar_month_length(year, month)) return (bf_date){0};
    date.precision = day ? BF_DATE_DAY : month ? BF_DATE_MONTH : BF_DATE_YEAR;
    date.seconds = calendar_days(year, month ? month : 1, day ? day : 1) * SECONDS_A_DAY;
    return date;
}

/* ---- Names ---- */

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Whether the word, in any case, is the name. */
static bool word_is(const char *word, size_t length, const char *name)
{
    size_t i = 0;
    while (i < length && name[i] && lower(word[i]) == name[i]) i++;
    return i == length && !name[i];
}

int calendar_month(bf_text word)
{
    static const char *const names[12] = {"january", "february", "march",     "april",   "may",      "june",
                                          "july",    "august",   "september", "october", "november", "december"};
    size_t length = word.length;
    if (length && word.bytes[length - 1] == '.') length--;
    for (int month = 1; month <= 12; month++) {
        char three[4] = {names[month - 1][0], names[month - 1][1], names[month - 1][2], '\0'};
        if (word_is(word.bytes, length, three) || word_is(word.bytes, length, names[month - 1])) return month;
    }
    return word_is(word.bytes, length, "sept") ? 9 : 0;
}

static bool weekday(const char *word, size_t length)
{
    static const char *const names[7] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
    for (int i = 0; i < 7; i++) {
        char three[4] = {names[i][0], names[i][1], names[i][2], '\0'};
        if (word_is(word, length, names[i]) || word_is(word, length, three)) return true;
    }
    return word_is(word, length, "tues") || word_is(word, length, "thur") || word_is(word, length, "thurs");
}

/* ---- Reading ---- */

/* What is left of the text being read. */
struct cursor {
    const char *at, *end;
};

static void skip_spaces(struct cursor *cursor)
{
    while (cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\t' || *cursor->at == '\n' || *cursor->at == '\r'))
        cursor->at++;
}

static bool take(struct cursor *cursor, char c)
{
    if (cursor->at >= cursor->end || *cursor->at != c) return false;
    cursor->at++;
    return true;
}

static size_t digits_ahead(const struct cursor *cursor)
{
    size_t count = 0;
    while (cursor->at + count < cursor->end && cursor->at[count] >= '0' && cursor->at[count] <= '9') count++;
    return count;
}

/* Takes exactly `count` digits. */
static int take_digits(struct cursor *cursor, size_t count)
{
    int value = 0;
    for (size_t i = 0; i < count; i++) value = value * 10 + (*cursor->at++ - '0');
    return value;
}

/* Takes a number of `least` to `most` digits, -1 when there is none such. */
static int take_number(struct cursor *cursor, size_t least, size_t most)
{
    size_t count = digits_ahead(cursor);
    return count < least || count > most ? -1 : take_digits(cursor, count);
}

static bf_text take_word(struct cursor *cursor)
{
    const char *start = cursor->at;
    while (cursor->at < cursor->end && letter(*cursor->at)) cursor->at++;
    return (bf_text){start, (size_t)(cursor->at - start)};
}

/* A date as it is put together: month, day and time of day may be absent. */
struct parts {
    int year, month, day;
    bool has_time;
    int hour, minute, second;
    int zone; /* minutes, or BF_ZONE_UNKNOWN */
};

/* "Z", "+09:00", "-0500", "+09", "GMT", "EST" and their like (RFC 5322, section 4.3). False: something else stands there. */
static bool take_zone(struct cursor *cursor, struct parts *parts)
{
    static const struct { const char *name; int minutes; } zones[] = {
        {"z", 0}, {"utc", 0}, {"gmt", 0}, {"ut", 0}, {"edt", -240}, {"est", -300}, {"cdt", -300}, {"cst", -360},
        {"mdt", -360}, {"mst", -420}, {"pdt", -420}, {"pst", -480}, {"bst", 60}, {"cet", 60}, {"cest", 120}, {"jst", 540},
    };
    if (cursor->at >= cursor->end) return true;
    bool east = *cursor->at == '+';
    if (east || *cursor->at == '-') {
        cursor->at++;
        size_t count = digits_ahead(cursor);
        if (count != 2 && count != 4) return false;
        int hours = take_digits(cursor, 2), minutes = 0;
        if (count == 4) {
            minutes = take_digits(cursor, 2);
        } else if (take(cursor, ':')) {
            minutes = take_number(cursor, 2, 2);
        }
        if (hours > 23 || minutes < 0 || minutes > 59) return false;
        /* RFC 5322, section 3.3: -0000 says that nothing is known of the zone. */
        bool unknown = !east && hours == 0 && minutes == 0;
        parts->zone = unknown ? BF_ZONE_UNKNOWN : east ? hours * 60 + minutes : -(hours * 60 + minutes);
    } else {
        bf_text word = take_word(cursor);
        size_t i = 0, count = sizeof zones / sizeof *zones;
        while (i < count && !word_is(word.bytes, word.length, zones[i].name)) i++;
        if (i == count) return false;
        parts->zone = zones[i].minutes;
    }
    skip_spaces(cursor);
    if (take(cursor, '(')) { /* a comment, as mail programs add: "+0100 (CET)" */
        while (cursor->at < cursor->end && *cursor->at != ')') cursor->at++;
        if (!take(cursor, ')')) return false;
    }
    return true;
}

/* "15:01", "15:01:01", "15:01:01.79", "3:01 p.m.", then a zone or nothing. */
static bool take_time(struct cursor *cursor, struct parts *parts)
{
    parts->has_time = true;
    parts->hour = take_number(cursor, 1, 2);
    if (parts->hour < 0 || !take(cursor, ':')) return false;
    parts->minute = take_number(cursor, 2, 2);
    if (parts->minute < 0) return false;
    if (take(cursor, ':')) {
        parts->second = take_number(cursor, 2, 2);
        if (parts->second < 0) return false;
        if (take(cursor, '.') || take(cursor, ',')) {
            size_t count = digits_ahead(cursor);
            if (count == 0) return false;
            cursor->at += count; /* a date is kept to the second */
        }
    }
    skip_spaces(cursor);
    struct cursor before = *cursor;
    bf_text word = take_word(cursor);
    bool afternoon = word.length && lower(word.bytes[0]) == 'p', morning = word.length && lower(word.bytes[0]) == 'a';
    bool half = morning || afternoon;
    if (half && word.length == 1 && take(cursor, '.') && cursor->at < cursor->end && lower(*cursor->at) == 'm') {
        cursor->at++;
        take(cursor, '.');
    } else if (!(half && word.length == 2 && lower(word.bytes[1]) == 'm')) {
        *cursor = before;
        morning = afternoon = false;
    }
    if (morning || afternoon) {
        if (parts->hour < 1 || parts->hour > 12) return false;
        parts->hour = parts->hour % 12 + (afternoon ? 12 : 0);
        skip_spaces(cursor);
    }
    return take_zone(cursor, parts);
}

/* ISO 8601 calendar dates, with dashes, slashes, or nothing between. */
static bool parse_iso(struct cursor cursor, struct parts *parts)
{
    size_t count = digits_ahead(&cursor);
    bool basic = count == 8;
    if (count != 4 && !basic) return false;
    parts->year = take_digits(&cursor, 4);
    if (basic) {
        parts->month = take_digits(&cursor, 2);
        parts->day = take_digits(&cursor, 2);
        if (parts->month == 0 || parts->day == 0) return false;
    } else if (cursor.at < cursor.end && (*cursor.at == '-' || *cursor.at == '/')) {
        char separator = *cursor.at++;
        parts->month = take_number(&cursor, 2, 2);
        if (parts->month < 1) return false;
        if (take(&cursor, separator)) {
            parts->day = take_number(&cursor, 2, 2);
            if (parts->day < 1) return false;
        }
    }
    if (cursor.at == cursor.end) return true;
    if (parts->day == 0) return false;
    if (!take(&cursor, 'T') && !take(&cursor, 't') && !take(&cursor, ' ')) return false;
    skip_spaces(&cursor);
    count = digits_ahead(&cursor);
    if (count == 4 || count == 6) { /* the basic form of a time */
        parts->has_time = true;
        parts->hour = take_digits(&cursor, 2);
        parts->minute = take_digits(&cursor, 2);
        parts->second = count == 6 ? take_digits(&cursor, 2) : 0;
        if (!take_zone(&cursor, parts)) return false;
    } else if (!take_time(&cursor, parts)) {
        return false;
    }
    return cursor.at == cursor.end;
}

static void take_separators(struct cursor *cursor)
{
    while (cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\t' || *cursor->at == ',' || *cursor->at == '-' ||
                                        *cursor->at == '.' || *cursor->at == '\n' || *cursor->at == '\r'))
        cursor->at++;
}

static int take_month(struct cursor *cursor)
{
    bf_text word = take_word(cursor);
    take(cursor, '.');
    return calendar_month(word);
}

/* A year of four digits, or of two as RFC 5322, section 4.3 reads them. */
static bool take_year(struct cursor *cursor, bool two_digits, struct parts *parts)
{
    size_t count = digits_ahead(cursor);
    if (count != 4 && !(two_digits && count == 2)) return false;
    parts->year = take_digits(cursor, count);
    if (count == 2) parts->year += parts->year < 50 ? 2000 : 1900;
    return true;
}

/* Dates with the month's name: "Thu, 26 Feb 1987 15:01:01 +0000", "26-FEB-1987 15:01", "February 26, 1987", "Feb 1987". */
static bool parse_named(struct cursor cursor, struct parts *parts)
{
    struct cursor start = cursor;
    bf_text word = take_word(&cursor);
    if (weekday(word.bytes, word.length)) {
        take_separators(&cursor);
    } else {
        cursor = start;
    }
    size_t count = digits_ahead(&cursor);
    if (count == 1 || count == 2) {
        parts->day = take_digits(&cursor, count);
        take_separators(&cursor);
        parts->month = take_month(&cursor);
        take_separators(&cursor);
        if (parts->day == 0 || parts->month == 0 || !take_year(&cursor, true, parts)) return false;
    } else {
        parts->month = take_month(&cursor);
        if (parts->month == 0) return false;
        take_separators(&cursor);
        count = digits_ahead(&cursor);
        if (count == 1 || count == 2) {
            parts->day = take_digits(&cursor, count);
            if (parts->day == 0) return false;
            take_separators(&cursor);
        }
        if (!take_year(&cursor, false, parts)) return false;
    }
    if (cursor.at < cursor.end && *cursor.at != ' ' && *cursor.at != '\t' && *cursor.at != ',') return false;
    take_separators(&cursor);
    if (cursor.at == cursor.end) return true;
    if (parts->day == 0) return false;
    struct cursor before = cursor;
    word = take_word(&cursor); /* "February 26, 1987 at 3:01 PM" */
    if (word_is(word.bytes, word.length, "at")) {
        skip_spaces(&cursor);
    } else {
        cursor = before;
    }
    return take_time(&cursor, parts) && cursor.at == cursor.end;
}

bf_status bf_date_parse(bf_text text, bf_date *date)
{
    if (text.length == 0) return BF_NOT_FOUND; /* and perhaps no bytes to add a length to */
    struct cursor cursor = {text.bytes, text.bytes + text.length};
    skip_spaces(&cursor);
    while (cursor.end > cursor.at && (cursor.end[-1] == ' ' || cursor.end[-1] == '\t' || cursor.end[-1] == '\n' ||
                                      cursor.end[-1] == '\r'))
        cursor.end--;
    if (cursor.at == cursor.end) return BF_NOT_FOUND;
    struct parts parts = {.zone = BF_ZONE_UNKNOWN};
    if (!parse_iso(cursor, &parts)) {
        parts = (struct parts){.zone = BF_ZONE_UNKNOWN};
        if (!parse_named(cursor, &parts)) return BF_NOT_FOUND;
    }
    bf_date found = calendar_date(parts.year, parts.month, parts.day);
    if (found.precision == BF_DATE_NONE) return BF_NOT_FOUND;
    if (parts.has_time) {
        bool midnight = parts.hour == 24 && parts.minute == 0 && parts.second == 0;
        if ((parts.hour > 23 && !midnight) || parts.minute > 59 || parts.second > 60) return BF_NOT_FOUND;
        found.precision = BF_DATE_SECOND;
        found.seconds += parts.hour * 3600 + parts.minute * 60 + parts.second;
        found.zone = (int16_t)parts.zone;
        if (parts.zone != BF_ZONE_UNKNOWN) found.seconds -= parts.zone * 60;
    }
    *date = found;
    return BF_OK;
}

/* ---- Writing ---- */

size_t bf_date_format(bf_date date, char text[BF_DATE_TEXT_SIZE])
{
    int length = 0;
    bool zoned = date.precision == BF_DATE_SECOND && date.zone != BF_ZONE_UNKNOWN;
    int64_t local;
    text[0] = '\0';
    if (__builtin_add_overflow(date.seconds, zoned ? (int64_t)date.zone * 60 : 0, &local)) local = date.seconds;
    int64_t days = local / SECONDS_A_DAY - (local % SECONDS_A_DAY < 0);
    int of_day = (int)(local - days * SECONDS_A_DAY);
    struct calendar_day day = calendar_day(days);
    switch (date.precision) {
    case BF_DATE_YEAR:
        length = snprintf(text, BF_DATE_TEXT_SIZE, "%04lld", (long long)day.year);
        break;
    case BF_DATE_MONTH:
        length = snprintf(text, BF_DATE_TEXT_SIZE, "%04lld-%02d", (long long)day.year, day.month);
        break;
    case BF_DATE_DAY:
        length = snprintf(text, BF_DATE_TEXT_SIZE, "%04lld-%02d-%02d", (long long)day.year, day.month, day.day);
        break;
    case BF_DATE_SECOND:
        length = snprintf(text, BF_DATE_TEXT_SIZE, "%04lld-%02d-%02dT%02d:%02d:%02d", (long long)day.year, day.month, day.day,
                          of_day / 3600, of_day / 60 % 60, of_day % 60);
        break;
    default:
        break;
    }
    if (length < 0) length = 0;
    if (length >= BF_DATE_TEXT_SIZE) length = BF_DATE_TEXT_SIZE - 1;
    if (zoned) {
        size_t room = BF_DATE_TEXT_SIZE - (size_t)length;
        int minutes = date.zone < 0 ? -date.zone : date.zone;
        char sign = date.zone < 0 ? '-' : '+';
        int more = minutes == 0 ? snprintf(text + length, room, "Z")
                                : snprintf(text + length, room, "%c%02d:%02d", sign, minutes / 60, minutes % 60);
        if (more > 0) length += (size_t)more < room ? more : (int)room - 1;
    }
    return (size_t)length;
}
