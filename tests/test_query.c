/* Queries: what is understood, what is said about it, and that the canonical form says the same again. */
#include "query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

struct tools {
    struct analyzer *english, *none, *plain;
};

static int tools_open(void **state)
{
    struct tools *tools = calloc(1, sizeof *tools);
    assert_non_null(tools);
    assert_int_equal(analyzer_new("english", "standard", &tools->english, NULL), BF_OK);
    assert_int_equal(analyzer_new("none", "standard", &tools->none, NULL), BF_OK);
    assert_int_equal(analyzer_new("none", "plain", &tools->plain, NULL), BF_OK);
    *state = tools;
    return 0;
}

static int tools_close(void **state)
{
    struct tools *tools = *state;
    analyzer_free(tools->english);
    analyzer_free(tools->none);
    analyzer_free(tools->plain);
    free(tools);
    return 0;
}

/* ---- Cases ---- */

enum { ANY = 0, ALL = 1, PLAIN = 2, PLAIN_ALL = 3 };

struct parse_case {
    const char *query, *understood, *notes; /* notes: parts of each, in order, with ';' between */
    int way;
};

static const struct parse_case cases[] = {
    /* words and signs */
    {"", "", "", ANY},
    {"   ", "", "", ANY},
    {"harbour strike", "harbour strike", "", ANY},
    {"+harbour -strike port", "+harbour -strike port", "", ANY},
    {"wi-fi", "wi fi", "", ANY},
    {"+wi-fi", "+\"wi-fi\"", "", ANY},
    {"-wi-fi x", "-\"wi-fi\" x", "", ANY},
    {"AT&T C++ C#", "AT&T C++ C#", "", ANY},
    {"-C++ x", "-C++ x", "", ANY},
    {"a - b", "a b", "", ANY},
    {"a -", "a", "", ANY},
    {"a + b", "a b", "a + with nothing", ANY},
    {"+-a b", "+a b", "of several signs", ANY},
    {"storm --live", "storm live", "", ANY},
    {"a & b", "a b", "& has no word", ANY},
    {"a && b || c", "a b c", "&& has;|| has", ANY},
    {"don't O'Brien", "don't O'Brien", "", ANY},
    {"Harbour HARBOUR harbour", "Harbour^1.5", "", ANY},
    {"the who", "the who", "", ANY},
    /* operators */
    {"a AND b", "+a +b", "", ANY},
    {"a OR b", "a b", "", ANY},
    {"a AND b OR c AND d", "(+a +b) (+c +d)", "", ANY},
    {"a b AND c d", "a (+b +c) d", "", ANY},
    {"a OR b AND c OR d", "a (+b +c) d", "", ANY},
    {"(a OR b) AND c", "+(a b) +c", "", ANY},
    {"(a AND b) AND c", "+a +b +c", "", ANY},
    {"a AND NOT b", "+a -b", "", ANY},
    {"a NOT b", "a -b", "", ANY},
    {"a OR NOT b", "a (-b)", "", ANY},
    {"NOT a", "-a", "", ANY},
    {"-a -b", "-a -b", "", ANY},
    {"NOT (a b)", "-a -b", "", ANY},
    {"NOT (a AND b) c", "-(+a +b) c", "", ANY},
    {"NOT NOT a", "a", "a NOT of a NOT", ANY},
    {"-(-a)", "-(-a)", "", ANY},
    {"a and b or not c", "a and b or not c", "", ANY},
    {"wi-fi AND x", "+\"wi-fi\" +x", "", ANY},
    {"wi-fi OR x", "wi fi x", "", ANY},
    {"-(wi-fi x)", "-\"wi-fi\" -x", "", ANY},
    {"a AND", "a", "AND with nothing after", ANY},
    {"AND a", "a", "AND with nothing before", ANY},
    {"a AND OR b", "+a +b", "OR with nothing before", ANY},
    {"a OR OR b", "a b", "OR with nothing before", ANY},
    {"a NOT", "a", "NOT with nothing after", ANY},
    {"a AND & b", "a b", "& has no word", ANY},
    {"OR", "\"OR\"", "OR is taken as a word", ANY},
    {"\"AND\" x", "\"AND\" x", "", ANY},
    {"title:AND", "title:\"AND\"", "", ANY},
    /* brackets */
    {"((a))", "a", "", ANY},
    {"+((a))", "+a", "", ANY},
    {"(+a)", "a", "", ANY},
    {"+(a b) c", "+(a b) c", "", ANY},
    {"(a b) c", "a b c", "", ANY},
    {"(a b", "a b", "an opening bracket", ANY},
    {"a) b", "a b", "a closing bracket", ANY},
    {"() a", "a", "brackets with nothing", ANY},
    {"(+a b) (+a b)", "+a^1.3333334 b^1.3333334", "", ANY},
    {"(+a b) c (+a b)", "(+a^1.3333334 b^1.3333334) c", "", ANY},
    {"f(x)", "f x", "", ANY},
    /* phrases */
    {"\"harbour strike\"", "\"harbour strike\"", "", ANY},
    {"\"harbour\"", "harbour", "", ANY},
    {"\xE2\x80\x9Charbour strike\xE2\x80\x9D", "\"harbour strike\"", "", ANY},
    {"\xC2\xABgrand port\xC2\xBB \xE2\x80\x9Ex y\xE2\x80\x9C", "\"grand port\" \"x y\"", "", ANY},
    {"\"harbour strike", "\"harbour strike\"", "the quotation mark before harbour strike", ANY},
    {"a \"", "a", "a quotation mark at the end", ANY},
    {"\"\" a", "a", "quotation marks with nothing", ANY},
    {"\"!?\" a", "a", "!? has no word", ANY},
    {"\"  a \t b\n c \"", "\"a b c\"", "", ANY},
    {"12\" vinyl", "12 vinyl", "", ANY},
    {"+\"a b\" -\"c d\"", "+\"a b\" -\"c d\"", "", ANY},
    {"\"a b\"\"c d\"", "\"a b\" \"c d\"", "", ANY},
    {"\xD7\xA6\xD7\x94\"\xD7\x9C", "\xD7\xA6\xD7\x94\"\xD7\x9C", "", ANY},
    /* words near each other */
    {"\"a b\"~5", "\"a b\"~5", "", ANY},
    {"\"a b\"~0", "\"a b\"~0", "", ANY},
    {"+\"a b\"~5 -\"c d\"~2 e", "+\"a b\"~5 -\"c d\"~2 e", "", ANY},
    {"\"a b\"~5^2 \"c d\"^2~5 \"e f\"^2~5^3", "\"a b\"~5^2 \"c d\"~5^2 \"e f\"~5^6", "", ANY},
    {"=\"the strikes\"~3 \"a =b\"~1", "=\"the strikes\"~3 \"a =b\"~1", "", ANY},
    {"title:\"a b\"~5 body:=\"a b\"~1 section:\"a b\"~2", "title:\"a b\"~5 body:=\"a b\"~1 section:\"a b\"~2", "", ANY},
    {"(\"a b\"~5)^2 (\"a b\"~2 OR c) AND d", "\"a b\"~5^2 (+(\"a b\"~2 c) +d)", "", ANY},
    {"\"a b\"~5 \"a b\"~5 \"a b\"~4 \"a b\" \"b a\"~5", "\"a b\"~5^1.3333334 \"a b\"~4 \"a b\" \"b a\"~5", "", ANY},
    {"\xE2\x80\x9C" "a b\xE2\x80\x9D~5(c)", "\"a b\"~5 c", "", ANY},
    {"\"wi-fi\"~5", "\"wi-fi\"~5", "", ANY},
    {"\"a b\"~5", "+\"a b\"~5", "", ALL},
    {"\"a b\"~5", "a b 5", "", PLAIN},
    {"\"a b\"~", "\"a b\"", "a ~ behind a phrase;~ has no word", ANY},
    {"\"a b\"~x", "\"a b\" x", "a ~ behind a phrase", ANY},
    {"\"a b\"~-3", "\"a b\" 3", "a ~ behind a phrase", ANY},
    {"\"a b\"~5x", "\"a b\" 5x", "a ~ behind a phrase", ANY},
    {"\"a b\" ~5", "\"a b\" 5", "", ANY},
    {"\"a b\"~2.5", "\"a b\"~2", "a ~ allows a whole number", ANY},
    {"\"a b\"~1000000", "\"a b\"~1000000", "", ANY},
    {"\"a b\"~1000001", "\"a b\"~1000000", "a ~ allows at most 1000000", ANY},
    {"\"a b\"~99999999999999999999999", "\"a b\"~1000000", "a ~ allows at most 1000000", ANY},
    {"\"a b\"~2~3", "\"a b\"~3", "of several ~", ANY},
    {"\"a\"~5 b", "a b", "a phrase of one word", ANY},
    {"\"a b\"~5^x c", "\"a b\"~5 x c", "a ^ without;a ^ with nothing", ANY},
    {"(a b)~5 c", "a b c", "behind anything else it says nothing", ANY},
    {"date:\"2007\"~5", "date:2007", "a date is no phrase", ANY},
    {"oil~2 oil~ oil~0.8", "oil^1.5 2 0.8", "oil~2: a ~ says;oil~: a ~ says;oil~0.8: a ~ says", ANY},
    {"~5 million ~user", "5 million user", "", ANY},
    {"http://a.b/~user/x", "http a.b user x", "", ANY},
    /* exact words */
    {"=strikes", "=strikes", "", ANY},
    {"+=strikes -=Strike", "+=strikes -=Strike", "", ANY},
    {"=strikes^2 NOT =strike", "=strikes^2 -=strike", "", ANY},
    {"=strikes strikes =strikes", "=strikes^1.3333334 strikes", "", ANY},
    {"=strikes =strike", "=strikes =strike", "", ANY},
    {"=wi-fi x", "=\"wi-fi\" x", "", ANY},
    {"=\"the strikes\"^2", "=\"the strikes\"^2", "", ANY},
    {"=\"the =strikes\"", "=\"the strikes\"", "", ANY},
    {"\"the =strikes of\"", "\"the =strikes of\"", "", ANY},
    {"\"=the strikes\"", "\"=the strikes\"", "", ANY},
    {"\"=strikes\"", "=strikes", "", ANY},
    {"\"a =wi-fi b\"", "\"a =wi-fi b\"", "", ANY},
    {"\"a = b ==c d=e\"", "\"a = b ==c d=e\"", "", ANY},
    {"title:=strikes", "title:=strikes", "", ANY},
    {"=title:strikes", "title:=strikes", "", ANY},
    {"title:=\"the strikes\" body:\"=the strikes\"", "title:=\"the strikes\" body:\"=the strikes\"", "", ANY},
    {"title:(=strikes x)", "title:=strikes title:x", "", ANY},
    {"=AND a", "=\"AND\" a", "", ANY},
    {"=", "", "= has no word", ANY},
    {"= a", "a", "= has no word", ANY},
    {"a=b", "a b", "", ANY},
    {"==a", "a", "", ANY},
    {"=^2 a", "a", "= has no word", ANY},
    {"\"=\xE6\x9D\xB1\xE4\xBA\xAC =x\"", "\"=\xE6\x9D\xB1\xE4\xBA\xAC =x\"", "", ANY},
    {"\"x =\xE6\x9D\xB1\xE4\xBA\xAC\"", "\"x \xE6\x9D\xB1\xE4\xBA\xAC\"", "a = says nothing of it", ANY},
    {"=-a", "=a", "", ANY},
    {"=(a b)", "a b", "before a bracket it says nothing", ANY},
    {"title:=(a b)", "title:a title:b", "before a bracket it says nothing", ANY},
    {"=title:(a b)", "title:a title:b", "before title: it says nothing", ANY},
    {"=date:2007", "date:2007", "before date: it says nothing", ANY},
    {"=id:x", "id:x", "before id: it says nothing", ANY},
    {"section:=politics", "section:politics", "in section: it says nothing", ANY},
    {"section:\"a =b\"", "section:\"a b\"", "in section: it says nothing", ANY},
    {"=\xE6\x9D\xB1\xE4\xBA\xAC x", "\xE6\x9D\xB1\xE4\xBA\xAC x", "a = says nothing of it", ANY},
    {"=!? a", "a", "!? has no word", ANY},
    {"=strikes \"a =b\"", "strikes a b", "", PLAIN},
    {"=strikes x", "+=strikes +x", "", ALL},
    /* fields */
    {"title:strike headline:dock", "title:strike title:dock", "", ANY},
    {"author:doe lang:fr keyword:x", "byline:doe language:fr keywords:x", "", ANY},
    {"Title:strike", "title:strike", "", ANY},
    {"title:wi-fi", "title:\"wi-fi\"", "", ANY},
    {"title:\"harbour strike\"", "title:\"harbour strike\"", "", ANY},
    {"title:(a \"b c\" body:d)", "title:a title:\"b c\" body:d", "", ANY},
    {"title:(a AND b) c", "(+title:a +title:b) c", "", ANY},
    {"-section:sports x", "-section:sports x", "", ANY},
    {"url:http://a.b/c", "url:\"http://a.b/c\"", "", ANY},
    {"title: x", "title x", "title: is followed by nothing", ANY},
    {"foo:bar", "foo bar", "foo: is not a field", ANY},
    {"foo:\"a b\"", "foo \"a b\"", "foo: is not a field", ANY},
    {"at 10:30", "at 10 30", "", ANY},
    {"http://wire.example/a", "http wire.example a", "", ANY},
    /* dates and ids */
    {"date:2007", "date:2007", "", ANY},
    {"date:2007 storm", "+date:2007 +storm", "", ANY},
    {"storm flood date:2007-03", "+(storm flood) +date:2007-03", "", ANY},
    {"+storm flood date:2007", "+storm flood +date:2007", "", ANY},
    {"date:2007 date:2009 storm", "+(date:2007 OR date:2009) +storm", "", ANY},
    {"(date:2007 AND date:2007) storm", "+date:2007 +storm", "", ANY},
    {"(+date:2007) -storm", "+date:2007 -storm", "", ANY},
    {"(a OR date:2007) storm date:2008", "+(a OR date:2007 OR storm) +date:2008", "", ANY},
    {"+x (a OR date:2007) date:2008", "+x (a OR date:2007) +date:2008", "", ANY},
    {"storm OR date:2007", "storm OR date:2007", "", ANY},
    {"-((x OR date:2007) y)", "-x -date:2007 -y", "", ANY},
    {"storm AND NOT date:2007", "+storm -date:2007", "", ANY},
    {"date:2007-03-01..2007-03-31", "date:2007-03-01..2007-03-31", "", ANY},
    {"date:..2007-03", "date:..2007-03", "", ANY},
    {"date:2007-03..", "date:2007-03..", "", ANY},
    {"date:2009..2007", "date:2007..2009", "the dates of a range", ANY},
    {"date:\"March 1, 2007\"", "date:2007-03-01", "", ANY},
    {"date:(2007 OR 2009)", "date:2007 OR date:2009", "", ANY},
    {"date:tomorrow", "tomorrow", "tomorrow is not a date", ANY},
    {"date:..", "", ".. is not a date;.. has no word", ANY},
    {"date:2007^2", "date:2007", "a date filters", ANY},
    {"id:wire/2031-01-02", "id:wire/2031-01-02", "", ANY},
    {"(id:a OR id:b(1))", "id:a id:\"b(1)\"", "", ANY},
    {"id:\"a \"\"b\"\" c\"", "id:\"a \"\"b\"\" c\"", "", ANY},
    {"id:\"a b", "id:\"a b\"", "the quotation mark after id:", ANY},
    /* boosts */
    {"harbour^2 strike^0.5", "harbour^2 strike^0.5", "", ANY},
    {"(a b^3)^2", "a^2 b^6", "", ANY},
    {"title:(\"a b\"^2 c)^1.5", "title:\"a b\"^3 title:c^1.5", "", ANY},
    {"a^2^3", "a^6", "", ANY},
    {"a^2 a", "a^2.6666667", "", ANY},
    {"-a^2 b", "-a b", "", ANY},
    {"harb* storm", "harb storm", "harb*: the * stands for no letters", ANY},
    {"a^", "a", "a ^ without a number", ANY},
    {"a ^2", "a", "a boost with nothing", ANY},
    {"\"a b\"^x", "\"a b\" x", "a ^ without;a ^ with nothing", ANY},
    {"x^y", "x y", "a ^ without a number", ANY},
    {"a^0", "a", "a boost of 0", ANY},
    {"a^1e9", "a 1e9", "a ^ without a number", ANY},
    {"a^99999999", "a^1000000", "a boost lies between", ANY},
    /* words side by side must all match */
    {"a b", "+a +b", "", ALL},
    {"wi-fi x", "+\"wi-fi\" +x", "", ALL},
    {"a OR b c", "+(a OR b) +c", "", ALL},
    {"a OR b", "a OR b", "", ALL},
    {"a OR (b c)", "a OR (+b +c)", "", ALL},
    {"a -b", "+a -b", "", ALL},
    {"-(a b)", "-(+a +b)", "", ALL},
    {"a date:2007 date:2008", "+a +(date:2007 OR date:2008)", "", ALL},
    {"date:2007 date:2007", "date:2007", "", ALL},
    /* no sign has a meaning */
    {"+a -b \"c d\" title:x", "a b c d title:x", "", PLAIN},
    {"wi-fi (x", "wi fi x", "", PLAIN},
    {"a b a", "a a b", "", PLAIN},
    {"AND OR & x^2", "AND OR x 2", "& has no word", PLAIN},
    {"+wi-fi (x)", "wi-fi x", "", PLAIN_ALL},
};

