/* Getting an index's files out of the system's memory, as far as a program without special rights can. */
#ifndef BENCH_PAGE_CACHE_H
#define BENCH_PAGE_CACHE_H

#include "backfile.h"

#include <stdint.h>

/*
 * Writes back and drops the pages of every file in the folder (posix_fadvise, DONTNEED), and asks what is still there (mincore):
 * adds to `pages` how many pages the files have and to `left` how many are in memory all the same. The system keeps pages that
 * another process has mapped. Nothing below the system is emptied: a disk's or a hypervisor's cache may answer the next read.
 */
bf_status page_cache_evict(const char *folder, uint64_t *pages, uint64_t *left, bf_error *error);

/* Adds to `resident` how many pages of the folder's files are in memory, and to `pages` how many they have; evicts nothing. */
bf_status page_cache_count(const char *folder, uint64_t *pages, uint64_t *resident, bf_error *error);

#endif
