/*
 * Writes unicode_table.c from the files of the Unicode Character Database:
 *
 *     unicode_table_generate /usr/share/unicode >common/analysis/unicode_table.c
 *
 * Every line of those files that counts has the form "XXXX..YYYY ; value # comment" (UAX #44, section 4.2).
 */
#include "unicode_table.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODE_POINTS = 0x110000, BLOCK = 1 << CHARACTER_BLOCK_BITS };

/* What the files say of one code point. */
struct facts {
    uint8_t word_break;
    bool line_break_sa;  /* South East Asian scripts that need a dictionary to break lines (UAX #14) */
    bool ideographic, ngram_script, accent_script, arabic_script, hebrew_script;
    bool letter, number, mark, spacing_mark, letter_number;
    bool emoji, pictograph;
    bool cluster_other;  /* Grapheme_Cluster_Break is Other, LV or LVT */
    uint16_t sentence;   /* CHARACTER_LOWER and so on */
};

static struct facts *facts;
static char version[32];

static const char *const word_break_names[] = {
    "Other", "CR", "LF", "Newline", "Extend", "ZWJ", "Format", "Regional_Indicator", "Katakana", "Hebrew_Letter", "ALetter",
    "Single_Quote", "Double_Quote", "MidNumLet", "MidLetter", "MidNum", "Numeric", "ExtendNumLet", "WSegSpace",
};

static bool is_one_of(const char *value, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(value, *names) == 0) return true;
    return false;
}

static void take_word_break(struct facts *fact, const char *value)
{
    for (size_t i = 0; i < sizeof word_break_names / sizeof *word_break_names; i++) {
        if (strcmp(value, word_break_names[i]) == 0) {
            fact->word_break = (uint8_t)i;
            return;
        }
    }
    fprintf(stderr, "unicode_table_generate: unknown Word_Break value %s\n", value);
    exit(1);
}

static void take_grapheme_break(struct facts *fact, const char *value)
{
    static const char *const simple[] = {"LV", "LVT", NULL};
    fact->cluster_other = is_one_of(value, simple);
}

static void take_sentence_break(struct facts *fact, const char *value)
{
    if (strcmp(value, "Lower") == 0) fact->sentence = CHARACTER_LOWER;
    if (strcmp(value, "Upper") == 0) fact->sentence = CHARACTER_UPPER;
    if (strcmp(value, "STerm") == 0) fact->sentence = CHARACTER_STOP;
    if (strcmp(value, "ATerm") == 0) fact->sentence = CHARACTER_FULL_STOP;
    if (strcmp(value, "Close") == 0) fact->sentence = CHARACTER_CLOSE;
}

static void take_category(struct facts *fact, const char *value)
{
    fact->letter = value[0] == 'L';
    fact->number = value[0] == 'N';
    fact->letter_number = strcmp(value, "Nl") == 0;
    fact->mark = strcmp(value, "Mn") == 0 || strcmp(value, "Me") == 0;
    fact->spacing_mark = strcmp(value, "Mc") == 0;
}

static void take_script(struct facts *fact, const char *value)
{
    static const char *const ngram[] = {"Han", "Hiragana", "Katakana", "Hangul", "Bopomofo", NULL};
    static const char *const accent[] = {"Latin", "Greek", "Cyrillic", "Common", NULL};
    fact->ngram_script = is_one_of(value, ngram);
    fact->accent_script = is_one_of(value, accent);
    fact->arabic_script = strcmp(value, "Arabic") == 0;
    fact->hebrew_script = strcmp(value, "Hebrew") == 0;
}

static void take_line_break(struct facts *fact, const char *value)
{
    fact->line_break_sa = strcmp(value, "SA") == 0;
}

static void take_property(struct facts *fact, const char *value)
{
    if (strcmp(value, "Ideographic") == 0) fact->ideographic = true;
}

static void take_emoji(struct facts *fact, const char *value)
{
    if (strcmp(value, "Emoji_Presentation") == 0) fact->emoji = true;
    if (strcmp(value, "Extended_Pictographic") == 0) fact->pictograph = true;
}

static void read_file(const char *root, const char *name, void (*take)(struct facts *fact, const char *value))
{
    char path[4096], line[4096];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *file = fopen(path, "r");
    if (!file) {
        fprintf(stderr, "unicode_table_generate: can't open %s\n", path);
        exit(1);
    }
    bool first_line = true;
    while (fgets(line, sizeof line, file)) {
        const char *dash = strchr(line, '-');
        if (first_line && !version[0] && dash) /* "# WordBreakProperty-15.0.0.txt" */
            snprintf(version, sizeof version, "%.*s", (int)strcspn(dash + 1, "t") - 1, dash + 1);
        first_line = false;
        line[strcspn(line, "#\n")] = '\0';
        char *after, value[128];
        unsigned long first = strtoul(line, &after, 16), last = first;
        if (after == line) continue;
        if (strncmp(after, "..", 2) == 0) last = strtoul(after + 2, &after, 16);
        if (sscanf(after, " ; %127s", value) != 1) continue;
        if (first > last || last >= CODE_POINTS) {
            fprintf(stderr, "unicode_table_generate: %s: range %lx..%lx\n", path, first, last);
            exit(1);
        }
        for (unsigned long i = first; i <= last; i++) take(&facts[i], value);
    }
    fclose(file);
}

static bool is_subscript_digit(uint32_t code_point) { return code_point >= 0x2080 && code_point <= 0x2089; }

