#include "lmdb_status.h"

#include "status.h"
#include "store.h"

#include <errno.h>
#include <lmdb.h>

bf_status fail_lmdb(bf_error *error, int code, const char *file, const char *doing)
{
    bf_status status = BF_IO;
    switch (code) {
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_INCOMPATIBLE:
    case MDB_BAD_VALSIZE:
    case MDB_BAD_TXN: status = BF_CORRUPT; break;
    case MDB_VERSION_MISMATCH: status = BF_INCOMPATIBLE; break;
    case ENOMEM: status = BF_NO_MEMORY; break;
    default: break;
    }
    /* A write that was cut short is EIO to LMDB, whatever cut it short. */
    const char *hint = code == EIO ? "; is the disk full?" : "";
    return fail(error, status, "%s: %s: %s%s", file, doing, mdb_strerror(code), hint);
}

const char *store_library_version(void)
{
    return mdb_version(NULL, NULL, NULL);
}
