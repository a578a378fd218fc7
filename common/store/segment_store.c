/*
 * Reading a segment. Its file never changes, so no lock file is needed (MDB_NOLOCK). The registry keeps LMDB's rule that a
 * process opens an environment once: searchers of several threads share the map, each with a transaction of its own.
 */
#include "bytes.h"
#include "file_copy.h"
#include "lmdb_status.h"
#include "segment_seal.h"
#include "status.h"
#include "store.h"
#include "tree_walk.h"

#include <errno.h>
#include <limits.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct shared_environment {
    struct shared_environment *next;
    dev_t device;
    ino_t inode;
    unsigned users;
    struct segment_seal *seal;
    MDB_env *env;
    MDB_dbi databases[DATABASE_COUNT];
    const uint8_t *map;
    size_t mapped;   /* bytes from there on that LMDB maps: the seal behind them is not */
    int fd;
    uint64_t bytes;
    char path[PATH_MAX];
};

struct segment_store {
    struct shared_environment *shared;
    MDB_txn *txn;
    MDB_cursor *cursors[DATABASE_COUNT]; /* opened when first needed */
};

static pthread_mutex_t registry_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct shared_environment *registry; /* guarded by registry_mutex */

static bf_status shared_environment_open(struct shared_environment *shared, bf_error *error)
{
    MDB_txn *txn = NULL;
    MDB_envinfo about = {0};
    bf_status status = segment_seal_open(shared->path, &shared->seal, error);
    if (status != BF_OK) return status;
    int code = mdb_env_create(&shared->env);
    if (!code) code = mdb_env_set_maxdbs(shared->env, DATABASE_COUNT);
    if (!code) code = mdb_env_set_mapsize(shared->env, 1); /* LMDB raises it to what the file holds */
    if (!code)
        code = mdb_env_open(shared->env, shared->path, MDB_NOSUBDIR | MDB_RDONLY | MDB_NOLOCK | MDB_NOTLS | MDB_NORDAHEAD, 0644);
    if (code == ENOENT) return fail(error, BF_NOT_FOUND, "%s: no such segment", shared->path);
    if (!code) code = mdb_txn_begin(shared->env, NULL, MDB_RDONLY, &txn);
    for (int i = 0; !code && i < DATABASE_COUNT; i++)
        code = mdb_dbi_open(txn, segment_database_name((enum segment_database)i), 0, &shared->databases[i]);
    /* A value of the main database, which describes the named ones: where it stands says where the file is mapped. */
    MDB_dbi main_database;
    const char *name = segment_database_name(DATABASE_META);
    MDB_val key = {strlen(name), (void *)(uintptr_t)name}, value;
    if (!code) code = mdb_dbi_open(txn, NULL, 0, &main_database);
    if (!code) code = mdb_get(txn, main_database, &key, &value);
    if (!code) status = segment_seal_mapped(shared->seal, value.mv_data, &shared->map, error);
    if (!code) code = mdb_env_get_fd(shared->env, &shared->fd);
    if (!code) code = mdb_env_info(shared->env, &about);
    shared->mapped = about.me_mapsize;
    if (!code) code = mdb_txn_commit(txn); /* keeps the database handles open for later transactions */
    else if (txn) mdb_txn_abort(txn);
    if (code == MDB_NOTFOUND) code = MDB_CORRUPTED; /* a database is missing */
    return code ? fail_lmdb(error, code, shared->path, "can't open the segment") : status;
}

static void shared_environment_free(struct shared_environment *shared)
{
    if (shared->env) mdb_env_close(shared->env);
    segment_seal_close(shared->seal);
    free(shared);
}

static void shared_environment_release(struct shared_environment *shared)
{
    if (!shared) return;
    pthread_mutex_lock(&registry_mutex);
    if (--shared->users == 0) {
        for (struct shared_environment **link = &registry; *link; link = &(*link)->next)
            if (*link == shared) {
                *link = shared->next;
                break;
            }
        shared_environment_free(shared);
    }
    pthread_mutex_unlock(&registry_mutex);
}

