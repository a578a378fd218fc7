/* The rules of common/analysis/RULES.md, one line a case: language, text, and the terms it is indexed under. */
#include "analyzer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct rule_case {
    const char *language, *text, *terms;
};

/* Writes the terms of a text, separated by spaces. */
static void terms_of(struct analyzer *analyzer, const char *text, uint32_t flags, char *out, size_t room)
{
    struct tokenizer tokenizer;
    struct token tokens[5];
    size_t count, length = 0;
    out[0] = '\0';
    tokenizer_start(&tokenizer, analyzer, text, strlen(text), flags);
    while ((count = tokenizer_next(&tokenizer, tokens, 5)) > 0) {
        for (size_t i = 0; i < count; i++) {
            char term[TERM_MAX];
            bool failed = false;
            size_t size = analyzer_term(analyzer, text + tokens[i].start, tokens[i].length, term, &failed);
            assert_false(failed);
            if (size == 0) continue;
            assert_true(length + size + 2 < room);
            length += (size_t)snprintf(out + length, room - length, "%s%.*s", length ? " " : "", (int)size, term);
        }
    }
}

static void check_rules(const struct rule_case *cases, size_t count, uint32_t flags)
{
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        struct analyzer *analyzer;
        bf_error error;
        char terms[4096];
        if (analyzer_new(cases[i].language, "standard", &analyzer, &error) != BF_OK) fail_msg("%s", error.message);
        terms_of(analyzer, cases[i].text, flags, terms, sizeof terms);
        if (strcmp(terms, cases[i].terms) != 0) {
            printf("%s: %s\n    expected: %s\n    found:    %s\n", cases[i].language, cases[i].text, cases[i].terms, terms);
            wrong++;
        }
        analyzer_free(analyzer);
    }
    assert_int_equal(wrong, 0);
}

#define CHECK_RULES(cases) check_rules(cases, sizeof(cases) / sizeof *(cases), 0)
#define CHECK_QUERY_RULES(cases) check_rules(cases, sizeof(cases) / sizeof *(cases), TOKENIZE_QUERY)

static void test_words(void **state)
{
    (void)state;
    static const struct rule_case cases[] = {
        {"none", "The quick (\"brown\") fox.", "the quick brown fox"},
        {"none", "to be or not to be", "to be or not to be"}, /* no stop words */
        {"english", "the who", "the who"},
        {"none", "", ""},
        {"none", " \t\r\n -- ... !? ©®™ § 100%", "100"}, /* nothing without a letter or a number */
        {"none", "state-of-the-art", "state of the art"},
        {"none", "pages 10-12, 5/6", "pages 10 12 5 6"},
        {"none", "snake_case __ _x_", "snake_case _x_"},
        {"none", "line\nbreaks\r\nand\u2028others\u00a0too", "line breaks and others too"},
        {"none", "un\u00adder\u00adstand", "understand"},                 /* soft hyphens */
        {"none", "zero\u200bwidth", "zero width"},                        /* ZWSP cuts */
        {"none", "می\u200cخواهم", "میخواهم"},                              /* ZWNJ does not */
        {"none", "@handle #tag", "handle tag"},
        {"none", "mail someone@example.org: www.example.org/page?id=7", "mail someone example.org www.example.org page id 7"},
        {"none", "A b, c", "a b c"},
    };
    CHECK_RULES(cases);
}

static void test_case_and_compatibility(void **state)
{
    (void)state;
    static const struct rule_case cases[] = {
        {"none", "LOUD Straße STRASSE", "loud strasse strasse"},
        {"none", "ΟΔΥΣΣΕΎΣ οδυσσεύς", "οδυσσευσ οδυσσευσ"},       /* final sigma */
        {"none", "ＦＵＬＬ ｗｉｄｔｈ １２３", "full width 123"},
        {"none", "ﬁnance oﬃce", "finance office"},                 /* ligatures, as in OCR */
        {"none", "Ⅳ ½", "iv 1⁄2"},
        {"none", "CO₂ H₂O km²", "co2 h2o km 2"},                   /* subscripts belong to the word, exponents don't */
        {"none", "ĳssel ǅ ſeven", "ijssel dz seven"},
    };
    CHECK_RULES(cases);
}

