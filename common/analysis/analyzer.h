/*
 * Text to terms, in two steps, the same for an article and for a query:
 *
 *   tokenizer   text -> tokens: where each word stands. Depends on the bytes alone.
 *   analyzer_term   the bytes of one token (its *surface form*) -> the term it is indexed under. A pure function of
 *               those bytes, so that a caller may keep a table of surface forms and call this once for each.
 *
 * The rules (what is one word, what is folded) are written down in RULES.md beside this file.
 */
#ifndef ANALYSIS_ANALYZER_H
#define ANALYSIS_ANALYZER_H

#include "backfile.h"

enum {
    TERM_MAX = 255,           /* bytes of a term, at most; a longer one is its beginning and a hash of the whole */
    ANALYZER_IDENTITY_MAX = 256,
};

/* One word of a text. */
struct token {
    uint32_t start, length; /* its surface form in the text, in bytes */
};

struct analyzer; /* immutable but for its stemmer: one per thread */

/* `language`: a Snowball algorithm or ISO 639 code libstemmer knows, or "none"; `analysis`: "standard" or "plain".
 * BF_BAD_ARGUMENT names what is known. */
bf_status analyzer_new(const char *language, const char *analysis, struct analyzer **analyzer, bf_error *error);

/* From an identity stored in an index. BF_INCOMPATIBLE: this build can't reproduce it; `error` names both identities. */
bf_status analyzer_from_identity(const char *identity, struct analyzer **analyzer, bf_error *error);
void analyzer_free(struct analyzer *analyzer);

/* Everything that decides what terms come out, on one line, such as
 * "standard/1 language=english snowball=368b51f9 unicode=15.0.0 normalization=15.0.0". Lives as long as the analyzer. libstemmer
 * can't be asked for its version, so its part is a fingerprint of what the stemmer makes of a fixed list of words. */
const char *analyzer_identity(const struct analyzer *analyzer);
const char *analyzer_language(const struct analyzer *analyzer);

/* Walks the tokens of one text. */
struct tokenizer {
    const struct analyzer *analyzer;
    const char *text;
    size_t length, at;
    uint32_t pending_start, pending_end; /* the next character of a run that is being cut into n-grams */
    uint32_t flags;
};

enum {
    /* The text is a query: a run of a script without spaces gives n-grams only, not also the shorter piece at its end
     * which makes single characters findable in articles (RULES.md). Such a piece takes a position in the article: to number a
     * query's words as an article does (for a phrase), tokenize without this flag; a token that ends where the one
     * before it ends is a piece to count but not to look up. */
    TOKENIZE_QUERY = 1,
};

/* `text` must be valid UTF-8 (bf_utf8_valid) and at most BF_ARTICLE_MAX bytes; borrowed until the last token is taken. */
void tokenizer_start(struct tokenizer *tokenizer, const struct analyzer *analyzer, const char *text, size_t length,
                     uint32_t flags);

/* Fills at most `room` tokens in text order and returns how many; 0 at the end of the text. Tokens of scripts
 * without spaces overlap; all others don't. */
size_t tokenizer_next(struct tokenizer *tokenizer, struct token *tokens, size_t room);

/* The term of a surface form: folded, stemmed. Writes at most TERM_MAX bytes, returns how many; 0: the token has
 * nothing to index (only marks, say) and does not count as a word. Never fails: if the stemmer runs out of memory the
 * process is out of it too; *failed (may be NULL) is then set. */
size_t analyzer_term(struct analyzer *analyzer, const char *surface, size_t length, char term[TERM_MAX], bool *failed);

/* The same without the stemmer: what `=word` compares. */
size_t analyzer_fold(struct analyzer *analyzer, const char *surface, size_t length, char term[TERM_MAX], bool *failed);

/* Both at once, for less than the two. */
size_t analyzer_term_and_form(struct analyzer *analyzer, const char *surface, size_t length, char term[TERM_MAX],
                              char form[TERM_MAX], size_t *form_length, bool *failed);

/* Whether analyzer_fold ever gives something else than analyzer_term. */
bool analyzer_has_forms(const struct analyzer *analyzer);

/* Whether a token is of a script that is indexed by n-grams, which are not stemmed. */
bool analyzer_is_ngram(const struct analyzer *analyzer, const char *surface, size_t length);

/* Whether a query that is this single token must also match every term that begins with its term: one character of a
 * script that is indexed by n-grams. */
bool analyzer_is_ngram_prefix(const struct analyzer *analyzer, const char *surface, size_t length);

/* Versions of the libraries the analysis rests on, for --version: "libstemmer 2.2.0, utf8proc 2.8.0 (Unicode 15.0.0)". */
const char *analysis_library_versions(void);

#endif
