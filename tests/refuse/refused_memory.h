/*
 * Memory refused: the n-th allocation of what is linked with it. The linker leads calls of malloc and the like here (--wrap), so it
 * works under the address sanitizer too; what other libraries ask for (LMDB, libarchive) passes: how they fare is not ours to test.
 */
#ifndef TESTS_REFUSED_MEMORY_H
#define TESTS_REFUSED_MEMORY_H

/* The number of the allocation to refuse, from 0; below 0: none. A program takes it from $BACKFILE_REFUSE, and then, where one was
 * refused, leaves the file that $BACKFILE_REFUSED names. */
void refused_memory_begin(long at);

/* Allocations since, over all threads. */
long refused_memory_count(void);

#endif
