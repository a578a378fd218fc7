/* What form a text has, from its beginning alone; its name is never looked at. */
#ifndef READER_SNIFF_H
#define READER_SNIFF_H

#include "reader.h"

enum { SNIFF_LOOK = 64 * 1024 };

struct sniffed {
    enum article_form form; /* FORM_SNIFF: none that can be read */
    bool skip;              /* then: it is no mistake that it is there */
    char why[160];          /* and why it can't be read */
    uint64_t byte;          /* the byte in question */
};

/*
 * - a zero byte, or control characters for every eighth byte: not text;
 * - a '{' before a name, a '[' before an object, or objects at the beginning of most lines: JSON;
 * - a '<': by the first tag behind declarations and comments: <REUTERS>, <DOC>; a DTD is skipped, other markup is of no known
 *   form;
 * - anything else is text, which the wire reader takes apart.
 */
void sniff(bf_text text, struct sniffed *sniffed);

#endif
