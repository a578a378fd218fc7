/* Files under a folder, in the byte order of their names, each folder's in its turn. */
#ifndef READER_FOLDER_H
#define READER_FOLDER_H

#include "backfile.h"

#include <sys/stat.h>

struct folder_visitor {
    void *context;
    bf_status (*file)(void *context, const char *path, const struct stat *about, bf_error *error);
    void (*refused)(void *context, const char *path, const char *rule); /* may be NULL */
    void (*skipped)(void *context, const char *path, const char *why);  /* may be NULL */
};

/*
 * Symbolic links are followed, but not into a folder one is in already. What is no file or folder, and what can't be read, is
 * refused; names that begin with a dot, and index folders of ours, are skipped.
 */
bf_status folder_walk(const char *path, const struct folder_visitor *visitor, bf_error *error);

#endif
