/* Matches against a naive search, marks on whole graphemes, snippets by cases and by what must always hold. */
#include "code_point.h"
#include "present.h"
#include "text_matcher.h"
#include "utf8.h"

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

static struct query *parse(const char *text, struct analyzer *analyzer, struct arena *arena)
{
    struct query_options options = {0};
    struct query *query = NULL;
    assert_int_equal(query_parse(text, &options, analyzer, arena, &query, NULL), BF_OK);
    return query;
}

static bf_text text_of(const char *string) { return (bf_text){string, strlen(string)}; }

/* The text with what is marked in brackets. */
static const char *bracketed(bf_text text, const bf_mark *marks, size_t mark_count, struct arena *arena)
{
    char *shown = arena_take(arena, text.length + 2 * mark_count + 1);
    assert_non_null(shown);
    size_t length = 0, at = 0;
    for (size_t i = 0; i < mark_count; i++) {
        memcpy(shown + length, text.bytes + at, marks[i].start - at);
        length += marks[i].start - at;
        shown[length++] = '[';
        memcpy(shown + length, text.bytes + marks[i].start, marks[i].end - marks[i].start);
        length += marks[i].end - marks[i].start;
        shown[length++] = ']';
        at = marks[i].end;
    }
    memcpy(shown + length, text.bytes + at, text.length - at);
    shown[length + text.length - at] = '\0';
    return shown;
}

static bf_status one_snippet(const struct query *query, const float *weights, struct analyzer *analyzer, bf_text body,
                             size_t width, struct arena *arena, bf_passage *passage, bf_error *error)
{
    struct snippet_maker *maker = NULL;
    bf_status status = snippet_maker_new(query, weights, analyzer, arena, &maker, error);
    if (status == BF_OK) status = snippet_make(maker, body, width, arena, passage, error);
    snippet_maker_free(maker);
    return status;
}

/* ---- Marks ---- */

