/*
 * Parsing one record with jansson, which reads strings a byte at a time: two thirds of a reader's time went there. Long strings
 * are most of a news article, so they are looked through here, and jansson gets "" in their place: it still judges
 * everything else, and what a string says is read from the record itself (json_string.h) by who knows where it stands.
 */
#ifndef READER_JSON_PARSE_H
#define READER_JSON_PARSE_H

#include "buffer.h"
#include "reader.h"

struct json_t;

/*
 * The value's caller must json_decref it. Strings of values in it may be empty that are not; names are as they are.
 * BF_REFUSED: the text is not one JSON object or list, *at is the offset of the byte in question.
 */
bf_status json_parse(bf_text text, struct buffer *scratch, struct json_t **value, size_t *at, bf_error *error);

#endif
