/* JSON lines, lists and objects: members, what is kept, what is refused and where. */
#include "json_span.h"
#include "member_map.h"
#include "reader_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* One record in, the article as it is dumped out, without its id where that is derived. */
struct member_case {
    const char *map, *record, *dumped;
};

static const struct member_case member_cases[] = {
    {NULL, "{\"id\":\"a\",\"title\":\"T\",\"body\":\"B\"}", "{\"id\":\"a\",\"title\":\"T\",\"body\":\"B\"}"},
    /* an id may be a number, and keeps its spelling */
    {NULL, "{\"id\":12345678901234567890,\"title\":\"T\"}", "{\"id\":\"12345678901234567890\",\"title\":\"T\"}"},
    {NULL, "{\"id\":1.50,\"title\":\"T\"}", "{\"id\":\"1.50\",\"title\":\"T\"}"},
    {NULL, "{\"id\":\" a \",\"title\":\"T\"}", "{\"id\":\"a\",\"title\":\"T\"}"},
    {NULL, "{\"id\":null,\"title\":\"T\"}", "{\"id\":\"f#1\",\"title\":\"T\"}"},
    /* other names, only where the member's own is absent or says nothing */
    {NULL,
     "{\"id\":1,\"headline\":\"T\",\"content\":\"B\",\"category\":\"S\",\"location\":\"P\",\"published_at\":\"2031-05-03\",\"au"
     "thor\":\"A\","
     "\"publisher\":\"W\",\"link\":\"U\",\"lang\":\"en\",\"tags\":\"x, y,x\"}",
     "{\"id\":\"1\",\"title\":\"T\",\"body\":\"B\",\"section\":\"S\",\"place\":\"P\",\"date\":\"2031-05-03\",\"byline\":\"A\","
     "\"source\":\"W\","
     "\"url\":\"U\",\"language\":\"en\",\"keywords\":[\"x\",\"y\"]}"},
    {NULL, "{\"id\":1,\"title\":\"T\",\"headline\":\"H\"}", "{\"id\":\"1\",\"title\":\"T\",\"headline\":\"H\"}"},
    {NULL, "{\"id\":1,\"title\":\" \",\"headline\":\"H\"}", "{\"id\":\"1\",\"title\":\"H\"}"},
    {NULL, "{\"id\":1,\"title\":null,\"headline\":\"H\"}", "{\"id\":\"1\",\"title\":\"H\"}"},
    {NULL, "{\"id\":1,\"text\":\"B\",\"content\":\"C\"}", "{\"id\":\"1\",\"body\":\"B\",\"content\":\"C\"}"},
    {NULL, "{\"id\":1,\"title\":\"T\",\"dateline\":\"OLM, May 3, 2031 (Meridian) -\"}",
     "{\"id\":\"1\",\"title\":\"T\",\"place\":\"OLM\",\"date\":\"2031-05-03\",\"source\":\"Meridian\"}"},
    {NULL, "{\"id\":1,\"title\":\"T\",\"place\":\"OLM (Meridian) -\"}",
     "{\"id\":\"1\",\"title\":\"T\",\"place\":\"OLM (Meridian) -\"}"},
    /* lists */
    {NULL, "{\"id\":1,\"body\":[\"one\",\"two\"],\"byline\":[\"A\",\"B\"],\"keywords\":[\"x\",2,\"x\",\"\"]}",
     "{\"id\":\"1\",\"body\":\"one\\u000a\\u000atwo\",\"byline\":\"A, B\",\"keywords\":[\"x\",\"2\"]}"},
    {NULL, "{\"id\":1,\"title\":\"T\",\"tags\":\"x; y\"}", "{\"id\":\"1\",\"title\":\"T\",\"keywords\":[\"x\",\"y\"]}"},
    {NULL, "{\"id\":1,\"title\":\"T\",\"keywords\":[\"x\",{\"y\":1}]}",
     "{\"id\":\"1\",\"title\":\"T\",\"keywords\":[\"x\",{\"y\":1}]}"},
    /* a number is a text, an object is none */
    {NULL, "{\"id\":1,\"title\":42}", "{\"id\":\"1\",\"title\":\"42\"}"},
    {NULL, "{\"id\":1,\"title\":{\"a\":1},\"body\":\"B\"}", "{\"id\":\"1\",\"body\":\"B\",\"title\":{\"a\":1}}"},
    {NULL, "{\"id\":1,\"title\":{\"a\":1},\"headline\":\"H\"}", "{\"id\":\"1\",\"title\":\"H\",\"title_\":{\"a\":1}}"},
    {NULL, "{\"id\":1,\"title\":true,\"headline\":\"H\",\"title_\":0}",
     "{\"id\":\"1\",\"title\":\"H\",\"title__\":true,\"title_\":0}"},
    /* dates */
    {NULL, "{\"id\":1,\"title\":\"T\",\"date\":\"soon\"}", "{\"id\":\"1\",\"title\":\"T\",\"date\":\"soon\"}"},
    {NULL, "{\"id\":1,\"title\":\"T\",\"date\":\"soon\",\"published\":\"2031\"}",
     "{\"id\":\"1\",\"title\":\"T\",\"date\":\"2031\",\"date_\":\"soon\"}"},
    {NULL, "{\"id\":1,\"title\":\"T\",\"date\":1472713234000}",
     "{\"id\":\"1\",\"title\":\"T\",\"date\":\"2016-09-01T07:00:34Z\"}"},
    {NULL, "{\"id\":1,\"title\":\"T\",\"date\":1472713234}", "{\"id\":\"1\",\"title\":\"T\",\"date\":\"2016-09-01T07:00:34Z\"}"},
    {NULL, "{\"id\":1,\"title\":\"T\",\"date\":20310503}", "{\"id\":\"1\",\"title\":\"T\",\"date\":\"2031-05-03\"}"},
    {NULL, "{\"id\":1,\"title\":\"T\",\"date\":2031}", "{\"id\":\"1\",\"title\":\"T\",\"date\":\"2031\"}"},
    {NULL, "{\"id\":1,\"title\":\"T\",\"date\":12}", "{\"id\":\"1\",\"title\":\"T\",\"date\":12}"},
    {NULL, "{\"id\":1,\"title\":\"T\",\"date\":\"\"}", "{\"id\":\"1\",\"title\":\"T\"}"},
    /* a dateline in the body; a year known otherwise makes its day whole */
    {NULL, "{\"id\":1,\"body\":\"OLM, May 3 (Meridian) -- It rained.\"}",
     "{\"id\":\"1\",\"body\":\"OLM, May 3 (Meridian) -- It rained.\",\"place\":\"OLM\",\"source\":\"Meridian\"}"},
    {NULL, "{\"id\":1,\"body\":\"OLM, May 3 (Meridian) -- It rained.\",\"date\":\"2031\"}",
     "{\"id\":\"1\",\"body\":\"OLM, May 3 (Meridian) -- It rained.\",\"place\":\"OLM\",\"date\":\"2031-05-03\",\"source\":\"Mer"
     "idian\"}"},
    {NULL, "{\"id\":1,\"body\":\"OLM, May 3 (Meridian) -- It rained.\",\"date\":\"2030-01-01\",\"place\":\"Tarvin\"}",
     "{\"id\":\"1\",\"body\":\"OLM, May 3 (Meridian) -- It rained.\",\"place\":\"Tarvin\",\"date\":\"2030-01-01\"}"},
    /* what is left is kept as written, in its order, without spaces between tokens */
    {NULL,
     "{ \"z\" : [ 1 , 2.50 , -0 , 1E5, 123456789012345678901234567890 ] , \"id\" : 1 , \"a b\" : { \"c\" : \"d \\u00e9 \\"
     "\" e\" } , \"title\" : \"T\" , \"n\" : null }",
     "{\"id\":\"1\",\"title\":\"T\",\"z\":[1,2.50,-0,1E5,123456789012345678901234567890],\"a b\":{\"c\":\"d \\u00e9 \\\" e\"},"
     "\"n\":null}"},
    /* control characters and white space */
    {NULL, "{\"id\":1,\"title\":\" A\\u0000\\u0001 \\n b\",\"body\":\"x\\r\\ny \\t\\n\\n\\n\\u0007z\\n\"}",
     "{\"id\":\"1\",\"title\":\"A b\",\"body\":\"x\\u000ay\\u000a\\u000az\"}"},
    /* escapes in long strings */
    {NULL,
     "{\"id\":1,\"title\":\"\\u00e9\\ud83d\\ude00 \\\"x\\\" \\\\ \\/ long enough to be left out\",\"body\":\"tab\\tline\\nnul\\"
     "u0000 long enough to be left out\"}",
     "{\"id\":\"1\",\"title\":\"é😀 \\u0022x\\u0022 \\u005c / long enough to be left out\",\"body\":\"tab\\u0009line\\u000anul l"
     "ong enough to be left "
     "out\"}"},
    /* the map */
    {"title=headline,body=content.text",
     "{\"id\":1,\"headline\":\"H\",\"content\":{\"text\":\"B\",\"size\":3},\"title\":\"own"
     "\"}",
     "{\"id\":\"1\",\"title\":\"H\",\"body\":\"B\",\"content\":{\"size\":3},\"title_\":\"own\"}"},
    {"body=content.text", "{\"id\":1,\"content\":{\"text\":\"B\"}}", "{\"id\":\"1\",\"body\":\"B\"}"},
    {"body=a.b.c", "{\"id\":1,\"a\":{\"b\":{\"c\":\"B\",\"d\":[ ]},\"e\":1}}",
     "{\"id\":\"1\",\"body\":\"B\",\"a\":{\"b\":{\"d\":[]},\"e\":1}}"},
    {"title=a.b", "{\"id\":1,\"a.b\":\"T\",\"a\":{\"b\":\"other\"}}", "{\"id\":\"1\",\"title\":\"T\",\"a\":{\"b\":\"other\"}}"},
    {"byline=who.1.name", "{\"id\":1,\"title\":\"T\",\"who\":[{\"name\":\"A\"},{\"name\":\"B\",\"age\":3}]}",
     "{\"id\":\"1\",\"title\":\"T\",\"byline\":\"B\",\"who\":[{\"name\":\"A\"},{\"age\":3}]}"},
    {"id=docno,date=when", "{\"docno\":\"D\",\"id\":\"own\",\"when\":\"May 3, 2031\",\"title\":\"T\"}",
     "{\"id\":\"D\",\"title\":\"T\",\"date\":\"2031-05-03\",\"id_\":\"own\"}"},
    {"title=missing", "{\"id\":1,\"title\":\"T\"}", "{\"id\":\"1\",\"title\":\"T\"}"},
    {"title=headline", "{\"id\":1,\"headline\":{\"a\":1},\"title\":\"T\"}",
     "{\"id\":\"1\",\"title\":\"T\",\"headline\":{\"a\":1}}"},
    /* typed pieces */
    {NULL,
     "{\"id\":1,\"title\":\"T\",\"contents\":[{\"type\":\"kicker\",\"content\":\"Arts\"},{\"type\":\"image\",\"url\":\"u\"},{\""
     "type\":\"sanitized_html\","
     "\"mime\":\"text/html\",\"content\":\"A <a href=\\\"x>y\\\">b</a> &amp; c\"},{\"type\":\"sanitized_html\",\"mime\":\"text/"
     "plain\",\"content\":\"d < e\"}]}",
     "{\"id\":\"1\",\"title\":\"T\",\"body\":\"A b & c\\u000a\\u000ad < e\",\"section\":\"Arts\",\"contents\":[{\"type\":\"imag"
     "e\",\"url\":\"u\"}]}"},
};