static const struct mark_case {
    const char *query, *text, *marked;
    enum query_field field;
} mark_cases[] = {
    {"strikes", "A strike, two Strikes, striking", "A [strike], two [Strikes], [striking]", QUERY_BODY},
    {"\"harbour strike\"", "harbour strike; the harbour had a strike", "[harbour strike]; the harbour had a strike", QUERY_BODY},
    {"\"a a b\"", "a a a b a a b", "a [a a b] [a a b]", QUERY_BODY},
    {"\"a b a b c\"", "a b a b a b c", "a b [a b a b c]", QUERY_BODY},
    {"harbour \"harbour strike\"", "the harbour strike", "the [harbour strike]", QUERY_BODY},
    {"harbour -strike", "the harbour strike", "the [harbour] strike", QUERY_BODY},
    {"title:harbour strike", "harbour strike", "harbour [strike]", QUERY_BODY},
    {"title:harbour strike", "harbour strike", "[harbour] [strike]", QUERY_TITLE},
    {"section:sports x", "sports x", "[sports] x", QUERY_SECTION},
    {"date:2007 NOT a", "a 2007", "a 2007", QUERY_BODY},
    {"wi-fi", "Wi-Fi and wi fi", "[Wi]-[Fi] and [wi] [fi]", QUERY_BODY},
    {"+wi-fi", "Wi-Fi and wi", "[Wi-Fi] and wi", QUERY_BODY},
    {"\"gate four\"", "Gate\n\nfour, gate (four)", "[Gate\n\nfour], [gate (four])", QUERY_BODY},
    {"東", "東京と関東", "[東]京と関[東]", QUERY_BODY},
    {"東京都", "東京都の京都", "[東京都]の[京都]", QUERY_BODY},
    {"\"東京 x\"", "東京 x", "[東京 x]", QUERY_BODY},
    {"cafe", "un cafe\xCC\x81 noir", "un [cafe\xCC\x81] noir", QUERY_BODY},
    {"=strikes", "A strike, two Strikes, striking", "A strike, two [Strikes], striking", QUERY_BODY},
    {"=strikes strike", "strike strikes", "[strike] [strikes]", QUERY_BODY},
    {"\"the =strikes of\"", "the strike of the strikes of", "the strike of [the strikes of]", QUERY_BODY},
    {"=\"two strikes\"", "two strike two strikes twos strikes", "two strike [two strikes] twos strikes", QUERY_BODY},
    {"\"=cat cat\"", "cats cat cats cats cat cat", "cats [cat cats] cats [cat cat]", QUERY_BODY},
    {"\"strike =strikes\"", "strike strike strikes strikes strike", "strike [strike strikes strikes] strike", QUERY_BODY},
    {"=\"ferry's strikes\" =ferry", "Ferry strikes, ferries' strikes", "[Ferry strikes], ferries' strikes", QUERY_BODY},
    {"\"=x 東\"", "x 東京 xs 東京", "[x 東]京 xs 東京", QUERY_BODY},
    {"\"harbour strike\"~0", "strike harbour strike strike", "[strike] [harbour] strike strike", QUERY_BODY},
    {"\"harbour strike\"~2", "a harbour with no strike; strike in the old harbour", "a [harbour] with no [strike]; strike in the old "
     "harbour", QUERY_BODY},
    {"\"harbour strike\"~3", "harbour harbour x y z strike strike", "harbour [harbour] x y z [strike] strike", QUERY_BODY},
    {"\"a b a\"~1", "a b x b a x x b a x a", "a b x b a x x [b] [a] x [a]", QUERY_BODY},
    {"\"=cat cat\"~1", "cats cats x cat x cats cat x x cat cat", "cats [cats] x [cat] x [cats] [cat] x x [cat] [cat]", QUERY_BODY},
    {"\"x 東\"~1", "東京 x y 東 x", "[東]京 [x] y [東] [x]", QUERY_BODY},
    {"\"a b\"~1 b -\"b c\"~9", "b a c b", "[b] [a] c [b]", QUERY_BODY},
    {"title:\"a b\"~9 c", "a b c", "a b [c]", QUERY_BODY},
    {"", "nothing", "nothing", QUERY_BODY},
    {"a", "", "", QUERY_BODY},
};

static void test_mark_cases(void **state)
{
    struct tools *tools = *state;
    for (size_t i = 0; i < sizeof mark_cases / sizeof *mark_cases; i++) {
        struct arena arena = {0};
        const struct mark_case *c = &mark_cases[i];
        struct query *query = parse(c->query, tools->english, &arena);
        const struct text_match *matches;
        const bf_mark *marks;
        size_t match_count, mark_count;
        bf_text text = text_of(c->text);
        assert_int_equal(text_matches(query, tools->english, text, c->field, false, &arena, &matches, &match_count, NULL), BF_OK);
        assert_int_equal(marks_of_matches(text, matches, match_count, &arena, &marks, &mark_count, NULL), BF_OK);
        const char *marked = bracketed(text, marks, mark_count, &arena);
        if (strcmp(marked, c->marked) != 0) fail_msg("%s: %s", c->query, marked);
        arena_free(&arena);
    }
}

static void test_clause_numbers(void **state)
{
    struct tools *tools = *state;
    struct arena arena = {0};
    struct query *query = parse("b -x (+a +\"c d\") title:e", tools->none, &arena);
    assert_int_equal(query_leaf_count(query), 4);
    assert_string_equal(query_leaf(query, 0)->shown, "b");
    assert_string_equal(query_leaf(query, 1)->shown, "a");
    assert_string_equal(query_leaf(query, 2)->shown, "\"c d\"");
    assert_string_equal(query_leaf(query, 3)->shown, "title:e");
    assert_null(query_leaf(query, 4));
    const struct text_match *matches;
    size_t count;
    bf_text text = text_of("a ... b c d e x");
    assert_int_equal(text_matches(query, tools->none, text, QUERY_BODY, true, &arena, &matches, &count, NULL), BF_OK);
    static const struct text_match expected[] = {{0, 1, 1, 0}, {6, 7, 0, 1}, {8, 11, 2, 2}, {12, 13, 3, 4}};
    assert_int_equal(count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(matches[i].start, expected[i].start);
        assert_int_equal(matches[i].end, expected[i].end);
        assert_int_equal(matches[i].clause, expected[i].clause);
        assert_int_equal(matches[i].token, expected[i].token);
    }
    text = text_of("a \xFF b");
    assert_int_equal(text_matches(query, tools->none, text, QUERY_BODY, true, &arena, &matches, &count, NULL), BF_BAD_ARGUMENT);
    arena_free(&arena);
}

