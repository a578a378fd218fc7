/*
 * Where JSON values begin and end in text: what is needed to cut a stream of records into slices, which a JSON library then
 * parses one by one, and to give members back exactly as they were written.
 */
#ifndef READER_JSON_SPAN_H
#define READER_JSON_SPAN_H

#include "buffer.h"

#include <stdbool.h>

enum { JSON_DEPTH_MAX = 512 };

/* Finds the end of one object while its text arrives in pieces. `{0}` begins. */
struct json_scan {
    size_t at;               /* bytes looked at, from the object's first */
    uint32_t depth;
    uint64_t lists[JSON_DEPTH_MAX / 64]; /* bit d: the container at depth d + 1 is a list */
    bool in_string, escaped;
    char previous;           /* the last byte outside strings that is not white space; '"' for a string's end */
};

enum json_scan_state {
    JSON_SCAN_MORE,   /* the text so far is only a part of the object */
    JSON_SCAN_DONE,   /* `at` is behind the closing brace */
    JSON_SCAN_BROKEN, /* no object can go on like this at `at`: a string's line ends, a bracket closes what is not open, an object
                       * begins on a new line where none can stand */
    JSON_SCAN_DEEP,   /* nested deeper than JSON_DEPTH_MAX at `at` */
};

/* Looks on; `text` is the whole object so far, from its first byte, of which `at` bytes were looked at before. */
enum json_scan_state json_scan_run(struct json_scan *scan, const char *text, size_t length);

/* A part of a text. */
struct json_span {
    size_t start, end;
};

/*
 * Goes through the members of an object or the elements of a list in text that is known to be valid JSON. *at begins as the
 * offset of the opening bracket and is moved on; `key` (of an element: empty) is the name with its quotes. False: there are no
 * more.
 */
bool json_span_next(const char *text, size_t length, size_t *at, struct json_span *key, struct json_span *value);

/* Appends a valid value without the white space between its tokens, leaving out the members and elements whose values begin at
 * one of the `omitted` offsets (ascending). Everything else is as it was written. */
void json_span_compact(struct buffer *out, const char *text, struct json_span value, const size_t *omitted, size_t omitted_count);

#endif