static void test_members(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof member_cases / sizeof *member_cases; i++) {
        for (size_t piece = 0; piece < 3; piece++) {
            struct gathered gathered = {.options = {.map = member_cases[i].map}, .piece = piece, .round_trip = true};
            size_t length;
            assert_int_equal(gather_string(&gathered, member_cases[i].record, "f"), BF_OK);
            if (gathered.article_count != 1) fail_msg("%s: %s", member_cases[i].record, gathered.refusals[0].rule);
            const char *dumped = article_as_json(&gathered.arena, &gathered.articles[0].article, &length);
            if (strncmp(dumped, member_cases[i].dumped, length - 1) != 0 || strlen(member_cases[i].dumped) != length - 1)
                fail_msg("%s\ngave     %sexpected %s", member_cases[i].record, dumped, member_cases[i].dumped);
            if (gathered.round_trip_failures) fail_msg("%s: %s", member_cases[i].record, gathered.round_trip_note);
            gathered_free(&gathered);
        }
    }
}

/* ---- Streams ---- */

struct stream_case {
    const char *text;
    size_t articles;
    struct {
        const char *rule;
        uint64_t record, line, byte;
    } refusals[4];
};

static const struct stream_case stream_cases[] = {
    {"{\"id\":1,\"title\":\"a\"}\n{\"id\":2,\"title\":\"b\"}\n", 2, {{0}}},
    {"{\"id\":1,\"title\":\"a\"}{\"id\":2,\"title\":\"b\"} {\"id\":3,\n\"title\":\"c\"}", 3, {{0}}},
    {"[{\"id\":1,\"title\":\"a\"},\n {\"id\":2,\"title\":\"b\"} ]\n", 2, {{0}}},
    {"[]", 0, {{0}}},
    {"{\n  \"id\": 1,\n  \"title\": \"a\"\n}\n{\n  \"id\": 2,\n  \"title\": \"b\"\n}\n", 2, {{0}}},
    {"\x1e{\"id\":1,\"title\":\"a\"}\n\x1e{\"id\":2,\"title\":\"b\"}\n", 2, {{0}}},
    /* broken lines cost themselves and no other */
    {"{\"id\":1,\"title\":\"a\"}\nnot json\n{\"id\":2,\"title\":\"b\"}\n", 2, {{"not a JSON object", 2, 2, 21}}},
    {"{\"id\":1,\"title\":\"a\n{\"id\":2,\"title\":\"b\"}\n", 1, {{"broken JSON: a line ends inside a string", 1, 1, 18}}},
    {"{\"id\":1,\"title\":\"a\"\n{\"id\":2,\"title\":\"b\"}\n", 1, {{"broken JSON: the object is not closed", 1, 2, 20}}},
    {"{\"id\":1,\n{\"id\":2,\"title\":\"b\"}\n", 1, {{"broken JSON: the object is not closed", 1, 2, 9}}},
    {"{\"id\":[1}\n{\"id\":2,\"title\":\"b\"}\n", 1, {{"broken JSON: a bracket closes what is not open", 1, 1, 8}}},
    {"{\"id\":1,\"title\":\"a\"}}\n{\"id\":2,\"title\":\"b\"}\n", 2, {{"not a JSON object", 2, 1, 20}}},
    {"{\"id\":1,\"title\":\"a\"", 0, {{"broken JSON: the text ends inside the object", 1, 1, 0}}},
    {"{\"id\":1,\"title\":\"a\"}\n[1,2]\n", 1, {{"an element of the list is not an object", 2, 2, 22}}},
    {"[{\"id\":1,\"title\":\"a\"},7,\"x]{\",{\"id\":2,\"title\":\"b\"}]", 2,
     {{"an element of the list is not an object", 2, 1, 22}}},
    {"[{\"id\":1,\"title\":\"a\"}", 1, {{"broken JSON: the list is not closed", 0, 1, 21}}},
    {"[{\"id\":1,\"title\":\"a\",\n  \"body\":\"x\n  \"},\n {\"id\":2,\"title\":\"b\"}]\n", 1,
     {{"broken JSON: a line ends inside a string", 1, 2, 33}}},
    {"[\n {\"id\":1,\"title\":\"a\n \"},\n {\"id\":2,\"title\":\"b\"}]\n", 1,
     {{"broken JSON: a line ends inside a string", 1, 2, 21}}},
    /* the library's own findings, with its byte and line */
    {"{\"id\":1,\"title\":\"a\",}\n{\"id\":2,\"title\":\"b\"}\n", 1,
     {{"broken JSON: string or '}' expected near '}'", 1, 1, 20}}},
    {"{\"id\":1,\n\"title\":tru}\n{\"id\":2,\"title\":\"b\"}\n", 1, {{"broken JSON: invalid token near 'tru'", 1, 2, 19}}},
    {"{\"id\":1,\"id\":2,\"title\":\"a\"}\n{\"id\":2,\"title\":\"b\"}\n", 1,
     {{"broken JSON: duplicate object key near '\"id\"'", 1, 1, 11}}},
    {"{\"id\":1,\"title\":\"\\ud800\"}\n", 0, {{"broken JSON: invalid Unicode '\\uD800' near '\"\\ud800\"'", 1, 1, 23}}},
    {"{\"id\":1,\"title\":\"a\tb\"}\n", 0, {{"broken JSON: control character 0x9 near '\"a'", 1, 1, 18}}},
    /* also behind and inside strings so long that they are read otherwise */
    {"{\"id\":1,\"body\":\"a long string, long enough to be left out\",\"title\":tru}\n", 0,
     {{"broken JSON: invalid token near 'tru'", 1, 1, 69}}},
    {"{\"id\":1,\"body\":\"a long string with an \\escape that is none\"}\n", 0,
     {{"broken JSON: invalid escape", 1, 1, 39}}},
    {"{\"a long name, long enough to be left out\":1,\"a long name, long enough to be left out\":2,\"title\":\"a\"}\n", 0,
     {{"broken JSON: duplicate object key", 1, 1, 85}}},
    /* rules for the article */
    {"{\"id\":1}\n", 0, {{"no text: neither title nor body", 1, 1, 0}}},
    {"{\"id\":1,\"title\":\" \",\"body\":\"\\n\\u0001\"}\n", 0, {{"no text: neither title nor body", 1, 1, 0}}},
    {"{\"id\":\"\",\"title\":\"a\"}\n", 0, {{"the id is empty", 1, 1, 0}}},
    {"\n{\"id\":\"a\\nb\",\"title\":\"a\"}\n", 0, {{"the id holds a control character", 1, 2, 1}}},
    {"{\"id\":true,\"title\":\"a\"}\n", 0, {{"the id is neither a text nor a number", 1, 1, 6}}},
    {"{\"title\":\"a\"}\n{\"title\":\"b\",\"id\":{}}\n", 1, {{"the id is neither a text nor a number", 2, 2, 32}}},
    /* encoding: one bad byte among UTF-8 */
    {"{\"id\":1,\"title\":\"\xc3\xbc\"}\n{\"id\":2,\n\"title\":\"\xfc\"}\n{\"id\":3,\"title\":\"c\"}\n", 2,
     {{"invalid encoding: byte 0xfc is not UTF-8, as the rest of the file is", 2, 3, 40}}},
};