/* ---- Random texts ---- */

static unsigned random_below(unsigned *seed, unsigned limit)
{
    *seed = *seed * 1103515245u + 12345u;
    return (*seed >> 8) % limit;
}

static const char *const pieces[] = {
    "a",
    "b",
    "c",
    "harbour",
    "strikes",
    "Strike",
    "wi-fi",
    "AT&T",
    "東京都",
    "東京",
    "東",
    "都",
    "ภาษาไทย",
    "é",
    "e\xCC\x81",
    "o'clock",
    "\xCC\x88",
    "🇫🇷",
    "🇩🇪🇫🇷",
    "👩‍🚀",
    "한국어",
    "नमस्ते",
    "العربية",
    "\xE2\x80\xAE",
    "\xE2\x81\xA6",
    "\x1b[31m",
    "\x07",
    "\x7F",
    "\xC2\x85",
    "\xC2\x9B",
    "\xD8\x80",
    "\xE2\x80\x8D",
    "\xEF\xB8\x8F",
    "1,000",
    "10:30",
    "Mr. Smith",
    "U.S.",
    "\xC2\xA0",
    "\xE3\x80\x80",
    "。",
    "…",
    "—",
    "averyveryverylongwordwithoutanyspaceinitatallthatgoesonandonandon",
};

static size_t random_text(unsigned *seed, char *text, size_t room, unsigned most)
{
    static const char *const between[] = {" ", " ", " ", " ", " ", "", "", ". ", ".\n\n", "\n", "  ", ", ", "\r\n", "\t"};
    size_t length = 0;
    unsigned count = random_below(seed, most);
    for (unsigned i = 0; i < count; i++) {
        const char *piece = pieces[random_below(seed, i % 3 ? 12 : sizeof pieces / sizeof *pieces)];
        const char *space = between[random_below(seed, sizeof between / sizeof *between)];
        if (length + strlen(piece) + strlen(space) >= room) break;
        length += (size_t)sprintf(text + length, "%s%s", piece, space);
    }
    text[length] = '\0';
    return length;
}

static void random_query(unsigned *seed, char *text)
{
    static const char *const signs[] = {"", "", "", "", "+", "-", "title:", "\"", "(", ")", "body:", "=", "=", "=\""};
    size_t length = 0;
    unsigned count = random_below(seed, 7);
    text[0] = '\0';
    for (unsigned i = 0; i < count; i++) {
        const char *sign = signs[random_below(seed, sizeof signs / sizeof *signs)];
        if (strchr(sign, '"')) {
            const char *inner = random_below(seed, 3) ? "" : "=";
            length += (size_t)sprintf(text + length, "%s%s %s%s %s\"", sign, pieces[random_below(seed, 13)], inner,
                                      pieces[random_below(seed, 6)], pieces[random_below(seed, 13)]);
            if (random_below(seed, 2)) length += (size_t)sprintf(text + length, "~%u", random_below(seed, 6));
            text[length++] = ' ';
            text[length] = '\0';
        } else {
            length += (size_t)sprintf(text + length, "%s%s ", sign, pieces[random_below(seed, 16)]);
        }
    }
}

/* The words of one text. */
struct naive_word {
    struct token token;
    char term[TERM_MAX], form[TERM_MAX];
    size_t length, form_length;
};

