/* Paths as they are shown and as ids are derived from them. */
#ifndef READER_SOURCE_PATH_H
#define READER_SOURCE_PATH_H

#include "buffer.h"

#include <stdbool.h>

/* Appends the path without "." components and doubled or trailing slashes. What is not UTF-8 and control characters are written
 * as %XX, so that the result is text. Appends "." for a path that has nothing else. */
void source_path_append(struct buffer *out, const char *path);

/* Whether some component begins with a dot ("../" and "./" aside). */
bool source_path_hidden(const char *path);

#endif