static struct query_options options_of(int way)
{
    return (struct query_options){.plain = way & PLAIN, .match_all = way & ALL};
}

static struct query *parse(const char *text, int way, struct analyzer *analyzer, struct arena *arena)
{
    struct query_options options = options_of(way);
    struct query *query = NULL;
    assert_int_equal(query_parse(text, &options, analyzer, arena, &query, NULL), BF_OK);
    assert_non_null(query->root);
    assert_int_equal(query->root->kind, QUERY_GROUP);
    return query;
}

static void test_cases(void **state)
{
    struct tools *tools = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct parse_case *c = &cases[i];
        struct arena arena = {0};
        struct query *query = parse(c->query, c->way, tools->english, &arena);
        bool right = strcmp(query->understood, c->understood) == 0;
        const char *expected = c->notes;
        uint32_t n = 0;
        for (; right && *expected; n++) {
            size_t length = strcspn(expected, ";");
            right = n < query->note_count && memmem(query->notes[n], strlen(query->notes[n]), expected, length);
            expected += length + (expected[length] == ';');
        }
        if (!right || n != query->note_count) {
            print_error("query      %s\nunderstood %s\nexpected   %s\nnotes expected %s\n", c->query, query->understood,
                        c->understood, c->notes);
            for (uint32_t j = 0; j < query->note_count; j++) print_error("  note %s\n", query->notes[j]);
            fail();
        }
        arena_free(&arena);
    }
}