static void test_accents(void **state)
{
    (void)state;
    static const struct rule_case cases[] = {
        {"none", "café cafe\u0301 CAFÉ cafe", "cafe cafe cafe cafe"},
        {"english", "café cafe naïve naive résumé", "cafe cafe naiv naiv resum"},
        {"none", "Łódź Tromsø Đorđe Æsir œuvre Þór Ðan ħal", "lodz tromso dorde aesir oeuvre thor dan hal"},
        {"none", "Việt Nam", "viet nam"},
        {"none", "Αθήνα ΑΘΗΝΑ", "αθηνα αθηνα"},
        {"none", "ёлка елка", "елка елка"},
        {"none", "мой мои Київ Ѓорѓи ўсё", "мой мои київ ѓорѓи ўсе"}, /* letters of their own stay */
        {"none", "за\u0301мок", "замок"},                             /* a stress mark does not */
        {"none", "İstanbul Istanbul ısı", "istanbul istanbul isi"},
        {"none", "हिन्दी கடல் ประเทศ", "हिन्दी கடல் ปร ระ ะเ เท ทศ ศ"}, /* signs that are no accents stay */
        {"none", "مُحَمَّد محمـــد محمد", "محمد محمد محمد"},            /* tashkeel and tatweel */
        {"none", "أحمد آسيا مؤتمر", "أحمد آسيا مؤتمر"},             /* hamza and madda stay */
        {"none", "שָׁלוֹם שלום", "שלום שלום"},                         /* Hebrew points */
    };
    CHECK_RULES(cases);
}

static void test_apostrophes(void **state)
{
    (void)state;
    static const struct rule_case cases[] = {
        {"none", "don't don’t donʼt don＇t dont", "dont dont dont dont dont"},
        {"none", "O'Brien O’Brien OBrien", "obrien obrien obrien"},
        {"none", "John's dogs'", "johns dogs"},
        {"none", "'quoted' ‘quoted’", "quoted quoted"},
        {"none", "rock'n'roll Hawaiʻi м’яч", "rocknroll hawaii мяч"},
        {"english", "John's O’Brien’s the dogs' it's", "john obrien the dog it"},
        {"english", "don't can't O'Reilly oreilly", "dont cant oreilli oreilli"},
        {"porter", "John's", "john"},
        {"french", "l'homme d’accord qu'il aujourd'hui L'Oréal", "homm accord il aujourdhui oreal"},
        {"italian", "dell'anno l’opera un'altra", "anno oper altra"},
        {"catalan", "l'home d'aigua", "hom aigu"},
        {"irish", "d'Éirinn b'fhearr", "eirinn fearr"},
        {"english", "l'homme", "lhomm"}, /* elisions only where they are the language's */
        {"english", "Apple Inc.'s Inc.’s U.S.'s U.S.’s 747's 1990’s", "appl inc inc us us 747 1990"},
        {"none", "Inc.'s 747's", "incs 747s"},
        {"none", "Inc.'so it.' so 5 's .'s", "inc so it so 5 s s"},
        {"turkish", "Ankara'nın Türkiye'de O'Brien O'Brien'ın", "ankar turki obrien obrien"},
        {"none", "צה\"ל צה״ל צהל", "צהל צהל צהל"}, /* Hebrew abbreviations */
        {"none", "ל'東 ל'. b ל'*x ל' ל'", "ל 東 ל b ל x ל ל"}, /* an apostrophe ends a Hebrew word, and takes nothing after it */
        {"none", "1'000'000", "1000000"},
    };
    CHECK_RULES(cases);
}

