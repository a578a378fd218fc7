/*
 * The manifest's environment. Readers hold a read transaction as long as their snapshot lives: the manifest is small, so
 * what they pin is little. One environment a process, shared by its searchers and its writer.
 */
#include "bitset.h"
#include "bytes.h"
#include "growing_map.h"
#include "hash.h"
#include "lmdb_status.h"
#include "manifest_make.h"
#include "status.h"
#include "store.h"
#include "tree_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MANIFEST_READERS = 1024,
    READ_ATTEMPTS = 1000,
};

struct manifest_store {
    struct manifest_store *next;
    dev_t device;
    ino_t inode;
    unsigned users;
    MDB_env *env;
    MDB_dbi database;
    uint64_t verified;   /* the last commit whose pages were looked at, and one more; atomic. Pages of a commit never change. */
    char path[PATH_MAX];
};

struct manifest_transaction {
    struct manifest_store *store;
    MDB_txn *txn;
    uint64_t sum;    /* of a writing one: what the sum record will say */
};

/*
 * The sum record: the sum, modulo 2^64, of a hash of every other record with its key. A record that LMDB's pages have lost,
 * or show under another key, can't be missed by its own checksum; it is missed in the sum. With the number of the commit,
 * lest another pass for it.
 */
static const uint8_t sum_key[1] = {0};

enum { SUM_RECORD = 16 }; /* u64 sum, u64 number of LMDB's transaction */

struct manifest_sum {
    uint64_t counted, recorded, number;
};

struct manifest_free {
    uint64_t last_page, number; /* of the commit */
    uint64_t *used;
};

static uint64_t record_hash(const void *key, size_t key_length, const void *value, size_t value_length)
{
    return hash_fold(hash_bytes(key, key_length) | 1, hash_bytes(value, value_length) ^ UINT64_C(0xa0761d6478bd642f));
}

static const char *sum_record(void *context, const uint8_t *key, size_t key_length, const uint8_t *value, size_t value_length)
{
    struct manifest_sum *sum = context;
    if (key_length == sizeof sum_key && key[0] == sum_key[0] && value_length == SUM_RECORD)
        *sum = (struct manifest_sum){sum->counted, load_u64(value), load_u64(value + 8)};
    else
        sum->counted += record_hash(key, key_length, value, value_length);
    return NULL;
}

/* An entry of the tree of free pages: the commit that freed them; u64 their count, u64 each. One that is in use, or given out
 * twice, would be written over. */
static const char *verify_free(void *context, const uint8_t *key, size_t key_length, const uint8_t *value, size_t value_length)
{
    const struct manifest_free *free_pages = context;
    if (key_length != 8 || load_u64(key) > free_pages->number) return "pages were freed by a commit that has not been";
    if (value_length < 8 || load_u64(value) > value_length / 8 - 1) return "a list of free pages is longer than its record";
    for (size_t i = 8; i < 8 + 8 * load_u64(value); i += 8) {
        uint64_t page = load_u64(value + i);
        if (page < 2 || page > free_pages->last_page) return "a free page is not in the file";
        if (bitset_has(free_pages->used, page)) return "a page in use, or given out already, is taken for free";
        bitset_add(free_pages->used, page);
    }
    return NULL;
}

static pthread_mutex_t manifests_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct manifest_store *manifests; /* guarded by manifests_mutex */

static int manifest_environment_open(struct manifest_store *store, unsigned flags)
{
    return open_growing(&store->env, store->path, MANIFEST_MOST, flags, 0, MANIFEST_READERS);
}

/* Before LMDB opens the file, which believes these two pages. */
static bf_status manifest_verify_metas(const char *path, bf_error *error)
{
    struct tree_meta metas[2];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fail_system(error, errno, "%s", path);
    bf_status status = tree_metas_read(fd, path, metas, error);
    close(fd);
    return status;
}

/* An index that lost its manifest is no empty folder: a writer would make a new one and sweep every segment away. */
static bf_status manifest_refuse_lost(const struct manifest_store *store, const char *index_path, bf_error *error)
{
    struct stat about;
    if (!segment_store_any(index_path)) return BF_OK;
    if (stat(store->path, &about) == 0 && about.st_size > 0) return BF_OK; /* another process has just made it */
    return fail(error, BF_CORRUPT, "%s: missing or empty, though there are segments", store->path);
}

