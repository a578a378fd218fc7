/* One writer an index: an flock on "writer.lock", which the system lets go of when its holder dies, so that it is never
 * stale. The file says who holds it. */
#ifndef COMMIT_WRITER_LOCK_H
#define COMMIT_WRITER_LOCK_H

#include "backfile.h"

/* BF_BUSY, naming the holder, unless `wait`. */
bf_status writer_lock_take(const char *index_path, bool wait, int *lock, bf_error *error);
void writer_lock_release(int lock);

#endif
