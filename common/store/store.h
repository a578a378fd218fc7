/*
 * The LMDB environments an index is made of, and the only code that knows LMDB.
 *
 * A *segment store* is one environment a segment: written once, in ascending order, then read-only for ever. A *manifest
 * store* is the small environment whose write transaction is the commit point.
 *
 * LMDB's rules kept here: an environment is opened once a process (a registry shares it); never MDB_WRITEMAP (a full disk
 * would be SIGBUS, a stray pointer damage); MDB_NOTLS, so that readers may move between threads; values are only two-byte
 * aligned; what a get hands out is borrowed until the transaction ends.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "backfile.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The named databases of a segment. */
enum segment_database {
    DATABASE_META,      /* key "segment": the segment's meta record */
    DATABASE_TERMS,     /* key: first term of a block; value: term_block.h */
    DATABASE_POSTINGS,  /* sections (section.h): */
    DATABASE_POSITIONS,
    DATABASE_DOCUMENTS,
    DATABASE_ARTICLES,
    DATABASE_COUNT,
};

const char *segment_database_name(enum segment_database database);

/* "<index>/seg-<number>.lmdb" */
void segment_store_path(const char *index_path, uint32_t number, char *path, size_t size);

/* The number in a segment file's name; false for any other name. */
bool segment_store_number(const char *file_name, uint32_t *number);

/* Whether there is a file with a segment's name. */
bool segment_store_any(const char *index_path);

/* ---- Writing a segment ---- */

struct segment_store_writer;

/* Creates the file, which must not exist. */
bf_status segment_store_create(const char *index_path, uint32_t number, struct segment_store_writer **writer, bf_error *error);

/* Keys of one database must come in ascending order. Commits to the file from time to time to bound memory. */
bf_status segment_store_put(struct segment_store_writer *writer, enum segment_database database, const void *key,
                            size_t key_length, const void *value, size_t value_length, bf_error *error);

/* Completes the file, waits for the disk if `sync`, and closes it. Frees the writer also on failure, when the file is removed. */
bf_status segment_store_finish(struct segment_store_writer *writer, bool sync, bf_error *error);

/* Gives up: removes the file. Accepts NULL. */
void segment_store_abandon(struct segment_store_writer *writer);

/* ---- Reading a segment ---- */

struct segment_store;

/* BF_NOT_FOUND: no such file (a merge may have removed it since the manifest was read). */
bf_status segment_store_open(const char *index_path, uint32_t number, struct segment_store **store, bf_error *error);
void segment_store_close(struct segment_store *store);
const char *segment_store_file(const struct segment_store *store);
uint64_t segment_store_bytes(const struct segment_store *store); /* of the file */

/* Takes the file's pages out of the process's memory; what is read again is mapped again, mostly from the system's cache. What was
 * handed out stays valid. For who reads a whole file once. */
void segment_store_forget(const struct segment_store *store);

/* The value of a key; BF_NOT_FOUND without touching `error`. Borrowed until the store is closed. */
bf_status segment_store_get(struct segment_store *store, enum segment_database database, const void *key, size_t key_length,
                            const uint8_t **value, size_t *value_length, bf_error *error);

/* Copies bytes of a value, given where they stand, from the file: for what is read once, for a page fault takes longer than the
 * copy of a page or two. */
bf_status segment_store_read(struct segment_store *store, const uint8_t *at, size_t length, uint8_t *bytes, bf_error *error);

struct store_entry {
    const uint8_t *key, *value;
    size_t key_length, value_length;
};

/* The first entry whose key is >= the given one; BF_NOT_FOUND. */
bf_status segment_store_at_or_after(struct segment_store *store, enum segment_database database, const void *key,
                                    size_t key_length, struct store_entry *entry, bf_error *error);
/* The last entry whose key is <= the given one; BF_NOT_FOUND. */
bf_status segment_store_at_or_before(struct segment_store *store, enum segment_database database, const void *key,
                                     size_t key_length, struct store_entry *entry, bf_error *error);
/* The same in the dictionary, without LMDB, for a look-up must be quick. The entry's page is verified. */
bf_status segment_store_find_term(struct segment_store *store, const void *key, size_t key_length, struct store_entry *entry,
                                  bf_error *error);

