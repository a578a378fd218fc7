/*
 * The seal of a segment's file: a checksum of every page that LMDB goes by when it looks something up, written behind
 * LMDB's last page when the file is complete. Values in overflow pages have checksums of their own (section.h); the tree
 * that leads to them has none, and LMDB takes a damaged page at its word: it answers wrong, or crashes. FORMAT.md, "Seal".
 *
 * Most pages of the tree are the dictionary's. They are verified when a look-up first comes by them; all others when the
 * file is opened. So opening costs the same for a large segment as for a small one.
 */
#ifndef STORE_SEGMENT_SEAL_H
#define STORE_SEGMENT_SEAL_H

#include "store.h"

/* Seals a complete file, and waits for the disk if `sync`. */
bf_status segment_seal_write(const char *path, bool sync, bf_error *error);

struct segment_seal;

/* To be opened before LMDB opens the file. May be used by several threads. BF_NOT_FOUND: no such file. */
bf_status segment_seal_open(const char *path, struct segment_seal **seal, bf_error *error);

/* Says where LMDB has the file mapped, from when on the dictionary can be verified, in those very pages: given any value of a
 * leaf page that was verified when the seal was opened. BF_CORRUPT: it is not where it says. */
bf_status segment_seal_mapped(struct segment_seal *seal, const uint8_t *value, const uint8_t **file, bf_error *error);
void segment_seal_close(struct segment_seal *seal);

/* Verifies the pages of the dictionary where LMDB looks for a key, and the leaf after: before it does. Length 0: for its
 * first key. */
bf_status segment_seal_verify_terms(struct segment_seal *seal, const void *key, size_t key_length, bf_error *error);

/* Finds the entry of the dictionary with the last key that is not greater, in verified pages, where LMDB would find it: the way
 * there was gone for their sake. First the way to the leaf, whose memory is asked for; then the entry in it, whose value is.
 * BF_NOT_FOUND without touching `error`. */
bf_status segment_seal_approach_term(struct segment_seal *seal, const void *key, size_t key_length, struct term_way *way,
                                     bf_error *error);
bf_status segment_seal_arrive_term(struct segment_seal *seal, const void *key, size_t key_length, const struct term_way *way,
                                   struct store_entry *entry, bf_error *error);

/* Verifies all. */
bf_status segment_seal_verify(struct segment_seal *seal, bf_error *error);

#endif