/* ---- Trees ---- */

static bool same_tree(const struct query_node *a, const struct query_node *b)
{
    bool same = a->kind == b->kind && a->occur == b->occur && memcmp(&a->boost, &b->boost, sizeof a->boost) == 0 &&
                a->field == b->field && a->term_count == b->term_count && a->span == b->span &&
                a->child_count == b->child_count && a->date_from == b->date_from && a->date_to == b->date_to && a->id.length == b->id.length;
    if (same && a->id.length) same = memcmp(a->id.bytes, b->id.bytes, a->id.length) == 0;
    for (uint32_t i = 0; same && i < a->term_count; i++)
        same = strcmp(a->terms[i].term, b->terms[i].term) == 0 && strcmp(a->terms[i].word, b->terms[i].word) == 0 &&
               a->terms[i].prefix == b->terms[i].prefix && !a->terms[i].form == !b->terms[i].form &&
               (!a->terms[i].form || strcmp(a->terms[i].form, b->terms[i].form) == 0);
    for (uint32_t i = 0; same && i < a->child_count; i++) same = same_tree(a->children[i], b->children[i]);
    return same;
}

/* The invariants of query.h. */
static void check_tree(const struct query_node *node, bool scored)
{
    assert_non_null(node->shown);
    assert_true(node->boost > 0);
    if (node->kind == QUERY_GROUP || !scored) assert_true(node->boost == 1.0f);
    if (node->kind == QUERY_TERM) assert_int_equal(node->term_count, 1);
    else if (node->kind == QUERY_PHRASE) assert_true(node->term_count > 1);
    else assert_int_equal(node->term_count, 0);
    for (uint32_t i = 0; i < node->term_count; i++) {
        assert_int_equal(strlen(node->terms[i].term), node->terms[i].term_length);
        assert_true(node->terms[i].term_length > 0);
        assert_true(!node->terms[i].prefix || i + 1 == node->term_count);
        if (!node->terms[i].form) continue;
        assert_true(node->field <= QUERY_BODY && !node->terms[i].prefix);
        assert_int_equal(strlen(node->terms[i].form), node->terms[i].form_length);
        assert_true(node->terms[i].form_length > 0);
    }
    uint32_t negative = 0;
    for (uint32_t i = 0; i < node->child_count; i++) {
        check_tree(node->children[i], scored && node->children[i]->occur != QUERY_MUST_NOT);
        negative += node->children[i]->occur == QUERY_MUST_NOT;
        for (uint32_t j = 0; node->child_count < 50 && j < i; j++) {
            struct query_node copy = *node->children[j];
            copy.boost = node->children[i]->boost;
            bool leaf = copy.kind != QUERY_GROUP;
            if (leaf && same_tree(&copy, node->children[i])) fail();
        }
    }
    if (node->kind == QUERY_GROUP && node->child_count) assert_true(negative < node->child_count);
}