/* The same in two steps, each of which asks for the memory that the next will read: between them other segments are looked into,
 * instead of waiting. */
struct term_way {
    uint64_t page;    /* of the tree, come to */
    unsigned depth;
};
bf_status segment_store_approach_term(struct segment_store *store, const void *key, size_t key_length, struct term_way *way,
                                      bf_error *error);
bf_status segment_store_arrive_term(struct segment_store *store, const void *key, size_t key_length, const struct term_way *way,
                                    struct store_entry *entry, bf_error *error);
/* The entry after the one the last of these calls on the database stood on; BF_NOT_FOUND. */
bf_status segment_store_following(struct segment_store *store, enum segment_database database, struct store_entry *entry,
                                  bf_error *error);

/* Verifies every page of the file's trees against its seal (segment_seal.h). */
bf_status segment_store_verify(struct segment_store *store, bf_error *error);

/* Copies the file into another index's folder, under the same number, also when a writer has removed it meanwhile. */
bf_status segment_store_copy(struct segment_store *store, const char *index_path, uint32_t number, bool sync, bf_error *error);

/* Bytes of the file the database takes, as whole pages. */
uint64_t segment_store_database_bytes(struct segment_store *store, enum segment_database database);

/* ---- Manifest ---- */

struct manifest_store;

/* Opens (or creates) "<index>/manifest.lmdb". Without `create`, BF_NOT_FOUND when it isn't there. BF_CORRUPT when it isn't,
 * but segments are. */
bf_status manifest_store_open(const char *index_path, bool create, struct manifest_store **store, bf_error *error);
void manifest_store_close(struct manifest_store *store);

/*
 * To be called by a writer before it reads anything. A writer that was killed between writing its commit and saying so in
 * the lock file leaves readers at the commit before, while the next write transaction stands on the later one: files of a
 * commit must not be swept for the reason that readers don't see it yet. Afterwards a snapshot is of what the next write
 * transaction stands on.
 */
bf_status manifest_recover(struct manifest_store *store, bf_error *error);

struct manifest_transaction;

/* Of the snapshot's commit also what readers don't go by, but the next writer will: which pages are free. */
bf_status manifest_verify_all(struct manifest_transaction *transaction, bf_error *error);

/* A snapshot; stays what it is until ended, whatever writers do. */
bf_status manifest_read_begin(struct manifest_store *store, struct manifest_transaction **transaction, bf_error *error);
/* The one writer: waits for another to end. The caller holds the index's writer lock. */
bf_status manifest_write_begin(struct manifest_store *store, bool sync, struct manifest_transaction **transaction,
                               bf_error *error);
bf_status manifest_commit(struct manifest_transaction *transaction, bf_error *error); /* ends it, also on failure */
void manifest_end(struct manifest_transaction *transaction); /* gives up or ends a snapshot; accepts NULL */

bf_status manifest_get(struct manifest_transaction *transaction, const void *key, size_t key_length, const uint8_t **value,
                       size_t *value_length, bf_error *error);
bf_status manifest_put(struct manifest_transaction *transaction, const void *key, size_t key_length, const void *value,
                       size_t value_length, bf_error *error);
/* Deletes every key that begins with the prefix. */
bf_status manifest_delete_prefix(struct manifest_transaction *transaction, const void *prefix, size_t prefix_length,
                                 bf_error *error);
/* Calls back for every key that begins with the prefix, in order, until it returns something else than BF_OK. */
bf_status manifest_each(struct manifest_transaction *transaction, const void *prefix, size_t prefix_length,
                        bf_status (*callback)(void *context, const struct store_entry *entry, bf_error *error), void *context,
                        bf_error *error);

/* Calls back with the value of every record of this key in the pages of a damaged manifest, of whatever commit, until the callback
 * returns something else than BF_OK. */
bf_status manifest_each_loose(const char *index_path, const void *key, size_t key_length,
                              bf_status (*callback)(void *context, const struct store_entry *entry, bf_error *error),
                              void *context, bf_error *error);

/* Commits every record the transaction sees to another manifest, which must have none. */
bf_status manifest_copy(struct manifest_transaction *transaction, struct manifest_store *to, bool sync, bf_error *error);

/* LMDB's version. */
const char *store_library_version(void);

#endif
