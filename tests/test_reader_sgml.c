/* Reuters-21578 and TREC records. */
#include "markup.h"
#include "reader_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bf_text text_of(const char *string)
{
    return (bf_text){string, strlen(string)};
}

struct record_case {
    const char *record, *dumped;
};

static const struct record_case reuters_cases[] = {
    {"<REUTERS TOPICS=\"YES\" LEWISSPLIT=\"TRAIN\" CGISPLIT=\"TRAINING-SET\" OLDID=\"55\" NEWID=\"7\">\n"
     "<DATE>26-FEB-1987 15:01:01.79</DATE>\n<TOPICS><D>tin</D><D>zinc</D></TOPICS>\n<PLACES><D>olm</D><D>tin</D></PLACES>\n<PEO"
     "PLE></PEOPLE>\n"
     "<UNKNOWN> \n&#5;&#5;C T\n&#22;f07&#31;wire\nu f BC-TIN   02-26</UNKNOWN>\n<TEXT>&#2;\n<TITLE>TIN &lt;RISES> &amp; FALLS</"
     "TITLE>\n"
     "<AUTHOR>    By Ada Brook, Wire</AUTHOR>\n<DATELINE>    OLM, Feb 26 - </DATELINE><BODY>Tin rose in the\nmorning.\n    It f"
     "ell at\nnoon.\n"
     "    So did zinc.\n Wire\n&#3;</BODY></TEXT>\n</REUTERS>\n",
     "{\"id\":\"7\",\"title\":\"TIN <RISES> & FALLS\",\"body\":\"Tin rose in the\\u000amorning.\\u000a\\u000aIt fell at\\u000an"
     "oon.\\u000a\\u000aSo did "
     "zinc.\\u000a Wire\",\"place\":\"OLM\",\"date\":\"1987-02-26T15:01:01\",\"byline\":\"By Ada Brook, Wire\",\"keywords\":[\""
     "tin\",\"zinc\",\"olm\"],"
     "\"topics_attribute\":\"YES\",\"lewissplit\":\"TRAIN\",\"cgisplit\":\"TRAINING-SET\",\"oldid\":\"55\",\"topics\":[\"tin\","
     "\"zinc\"],"
     "\"places\":[\"olm\",\"tin\"],\"unknown\":\"C T f07wire u f BC-TIN 02-26\"}"},
    /* the wire's letters behind the date; a brief; an unprocessed record */
    {"<REUTERS NEWID=\"8\"><DATE> 2-MAR-1987 08:01:01.79&#5;&#5;&#5;RM</DATE><TEXT TYPE=\"BRIEF\">&#2;\n******<TITLE>ZINC FALLS"
     "\n</TITLE>Only that.\n&#3;\n</TEXT></REUTERS>",
     "{\"id\":\"8\",\"title\":\"ZINC FALLS\",\"body\":\"Only that.\",\"date\":\"1987-03-02T08:01:01\",\"date_\":\"2-MAR-1987 08"
     ":01:01.79RM\",\"type\":\"BRIEF\"}"},
    {"<REUTERS NEWID=\"9\"><TEXT TYPE=\"UNPROC\">&#2;\nRATES\n One   2\n Two   3\n&#3;\n</TEXT></REUTERS>",
     "{\"id\":\"9\",\"title\":\"RATES\",\"body\":\" One   2\\u000a Two   3\",\"type\":\"UNPROC\"}"},
    /* the first words of the body stand in the dateline */
    {"<REUTERS NEWID=\"10\"><TEXT><TITLE>T</TITLE><DATELINE>  RIO, Feb 26 - The \"Plan\" anti- </DATELINE><BODY>inflation\nwork"
     "s.</BODY></TEXT></REUTERS>",
     "{\"id\":\"10\",\"title\":\"T\",\"body\":\"The \\u0022Plan\\u0022 anti- inflation\\u000aworks.\",\"place\":\"RIO\"}"},
    {"<REUTERS NEWID=\"11\"><TEXT><TITLE>T</TITLE><DATELINE> Somewhere far - </DATELINE><BODY>Text.</BODY></TEXT></REUTERS>",
     "{\"id\":\"11\",\"title\":\"T\",\"body\":\"Text.\",\"place\":\"Somewhere far\"}"},
    /* a date no one can read is kept; end tags that are missing */
    {"<REUTERS NEWID=\"12\"><DATE>once</DATE><TOPICS><D>a<D>b</TOPICS><TEXT><TITLE>T<BODY>B</REUTERS>",
     "{\"id\":\"12\",\"title\":\"T\",\"body\":\"B\",\"keywords\":[\"a\",\"b\"],\"date\":\"once\",\"topics\":[\"a\",\"b\"]}"},
    {"<reuters newid=\"13\"><text><title>T</title><body>B</body></text></reuters>",
     "{\"id\":\"13\",\"title\":\"T\",\"body\":\"B\"}"},
    {"<REUTERS><TEXT><TITLE>T</TITLE></TEXT></REUTERS>", "{\"id\":\"f#1\",\"title\":\"T\"}"},
};