static void test_acronyms(void **state)
{
    (void)state;
    static const struct rule_case cases[] = {
        {"none", "U.S. U.S US", "us us us"},
        {"none", "U.S.A. USA u.s.a", "usa usa usa"},
        {"none", "at 5 p.m. and e.g. J.K. Rowling", "at 5 pm and eg jk rowling"},
        {"none", "С.С.С.Р. СССР", "ссср ссср"},
        {"english", "U.S.A's A.I.D.S. AIDS", "usa aid aid"},
        {"none", "Ph.D. example.com a. b.", "ph.d example.com a b"}, /* not single letters */
        {"none", "J. K. Rowling", "j k rowling"},
    };
    CHECK_RULES(cases);
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct rule_case cases[] = {
        {"none", "1,000,000 1.000.000 1000000", "1000000 1000000 1000000"},
        {"none", "1\u00a0000\u00a0000 1\u202f000\u202f000", "1000000 1000000"}, /* no-break spaces */
        {"none", "1,000 1\u00a0000", "1000 1000"},
        {"none", "1.000 3.5 3,5 0.25 0,125", "1.000 3.5 3,5 0.25 0,125"}, /* may be a decimal: stays */
        {"none", "1,234.50 1.234,50 1.234.567,8", "1234.50 1234,50 1234567,8"},
        {"none", "12,34 1,0000 1,000,00 2007,100", "12,34 1,0000 1,000,00 2007,100"}, /* groups of three or nothing */
        {"none", "1 000 2007\u00a0100 5\u00a01000", "1 000 2007 100 5 1000"},
        {"none", "1,000m 10th 80s B2B", "1000m 10th 80s b2b"},
        {"none", "10,000,000.75 1,2,3", "10000000.75 1,2,3"},
        {"none", "$1,500 5% -3 10:30", "1500 5 3 10 30"},
        {"english", "1,000 3.5", "1000 3.5"},
    };
    CHECK_RULES(cases);
}

static void test_signs_in_words(void **state)
{
    (void)state;
    static const struct rule_case cases[] = {
        {"none", "AT&T R&D S&P500 M&Ms Q&A B&B", "at&t r&d s&p500 m&ms q&a b&b"},
        {"none", "A&B&C", "a&b&c"},
        {"none", "AT & T, rock&roll, R&2, &c", "at t rock roll r 2 c"}, /* spaces; two long sides; no letter */
        {"none", "at&t's É&É", "at&ts e&e"},
        {"none", "C++ C# F# c++, (C#)", "c++ c# f# c++ c#"},
        {"none", "C C+ C+++ C++x C#x C#1 C++11 AC# 1# C##", "c c c c x c x c 1 c 11 ac 1 c"},
        {"none", "C#语", "c# 语"},
        {"english", "AT&T C++", "at&t c++"},
    };
    CHECK_RULES(cases);
}

static void test_ngrams(void **state)
{
    (void)state;
    static const struct rule_case cases[] = {
        {"none", "東京都知事", "東京 京都 都知 知事 事"},
        {"none", "京", "京"},
        {"none", "東京、大阪。", "東京 京 大阪 阪"},
        {"none", "東京タワーへ行く", "東京 京タ タワ ワー ーへ へ行 行く く"},
        {"none", "ｶﾞｽ ガス", "ガス ス ガス ス"}, /* halfwidth */
        {"none", "서울에서 만나", "서울 울에 에서 서 만나 나"},
        {"none", "\u1112\u1161\u11ab\u1100\u116e\u11a8", "한국 국"}, /* 한국 from its parts */
        {"none", "IBM東京 東京IBM 2020年", "ibm 東京 京 東京 京 ibm 2020 年"},
        {"none", "ภาษาไทย", "ภา าษ ษา าไ ไท ทย ย"},
        {"none", "ที่นี่", "ที่นี่ นี่"}, /* marks stay with their consonant */
        {"none", "ລາວ ខ្មែរ", "ລາ າວ ວ ខ្មែ មែរ រ"},
        {"none", "မြန်မာ", "မြန် န်မ မာ ာ"},
        {"english", "東京", "東京 京"}, /* whatever the language */
        {"none", "〇々", "〇々 々"},
    };
    CHECK_RULES(cases);
    static const struct rule_case queries[] = {
        {"none", "東京都知事", "東京 京都 都知 知事"},
        {"none", "京", "京"},
        {"none", "東京、京 words 大阪", "東京 京 words 大阪"},
        {"none", "東 京", "東 京"},
        {"none", "ก", "ก"},
    };
    CHECK_QUERY_RULES(queries);
}

static void test_ngram_prefix(void **state)
{
    (void)state;
    struct analyzer *standard, *plain;
    assert_int_equal(analyzer_new("none", "standard", &standard, NULL), BF_OK);
    assert_int_equal(analyzer_new("none", "plain", &plain, NULL), BF_OK);
    assert_true(analyzer_is_ngram_prefix(standard, "京", 3));
    assert_true(analyzer_is_ngram_prefix(standard, "ที่", strlen("ที่")));
    assert_false(analyzer_is_ngram_prefix(standard, "東京", 6));
    assert_false(analyzer_is_ngram_prefix(standard, "a", 1));
    assert_false(analyzer_is_ngram_prefix(standard, "", 0));
    assert_false(analyzer_is_ngram_prefix(plain, "京", 3));
    analyzer_free(standard);
    analyzer_free(plain);
}

