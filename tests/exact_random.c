/* Random queries about a shaped collection: of every form that a ranker may treat by itself, and of their mixtures. */
#include "exact_shapes.h"

#include <inttypes.h>
#include <math.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool often(struct chance *chance, uint32_t percent)
{
    return chance_below(chance, 100) < percent;
}

static bool one_in(struct chance *chance, uint32_t count)
{
    return chance_below(chance, count) == 0;
}

static void append_query_word(struct shaped *shaped, struct buffer *text)
{
    struct chance *chance = &shaped->chance;
    uint32_t word = chance_below(chance, shaped->vocabulary);
    uint32_t few = shaped->vocabulary < 5 ? shaped->vocabulary : 5;
    if (often(chance, 35)) word = chance_below(chance, few); /* the first are the most frequent, the last the rarest */
    else if (often(chance, shaped->usual ? 70 : 25)) word = shaped->vocabulary - 1 - chance_below(chance, few);
    if (often(chance, 2)) word = shaped->vocabulary + 1; /* nowhere */
    if (often(chance, 2)) buffer_append_u8(text, '=');
    if (often(chance, 3)) buffer_append_string(text, "z");
    else buffer_append_format(text, "w%" PRIu32, word);
}

static void append_boost(struct shaped *shaped, struct buffer *text)
{
    static const char *const boosts[] = {"^2", "^0.5", "^3.7", "^0.001", "^1000000", "^1.0001"};
    if (often(&shaped->chance, 8)) buffer_append_string(text, boosts[chance_below(&shaped->chance, COUNT(boosts))]);
}

static void append_phrase(struct shaped *shaped, struct buffer *text)
{
    uint32_t count = 2 + chance_below(&shaped->chance, 3), word = chance_below(&shaped->chance, shaped->vocabulary);
    buffer_append_u8(text, '"');
    for (uint32_t i = 0; i < count; i++) {
        if (i) buffer_append_u8(text, ' ');
        /* half of them of words that follow each other in the shapes that write words in order */
        if (often(&shaped->chance, 50)) buffer_append_format(text, "w%" PRIu32, (word + (shaped->seed % 3 ? i : 0)) %
                                                             shaped->vocabulary);
        else append_query_word(shaped, text);
    }
    buffer_append_u8(text, '"');
    static const char *const others[] = {"~0", "~1", "~2", "~3", "~8", "~15", "~16", "~50", "~1000000"};
    if (often(&shaped->chance, 45)) buffer_append_string(text, others[chance_below(&shaped->chance, COUNT(others))]);
}

static void append_field(struct shaped *shaped, struct buffer *text)
{
    static const char *const fields[] = {"title:", "title:", "body:", "section:"};
    buffer_append_string(text, fields[chance_below(&shaped->chance, COUNT(fields))]);
}

static void append_filter(struct shaped *shaped, struct buffer *text)
{
    uint32_t day = chance_below(&shaped->chance, 27) + 1, month = chance_below(&shaped->chance, 12) + 1;
    switch (chance_below(&shaped->chance, 4)) {
    case 0: buffer_append_format(text, "date:1970-%02" PRIu32 "..1971-%02" PRIu32, month, month); break;
    case 1: buffer_append_format(text, "date:1970-%02" PRIu32 "-%02" PRIu32 "..", month, day); break;
    case 2: buffer_append_format(text, "+section:s%" PRIu32, chance_below(&shaped->chance, SHAPE_SECTIONS + 1)); break;
    default: buffer_append_format(text, "-section:s%" PRIu32, chance_below(&shaped->chance, SHAPE_SECTIONS)); break;
    }
}

static void append_clauses(struct shaped *shaped, struct buffer *text, uint32_t depth);

static void append_clause(struct shaped *shaped, struct buffer *text, uint32_t depth)
{
    struct chance *chance = &shaped->chance;
    uint32_t kind = chance_below(chance, 100);
    if (kind < 10) append_field(shaped, text);
    if (kind < 60 || depth > 2) append_query_word(shaped, text);
    else if (kind < 80) append_phrase(shaped, text);
    else if (kind < 84) append_filter(shaped, text);
    else {
        buffer_append_u8(text, '(');
        append_clauses(shaped, text, depth + 1);
        buffer_append_u8(text, ')');
    }
    append_boost(shaped, text);
}

static void append_clauses(struct shaped *shaped, struct buffer *text, uint32_t depth)
{
    static const char *const joints[] = {" ", " ", " +", " -", " AND ", " OR ", " AND NOT "};
    uint32_t count = 1 + chance_below(&shaped->chance, depth ? 3 : 5);
    if (often(&shaped->chance, 20)) buffer_append_u8(text, '+');
    for (uint32_t i = 0; i < count; i++) {
        append_clause(shaped, text, depth);
        if (i + 1 < count) buffer_append_string(text, joints[chance_below(&shaped->chance, COUNT(joints))]);
    }
}