static bf_status shared_environment_take(const char *path, struct shared_environment **result, bf_error *error)
{
    bf_status status = BF_OK;
    struct shared_environment *shared = NULL;
    struct stat about;
    /* With the lock held, since a file's number is only its own while someone has it open: what is looked for without it could be
     * removed, and another segment registered under the same number before the registry is looked through. */
    pthread_mutex_lock(&registry_mutex);
    if (stat(path, &about) != 0) {
        status = errno == ENOENT ? fail(error, BF_NOT_FOUND, "%s: no such segment", path) : fail_system(error, errno, "%s", path);
        goto done;
    }
    shared = registry;
    while (shared && (shared->device != about.st_dev || shared->inode != about.st_ino)) shared = shared->next;
    if (!shared) {
        shared = calloc(1, sizeof *shared);
        if (!shared) {
            status = fail_memory(error);
        } else {
            snprintf(shared->path, sizeof shared->path, "%s", path);
            shared->device = about.st_dev;
            shared->inode = about.st_ino;
            shared->bytes = (uint64_t)about.st_size;
            status = shared_environment_open(shared, error);
            if (status != BF_OK) {
                shared_environment_free(shared);
                shared = NULL;
            } else {
                shared->next = registry;
                registry = shared;
            }
        }
    }
    if (shared) shared->users++;
done:
    pthread_mutex_unlock(&registry_mutex);
    if (status == BF_OK) *result = shared;
    return status;
}

bf_status segment_store_open(const char *index_path, uint32_t number, struct segment_store **result, bf_error *error)
{
    char path[PATH_MAX];
    segment_store_path(index_path, number, path, sizeof path);
    struct segment_store *store = calloc(1, sizeof *store);
    if (!store) return fail_memory(error);
    bf_status status = shared_environment_take(path, &store->shared, error);
    if (status == BF_OK) {
        int code = mdb_txn_begin(store->shared->env, NULL, MDB_RDONLY, &store->txn);
        if (code) status = fail_lmdb(error, code, path, "can't read the segment");
    }
    if (status != BF_OK) segment_store_close(store);
    else *result = store;
    return status;
}

void segment_store_close(struct segment_store *store)
{
    if (!store) return;
    for (int i = 0; i < DATABASE_COUNT; i++)
        if (store->cursors[i]) mdb_cursor_close(store->cursors[i]);
    if (store->txn) mdb_txn_abort(store->txn);
    shared_environment_release(store->shared);
    free(store);
}

const char *segment_store_file(const struct segment_store *store)
{
    return store->shared->path;
}

uint64_t segment_store_bytes(const struct segment_store *store)
{
    return store->shared->bytes;
}

void segment_store_forget(const struct segment_store *store)
{
    /* Advice: where it is not taken, the pages stay. Never of a byte more: what is mapped behind may be a piece of memory. */
    (void)madvise((void *)(uintptr_t)store->shared->map, store->shared->mapped, MADV_DONTNEED);
}

bf_status segment_store_read(struct segment_store *store, const uint8_t *at, size_t length, uint8_t *bytes, bf_error *error)
{
    const struct shared_environment *shared = store->shared;
    return file_read(shared->fd, shared->path, (uint64_t)(at - shared->map), bytes, length, error);
}

/* The dictionary's pages are verified as LMDB is about to read them; all others were when the file was opened. */
static bf_status segment_verify_way(struct segment_store *store, enum segment_database database, const void *key,
                                    size_t key_length, bf_error *error)
{
    return database == DATABASE_TERMS ? segment_seal_verify_terms(store->shared->seal, key, key_length, error) : BF_OK;
}

bf_status segment_store_get(struct segment_store *store, enum segment_database database, const void *key, size_t key_length,
                            const uint8_t **value, size_t *value_length, bf_error *error)
{
    MDB_val k = {key_length, (void *)(uintptr_t)key}, v;
    bf_status status = segment_verify_way(store, database, key, key_length, error);
    if (status != BF_OK) return status;
    int code = mdb_get(store->txn, store->shared->databases[database], &k, &v);
    if (code == MDB_NOTFOUND) return BF_NOT_FOUND;
    if (code) return fail_lmdb(error, code, store->shared->path, segment_database_name(database));
    *value = v.mv_data;
    *value_length = v.mv_size;
    return BF_OK;
}