static void test_streams(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stream_cases / sizeof *stream_cases; i++) {
        const struct stream_case *expected = &stream_cases[i];
        for (size_t piece = 0; piece < 4; piece++) {
            struct gathered gathered = {.options = {.form = FORM_JSON}, .piece = piece};
            assert_int_equal(gather_string(&gathered, expected->text, "f"), BF_OK);
            size_t refusals = 0;
            while (refusals < 4 && expected->refusals[refusals].rule) refusals++;
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
            assert_int_equal(gathered.counts.refused, refusals);
            gathered_free(&gathered);
        }
    }
}

/* What was refused is given back: the bytes of the record and no others. */
static void test_refused_bytes(void **state)
{
    (void)state;
    struct gathered gathered = {.piece = 5};
    assert_int_equal(gather_string(&gathered, "{\"id\":1,\"title\":\"a\"}\n{\"id\":2,\"title\":oops}\n{\"id\":3,\"title\":\"b\""
                                              "}\nx y\n", "f"), BF_OK);
    assert_int_equal(gathered.refusal_count, 2);
    assert_string_equal(gathered_text(&gathered, gathered.refusals[0].bytes), "{\"id\":2,\"title\":oops}");
    assert_string_equal(gathered_text(&gathered, gathered.refusals[1].bytes), "x y");
    assert_int_equal(gathered.counts.records, 4);
    gathered_free(&gathered);
}

