#include "growing_map.h"

#include <errno.h>

int open_growing(MDB_env **env, const char *path, size_t most, unsigned flags, unsigned databases, unsigned readers)
{
    const size_t least = (size_t)1 << 28;
    int code = ENOMEM;
    for (size_t size = most; (code == ENOMEM || code == EINVAL) && size >= least; size >>= 2) {
        *env = NULL;
        code = mdb_env_create(env);
        if (!code && databases) code = mdb_env_set_maxdbs(*env, databases);
        if (!code && readers) code = mdb_env_set_maxreaders(*env, readers);
        if (!code) code = mdb_env_set_mapsize(*env, size);
        if (!code) code = mdb_env_open(*env, path, MDB_NOSUBDIR | MDB_NOTLS | MDB_NORDAHEAD | flags, 0644);
        if (code && *env) {
            mdb_env_close(*env); /* after a failed open an environment is good for nothing else */
            *env = NULL;
        }
    }
    return code;
}