static bool naive_same(const struct naive_word *word, const struct query_term *term)
{
    bool same = term->prefix ? word->length >= term->term_length : word->length == term->term_length;
    same = same && memcmp(word->term, term->term, term->term_length) == 0;
    return same && (!term->form ||
                    (word->form_length == term->form_length && memcmp(word->form, term->form, term->form_length) == 0));
}

static size_t naive_end(bf_text text, const struct naive_word *word, const struct query_term *term)
{
    size_t end = word->token.start + word->token.length;
    return term->prefix ? utf8_grapheme_end(text.bytes, end, word->token.start) : end;
}

/* How many of the words [from, end) are the term. */
static uint32_t naive_count(const struct naive_word *words, size_t from, size_t end, const struct query_term *term)
{
    uint32_t count = 0;
    for (size_t at = from; at < end; at++) count += naive_same(&words[at], term);
    return count;
}

/* Tries every stretch from the end of the one found last; of each word the latest that it needs are marked. */
static size_t naive_near(const struct query_node *leaf, uint32_t clause, bf_text text, const struct naive_word *words, size_t count,
                         struct text_match *matches)
{
    size_t found = 0, from = 0;
    for (size_t end = 1; end <= count; end++) {
        size_t start = end;
        bool all = false;
        while (!all && start > from && end - start < leaf->span) {
            start--;
            all = true;
            for (uint32_t i = 0; i < leaf->term_count; i++)
                all = all && naive_count(words, start, end, &leaf->terms[i]) >= leaf->terms[i].need;
        }
        for (size_t at = start; all && at < end; at++) {
            size_t marked = 0;
            for (uint32_t i = 0; i < leaf->term_count; i++) {
                const struct query_term *term = &leaf->terms[i];
                if (!naive_same(&words[at], term) || naive_count(words, at, end, term) > term->need) continue;
                size_t term_end = naive_end(text, &words[at], term);
                if (term_end > marked) marked = term_end;
            }
            if (marked) matches[found++] = (struct text_match){words[at].token.start, marked, clause, (uint32_t)at};
        }
        if (all) from = end;
    }
    return found;
}

/* Every clause tried at every word. */
static size_t naive_matches(const struct query *query, struct analyzer *analyzer, bf_text text, struct text_match *matches)
{
    enum { MOST = 4096 };
    static struct naive_word words[MOST];
    struct tokenizer tokenizer;
    struct token token;
    size_t count = 0, found = 0;
    tokenizer_start(&tokenizer, analyzer, text.bytes, text.length, 0);
    while (tokenizer_next(&tokenizer, &token, 1) == 1) {
        assert_true(count < MOST);
        struct naive_word *word = &words[count];
        word->token = token;
        word->length = analyzer_term(analyzer, text.bytes + token.start, token.length, word->term, NULL);
        word->form_length = analyzer_fold(analyzer, text.bytes + token.start, token.length, word->form, NULL);
        count += word->length > 0;
    }
    for (uint32_t c = 0; c < query_leaf_count(query); c++) {
        const struct query_node *leaf = query_leaf(query, c);
        if (leaf->field != QUERY_TEXT && leaf->field != QUERY_BODY) continue;
        if (leaf->span) found += naive_near(leaf, c, text, words, count, matches + found);
        for (size_t at = 0; !leaf->span && at + leaf->term_count <= count; at++) {
            bool same = true;
            for (uint32_t i = 0; same && i < leaf->term_count; i++) same = naive_same(&words[at + i], &leaf->terms[i]);
            if (!same) continue;
            size_t end = naive_end(text, &words[at + leaf->term_count - 1], &leaf->terms[leaf->term_count - 1]);
            matches[found++] = (struct text_match){words[at].token.start, end, c, (uint32_t)at};
        }
    }
    qsort(matches, found, sizeof *matches, text_match_compare);
    return found;
}

