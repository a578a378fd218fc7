#include "query_words.h"

#include "buffer.h"
#include "utf8.h"
#include "white_space.h"

enum { TOKEN_BATCH = 64 };

/* Letters and digits that are a word by themselves, in any language. */
static bool is_plain(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
/* Says of one token after another whether it is meant exactly: with EXACT_SIGNED those are that stand in a word, from white space
 * to white space, which begins with a =. */
struct exactness {
    enum lexeme_exact exact;
    const char *text;
    size_t length, at;
    bool is_signed; /* the word at `at` */
};

static struct exactness exactness_begin(const char *text, size_t length, enum lexeme_exact exact)
{
    return (struct exactness){exact, text, length, 0, query_equals_is_sign(text, length, 0)};
}

static bool exactness_of(struct exactness *exactness, struct token token)
{
    if (exactness->exact != EXACT_SIGNED) return exactness->exact == EXACT_ALL;
    while (exactness->at < token.start) {
        if (white_space_is(utf8_decode(exactness->text, exactness->length, exactness->at, &exactness->at)))
            exactness->is_signed = query_equals_is_sign(exactness->text, exactness->length, exactness->at);
    }
    return exactness->is_signed;
}

void query_words_exact(struct analyzer *analyzer, const char *text, size_t length, enum lexeme_exact exact, size_t *exact_count,
                       size_t *ngram_count, struct token *ngram)
{
    struct exactness exactness = exactness_begin(text, length, exact);
    struct tokenizer tokenizer;
    struct token tokens[TOKEN_BATCH];
    *exact_count = *ngram_count = 0;
    tokenizer_start(&tokenizer, analyzer, text, length, TOKENIZE_QUERY);
    for (size_t count; (count = tokenizer_next(&tokenizer, tokens, TOKEN_BATCH)) > 0;) {
        for (size_t i = 0; i < count; i++) {
            if (!exactness_of(&exactness, tokens[i])) continue;
            ++*exact_count;
            if (!analyzer_is_ngram(analyzer, text + tokens[i].start, tokens[i].length)) continue;
            ++*ngram_count;
            *ngram = tokens[i];
        }
    }
}

bool query_words_any(struct analyzer *analyzer, const char *text, size_t length, bool *failed)
{
    struct tokenizer tokenizer;
    struct token tokens[TOKEN_BATCH];
    char term[TERM_MAX];
    size_t count, plain = 0;
    while (plain < length && is_plain(text[plain])) plain++;
    if (plain > 0 && plain == length) return true; /* as most are */
    tokenizer_start(&tokenizer, analyzer, text, length, TOKENIZE_QUERY);
    while ((count = tokenizer_next(&tokenizer, tokens, TOKEN_BATCH)) > 0)
        for (size_t i = 0; i < count; i++)
            if (analyzer_term(analyzer, text + tokens[i].start, tokens[i].length, term, failed) > 0) return true;
    return false;
}

/* Appends the tokens (struct token) of the text that have a term, and to `terms` the terms, each behind its length in a byte. */
static void collect(struct analyzer *analyzer, const char *text, size_t length, uint32_t flags, struct buffer *kept,
                    struct buffer *terms)
{
    struct tokenizer tokenizer;
    struct token tokens[TOKEN_BATCH];
    char term[TERM_MAX];
    size_t count;
    bool failed = false;
    tokenizer_start(&tokenizer, analyzer, text, length, flags);
    while ((count = tokenizer_next(&tokenizer, tokens, TOKEN_BATCH)) > 0) {
        for (size_t i = 0; i < count; i++) {
            size_t term_length = analyzer_term(analyzer, text + tokens[i].start, tokens[i].length, term, &failed);
            terms->failed |= failed;
            if (term_length == 0) continue;
            buffer_append(kept, &tokens[i], sizeof tokens[i]);
            buffer_append_u8(terms, (uint8_t)term_length);
            buffer_append(terms, term, term_length);
        }
    }
}

/* Gives the term the one form that the word has. */
static bool make_form(struct analyzer *analyzer, const char *surface, size_t length, struct arena *arena, struct query_term *term)
{
    char form[TERM_MAX];
    bool failed = false;
    size_t form_length = analyzer_fold(analyzer, surface, length, form, &failed);
    term->form_length = (uint32_t)form_length;
    term->form = arena_copy(arena, form, form_length);
    return term->form && !failed;
}

static bool make_words(struct analyzer *analyzer, const char *text, const struct token *tokens, size_t count,
                       const uint8_t *terms, bool prefix_last_only, struct exactness exactness, struct arena *arena,
                       struct query_words *words)
{
    *words = (struct query_words){.count = (uint32_t)count, .text = text};
    if (count == 0) return true;
    words->terms = arena_take(arena, count * sizeof *words->terms);
    if (!words->terms) return false;
    for (size_t i = 0; i < count; i++) {
        const char *surface = text + tokens[i].start;
        uint32_t term_length = *terms++;
        bool may_be_prefix = !prefix_last_only || i + 1 == count;
        words->terms[i] = (struct query_term){
            .term = arena_copy(arena, terms, term_length),
            .term_length = term_length,
            .word = arena_copy(arena, surface, tokens[i].length),
            .prefix = may_be_prefix && analyzer_is_ngram_prefix(analyzer, surface, tokens[i].length),
        };
        terms += term_length;
        if (!words->terms[i].term || !words->terms[i].word) return false;
        bool exact = exactness_of(&exactness, tokens[i]);
        if (i == 0) words->first_exact = exact;
        if (!exact || analyzer_is_ngram(analyzer, surface, tokens[i].length)) continue;
        if (!make_form(analyzer, surface, tokens[i].length, arena, &words->terms[i])) return false;
    }
    words->text = text + tokens[0].start;
    words->length = tokens[count - 1].start + tokens[count - 1].length - tokens[0].start;
    return true;
}

bool query_words_apart(struct analyzer *analyzer, const char *text, size_t length, struct arena *arena,
                       struct query_words *words)
{
    struct token token_room[8];
    uint8_t term_room[128];
    struct buffer tokens = buffer_within(token_room, sizeof token_room), terms = buffer_within(term_room, sizeof term_room);
    collect(analyzer, text, length, TOKENIZE_QUERY, &tokens, &terms);
    bool made = !tokens.failed && !terms.failed &&
                make_words(analyzer, text, (const struct token *)(const void *)tokens.bytes, tokens.length / sizeof(struct token),
                           terms.bytes, false, exactness_begin(text, length, EXACT_NONE), arena, words);
    buffer_free(&tokens);
    buffer_free(&terms);
    return made;
}

bool query_words_in_row(struct analyzer *analyzer, const char *text, size_t length, enum lexeme_exact exact, struct arena *arena,
                        struct query_words *words)
{
    struct token token_room[32], query_token_room[32];
    uint8_t term_room[256], query_term_room[256];
    struct buffer tokens = buffer_within(token_room, sizeof token_room), terms = buffer_within(term_room, sizeof term_room);
    struct buffer query_tokens = buffer_within(query_token_room, sizeof query_token_room);
    struct buffer query_terms = buffer_within(query_term_room, sizeof query_term_room);
    collect(analyzer, text, length, 0, &tokens, &terms);
    collect(analyzer, text, length, TOKENIZE_QUERY, &query_tokens, &query_terms);
    bool made = !tokens.failed && !terms.failed && !query_tokens.failed && !query_terms.failed;
    if (made) {
        const struct token *in_article = (const struct token *)(const void *)tokens.bytes;
        const struct token *in_query = (const struct token *)(const void *)query_tokens.bytes;
        size_t count = tokens.length / sizeof *in_article, query_count = query_tokens.length / sizeof *in_query;
        while (query_count > 0 && count > 1 && (in_article[count - 1].start != in_query[query_count - 1].start ||
                                                in_article[count - 1].length != in_query[query_count - 1].length))
            count--;
        made = make_words(analyzer, text, in_article, count, terms.bytes, true, exactness_begin(text, length, exact), arena,
                          words);
    }
    buffer_free(&tokens);
    buffer_free(&query_tokens);
    buffer_free(&terms);
    buffer_free(&query_terms);
    return made;
}
