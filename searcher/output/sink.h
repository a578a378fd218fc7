/* Where the programs' results go: gathered and written in few large pieces, with every failure to write noticed. */
#ifndef OUTPUT_SINK_H
#define OUTPUT_SINK_H

#include "buffer.h"

#include "backfile.h"

#include <stdio.h>

struct sink {
    struct buffer bytes;  /* what printers append to */
    FILE *file;           /* borrowed */
    const char *name;     /* for messages */
    bool failed;          /* writing failed, and the error was reported; nothing more is written */
    bool reader_gone;     /* the failure was that nobody reads the pipe any more */
};

/* Writes what has gathered if it is much. To be called between hits. */
bf_status sink_turn(struct sink *sink, bf_error *error);

/* Writes everything, through to the file. */
bf_status sink_finish(struct sink *sink, bf_error *error);

void sink_free(struct sink *sink);

#endif
