#include "article_lines.h"

#include "status.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

bf_status article_lines_open(const char *path, struct article_lines *lines, bf_error *error)
{
    *lines = (struct article_lines){.path = path};
    lines->in = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    return lines->in ? BF_OK : fail_system(error, errno, "%s", path);
}

static bf_text member_text(const json_t *record, const char *name)
{
    const json_t *member = json_object_get(record, name);
    return (bf_text){json_string_value(member), json_string_length(member)};
}

bf_status article_lines_next(struct article_lines *lines, bf_error *error)
{
    ssize_t length;
    do {
        errno = 0;
        length = getline(&lines->line, &lines->room, lines->in);
        lines->number++;
    } while (length > 0 && strspn(lines->line, " \t\r\n") == (size_t)length);
    if (length < 0) return errno ? fail_system(error, errno, "%s", lines->path) : BF_END;
    json_error_t wrong;
    json_decref(lines->record);
    lines->record = json_loadb(lines->line, (size_t)length, 0, &wrong);
    if (!lines->record)
        return fail(error, BF_BAD_ARGUMENT, "%s:%zu: %s", lines->path, lines->number, wrong.text);
    lines->id = member_text(lines->record, "id");
    lines->title = member_text(lines->record, "title");
    lines->body = member_text(lines->record, "body");
    if (lines->id.length == 0)
        return fail(error, BF_BAD_ARGUMENT, "%s:%zu: there is no \"id\"", lines->path, lines->number);
    return BF_OK;
}

void article_lines_close(struct article_lines *lines)
{
    json_decref(lines->record);
    free(lines->line);
    if (lines->in && lines->in != stdin) fclose(lines->in);
    *lines = (struct article_lines){0};
}
