#include "text_lines.h"

#include "status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

bf_status text_lines_read(const char *path, struct text_lines *lines, bf_error *error)
{
    bf_status status = BF_OK;
    *lines = (struct text_lines){0};
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!in) return fail_system(error, errno, "%s", path);
    for (;;) {
        uint8_t *place = buffer_reserve(&lines->text, 1 << 16);
        size_t got = place ? fread(place, 1, 1 << 16, in) : 0;
        if (got == 0) break;
        lines->text.length += got;
    }
    if (ferror(in)) {
        status = fail_system(error, errno, "%s", path);
    } else {
        lines->next = buffer_string(&lines->text);
        if (!lines->next) status = fail_memory(error);
        else if (memchr(lines->next, 0, lines->text.length)) status = fail(error, BF_BAD_ARGUMENT, "%s is not a text file", path);
    }
    if (in != stdin) fclose(in);
    if (status != BF_OK) text_lines_free(lines);
    return status;
}

void text_lines_free(struct text_lines *lines)
{
    buffer_free(&lines->text);
    lines->next = NULL;
}

char *text_lines_next(struct text_lines *lines)
{
    while (lines->next && *lines->next) {
        char *line = lines->next;
        size_t length = strcspn(line, "\n");
        lines->next = line[length] ? line + length + 1 : NULL;
        if (length > 0 && line[length - 1] == '\r') line[length - 1] = '\0';
        line[length] = '\0';
        lines->number++;
        if (line[strspn(line, " \t")]) return line;
    }
    return NULL;
}

size_t text_fields(char *line, char separator, char **fields, size_t max)
{
    const char *separators = separator == ' ' ? " \t" : "\t";
    size_t count = 0;
    if (separator == ' ') line += strspn(line, separators);
    while (count < max) {
        fields[count++] = line;
        if (count == max) break;
        line += strcspn(line, separators);
        if (!*line) break;
        *line++ = '\0';
        if (separator != ' ') continue;
        line += strspn(line, separators);
        if (!*line) break;
    }
    return count;
}