static const struct query_node *leaf(const struct query *query, uint32_t i) { return query->root->children[i]; }

static void assert_terms(const struct query_node *node, const char *expected)
{
    char terms[256] = "";
    for (uint32_t i = 0; i < node->term_count; i++) {
        size_t length = strlen(terms);
        const struct query_term *term = &node->terms[i];
        snprintf(terms + length, sizeof terms - length, "%s%s%s%s%s", i ? " " : "", term->term, term->prefix ? "*" : "",
                 term->form ? "=" : "", term->form ? term->form : "");
    }
    assert_string_equal(terms, expected);
}

static void test_ngrams(void **state)
{
    struct tools *tools = *state;
    struct arena arena = {0};
    struct query *query = parse("東京都", ANY, tools->none, &arena);
    assert_string_equal(query->understood, "東京 京都");
    query = parse("東", ANY, tools->none, &arena);
    assert_terms(leaf(query, 0), "東*");
    query =
        parse("\"東京都\" \"東京都 x\" \"x 東京都\" \"東京 大阪\" \"x 東\" \"東 x\" \"東京\" +x東京y", ANY, tools->none, &arena);
    assert_terms(leaf(query, 0), "東京 京都");
    assert_terms(leaf(query, 1), "東京 京都 都 x");
    assert_terms(leaf(query, 2), "x 東京 京都");
    assert_terms(leaf(query, 3), "東京 京 大阪");
    assert_terms(leaf(query, 4), "x 東*");
    assert_terms(leaf(query, 5), "東 x");
    assert_terms(leaf(query, 6), "東京");
    assert_terms(leaf(query, 7), "x 東京 京 y");
    query = parse("「東京 湾」", ANY, tools->none, &arena);
    assert_string_equal(query->understood, "\"東京 湾\"");
    arena_free(&arena);
}

