/* The tokenizer's ASCII paths against its general one, and what always holds of tokens and terms. */
#include "buffer.h"
#include "fold.h"
#include "tokenizer.h"
#include "utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <utf8proc.h>

#include <cmocka.h>

static unsigned random_state = 20240609;

static unsigned random_below(unsigned limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (unsigned)((uint64_t)(random_state >> 4) * limit >> 28);
}

struct path {
    const char *name;
    ascii_classify *classify; /* NULL: the general path */
};

static size_t available_paths(struct path paths[4])
{
    size_t count = 0;
    paths[count++] = (struct path){"general", NULL};
    paths[count++] = (struct path){"scalar", ascii_classify_scalar};
#if defined(__x86_64__)
    if (cpu_level() >= CPU_AVX2) paths[count++] = (struct path){"avx2", ascii_classify_avx2};
    if (cpu_level() >= CPU_AVX512) paths[count++] = (struct path){"avx512", ascii_classify_avx512};
#elif defined(__aarch64__)
    if (cpu_level() >= CPU_NEON) paths[count++] = (struct path){"neon", ascii_classify_neon};
#endif
    return count;
}

static struct analyzer *make_analyzer(const char *language, const char *analysis)
{
    struct analyzer *analyzer;
    bf_error error;
    if (analyzer_new(language, analysis, &analyzer, &error) != BF_OK) fail_msg("%s", error.message);
    return analyzer;
}

/* All tokens of a text by one path, taken `room` at a time; the caller frees them. */
static struct token *tokens_of(const struct analyzer *analyzer, const char *text, size_t length, const struct path *path,
                               size_t room, uint32_t flags, size_t *token_count)
{
    struct token *tokens = NULL;
    size_t count = 0, allocated = 0, taken;
    struct tokenizer tokenizer;
    tokenizer_start(&tokenizer, analyzer, text, length, flags);
    do {
        if (allocated - count < room) {
            allocated = allocated * 2 + room;
            tokens = realloc(tokens, allocated * sizeof *tokens);
            assert_non_null(tokens);
        }
        taken = tokenizer_fill(&tokenizer, tokens + count, room, path->classify);
        assert_true(taken <= room);
        count += taken;
    } while (taken > 0);
    *token_count = count;
    return tokens;
}

static void check_same_tokens(const struct analyzer *analyzer, const char *text, size_t length, uint32_t flags)
{
    static const size_t rooms[] = {256, 1, 7, 3};
    struct path paths[4];
    size_t path_count = available_paths(paths), expected_count;
    struct token *expected = tokens_of(analyzer, text, length, &paths[0], 64, flags, &expected_count);
    for (size_t i = 1; i < path_count; i++) {
        size_t count;
        struct token *tokens = tokens_of(analyzer, text, length, &paths[i], rooms[random_below(4)], flags, &count);
        bool same = count == expected_count && memcmp(tokens, expected, count * sizeof *tokens) == 0;
        if (!same) {
            size_t at = 0;
            while (at < count && at < expected_count && memcmp(&tokens[at], &expected[at], sizeof *tokens) == 0) at++;
            size_t where = at < expected_count ? expected[at].start : length > 40 ? length - 40 : 0;
            size_t shown = length - where < 80 ? length - where : 80;
            fail_msg("%s differs from the general path at token %zu, byte %zu: \"%.*s\"", paths[i].name, at, where, (int)shown,
                     text + where);
        }
        free(tokens);
    }
    free(expected);
}

/* Pieces that make every rule of the tokenizer fire. */
static const char *const pieces[] = {
    "a", "b", "Z", "word", "news", "1", "12", "345", "0", "_", ".", ",", "'", ":", ";", "&", "+", "#", "++", " ", " ", "\n", "-",
    "(", "\"", "C++", "C#", "AT&T", "U.S.", "1,000", "\r", "\t", "@", "/", "\x01", "x.y.z", "zzzzzzzzzzzzzzzzzzzzzzzzz",
    "                ",
};
static const char *const foreign_pieces[] = {
    "é", "\u0301", "\u200d", "\u00ad", "’", "“", "\u00a0", "\u202f", "ж", "א", "東", "カ", "ค", "ี", "한", "😀",
    "🇺", "\ufe0f", "₂", "²", "＃", "＿", "\u2028", "ß", "\u3000", "。",
};

