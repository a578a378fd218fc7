/*
 * Tags and entities of SGML and HTML text as archives hold it: no DTD is needed, nothing need be well-formed, and the work is
 * linear in the text whatever it holds.
 */
#ifndef READER_MARKUP_H
#define READER_MARKUP_H

#include "backfile.h"
#include "buffer.h"

struct markup_tag {
    bf_text name;        /* as written */
    bf_text attributes;  /* what stands between name and bracket */
    bool end;            /* "</NAME>" */
    bool empty;          /* "<NAME/>" */
    size_t start, after; /* where the tag begins, and where the text goes on */
};

/* A walk over the tags of a text. `{text}` begins. */
struct markup_cursor {
    bf_text text;
    size_t at;
    bool comment_open; /* a comment that is never closed was met: what looks like another is text */
};

/* The next tag; comments, declarations and processing instructions are passed over. A '<' that begins no tag is text. */
bool markup_next_tag(struct markup_cursor *cursor, struct markup_tag *tag);

/* Whether the tag has this name, given in capitals, in any case. */
bool markup_is(const struct markup_tag *tag, const char *name);

/* The value of an attribute given in capitals; absent when there is none. */
bf_text markup_attribute(const struct markup_tag *tag, const char *name);

/* Appends the text without tags and comments, entities resolved; an entity no one knows stays as written. Tags that begin a
 * paragraph, a heading, a list's element or the like leave a blank line; <BR> leaves a line's end. */
void markup_append_text(struct buffer *out, bf_text text);

#endif