static void test_ids(void **state)
{
    (void)state;
    struct gathered gathered = {0};
    char record[600], id[402];
    assert_int_equal(gather_string(&gathered, "{\"title\":\"a\"}\n{\"title\":\"b\"}\n", "news/a.jsonl"), BF_OK);
    assert_string_equal(gathered_text(&gathered, gathered.articles[0].article.id), "news/a.jsonl#1");
    assert_string_equal(gathered_text(&gathered, gathered.articles[1].article.id), "news/a.jsonl#2");
    gathered_free(&gathered);

    memset(id, 'i', sizeof id);
    id[400] = '\0';
    snprintf(record, sizeof record, "{\"id\":\"%s\",\"title\":\"a\"}", id);
    assert_int_equal(gather_string(&gathered, record, "f"), BF_OK);
    assert_int_equal(gathered.article_count, 1);
    gathered_free(&gathered);
    id[400] = 'i';
    id[401] = '\0';
    snprintf(record, sizeof record, "{\"id\":\"%s\",\"title\":\"a\"}", id);
    assert_int_equal(gather_string(&gathered, record, "f"), BF_OK);
    assert_int_equal(gathered.refusal_count, 1);
    assert_string_equal(gathered.refusals[0].rule, "the id is longer than 400 bytes");
    assert_string_equal(gathered.refusals[0].id, id);
    gathered_free(&gathered);

    /* Long paths: the ids are short enough, differ, and are the same each time. */
    char path[1000], first[500];
    memset(path, 0, sizeof path);
    for (size_t i = 0; i < 999 / 3; i++) memcpy(path + 3 * i, "\xe6\x9d\xb1", 3);
    for (int run = 0; run < 2; run++) {
        assert_int_equal(gather_string(&gathered, "{\"title\":\"a\"}\n{\"title\":\"b\"}\n", path), BF_OK);
        assert_int_equal(gathered.article_count, 2);
        bf_text a = gathered.articles[0].article.id, b = gathered.articles[1].article.id;
        assert_in_range(a.length, 390, BF_ID_MAX);
        assert_true(a.length != b.length || memcmp(a.bytes, b.bytes, a.length) != 0);
        if (run == 0) strcpy(first, gathered_text(&gathered, a));
        assert_string_equal(first, gathered_text(&gathered, a));
        gathered_free(&gathered);
    }
}