static const struct record_case trec_cases[] = {
    {"<DOC>\n<DOCNO> AB-1 </DOCNO>\n<FILEID>x&amp;y</FILEID>\n<HEAD>Tin rises</HEAD>\n<HEAD>Second head</HEAD>\n<BYLINE>By ADA "
     "BROOK</BYLINE>\n"
     "<DATELINE>OLM (AP) </DATELINE>\n<DATE>March 20, 1990, Tuesday, Home Edition</DATE>\n<SO>The Paper</SO>\n<TEXT>\n<P>\nTin "
     "<I>rose</I>.\n</P>\n<P>It &lt;fell&gt;.</P>\n</TEXT>\n</DOC>",
     "{\"id\":\"AB-1\",\"title\":\"Tin rises\",\"body\":\"Tin rose.\\u000a\\u000aIt <fell>.\",\"place\":\"OLM\",\"date\":\"1990"
     "-03-20\",\"byline\":\"By ADA "
     "BROOK\",\"source\":\"AP\",\"head\":\"Second head\",\"so\":\"The Paper\",\"fileid\":\"x&y\"}"},
    {"<DOC>\n<DOCNO>\nW-2\n</DOCNO>\n<HL>\n   Head\n</HL>\n<DATE>\n01/30/91\n</DATE>\n<LP>\n   Lead.\n</LP>\n<TEXT>\nRest.\n</T"
     "EXT>\n</DOC>",
     "{\"id\":\"W-2\",\"title\":\"Head\",\"body\":\"Lead.\\u000a\\u000aRest.\",\"date\":\"1991-01-30\"}"},
    {"<DOC><DOCNO>F-3</DOCNO><DATE>910514</DATE><HEADLINE>H</HEADLINE><RE>one</RE><RE>two</RE><TEXT>t</TEXT></DOC>",
     "{\"id\":\"F-3\",\"title\":\"H\",\"body\":\"t\",\"date\":\"1991-05-14\",\"re\":[\"one\",\"two\"]}"},
    {"<DOC id=\"n4\"><TEXT>t</TEXT></DOC>", "{\"id\":\"n4\",\"body\":\"t\"}"},
    {"<DOC><DOCNO>5</DOCNO>Loose <b>text</b> here.<P>More.</DOC>",
     "{\"id\":\"5\",\"body\":\"Loose\\u000a\\u000ahere.\\u000a\\u000aMore.\",\"b\":\"text\"}"},
    {"<DOC><DOCNO>6</DOCNO><STORY>All of it.</STORY></DOC>", "{\"id\":\"6\",\"body\":\"All of it.\"}"},
    {"<DOC><DOCNO>7</DOCNO><TITLE>T</TITLE><KEYWORDS>a; b, c</KEYWORDS><SECTION>S</SECTION><DATE>soon</DATE><ID>mine</ID></DOC>",
     "{\"id\":\"7\",\"title\":\"T\",\"body\":\"mine\",\"section\":\"S\",\"keywords\":[\"a\",\"b, c\"],\"date\":\"soon\"}"},
    {"<DOC><DOCNO>8</DOCNO><TITLE>T</TITLE><PAGE>4<TEXT>t &#8212; &#150; &eacute; &hyph; &unknown; AT&T</TEXT></DOC>",
     "{\"id\":\"8\",\"title\":\"T\",\"body\":\"t — – é - &unknown; AT&T\",\"page\":\"4\"}"},
    {"<DOC><DOCNO>9</DOCNO><TITLE>T</TITLE><X!\"\xc3\xa9>y</X!\"\xc3\xa9><TEXT>t</TEXT></DOC>",
     "{\"id\":\"9\",\"title\":\"T\",\"body\":\"t\",\"x____\":\"y\"}"},
};

