#include "query_note.h"

#include "utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NOTE_SIZE = 256 };

static void note_keep(struct query_notes *notes, const char *line)
{
    if (!notes->lines) notes->lines = arena_take(notes->arena, (QUERY_NOTES_MAX + 1) * sizeof *notes->lines);
    const char *copy = notes->lines ? arena_copy(notes->arena, line, strlen(line)) : NULL;
    if (copy) notes->lines[notes->count++] = copy;
    else notes->failed = true;
}

void query_note(struct query_notes *notes, const char *format, ...)
{
    char line[NOTE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    for (uint32_t i = 0; i < notes->count; i++)
        if (strcmp(notes->lines[i], line) == 0) return;
    if (notes->count < QUERY_NOTES_MAX) note_keep(notes, line);
    else notes->unsaid++;
}

void query_notes_close(struct query_notes *notes)
{
    if (notes->unsaid == 0) return;
    char line[NOTE_SIZE];
    snprintf(line, sizeof line, "and %u more of the kind", (unsigned)notes->unsaid);
    note_keep(notes, line);
}

const char *query_excerpt(const char *text, size_t length, char excerpt[QUERY_EXCERPT_SIZE])
{
    static const char more[] = "\xE2\x80\xA6"; /* … */
    size_t kept = length, room = QUERY_EXCERPT_SIZE - sizeof more;
    if (kept > room) kept = utf8_back(text, room + 1);
    memcpy(excerpt, text, kept);
    memcpy(excerpt + kept, more, sizeof more);
    if (kept == length) excerpt[kept] = '\0';
    return excerpt;
}