/* A record longer than what is held costs itself and no other, in whatever pieces it arrives. */
static void test_too_large(void **state)
{
    (void)state;
    static char text[300000];
    for (size_t piece = 0; piece < 3; piece++) {
        struct gathered gathered = {.article_max = 50000, .record_max = 100000, .piece = piece * 1000};
        size_t length = (size_t)sprintf(text, "{\"id\":1,\"title\":\"a\"}\n{\"id\":2,\"title\":\"");
        memset(text + length, 'x', 200000);
        length += 200000;
        length += (size_t)sprintf(text + length, "\"}\n{\"id\":3,\"title\":\"b\"}\n{\"id\":4,\"title\":\"");
        memset(text + length, 'y', 60000);
        length += 60000;
        length += (size_t)sprintf(text + length, "\"}\n{\"id\":5,\"title\":\"c\"}\n");
        assert_int_equal(gather_bytes(&gathered, text, length, "f"), BF_OK);
        assert_int_equal(gathered.article_count, 3);
        assert_int_equal(gathered.refusal_count, 2);
        assert_string_equal(gathered.refusals[0].rule, "the record has 200019 bytes, more than 100000");
        assert_int_equal(gathered.refusals[0].record, 2);
        assert_int_equal(gathered.refusals[0].line, 2);
        assert_int_equal(gathered.refusals[0].byte, 21);
        assert_string_equal(gathered.refusals[1].rule, "the article has 60001 bytes, more than 50000");
        assert_int_equal(gathered.refusals[1].record, 4);
        assert_string_equal(gathered_text(&gathered, gathered.articles[2].article.id), "5");
        gathered_free(&gathered);
    }
}