static void test_emoji(void **state)
{
    (void)state;
    static const struct rule_case cases[] = {
        {"none", "good 😀😀 day", "good 😀 😀 day"},
        {"none", "👍 👍🏽", "👍 👍"},                        /* skin tone aside */
        {"none", "❤\ufe0f ❤ ☝🏽", "❤ ☝"},                  /* a picture, or a sign of the text */
        {"none", "🇺🇸🇫🇷", "🇺🇸 🇫🇷"},
        {"none", "👩\u200d💻", "👩💻"},
        {"none", "word😀word", "word 😀 word"},
        {"none", "1\ufe0f\u20e3", "1"},                     /* a keycap is its digit */
    };
    CHECK_RULES(cases);
}

static void test_languages(void **state)
{
    (void)state;
    static const struct rule_case cases[] = {
        {"english", "running nationalisations cities", "run nationalis citi"},
        {"en", "running", "run"},
        {"eng", "running", "run"},
        {"none", "running", "running"},
        {"german", "Häuser Hauser Straße Größe", "haus haus strass gross"},
        {"de", "Verhandlungen", "verhandl"},
        {"french", "déclarée nationalités mangé mange", "declar national mang mang"},
        {"spanish", "compañía compania compañías nación económica economía", "compan compan compan nacion econom econom"},
        {"portuguese", "governações governação", "govern govern"},
        {"italian", "città citta", "citt citt"},
        {"romanian", "frumuseților frumuseţilor", "frumus frumus"}, /* comma and cedilla */
        {"russian", "правительствами правительство", "правительств правительств"},
        {"turkish", "ISPARTA ısparta İZMİR izmir", "ispar ispar izmir izmir"},
        {"arabic", "المدارس والمدارس مدارس", "مدارس مدارس مدارس"},
        {"hindi", "सरकारों सरकार", "सरकार सरकार"},
        {"greek", "κυβερνήσεων ΚΥΒΕΡΝΗΣΕΩΝ", "κυβερνησ κυβερνησ"},
        {"swedish", "friheterna", "frihet"},
        {"finnish", "hallituksessa", "hallituks"},
    };
    CHECK_RULES(cases);
}

static void test_every_stemmer(void **state)
{
    (void)state;
    static const char *const names[] = {
        "arabic", "armenian", "basque", "catalan", "danish", "dutch", "english", "finnish", "french", "german", "greek", "hindi",
        "hungarian", "indonesian", "irish", "italian", "lithuanian", "nepali", "norwegian", "porter", "portuguese", "romanian",
        "russian", "serbian", "spanish", "swedish", "tamil", "turkish", "yiddish", "none",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct analyzer *analyzer, *again;
        bf_error error;
        if (analyzer_new(names[i], "standard", &analyzer, &error) != BF_OK) fail_msg("%s", error.message);
        assert_string_equal(analyzer_language(analyzer), names[i]);
        if (analyzer_from_identity(analyzer_identity(analyzer), &again, &error) != BF_OK) fail_msg("%s", error.message);
        assert_string_equal(analyzer_identity(again), analyzer_identity(analyzer));
        /* a word of any language becomes some term of it */
        char terms[256];
        terms_of(analyzer, "Government's правительства κυβέρνηση حكومة सरकार", 0, terms, sizeof terms);
        assert_true(strlen(terms) > 20);
        analyzer_free(analyzer);
        analyzer_free(again);
    }
}

static void test_codes_are_names(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"en", "english"}, {"deu", "german"}, {"fre", "french"}, {"nb", "norwegian"}, {"tr", "turkish"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct analyzer *code, *name;
        assert_int_equal(analyzer_new(pairs[i][0], "standard", &code, NULL), BF_OK);
        assert_int_equal(analyzer_new(pairs[i][1], "standard", &name, NULL), BF_OK);
        assert_string_equal(analyzer_identity(code), analyzer_identity(name));
        analyzer_free(code);
        analyzer_free(name);
    }
}

