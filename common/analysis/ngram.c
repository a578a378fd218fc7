/*
 * Runs of scripts that put no spaces between words, cut into overlapping pairs of grapheme clusters.
 *
 *     article  東京都知事  ->  東京 京都 都知 知事 事
 *     query    東京都      ->  東京 京都
 *
 * The single character at the end makes every character of a run the beginning of some token, so that a query of one
 * character is answered by the terms that begin with it.
 */
#include "tokenizer.h"
#include "unicode_table.h"
#include "utf8.h"
#include "utf8_decode.h"

static bool ngram_begins_at(const char *text, size_t length, size_t at)
{
    size_t next;
    return at < length && character_of(utf8_take(text, length, at, &next)).flags & CHARACTER_NGRAM;
}

bool tokenizer_ngram(struct tokenizer *tokenizer, struct token *token)
{
    const char *text = tokenizer->text;
    size_t length = tokenizer->length, start = tokenizer->at;
    bool continues = tokenizer->pending_start == start && tokenizer->pending_end > start;
    size_t middle = continues ? tokenizer->pending_end : utf8_grapheme_end(text, length, start);
    size_t end = middle;
    if (ngram_begins_at(text, length, middle)) end = utf8_grapheme_end(text, length, middle);
    tokenizer->at = middle;
    tokenizer->pending_start = (uint32_t)middle; /* the cluster just found need not be looked for again */
    tokenizer->pending_end = (uint32_t)end;
    *token = (struct token){(uint32_t)start, (uint32_t)(end - start)};
    return end > middle || !continues || !(tokenizer->flags & TOKENIZE_QUERY);
}

bool analyzer_is_ngram(const struct analyzer *analyzer, const char *surface, size_t length)
{
    return length > 0 && !analyzer_is_plain(analyzer) && ngram_begins_at(surface, length, 0);
}

bool analyzer_is_ngram_prefix(const struct analyzer *analyzer, const char *surface, size_t length)
{
    return analyzer_is_ngram(analyzer, surface, length) && utf8_grapheme_end(surface, length, 0) == length;
}