static bf_status segment_cursor_move(struct segment_store *store, enum segment_database database, MDB_cursor_op operation,
                                     const void *key, size_t key_length, struct store_entry *entry, bf_error *error)
{
    MDB_val k = {key_length, (void *)(uintptr_t)key}, v = {0, NULL};
    int code = 0;
    if (!store->cursors[database])
        code = mdb_cursor_open(store->txn, store->shared->databases[database], &store->cursors[database]);
    if (!code) code = mdb_cursor_get(store->cursors[database], &k, &v, operation);
    if (code == MDB_NOTFOUND) return BF_NOT_FOUND;
    if (code) return fail_lmdb(error, code, store->shared->path, segment_database_name(database));
    *entry = (struct store_entry){k.mv_data, v.mv_data, k.mv_size, v.mv_size};
    return BF_OK;
}

bf_status segment_store_at_or_after(struct segment_store *store, enum segment_database database, const void *key,
                                    size_t key_length, struct store_entry *entry, bf_error *error)
{
    bf_status status = segment_verify_way(store, database, key, key_length, error);
    if (status != BF_OK) return status;
    if (key_length == 0) return segment_cursor_move(store, database, MDB_FIRST, NULL, 0, entry, error);
    return segment_cursor_move(store, database, MDB_SET_RANGE, key, key_length, entry, error);
}

bf_status segment_store_at_or_before(struct segment_store *store, enum segment_database database, const void *key,
                                     size_t key_length, struct store_entry *entry, bf_error *error)
{
    bf_status status = segment_verify_way(store, database, key, key_length, error);
    if (status == BF_OK) status = segment_cursor_move(store, database, MDB_SET_RANGE, key, key_length, entry, error);
    if (status == BF_NOT_FOUND) return segment_cursor_move(store, database, MDB_LAST, NULL, 0, entry, error);
    if (status != BF_OK) return status;
    if (entry->key_length == key_length && memcmp(entry->key, key, key_length) == 0) return BF_OK;
    return segment_cursor_move(store, database, MDB_PREV, NULL, 0, entry, error);
}

bf_status segment_store_find_term(struct segment_store *store, const void *key, size_t key_length, struct store_entry *entry,
                                  bf_error *error)
{
    struct term_way way;
    bf_status status = segment_seal_approach_term(store->shared->seal, key, key_length, &way, error);
    return status == BF_OK ? segment_seal_arrive_term(store->shared->seal, key, key_length, &way, entry, error) : status;
}

bf_status segment_store_approach_term(struct segment_store *store, const void *key, size_t key_length, struct term_way *way,
                                      bf_error *error)
{
    return segment_seal_approach_term(store->shared->seal, key, key_length, way, error);
}

bf_status segment_store_arrive_term(struct segment_store *store, const void *key, size_t key_length, const struct term_way *way,
                                    struct store_entry *entry, bf_error *error)
{
    return segment_seal_arrive_term(store->shared->seal, key, key_length, way, entry, error);
}

bf_status segment_store_following(struct segment_store *store, enum segment_database database, struct store_entry *entry,
                                  bf_error *error)
{
    bf_status status = BF_OK;
    if (database == DATABASE_TERMS) status = segment_cursor_move(store, database, MDB_GET_CURRENT, NULL, 0, entry, error);
    if (status == BF_OK) status = segment_verify_way(store, database, entry->key, entry->key_length, error);
    return status == BF_OK ? segment_cursor_move(store, database, MDB_NEXT, NULL, 0, entry, error) : status;
}

bf_status segment_store_verify(struct segment_store *store, bf_error *error)
{
    return segment_seal_verify(store->shared->seal, error);
}

bf_status segment_store_copy(struct segment_store *store, const char *index_path, uint32_t number, bool sync, bf_error *error)
{
    const struct shared_environment *shared = store->shared;
    char path[PATH_MAX];
    segment_store_path(index_path, number, path, sizeof path);
    return file_copy(shared->fd, shared->path, shared->bytes, path, sync, error);
}

uint64_t segment_store_database_bytes(struct segment_store *store, enum segment_database database)
{
    MDB_stat pages;
    if (mdb_stat(store->txn, store->shared->databases[database], &pages) != 0) return 0;
    return ((uint64_t)pages.ms_branch_pages + pages.ms_leaf_pages + pages.ms_overflow_pages) * pages.ms_psize;
}