static bool is_boundary(bf_text text, size_t offset)
{
    size_t at = 0;
    while (at < offset) at = utf8_grapheme_end(text.bytes, text.length, at);
    return at == offset;
}

static void check_marks(bf_text text, const bf_mark *marks, size_t mark_count)
{
    size_t before = 0;
    for (size_t i = 0; i < mark_count; i++) {
        assert_true(marks[i].start < marks[i].end);
        assert_true(i == 0 ? true : marks[i].start > before);
        assert_true(marks[i].end <= text.length);
        assert_true(is_boundary(text, marks[i].start));
        assert_true(is_boundary(text, marks[i].end));
        before = marks[i].end;
    }
}

static void check_snippet(bf_passage passage, size_t width)
{
    size_t length = passage.text.length, taken;
    const char *text = passage.text.bytes;
    assert_int_equal(utf8_valid_prefix(text, length), length);
    assert_true(utf8_columns(text, length) <= width);
    for (size_t at = 0; at < length; at += taken)
        assert_false(code_point_is_hostile(code_point_read(text + at, length - at, &taken)));
    assert_null(memmem(text, length, "  ", 2));
    size_t last = 0; /* grapheme: a space may be part of a larger one */
    for (size_t at = 0; at < length; at = utf8_grapheme_end(text, length, at)) last = at;
    if (length > 0) assert_true(text[0] != ' ' && text[last] != ' ');
    check_marks(passage.text, passage.marks, passage.mark_count);
}

static void test_random(void **state)
{
    struct tools *tools = *state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    static char text[8192], wanted[1024];
    static struct text_match naive[65536];
    struct analyzer *analyzers[] = {tools->english, tools->none, tools->plain};
    size_t passages_marked = 0;
    for (unsigned round = 0; round < 6000; round++) {
        unsigned before = seed;
        struct arena arena = {0};
        struct analyzer *analyzer = analyzers[round % 3];
        bf_text body = {text, random_text(&seed, text, sizeof text, round % 10 == 0 ? 1000 : 80)};
        random_query(&seed, wanted);
        struct query *query = parse(wanted, analyzer, &arena);
        const struct text_match *matches;
        const bf_mark *marks;
        size_t match_count, mark_count;
        assert_int_equal(text_matches(query, analyzer, body, QUERY_BODY, false, &arena, &matches, &match_count, NULL), BF_OK);
        size_t naive_count = naive_matches(query, analyzer, body, naive);
        bool same = naive_count == match_count;
        for (size_t i = 0; same && i < naive_count; i++)
            same = text_match_compare(&naive[i], &matches[i]) == 0 && naive[i].token == matches[i].token;
        if (!same) fail_msg("seed %u: %zu matches, %zu expected, of %s in %s", before, match_count, naive_count, wanted, text);
        assert_int_equal(marks_of_matches(body, matches, match_count, &arena, &marks, &mark_count, NULL), BF_OK);
        if (body.length < 2000) check_marks(body, marks, mark_count);
        for (size_t i = 0; i < match_count; i++) { /* every match is marked */
            size_t m = 0;
            while (m < mark_count && marks[m].end < matches[i].end) m++;
            assert_true(m < mark_count && marks[m].start <= matches[i].start);
        }
        bf_passage passage;
        size_t width = random_below(&seed, round % 4 ? 300 : 40);
        assert_int_equal(one_snippet(query, NULL, analyzer, body, width, &arena, &passage, NULL), BF_OK);
        check_snippet(passage, width ? width : 240);
        if (match_count && width >= 40) assert_true(passage.mark_count > 0);
        passages_marked += passage.mark_count > 0;
        arena_free(&arena);
    }
    assert_true(passages_marked > 1000);
}

/* ---- First letters ---- */

