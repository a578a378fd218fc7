/* Wire text, plain text, datelines and encodings. */
#include "charset.h"
#include "dateline.h"
#include "reader_harness.h"
#include "sniff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bf_text text_of(const char *string)
{
    return (bf_text){string, strlen(string)};
}

/* ---- Datelines ---- */

static void test_datelines(void **state)
{
    (void)state;
    /* text, place, agency, date as YYYY-MM-DD with 0000 for an unknown year, and what follows; place NULL: no dateline */
    static const struct { const char *text, *place, *source, *date, *rest; } cases[] = {
        {"TOKYO, Jan. 5 (Kyodo) -- Japan said", "TOKYO", "Kyodo", "0000-01-05", "Japan said"},
        {"TOKYO (Reuters) - Japan said", "TOKYO", "Reuters", "", "Japan said"},
        {"TOKYO, Jan 5 (Kyodo) – Japan", "TOKYO", "Kyodo", "0000-01-05", "Japan"},
        {"PARIS/LONDON (AP) — The", "PARIS/LONDON", "AP", "", "The"},
        {"WASHINGTON, D.C. — The", "WASHINGTON, D.C.", "", "", "The"},
        {"ANCHORAGE, Alaska (Reuters) - Exxon", "ANCHORAGE, Alaska", "Reuters", "", "Exxon"},
        {"    SALVADOR, Feb 26 - Showers", "SALVADOR", "", "0000-02-26", "Showers"},
        {"BOULDER, Colo., March 11 - ", "BOULDER, Colo.", "", "0000-03-11", ""},
        {"RICHMOND, Va. Feb 26 -\n", "RICHMOND, Va.", "", "0000-02-26", "\n"},
        {"Toronto, Feb 26 - A company", "Toronto", "", "0000-02-26", "A company"},
        {"AMSTERDAM, 2 March - Dutch", "AMSTERDAM", "", "0000-03-02", "Dutch"},
        {"WASHINGTON, FEb 26 - x", "WASHINGTON", "", "0000-02-26", "x"},
        {"Beijing (Xinhua) -- China", "Beijing", "Xinhua", "", "China"},
        {"NEW YORK, March 2, 2004 /PRNewswire/ -- A", "NEW YORK", "PRNewswire", "2004-03-02", "A"},
        {"NEW YORK, 2 March 2004 (Reuters) - A", "NEW YORK", "Reuters", "2004-03-02", "A"},
        {"GENEVA, Tuesday (AFP) - A", "GENEVA", "AFP", "", "A"},
        {"[TOKYO, Jan 5, Kyodo] The", "TOKYO", "Kyodo", "0000-01-05", "The"},
        {"TOKYO, Jan. 5 [Kyodo] -- The", "TOKYO", "Kyodo", "0000-01-05", "The"},
        {"SYDNEY (AP) The government", "SYDNEY", "AP", "", "The government"},
        {"SYDNEY, May 4 (Wire) The government", "SYDNEY", "Wire", "0000-05-04", "The government"},
        {"BERLIN, 5. Januar (dpa) - Die", "BERLIN", "dpa", "0000-01-05", "Die"},
        {"PARIS, 14 juillet (AFP) - Le", "PARIS", "AFP", "0000-07-14", "Le"},
        {"MADRID, 5 de enero (EFE) - El", "MADRID", "EFE", "0000-01-05", "El"},
        {"ZÜRICH (sda) – Der", "ZÜRICH", "sda", "", "Der"},
        {"МОСКВА (Reuters) - Текст", "МОСКВА", "Reuters", "", "Текст"},
        {"القاهرة (رويترز) - قال", "القاهرة", "رويترز", "", "قال"},
        {"【ワシントン共同】米", "ワシントン", "共同", "", "米"},
        {"ABOARD AIR FORCE ONE (AP) - The", "ABOARD AIR FORCE ONE", "AP", "", "The"},
        {"WINSTON-SALEM, N.C. (AP) - A", "WINSTON-SALEM, N.C.", "AP", "", "A"},
        {"McLEAN, Va. (AP) - A", "McLEAN, Va.", "AP", "", "A"},
        {"UNITED NATIONS--The", "UNITED NATIONS", "", "", "The"},
        {"NEW YORK - ", "NEW YORK", "", "", ""},
        {"TARVIN, 3 May (Meridian Wire) -- The", "TARVIN", "Meridian Wire", "0000-05-03", "The"},
        {"IBM (IBM.N) - The company", NULL, NULL, NULL, NULL},
        {"IBM - The company", NULL, NULL, NULL, NULL},
        {"UPDATE - The company", NULL, NULL, NULL, NULL},
        {"Apple Inc (AAPL.O) - said", NULL, NULL, NULL, NULL},
        {"The weather - which was bad - changed", NULL, NULL, NULL, NULL},
        {"Japan said on Tuesday", NULL, NULL, NULL, NULL},
        {"TOKYO", NULL, NULL, NULL, NULL},
        {"TOKYO, Feb 31 - A", NULL, NULL, NULL, NULL},
        {"LIST------ A", NULL, NULL, NULL, NULL},
        {"NATO (the North Atlantic Treaty Organisation) - A", NULL, NULL, NULL, NULL},
        {"A1 TOKYO - x", NULL, NULL, NULL, NULL},
        {"- TOKYO", NULL, NULL, NULL, NULL},
        {"", NULL, NULL, NULL, NULL},
        {"   ", NULL, NULL, NULL, NULL},
        {"(AP) - A", "", "AP", "", "A"},
        {"(Nobody) - A", NULL, NULL, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dateline line;
        bf_text text = text_of(cases[i].text);
        bool found = dateline_parse(text, &line);
        if (found != (cases[i].place != NULL)) fail_msg("\"%s\" is %s dateline", cases[i].text, found ? "a" : "no");
        if (!found) continue;
        char date[16] = "";
        if (line.month) snprintf(date, sizeof date, "%04d-%02d-%02d", line.year, line.month, line.day);
        assert_int_equal(line.place.length, strlen(cases[i].place));
        assert_memory_equal(line.place.bytes, cases[i].place, line.place.length);
        if (line.source.length != strlen(cases[i].source)) fail_msg("\"%s\": agency", cases[i].text);
        if (line.source.length) assert_memory_equal(line.source.bytes, cases[i].source, line.source.length);
        assert_string_equal(date, cases[i].date);
        assert_string_equal(text.bytes + line.length, cases[i].rest);
    }
}

static void test_dateline_lines(void **state)
{
    (void)state;
    static const struct { const char *line, *place; } cases[] = {
        {"TOKYO", "TOKYO"},
        {"TOKYO, Jan. 5 (Kyodo)", "TOKYO"},
        {"WASHINGTON, D.C.", "WASHINGTON, D.C."},
        {"NEW YORK, March 2 --", "NEW YORK"},
        {"Tokyo", NULL},
        {"TOKYO SAID IT WOULD NOT SEND ANY SHIPS", NULL},
        {"JAPAN TO SEND 5 SHIPS", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dateline line;
        bool found = dateline_line_parse(text_of(cases[i].line), &line);
        if (found != (cases[i].place != NULL)) fail_msg("\"%s\" is %s place line", cases[i].line, found ? "a" : "no");
        if (!found) continue;
        assert_int_equal(line.place.length, strlen(cases[i].place));
        assert_memory_equal(line.place.bytes, cases[i].place, line.place.length);
    }
}

/* ---- Wire and plain text ---- */

struct expected {
    const char *name, *text;
    const char *section, *title, *place, *byline, *source, *date, *body;
};

static const struct expected wire_cases[] = {
    {"all three", "politics\n\nHarbour bill passes\n\nTARVIN\n\nThe house voted.\n\nIt was late.\n", "politics",
     "Harbour bill passes", "TARVIN", "", "", "", "The house voted.\n\nIt was late."},
    {"no section", "Harbour bill passes after a long night of debate\n\nTARVIN\n\nThe house voted.\n", "",
     "Harbour bill passes after a long night of debate", "TARVIN", "", "", "", "The house voted."},
    {"a short title, no section", "Harbour bill passes\n\nTARVIN\n\nThe house voted.\n", "", "Harbour bill passes", "TARVIN", "",
     "", "", "The house voted."},
    {"a headline in small letters", "iPhone day arrives\n\nTARVIN, May 3 (Meridian) -- It rang.\n\nMore.\n", "",
     "iPhone day arrives", "TARVIN", "", "Meridian", "", "TARVIN, May 3 (Meridian) -- It rang.\n\nMore."},
    {"dateline leads, with section", "business\n\nTin rises\n\nTARVIN, May 3 (Meridian) -- Tin rose.\n\nMore.\n", "business",
     "Tin rises", "TARVIN", "", "Meridian", "", "TARVIN, May 3 (Meridian) -- Tin rose.\n\nMore."},
    {"dateline leads, with its year", "Tin rises\n\nTARVIN, May 3, 2031 (Meridian) -- Tin rose.\n", "", "Tin rises", "TARVIN", "",
     "Meridian", "2031-05-03", "TARVIN, May 3, 2031 (Meridian) -- Tin rose."},
    {"dateline only", "TARVIN, May 3 (Meridian) -- Tin rose.\n\nMore.\n", "", "", "TARVIN", "", "Meridian", "",
     "TARVIN, May 3 (Meridian) -- Tin rose.\n\nMore."},
    {"place with date and agency", "sports\n\nCup goes north\n\nOLM, June 9, 2031 (Meridian)\n\nThe cup went.\n", "sports",
     "Cup goes north", "OLM", "", "Meridian", "2031-06-09", "The cup went."},
    {"byline and date in lines of their own", "science\n\nA new moth\n\nBy Ada Brook\n\nJune 9, 2031\n\nOLM\n\nA moth.\n",
     "science", "A new moth", "OLM", "By Ada Brook", "", "2031-06-09", "A moth."},
    {"byline before a dateline", "A new moth is found in the old mill of Olm\n\nBy Ada Brook\n\nOLM (Meridian) - A moth.\n", "",
     "A new moth is found in the old mill of Olm", "OLM", "By Ada Brook", "Meridian", "", "OLM (Meridian) - A moth."},
    {"a known section without a place", "weather\n\nRain in the west\n\nIt will rain.\n", "weather", "Rain in the west", "", "",
     "", "", "It will rain."},
    {"CRLF and spaces",
     "politics \r\n\r\nHarbour  bill\tpasses\r\n \r\nTARVIN\r\n\r\nThe house \r\nvoted.  \r\n\r\n\r\n\r\nLat"
     "e.\r\n",
     "politics", "Harbour bill passes", "TARVIN", "", "", "", "The house\nvoted.\n\nLate."},
    {"plain: a title line and a body", "Notes on moths\nMoths are\nmany.\n\nAnd small.", "", "Notes on moths", "", "", "", "",
     "Moths are\nmany.\n\nAnd small."},
    {"plain: short title, short paragraphs", "On moths\n\nThey are many.\n\nTHE END\n\nOr not.\n", "", "On moths", "", "", "", "",
     "They are many.\n\nTHE END\n\nOr not."},
    {"a headline of two lines", "politics\n\nHarbour bill passes after\na long night\n\nTARVIN\n\nThe house voted.\n", "politics",
     "Harbour bill passes after a long night", "TARVIN", "", "", "", "The house voted."},
    {"one line", "Only a line\n", "", "Only a line", "", "", "", "", ""},
    {"a word in capitals and no more", "MOTHS\n", "", "MOTHS", "", "", "", "", ""},
    {"control characters",
     "On\x01 moths\n\nThey\x02 \x7f"
     "fly.\fAnd more.\n",
     "", "On moths", "", "", "", "", "They fly.\nAnd more."},
    {"indentation stays", "Table\n\n  1  2\n 10 20\n", "", "Table", "", "", "", "", "  1  2\n 10 20"},
};

static void assert_member(struct gathered *gathered, const char *name, const char *member, bf_text got, const char *expected)
{
    const char *text = gathered_text(gathered, got);
    if (strcmp(text, expected) != 0) fail_msg("%s: %s is \"%s\", not \"%s\"", name, member, text, expected);
}

static void test_wire(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wire_cases / sizeof *wire_cases; i++) {
        const struct expected *expected = &wire_cases[i];
        struct gathered gathered = {.piece = i % 2, .round_trip = true};
        char date[BF_DATE_TEXT_SIZE];
        assert_int_equal(gather_string(&gathered, expected->text, "wire.txt"), BF_OK);
        assert_int_equal(gathered.article_count, 1);
        assert_int_equal(gathered.refusal_count, 0);
        if (gathered.round_trip_failures) fail_msg("%s: %s", expected->name, gathered.round_trip_note);
        const bf_article *article = &gathered.articles[0].article;
        assert_member(&gathered, expected->name, "section", article->section, expected->section);
        assert_member(&gathered, expected->name, "title", article->title, expected->title);
        assert_member(&gathered, expected->name, "place", article->place, expected->place);
        assert_member(&gathered, expected->name, "byline", article->byline, expected->byline);
        assert_member(&gathered, expected->name, "source", article->source, expected->source);
        assert_member(&gathered, expected->name, "body", article->body, expected->body);
        assert_member(&gathered, expected->name, "id", article->id, "wire.txt");
        bf_date_format(article->date, date);
        assert_member(&gathered, expected->name, "date", text_of(date), expected->date);
        gathered_free(&gathered);
    }
}

static void test_plain_form(void **state)
{
    (void)state;
    struct gathered gathered = {.options = {.form = FORM_TEXT}};
    char line[1200];
    assert_int_equal(gather_string(&gathered, "politics\n\nHarbour bill passes\n\nTARVIN\n\nThe house voted.\n", "a"), BF_OK);
    assert_member(&gathered, "plain", "title", gathered.articles[0].article.title, "politics");
    assert_member(&gathered, "plain", "place", gathered.articles[0].article.place, "");
    gathered_free(&gathered);

    /* A first line too long for a title is body. */
    memset(line, 'x', sizeof line);
    assert_int_equal(gather_bytes(&gathered, line, sizeof line, "a"), BF_OK);
    assert_int_equal(gathered.articles[0].article.title.length, 0);
    assert_int_equal(gathered.articles[0].article.body.length, sizeof line);
    gathered_free(&gathered);
}

/* ---- Refusals of whole files ---- */

static void test_not_text(void **state)
{
    (void)state;
    static const struct { const char *bytes; size_t length; const char *rule; uint64_t byte; } cases[] = {
        {"A line\n\0more", 12, "not text: byte 7 is 0x00", 7},
        {"\x89PNG\r\n\x1a\n\0\0\0", 11, "not text: byte 8 is 0x00", 8},
        {"ab\x01\x02\x03\x04yz", 8, "not text: byte 2 is 0x01", 2},
        {"<html><body>x</body></html>", 27, "markup of no form known here: its first tag is <html>", 0},
        {" \n\t\n ", 5, "no text: neither title nor body", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gathered gathered = {0};
        assert_int_equal(gather_bytes(&gathered, cases[i].bytes, cases[i].length, "folder/file"), BF_OK);
        assert_int_equal(gathered.article_count, 0);
        assert_int_equal(gathered.refusal_count, 1);
        assert_string_equal(gathered.refusals[0].rule, cases[i].rule);
        assert_string_equal(gathered.refusals[0].path, "folder/file");
        assert_int_equal(gathered.refusals[0].byte, cases[i].byte);
        assert_int_equal(gathered.counts.refused, 1);
        gathered_free(&gathered);
    }
}

static void test_zero_far_in(void **state)
{
    (void)state;
    struct gathered gathered = {0};
    static char text[200001];
    memset(text, 'a', sizeof text - 1);
    for (size_t i = 50; i < sizeof text; i += 50) text[i] = '\n';
    text[150025] = 0;
    assert_int_equal(gather_bytes(&gathered, text, sizeof text - 1, "f"), BF_OK);
    assert_int_equal(gathered.refusal_count, 1);
    assert_string_equal(gathered.refusals[0].rule, "not text: byte 150025 is 0x00");
    assert_int_equal(gathered.refusals[0].line, 3001);
    assert_int_equal(gathered.refusals[0].byte, 150025);
    gathered_free(&gathered);
}

static void test_skipped(void **state)
{
    (void)state;
    struct gathered gathered = {0};
    assert_int_equal(gather_string(&gathered, "", "e"), BF_OK);
    assert_int_equal(gather_string(&gathered, "\xef\xbb\xbf", "mark"), BF_OK);
    assert_int_equal(gather_string(&gathered, "<!-- of mine -->\n<!ELEMENT a - - (#PCDATA)>", "a.dtd"), BF_OK);
    assert_int_equal(gathered.article_count + gathered.refusal_count, 0);
    assert_int_equal(gathered.skip_count, 3);
    assert_string_equal(gathered.skips[0].why, "empty");
    assert_string_equal(gathered.skips[1].why, "empty");
    assert_string_equal(gathered.skips[2].why, "a DTD");
    gathered_free(&gathered);
}

static void test_too_large(void **state)
{
    (void)state;
    char text[301];
    memset(text, 'a', 300);
    text[10] = '\n';
    text[300] = 'b';
    struct gathered gathered = {.article_max = 299, .record_max = 600, .piece = 64};
    assert_int_equal(gather_bytes(&gathered, text, 301, "big.txt"), BF_OK);
    assert_int_equal(gathered.article_count, 0);
    assert_int_equal(gathered.refusal_count, 1);
    assert_string_equal(gathered.refusals[0].rule, "the article has more than 299 bytes");
    gathered_free(&gathered);
    /* To the last byte: id "t", title 10 bytes, body 289. */
    gathered.article_max = 300;
    gathered.record_max = 900;
    assert_int_equal(gather_bytes(&gathered, text, 300, "t"), BF_OK);
    assert_int_equal(gathered.article_count, 1);
    assert_int_equal(gathered.articles[0].article.body.length, 289);
    gathered_free(&gathered);
    gathered.article_max = 299;
    gathered.record_max = 900;
    assert_int_equal(gather_bytes(&gathered, text, 299, "t"), BF_OK);
    assert_int_equal(gathered.article_count, 1);
    assert_int_equal(gather_bytes(&gathered, text, 299, "tt"), BF_OK);
    assert_int_equal(gathered.refusal_count, 1);
    assert_string_equal(gathered.refusals[0].rule, "the article has 300 bytes, more than 299");
    gathered_free(&gathered);
}

/* ---- Encodings ---- */

static void test_encodings(void **state)
{
    (void)state;
    enum { NOTHING, UTF16, LATIN1, OTHER };
    static const char utf16le[] = "Z\0\xfc\0r\0i\0c\0h\0\n\0\n\0Z\0u\0\xac\x20 \0e\0n\0d\0.\0";
    static const char utf16be[] = "\0Z\0\xfc\0r\0i\0c\0h\0\n\0\n\0Z\0u\x20\xac\0 \0e\0n\0d\0.";
    static const char marked_le[] = "\xff\xfeZ\0\xfc\0r\0i\0c\0h\0\n\0\n\0Z\0u\0\xac\x20 \0e\0n\0d\0.\0";
    static const char marked_be[] = "\xfe\xff\0Z\0\xfc\0r\0i\0c\0h\0\n\0\n\0Z\0u\x20\xac\0 \0e\0n\0d\0.";
    static const char windows[] = "Z\xfcrich\n\nZu\x80 end.";
    static const char utf8[] = "Zürich\n\nZu€ end.";
    static const char utf8_marked[] = "\xef\xbb\xbfZürich\n\nZu€ end.";
    static const char declared[] = "<?xml version='1.0' encoding='windows-1252'?><DOC><HL>Z\xfcrich</HL><TEXT>Zu\x80 end.</TEXT"
                                   "></DOC>";
    static const char latin9[] = "Z\xfcrich\n\nZu\xa4 end.";
    static const struct { const char *bytes; size_t length; const char *encoding; int counted; bool mark; } cases[] = {
        {utf16le, sizeof utf16le - 1, NULL, UTF16, false},
        {utf16be, sizeof utf16be - 1, NULL, UTF16, false},
        {marked_le, sizeof marked_le - 1, NULL, UTF16, true},
        {marked_be, sizeof marked_be - 1, NULL, UTF16, true},
        {marked_be, sizeof marked_be - 1, "UTF-16", UTF16, true},
        {utf16le, sizeof utf16le - 1, "utf-16le", UTF16, false},
        {windows, sizeof windows - 1, NULL, LATIN1, false},
        {windows, sizeof windows - 1, "windows-1252", LATIN1, false},
        {utf8, sizeof utf8 - 1, NULL, NOTHING, false},
        {utf8, sizeof utf8 - 1, "utf-8", NOTHING, false},
        {utf8_marked, sizeof utf8_marked - 1, NULL, NOTHING, true},
        {declared, sizeof declared - 1, NULL, LATIN1, false},
        {latin9, sizeof latin9 - 1, "ISO-8859-15", OTHER, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t piece = 0; piece < 4; piece++) {
            struct gathered gathered = {.options = {.encoding = cases[i].encoding}, .piece = piece};
            assert_int_equal(gather_bytes(&gathered, cases[i].bytes, cases[i].length, "e"), BF_OK);
            if (gathered.article_count != 1) fail_msg("case %zu: %s", i, gathered.refusals[0].rule);
            assert_member(&gathered, "encoding", "title", gathered.articles[0].article.title, "Zürich");
            assert_member(&gathered, "encoding", "body", gathered.articles[0].article.body, "Zu€ end.");
            assert_int_equal(gathered.counts.converted_utf16, cases[i].counted == UTF16);
            assert_int_equal(gathered.counts.converted_latin1, cases[i].counted == LATIN1);
            assert_int_equal(gathered.counts.converted_other, cases[i].counted == OTHER);
            assert_int_equal(gathered.counts.byte_order_marks, cases[i].mark);
            gathered_free(&gathered);
        }
    }
}

static void test_encoding_refusals(void **state)
{
    (void)state;
    static const struct { const char *bytes; size_t length; const char *encoding, *rule; uint64_t line, byte; } cases[] = {
        /* one bad byte in a file that is UTF-8 otherwise */
        {"Z\xc3\xbcrich\nB\xc3\xa4r\n\xfc und", 18, NULL, "invalid encoding: byte 0xfc is not UTF-8, as the rest of the file i"
                                                          "s", 3, 13},
        /* 0x81 has no meaning in Windows-1252 */
        {"Z\xfcrich\n\x81x", 9, NULL, "invalid encoding: byte 0x81 is neither UTF-8 nor Windows-1252; name its encoding", 2, 7},
        /* the user says UTF-8, so nothing is guessed */
        {"Z\xfcrich\n", 7, "UTF-8", "invalid encoding: byte 0xfc is not UTF-8, as the rest of the file is", 1, 1},
        /* half of a surrogate pair */
        {"\xff\xfe" "a\0\n\0\x00\xd8" "b\0", 10, NULL, "invalid encoding: bytes that are not UTF-16LE", 2, 2},
        /* an odd byte at the end */
        {"\xff\xfe" "a\0b\0c", 7, NULL, "invalid encoding: bytes that are not UTF-16LE", 1, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gathered gathered = {.options = {.encoding = cases[i].encoding}};
        assert_int_equal(gather_bytes(&gathered, cases[i].bytes, cases[i].length, "e"), BF_OK);
        assert_int_equal(gathered.article_count, 0);
        assert_int_equal(gathered.refusal_count, 1);
        assert_string_equal(gathered.refusals[0].rule, cases[i].rule);
        assert_int_equal(gathered.refusals[0].line, cases[i].line);
        assert_int_equal(gathered.refusals[0].byte, cases[i].byte);
        gathered_free(&gathered);
    }
    struct gathered gathered = {.options = {.encoding = "klingon"}};
    assert_int_equal(gather_string(&gathered, "text", "e"), BF_BAD_ARGUMENT);
    assert_non_null(strstr(gathered.error.message, "klingon"));
    gathered_free(&gathered);
}

static void test_forms(void **state)
{
    (void)state;
    static const struct { const char *text; enum article_form form; } cases[] = {
        {"{\"a\":1}", FORM_JSON},
        {" \n {\"a\":1}", FORM_JSON},
        {"[{\"a\":1}]", FORM_JSON},
        {"[]", FORM_JSON},
        {"broken\n{\"a\":1}\n{\"a\":2}\n", FORM_JSON},
        {"[Kyodo] The", FORM_WIRE},
        {"<REUTERS NEWID=\"1\">", FORM_SGML},
        {"<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n<reuters >", FORM_SGML},
        {"<LEWIS><REUTERS>", FORM_SGML},
        {"<!-- a <b> comment -->\n<DOC>\n<DOCNO>1</DOCNO>", FORM_TREC},
        {"<DOC id=\"1\">", FORM_TREC},
        {"<DOCUMENT>", FORM_SNIFF},
        {"< 5 and > 3", FORM_WIRE},
        {"Text with <DOC> in it", FORM_WIRE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sniffed sniffed;
        sniff(text_of(cases[i].text), &sniffed);
        if (sniffed.form != cases[i].form) fail_msg("\"%s\" is taken for form %d", cases[i].text, sniffed.form);
    }
    enum article_form form;
    static const char *const names[] = {"wire", "text", "json", "sgml", "trec"};
    for (size_t i = 0; i < 5; i++) {
        assert_true(article_form_parse(names[i], &form));
        assert_int_equal(form, FORM_WIRE + i);
    }
    assert_false(article_form_parse("xml", &form));
    assert_int_equal(form, FORM_SNIFF);
    assert_non_null(strstr(reader_library_versions(), "libarchive"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_datelines),  cmocka_unit_test(test_dateline_lines), cmocka_unit_test(test_wire),
        cmocka_unit_test(test_plain_form), cmocka_unit_test(test_not_text),       cmocka_unit_test(test_zero_far_in),
        cmocka_unit_test(test_skipped),    cmocka_unit_test(test_too_large),      cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_forms),      cmocka_unit_test(test_encoding_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