static size_t random_text(char *text, size_t room, unsigned foreign_percent)
{
    size_t length = 0;
    for (unsigned count = random_below(60); count > 0; count--) {
        const char *piece = pieces[random_below(sizeof pieces / sizeof *pieces)];
        if (random_below(100) < foreign_percent)
            piece = foreign_pieces[random_below(sizeof foreign_pieces / sizeof *foreign_pieces)];
        size_t size = strlen(piece);
        if (length + size > room) break;
        memcpy(text + length, piece, size);
        length += size;
    }
    return length;
}

static void test_paths_agree_on_random_text(void **state)
{
    (void)state;
    printf("seed %u\n", random_state);
    struct analyzer *analyzer = make_analyzer("english", "standard");
    for (int round = 0; round < 60000; round++) {
        char text[2048];
        size_t length = random_text(text, sizeof text, round % 3 == 0 ? 0 : round % 3 == 1 ? 4 : 30);
        char *exact = malloc(length + 1); /* so that the address sanitizer sees a read behind the end */
        assert_non_null(exact);
        memcpy(exact + 1, text, length);
        check_same_tokens(analyzer, exact + 1, length, round & 1 ? TOKENIZE_QUERY : 0);
        free(exact);
    }
    analyzer_free(analyzer);
}

static void test_paths_agree_on_random_ascii(void **state)
{
    (void)state;
    static const char alphabet[] = "aB1_.,':;&+#  -\n";
    struct analyzer *analyzer = make_analyzer("english", "standard");
    for (int round = 0; round < 60000; round++) {
        char text[200];
        size_t length = random_below(sizeof text);
        for (size_t i = 0; i < length; i++)
            text[i] = round & 1 ? (char)random_below(128) : alphabet[random_below(sizeof alphabet - 1)];
        check_same_tokens(analyzer, text, length, 0);
    }
    analyzer_free(analyzer);
}

/* Calls back for each line of a file of real articles; false: the file is not there. */
static bool each_real_line(const char *path, size_t most, void (*line_done)(void *context, const char *line, size_t length),
                           void *context)
{
    FILE *file = fopen(path, "r");
    if (!file) return false;
    static char line[1 << 20];
    while (most-- > 0 && fgets(line, sizeof line, file)) {
        size_t length = strlen(line);
        if (utf8_valid_prefix(line, length) == length) line_done(context, line, length);
    }
    fclose(file);
    return true;
}

static void compare_line(void *context, const char *line, size_t length)
{
    check_same_tokens(context, line, length, 0);
}

static const char *const real_sets[] = {"cran", "cacm", "med", "npl", "xquad-ar", "xquad-de", "xquad-en",
                                        "xquad-es", "xquad-hi", "xquad-th", "xquad-tr", "xquad-zh"};

static void test_paths_agree_on_real_text(void **state)
{
    (void)state;
    struct analyzer *analyzer = make_analyzer("english", "standard");
    size_t read = 0;
    for (size_t i = 0; i < sizeof real_sets / sizeof *real_sets; i++) {
        char path[128];
        snprintf(path, sizeof path, "../shared/data/ir/%s/articles.jsonl", real_sets[i]);
        read += each_real_line(path, 300, compare_line, analyzer);
    }
    analyzer_free(analyzer);
    if (read == 0) {
        printf("skipped: ../shared/data/ir is not there\n");
        skip();
    }
}

/* Plain analysis against its definition. */
static void test_plain_paths(void **state)
{
    (void)state;
    struct path paths[4];
    size_t path_count = available_paths(paths);
    for (int round = 0; round < 20000; round++) {
        char text[400];
        size_t length = random_below(sizeof text);
        unsigned word_length = (unsigned)round % 50 + 2;
        for (size_t i = 0; i < length; i++)
            text[i] = random_below(word_length) ? (char)random_below(256) : " \t\n\r"[random_below(4)];
        struct token expected[400];
        size_t expected_count = 0;
        for (size_t i = 0, start = 0; i <= length; i++) {
            if (i < length && !memchr(" \t\n\r", text[i], 4)) continue;
            if (i > start) expected[expected_count++] = (struct token){(uint32_t)start, (uint32_t)(i - start)};
            start = i + 1;
        }
        for (size_t i = 1; i < path_count; i++) {
            struct token found[801];
            size_t at = 0, count = 0, taken, room = round & 1 ? 400 : 1;
            while ((taken = tokenizer_plain(text, length, &at, found + count, room, paths[i].classify)) > 0) {
                assert_true(taken <= room);
                count += taken;
            }
            assert_int_equal(count, expected_count);
            assert_memory_equal(found, expected, count * sizeof *found);
        }
    }
}