static void test_first_letters(void **state)
{
    (void)state;
    static const char *const languages[] = {"none",       "english", "porter", "french",    "german",    "spanish",
                                            "portuguese", "italian", "danish", "norwegian", "swedish", "finnish"};
    static const char *const stems[] = {"ge",  "be",  "un",  "s",   "ski", "dy",  "ly",  "y",   "you", "i",    "al",  "pro",
                                        "re",  "qu",  "gn",  "sch", "aus", "ein", "o",   "u",   "x",   "news", "gener", "univers",
                                        "iei", "uou", "aia", "yay", "th",  "z",   "ps",  "kk",  "j",   "w",    "v",   "inn"};
    static const char *const ends[] = {"",        "s",    "es",    "ed",     "ing",  "ies", "ly",    "ness",     "ation",
                                       "ational", "en",   "er",    "ern",    "heit", "ung", "ment",  "issement", "euse",
                                       "mente",   "amos", "iendo", "azione", "arne", "ssa", "lla",   "mme",      "isesti",
                                       "uudet",   "ying", "y",     "e",      "i",    "it",  "ously", "logi",     "t"};
    for (size_t l = 0; l < sizeof languages / sizeof *languages; l++) {
        struct analyzer *analyzer;
        assert_true(text_matcher_only_shortens(languages[l]));
        assert_int_equal(analyzer_new(languages[l], "standard", &analyzer, NULL), BF_OK);
        for (size_t a = 0; a < sizeof stems / sizeof *stems; a++) {
            for (size_t b = 0; b < sizeof ends / sizeof *ends; b++) {
                for (size_t c = 0; c < sizeof ends / sizeof *ends; c++) {
                    char word[64], term[TERM_MAX];
                    snprintf(word, sizeof word, "%s%s%s", stems[a], ends[b], ends[c]);
                    word[0] = (char)(word[0] - 32 * (int)(c & 1));
                    size_t length = analyzer_term(analyzer, word, strlen(word), term, NULL);
                    bool kept = length > 0 && length <= strlen(word) && term[0] == (word[0] | 0x20);
                    if (!kept) fail_msg("%s: %s", languages[l], word);
                }
            }
        }
        analyzer_free(analyzer);
    }
    assert_false(text_matcher_only_shortens("turkish"));
    assert_false(text_matcher_only_shortens("dutch"));
}

/* ---- Snippets ---- */

static const char storm[] =
    "The storm reached Port Alder on Sunday night. It took the roof off the fish market and left two thousand homes without "
    "power.\n\n"
    "Mayor Sefton Ruddock said the harbour would stay closed until divers had looked at the quay. \"We have had worse,\" he "
    "said.\n\n"
    "In Thornquay, forty miles to the south, the river rose four metres in six hours. Nobody was hurt. The army brought "
    "sandbags and soup, and the school opened its doors to anyone who needed a bed for the night. The insurers expect claims of "
    "more than "
    "ninety million crowns.\n\n"
    "Forecasters said a second storm was forming in the gulf, and might come ashore as early as Thursday. Fishing boats "
    "were told to stay in harbour.";