static void test_identity_refused(void **state)
{
    (void)state;
    static const char *const stored[] = {
        "standard/1 language=english snowball=00000000 unicode=15.0.0 normalization=15.0.0", /* another stemmer */
        "standard/0 language=english snowball=368b51f9 unicode=15.0.0 normalization=15.0.0", /* other rules */
        "standard/1 language=english snowball=368b51f9 unicode=9.0.0 normalization=15.0.0",
        "standard/1 language=klingon snowball=00000000 unicode=15.0.0 normalization=15.0.0",
        "standard/1", "plain/0", "semantic/3 language=english", "",
    };
    for (size_t i = 0; i < sizeof stored / sizeof *stored; i++) {
        struct analyzer *analyzer = NULL;
        bf_error error;
        assert_int_equal(analyzer_from_identity(stored[i], &analyzer, &error), BF_INCOMPATIBLE);
        assert_null(analyzer);
        assert_non_null(strstr(error.message, stored[i]));
        assert_int_equal(error.status, BF_INCOMPATIBLE);
    }
    struct analyzer *analyzer;
    bf_error error;
    assert_int_equal(analyzer_new("klingon", "standard", &analyzer, &error), BF_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "klingon"));
    assert_non_null(strstr(error.message, "english"));
    assert_int_equal(analyzer_new("english", "semantic", &analyzer, &error), BF_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "standard and plain"));
}

static void test_plain(void **state)
{
    (void)state;
    struct analyzer *analyzer, *again;
    assert_int_equal(analyzer_new("english", "plain", &analyzer, NULL), BF_OK);
    char terms[1024];
    terms_of(analyzer, "  The U.S.\tCafé\n東京都 don't -- C++\r\n\u00a0x  ", 0, terms, sizeof terms);
    assert_string_equal(terms, "The U.S. Café 東京都 don't -- C++ \u00a0x");
    assert_int_equal(analyzer_from_identity(analyzer_identity(analyzer), &again, NULL), BF_OK);
    assert_string_equal(analyzer_identity(again), "plain/1");
    analyzer_free(again);
    analyzer_free(analyzer);
}

static void test_overlong_terms(void **state)
{
    (void)state;
    struct analyzer *standard, *plain;
    assert_int_equal(analyzer_new("english", "standard", &standard, NULL), BF_OK);
    assert_int_equal(analyzer_new("none", "plain", &plain, NULL), BF_OK);
    struct analyzer *const analyzers[] = {standard, plain};
    for (size_t i = 0; i < 2; i++) {
        char surface[TERM_MAX + 2], term[TERM_MAX], other[TERM_MAX];
        memset(surface, 'x', sizeof surface);
        assert_int_equal(analyzer_term(analyzers[i], surface, TERM_MAX, term, NULL), TERM_MAX);
        assert_memory_equal(term, surface, TERM_MAX);
        assert_int_equal(analyzer_term(analyzers[i], surface, TERM_MAX + 1, term, NULL), TERM_MAX);
        assert_memory_equal(term, surface, TERM_MAX - 17);
        assert_int_equal(term[TERM_MAX - 17], '~');
        for (size_t digit = TERM_MAX - 16; digit < TERM_MAX; digit++) assert_non_null(strchr("0123456789abcdef", term[digit]));
        surface[TERM_MAX] = 'y'; /* differs only where the term was cut */
        assert_int_equal(analyzer_term(analyzers[i], surface, TERM_MAX + 1, other, NULL), TERM_MAX);
        assert_memory_not_equal(term, other, TERM_MAX);
        assert_int_equal(analyzer_term(analyzers[i], surface, TERM_MAX + 1, term, NULL), TERM_MAX);
        assert_memory_equal(term, other, TERM_MAX);
    }
    /* cut between code points */
    char surface[400], term[TERM_MAX];
    surface[0] = 'a';
    for (size_t i = 1; i + 1 < sizeof surface; i += 2) memcpy(surface + i, "\xd0\xb6", 2);
    size_t length = analyzer_term(plain, surface, 399, term, NULL);
    assert_int_equal(length, TERM_MAX - 1);
    assert_int_equal(term[TERM_MAX - 18], '~');
    analyzer_free(standard);
    analyzer_free(plain);
}

