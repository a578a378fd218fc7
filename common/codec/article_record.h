/* An article as bytes: the members that are there, each with its length. */
#ifndef CODEC_ARTICLE_RECORD_H
#define CODEC_ARTICLE_RECORD_H

#include "arena.h"
#include "backfile.h"
#include "buffer.h"

void article_record_encode(const bf_article *article, struct buffer *out);

/* The article's text points into `bytes`; keywords are taken from the arena. */
const char *article_record_decode(const uint8_t *bytes, size_t length, struct arena *arena, bf_article *article);

#endif
