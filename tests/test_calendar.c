/* Dates: what is understood, to which precision, and that writing and reading agree. */
#include "calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static bf_text text_of(const char *string)
{
    return (bf_text){string, strlen(string)};
}

static void test_days(void **state)
{
    (void)state;
    assert_int_equal(calendar_days(1970, 1, 1), 0);
    assert_int_equal(calendar_days(2000, 3, 1), 11017);
    assert_int_equal(calendar_days(1969, 12, 31), -1);
    int64_t days = calendar_days(1, 1, 1);
    for (int64_t year = 1; year <= 9999; year += year < 1890 || year > 2110 ? 37 : 1) {
        days = calendar_days(year, 1, 1);
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= calendar_month_length(year, month); day++, days++) {
                assert_int_equal(calendar_days(year, month, day), days);
                struct calendar_day back = calendar_day(days);
                assert_int_equal(back.year, year);
                assert_int_equal(back.month, month);
                assert_int_equal(back.day, day);
            }
        }
        assert_int_equal(calendar_days(year + 1, 1, 1), days);
    }
}

static void test_understood(void **state)
{
    (void)state;
    /* as written, as written back: "" when it is no date */
    static const char *const cases[][2] = {
        {"2007", "2007"},
        {"2007-03", "2007-03"},
        {"2007-03-01", "2007-03-01"},
        {"2007/03/01", "2007-03-01"},
        {"20070301", "2007-03-01"},
        {"0001-01-01", "0001-01-01"},
        {"9999-12-31", "9999-12-31"},
        {"1900-02-29", ""},
        {"2000-02-29", "2000-02-29"},
        {" 2007-03-01 \n", "2007-03-01"},
        {"2007-03-01T18:15:00Z", "2007-03-01T18:15:00Z"},
        {"2007-03-01T18:15:00", "2007-03-01T18:15:00"},
        {"2007-03-01 18:15", "2007-03-01T18:15:00"},
        {"2007-03-01T18:15:00.123456Z", "2007-03-01T18:15:00Z"},
        {"2007-03-01T18:15:00+09:00", "2007-03-01T18:15:00+09:00"},
        {"2007-03-01T01:15:00-0530", "2007-03-01T01:15:00-05:30"},
        {"2007-03-01T01:15:00+05", "2007-03-01T01:15:00+05:00"},
        {"20070301T181500Z", "2007-03-01T18:15:00Z"},
        {"20070301T1815", "2007-03-01T18:15:00"},
        {"2007-12-31T24:00:00Z", "2008-01-01T00:00:00Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
        {"Thu, 26 Feb 1987 15:01:01 +0000", "1987-02-26T15:01:01Z"},
        {"Thu, 26 Feb 1987 15:01:01 -0000", "1987-02-26T15:01:01"},
        {"26 Feb 87 15:01 EST", "1987-02-26T15:01:00-05:00"},
        {"Fri, 21 Nov 1997 09:55:06 -0600 (CST)", "1997-11-21T09:55:06-06:00"},
        {"26-FEB-1987 15:01:01.79", "1987-02-26T15:01:01"},
        {" 2-MAR-1987 15:01:01.79", "1987-03-02T15:01:01"},
        {"26-FEB-1987", "1987-02-26"},
        {"February 26, 1987", "1987-02-26"},
        {"Feb. 26, 1987", "1987-02-26"},
        {"Sept. 6, 1987", "1987-09-06"},
        {"FEBRUARY 26 1987", "1987-02-26"},
        {"26 February 1987", "1987-02-26"},
        {"Thursday, February 26, 1987", "1987-02-26"},
        {"February 26, 1987, 3:01 PM EST", "1987-02-26T15:01:00-05:00"},
        {"February 26, 1987 at 12:30 a.m.", "1987-02-26T00:30:00"},
        {"February 1987", "1987-02"},
        {"May 5, 2004", "2004-05-05"},
        {"", ""},
        {"   ", ""},
        {"soon", ""},
        {"Tuesday", ""},
        {"2007-13", ""},
        {"2007-00-01", ""},
        {"2007-02-30", ""},
        {"0000", ""},
        {"20071", ""},
        {"200703", ""},
        {"2007-3-1", ""},
        {"20070001", ""},
        {"2007-03T10:00:00", ""},
        {"2007-03-01T25:00:00", ""},
        {"2007-03-01T24:00:01", ""},
        {"2007-03-01T10:61:00", ""},
        {"2007-03-01T10:00:61", ""},
        {"2007-03-01T10:00:00+24:00", ""},
        {"2007-03-01T10:00:00 nowhere", ""},
        {"2007-03-01T", ""},
        {"2007-03-01T10", ""},
        {"2007-03-01 and more", ""},
        {"February 30, 1987", ""},
        {"Feb 26", ""},
        {"31 April 1987", ""},
        {"Marching 26, 1987", ""},
        {"February 26, 1987x", ""},
        {"February 26, 1987 13:00 PM", ""},
        {"01/30/03", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bf_date date = {.seconds = 12345, .precision = 77};
        char back[BF_DATE_TEXT_SIZE] = "";
        bf_status status = bf_date_parse(text_of(cases[i][0]), &date);
        if (status == BF_OK) {
            size_t length = bf_date_format(date, back);
            assert_int_equal(length, strlen(back));
        } else {
            assert_int_equal(status, BF_NOT_FOUND);
            assert_int_equal(date.seconds, 12345);
        }
        if (strcmp(back, cases[i][1]) != 0) fail_msg("\"%s\" gave \"%s\", not \"%s\"", cases[i][0], back, cases[i][1]);
    }
}

static void test_instants(void **state)
{
    (void)state;
    bf_date date;
    assert_int_equal(bf_date_parse(text_of("2007-03-01T18:15:00+09:00"), &date), BF_OK);
    assert_int_equal(date.seconds, 1172740500);
    assert_int_equal(date.zone, 540);
    assert_int_equal(date.precision, BF_DATE_SECOND);
    assert_int_equal(bf_date_parse(text_of("1969-12-31"), &date), BF_OK);
    assert_int_equal(date.seconds, -86400);
    assert_int_equal(date.zone, BF_ZONE_UNKNOWN);
    assert_int_equal(date.precision, BF_DATE_DAY);
    assert_int_equal(bf_date_parse(text_of("1987"), &date), BF_OK);
    assert_int_equal(date.seconds, 536457600);
    assert_int_equal(date.precision, BF_DATE_YEAR);
    assert_int_equal(bf_date_parse((bf_text){NULL, 0}, &date), BF_NOT_FOUND);
}

static void test_months(void **state)
{
    (void)state;
    assert_int_equal(calendar_month(text_of("January")), 1);
    assert_int_equal(calendar_month(text_of("FEb")), 2);
    assert_int_equal(calendar_month(text_of("Dec.")), 12);
    assert_int_equal(calendar_month(text_of("sept")), 9);
    assert_int_equal(calendar_month(text_of("ma")), 0);
    assert_int_equal(calendar_month(text_of("marches")), 0);
    assert_int_equal(calendar_month(text_of("")), 0);
    assert_int_equal(calendar_date(2023, 2, 29).precision, BF_DATE_NONE);
    assert_int_equal(calendar_date(2024, 2, 29).precision, BF_DATE_DAY);
    assert_int_equal(calendar_date(2024, 0, 1).precision, BF_DATE_NONE);
    assert_int_equal(calendar_date(2024, 0, 0).precision, BF_DATE_YEAR);
}

/* Whatever a date holds, writing it stays within the size; what can be written within the years 1 to 9999 reads back. */
static void test_any_date(void **state)
{
    (void)state;
    uint64_t seed = (uint64_t)time(NULL), x = seed | 1;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < 200000; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        bool wild = i % 4 == 0;
        bf_date date = {.seconds = wild ? (int64_t)x : (int64_t)(x % 315000000000ULL) - 62000000000LL,
                        .precision = (uint8_t)((x >> 40) % (wild ? 256 : 5))};
        date.zone = wild ? (int16_t)(x >> 20) : (int16_t)((int)((x >> 20) % 2878) - 1439);
        if (i % 7 == 0) date.zone = BF_ZONE_UNKNOWN;
        char text[BF_DATE_TEXT_SIZE + 1], again[BF_DATE_TEXT_SIZE];
        text[BF_DATE_TEXT_SIZE] = '#';
        size_t length = bf_date_format(date, text);
        assert_true(length < BF_DATE_TEXT_SIZE);
        assert_int_equal(strlen(text), length);
        assert_int_equal(text[BF_DATE_TEXT_SIZE], '#');
        if (wild || date.precision == BF_DATE_NONE) continue;
        bf_date back;
        if (bf_date_parse((bf_text){text, length}, &back) != BF_OK) fail_msg("\"%s\" can't be read back", text);
        bf_date_format(back, again);
        assert_string_equal(text, again);
        assert_int_equal(back.precision, date.precision);
        if (date.precision == BF_DATE_SECOND) assert_int_equal(back.seconds, date.seconds);
    }
    assert_int_equal(bf_date_format((bf_date){0}, (char[BF_DATE_TEXT_SIZE]){0}), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days),      cmocka_unit_test(test_understood), cmocka_unit_test(test_instants),
        cmocka_unit_test(test_months),    cmocka_unit_test(test_any_date),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