/* Words, with or without signs: what rankers are made for. `strict`, `loose`: of 100 words, with + and with -. */
static void append_words(struct shaped *shaped, struct buffer *text, uint32_t strict, uint32_t loose)
{
    struct chance *chance = &shaped->chance;
    uint32_t count = 1 + chance_below(chance, often(chance, 80) ? 5 : often(chance, shaped->long_queries ? 50 : 97) ? 30 : 1000);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t sign = chance_below(chance, 100);
        if (i) buffer_append_u8(text, ' ');
        if (sign < strict) buffer_append_u8(text, '+');
        else if (sign < strict + loose) buffer_append_u8(text, '-');
        if (often(chance, 4)) append_field(shaped, text);
        append_query_word(shaped, text);
        append_boost(shaped, text);
    }
}

/* The best of a few, or of two lists, without the articles of a rare word or a phrase: of what these have stored nothing may be
 * believed, neither that k articles score as much nor that no other is left out. */
static void append_excluding(struct shaped *shaped, struct buffer *text, bf_search_options *options)
{
    struct chance *chance = &shaped->chance;
    uint32_t strict = one_in(chance, 2) ? 100 : one_in(chance, 2) ? 50 : 0, count = 1 + chance_below(chance, 2);
    if (!one_in(chance, 4)) *options = (bf_search_options){.k = 1 + chance_below(chance, 3) * chance_below(chance, 6)};
    for (uint32_t i = 0; i < count; i++) {
        if (often(chance, strict)) buffer_append_u8(text, '+');
        buffer_append_format(text, "w%" PRIu32 " ", chance_below(chance, one_in(chance, 3) ? shaped->vocabulary : 3));
    }
    buffer_append_u8(text, '-');
    if (one_in(chance, 5)) append_phrase(shaped, text);
    else buffer_append_format(text, "w%" PRIu32, shaped->vocabulary - 1 - chance_below(chance, shaped->vocabulary / 2));
}

/* All of a rare word and a common one, as a lead and what it leads. */
static void append_lead(struct shaped *shaped, struct buffer *text, bf_search_options *options)
{
    struct chance *chance = &shaped->chance;
    if (!one_in(chance, 4)) *options = (bf_search_options){.k = 1 + chance_below(chance, 12)};
    buffer_append_format(text, "+w%" PRIu32 " +w%" PRIu32, shaped->vocabulary - 1 - chance_below(chance, shaped->vocabulary / 2),
                         chance_below(chance, 3));
}

static void choose_options(struct shaped *shaped, bf_search_options *options)
{
    static const uint32_t ks[] = {1, 1, 2, 3, 10, 10, 10, 11, 100, 100, 101, 1000, 1000, 100000};
    static const float k1s[] = {0.5f, 0.9f, 1.2f, 2, 0, 10}, bs[] = {0, 0.4f, 0.75f, 1}, titles[] = {1, 2, 0, 5, 0.5f, 1e6f};
    struct chance *chance = &shaped->chance;
    *options = (bf_search_options){.k = ks[chance_below(chance, COUNT(ks))]};
    if (often(chance, 15)) options->offset = chance_below(chance, 30);
    options->match_all_words = often(chance, 15);
    options->plain_query = often(chance, 3);
    if (often(chance, 50)) return;
    options->set_parameters = true;
    options->k1 = k1s[chance_below(chance, COUNT(k1s))];
    options->b = bs[chance_below(chance, COUNT(bs))];
    options->title_weight = titles[chance_below(chance, COUNT(titles))];
    if (often(chance, 50)) return;
    if (often(chance, 20)) { /* whatever is a number may be asked for */
        static const float odd_k1s[] = {1e-20f, 1e-6f, 100, 1e4f, 1e6f}, odd_bs[] = {1e-6f, 0.5f, 1};
        static const float odd_titles[] = {1e-6f, 0.999f, 1e6f};
        options->k1 = odd_k1s[chance_below(chance, COUNT(odd_k1s))];
        if (often(chance, 50)) options->b = odd_bs[chance_below(chance, COUNT(odd_bs))];
        if (often(chance, 50)) options->title_weight = odd_titles[chance_below(chance, COUNT(odd_titles))];
        return;
    }
    /* a hair beside what the bounds were made with */
    options->k1 = often(chance, 50) ? nextafterf(1.2f, (float)chance_below(chance, 3)) : 1.2f;
    options->b = often(chance, 50) ? nextafterf(0.75f, (float)chance_below(chance, 2)) : 0.75f;
    options->title_weight = often(chance, 50) ? nextafterf(2, (float)chance_below(chance, 4)) : 2;
}

const char *shaped_query(struct shaped *shaped, struct buffer *text, bf_search_options *options)
{
    uint32_t form = chance_below(&shaped->chance, 100);
    buffer_clear(text);
    choose_options(shaped, options);
    if (form < 8) append_query_word(shaped, text);
    else if (form < 20) append_excluding(shaped, text, options);
    else if (form < 26) append_lead(shaped, text, options);
    else if (form < 43) append_words(shaped, text, 0, 0);
    else if (form < 53) append_words(shaped, text, 100, 0);
    else if (form < 68) append_words(shaped, text, 20, 15);
    else if (form < 76) append_phrase(shaped, text);
    else if (form < 84) {
        append_filter(shaped, text);
        buffer_append_u8(text, ' ');
        append_words(shaped, text, often(&shaped->chance, 30) ? 30 : 0, 0);
    } else {
        append_clauses(shaped, text, 0);
    }
    return buffer_string(text);
}