/* A phrase taken from an article stands in a row among the article's tokens, wherever it is cut out. */
/* Which words have a form, and which. */
static void test_forms(void **state)
{
    struct tools *tools = *state;
    struct arena arena = {0};
    struct query *query = parse("=Strikes \"the =Ferry's of\" =\"the strikes\" \"=wi-fis a =b\" \"x = y ==z\"", ANY,
                                tools->english, &arena);
    assert_terms(leaf(query, 0), "strike=strikes");
    assert_terms(leaf(query, 1), "the ferri=ferry of");
    assert_terms(leaf(query, 2), "the=the strike=strikes");
    assert_terms(leaf(query, 3), "wi=wi fis=fis a b=b");
    assert_terms(leaf(query, 4), "x y z");
    query = parse("=\"x 東京\" \"=東 =x\" =y東京 =東", ANY, tools->english, &arena);
    assert_terms(leaf(query, 0), "x=x 東京");
    assert_terms(leaf(query, 1), "東 x=x");
    assert_terms(leaf(query, 2), "y=y 東京");
    assert_terms(leaf(query, 3), "東*");
    /* Where words have only one form each, there is nothing to say; of plain words the sign may be a part. */
    query = parse("=strikes \"a =b\"", ANY, tools->none, &arena);
    assert_terms(leaf(query, 0), "strikes");
    assert_int_equal(query->note_count, 1);
    assert_string_equal(query->understood, "strikes \"a =b\"");
    query = parse("=strikes \"a =b\" ==c", ANY, tools->plain, &arena);
    assert_terms(leaf(query, 0), "strikes");
    assert_terms(leaf(query, 1), "a =b");
    assert_terms(leaf(query, 2), "==c");
    query = parse("\"=b\"", ANY, tools->plain, &arena);
    assert_terms(leaf(query, 0), "=b");
    assert_string_equal(query->understood, "\"=b\"");
    arena_free(&arena);
}

