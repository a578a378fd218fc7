#include "index_command.h"

#include "terminal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void index_say(const char *format, ...)
{
    struct buffer line = {0};
    char *text;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0) text = NULL;
    va_end(arguments);
    terminal_append_string(&line, text ? text : "out of memory");
    const char *safe = buffer_string(&line);
    fprintf(stderr, "backfile-index: %s\n", safe ? safe : "out of memory");
    buffer_free(&line);
    free(text);
}

int index_stopped(const bf_error *error)
{
    index_say("%s", error->message);
    return INDEX_STOPPED;
}

int index_misused(const char *command, const bf_error *error)
{
    index_say("%s: %s", command, error->message);
    fprintf(stderr, "backfile-index: see backfile-index %s --help\n", command);
    return INDEX_STOPPED;
}