static void test_fold_without_stemming(void **state)
{
    (void)state;
    struct analyzer *analyzer;
    assert_int_equal(analyzer_new("french", "standard", &analyzer, NULL), BF_OK);
    static const char *const cases[][2] = {
        {"Déclarées", "declarees"}, {"L’homme", "homme"}, {"U.S.", "us"}, {"1,000", "1000"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char term[TERM_MAX];
        size_t length = analyzer_fold(analyzer, cases[i][0], strlen(cases[i][0]), term, NULL);
        assert_int_equal(length, strlen(cases[i][1]));
        assert_memory_equal(term, cases[i][1], length);
    }
    analyzer_free(analyzer);
}

/* The two at once are what each is alone; some forms of words, and where there are none. */
static void test_terms_and_forms(void **state)
{
    (void)state;
    static const char *const languages[] = {"english", "french", "turkish", "spanish", "arabic", "finnish"};
    static const char *const words[] = {"Strikes",    "ferry's",  "FERRIES", "déclarées",  "L’homme", "U.S.",     "1,000",
                                        "Ankara'nın", "compañía", "والكتاب", "talossansa", "東京",    "\xCC\x81", "'\xCC\x81"};
    struct analyzer *analyzer;
    for (size_t l = 0; l < sizeof languages / sizeof *languages; l++) {
        assert_int_equal(analyzer_new(languages[l], "standard", &analyzer, NULL), BF_OK);
        assert_true(analyzer_has_forms(analyzer));
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            char term[TERM_MAX], form[TERM_MAX], alone[TERM_MAX];
            bool failed = false;
            size_t form_length, length = strlen(words[i]);
            size_t term_length = analyzer_term_and_form(analyzer, words[i], length, term, form, &form_length, &failed);
            assert_false(failed);
            assert_int_equal(analyzer_term(analyzer, words[i], length, alone, NULL), term_length);
            assert_memory_equal(alone, term, term_length);
            assert_int_equal(analyzer_fold(analyzer, words[i], length, alone, NULL), form_length);
            assert_memory_equal(alone, form, form_length);
            assert_int_equal(term_length == 0, form_length == 0);
        }
        analyzer_free(analyzer);
    }
    static const char *const cases[][3] = {
        {"Ferry's", "ferri", "ferry"}, {"FERRY", "ferri", "ferry"}, {"ferries", "ferri", "ferries"}, {"U.S.", "us", "us"}};
    assert_int_equal(analyzer_new("english", "standard", &analyzer, NULL), BF_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char term[TERM_MAX], form[TERM_MAX];
        size_t form_length,
            term_length = analyzer_term_and_form(analyzer, cases[i][0], strlen(cases[i][0]), term, form, &form_length, NULL);
        assert_int_equal(term_length, strlen(cases[i][1]));
        assert_int_equal(form_length, strlen(cases[i][2]));
        assert_memory_equal(term, cases[i][1], term_length);
        assert_memory_equal(form, cases[i][2], form_length);
    }
    assert_true(analyzer_is_ngram(analyzer, "東京", strlen("東京")));
    assert_false(analyzer_is_ngram(analyzer, "x東", strlen("x東")));
    analyzer_free(analyzer);
    assert_int_equal(analyzer_new("none", "standard", &analyzer, NULL), BF_OK);
    assert_false(analyzer_has_forms(analyzer));
    analyzer_free(analyzer);
}

static void test_versions(void **state)
{
    (void)state;
    const char *versions = analysis_library_versions();
    assert_non_null(strstr(versions, "libstemmer "));
    assert_non_null(strstr(versions, "utf8proc "));
    assert_ptr_equal(versions, analysis_library_versions());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_case_and_compatibility),
        cmocka_unit_test(test_accents),
        cmocka_unit_test(test_apostrophes),
        cmocka_unit_test(test_acronyms),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_signs_in_words),
        cmocka_unit_test(test_ngrams),
        cmocka_unit_test(test_ngram_prefix),
        cmocka_unit_test(test_emoji),
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_every_stemmer),
        cmocka_unit_test(test_codes_are_names),
        cmocka_unit_test(test_identity_refused),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_overlong_terms),
        cmocka_unit_test(test_fold_without_stemming),
        cmocka_unit_test(test_terms_and_forms),
        cmocka_unit_test(test_versions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
