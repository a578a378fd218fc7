/* Copying a whole file, by the file system where it can: it may share the blocks instead. */
#ifndef STORE_FILE_COPY_H
#define STORE_FILE_COPY_H

#include "backfile.h"

/* Copies the first `length` bytes of an open file to a new one, which must not exist, and waits for the disk if `sync`. After a
 * failure the new file is gone. `path` names the old one in messages. */
bf_status file_copy(int fd, const char *path, uint64_t length, const char *to, bool sync, bf_error *error);

/* Waits until the names in a folder are on disk. */
bf_status folder_sync(const char *path, bf_error *error);

#endif
