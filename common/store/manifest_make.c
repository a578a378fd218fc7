#include "manifest_make.h"

#include "growing_map.h"
#include "lmdb_status.h"
#include "status.h"
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static bf_status manifest_sync(const char *path, int flags, bf_error *error)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0) return fail_system(error, errno, "%s", path);
    bf_status status = fsync(fd) == 0 ? BF_OK : fail_system(error, errno, "%s: can't sync", path);
    close(fd);
    return status;
}

/* The name of the index's folder. One who may make the index but not read the folder it is in can't wait for it. */
static bf_status manifest_sync_parent(const char *index_path, bf_error *error)
{
    char parent[PATH_MAX];
    if (snprintf(parent, sizeof parent, "%s/..", index_path) >= (int)sizeof parent) return BF_OK;
    if (access(parent, R_OK) != 0) return BF_OK;
    return manifest_sync(parent, O_RDONLY | O_DIRECTORY, error);
}

bf_status manifest_make(const char *index_path, const char *path, bf_error *error)
{
    char unborn[PATH_MAX];
    MDB_env *env;
    if (snprintf(unborn, sizeof unborn, "%s/" MANIFEST_UNBORN, index_path) >= (int)sizeof unborn)
        return fail(error, BF_BAD_ARGUMENT, "%s: the path is too long", index_path);
    bf_status status = manifest_sync_parent(index_path, error);
    if (status != BF_OK) return status;
    if (unlink(unborn) != 0 && errno != ENOENT) return fail_system(error, errno, "%s: can't remove", unborn);
    int code = open_growing(&env, unborn, MANIFEST_MOST, MDB_NOLOCK, 0, 0);
    if (code) return fail_lmdb(error, code, unborn, "can't make the manifest");
    mdb_env_close(env);
    status = manifest_sync(unborn, O_RDWR, error);
    if (status == BF_OK && rename(unborn, path) != 0) status = fail_system(error, errno, "%s: can't rename to %s", unborn, path);
    if (status == BF_OK) status = manifest_sync(index_path, O_RDONLY | O_DIRECTORY, error);
    else unlink(unborn);
    return status;
}
