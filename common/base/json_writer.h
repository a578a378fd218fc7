/*
 * Writing JSON (RFC 8259) into a buffer. Commas come by themselves: a key or an element puts one before itself unless an
 * object or array was just opened. Failure is that of the buffer: sticky, checked once at the end.
 *
 *     json_open(out, '{');
 *     json_append_key(out, "id");
 *     json_append_string(out, article->id);
 *     json_append_key(out, "keywords");
 *     json_open(out, '[');
 *     for (...) {
 *         json_append_separator(out);
 *         json_append_string(out, keyword[i]);
 *     }
 *     json_close(out, ']');
 *     json_close(out, '}');
 */
#ifndef BASE_JSON_WRITER_H
#define BASE_JSON_WRITER_H

#include "buffer.h"

#include "backfile.h"

void json_open(struct buffer *out, char bracket);
void json_close(struct buffer *out, char bracket);

/* A comma, unless the buffer is empty or ends with an opening bracket or a line's end. */
void json_append_separator(struct buffer *out);

/* The separator, the key (written as it is: no sign in it may need escaping) and the colon. */
void json_append_key(struct buffer *out, const char *key);

/* A string in quotes; absent text is "". What could steer a terminal or break a line (controls, U+2028, bidirectional
 * overrides) is written as \u escapes; a byte that is not UTF-8 becomes U+FFFD. */
void json_append_string(struct buffer *out, bf_text text);

/* A NUL-terminated string; NULL is null. */
void json_append_c_string(struct buffer *out, const char *string);

void json_append_u64(struct buffer *out, uint64_t value);
void json_append_i64(struct buffer *out, int64_t value);
void json_append_bool(struct buffer *out, bool value);

/* The shortest decimal that reads back as the very same number; null for what is not finite. */
void json_append_double(struct buffer *out, double value);
void json_append_float(struct buffer *out, float value);

/* The shortest such decimal as text, "nan" or "inf" included; returns its length. */
size_t json_format_float(float value, char text[32]);

#endif
