/*
 * Inside the tokenizer. The general path cuts any text, one word a step, by code points; the ASCII path cuts what it can
 * of plain ASCII, many words a step, by sets of bits, and leaves the rest to the general one. Both give the same tokens:
 * tests hold them against each other.
 */
#ifndef ANALYSIS_TOKENIZER_H
#define ANALYSIS_TOKENIZER_H

#include "analyzer.h"
#include "ascii_classes.h"

/* Words of ASCII text from *at, which must be a word boundary; moves *at to a boundary the general path can go on from. Standing
 * still means that the next word needs the general path. */
size_t tokenizer_ascii(const char *text, size_t length, size_t *at, struct token *tokens, size_t room, ascii_classify *classify);

/* What stands between blanks, of any text. */
size_t tokenizer_plain(const char *text, size_t length, size_t *at, struct token *tokens, size_t room, ascii_classify *classify);

/* tokenizer_next with a given classifier; NULL: the general path alone. */
size_t tokenizer_fill(struct tokenizer *tokenizer, struct token *tokens, size_t room, ascii_classify *classify);

bool analyzer_is_plain(const struct analyzer *analyzer);

/* The next n-gram of the run the tokenizer stands in (RULES.md, "Scripts without spaces"); false: the run's last character is
 * not a token here. Moves on by one character. */
bool tokenizer_ngram(struct tokenizer *tokenizer, struct token *token);

#endif