static bf_status manifest_store_make(struct manifest_store *store, const char *index_path, bool create, bf_error *error)
{
    struct stat about;
    bf_status status = BF_OK;
    bool exists = stat(store->path, &about) == 0;
    if (!exists && errno != ENOENT && errno != ENOTDIR) return fail_system(error, errno, "%s", store->path);
    if (!exists || about.st_size == 0) {
        status = manifest_refuse_lost(store, index_path, error);
        if (status == BF_OK && !create)
            status = fail(error, BF_NOT_FOUND, exists ? "%s: the index was never committed to" : "%s: there is no index here",
                          store->path);
        if (status == BF_OK) status = manifest_make(index_path, store->path, error);
    } else {
        status = manifest_verify_metas(store->path, error);
    }
    if (status != BF_OK) return status;
    int code = manifest_environment_open(store, access(store->path, W_OK) == 0 || create ? 0 : MDB_RDONLY);
    /* On a medium that can't be written no writer can be at work either: reading without a lock file is safe. */
    if (!create && (code == EACCES || code == EROFS || code == EPERM))
        code = manifest_environment_open(store, MDB_RDONLY | MDB_NOLOCK);
    if (code) return fail_lmdb(error, code, store->path, "can't open the manifest");

    if (stat(store->path, &about) != 0) return fail_system(error, errno, "%s", store->path);
    MDB_txn *txn = NULL;
    code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);
    if (!code) code = mdb_dbi_open(txn, NULL, 0, &store->database);
    if (!code) code = mdb_txn_commit(txn);
    else if (txn) mdb_txn_abort(txn);
    if (code) return fail_lmdb(error, code, store->path, "can't open the manifest");
    store->device = about.st_dev;
    store->inode = about.st_ino;
    return BF_OK;
}

bf_status manifest_store_open(const char *index_path, bool create, struct manifest_store **result, bf_error *error)
{
    bf_status status = BF_OK;
    struct manifest_store *store = calloc(1, sizeof *store), *found;
    if (!store) return fail_memory(error);
    if (snprintf(store->path, sizeof store->path, "%s/manifest.lmdb", index_path) >= (int)sizeof store->path) {
        free(store);
        return fail(error, BF_BAD_ARGUMENT, "%s: the path is too long", index_path);
    }
    pthread_mutex_lock(&manifests_mutex);
    struct stat about;
    found = stat(store->path, &about) == 0 ? manifests : NULL;
    while (found && (found->device != about.st_dev || found->inode != about.st_ino)) found = found->next;
    if (found) {
        free(store);
        store = found;
    } else {
        status = manifest_store_make(store, index_path, create, error);
        if (status == BF_OK) {
            int dead;
            mdb_reader_check(store->env, &dead); /* slots of readers that were killed */
            store->next = manifests;
            manifests = store;
        } else {
            if (store->env) mdb_env_close(store->env);
            free(store);
        }
    }
    if (status == BF_OK) {
        store->users++;
        *result = store;
    }
    pthread_mutex_unlock(&manifests_mutex);
    return status;
}

void manifest_store_close(struct manifest_store *store)
{
    if (!store) return;
    pthread_mutex_lock(&manifests_mutex);
    if (--store->users == 0) {
        for (struct manifest_store **link = &manifests; *link; link = &(*link)->next)
            if (*link == store) {
                *link = store->next;
                break;
            }
        mdb_env_close(store->env);
        free(store);
    }
    pthread_mutex_unlock(&manifests_mutex);
}

static bf_status manifest_begin(struct manifest_store *store, unsigned flags, struct manifest_transaction **result,
                                bf_error *error)
{
    struct manifest_transaction *transaction = calloc(1, sizeof *transaction);
    if (!transaction) return fail_memory(error);
    transaction->store = store;
    int code = mdb_txn_begin(store->env, NULL, flags, &transaction->txn);
    if (code) {
        free(transaction);
        return fail_lmdb(error, code, store->path, "can't begin a transaction");
    }
    *result = transaction;
    return BF_OK;
}

/* Also what a writer goes by: which pages are free. */
static bf_status manifest_verify_free(struct tree_file *file, const struct tree_meta *meta, bf_error *error)
{
    uint64_t pages = meta->last_page < file->page_count ? file->page_count : meta->last_page + 1;
    file->used = calloc(bitset_words(pages), sizeof *file->used);
    if (!file->used) return fail_memory(error);
    struct manifest_free free_pages = {meta->last_page, meta->transaction, file->used};
    bf_status status = tree_walk(file, &meta->main, NULL, NULL, error);
    if (status == BF_OK) status = tree_walk(file, &meta->free, NULL, NULL, error);
    uint64_t *used = file->used;
    file->used = NULL;
    if (status == BF_OK) status = tree_walk(file, &meta->free, verify_free, &free_pages, error);
    free(used);
    return status;
}

/*
 * Looks at every page of the transaction's trees before LMDB does. A manifest has few, unless many articles were deleted
 * and not yet merged away. `number`: of the transaction whose commit is being read.
 */