static const struct snippet_case {
    const char *query;
    size_t width;
    const char *body, *shown; /* NULL: the storm */
} snippet_cases[] = {
    {"storm", 30, "A storm.", "A [storm]."},
    {"storm", 40, "  A\n\n\tstorm \n", "A [storm]"},
    {"storm", 40, "", ""},
    {"storm", 40, " \n ", ""},
    /* the sentence, and what follows it */
    {"harbour", 0, NULL,
     "Mayor Sefton Ruddock said the [harbour] would stay closed until divers had looked at the quay. \"We have had worse,\" "
     "he said. In Thornquay, forty miles to the south, the river rose four metres in six hours. Nobody was hurt."},
    /* the beginning */
    {"nothing", 80, NULL, "The storm reached Port Alder on Sunday night. It took the roof off the fish…"},
    {"", 60, NULL, "The storm reached Port Alder on Sunday night."},
    /* words far apart */
    {"insurers sandbags", 100, NULL,
     "The army brought [sandbags] and soup, and the … The [insurers] expect claims of more than ninety…"},
    {"storm harbour insurers", 160, NULL,
     "The [storm] reached Port Alder on Sunday night. … said the [harbour] would stay closed until divers had … The [insurers] "
     "expect claims of more than ninety million…"},
    {"\"second storm\"", 60, NULL, "Forecasters said a [second storm] was forming in the gulf…"},
    {"school bed", 60, NULL, "…[school] opened its doors to anyone who needed a [bed] for…"},
    {"storm", 12, NULL, "The [storm]…"},
    {"storm", 3, NULL, "[sto]"},
    {"storm", 1, NULL, "[s]"},
    /* what must not reach a terminal */
    {"red", 40,
     "a\x1b[31m red\x1b]0;x\x07 \xE2\x80\xAEwen\xE2\x80\xAC \xC2\x9B"
     "1m\r\nb",
     "a [31m [red] ]0;x wen 1m b"},
    /* wide letters, and none that is cut */
    {"劇場", 24, "港は閉鎖された。劇場は来週まで開かない見込みだという。", "[劇場]は来週まで開かない…"},
    {"x", 9, "👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀 x", "…👩‍🚀👩‍🚀 [x]"},
    {"strike", 26, "un  cafe\xCC\x81 noir, a strike and a cafe\xCC\x81", "…a [strike] and a cafe\xCC\x81"},
};

static void test_snippet_cases(void **state)
{
    struct tools *tools = *state;
    for (size_t i = 0; i < sizeof snippet_cases / sizeof *snippet_cases; i++) {
        struct arena arena = {0};
        const struct snippet_case *c = &snippet_cases[i];
        struct query *query = parse(c->query, tools->english, &arena);
        bf_passage passage;
        bf_text body = text_of(c->body ? c->body : storm);
        assert_int_equal(one_snippet(query, NULL, tools->english, body, c->width, &arena, &passage, NULL), BF_OK);
        check_snippet(passage, c->width ? c->width : 240);
        const char *shown = bracketed(passage.text, passage.marks, passage.mark_count, &arena);
        if (strcmp(shown, c->shown) != 0) fail_msg("%s, %zu columns: %s", c->query, c->width, shown);
        arena_free(&arena);
    }
}

/* Weights decide which of two words far apart is shown where there is room for one. */
static void test_weights(void **state)
{
    struct tools *tools = *state;
    struct arena arena = {0};
    struct query *query = parse("quay soup", tools->english, &arena);
    bf_passage passage;
    static const float first[] = {5, 1}, second[] = {1, 5}, broken[] = {-1, 0.0f / 1};
    assert_int_equal(one_snippet(query, first, tools->english, text_of(storm), 30, &arena, &passage, NULL), BF_OK);
    assert_non_null(strstr(passage.text.bytes, "quay"));
    assert_int_equal(one_snippet(query, second, tools->english, text_of(storm), 30, &arena, &passage, NULL), BF_OK);
    assert_non_null(strstr(passage.text.bytes, "soup"));
    assert_int_equal(one_snippet(query, broken, tools->english, text_of(storm), 30, &arena, &passage, NULL), BF_OK);
    assert_int_equal(passage.mark_count, 1);
    arena_free(&arena);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Time grows with the text and no faster, whatever it is made of; every occurrence in what is shown is marked, also where
 * there are more than are considered. */
static void test_long_bodies(void **state)
{
    struct tools *tools = *state;
    static const char *const fillers[] = {storm, "a ", "a b a a ", "東京都", "x\xCC\x81", "ภาษาไทย", "\n", "\x1b", "word. "};
    static const char *const queries[] = {
        "harbour \"second storm\"", "a", "\"a a a a b\" a b", "東 \"京都東\"", "needle", "ไ", "needle", "needle",
        "\"word word word\" needle"};
    for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++) {
        double took[2] = {0};
        for (int large = 0; large < 2; large++) {
            size_t piece = strlen(fillers[i]), times = ((size_t)(large ? 8 : 1) << 20) / piece, length = piece * times;
            char *body = malloc(length + 16);
            assert_non_null(body);
            for (size_t t = 0; t < times; t++) memcpy(body + t * piece, fillers[i], piece);
            memcpy(body + length, " needle a.", 11);
            struct arena arena = {0};
            struct query *query = parse(queries[i], tools->none, &arena);
            bf_passage passage;
            double start = seconds_now();
            assert_int_equal(one_snippet(query, NULL, tools->none, text_of(body), 200, &arena, &passage, NULL), BF_OK);
            took[large] = seconds_now() - start;
            check_snippet(passage, 200);
            assert_true(passage.mark_count > 0);
            arena_free(&arena);
            free(body);
        }
        print_message("%-24s %6.0f ms for 1 MiB, %6.0f ms for 8\n", queries[i], took[0] * 1e3, took[1] * 1e3);
        assert_true(took[1] < 12 * took[0] + 1);
    }
}