static void test_phrase_of_article(void **state)
{
    struct tools *tools = *state;
    const char *article = "港のstrikeは東京都 ends 大 at 3 時。Then 大阪府 wi-fi";
    size_t length = strlen(article), starts[128], start_count = 0;
    for (size_t at = 0; at <= length; at++)
        if (((unsigned char)article[at] & 0xC0) != 0x80) starts[start_count++] = at;
    struct tokenizer tokenizer;
    struct token tokens[128];
    char terms[128][TERM_MAX + 1];
    tokenizer_start(&tokenizer, tools->none, article, length, 0);
    size_t count = tokenizer_next(&tokenizer, tokens, 128);
    for (size_t i = 0; i < count; i++)
        terms[i][analyzer_term(tools->none, article + tokens[i].start, tokens[i].length, terms[i], NULL)] = '\0';
    for (size_t a = 0; a < start_count; a++) {
        for (size_t b = a + 1; b < start_count; b++) {
            bool cuts_word = false; /* in the middle of a Latin word: that is another word */
            for (size_t i = 0; i < count; i++) {
                size_t from = tokens[i].start, to = from + tokens[i].length;
                bool latin = (unsigned char)article[from] < 0x80;
                cuts_word |= latin && ((starts[a] > from && starts[a] < to) || (starts[b] > from && starts[b] < to));
            }
            if (cuts_word) continue;
            char text[256];
            snprintf(text, sizeof text, "\"%.*s\"", (int)(starts[b] - starts[a]), article + starts[a]);
            struct arena arena = {0};
            struct query *query = parse(text, ANY, tools->none, &arena);
            bool found = query->root->child_count == 0;
            const struct query_node *node = found ? NULL : leaf(query, 0);
            for (size_t at = 0; !found && at + node->term_count <= count; at++) {
                found = true;
                for (uint32_t i = 0; found && i < node->term_count; i++) {
                    const struct query_term *term = &node->terms[i];
                    found = term->prefix ? strncmp(terms[at + i], term->term, term->term_length) == 0
                                         : strcmp(terms[at + i], term->term) == 0;
                }
            }
            if (!found) print_error("%s is not found\n", text);
            assert_true(found);
            arena_free(&arena);
        }
    }
}

