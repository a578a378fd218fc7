/* Topics: queries in a file, `id TAB text` a line. Empty lines count for nothing. */
#ifndef CLI_TOPIC_READER_H
#define CLI_TOPIC_READER_H

#include "backfile.h"

#include <stdio.h>

struct topic_reader {
    const char *name;  /* of the file, for messages */
    FILE *file;
    char *line;
    size_t room;
    uint64_t number;   /* of the line last read */
};

/* Opens the file; "-" is standard input. */
bf_status topic_reader_open(struct topic_reader *reader, const char *path, bf_error *error);

/* The next topic, borrowed until the next call. BF_END: there is none. BF_REFUSED: the line is no topic, `error` says where
 * and why, and reading may go on. */
bf_status topic_reader_next(struct topic_reader *reader, const char **id, const char **text, bf_error *error);

void topic_reader_close(struct topic_reader *reader);

#endif