static void check_cases(const struct record_case *cases, size_t count, enum article_form form)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t piece = 0; piece < 3; piece++) {
            struct gathered gathered = {.options = {.form = form}, .piece = piece, .round_trip = true};
            size_t length;
            assert_int_equal(gather_string(&gathered, cases[i].record, "f"), BF_OK);
            if (gathered.article_count != 1) fail_msg("%s: %s", cases[i].record, gathered.refusal_count
                                                      ? gathered.refusals[0].rule : "none");
            const char *dumped = article_as_json(&gathered.arena, &gathered.articles[0].article, &length);
            if (strncmp(dumped, cases[i].dumped, length - 1) != 0 || strlen(cases[i].dumped) != length - 1)
                fail_msg("%s\ngave     %sexpected %s", cases[i].record, dumped, cases[i].dumped);
            if (gathered.round_trip_failures) fail_msg("%s: %s", cases[i].record, gathered.round_trip_note);
            gathered_free(&gathered);
        }
    }
}

static void test_reuters(void **state)
{
    (void)state;
    check_cases(reuters_cases, sizeof reuters_cases / sizeof *reuters_cases, FORM_SGML);
}

static void test_trec(void **state)
{
    (void)state;
    check_cases(trec_cases, sizeof trec_cases / sizeof *trec_cases, FORM_TREC);
}

struct stream_case {
    const char *text;
    size_t articles;
    struct {
        const char *rule;
        uint64_t record, line, byte;
    } refusals[3];
};

static const struct stream_case stream_cases[] = {
    {"<!DOCTYPE x>\n<!-- a -->\n<DOC><DOCNO>1</DOCNO><TEXT>a</TEXT></DOC>\n\n<DOC><DOCNO>2</DOCNO><TEXT>b</TEXT></DOC>\n\x1a",
     2, {{0}}},
    {"<ROOT>\n<DOC><DOCNO>1</DOCNO><TEXT>a</TEXT></DOC>\n</ROOT>", 1, {{0}}},
    {"<DOC><DOCNO>1</DOCNO><TEXT>a</TEXT></DOC>\nstray\n<DOC><DOCNO>2</DOCNO><TEXT>b</TEXT></DOC>", 2,
     {{"text outside of any record", 0, 2, 42}}},
    {"<DOC><DOCNO>1</DOCNO><TEXT>a</TEXT>\n<DOC><DOCNO>2</DOCNO><TEXT>b</TEXT></DOC>", 1,
     {{"the record is not closed before the next begins", 1, 1, 0}}},
    {"<DOC><DOCNO>1</DOCNO><TEXT>a</TEXT></DOC>\n<DOC><DOCNO>2</DOCNO><TEXT>b", 1, {{"the record is not closed", 2, 2, 42}}},
    {"<DOC><DOCNO>1</DOCNO></DOC>\n<DOC><TEXT>b</TEXT></DOC>", 1, {{"no text: neither title nor body", 1, 1, 0}}},
    {"<DOC><DOCNO> </DOCNO><TEXT>b</TEXT></DOC>", 1, {{0}}},
    {"<DOC><TEXT>\xc3\xbc</TEXT></DOC>\n<DOC>\n<TEXT>\xfc</TEXT></DOC>\n<DOC><TEXT>c</TEXT></DOC>", 2,
     {{"invalid encoding: byte 0xfc is not UTF-8, as the rest of the file is", 2, 3, 39}}},
};

static void test_streams(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stream_cases / sizeof *stream_cases; i++) {
        const struct stream_case *expected = &stream_cases[i];
        for (size_t piece = 0; piece < 4; piece++) {
            struct gathered gathered = {.options = {.form = FORM_TREC}, .piece = piece};
            size_t refusals = 0;
            assert_int_equal(gather_string(&gathered, expected->text, "f"), BF_OK);
            while (refusals < 3 && expected->refusals[refusals].rule) refusals++;
            if (gathered.article_count != expected->articles || gathered.refusal_count != refusals)
                fail_msg("%s: %zu articles, %zu refusals, the first: %s", expected->text, gathered.article_count,
                         gathered.refusal_count,
                         gathered.refusal_count ? gathered.refusals[0].rule : "");
            for (size_t k = 0; k < refusals; k++) {
                const struct gathered_refusal *refusal = &gathered.refusals[k];
                assert_string_equal(refusal->rule, expected->refusals[k].rule);
                if (refusal->record != expected->refusals[k].record || refusal->line != expected->refusals[k].line ||
                    refusal->byte != expected->refusals[k].byte)
                    fail_msg("%s: record %d line %d byte %d", expected->text, (int)refusal->record, (int)refusal->line,
                             (int)refusal->byte);
            }
            gathered_free(&gathered);
        }
    }
}

