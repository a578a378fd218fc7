/*
 * Writing a segment: private until the manifest names it, so nothing here needs locks or syncs before the end. Every
 * database is filled in ascending order (MDB_APPEND: full pages, no search). The transaction is committed every
 * COMMIT_BYTES, since LMDB keeps what a transaction wrote in memory.
 */
#include "growing_map.h"
#include "lmdb_status.h"
#include "segment_seal.h"
#include "status.h"
#include "store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COMMIT_BYTES = 2 << 20 };

struct segment_store_writer {
    char path[PATH_MAX];
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi databases[DATABASE_COUNT];
    size_t uncommitted;
};

const char *segment_database_name(enum segment_database database)
{
    static const char *const names[DATABASE_COUNT] = {"meta", "terms", "postings", "positions", "documents", "articles"};
    return names[database];
}

void segment_store_path(const char *index_path, uint32_t number, char *path, size_t size)
{
    snprintf(path, size, "%s/seg-%u.lmdb", index_path, number);
}

bool segment_store_number(const char *file_name, uint32_t *number)
{
    char again[64];
    if (sscanf(file_name, "seg-%u", number) != 1) return false;
    snprintf(again, sizeof again, "seg-%u.lmdb", *number);
    return strcmp(again, file_name) == 0;
}

bool segment_store_any(const char *index_path)
{
    bool found = false;
    uint32_t number;
    DIR *folder = opendir(index_path);
    for (struct dirent *entry; folder && !found && (entry = readdir(folder));)
        found = segment_store_number(entry->d_name, &number);
    if (folder) closedir(folder);
    return found;
}

bf_status segment_store_create(const char *index_path, uint32_t number, struct segment_store_writer **result, bf_error *error)
{
    bf_status status;
    struct segment_store_writer *writer = calloc(1, sizeof *writer);
    if (!writer) return fail_memory(error);
    segment_store_path(index_path, number, writer->path, sizeof writer->path);
    if (access(writer->path, F_OK) == 0) {
        status = fail(error, BF_IO, "%s: exists already", writer->path);
        free(writer);
        return status;
    }
    int code = open_growing(&writer->env, writer->path, (size_t)1 << 40, MDB_NOLOCK | MDB_NOSYNC, DATABASE_COUNT, 0);
    if (!code) code = mdb_txn_begin(writer->env, NULL, 0, &writer->txn);
    for (int i = 0; !code && i < DATABASE_COUNT; i++)
        code = mdb_dbi_open(writer->txn, segment_database_name((enum segment_database)i), MDB_CREATE, &writer->databases[i]);
    if (code) {
        status = fail_lmdb(error, code, writer->path, "can't create the segment");
        segment_store_abandon(writer);
        return status;
    }
    *result = writer;
    return BF_OK;
}

bf_status segment_store_put(struct segment_store_writer *writer, enum segment_database database, const void *key,
                            size_t key_length, const void *value, size_t value_length, bf_error *error)
{
    int code = 0;
    if (writer->uncommitted > COMMIT_BYTES) {
        code = mdb_txn_commit(writer->txn);
        writer->txn = NULL;
        writer->uncommitted = 0;
        if (!code) code = mdb_txn_begin(writer->env, NULL, 0, &writer->txn);
    }
    MDB_val k = {key_length, (void *)(uintptr_t)key}, v = {value_length, (void *)(uintptr_t)value};
    if (!code) code = mdb_put(writer->txn, writer->databases[database], &k, &v, MDB_APPEND);
    if (code) return fail_lmdb(error, code, writer->path, "can't write");
    writer->uncommitted += key_length + value_length;
    return BF_OK;
}

bf_status segment_store_finish(struct segment_store_writer *writer, bool sync, bf_error *error)
{
    int code = mdb_txn_commit(writer->txn);
    writer->txn = NULL;
    bf_status status = code ? fail_lmdb(error, code, writer->path, "can't write") : BF_OK;
    if (status == BF_OK) {
        mdb_env_close(writer->env);
        writer->env = NULL;
        status = segment_seal_write(writer->path, sync, error);
    }
    if (status != BF_OK) segment_store_abandon(writer);
    else free(writer);
    return status;
}

void segment_store_abandon(struct segment_store_writer *writer)
{
    if (!writer) return;
    if (writer->txn) mdb_txn_abort(writer->txn);
    if (writer->env) mdb_env_close(writer->env);
    unlink(writer->path);
    free(writer);
}