static void test_depth(void **state)
{
    (void)state;
    static char text[5000];
    for (int depth = 511; depth <= 513; depth++) {
        struct gathered gathered = {0};
        size_t length = (size_t)sprintf(text, "{\"title\":\"a\",\"x\":");
        for (int i = 0; i < depth - 1; i++) text[length++] = '[';
        for (int i = 0; i < depth - 1; i++) text[length++] = ']';
        length += (size_t)sprintf(text + length, "}\n{\"title\":\"b\"}\n");
        assert_int_equal(gather_bytes(&gathered, text, length, "f"), BF_OK);
        assert_int_equal(gathered.article_count, depth <= 512 ? 2 : 1);
        assert_int_equal(gathered.refusal_count, depth <= 512 ? 0 : 1);
        if (depth > 512) {
            assert_string_equal(gathered.refusals[0].rule, "nested deeper than 512 levels");
            assert_int_equal(gathered.refusals[0].byte, 17 + 511);
        }
        gathered_free(&gathered);
    }
}

static void test_latin1_records(void **state)
{
    (void)state;
    struct gathered gathered = {0};
    assert_int_equal(gather_string(&gathered, "{\"id\":1,\"title\":\"a\"}\n{\"id\":2,\"title\":\"Z\xfcrich \x93x\x94\"}\n{\"id"
                                              "\":3,\"title\":\"\xe9\"}\n", "f"), BF_OK);
    assert_int_equal(gathered.article_count, 3);
    assert_string_equal(gathered_text(&gathered, gathered.articles[1].article.title), "Zürich “x”");
    assert_string_equal(gathered_text(&gathered, gathered.articles[2].article.title), "é");
    assert_int_equal(gathered.counts.converted_latin1, 1);
    gathered_free(&gathered);
}

