/* LMDB's return codes in our terms. Included by the store's own files only. */
#ifndef STORE_LMDB_STATUS_H
#define STORE_LMDB_STATUS_H

#include "backfile.h"

/* `code` is not MDB_SUCCESS. Names the file, what was being done, and the reason in LMDB's or the system's words. */
bf_status fail_lmdb(bf_error *error, int code, const char *file, const char *doing);

#endif
