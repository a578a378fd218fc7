/* Opening an environment that will grow. Included by the store's own files only. */
#ifndef STORE_GROWING_MAP_H
#define STORE_GROWING_MAP_H

#include <lmdb.h>
#include <stddef.h>

#define MANIFEST_MOST ((size_t)64 << 30) /* bytes it may grow to */

/*
 * Creates the environment and opens it with up to `most` bytes of address space for the file to grow into; nothing is
 * reserved on disk or in memory. Where so much is refused (a limit on address space, an emulator), with less. `databases`
 * and `readers`: 0 for LMDB's own numbers. Returns LMDB's code; *env is NULL after a failure.
 */
int open_growing(MDB_env **env, const char *path, size_t most, unsigned flags, unsigned databases, unsigned readers);

#endif
