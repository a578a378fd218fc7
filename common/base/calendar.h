/*
 * The proleptic Gregorian calendar, and dates as people and programs write them. bf_date_parse and bf_date_format of
 * the public header are in calendar.c.
 */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include "backfile.h"

struct calendar_day {
    int64_t year;
    int month; /* 1 to 12 */
    int day;   /* 1 to 31 */
};

/* Days from 1970-01-01 to the day; negative before it. The day must exist. */
int64_t calendar_days(int64_t year, int month, int day);

/* The day that stands so many days after 1970-01-01. */
struct calendar_day calendar_day(int64_t days);

int calendar_month_length(int64_t year, int month);

/* The month an English name or its usual abbreviation stands for ("January", "jan", "Jan.", "Sept"), in any case; 0: none. */
int calendar_month(bf_text word);

/* A date to a day's, month's (day 0) or year's (month 0) precision; precision BF_DATE_NONE when there is no such day.
 * Years 1 to 9999. */
bf_date calendar_date(int64_t year, int month, int day);

#endif