static bf_status manifest_verify(struct manifest_store *store, size_t number, bool is_writer, bool *is_gone, uint64_t *result,
                                 bf_error *error)
{
    struct manifest_sum sum = {0};
    struct tree_meta metas[2];
    struct tree_file file = {.path = store->path};
    struct stat about;
    *is_gone = false;
    if (!is_writer && __atomic_load_n(&store->verified, __ATOMIC_RELAXED) == number + 1) return BF_OK;
    if (mdb_env_get_fd(store->env, &file.fd) != 0 || fstat(file.fd, &about) != 0)
        return fail_system(error, errno, "%s", store->path);
    bf_status status = tree_metas_read(file.fd, store->path, metas, error);
    if (status != BF_OK) return status;
    const struct tree_meta *meta = metas[0].transaction == number ? &metas[0] : &metas[1];
    *is_gone = meta->transaction != number;
    if (*is_gone) return BF_OK;
    if (meta->root_rule) return fail(error, BF_CORRUPT, "%s: %s", store->path, meta->root_rule);
    /* Can be fewer than last_page says: its last ones may be free and never written. */
    file.page_count = (uint64_t)about.st_size / TREE_PAGE;
    file.is_ordered = true;
    status = tree_walk(&file, &meta->main, sum_record, &sum, error);
    file.is_ordered = false; /* the free pages' keys are numbers */
    if (status == BF_OK && (sum.counted != sum.recorded || sum.number != number))
        status = fail(error, BF_CORRUPT, "%s: its records do not add up to what was committed", store->path);
    if (status == BF_OK && is_writer) status = manifest_verify_free(&file, meta, error);
    if (status != BF_OK) return status;
    __atomic_store_n(&store->verified, number + 1, __ATOMIC_RELAXED);
    *result = sum.counted;
    return BF_OK;
}

bf_status manifest_verify_all(struct manifest_transaction *transaction, bf_error *error)
{
    bool is_gone; /* later commits overwrote where its free pages are listed: nobody will go by them any more */
    uint64_t sum;
    return manifest_verify(transaction->store, mdb_txn_id(transaction->txn), true, &is_gone, &sum, error);
}

bf_status manifest_read_begin(struct manifest_store *store, struct manifest_transaction **result, bf_error *error)
{
    for (int attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
        struct manifest_transaction *transaction = NULL;
        bool is_gone; /* two commits were made since it began, and its meta page is overwritten: newer is better anyway */
        bf_status status = manifest_begin(store, MDB_RDONLY, &transaction, error);
        if (status != BF_OK) return status;
        status = manifest_verify(store, mdb_txn_id(transaction->txn), false, &is_gone, &transaction->sum, error);
        if (status == BF_OK && !is_gone) {
            *result = transaction;
            return BF_OK;
        }
        manifest_end(transaction);
        if (status != BF_OK) return status;
    }
    return fail(error, BF_CORRUPT, "%s: no page has the commit that the lock file names", store->path);
}

bf_status manifest_write_begin(struct manifest_store *store, bool sync, struct manifest_transaction **result, bf_error *error)
{
    bool is_gone;
    struct manifest_transaction *transaction = NULL;
    int code = mdb_env_set_flags(store->env, MDB_NOSYNC, !sync);
    if (code) return fail_lmdb(error, code, store->path, "can't begin a transaction");
    bf_status status = manifest_begin(store, 0, &transaction, error);
    if (status != BF_OK) return status;
    status = manifest_verify(store, mdb_txn_id(transaction->txn) - 1, true, &is_gone, &transaction->sum, error);
    if (status == BF_OK && is_gone)
        status = fail(error, BF_CORRUPT, "%s: no page has the commit that the lock file names", store->path);
    if (status != BF_OK) manifest_end(transaction);
    else *result = transaction;
    return status;
}

/* LMDB does it when it takes over the lock of a dead owner (mdb_mutex_failed); taking the lock is enough. */
bf_status manifest_recover(struct manifest_store *store, bf_error *error)
{
    struct manifest_transaction *transaction = NULL;
    bf_status status = manifest_begin(store, 0, &transaction, error);
    if (status == BF_OK) manifest_end(transaction);
    return status;
}

bf_status manifest_commit(struct manifest_transaction *transaction, bf_error *error)
{
    uint8_t sum[SUM_RECORD];
    store_u64(sum, transaction->sum);
    store_u64(sum + 8, mdb_txn_id(transaction->txn));
    MDB_val k = {sizeof sum_key, (void *)(uintptr_t)sum_key}, v = {sizeof sum, sum};
    int code = mdb_put(transaction->txn, transaction->store->database, &k, &v, 0);
    if (!code) code = mdb_txn_commit(transaction->txn);
    else mdb_txn_abort(transaction->txn);
    bf_status status = code ? fail_lmdb(error, code, transaction->store->path, "can't commit") : BF_OK;
    free(transaction);
    return status;
}