static void test_dates(void **state)
{
    struct tools *tools = *state;
    struct arena arena = {0};
    static const struct {
        const char *text;
        int64_t from, to;
    } dates[] = {
        {"date:1970", 0, 365 * 86400},
        {"date:1970-02", 31 * 86400, 59 * 86400},
        {"date:1972-02", 761 * INT64_C(86400), 790 * INT64_C(86400)},
        {"date:1970-01-02", 86400, 2 * 86400},
        {"date:1969-12", -31 * 86400, 0},
        {"date:1970-01-01..1970-01-02", 0, 2 * 86400},
        {"date:1970-02..", 31 * 86400, INT64_MAX},
        {"date:..1970-02", INT64_MIN, 59 * 86400},
        {"date:1970-01-01T00:00:05Z", 5, 6},
    };
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        struct query *query = parse(dates[i].text, ANY, tools->english, &arena);
        assert_int_equal(leaf(query, 0)->kind, QUERY_DATE);
        assert_true(leaf(query, 0)->date_from == dates[i].from);
        assert_true(leaf(query, 0)->date_to == dates[i].to);
    }
    arena_free(&arena);
}

static void test_not_utf8(void **state)
{
    struct tools *tools = *state;
    struct arena arena = {0};
    struct query *query = parse("caf\xE9 \x1b[31mred\x07 a\xE2\x80\xAE" "b", ANY, tools->english, &arena);
    assert_string_equal(query->understood, "caf 31mred ab");
    assert_int_equal(query->note_count, 1);
    arena_free(&arena);
}

/* ---- Properties ---- */

static unsigned random_below(unsigned *seed, unsigned limit)
{
    *seed = *seed * 1103515245u + 12345u;
    return (*seed >> 8) % limit;
}

static void random_query(unsigned *seed, char *text, size_t room)
{
    static const char *const pieces[] = {
        "a", "b", "harbour", "Strikes", "wi-fi", "AT&T", "C++", "東京都", "東", "ไทย", "10:30", "http://a.b/c", "é",
        "o'clock", "1 000",
        " ", " ", " ", " ", " ", "(", ")", "(", ")", "\"", "\"", "“", "”", "+", "-", "+", "-", " AND ", " OR ",
        " NOT ", "AND", "OR", "NOT", "^", "^2", "^0.5", "^2.25", "^1000000", "^0.001", "title:", "body:", "headline:",
        "date:", "id:",
        "date:2007", "date:2007-03..", "date:..2008",
        "foo:", "text:", ":", "&", "!", "--", "x\xFF", "\t", "\n", "|", "\\", "*", "~", "צה\"ל", "🙂", "\xC2\xA0", "'",
        "..", "1", "2007",
        "=", "=", " =", "==", "=strikes", "=\"", "\"a =b\"", "title:=b", "+=",
        "keyword:x", "(a b)", "\"a b\"", "+(a OR b)", "-(a AND b)",
    };
    size_t length = 0;
    unsigned count = random_below(seed, 24);
    text[0] = '\0';
    for (unsigned i = 0; i < count; i++) {
        if (random_below(seed, 60) == 0) {
            if (length + 2 < room) text[length++] = (char)(1 + random_below(seed, 255));
            text[length] = '\0';
            continue;
        }
        const char *piece = pieces[random_below(seed, sizeof pieces / sizeof *pieces)];
        if (length + strlen(piece) + 1 > room) break;
        strcpy(text + length, piece);
        length += strlen(piece);
    }
}