static void test_speed(void **state)
{
    struct tools *tools = *state;
    struct arena arena = {0};
    char body[4096];
    size_t length = 0;
    while (length + sizeof storm < sizeof body) length += (size_t)sprintf(body + length, "%s\n\n", storm);
    struct query *query = parse("harbour \"second storm\" insurers", tools->english, &arena);
    double best = 1;
    for (int round = 0; round < 50; round++) {
        bf_passage passage;
        double start = seconds_now();
        assert_int_equal(one_snippet(query, NULL, tools->english, (bf_text){body, length}, 240, &arena, &passage, NULL), BF_OK);
        double took = seconds_now() - start;
        if (took < best) best = took;
    }
    print_message("a snippet of %zu bytes takes %.0f us\n", length, best * 1e6);
    arena_free(&arena);
}

/* What a maker knows from one article changes nothing in the snippet of the next. */
static void test_one_maker_for_many(void **state)
{
    struct tools *tools = *state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    struct analyzer *analyzers[] = {tools->english, tools->none, tools->plain};
    for (unsigned round = 0; round < 300; round++) {
        enum { BODIES = 12, ROOM = 8192 };
        char wanted[1024], *bodies = malloc(BODIES * ROOM);
        struct arena arena = {0};
        struct snippet_maker *maker = NULL;
        struct analyzer *analyzer = analyzers[round % 3];
        assert_non_null(bodies);
        random_query(&seed, wanted);
        struct query *query = parse(wanted, analyzer, &arena);
        assert_int_equal(snippet_maker_new(query, NULL, analyzer, &arena, &maker, NULL), BF_OK);
        for (unsigned i = 0; i < BODIES; i++) {
            char *text = bodies + (size_t)i * ROOM;
            bf_text body = {text, random_text(&seed, text, ROOM, i % 3 ? 60 : 600)};
            bf_passage fresh, next;
            assert_int_equal(one_snippet(query, NULL, analyzer, body, 100, &arena, &fresh, NULL), BF_OK);
            assert_int_equal(snippet_make(maker, body, 100, &arena, &next, NULL), BF_OK);
            assert_int_equal(next.text.length, fresh.text.length);
            assert_memory_equal(next.text.bytes, fresh.text.bytes, fresh.text.length);
            assert_int_equal(next.mark_count, fresh.mark_count);
            for (size_t m = 0; m < next.mark_count; m++) {
                assert_int_equal(next.marks[m].start, fresh.marks[m].start);
                assert_int_equal(next.marks[m].end, fresh.marks[m].end);
            }
        }
        snippet_maker_free(maker);
        arena_free(&arena);
        free(bodies);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_maker_for_many),
        cmocka_unit_test(test_mark_cases),  cmocka_unit_test(test_clause_numbers), cmocka_unit_test(test_random),
        cmocka_unit_test(test_first_letters), cmocka_unit_test(test_snippet_cases), cmocka_unit_test(test_weights),
        cmocka_unit_test(test_long_bodies), cmocka_unit_test(test_speed),
    };
    return cmocka_run_group_tests(tests, tools_open, tools_close);
}