void manifest_end(struct manifest_transaction *transaction)
{
    if (!transaction) return;
    mdb_txn_abort(transaction->txn);
    free(transaction);
}

bf_status manifest_get(struct manifest_transaction *transaction, const void *key, size_t key_length, const uint8_t **value,
                       size_t *value_length, bf_error *error)
{
    MDB_val k = {key_length, (void *)(uintptr_t)key}, v;
    int code = mdb_get(transaction->txn, transaction->store->database, &k, &v);
    if (code == MDB_NOTFOUND) return BF_NOT_FOUND;
    if (code) return fail_lmdb(error, code, transaction->store->path, "can't read");
    *value = v.mv_data;
    *value_length = v.mv_size;
    return BF_OK;
}

bf_status manifest_put(struct manifest_transaction *transaction, const void *key, size_t key_length, const void *value,
                       size_t value_length, bf_error *error)
{
    MDB_val k = {key_length, (void *)(uintptr_t)key}, v = {value_length, (void *)(uintptr_t)value}, old;
    int code = mdb_get(transaction->txn, transaction->store->database, &k, &old);
    if (!code) transaction->sum -= record_hash(key, key_length, old.mv_data, old.mv_size);
    if (!code || code == MDB_NOTFOUND) code = mdb_put(transaction->txn, transaction->store->database, &k, &v, 0);
    if (!code) transaction->sum += record_hash(key, key_length, value, value_length);
    return code ? fail_lmdb(error, code, transaction->store->path, "can't write") : BF_OK;
}

bf_status manifest_delete_prefix(struct manifest_transaction *transaction, const void *prefix, size_t prefix_length,
                                 bf_error *error)
{
    MDB_cursor *cursor;
    int code = mdb_cursor_open(transaction->txn, transaction->store->database, &cursor);
    if (code) return fail_lmdb(error, code, transaction->store->path, "can't write");
    while (!code) {
        MDB_val k = {prefix_length, (void *)(uintptr_t)prefix}, v;
        code = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);
        if (!code && (k.mv_size < prefix_length || memcmp(k.mv_data, prefix, prefix_length) != 0)) code = MDB_NOTFOUND;
        if (!code) transaction->sum -= record_hash(k.mv_data, k.mv_size, v.mv_data, v.mv_size);
        if (!code) code = mdb_cursor_del(cursor, 0);
    }
    mdb_cursor_close(cursor);
    if (code && code != MDB_NOTFOUND) return fail_lmdb(error, code, transaction->store->path, "can't write");
    return BF_OK;
}

bf_status manifest_each(struct manifest_transaction *transaction, const void *prefix, size_t prefix_length,
                        bf_status (*callback)(void *context, const struct store_entry *entry, bf_error *error), void *context,
                        bf_error *error)
{
    MDB_cursor *cursor;
    int code = mdb_cursor_open(transaction->txn, transaction->store->database, &cursor);
    if (code) return fail_lmdb(error, code, transaction->store->path, "can't read");
    bf_status status = BF_OK;
    MDB_val k = {prefix_length, (void *)(uintptr_t)prefix}, v;
    code = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);
    while (!code && status == BF_OK && k.mv_size >= prefix_length && memcmp(k.mv_data, prefix, prefix_length) == 0) {
        struct store_entry entry = {k.mv_data, v.mv_data, k.mv_size, v.mv_size};
        status = callback(context, &entry, error);
        code = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    if (status == BF_OK && code && code != MDB_NOTFOUND) status = fail_lmdb(error, code, transaction->store->path, "can't read");
    return status;
}

bf_status manifest_copy(struct manifest_transaction *transaction, struct manifest_store *to, bool sync, bf_error *error)
{
    struct manifest_transaction *copy;
    MDB_cursor *cursor;
    MDB_val k, v;
    bf_status status = manifest_write_begin(to, sync, &copy, error);
    if (status != BF_OK) return status;
    int code = mdb_cursor_open(transaction->txn, transaction->store->database, &cursor);
    if (code) {
        manifest_end(copy);
        return fail_lmdb(error, code, transaction->store->path, "can't read");
    }
    while (status == BF_OK && !(code = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)))
        if (k.mv_size != sizeof sum_key || *(const uint8_t *)k.mv_data != sum_key[0]) /* the copy gets a sum of its own */
            status = manifest_put(copy, k.mv_data, k.mv_size, v.mv_data, v.mv_size, error);
    mdb_cursor_close(cursor);
    if (status == BF_OK && code != MDB_NOTFOUND) status = fail_lmdb(error, code, transaction->store->path, "can't read");
    if (status == BF_OK) return manifest_commit(copy, error);
    manifest_end(copy);
    return status;
}