static void test_canonical_form_says_the_same(void **state)
{
    struct tools *tools = *state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    struct analyzer *analyzers[] = {tools->english, tools->none, tools->plain};
    for (unsigned round = 0; round < 60000; round++) {
        char text[512];
        unsigned before = seed;
        random_query(&seed, text, sizeof text);
        int way = (int)(round % 4);
        struct analyzer *analyzer = analyzers[round / 4 % 3];
        struct arena arena = {0};
        struct query *query = parse(text, way, analyzer, &arena);
        struct query *again = parse(query->understood, way, analyzer, &arena);
        check_tree(query->root, true);
        bool same = same_tree(query->root, again->root) && strcmp(query->understood, again->understood) == 0;
        if (same && way == ALL) { /* says it without the option too */
            again = parse(query->understood, ANY, analyzer, &arena);
            same = same_tree(query->root, again->root);
        }
        if (same && way < PLAIN && analyzer != tools->plain) same = again->note_count == 0;
        if (!same) {
            print_error("seed %u way %d analysis %s\nquery %s\nunderstood %s\nagain      %s\n", before, way,
                        analyzer_identity(analyzer), text, query->understood, again->understood);
            for (uint32_t i = 0; i < again->note_count; i++) print_error("  note %s\n", again->notes[i]);
            fail();
        }
        for (uint32_t i = 0; i < query->note_count; i++)
            for (const char *c = query->notes[i]; *c; c++) assert_true((unsigned char)*c >= ' ' && *c != 0x7F);
        arena_free(&arena);
    }
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static char *repeated(const char *piece, size_t times)
{
    size_t length = strlen(piece);
    char *text = malloc(length * times + 1);
    assert_non_null(text);
    for (size_t i = 0; i < times; i++) memcpy(text + i * length, piece, length);
    text[length * times] = '\0';
    return text;
}

static void test_long_queries(void **state)
{
    struct tools *tools = *state;
    static const char *const pieces[] = {"(", "(a ", ")", "\"", "((a OR b) AND ", "NOT ", "-(", "a AND ", "OR ", "+", "^2",
                                         "title:(", "id:\"a\"\"b\" ", "a^2 ", "-(b c ", "(a b) ", "date:2007 ", "foo:bar ", "& ",
                                         "\"a ", "a(b"};
    double start = seconds_now();
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        char *text = repeated(pieces[i], 100000);
        struct arena arena = {0};
        struct query *query = parse(text, ANY, tools->english, &arena);
        assert_true(query->note_count <= 21);
        struct query *again = parse(query->understood, ANY, tools->english, &arena);
        assert_string_equal(query->understood, again->understood);
        arena_free(&arena);
        free(text);
    }
    print_message("%.0f ms for %zu long queries, parsed twice\n", (seconds_now() - start) * 1e3, sizeof pieces / sizeof *pieces);
    /* many different words */
    size_t words = 50000, length = 0;
    char *text = malloc(words * 12);
    assert_non_null(text);
    for (size_t i = 0; i < words; i++) length += (size_t)sprintf(text + length, "w%zu ", i);
    struct arena arena = {0};
    start = seconds_now();
    struct query *query = parse(text, ANY, tools->english, &arena);
    assert_int_equal(query->root->child_count, words);
    print_message("%.0f ms for %zu words\n", (seconds_now() - start) * 1e3, words);
    arena_free(&arena);
    free(text);
}

static void test_depth(void **state)
{
    struct tools *tools = *state;
    struct arena arena = {0};
    char *open = repeated("(a (+b ", 500), *close = repeated(")", 1000);
    char *text = malloc(strlen(open) + strlen(close) + 8);
    assert_non_null(text);
    sprintf(text, "%s%s end", open, close);
    struct query *query = parse(text, ANY, tools->english, &arena);
    assert_int_equal(query->note_count, 1);
    assert_non_null(strstr(query->notes[0], "200 deep"));
    assert_non_null(strstr(query->understood, " end"));
    free(text);
    free(open);
    free(close);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_ngrams),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_phrase_of_article),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_not_utf8),
        cmocka_unit_test(test_canonical_form_says_the_same),
        cmocka_unit_test(test_long_queries),
        cmocka_unit_test(test_depth),
    };
    return cmocka_run_group_tests(tests, tools_open, tools_close);
}
