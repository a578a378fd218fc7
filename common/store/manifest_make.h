/* Making a manifest. Included by the store's own files only. */
#ifndef STORE_MANIFEST_MAKE_H
#define STORE_MANIFEST_MAKE_H

#include "backfile.h"

#define MANIFEST_UNBORN "manifest.lmdb.new" /* the name while it is being made; left by one who was killed, it may be removed */

/*
 * Makes an empty manifest at `path` in the index's folder: all of it, and on disk with its name and the folder's own, or none.
 * One that was there in part would be taken for a damaged index. The caller holds the writer's lock.
 */
bf_status manifest_make(const char *index_path, const char *path, bf_error *error);

#endif