static void test_cut(void **state)
{
    (void)state;
    struct gathered gathered = {.cut = BF_CORRUPT, .piece = 7};
    assert_int_equal(gather_string(&gathered, "{\"id\":1,\"title\":\"a\"}\n{\"id\":2,\"ti", "f"), BF_OK);
    assert_int_equal(gathered.article_count, 1);
    assert_int_equal(gathered.refusal_count, 1);
    assert_string_equal(gathered.refusals[0].rule, "cut short: the bytes end here");
    assert_int_equal(gathered.refusals[0].record, 2);
    gathered_free(&gathered);
    gathered.cut = BF_CORRUPT;
    assert_int_equal(gather_string(&gathered, "{\"id\":1,\"title\":\"a\"}\n", "f"), BF_OK);
    assert_int_equal(gathered.article_count, 1);
    assert_int_equal(gathered.refusal_count, 1);
    assert_string_equal(gathered.refusals[0].rule, "cut short: the bytes end here");
    assert_int_equal(gathered.refusals[0].record, 0);
    assert_int_equal(gathered.refusals[0].byte, 21);
    gathered_free(&gathered);
    gathered.cut = BF_IO; /* not the bytes' fault: the run ends */
    assert_int_equal(gather_string(&gathered, "{\"id\":1,\"title\":\"a\"}\n", "f"), BF_IO);
    gathered_free(&gathered);
}