/* Tatweel, and the nonspacing marks of Arabic except madda and hamza, which belong to the letter; Hebrew points. */
static bool is_optional(uint32_t code_point, const struct facts *fact)
{
    if (code_point == 0x0640) return true;
    if (code_point >= 0x0653 && code_point <= 0x0655) return false;
    bool inherited = code_point >= 0x064b && code_point <= 0x0670; /* script Inherited, but used with Arabic letters alone */
    return fact->mark && (fact->arabic_script || fact->hebrew_script || inherited);
}

static struct character make_character(uint32_t code_point)
{
    const struct facts *fact = &facts[code_point];
    struct character made = {.word_break = fact->word_break, .tailored_break = fact->word_break, .flags = fact->sentence};
    bool extends = fact->word_break == WB_EXTEND;
    bool ngram = (fact->ideographic || fact->ngram_script || fact->line_break_sa || fact->word_break == WB_KATAKANA) &&
                 (fact->letter || fact->letter_number || ((fact->mark || fact->spacing_mark) && fact->line_break_sa)) &&
                 !(extends && fact->letter);
    if (ngram) made.tailored_break = extends ? WB_EXTEND : WB_OTHER;
    if (is_subscript_digit(code_point)) made.tailored_break = WB_NUMERIC;
    unsigned flags = 0;
    if (fact->letter && !extends) flags |= CHARACTER_LETTER;
    if (fact->number && !extends) flags |= CHARACTER_NUMBER;
    if (ngram) flags |= CHARACTER_NGRAM;
    if (fact->emoji) flags |= CHARACTER_EMOJI;
    if (fact->pictograph) flags |= CHARACTER_PICTOGRAPH;
    if (fact->cluster_other && !fact->pictograph) flags |= CHARACTER_SIMPLE_CLUSTER;
    if (fact->accent_script && !fact->mark) flags |= CHARACTER_ACCENT_BASE;
    if (fact->mark) flags |= CHARACTER_MARK;
    if (is_optional(code_point, fact)) flags |= CHARACTER_OPTIONAL;
    made.flags = (uint16_t)(made.flags | flags);
    return made;
}

static uint8_t kinds[CODE_POINTS];
static struct character distinct[256];
static size_t distinct_count;

static uint8_t number_kind(struct character wanted)
{
    for (size_t i = 0; i < distinct_count; i++)
        if (memcmp(&distinct[i], &wanted, sizeof wanted) == 0) return (uint8_t)i;
    if (distinct_count == 256) {
        fprintf(stderr, "unicode_table_generate: more than 256 kinds of characters\n");
        exit(1);
    }
    distinct[distinct_count] = wanted;
    return (uint8_t)distinct_count++;
}

static void print_tables(void)
{
    static uint16_t index[CODE_POINTS / BLOCK];
    static size_t first_use[CODE_POINTS / BLOCK];
    size_t block_count = 0;
    for (size_t i = 0; i < CODE_POINTS / BLOCK; i++) {
        size_t block = 0;
        while (block < block_count && memcmp(kinds + first_use[block], kinds + i * BLOCK, BLOCK) != 0) block++;
        if (block == block_count) first_use[block_count++] = i * BLOCK;
        index[i] = (uint16_t)block;
    }
    printf("/* Generated by generate/unicode_table_generate.c from the Unicode Character Database %s\n"
           " * (copyright Unicode, Inc.; https://www.unicode.org/terms_of_use.html). Don't edit. */\n"
           "#include \"unicode_table.h\"\n\n"
           "const char character_unicode_version[] = \"%s\";\n\n"
           "const struct character characters[] = {\n",
           version, version);
    for (size_t i = 0; i < distinct_count; i++)
        printf("    {%u, %u, 0x%04x},\n", distinct[i].word_break, distinct[i].tailored_break, distinct[i].flags);
    printf("};\n\nconst uint16_t character_blocks[0x110000 >> CHARACTER_BLOCK_BITS] = {");
    for (size_t i = 0; i < CODE_POINTS / BLOCK; i++) printf("%s%u,", i % 16 ? "" : "\n    ", index[i]);
    printf("\n};\n\nconst uint8_t character_kinds[][1 << CHARACTER_BLOCK_BITS] = {\n");
    for (size_t block = 0; block < block_count; block++) {
        printf("    {");
        for (size_t i = 0; i < BLOCK; i++) printf("%s%u,", i % 16 || !i ? "" : "\n     ", kinds[first_use[block] + i]);
        printf("},\n");
    }
    printf("};\n");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: unicode_table_generate UNICODE_FOLDER >unicode_table.c\n");
        return 1;
    }
    facts = calloc(CODE_POINTS, sizeof *facts);
    if (!facts) {
        fprintf(stderr, "unicode_table_generate: out of memory\n");
        return 1;
    }
    for (size_t i = 0; i < CODE_POINTS; i++) facts[i].cluster_other = true;
    read_file(argv[1], "auxiliary/WordBreakProperty.txt", take_word_break);
    read_file(argv[1], "auxiliary/GraphemeBreakProperty.txt", take_grapheme_break);
    read_file(argv[1], "auxiliary/SentenceBreakProperty.txt", take_sentence_break);
    read_file(argv[1], "extracted/DerivedGeneralCategory.txt", take_category);
    read_file(argv[1], "Scripts.txt", take_script);
    read_file(argv[1], "LineBreak.txt", take_line_break);
    read_file(argv[1], "PropList.txt", take_property);
    read_file(argv[1], "emoji/emoji-data.txt", take_emoji);
    for (uint32_t i = 0; i < CODE_POINTS; i++) kinds[i] = number_kind(make_character(i));
    print_tables();
    free(facts);
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