/* Where tokens may stand: in order, inside the text, whole code points, and no letter or digit of the text outside of all. */
static void check_invariants(const struct analyzer *analyzer, const char *text, size_t length)
{
    struct path path = {"best", ascii_classifier(cpu_level())};
    size_t count;
    struct token *tokens = tokens_of(analyzer, text, length, &path, 50, 0, &count);
    size_t last_start = 0, last_end = 0;
    for (size_t i = 0; i < count; i++) {
        size_t start = tokens[i].start, end = start + tokens[i].length;
        assert_true(end > start && end <= length);
        assert_true(i == 0 || start > last_start);
        assert_true(end >= last_end);
        assert_int_equal(utf8_valid_prefix(text + start, end - start), end - start);
        for (size_t at = last_end; at < start; at++) {
            char byte = text[at];
            assert_false((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9'));
        }
        last_start = start;
        last_end = end;
    }
    free(tokens);
}

static void test_token_invariants(void **state)
{
    (void)state;
    struct analyzer *analyzer = make_analyzer("none", "standard");
    for (int round = 0; round < 30000; round++) {
        char text[256];
        size_t length = 0;
        if (round & 1) {
            length = random_text(text, sizeof text, 50);
        } else { /* any code points at all */
            for (unsigned count = random_below(60); count > 0; count--) {
                unsigned range = random_below(4);
                uint32_t code_point = random_below(range == 0 ? 0x80 : range == 1 ? 0x3000 : range == 2 ? 0x10000 : 0x110000);
                length += utf8_put(code_point, text + length);
            }
        }
        check_invariants(analyzer, text, length);
    }
    analyzer_free(analyzer);
}

/* Terms are valid UTF-8, at most TERM_MAX bytes, the same every time, and for folding: stable. */
static void test_term_invariants(void **state)
{
    (void)state;
    static const char *const languages[] = {"none",   "english", "french",  "spanish", "turkish",
                                            "arabic", "german",  "russian", "yiddish", "hindi"};
    for (size_t language = 0; language < sizeof languages / sizeof *languages; language++) {
        struct analyzer *analyzer = make_analyzer(languages[language], "standard");
        struct analyzer *other = make_analyzer(languages[language], "standard");
        for (int round = 0; round < 4000; round++) {
            char surface[700], term[TERM_MAX], again[TERM_MAX];
            size_t length = 0, most = round % 20 == 0 ? 600 : 20;
            for (size_t count = 1 + random_below((unsigned)most / 4); count > 0; count--) {
                unsigned range = random_below(4);
                uint32_t code_point = 0x21 + random_below(0x5e);
                if (range > 0) code_point = random_below(range == 1 ? 0x800 : range == 2 ? 0x3400 : 0x20000);
                length += utf8_put(code_point, surface + length);
            }
            bool failed = false;
            size_t size = analyzer_term(analyzer, surface, length, term, &failed);
            assert_true(size <= TERM_MAX && !failed);
            assert_int_equal(utf8_valid_prefix(term, size), size);
            char unrelated[TERM_MAX];
            (void)analyzer_term(other, "something else", 14, unrelated, NULL);
            assert_int_equal(analyzer_term(other, surface, length, again, NULL), size);
            assert_memory_equal(term, again, size);
            assert_true(analyzer_fold(analyzer, surface, length, again, &failed) <= TERM_MAX && !failed);
        }
        analyzer_free(analyzer);
        analyzer_free(other);
    }
}

/* Without accents and our own exceptions, folding is the standard's NFKC_Casefold. */
static void test_fold_is_nfkc_casefold(void **state)
{
    (void)state;
    struct buffer folded = {0};
    for (int round = 0; round < 40000; round++) {
        char text[128];
        size_t length = 0;
        for (unsigned count = 1 + random_below(12); count > 0; count--) {
            static const uint32_t limits[] = {0x250, 0x600, 0x3400, 0xb000, 0x20000};
            uint32_t code_point = random_below(4) ? 0x300 + random_below(0x70) : 1 + random_below(limits[random_below(5)]);
            bool ours = code_point == '"' || code_point == 0x5f4 || (code_point >= 0x2018 && code_point <= 0x201b) ||
                        (code_point >= 0x2b9 && code_point <= 0x2bf) || code_point == 0x5f3 || code_point == 0x55a ||
                        code_point == 0x326 || (code_point >= 0x1f3fb && code_point <= 0x1f3ff);
            if (!ours) length += utf8_put(code_point, text + length);
        }
        text[length] = '\0';
        char *expected = (char *)utf8proc_NFKC_Casefold((const utf8proc_uint8_t *)text);
        assert_non_null(expected);
        buffer_clear(&folded);
        fold_append(&folded, text, length, 0);
        /* a few letters hold our own exceptions inside their decomposition */
        static const char *const exceptions[] = {"\"", "'", "\u0326", "\u0219", "\u021b", "\u02b9", "\u02bc", "\u02be"};
        bool taken_apart = false;
        for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
            taken_apart |= strstr(expected, exceptions[i]) != NULL;
        bool same = folded.length == strlen(expected) && memcmp(folded.bytes, expected, folded.length) == 0;
        if (!same && !taken_apart)
            fail_msg("\"%s\" gives \"%.*s\", not \"%s\"", text, (int)folded.length, (char *)folded.bytes, expected);
        free(expected);
    }
    buffer_free(&folded);
}

/* Text is promised to be valid, but bytes that are not do no harm: nothing is read outside, and the walk ends. */
static void test_invalid_bytes_do_no_harm(void **state)
{
    (void)state;
    static const uint8_t likely[] = {'a',  '.',  '\'', 0xc3, 0xa9, 0xe2, 0x80, 0x99,
                                     0xf0, 0x9f, 0x98, 0xe6, 0x9d, 0xff, 0xcc, 0x81};
    struct analyzer *analyzer = make_analyzer("french", "standard");
    for (int round = 0; round < 30000; round++) {
        size_t length = 1 + random_below(100);
        char *exact = malloc(length); /* so that the address sanitizer sees a read behind the end */
        assert_non_null(exact);
        for (size_t i = 0; i < length; i++) exact[i] = (char)(round & 1 ? likely[random_below(16)] : random_below(256));
        struct tokenizer tokenizer;
        struct token tokens[16];
        size_t count;
        tokenizer_start(&tokenizer, analyzer, exact, length, 0);
        while ((count = tokenizer_next(&tokenizer, tokens, 16)) > 0) {
            for (size_t i = 0; i < count; i++) {
                char term[TERM_MAX];
                assert_true(tokens[i].start + tokens[i].length <= length);
                assert_true(analyzer_term(analyzer, exact + tokens[i].start, tokens[i].length, term, NULL) <= TERM_MAX);
            }
        }
        free(exact);
    }
    analyzer_free(analyzer);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Texts made to be slow. A generous bound on a small size is enough to tell linear from quadratic: at 2 MiB anything
 * quadratic takes hours. */
static void test_linear_time(void **state)
{
    (void)state;
    static const char *const hostile[] = {
        "a",
        "1",
        "_",
        "'",
        ".",
        "&",
        "+",
        "#",
        "a'",
        "a.",
        "1,",
        "a&",
        "a+",
        "1:",
        "é",
        "\u0301",
        "\u200d",
        "東",
        "ค",
        "ี",
        "😀",
        "🇺",
        "a\u0301",
        "\u0301\u0316",
        "a.\u0301",
        "א\"",
        "👩\u200d",
        "1\u00a0",
        "\u1112",
        "\u00ad",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ",
    };
    struct analyzer *analyzer = make_analyzer("english", "standard");
    const size_t size = (size_t)2 << 20;
    char *text = malloc(size + 128);
    assert_non_null(text);
    double began = seconds();
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        size_t piece = strlen(hostile[i]), length = 0;
        while (length + piece <= size) {
            memcpy(text + length, hostile[i], piece);
            length += piece;
        }
        struct tokenizer tokenizer;
        struct token tokens[64];
        size_t count, longest = 0, longest_start = 0;
        tokenizer_start(&tokenizer, analyzer, text, length, 0);
        while ((count = tokenizer_next(&tokenizer, tokens, 64)) > 0) {
            for (size_t j = 0; j < count; j++) {
                if (tokens[j].length <= longest) continue;
                longest = tokens[j].length;
                longest_start = tokens[j].start;
            }
        }
        if (longest > 0) { /* a word as long as the article is a word */
            char term[TERM_MAX];
            bool failed = false;
            assert_true(analyzer_term(analyzer, text + longest_start, longest, term, &failed) <= TERM_MAX);
            assert_false(failed);
        }
    }
    double took = seconds() - began;
    if (took > 60) fail_msg("hostile texts took %.1f s", took);
    free(text);
    analyzer_free(analyzer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths_agree_on_random_text),
        cmocka_unit_test(test_paths_agree_on_random_ascii),
        cmocka_unit_test(test_paths_agree_on_real_text),
        cmocka_unit_test(test_plain_paths),
        cmocka_unit_test(test_token_invariants),
        cmocka_unit_test(test_term_invariants),
        cmocka_unit_test(test_fold_is_nfkc_casefold),
        cmocka_unit_test(test_invalid_bytes_do_no_harm),
        cmocka_unit_test(test_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