static void test_sink(void **state)
{
    (void)state;
    static const char text[] = "{\"id\":\"a\",\"title\":\"a\"}\n{\"id\":\"b\",\"title\":\"b\"}\n{\"id\":\"c\",\"title\":\"c\"}\n";
    struct gathered gathered = {.refuse_every = 2};
    gathered.count_only = true;
    assert_int_equal(gather_string(&gathered, text, "f"), BF_OK);
    assert_int_equal(gathered.article_count, 3);
    assert_int_equal(gathered.refusal_count, 1);
    assert_string_equal(gathered.refusals[0].rule, "the sink will not have it");
    assert_string_equal(gathered.refusals[0].id, "b");
    assert_int_equal(gathered.refusals[0].record, 2);
    assert_int_equal(gathered.refusals[0].line, 2);
    gathered_free(&gathered);
    gathered.stop_after = 1;
    assert_int_equal(gather_string(&gathered, text, "f"), BF_INTERRUPTED);
    assert_int_equal(gathered.article_count, 2);
    assert_string_equal(gathered.error.message, "enough");
    gathered_free(&gathered);
}

static void test_map(void **state)
{
    (void)state;
    static const struct { const char *map, *message; } cases[] = {
        {"title", "map: \"title\" is not MEMBER=PATH"},
        {"title=", "map: \"title=\" is not MEMBER=PATH"},
        {"=a", "map: \"=a\" is not MEMBER=PATH"},
        {"title=a,,body=b", "map: \"\" is not MEMBER=PATH"},
        {"title=a,title=b", "map: title is mapped twice"},
        {"titel=a", "map: articles have no \"titel\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct member_map map;
        bf_error error;
        assert_int_equal(member_map_parse(cases[i].map, &map, &error), BF_BAD_ARGUMENT);
        if (strncmp(error.message, cases[i].message, strlen(cases[i].message)) != 0) fail_msg("%s: %s", cases[i].map,
            error.message);
    }
    struct gathered gathered = {.options = {.map = "x"}};
    assert_int_equal(gather_string(&gathered, "{}", "f"), BF_BAD_ARGUMENT);
    gathered_free(&gathered);
}

/* The scanner's end of an object must be the same however the text is cut. */
static void test_scan_pieces(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":\"}\\\"{\\\\\",\"b\":[{},[\"]\"],{\"c\":{}}],\n\"d\":1} rest";
    for (size_t first = 0; first < sizeof text; first++) {
        struct json_scan scan = {0};
        enum json_scan_state state_now = json_scan_run(&scan, text, first);
        if (state_now == JSON_SCAN_MORE) state_now = json_scan_run(&scan, text, sizeof text - 1);
        assert_int_equal(state_now, JSON_SCAN_DONE);
        assert_int_equal(scan.at, sizeof text - 1 - 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members), cmocka_unit_test(test_streams),        cmocka_unit_test(test_refused_bytes),
        cmocka_unit_test(test_ids),     cmocka_unit_test(test_too_large),      cmocka_unit_test(test_depth),
        cmocka_unit_test(test_cut),     cmocka_unit_test(test_latin1_records), cmocka_unit_test(test_sink),
        cmocka_unit_test(test_map),     cmocka_unit_test(test_scan_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