/* One bad byte in a distribution that is ASCII otherwise. */
static void test_bad_byte(void **state)
{
    (void)state;
    struct gathered gathered = {.piece = 100};
    struct buffer text = {0};
    for (int i = 1; i <= 3000; i++)
        buffer_append_format(&text, "<REUTERS NEWID=\"%d\"><TEXT><TITLE>T%s</TITLE><BODY>B\n&#3;</BODY></TEXT></REUTERS>\n", i,
                             i == 2500 ? "\xfc" : "");
    assert_int_equal(gather_bytes(&gathered, text.bytes, text.length, "f"), BF_OK);
    assert_int_equal(gathered.article_count, 3000);
    assert_int_equal(gathered.refusal_count, 0);
    assert_string_equal(gathered_text(&gathered, gathered.articles[2499].article.title), "Tü");
    assert_int_equal(gathered.counts.converted_latin1, 1);
    assert_int_equal(gathered.counts.stripped_controls, 3000);
    buffer_free(&text);
    gathered_free(&gathered);
}

static void test_too_large(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < 5000; piece += 1666) {
        struct gathered gathered = {.article_max = 40000, .record_max = 50000, .piece = piece};
        struct buffer text = {0};
        buffer_append_string(&text, "<DOC><DOCNO>1</DOCNO><TEXT>a</TEXT></DOC>\n<DOC><DOCNO>2</DOCNO><TEXT>");
        for (int i = 0; i < 10000; i++) buffer_append_string(&text, "<b>text</b> ");
        buffer_append_string(&text, "</TEXT></DOC>\n<DOC><DOCNO>3</DOCNO><TEXT>c</TEXT></DOC>\n");
        assert_int_equal(gather_bytes(&gathered, text.bytes, text.length, "f"), BF_OK);
        assert_int_equal(gathered.article_count, 2);
        assert_int_equal(gathered.refusal_count, 1);
        assert_string_equal(gathered.refusals[0].rule, "the record has 120040 bytes, more than 50000");
        assert_int_equal(gathered.refusals[0].record, 2);
        assert_int_equal(gathered.refusals[0].line, 2);
        buffer_free(&text);
        gathered_free(&gathered);
    }
}

/* What costs little per byte must not cost more per byte in a long record. */
static void test_linear(void **state)
{
    (void)state;
    static const char *const pieces[] = {"<a ", "<!--", "<x>", "<a \"", "&", "&#", "<", "</TEXT", "<TEXT>", "<TITLE>", "<D>",
                                         "<P>", "<?", "\n    a"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        for (int form = FORM_SGML; form <= FORM_TREC; form++) {
            struct gathered gathered = {.options = {.form = (enum article_form)form}, .count_only = true};
            struct buffer text = {0};
            buffer_append_string(&text, form == FORM_SGML ? "<REUTERS><TEXT><BODY>x" : "<DOC><TEXT>x");
            while (text.length < 400000) buffer_append_string(&text, pieces[i]);
            buffer_append_string(&text, form == FORM_SGML ? "</REUTERS>" : "</DOC>");
            assert_int_equal(gather_bytes(&gathered, text.bytes, text.length, "f"), BF_OK);
            assert_int_equal(gathered.article_count, 1);
            buffer_free(&text);
            gathered_free(&gathered);
        }
    }
}

static void test_markup(void **state)
{
    (void)state;
    struct markup_cursor cursor = {.text = text_of("a <b c='d>' E=f g><!-- <x> --><!DOCTYPE y><?z?> < 5 </b ><I/>")};
    struct markup_tag tag;
    assert_true(markup_next_tag(&cursor, &tag));
    assert_true(markup_is(&tag, "B"));
    assert_false(tag.end || tag.empty);
    assert_int_equal(tag.start, 2);
    assert_memory_equal(markup_attribute(&tag, "C").bytes, "d>", 2);
    assert_int_equal(markup_attribute(&tag, "E").length, 1);
    assert_null(markup_attribute(&tag, "G").bytes);
    assert_null(markup_attribute(&tag, "H").bytes);
    assert_true(markup_next_tag(&cursor, &tag));
    assert_true(tag.end && markup_is(&tag, "B"));
    assert_true(markup_next_tag(&cursor, &tag));
    assert_true(tag.empty && markup_is(&tag, "I"));
    assert_false(markup_next_tag(&cursor, &tag));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reuters),  cmocka_unit_test(test_trec),      cmocka_unit_test(test_streams),
            cmocka_unit_test(test_bad_byte),
        cmocka_unit_test(test_too_large), cmocka_unit_test(test_linear),   cmocka_unit_test(test_markup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
