/* The lines that tell a searcher what was odd in a query. The same line is said once; when there are too many, a last
 * line counts the rest. */
#ifndef QUERY_NOTE_H
#define QUERY_NOTE_H

#include "arena.h"

#include <stdbool.h>
#include <stdint.h>

enum { QUERY_NOTES_MAX = 20, QUERY_EXCERPT_SIZE = 64 };

struct query_notes {
    struct arena *arena;
    const char **lines; /* QUERY_NOTES_MAX + 1 of them */
    uint32_t count;
    uint32_t unsaid;    /* further notes for which there was no room */
    bool failed;        /* memory was refused */
};

void query_note(struct query_notes *notes, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds the line that counts the unsaid, if there are any. To be called once, at the end. */
void query_notes_close(struct query_notes *notes);

/* A short piece of valid UTF-8 for a note: whole, or its beginning and "…". Returns `excerpt`. */
const char *query_excerpt(const char *text, size_t length, char excerpt[QUERY_EXCERPT_SIZE]);

#endif
