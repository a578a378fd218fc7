#include "topic_reader.h"

#include "status.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bf_status topic_reader_open(struct topic_reader *reader, const char *path, bf_error *error)
{
    bool is_input = strcmp(path, "-") == 0;
    *reader = (struct topic_reader){.name = is_input ? "standard input" : path, .file = is_input ? stdin : fopen(path, "r")};
    return reader->file ? BF_OK : fail_system(error, errno, "%s", path);
}

bf_status topic_reader_next(struct topic_reader *reader, const char **id, const char **text, bf_error *error)
{
    ssize_t length;
    char *line;
    do {
        errno = 0;
        length = getline(&reader->line, &reader->room, reader->file);
        if (length < 0) return errno ? fail_system(error, errno, "%s", reader->name) : BF_END;
        line = reader->line;
        if (!reader->number++ && length >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0) { /* byte order mark */
            line += 3;
            length -= 3;
        }
        while (length && (line[length - 1] == '\n' || line[length - 1] == '\r')) line[--length] = '\0';
    } while (!length);

    const char *wrong = NULL;
    char *tab = strchr(line, '\t');
    if (strlen(line) != (size_t)length) wrong = "a zero byte";
    else if (!tab) wrong = "no tab between id and text";
    else if (tab == line) wrong = "no id before the tab";
    if (wrong) return fail(error, BF_REFUSED, "%s:%" PRIu64 ": %s", reader->name, reader->number, wrong);
    *tab = '\0';
    *id = line;
    *text = tab + 1;
    return BF_OK;
}

void topic_reader_close(struct topic_reader *reader)
{
    if (reader->file && reader->file != stdin) fclose(reader->file);
    free(reader->line);
    *reader = (struct topic_reader){0};
}
